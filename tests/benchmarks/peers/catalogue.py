"""Who takes part, in the order of the table."""

from peers.fonds import Fonds
from peers.limits import Constant, Limit
from peers.peer import Peer

BASE = "SQL limit"
"""The one that the others are measured by."""


def peers() -> list[Peer]:
    """All of them, whether they can run here or not."""
    return [
        Constant("constant", "Starlette answering with a constant of that size"),
        Limit(BASE, "Starlette running one SQL statement by hand, on the same file", route="/statement"),
        Fonds("Fonds", "`fonds serve`"),
    ]
