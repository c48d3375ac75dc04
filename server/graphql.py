"""The endpoint /graphql, after the GraphQL-over-HTTP specification: a request is read, answered, and sent with its status.

    https://graphql.github.io/graphql-over-http/draft/

A GET changes nothing, and a mutation needs a token, which no foreign page has; no form content type is read, so none can post
without asking first (CORS). The endpoint stands in front of the other routes and their wrappers, as they would cost more than
most answers do.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from time import perf_counter
from typing import Any, NamedTuple

import orjson
from starlette.types import Receive, Scope, Send

from data.errors import ArchiveBusy, BadRequest, StoreError
from data.tokens import holder
from schema.execute import Answer, Archive, Asked, at_once, faults, in_turn
from server.encodings import ENCODINGS, encoding
from server.headers import SAFE_HEADERS
from server.logs import Outcome, log_request
from server.persisted import Persisted
from server.requests import GRAPHQL_JSON, JSON, METHOD_NOT_ALLOWED, ClientGone, Headers, Reader, bearer, headers_of, wanted

NOT_MODIFIED = 304
CLIENT_GONE = 499
BUSY = 503
UNAUTHORIZED, FORBIDDEN = 401, 403
UNAVAILABLE = {ArchiveBusy.code, StoreError.code} | {kind.code for kind in StoreError.__subclasses__()}
LOOK_AFTER_SECONDS = 0.05
"""An answer that takes longer is given up when the client goes away; before, looking would cost more than it saves."""

COMPRESS_BESIDE_BYTES = 64 * 1024
"""A larger answer is compressed in a thread."""

EVERY_ANSWER = (*SAFE_HEADERS, (b"access-control-allow-origin", b"*"), (b"vary", b"Accept, Accept-Encoding"))
KINDS = {kind: ((b"content-type", f"{kind}; charset=utf-8".encode()), *EVERY_ANSWER) for kind in (JSON, GRAPHQL_JSON)}
"""The headers of every answer with a body, by its kind."""

MORE_HEADERS = {
    METHOD_NOT_ALLOWED: ((b"allow", b"GET, POST"),),
    BUSY: ((b"retry-after", b"1"),),
    UNAUTHORIZED: ((b"www-authenticate", b"Bearer"),),
}
ALWAYS = (UNAUTHORIZED, FORBIDDEN, METHOD_NOT_ALLOWED)
"""What has nothing to do with GraphQL is told by its status in the older kind of answer too."""

NOT_KEPT = (b"cache-control", b"no-store")

Header = tuple[bytes, bytes]


class Response(NamedTuple):
    """An answer as bytes, with its status and headers."""

    status: int
    headers: tuple[Header, ...] = ()
    content: bytes = b""


@dataclass(frozen=True)
class Endpoint:
    """Answers requests from an archive, as an ASGI application."""

    archive: Archive
    reader: Reader
    persisted: Persisted
    cache_control: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = perf_counter()
        answer = Answer()
        try:
            response = await self._respond(scope, receive, answer)
        except ClientGone:
            response = Response(CLIENT_GONE)
        await _send(send, response)
        log_request(scope, start, Outcome(response.status, len(response.content), answer.operation, answer.statements))

    async def _respond(self, scope: Scope, receive: Receive, answer: Answer) -> Response:
        headers = headers_of(scope)
        kind = JSON
        try:
            kind = wanted(headers.get(b"accept", b""))
            request = await self.reader.read(scope, headers, receive)
            text = self.persisted.text(request.query, request.extensions)
        except BadRequest as error:
            content = orjson.dumps({"errors": faults(error)})
            return Response(error.status, (*KINDS[kind], NOT_KEPT), content)
        answer.wants_cost = request.extensions.get("cost") is True
        asked = Asked(text, request.variables, request.operation, partial(self._writer, scope["method"], headers))
        if not at_once(self.archive, asked, answer):
            await _while_wanted(receive, self.archive, asked, answer)
        if request.extensions and not answer.is_refused:
            self.persisted.keep(text, request.extensions)
        response = Response(_status(answer, kind), KINDS[kind], answer.as_json())
        if scope["method"] != "POST":
            response = self._to_be_kept(response, headers) if "errors" not in answer.body else _with(response, NOT_KEPT)
        return response if b"accept-encoding" not in headers else await _compressed(response, headers[b"accept-encoding"])

    def _writer(self, method: str, headers: Headers) -> str:
        """Whose token came with a request. Raises BadRequest."""
        if method != "POST":
            raise BadRequest("A mutation has to be sent by POST.", status=METHOD_NOT_ALLOWED, hint="A GET changes nothing.")
        return holder(self.archive.store, bearer(headers))

    def _to_be_kept(self, response: Response, headers: Headers) -> Response:
        """The answer to a GET, with what caches need; without a body, if the client has it."""
        etag = b'W/"%b"' % blake2b(response.content, digest_size=12).hexdigest().encode()
        caching = ((b"etag", etag), (b"cache-control", self.cache_control.encode()))
        known = {tag.strip() for tag in headers.get(b"if-none-match", b"").split(b",")}
        if etag in known or etag.removeprefix(b"W/") in known or b"*" in known:
            return Response(NOT_MODIFIED, (*caching, *EVERY_ANSWER))
        return _with(response, *caching)


def _with(response: Response, *headers: Header) -> Response:
    return Response(response.status, (*response.headers, *headers), response.content)


async def _compressed(response: Response, accept_encoding: bytes) -> Response:
    """The answer as the client likes it best, if it is worth the work."""
    name = encoding(accept_encoding, len(response.content))
    if name is None:
        return response
    compress = ENCODINGS[name]
    is_large = len(response.content) > COMPRESS_BESIDE_BYTES
    content = await asyncio.to_thread(compress, response.content) if is_large else compress(response.content)
    return Response(response.status, (*response.headers, (b"content-encoding", name.encode())), content)


async def _send(send: Send, response: Response) -> None:
    headers = [*response.headers, *MORE_HEADERS.get(response.status, ())]
    if response.status != NOT_MODIFIED:
        headers.append((b"content-length", b"%d" % len(response.content)))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})


def _status(answer: Answer, kind: str) -> int:
    """In the older kind, whatever GraphQL itself refuses is 200 too; a fault of ours before execution is 500 in both."""
    if answer.content is not None:
        return 200
    if answer.status is not None and (answer.status in ALWAYS or kind == GRAPHQL_JSON):
        return answer.status
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
        await in_turn(archive, asked, answer)
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
