"""The records of an archive: their format, their readers, the tables they are kept in, and the loader.

Top to bottom, each importing only from those below it:

    load      records → store, in one transaction
    check     references between records: dangling, given twice, cycles
    tokens    who may write over HTTP
    stored    rows → records, the way back
    upgrade   older layouts → this one, by `migrations` (a package of Alembic's)
    store     opening and creating a database; reading from it
    journal   the note of a change that is under way
    search    what is indexed, what can be asked, where a hit was found (a package)
    revisions what a record was: kept changes put back
    tables    the tables, as SQLModel classes
    cursors   positions in a list as sealed text
    mapping   objects of other shapes → records, as a YAML file says (a package)
    readers   files → records
    format    the record format, as pydantic models
    dates     EDTF text → days that can be compared
    text      folding for order and search
    errors    every error and its code
"""
