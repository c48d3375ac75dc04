"""The endpoint /graphql, after the GraphQL-over-HTTP specification: a request is read, answered, and sent with its status.

    https://graphql.github.io/graphql-over-http/draft/

A GET changes nothing, and a mutation needs a token, which no foreign page has; no form content type is read, so none can post
without asking first (CORS). The endpoint stands in front of the other routes and their wrappers, as they would cost more than
most answers do.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from hashlib import blake2b
from time import perf_counter
from typing import Any, NamedTuple

import orjson
from starlette.types import Receive, Scope, Send

from data.errors import ArchiveBusy, BadRequest, StoreError
from data.tokens import holder
from schema.execute import Answer, Archive, Asked, again, at_once, faults, in_turn
from server.encodings import ENCODINGS, encoding
from server.headers import SAFE_HEADERS
from server.logs import Outcome, is_logged, log_request
from server.persisted import Persisted
from server.requests import (
    GRAPHQL_JSON,
    HEADERS_KEPT,
    JSON,
    METHOD_NOT_ALLOWED,
    ClientGone,
    Headers,
    Reader,
    Request,
    asked_by,
    bearer,
    headers_of,
    wanted,
)

OK = 200
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
BEGUN = "fonds.begun"
"""In the scope of a request: its exchange, if it was read before."""

Header = tuple[bytes, bytes]


class Response(NamedTuple):
    """An answer as bytes, with its status and headers."""

    status: int
    headers: tuple[Header, ...] = ()
    content: bytes = b""

    def fields(self) -> list[Header]:
        """All its headers, those that belong to its status and its length among them."""
        fields = [*self.headers, *MORE_HEADERS.get(self.status, ())]
        if self.status != NOT_MODIFIED:
            fields.append((b"content-length", b"%d" % len(self.content)))
        return fields

    def head(self, more: Iterable[Header]) -> bytes:
        """All its headers with some more, as lines."""
        if self.status == OK:
            return _lines(tuple(more)) + _lines(self.headers) + b"content-length: %d\r\n" % len(self.content)
        return _lines((*more, *self.fields()))


@lru_cache(HEADERS_KEPT)
def _lines(headers: tuple[Header, ...]) -> bytes:
    return b"".join(b"%b: %b\r\n" % header for header in headers)


@dataclass(slots=True)
class Exchange:
    """A request whose headers were read, and what has become of it so far."""

    method: str
    headers: Headers
    kind: str
    answer: Answer = field(default_factory=Answer)
    start: float = field(default_factory=perf_counter)
    asked: Asked | None = None
    extensions: Mapping[str, Any] | None = None

    @property
    def is_large(self) -> bool:
        """Whether to compress the answer would keep others waiting."""
        return b"accept-encoding" in self.headers and len(self.answer.content or b"") > COMPRESS_BESIDE_BYTES


@dataclass(frozen=True)
class Endpoint:
    """Answers requests from an archive: as an ASGI application, and before it is called, what is there as a whole (`at_once`)."""

    archive: Archive
    reader: Reader
    persisted: Persisted
    cache_control: str

    def at_once(self, scope: Scope, body: bytes) -> Response | None:
        """The answer to a request, if it was asked before and takes no time. Never raises, never waits.

        None if it takes longer, or is none; then the scope holds what was found so far, for the application to go on with.
        """
        if len(body) > self.reader.body_max_bytes:
            return None
        headers = headers_of(scope)
        try:
            exchange = Exchange(scope["method"], headers, wanted(headers.get(b"accept", b"")))
            source = self.reader.source(scope, headers, body)
            if not again(self.archive, source, exchange.answer):
                self._ask(exchange, asked_by(source), source)
        except BadRequest:
            return None
        if exchange.answer.content is None or exchange.is_large:
            scope[BEGUN] = exchange
            return None
        response = self._response(exchange)
        _log(scope, response, exchange)
        return response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        exchange: Exchange = scope.get(BEGUN) or Exchange(scope["method"], headers, JSON)
        try:
            if exchange.asked is None and exchange.answer.content is None:
                exchange.kind = wanted(headers.get(b"accept", b""))
                self._ask(exchange, await self.reader.read(scope, headers, receive))
            response = await self._respond(exchange, receive)
        except BadRequest as error:
            content = orjson.dumps({"errors": faults(error)})
            response = Response(error.status, (*KINDS[exchange.kind], NOT_KEPT), content)
        except ClientGone:
            response = Response(CLIENT_GONE)
        await send({"type": "http.response.start", "status": response.status, "headers": response.fields()})
        await send({"type": "http.response.body", "body": response.content})
        _log(scope, response, exchange)

    def _ask(self, exchange: Exchange, request: Request, source: bytes = b"") -> None:
        """Takes up what is asked for, and answers it if that can be done at once. Raises BadRequest."""
        text = self.persisted.text(request.query, request.extensions)
        writer = partial(self._writer, exchange.method, exchange.headers)
        exchange.asked = Asked(text, request.variables, request.operation, writer, source)
        exchange.extensions = request.extensions
        exchange.answer.wants_cost = request.extensions.get("cost") is True
        if at_once(self.archive, exchange.asked, exchange.answer):
            self._keep(exchange)

    async def _respond(self, exchange: Exchange, receive: Receive) -> Response:
        if exchange.asked and exchange.answer.content is None:
            await _while_wanted(receive, self.archive, exchange.asked, exchange.answer)
            self._keep(exchange)
        return await asyncio.to_thread(self._response, exchange) if exchange.is_large else self._response(exchange)

    def _keep(self, exchange: Exchange) -> None:
        if exchange.asked and exchange.extensions and not exchange.answer.is_refused:
            self.persisted.keep(exchange.asked.text, exchange.extensions)

    def _response(self, exchange: Exchange) -> Response:
        """The answer as it is sent."""
        answer, headers = exchange.answer, exchange.headers
        response = Response(_status(answer, exchange.kind), KINDS[exchange.kind], answer.as_json())
        if exchange.method != "POST":
            response = self._to_be_kept(response, headers) if "errors" not in answer.body else _with(response, NOT_KEPT)
        return _compressed(response, headers[b"accept-encoding"]) if b"accept-encoding" in headers else response

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


def _compressed(response: Response, accept_encoding: bytes) -> Response:
    """The answer as the client likes it best, if it is worth the work."""
    name = encoding(accept_encoding, len(response.content))
    if name is None:
        return response
    content = ENCODINGS[name](response.content)
    return Response(response.status, (*response.headers, (b"content-encoding", name.encode())), content)


def _log(scope: Scope, response: Response, exchange: Exchange) -> None:
    if not is_logged():
        return
    answer = exchange.answer
    log_request(scope, exchange.start, Outcome(response.status, len(response.content), answer.operation, answer.statements))


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
