"""The commands `fonds token`: who may write over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from server.console import Database, messages, opened, readable_errors

app = typer.Typer(help="Who may write over HTTP: nobody, as long as there is no token.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The token's name: loads are kept under it.", show_default=False)]


@app.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="What it allows: `editor` may load, undo, merge and split.")] = "editor",
    database: Database = None,
) -> None:
    """Make a token and print its secret, once: only a hash of it is kept.

    Example: fonds token add anna --role editor
    """
    from data import tokens
    from data.errors import InvalidToken

    with readable_errors():
        if role not in set(tokens.TokenRole):
            raise InvalidToken(f"There is no role {role!r}.", hint=f"Roles are: {', '.join(tokens.TokenRole)}.")
        secret = tokens.add(opened(database), name, tokens.TokenRole(role), datetime.now(UTC))
    messages.print(f"The token {name!r} ({role}). Keep it: it is not shown again.")
    typer.echo(secret)


@app.command("list")
def show(database: Database = None) -> None:
    """List all tokens, without their secrets.

    Example: fonds token list
    """
    from data import tokens

    with readable_errors():
        found = tokens.listed(opened(database))
    for one in found:
        typer.echo(f"{one.name}\t{one.role}\tsince {one.created_at}" + (f"\trevoked {one.revoked_at}" if one.revoked_at else ""))
    if not found:
        messages.print("There are no tokens: writing over HTTP is off. `fonds token add NAME` makes one.")


@app.command()
def revoke(name: Name, database: Database = None) -> None:
    """End a token at once. What it wrote stays.

    Example: fonds token revoke anna
    """
    from data import tokens

    with readable_errors():
        tokens.revoke(opened(database), name, datetime.now(UTC))
    messages.print(f"The token {name!r} is revoked.")
