"""The log: one line a request, on standard error."""

import logging
import sys
from time import perf_counter
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.errors import shorten

LOG = logging.getLogger("fonds.requests")


def start_logging(level: str) -> None:
    """Sends the lines of Fonds, and of uvicorn what it warns of, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for name in ("fonds", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level if name == "fonds" else "WARNING")
        logger.propagate = False


class RequestLog:
    """Wraps the application: after each request a line with operation, milliseconds, statements, bytes and status."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = perf_counter()
        status, size = 0, 0

        async def counting(message: Message) -> None:
            nonlocal status, size
            status = message.get("status", status)
            size += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, counting)
        finally:
            log_request(scope, start, Outcome(status, size))


class Outcome(NamedTuple):
    """What a request came to."""

    status: int
    bytes: int
    operation: str | None = None
    statements: int = 0


def is_logged() -> bool:
    """Whether requests have lines."""
    return LOG.isEnabledFor(logging.INFO)


def log_request(scope: Scope, start: float, outcome: Outcome) -> None:
    """One line: what was asked, with which operation, how long it took, what it cost, what it came to."""
    if is_logged():
        LOG.info(
            "%s %s operation=%s ms=%.1f statements=%d bytes=%d status=%d",
            scope["method"],
            shorten(scope["path"]),
            shorten(outcome.operation or "-"),
            (perf_counter() - start) * 1000,
            outcome.statements,
            outcome.bytes,
            outcome.status,
        )
