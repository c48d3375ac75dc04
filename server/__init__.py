"""Fonds over HTTP and on the command line.

Top to bottom, each importing only from those below it:

    cli         the command `fonds`
    serving     a server process
    app         the HTTP application: /graphql, /graphiql/, /healthz
    graphql     the endpoint: what is a request, and its status
    connections limits for slow and silent connections
    logs        one line a request
    settings    every setting, with its default
"""
