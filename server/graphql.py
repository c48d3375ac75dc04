"""The endpoint /graphql, after the GraphQL-over-HTTP specification: what is a request, and with which status it is answered.

    https://graphql.github.io/graphql-over-http/draft/

A request is a POST with a JSON body, or a GET with parameters. What is none gets a 4xx and says why. There are no mutations, so a
GET can do no harm; no form content type is read, so no foreign page can post without asking first (CORS).
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from data.errors import BadRequest, BodyTooLarge, BodyTooSlow, shorten
from schema.execute import Answer, Archive, faults, run

GRAPHQL_JSON, JSON = "application/graphql-response+json", "application/json"
PARAMETERS = {"query": str, "operationName": str, "variables": dict, "extensions": dict}
OBJECTS = ("variables", "extensions")
METHOD_NOT_ALLOWED = 405
CLIENT_GONE = 499


@dataclass(frozen=True)
class Asked:
    """A GraphQL request, whichever way it came."""

    query: str
    variables: dict[str, Any] | None
    operation: str | None


@dataclass(frozen=True)
class Endpoint:
    """Answers requests from an archive; bodies are bounded in bytes and seconds."""

    archive: Archive
    body_max_bytes: int
    body_max_seconds: float

    async def answer(self, request: Request) -> Response:
        """The answer, always JSON. What the log needs of it stands in the request's scope."""
        try:
            kind = wanted(request.headers.get("accept"))
        except BadRequest as error:
            return respond({"errors": faults(error)}, JSON, error.status)
        try:
            asked = await self._read(request)
        except BadRequest as error:
            return respond({"errors": faults(error)}, kind, error.status)
        except ClientDisconnect:
            return Response(status_code=CLIENT_GONE)
        found = await _unless_gone(request, run(self.archive, asked.query, asked.variables, asked.operation))
        if found is None:
            return Response(status_code=CLIENT_GONE)
        request.scope["fonds"] = {"operation": found.operation, "statements": found.statements}
        return respond(found.body, kind, _status(found, kind))

    async def _read(self, request: Request) -> Asked:
        if request.method in ("GET", "HEAD"):
            return from_parameters(request)
        if request.method != "POST":
            raise BadRequest(f"{shorten(request.method)} asks nothing.", status=METHOD_NOT_ALLOWED, hint="Use POST or GET.")
        _check_content(request)
        try:
            async with asyncio.timeout(self.body_max_seconds):
                body = await self._body(request)
        except TimeoutError:
            raise BodyTooSlow("The body did not arrive in time.", status=408, hint="Send it at once.") from None
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise BadRequest(
                "The body is not JSON in UTF-8.", hint='Send an object: {"query": "{ archive { name } }"}.'
            ) from None
        if not isinstance(found, dict):
            raise BadRequest(
                f"The body is {_name(found)}, not an object.",
                hint='Send {"query": …}, one query at a time; batches are not read.',
            )
        return checked(found)

    async def _body(self, request: Request) -> bytes:
        length = request.headers.get("content-length", "0")
        if length.isdigit() and int(length) > self.body_max_bytes:
            raise self._too_large()
        parts, size = [], 0
        async for part in request.stream():
            parts.append(part)
            size += len(part)
            if size > self.body_max_bytes:
                raise self._too_large()
        return b"".join(parts)

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(
            f"The body is larger than {self.body_max_bytes:,} bytes.",
            status=413,
            hint="Ask for less in one query; use variables.",
        )


def _status(found: Answer, kind: str) -> int:
    """In the older kind, whatever GraphQL itself refuses is 200 too; a fault of ours before execution is 500 in both."""
    if not found.is_refused:
        return 200
    if any(error["extensions"]["code"] == "INTERNAL_ERROR" for error in found.body["errors"]):
        return 500
    return 400 if kind == GRAPHQL_JSON else 200


def _check_content(request: Request) -> None:
    """Raises BadRequest unless the body is plain JSON in UTF-8."""
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() != JSON:
        raise BadRequest(f"A body has to be `{JSON}`.", status=415, hint=f"Set the header `Content-Type: {JSON}`.")
    name, _, charset = parameters.strip().lower().partition("=")
    if name == "charset" and charset.strip('"') not in ("utf-8", "utf8"):
        raise BadRequest("A body has to be in UTF-8.", status=415, hint=f"Set the header `Content-Type: {JSON}`.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise BadRequest("A compressed body is not read.", status=415, hint="Send it as it is.")


def from_parameters(request: Request) -> Asked:
    """The request in the parameters of a GET. Raises BadRequest."""
    found: dict[str, Any] = {}
    for name in PARAMETERS:
        values = request.query_params.getlist(name)
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


def checked(found: dict[str, Any]) -> Asked:
    """The request, if its members are of the kinds that they have to be. Raises BadRequest."""
    for name, kind in PARAMETERS.items():
        value = found.get(name)
        if value is not None and not isinstance(value, kind):
            what = "a text" if kind is str else "an object"
            raise BadRequest(f"`{name}` is {_name(value)}, not {what}.", hint="See the GraphQL-over-HTTP specification.")
    if not found.get("query"):
        raise BadRequest("There is no `query`.", hint='Send {"query": "{ archive { name } }"}, or ?query=… by GET.')
    return Asked(found["query"], found.get("variables"), found.get("operationName") or None)


def _name(value: object) -> str:
    names: dict[type, str] = {list: "a list", dict: "an object", str: "a text", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")


def wanted(accept: str | None) -> str:
    """The content type of the answer: the one the client likes best. Raises BadRequest if it takes neither."""
    if not accept or not accept.strip():
        return JSON
    liked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.lower().split(",")):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 0.0
        kind = JSON if kind in ("*/*", "application/*") else kind
        if weight > 0 and kind in (JSON, GRAPHQL_JSON):
            liked.append((-weight, place, kind))
    if not liked:
        raise BadRequest(f"The answer is `{GRAPHQL_JSON}` or `{JSON}`.", status=406, hint="Name one of them in `Accept`.")
    return min(liked)[2]


def respond(body: dict[str, Any], kind: str, status: int) -> Response:
    """The body as JSON of the kind that was asked for."""
    headers = {"Vary": "Accept", "Allow": "GET, POST"} if status == METHOD_NOT_ALLOWED else {"Vary": "Accept"}
    return Response(orjson.dumps(body), status, headers, f"{kind}; charset=utf-8")


async def _unless_gone(request: Request, answering: Any) -> Answer | None:
    """The answer; None if the client went away first, and then the work for it is stopped."""
    work = asyncio.ensure_future(answering)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        return work.result() if work.done() else None
    finally:
        gone.cancel()
        work.cancel()
        await asyncio.gather(work, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
