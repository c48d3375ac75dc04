"""The commands `fonds map` and `fonds export`: what comes before a load, and the way out again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any

import orjson
import typer

from server.console import Database, messages, opened, readable_errors

STANDARD_OUTPUT = "-"
PAGE_ROWS = 100
FOUND = """
query ($filter: DocumentFilter, $search: String, $first: Int, $after: String) {
  documents(filter: $filter, search: $search, orderBy: {field: TITLE}, first: $first, after: $after) {
    nodes { recordId } pageInfo { hasNextPage endCursor } } }
"""


def propose_mapping(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files with keys or columns of their own; `-` is standard input.", show_default=False),
    ] = None,
    file_format: Annotated[str | None, typer.Option("--format", help="Its format, if the suffix does not tell.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Its encoding, if it is not UTF-8, such as windows-1252.")] = None,
    *,
    describe: Annotated[bool, typer.Option("--schema", help="Print what a mapping may say, as a JSON Schema.")] = False,
) -> None:
    """Propose a mapping for files, from their headers or their first records, as YAML to be read over.

    Example: fonds map letters.csv > letters.map.yaml
    """
    from data.mapping.model import MappingFile
    from data.mapping.propose import propose
    from data.readers import read

    if describe:
        typer.echo(orjson.dumps(MappingFile.model_json_schema(), option=orjson.OPT_INDENT_2).decode())
    elif not files:
        raise typer.BadParameter("Name a file, or ask for `--schema`.", param_hint="FILE")
    else:
        with readable_errors():
            found = {file: read(file, file_format, encoding=encoding, is_mapped=True) for file in files}
            typer.echo(propose(found), nl=False)


def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write; `-` is standard output.")] = Path("-"),
    only: Annotated[
        str | None, typer.Option("--filter", help="Only these documents: a GraphQL DocumentFilter as JSON, or a file with it.")
    ] = None,
    search: Annotated[str | None, typer.Option(help="Only documents that this search finds.")] = None,
    database: Database = None,
) -> None:
    """Write the archive as JSON Lines: people, topics, documents, each by id. Loaded into an empty store it is the same archive.

    Of some documents the people and topics that they refer to are written too.

    Example: fonds export --filter '{"person": {"id": ["stalin"]}}' --output stalin.jsonl
    """
    from data.export import export as lines

    with readable_errors():
        store = opened(database)
        chosen = None if only is None and search is None else _chosen(store, only, search)
        with store.snapshot() as connection:
            count = _write(lines(connection, chosen), output)
    messages.print(f"{count} records written." if str(output) == STANDARD_OUTPUT else f"{output}: {count} records.")


def _chosen(store: Any, only: str | None, search: str | None) -> list[str]:
    """The ids of the documents that are meant, as GraphQL finds them, page by page."""
    import asyncio

    from schema.execute import Archive, answer

    archive = Archive(store)
    asked = {"filter": _filter(only), "search": search, "first": PAGE_ROWS, "after": None}
    found: list[str] = []
    while True:
        body = orjson.loads(orjson.dumps(asyncio.run(answer(archive, FOUND, asked))))
        if "errors" in body:
            for error in body["errors"]:
                messages.print(f"error: {error['message']} {error['extensions'].get('hint', '')}".strip(), style="red")
            raise typer.Exit(1)
        page = body["data"]["documents"]
        found += [node["recordId"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        asked["after"] = page["pageInfo"]["endCursor"]


def _filter(given: str | None) -> Any:
    if given is None:
        return None
    try:
        return orjson.loads(given if "{" in given else Path(given).read_bytes())
    except (OSError, ValueError) as error:
        messages.print(f"error: the filter is neither JSON nor a file with it: {error}.", style="red")
        raise typer.Exit(2) from None


def _write(lines: Iterable[bytes], output: Path) -> int:
    """Writes the lines and counts them; a file is there when it is whole, or not at all."""
    if str(output) == STANDARD_OUTPUT:
        return _print(lines)
    try:
        with NamedTemporaryFile(dir=output.absolute().parent, prefix=f".{output.name}.", delete=False) as file:
            try:
                count = 0
                for count, line in enumerate(lines, start=1):  # noqa: B007 - what is left of it is the number
                    file.write(line)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).chmod(0o666 & ~_umask())
                Path(file.name).replace(output)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        messages.print(f"error: {output} cannot be written: {error.strerror}.", style="red")
        raise typer.Exit(2) from None
    return count


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _print(lines: Iterable[bytes]) -> int:
    count = 0
    try:
        for count, line in enumerate(lines, start=1):  # noqa: B007 - as above
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return count
