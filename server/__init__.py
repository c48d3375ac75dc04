"""Fonds over HTTP and on the command line.

Top to bottom, each importing only from those below it:

    cli        the command `fonds`
    app        the HTTP application: /graphql, /graphiql/, /healthz
    logs       one line a request
    settings   every setting, with its default
"""
