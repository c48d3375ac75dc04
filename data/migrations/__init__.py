"""The way from each layout of the tables to the next, as Alembic revisions whose ids are the numbers of the layouts.

A revision changes tables, columns and indexes, and says with `REBUILDS` whether what is made from the records has to be made
anew; it imports nothing of Fonds, because it has to do the same for ever. `data/upgrade.py` runs them.
"""
