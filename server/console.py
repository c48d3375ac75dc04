"""What all commands share: the terminal, the option that names the store, the settings, errors as readable lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console

from data.errors import ChangeRefused, FondsError, InvalidScope, RecordError, Rejected

if TYPE_CHECKING:
    from data.store import Store
    from server.settings import Settings

messages = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)

Database = Annotated[
    str | None,
    typer.Option("--database", help="The store, as sqlite:///PATH. [FONDS_DATABASE_URL; default sqlite:///fonds.db]"),
]


def settings_with(**given: Any) -> Settings:
    """The settings, with those given on the command line; ends the command if one is wrong."""
    from pydantic import ValidationError

    from server.settings import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        for detail in error.errors():
            messages.print(f"error: FONDS_{str(detail['loc'][0]).upper()}: {detail['msg']}", style="red")
        raise typer.Exit(2) from None


def opened(database: str | None) -> Store:
    """The store that is there. Raises StoreError if there is none, or none of ours."""
    from data.store import Store

    return Store.open(settings_with(database_url=database).database_url)


def tell_errors(errors: Sequence[RecordError], count: int) -> None:
    """The errors as lines, and how many more there are."""
    for one in errors:
        messages.print(f"error: {one}" + (f" — {one.hint}" if one.hint else ""), style="red")
    if count > len(errors):
        messages.print(f"… and {count - len(errors)} more (`--max-errors` tells more).", style="red")


def fail(error: FondsError, code: int) -> NoReturn:
    """Ends the command with all that is wrong."""
    errors: list[RecordError] = error.errors if isinstance(error, Rejected | ChangeRefused) else []
    tell_errors(errors, error.count if isinstance(error, Rejected) else len(errors))
    sentence = str(error) if isinstance(error, RecordError) else error.message
    messages.print(f"error: {sentence}" + (f" {error.hint}" if error.hint else ""), style="red")
    raise typer.Exit(code)


def exit_code(error: FondsError) -> int:
    """1 for what was refused, 2 for a store that cannot be used."""
    return 1 if isinstance(error, Rejected | ChangeRefused | RecordError | InvalidScope) else 2


@contextmanager
def readable_errors() -> Iterator[None]:
    """Errors as lines, and an exit code."""
    try:
        yield
    except FondsError as error:
        fail(error, exit_code(error))
