"""The records of an archive: their format, their readers, the tables they are kept in, and the loader.

Top to bottom, each importing only from those below it:

    export    store → records, as a file
    merge     two records that are one; splitting them again
    undo      taking a load back
    editing   one change of the archive: its load, its writer, its report
    load      records → store, in one transaction
    ahead     records read by a process of its own, while they are written
    rejected  the file of records that were not loaded
    loading   one pass over the records of a load
    aside     what a load puts aside, in files that go with it
    items     a record on its way into the store
    suspicions what looks wrong in a record and may yet be true
    report    what a load did, and what was wrong with it
    changes   what a load did to each record, to be read
    sources   files, folders, patterns, standard input, lists: what a load is given
    given     what one load gave, and where it stands
    options   how a load is to be done: mode, scope, what becomes of errors
    standing  loads and merges that were not taken back
    write     the writer: records → tables, index and history, in batches
    descent   topics with all above them, kept in step
    references what is wrong between records: dangling, circles, removed and still needed
    keys      records' own ids ↔ internal ids, also of records yet to come
    prepared  the writer's statements
    digests   what was given before, known again
    made      what is made of a record without the store
    late      indexes that are made after the rows
    tokens    who may write over HTTP
    derive    what is made from the records, made anew
    audit     whether a store is as it should be (a package)
    stored    rows → fields, the way back
    rows      fields → rows
    check     what is wrong with a record by itself
    upgrade   older layouts → this one, by `migrations` (a package of Alembic's)
    store     opening and creating a database; reading from it
    journal   the note of a change that is under way
    functions the functions that a statement may call
    database  the database file: what it is, connections, a copy
    reading   a statement that runs, and can be stopped
    search    what is indexed, what can be asked, where a hit was found (a package)
    revisions what a record was: kept changes put back
    statements compiled once, run with many rows
    faults    what the driver says, as errors of ours
    driver    the database's driver: as Python has it, or newer
    tables    the tables, as SQLModel classes
    cursors   positions in a list as sealed text
    fields    a record as a plain dict: merged, compared, kept in history
    mapping   objects of other shapes → records, as a YAML file says (a package)
    readers   files → records
    format    the record format, as pydantic models
    dates     EDTF text → days that can be compared
    text      folding for order and search
    errors    every error and its code
"""
