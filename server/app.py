"""The HTTP application: the API at /graphql, GraphiQL at /graphiql/, and /healthz."""

from pathlib import Path
from typing import Any, cast

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult

from data.errors import StoreError
from schema.execute import Archive, schema, told
from server.logs import RequestLog

GRAPHIQL = Path(__file__).parent / "graphiql" / "dist"
GRAPHIQL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class View(GraphQL[Any, Any]):
    """Strawberry's view, with our JSON, our errors and the archive in the context."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(schema, graphql_ide=None, subscription_protocols=())
        self.archive = archive

    async def get_context(self, request: Any, response: Any) -> Any:
        """What the operation may use; the log reads from it what was done."""
        context = {"archive": self.archive, "request": request, "response": response}
        request.scope["fonds"] = context
        return context

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The result in GraphQL's response format."""
        del request
        whole: dict[str, Any] = {"data": result.data}
        if result.errors:
            whole["errors"] = [told(error) for error in result.errors]
        return cast("GraphQLHTTPResponse", whole)

    def encode_json(self, data: object) -> bytes:
        """The database's JSON as it came, the rest by orjson."""
        return orjson.dumps(data)


class Explorer(StaticFiles):
    """GraphiQL from the package's own files, under a policy that lets it ask nobody else."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be asked for again whenever it is used: its name says nothing of its version."""
        response = await super().get_response(path, scope)
        response.headers["Content-Security-Policy"] = GRAPHIQL_POLICY
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def make_app(archive: Archive) -> Starlette:
    """The application that answers from an archive."""

    def health(_: Request) -> Response:
        try:
            archive.store.read("SELECT 'ok'", ())
        except StoreError as error:
            return JSONResponse({"status": "unavailable", "code": error.code}, status_code=503)
        return JSONResponse({"status": "ok"})

    def home(_: Request) -> Response:
        return RedirectResponse("graphiql/")

    return Starlette(
        routes=[
            Route("/", home),
            Route("/healthz", health),
            Route("/graphql", View(archive)),
            Mount("/graphiql", Explorer(directory=GRAPHIQL, html=True)),
        ],
        middleware=[
            Middleware(RequestLog),
            Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["*"]),
        ],
    )
