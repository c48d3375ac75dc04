"""One file for each layout above the first."""
