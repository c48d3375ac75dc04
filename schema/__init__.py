"""The GraphQL schema and the planner that turns an operation into one SQL statement.

Top to bottom, each importing only from those below it:

    execute    an operation from its text to the JSON of its answer
    reading    running a plan: at once or in a thread, within its time
    answers    answers that were given before
    prepare    all that is done before the database is asked: parse, validate, plan, price
    mutation   writing: loads, undos, merges, and their payloads
    inputs     records as GraphQL input, made from the record format
    query      the root fields
    history    loads, changes of records, what is gone
    correspondence who wrote to whom
    suggest    what may be meant by what somebody types
    facets     how the documents of a list are spread over people, topics, genres, languages, years
    types      Document, Person, Topic and the connections between them
    relations  what hangs on a document, a person, a topic: their lists, as SQL
    related    what else is like a document
    lists      lists of the three types: searched, filtered and ordered
    matches    where a hit of a search was found
    search     search as a condition and an order
    ranking    which hits of a search come first
    timeline   documents over time
    records    a stored record in the record format, as SQL
    spread     how many documents of a list there are of each person, topic, genre, language and span of time
    facts      dates, names, notes, texts: what records consist of
    filters    what filters and orders mean in SQL
    periods    how the dates of documents lie to a period that is asked for
    criteria   what a list can be asked for: filter and order inputs, arguments
    vocabulary the enums and what each term means
    redirects  ids that were merged into others
    pages      Relay connections: keyset pages, edges, counts
    listing    a list before it is cut into pages, and what the fields of a page hang on
    cursors    what a cursor is good for, and what it stands for
    limits     what an operation may ask for
    kept       what was made of operation texts before
    faults     what a client is told when something is wrong
    plan       the planner: selections → one statement
    fields     declaring a field with its SQL
    arguments  arguments as shapes and late values
    functions  the database functions that make JSON
"""
