"""Fonds over HTTP and on the command line.

Top to bottom, each importing only from those below it:

    cli         the command `fonds`
    loads       the command `fonds load`
    upkeep      the commands `fonds check`, `reindex`, `backup`, `upgrade`
    files       the commands `fonds map` and `fonds export`
    history     the commands undo, merge, split, distinct
    tokens      the commands `fonds token`
    console     what all commands share
    serving     a server process
    app         the HTTP application: /graphql, /graphiql/, /healthz
    graphql     the endpoint: a request is read, answered, and sent with its status
    encodings   compressed answers
    persisted   operations that are asked for by a hash
    requests    what is a GraphQL request over HTTP
    headers     what keeps a browser safe
    connections limits for slow and silent connections
    shortcut    the short way of a request that can be answered at once
    transport   what a connection writes, sent together
    logs        one line a request
    settings    every setting, with its default
"""
