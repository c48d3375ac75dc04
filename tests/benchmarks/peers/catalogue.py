"""Who takes part, in the order of the table."""

from pathlib import Path

from peers.datasette_graphql import Datasette
from peers.fonds import Fonds
from peers.javascript import OnNode
from peers.limits import Constant, Limit
from peers.peer import Peer
from peers.postgraphile import PostGraphile
from peers.resolvers import Resolvers

BASE = "SQL limit"
"""The one that the others are measured by."""

NOTHING_KEPT = {"FONDS_ANSWERS_MAX_BYTES": "0"}


def peers(larger: Path | None = None) -> list[Peer]:
    """All of them, whether they can run here or not; with a larger archive, Fonds with that one too."""
    found: list[Peer] = [
        Constant("constant", "Starlette answering with a constant of that size"),
        Limit(BASE, "Starlette running one SQL statement by hand, on the same file", route="/statement"),
        Fonds("Fonds", "`fonds serve`, keeping no answers", settings=NOTHING_KEPT),
        Fonds("Fonds, cached", "`fonds serve` as it comes: answers are kept until something is committed"),
        Resolvers("Strawberry", "Strawberry with DataLoaders and SQLAlchemy, parsing and validation cached"),
        OnNode(
            "Mercurius",
            "Mercurius with its JIT and its loaders over better-sqlite3",
            script="mercurius.js",
            packages=("mercurius", "fastify", "graphql-jit", "better-sqlite3"),
        ),
        OnNode(
            "Yoga",
            "GraphQL Yoga with DataLoader over better-sqlite3",
            script="yoga.js",
            packages=("graphql-yoga", "dataloader", "better-sqlite3"),
        ),
        PostGraphile(
            "PostGraphile",
            "PostGraphile over PostgreSQL, search and facets as functions in the database",
            script="postgraphile.js",
            packages=("postgraphile", "node"),
        ),
        Datasette("datasette-graphql", "datasette with datasette-graphql", {"Q6": "its GraphQL has no facets"}),
    ]
    if larger:
        found.append(Fonds("Fonds, larger", f"the same as Fonds, on {larger}", settings=NOTHING_KEPT, database=larger))
    return found
