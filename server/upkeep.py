"""The commands that look after a store: check, reindex, backup, upgrade."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from data.errors import StoreDamaged
from server.console import Database, messages, opened, readable_errors, settings_with

if TYPE_CHECKING:
    from data.audit.findings import Finding
    from data.store import Store
    from server.settings import Settings

FINDINGS_SHOWN = 20

app = typer.Typer()


def bring_up(settings: Settings) -> None:
    """Brings the store to the newest layout, and says so."""
    from data.upgrade import upgrade as upgrade_store

    messages.print(str(upgrade_store(settings.database_url, now=datetime.now(UTC), stemming=settings.stemming)))


def tell_unfinished(store: Store) -> None:
    """Says what became of a load that was cut off, if there was one."""
    became = store.unfinished()
    if became:
        messages.print(became, style="yellow")


@app.command()
def upgrade(database: Database = None) -> None:
    """Bring the store of an older Fonds up to this one, after a copy of it beside it.

    Example: fonds upgrade
    """
    settings = settings_with(database_url=database)
    with readable_errors():
        bring_up(settings)


@app.command()
def check(
    database: Database = None,
    most: Annotated[int, typer.Option(help="How many findings of a code to show.", min=1)] = FINDINGS_SHOWN,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object for scripts.")] = False,
) -> None:
    """See whether the store is as it should be: 0 if it is, 1 with what is wrong and what mends it, 2 if it cannot be read.

    Example: fonds check
    """
    with readable_errors():
        counts, shown = _looked_at(database, most)
    if as_json:
        findings = [{"code": f.code, "where": f.where, "what": f.what, "detail": f.detail, "mends": f.mends} for f in shown]
        typer.echo(orjson.dumps({"counts": counts, "findings": findings}, option=orjson.OPT_INDENT_2).decode())
    else:
        for finding in shown:
            typer.echo(f"{finding} — {finding.mends}")
        for code, count in counts.items():
            if count > most:
                typer.echo(f"… and {count - most} more of {code}.")
        messages.print(f"{sum(counts.values()) or 'Nothing'} found.")
    raise typer.Exit(1 if counts else 0)


def _looked_at(database: str | None, most: int) -> tuple[Counter[str], list[Finding]]:
    """How many findings there are of each code, and the first of each."""
    from data.audit import audit
    from data.audit.findings import Finding

    counts, shown = Counter[str](), []
    try:
        store = opened(database)
        tell_unfinished(store)
        with store.snapshot() as connection:
            for finding in audit(connection, store.words):
                counts[finding.code] += 1
                if counts[finding.code] <= most:
                    shown.append(finding)
    except StoreDamaged as error:
        counts["FILE_DAMAGED"] += 1
        shown.append(Finding("FILE_DAMAGED", "the file", error.message))
    return counts, shown


@app.command()
def reindex(
    database: Database = None,
    stemming: Annotated[
        str | None, typer.Option(help="Stem words so from now on: a language such as `russian`, or `none`.")
    ] = None,
) -> None:
    """Make anew what is made from the records: the index, sort keys, days of dates, what stands above topics.

    Example: fonds reindex --stemming russian
    """
    from data.derive import reindex as derive

    settings_with(stemming=stemming)
    with readable_errors():
        store = opened(database)
        derive(store, stemming)
        messages.print(f"{store.path}: made anew, stemmed as {store.words.stemming}.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy goes; nothing may be there.", show_default=False)],
    database: Database = None,
) -> None:
    """Copy the store as it is now, also while it is served or loaded into.

    Example: fonds backup letters-monday.db
    """
    from data.database import copy

    with readable_errors():
        messages.print(f"{copy(opened(database).path, file)}: copied.")
