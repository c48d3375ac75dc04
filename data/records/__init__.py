"""The bundled records: the nine documents of the listing, the people and topics that the curator added."""

from pathlib import Path

_HERE = Path(__file__).parent

FILES = (_HERE / "documents.yaml", _HERE / "people.yaml", _HERE / "topics.yaml")
"""Every bundled file, documents first; references between them are resolved whatever the order."""
