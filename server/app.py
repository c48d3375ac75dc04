"""The HTTP application: the API at /graphql, GraphiQL at /graphiql/, and /healthz."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from data.errors import BadRequest, StoreError, shorten
from data.tokens import holder
from schema.execute import Archive
from server.graphql import Endpoint
from server.graphql import Response as Answered
from server.headers import SafeHeaders
from server.logs import RequestLog
from server.persisted import Persisted, read_trusted
from server.requests import Headers, Reader, bearer
from server.settings import Settings

GRAPHIQL = Path(__file__).parent / "graphiql" / "dist"
GRAPHIQL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Explorer(StaticFiles):
    """GraphiQL from the package's own files, under a policy that lets it ask nobody else."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be asked for again whenever it is used: its name says nothing of its version."""
        response = await super().get_response(path, scope)
        response.headers["Content-Security-Policy"] = GRAPHIQL_POLICY
        response.headers["Cache-Control"] = "no-cache"
        return response


class Front:
    """The application: /graphql by its endpoint, all else by the routes, for those hosts only that it may be called by."""

    def __init__(self, endpoint: Endpoint, routes: ASGIApp, hosts: Sequence[str]) -> None:
        self.endpoint, self.routes = endpoint, routes
        self.names = {host.encode() for host in hosts}
        self.is_open = "*" in hosts
        self.graphql: ASGIApp = endpoint
        if not self.is_open:
            self.graphql = TrustedHostMiddleware(endpoint, allowed_hosts=hosts, www_redirect=False)

    def at_once(self, scope: Scope, body: bytes) -> Answered | None:
        """`Endpoint.at_once`, where the host is one of the names; about all others the middleware decides."""
        is_named = self.is_open or any(
            name == b"host" and host.partition(b":")[0] in self.names for name, host in scope["headers"]
        )
        return self.endpoint.at_once(scope, body) if is_named else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_graphql = scope["type"] == "http" and scope["path"] == "/graphql" and not _asks_first(scope)
        await (self.graphql if is_graphql else self.routes)(scope, receive, send)


def _asks_first(scope: Scope) -> bool:
    """Whether a browser asks what it may do (CORS)."""
    return scope["method"] == "OPTIONS" and any(name == b"access-control-request-method" for name, _ in scope["headers"])


def make_app(archive: Archive, settings: Settings) -> ASGIApp:
    """The application that answers from an archive."""

    def health(_: Request) -> Response:
        try:
            archive.store.read("SELECT 'ok'", ())
        except StoreError as error:
            return JSONResponse({"status": "unavailable", "code": error.code}, status_code=503, headers={"Retry-After": "1"})
        return JSONResponse({"status": "ok"})

    explores = settings.graphiql and not settings.trusted_operations

    def home(_: Request) -> Response:
        if explores:
            return RedirectResponse("graphiql/")
        return JSONResponse({"name": archive.name, "graphql": "graphql"})

    def other(request: Request, error: Exception) -> Response:
        """What no route answers, told as the endpoint tells its errors."""
        if not isinstance(error, HTTPException):
            raise error
        shown = {"code": "BAD_REQUEST", "hint": "The API is at /graphql."}
        message = f"{shorten(request.url.path)}: {error.detail}."
        return JSONResponse({"errors": [{"message": message, "extensions": shown}]}, error.status_code, error.headers)

    def may_write(headers: Headers) -> bool:
        with suppress(BadRequest):
            return bool(holder(archive.store, bearer(headers)))
        return False

    trusted = read_trusted(Path(settings.trusted_operations)) if settings.trusted_operations else None
    endpoint = Endpoint(
        archive,
        Reader(settings.body_max_bytes, settings.body_max_seconds, settings.load_max_bytes, may_write),
        Persisted(settings.persisted_queries_max_bytes, trusted),
        settings.cache_control,
    )
    routes: list[BaseRoute] = [Route("/", home), Route("/healthz", health), Route("/graphql", endpoint)]
    if explores:
        explorer = GZipMiddleware(Explorer(directory=GRAPHIQL, html=True), minimum_size=1024)
        routes.append(Mount("/graphiql", explorer))
    hosts = [host.strip() for host in settings.allowed_hosts.split(",") if host.strip()]
    others = Starlette(
        routes=routes,
        exception_handlers={HTTPException: other},
        middleware=[
            Middleware(RequestLog),
            Middleware(SafeHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
            Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["*"]),
        ],
    )
    return Front(endpoint, others, hosts)
