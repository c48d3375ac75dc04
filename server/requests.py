"""What is a GraphQL request over HTTP: a POST with a JSON body, or a GET with parameters. What is none raises BadRequest."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson
from starlette.types import Receive, Scope

from data.errors import BadRequest, BodyTooLarge, BodyTooSlow, shorten
from server.connections import WHOLE

GRAPHQL_JSON, JSON = "application/graphql-response+json", "application/json"
PARAMETERS = {"query": str, "operationName": str, "variables": dict, "extensions": dict}
OBJECTS = ("variables", "extensions")
METHOD_NOT_ALLOWED = 405
HEADERS_KEPT = 256
NO_EXTENSIONS: Mapping[str, Any] = {}

Headers = Mapping[bytes, bytes]


class ClientGone(Exception):
    """The client ended the connection."""


def headers_of(scope: Scope) -> Headers:
    """The headers of a request; of lines with the same name one, with commas between (RFC 9110, section 5.3)."""
    lines = scope["headers"]
    found = dict(lines)
    if len(found) < len(lines):
        for name in found:
            found[name] = b", ".join(value for other, value in lines if other == name)
    return found


class Request(NamedTuple):
    """A GraphQL request, whichever way it came."""

    query: str | None
    variables: dict[str, Any] | None
    operation: str | None
    extensions: Mapping[str, Any]


@dataclass(frozen=True)
class Reader:
    """Reads requests; bodies are bounded in bytes and seconds, those of whoever may write more widely."""

    body_max_bytes: int
    body_max_seconds: float
    load_max_bytes: int
    may_write: Callable[[Headers], bool]

    async def read(self, scope: Scope, headers: Headers, receive: Receive) -> Request:
        """The request. Raises BadRequest, ClientGone."""
        if scope["method"] != "POST":
            return asked_by(self.source(scope, headers, b""))
        check_content(headers.get(b"content-type", b""), headers.get(b"content-encoding", b"identity"))
        if scope.get(WHOLE):
            return from_body(await self._body(headers, receive))
        try:
            async with asyncio.timeout(self.body_max_seconds):
                return from_body(await self._body(headers, receive))
        except TimeoutError:
            raise BodyTooSlow("The body did not arrive in time.", status=408, hint="Send it at once.") from None

    def source(self, scope: Scope, headers: Headers, body: bytes) -> bytes:
        """The bytes that say what is asked for, of a request that is all there. Raises BadRequest for one of another kind."""
        method = scope["method"]
        if method == "POST":
            check_content(headers.get(b"content-type", b""), headers.get(b"content-encoding", b"identity"))
            return body
        if method in ("GET", "HEAD"):
            return b"?%b" % scope["query_string"]
        raise BadRequest(f"{shorten(method)} asks nothing.", status=METHOD_NOT_ALLOWED, hint="Use POST or GET.")

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        length = headers.get(b"content-length", b"0")
        most = self.body_max_bytes
        if length.isdigit() and int(length) > most:
            most = self._most(int(length), headers)
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            more = message.get("more_body", False)
            if size > most:
                most = self._most(size, headers)
        return b"".join(parts)

    def _most(self, size: int, headers: Headers) -> int:
        """How large a body may be that is larger than bodies are. Raises BodyTooLarge if it is larger than that."""
        most = self.load_max_bytes if b"authorization" in headers and self.may_write(headers) else self.body_max_bytes
        if size > most:
            raise BodyTooLarge(
                f"The body is larger than {most:,} bytes.", status=413, hint="Ask for less in one query; use variables."
            )
        return most


def bearer(headers: Headers) -> str | None:
    """The token that came with a request."""
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    return token.strip().decode("latin-1") if scheme.lower() == b"bearer" else None


@lru_cache(HEADERS_KEPT)
def check_content(content_type: bytes, content_encoding: bytes) -> None:
    """Raises BadRequest unless the body is plain JSON in UTF-8."""
    kind, _, parameters = content_type.decode("latin-1").partition(";")
    if kind.strip().lower() != JSON:
        raise BadRequest(f"A body has to be `{JSON}`.", status=415, hint=f"Set the header `Content-Type: {JSON}`.")
    name, _, charset = parameters.strip().lower().partition("=")
    if name == "charset" and charset.strip('"') not in ("utf-8", "utf8"):
        raise BadRequest("A body has to be in UTF-8.", status=415, hint=f"Set the header `Content-Type: {JSON}`.")
    if content_encoding.strip().lower() != b"identity":
        raise BadRequest("A compressed body is not read.", status=415, hint="Send it as it is.")


def asked_by(source: bytes) -> Request:
    """The request in the bytes that say what is asked for (`Reader.source`). Raises BadRequest."""
    return from_parameters(source[1:]) if source.startswith(b"?") else from_body(source)


def from_body(body: bytes) -> Request:
    """The request in the body of a POST. Raises BadRequest."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest("The body is not JSON in UTF-8.", hint='Send an object: {"query": "{ archive { name } }"}.') from None
    if not isinstance(found, dict):
        raise BadRequest(
            f"The body is {_name(found)}, not an object.",
            hint='Send {"query": …}, one query at a time; batches are not read.',
        )
    return checked(found)


def from_parameters(query_string: bytes) -> Request:
    """The request in the parameters of a GET. Raises BadRequest."""
    found: dict[str, Any] = {}
    parameters = parse_qs(query_string.decode("latin-1"), keep_blank_values=True)
    for name in PARAMETERS:
        values = parameters.get(name, ())
        if len(values) > 1:
            raise BadRequest(f"`{name}` is given {len(values)} times.", hint="Give each parameter once.")
        if values:
            found[name] = values[0]
    for name in OBJECTS:
        if name in found:
            try:
                found[name] = orjson.loads(found[name])
            except orjson.JSONDecodeError:
                raise BadRequest(f"`{name}` is not JSON.", hint='Write an object: {"first": 10}, percent-encoded.') from None
    return checked(found)


def checked(found: dict[str, Any]) -> Request:
    """The request, if its members are of the kinds that they have to be. Raises BadRequest."""
    for name, value in found.items():
        kind = PARAMETERS.get(name, object)
        if not isinstance(value, kind) and value is not None:
            what = "a text" if kind is str else "an object"
            raise BadRequest(f"`{name}` is {_name(value)}, not {what}.", hint="See the GraphQL-over-HTTP specification.")
    get = found.get
    return Request(get("query"), get("variables"), get("operationName") or None, get("extensions") or NO_EXTENSIONS)


def _name(value: object) -> str:
    names: dict[type, str] = {list: "a list", dict: "an object", str: "a text", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")


@lru_cache(HEADERS_KEPT)
def wanted(accept: bytes) -> str:
    """The content type of the answer: the one the client likes best. Raises BadRequest if it takes neither."""
    if not accept.strip():
        return JSON
    liked: list[tuple[float, int, str]] = []
    for place, (kind, weight) in enumerate(weighed(accept)):
        kind = JSON if kind in ("*/*", "application/*") else kind  # noqa: PLW2901 - the same one, by its name
        if weight > 0 and kind in (JSON, GRAPHQL_JSON):
            liked.append((-weight, place, kind))
    if not liked:
        raise BadRequest(f"The answer is `{GRAPHQL_JSON}` or `{JSON}`.", status=406, hint="Name one of them in `Accept`.")
    return min(liked)[2]


def weighed(header: bytes) -> list[tuple[str, float]]:
    """The members of a header like `Accept`, in small letters, with their weights; a weight that is no number is 0.

    >>> weighed(b"gzip, br;q=0.5, *;q=x")
    [('gzip', 1.0), ('br', 0.5), ('*', 0.0)]
    """
    found = []
    for part in header.decode("latin-1").lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            found.append((name, float(quality)))
        except ValueError:
            found.append((name, 0.0))
    return found
