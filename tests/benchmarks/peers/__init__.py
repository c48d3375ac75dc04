"""Fonds beside its peers: the same archive, the same six questions, measured by turns. `README.md` says how to run it.

Top to bottom, each importing only from those below it:

    __main__   the command
    catalogue  who takes part
    fonds      Fonds itself, as `fonds serve` runs it
    limits     what cannot be beaten: one statement by hand, and a constant
    resolvers  plain Strawberry with DataLoaders
    dataloaders  its schema
    postgraphile  PostGraphile over PostgreSQL
    datasette_graphql  datasette with datasette-graphql
    javascript  the peers on Node: Mercurius, Yoga
    report     the table
    measure    requests from wrk, and what they cost
    peer       what a peer is: a server that can be started and asked
    questions  the six questions
    machine    processes: their CPU time, their memory, their end
"""
