"""The command `fonds load`: options, progress, the report. Exit codes: 0 done, 1 refused, 2 cannot run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from data.errors import FondsError, RecordError, Rejected
from server.console import (
    Database,
    exit_code,
    fail,
    messages,
    settings_with,
    tell_errors,
)
from server.upkeep import bring_up, tell_unfinished

if TYPE_CHECKING:
    from data.load import Progress, Watch
    from data.options import Mode, Options
    from data.report import Report
    from data.sources import RecordFile
    from data.store import Store
    from server.settings import Settings

LINE_EVERY_SECONDS = 5.0
REJECTED = Path("rejected.jsonl")


class OnError(StrEnum):
    STOP = "stop"
    SKIP = "skip"


def load(  # noqa: PLR0913 - each is an option of the command line
    files: Annotated[
        list[Path],
        typer.Argument(help="Record files, folders, patterns; - is standard input.", show_default=False),
    ],
    database: Database = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do all of it, take it back, and tell what would be.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Print each change, field by field.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="A record that is given is the whole record: fields that are absent go.")
    ] = False,
    append: Annotated[bool, typer.Option("--append", help="Only new records: an id that is known is an error.")] = False,
    delete_missing: Annotated[
        str | None,
        typer.Option(
            help="Also remove what is not given of this scope: document, person, topic, or collection=NAME, genre=NAME, …",
            metavar="SCOPE",
        ),
    ] = None,
    on_error: Annotated[OnError, typer.Option(help="Refuse the load, or keep the records that are right.")] = OnError.STOP,
    rejected: Annotated[
        Path | None, typer.Option(help="With skip: the file for the others, as they were given. [default: rejected.jsonl]")
    ] = None,
    max_errors: Annotated[int, typer.Option(help="How many errors, and how many warnings, are told.", min=1)] = 100,
    file_format: Annotated[str | None, typer.Option("--format", help="The files' format, where no suffix tells it.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Their encoding, if it is not UTF-8, such as windows-1252.")] = None,
    mapping: Annotated[Path | None, typer.Option("--map", help="A YAML file that makes records of other objects.")] = None,
    by: Annotated[str | None, typer.Option(help="Who loads, for the history. [default: the system's user]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> None:
    """Load record files: all of them, or nothing. A record whose id is known is updated: fields that are given replace.

    Example: fonds load letters.jsonl people.yaml
    """
    settings = settings_with(database_url=database)
    mode = _mode(replace=replace, append=append, delete_missing=delete_missing is not None)
    with _refusals(mode, is_dry_run=dry_run, as_json=as_json):
        options = _options(mode=mode, scope=delete_missing, dry_run=dry_run, max_errors=max_errors, by=by)
        options = _skipping(options, on_error, rejected)
        sources = list(_sources(files, file_format, encoding, mapping))
        with _store(settings) as store:
            report = _run(store, sources, options, diff=diff, is_quiet=as_json)
    _tell(report, store.path, options, as_json=as_json)


@contextmanager
def _refusals(mode: Mode, *, is_dry_run: bool, as_json: bool) -> Iterator[None]:
    """What refuses the load: lines for a person, for a script the report with the one error that says why; an exit code."""
    from data.report import Report

    try:
        yield
    except FondsError as error:
        if not as_json:
            fail(error, exit_code(error))
        known = getattr(error, "report", None)
        errors = error.errors if isinstance(error, Rejected) else [error] if isinstance(error, RecordError) else []
        unread = Report(None, mode.value, is_dry_run, is_refused=True, errors=errors, error_count=len(errors))
        report = known if isinstance(known, Report) else unread
        typer.echo(orjson.dumps(report.as_json(error), option=orjson.OPT_INDENT_2))
        raise typer.Exit(exit_code(error)) from None


def _mode(*, replace: bool, append: bool, delete_missing: bool) -> Mode:
    from data.options import Mode

    asked = ((Mode.REPLACE, replace), (Mode.APPEND, append), (Mode.DELETE_MISSING, delete_missing))
    chosen = [mode for mode, is_on in asked if is_on]
    if len(chosen) > 1:
        raise typer.BadParameter("--replace, --append and --delete-missing exclude each other.")
    return chosen[0] if chosen else Mode.UPSERT


def _options(*, mode: Mode, scope: str | None, dry_run: bool, max_errors: int, by: str | None) -> Options:
    from data.options import Options, Scope, current_user

    bounds = None if scope is None else Scope.parse(scope)
    return Options(mode=mode, scope=bounds, is_dry_run=dry_run, max_errors=max_errors, by=by or current_user())


def _skipping(options: Options, on_error: OnError, rejected: Path | None) -> Options:
    from dataclasses import replace

    if on_error is OnError.STOP:
        if rejected:
            raise typer.BadParameter("--rejected goes with --on-error skip.")
        return options
    return replace(options, skips=True, rejected=rejected or REJECTED)


def _sources(files: list[Path], file_format: str | None, encoding: str | None, mapping: Path | None) -> Iterator[RecordFile]:
    from data.mapping import read_mapping
    from data.sources import RecordFiles

    rules, others = (read_mapping(mapping), [mapping]) if mapping else (None, [])
    found = RecordFiles(file_format, encoding, rules, others)
    errors: list[RecordError] = []
    for name in files:
        try:
            yield from found.of(name)
        except RecordError as error:
            errors.append(error)
    if errors:
        raise Rejected(errors)


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    """The store, made or brought up if need be; one that was made for a load that is refused is taken away."""
    from data.database import is_older, path_of
    from data.store import Store

    path = path_of(settings.database_url)
    is_new = not path.exists()
    if settings.upgrade and is_older(path):
        bring_up(settings)
    store = Store.create(settings.database_url, settings.stemming)
    store.write_wait_max_seconds = settings.write_wait_max_seconds
    tell_unfinished(store)
    try:
        yield store
    finally:
        if is_new and store.is_unused():
            store.discard()
        else:
            store.close()


def _run(store: Store, sources: list[RecordFile], options: Options, *, diff: bool, is_quiet: bool) -> Report:
    from data.changes import Change
    from data.load import load as load_records

    def tell(change: Change) -> None:
        for line in change.lines():
            (messages.print if is_quiet else typer.echo)(line)

    with _progress(is_quiet=is_quiet) as watch:
        return load_records(store, sources, options, watch=watch, tell=tell if diff else None)


@contextmanager
def _progress(*, is_quiet: bool) -> Iterator[Watch | None]:
    """How far it is: a bar with rate and remaining time on a terminal, else a line now and then."""
    if is_quiet:
        yield None
    elif messages.is_terminal:
        with _bar() as watch:
            yield watch
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator[Watch]:
    from rich import progress as rich_progress
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    bar = rich_progress.Progress(*columns, console=messages, transient=True)
    task, start = bar.add_task("0 records", total=None), monotonic()

    def watch(progress: Progress) -> None:
        bar.start()  # not before: with it begins a thread, and where there are several no records are read ahead
        rate = progress.records / max(monotonic() - start, 1e-9)
        told = f"{progress.records:,} records, {rate:,.0f} a second"
        bar.update(task, description=told, completed=progress.read_bytes, total=progress.size_bytes or None)

    try:
        yield watch
    finally:
        bar.stop()


def _lines() -> Watch:
    start = last = monotonic()

    def watch(progress: Progress) -> None:
        nonlocal last
        now = monotonic()
        if now - last < LINE_EVERY_SECONDS:
            return
        last = now
        share = progress.read_bytes / progress.size_bytes if progress.size_bytes else 0
        rest = f", {(now - start) * (1 - share) / share:,.0f} s to go" if share else ""
        messages.print(f"{progress.records:,} records, {progress.records / (now - start):,.0f} a second{rest}")

    return watch


def _tell(report: Report, path: Path, options: Options, *, as_json: bool) -> None:
    """The report, and exit code 1 if records were rejected."""
    if as_json:
        typer.echo(orjson.dumps(report.as_json(), option=orjson.OPT_INDENT_2))
    else:
        tell_errors(report.errors, report.error_count)
        for warning in report.warnings:
            messages.print(f"warning: {warning.code}: {warning}", style="yellow")
        if report.warning_count > len(report.warnings):
            messages.print(f"… and {report.warning_count - len(report.warnings)} more warnings.", style="yellow")
        for file in report.rejected_files:
            messages.print(f"Rejected records stand in {file}, their errors in {file}.errors.txt: mend them, and load that.")
        would = "dry run, nothing was written: " if options.is_dry_run else ""
        messages.print(f"{path}: {would}{report}.")
    if report.rejected:
        raise typer.Exit(1)
