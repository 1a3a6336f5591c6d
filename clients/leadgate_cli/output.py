"""What commands print: data on stdout, for people or as one JSON document, and talk on stderr."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from leadgate_cli.failures import Misused

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]
"""The option that every command has that prints data."""

Confirmed = Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")]
"""The option of every command that takes something away."""

_WIDE = 400
"""Columns for a table that goes to a file or a pipe, where nobody's window cuts it off."""


def print_json(document: Any) -> None:
    """Print one JSON document; dates and times as ISO 8601."""
    typer.echo(json.dumps(document, indent=2, default=_iso))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; what is None is left blank."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    _print(table)


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print what is known of one thing, a line for each; what is None is left out."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in facts:
        if value is not None:
            table.add_row(name, _cell(value))
    _print(table)


def say(text: str) -> None:
    """Tell the person at the terminal something that is not data."""
    typer.echo(text, err=True)


def confirm(question: str, *, yes: bool) -> None:
    """Ask whether it is meant, unless that was said already.

    Raises:
        Misused: Nobody is there to answer.
        typer.Abort: It is not meant.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise Misused("Nobody is there to confirm this: pass --yes if it is meant.")
    typer.confirm(question, abort=True, err=True)


def _print(table: Table) -> None:
    console = Console(width=None if sys.stdout.isatty() else _WIDE)
    with console.capture() as drawn:
        console.print(table)
    for line in drawn.get().splitlines():
        typer.echo(line.rstrip())


def _cell(value: object) -> Text:
    """Show a value as it is: no markup is read in it, and nothing in it can steer the terminal."""
    text = "" if value is None else str(value)
    return Text("".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text))


def _iso(value: object) -> str:
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
