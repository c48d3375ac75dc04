"""The command `fonds`: serve, load, query, schema, format; tokens, upkeep. Exit codes: 0 done, 1 refused, 2 cannot run.

Each command imports what it needs when it runs: all of it together takes a second.
"""

from __future__ import annotations

import gc
import json
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from data.errors import InvalidCommand, StoreMissing
from server import files, history, loads, tokens, upkeep
from server.console import Database, messages, readable_errors, settings_with
from server.upkeep import bring_up, tell_unfinished

if TYPE_CHECKING:
    from data.store import Store
    from server.settings import Settings

GARBAGE_THRESHOLDS = 20_000, 50, 50
"""Nearly all that is made is dropped by its count of references; the collector, for the rest, need not look often."""

USAGE: Any = typer.BadParameter.__mro__[1]
"""What a command line raises that cannot be understood; Typer gives it no name of its own."""

app = typer.Typer(
    help="Fonds: a GraphQL server for the records of an archive.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(history.app)
app.add_typer(tokens.app, name="token")
app.add_typer(upkeep.app)
app.command("map")(files.propose_mapping)
app.command("export")(files.export)


def main() -> None:
    """The entry point of the command."""
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    if "--json" not in sys.argv:
        app()
        return
    try:
        code = app(standalone_mode=False)
    except USAGE as error:
        told = InvalidCommand(error.format_message(), hint=f"Ask `{error.ctx.command_path if error.ctx else 'fonds'} --help`.")
        typer.echo(orjson.dumps({"error": told.as_json()}, option=orjson.OPT_INDENT_2))
        code = 2
    except typer.Abort:
        code = 1
    sys.exit(code or 0)


@app.command()
def serve(
    database: Database = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on. [FONDS_HOST; default 127.0.0.1]")] = None,
    port: Annotated[
        int | None,
        typer.Option(help="The port; 0 takes a free one. [FONDS_PORT; default 8000]", min=0, max=65535),
    ] = None,
    workers: Annotated[int | None, typer.Option(help="How many processes answer. [FONDS_WORKERS; default 1]", min=1)] = None,
    trusted: Annotated[
        Path | None,
        typer.Option("--trusted-operations", help="Answer only the operations of this file. [FONDS_TRUSTED_OPERATIONS]"),
    ] = None,
) -> None:
    """Serve the archive over HTTP; a new store is filled with the nine bundled documents.

    Example: fonds serve --database sqlite:///letters.db --port 8080
    """
    from data.driver import quicken
    from server.serving import check, run

    quicken()
    settings = settings_with(
        database_url=database, host=host, port=port, workers=workers, trusted_operations=trusted and str(trusted)
    )
    with readable_errors():
        check(settings)
        _store_to_serve(settings).close()
    listening = _listen(settings.host, settings.port)
    base = f"http://{settings.host}:{listening.getsockname()[1]}"
    messages.print(f"GraphQL API: {base}/graphql\nExplorer:    {base}/graphiql/\nStop with Ctrl-C.")
    run(settings, listening)


def _store_to_serve(settings: Settings) -> Store:
    from data.database import is_blank, is_older, path_of
    from data.store import Store

    url, path = settings.database_url, path_of(settings.database_url)
    if settings.upgrade and is_older(path):
        bring_up(settings)
    store = Store.create(url, settings.stemming) if is_blank(path) else Store.open(url)
    tell_unfinished(store)
    if not store.is_unused():
        return store
    from data.load import load as load_records
    from data.records import FILES

    report = load_records(store, FILES)
    messages.print(
        f"Made {path} with the nine bundled documents ({report.added} records).\n"
        "To serve your own: fonds load FILE… --database sqlite:///mine.db, then fonds serve --database sqlite:///mine.db"
    )
    return store


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        messages.print(f"error: {host}:{port} cannot be used: {error.strerror}. Choose another with --port.", style="red")
        raise typer.Exit(2) from None
    return listening


app.command("load")(loads.load)


@app.command()
def query(
    text: Annotated[str, typer.Argument(help="The operation, or a file that holds it.", show_default=False)],
    variables: Annotated[str | None, typer.Option(help="Variables as a JSON object, or a file that holds it.")] = None,
    operation: Annotated[str | None, typer.Option(help="Which operation, if the text has several.")] = None,
    database: Database = None,
) -> None:
    """Ask the store a GraphQL query, and print the answer as JSON.

    Example: fonds query '{ documents(first: 2) { nodes { title } } }'
    """
    import asyncio

    from schema.execute import Archive, answer

    settings = settings_with(database_url=database)
    given = _variables(variables)
    with readable_errors():
        store = _store_to_ask(settings)
        result = asyncio.run(answer(Archive(store, settings.archive_name, settings.limits()), _text_of(text), given, operation))
    typer.echo(orjson.dumps(orjson.loads(orjson.dumps(result)), option=orjson.OPT_INDENT_2).decode())
    raise typer.Exit(1 if "errors" in result else 0)


def _store_to_ask(settings: Settings) -> Store:
    from data.store import Store

    try:
        return Store.open(settings.database_url)
    except StoreMissing:
        if settings.database_url != type(settings).model_fields["database_url"].default:
            raise
        return _store_to_serve(settings)


def _text_of(text_or_path: str) -> str:
    """The file's text, if the argument names a file; else the argument."""
    if "{" in text_or_path:
        return text_or_path
    try:
        return Path(text_or_path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        messages.print(f"error: {text_or_path!r} is neither a query nor a file that can be read ({error}).", style="red")
        raise typer.Exit(2) from None


def _variables(given: str | None) -> dict[str, Any] | None:
    if given is None:
        return None
    try:
        found = json.loads(_text_of(given))
    except (ValueError, RecursionError) as error:
        messages.print(f"error: the variables are not JSON: {error}.", style="red")
        raise typer.Exit(2) from None
    if not isinstance(found, dict):
        messages.print("error: the variables are not a JSON object.", style="red")
        raise typer.Exit(2)
    return found


@app.command()
def schema() -> None:
    """Print the GraphQL schema (SDL).

    Example: fonds schema > schema.graphql
    """
    from schema.execute import schema as graphql_schema

    typer.echo(graphql_schema.as_str())


@app.command("format")
def print_format() -> None:
    """Print the record format as a JSON Schema.

    Example: fonds format > record.schema.json
    """
    from data.format import json_schema

    typer.echo(orjson.dumps(json_schema(), option=orjson.OPT_INDENT_2).decode())
