"""The HTTP application: the API at /graphql, GraphiQL at /graphiql/, and /healthz."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.errors import StoreError, shorten
from schema.execute import Archive
from server.graphql import Endpoint
from server.logs import RequestLog
from server.settings import Settings

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""Those that reach the endpoint; it refuses all but GET and POST in its own words."""

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
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


class SafeHeaders:
    """Wraps the application: headers that keep a browser from making more of an answer than it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, sending)


def make_app(archive: Archive, settings: Settings) -> Starlette:
    """The application that answers from an archive."""

    def health(_: Request) -> Response:
        try:
            archive.store.read("SELECT 'ok'", ())
        except StoreError as error:
            return JSONResponse({"status": "unavailable", "code": error.code}, status_code=503)
        return JSONResponse({"status": "ok"})

    def home(_: Request) -> Response:
        if settings.graphiql:
            return RedirectResponse("graphiql/")
        return JSONResponse({"name": archive.name, "graphql": "graphql"})

    def other(request: Request, error: Exception) -> Response:
        """What no route answers, told as the endpoint tells its errors."""
        if not isinstance(error, HTTPException):
            raise error
        shown = {"code": "BAD_REQUEST", "hint": "The API is at /graphql."}
        message = f"{shorten(request.url.path)}: {error.detail}."
        return JSONResponse({"errors": [{"message": message, "extensions": shown}]}, error.status_code, error.headers)

    endpoint = Endpoint(archive, settings.body_max_bytes, settings.body_max_seconds)
    routes: list[BaseRoute] = [
        Route("/", home),
        Route("/healthz", health),
        Route("/graphql", endpoint.answer, methods=METHODS),
    ]
    if settings.graphiql:
        explorer = GZipMiddleware(Explorer(directory=GRAPHIQL, html=True), minimum_size=1024)
        routes.append(Mount("/graphiql", explorer))
    hosts = [host.strip() for host in settings.allowed_hosts.split(",") if host.strip()]
    return Starlette(
        routes=routes,
        exception_handlers={HTTPException: other},
        middleware=[
            Middleware(RequestLog),
            Middleware(SafeHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
            Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["*"]),
        ],
    )
