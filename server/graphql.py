"""The endpoint /graphql, after the GraphQL-over-HTTP specification: a request is read, answered, and sent with its status.

    https://graphql.github.io/graphql-over-http/draft/

There are no mutations, so a GET can do no harm; no form content type is read, so no foreign page can post without asking first
(CORS). It stands in front of the other routes and their wrappers, because they would cost more than most answers do.
"""

import asyncio
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from data.errors import ArchiveBusy, BadRequest, StoreError
from schema.execute import Answer, Archive, faults, run
from server.headers import SAFE_HEADERS
from server.logs import Outcome, log_request
from server.requests import GRAPHQL_JSON, JSON, METHOD_NOT_ALLOWED, Asked, ClientGone, Reader, wanted

CLIENT_GONE = 499
BUSY = 503
UNAVAILABLE = {ArchiveBusy.code, StoreError.code} | {kind.code for kind in StoreError.__subclasses__()}
LOOK_AFTER_SECONDS = 0.05
"""An answer that takes longer is given up when the client goes away; before, looking would cost more than it saves."""

EVERY_ANSWER = (*SAFE_HEADERS, (b"access-control-allow-origin", b"*"), (b"vary", b"Accept"))
KINDS = {kind: (b"content-type", f"{kind}; charset=utf-8".encode()) for kind in (JSON, GRAPHQL_JSON)}
MORE_HEADERS = {METHOD_NOT_ALLOWED: ((b"allow", b"GET, POST"),), BUSY: ((b"retry-after", b"1"),)}


@dataclass(frozen=True)
class Response:
    """An answer as bytes, with its status and what kind of JSON it is."""

    status: int
    kind: str
    content: bytes


@dataclass(frozen=True)
class Endpoint:
    """Answers requests from an archive, as an ASGI application."""

    archive: Archive
    reader: Reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = perf_counter()
        answer = Answer()
        try:
            response = await self._respond(scope, receive, answer)
        except ClientGone:
            response = Response(CLIENT_GONE, JSON, b"")
        await _send(send, response)
        log_request(scope, start, Outcome(response.status, len(response.content), answer.operation, answer.statements))

    async def _respond(self, scope: Scope, receive: Receive, answer: Answer) -> Response:
        headers = dict(reversed(scope["headers"]))
        kind = JSON
        try:
            kind = wanted(headers.get(b"accept", b""))
            asked = await self.reader.read(scope, headers, receive)
        except BadRequest as error:
            return Response(error.status, kind, orjson.dumps({"errors": faults(error)}))
        await _while_wanted(receive, self.archive, asked, answer)
        content = answer.content or orjson.dumps(answer.body)
        return Response(_status(answer, kind), kind, content)


async def _send(send: Send, response: Response) -> None:
    length = (b"content-length", b"%d" % len(response.content))
    headers = [KINDS[response.kind], length, *EVERY_ANSWER, *MORE_HEADERS.get(response.status, ())]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})


def _status(answer: Answer, kind: str) -> int:
    """In the older kind, whatever GraphQL itself refuses is 200 too; a fault of ours before execution is 500 in both."""
    if answer.content is not None:
        return 200
    codes = {error["extensions"]["code"] for error in answer.body.get("errors", ())}
    if codes & UNAVAILABLE:
        return BUSY
    if not answer.is_refused:
        return 200
    if "INTERNAL_ERROR" in codes:
        return 500
    return 400 if kind == GRAPHQL_JSON else 200


async def _while_wanted(receive: Receive, archive: Archive, asked: Asked, answer: Answer) -> None:
    """Answers; if the client goes away first, the work is stopped. Raises ClientGone."""
    task: Any = asyncio.current_task()
    gone: list[asyncio.Task[None]] = []

    def look() -> None:
        gone.append(asyncio.ensure_future(_gone(receive)))
        gone[0].add_done_callback(lambda ended: None if ended.cancelled() else task.cancel())

    timer = asyncio.get_running_loop().call_later(LOOK_AFTER_SECONDS, look)
    try:
        await run(archive, asked.query, asked.variables, asked.operation, answer=answer)
    except asyncio.CancelledError:
        if not (gone and gone[0].done()):
            raise
        task.uncancel()
        raise ClientGone from None
    finally:
        timer.cancel()
        for looking in gone:
            looking.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
