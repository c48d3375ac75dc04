"""The commands of history: undo a load, merge two records, split them, say that two people are not the same."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from server.console import Database, messages, opened, readable_errors

if TYPE_CHECKING:
    from data.changes import Change
    from data.editing import Editor
    from data.report import Report

app = typer.Typer()


class Mergeable(StrEnum):
    """The types of records that can be merged."""

    PERSON = "person"
    TOPIC = "topic"


DryRun = Annotated[bool, typer.Option("--dry-run", help="Only try it, and tell what would come of it.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show each record and field that changes.")]
Type = Annotated[Mergeable, typer.Argument(help="What the records are.", show_default=False)]


@app.command()
def undo(
    load: Annotated[str, typer.Argument(help="The load: its number, or its id (`Load:12`).", show_default=False)],
    dry_run: DryRun = False,  # noqa: FBT002 - so options are declared
    diff: Diff = False,  # noqa: FBT002 - the same
    database: Database = None,
) -> None:
    """Take back what a load changed; refused where later loads changed the same. It is a load itself and can be undone.

    Example: fonds undo 12 --dry-run --diff
    """
    from data.errors import UnknownLoad
    from data.undo import undo as take_back

    with readable_errors():
        number = load.removeprefix("Load:")
        if not (number.isascii() and number.isdigit()):
            raise UnknownLoad(f"{load!r} is not a load.", hint="Give its number, or its id: `Load:12`.")
        editor = _editor(database, dry_run=dry_run, diff=diff)
        _tell(take_back(editor, int(number)), editor)


@app.command()
def merge(  # noqa: PLR0913, PLR0917 - an argument or option each
    kind: Type,
    old: Annotated[str, typer.Argument(help="The record that is no more; its id keeps resolving.", show_default=False)],
    into: Annotated[str, typer.Argument(help="The record that stays.", show_default=False)],
    dry_run: DryRun = False,  # noqa: FBT002 - so options are declared
    diff: Diff = False,  # noqa: FBT002 - the same
    database: Database = None,
) -> None:
    """Make one of two people, or of two topics: names, identifiers, notes and all that refers to the old one move.

    Example: fonds merge person filippov stalin
    """
    from data.merge import merge as make_one

    with readable_errors():
        editor = _editor(database, dry_run=dry_run, diff=diff)
        _tell(make_one(editor, kind.value, old, into), editor)


@app.command()
def split(
    kind: Type,
    old: Annotated[str, typer.Argument(help="The record that was merged into another.", show_default=False)],
    dry_run: DryRun = False,  # noqa: FBT002 - so options are declared
    diff: Diff = False,  # noqa: FBT002 - the same
    database: Database = None,
) -> None:
    """Take a merge back: both records are as they were.

    Example: fonds split person filippov
    """
    from data.merge import split as make_two

    with readable_errors():
        editor = _editor(database, dry_run=dry_run, diff=diff)
        _tell(make_two(editor, kind.value, old), editor)


@app.command()
def distinct(
    one: Annotated[str, typer.Argument(help="A person's id.", show_default=False)],
    other: Annotated[str, typer.Argument(help="Another person's.", show_default=False)],
    database: Database = None,
) -> None:
    """Keep that two people of like names are not the same, so that no load asks again.

    Example: fonds distinct mao-zedong mao-anying
    """
    from data.merge import distinct as keep_apart

    with readable_errors():
        editor = _editor(database, dry_run=False, diff=False)
        _tell(keep_apart(editor, one, other), editor)


def _editor(database: str | None, *, dry_run: bool, diff: bool) -> Editor:
    from data.editing import Editor
    from data.options import current_user

    return Editor(opened(database), current_user(), dry_run, _show if diff else None)


def _show(change: Change) -> None:
    for line in change.lines():
        typer.echo(line)


def _tell(report: Report, editor: Editor) -> None:
    counts = f"{report.added} added, {report.changed} changed, {report.removed} removed"
    what = "Nothing is changed: this would come of it" if editor.dry_run else f"Load {report.load_id}"
    messages.print(f"{what}: {counts}.")
