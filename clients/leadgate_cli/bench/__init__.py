"""`leadgate bench`: how near the service comes to what its parts can do, as ratios within one run.

A rate says more about the machine and the minute than about the code. So each row runs two sides in turn, the service
and a limit (a bare echo on the same server, the same rows written with nothing decided, or the service itself with less
to look through), and gives the median of the paired ratios. Memory, which is no rate, is set against what is allowed.
No earlier result is ever read: ratios of different runs are not to be compared.
"""

import signal
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from leadgate_cli.bench import report
from leadgate_cli.bench.host import PROCESS_STATUS
from leadgate_cli.bench.machine import this_machine
from leadgate_cli.bench.place import BATCH, Scale
from leadgate_cli.bench.rows import ROW_IDS, SHORT_LIST, run, windows_of
from leadgate_cli.failures import EXIT_REFUSED, Misused
from leadgate_cli.output import AsJson, print_json

ALL_ROWS = ",".join(ROW_IDS)
STORED_LEADS = 20_000
"""How many leads are stored before anything is measured."""

LISTED_TOKENS = 1_000_000
"""How many tokens the long suppression list has: a tenth of what the goal is set for, which takes minutes to make."""

IMPORTED_OBJECTIONS = 100_000
"""How many objections are imported where memory is weighed."""

Rows = Annotated[str, typer.Option("--rows", help="Which rows, separated by commas.")]
Pairs = Annotated[int, typer.Option("--pairs", min=1, help="How often each side runs; a figure to quote needs 5.")]
Seconds = Annotated[float, typer.Option("--seconds-per-side", min=0.1, help="How long a side runs each time.")]
Leads = Annotated[int, typer.Option("--leads", min=500, help="How many leads are stored to begin with.")]

Tokens = Annotated[
    int, typer.Option("--tokens", min=SHORT_LIST, help="How long S13's list is; its goal is set for 10,000,000.")
]
Objections = Annotated[
    int, typer.Option("--objections", min=BATCH, help="How many S15 imports; its goal is set for 100,000.")
]


def command(  # noqa: PLR0913 - what a run is
    *,
    rows: Rows = ALL_ROWS,
    pairs: Pairs = 5,
    seconds_per_side: Seconds = 3.0,
    leads: Leads = STORED_LEADS,
    tokens: Tokens = LISTED_TOKENS,
    objections: Objections = IMPORTED_OBJECTIONS,
    as_json: AsJson = False,
) -> None:
    """Measure the service against the limits of its parts, as ratios within this run.

    It starts a PostgreSQL of its own and a service of its own, keeps nothing,
    and never compares with an earlier run.

    leadgate bench --rows S1,S2
    """
    wanted = _wanted(rows)
    # Told to end, it must still stop the servers that it started, and delete what they wrote.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_REFUSED))
    machine = this_machine()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Measuring", total=windows_of(wanted, pairs))
        findings = run(
            wanted,
            pairs=pairs,
            seconds=seconds_per_side,
            scale=Scale(leads=leads, tokens=tokens, objections=objections),
            advance=lambda: progress.advance(task),
        )
    machine.versions.update(findings.databases)
    if as_json:
        print_json(report.as_object(findings.ratios, machine))
    else:
        report.show(findings.ratios, machine)


def _wanted(rows: str) -> list[str]:
    wanted = [row.strip().upper() for row in rows.split(",")]
    if not set(wanted) <= set(ROW_IDS):
        raise Misused(f"--rows takes {', '.join(ROW_IDS)}, separated by commas.")
    if "S15" in wanted and not PROCESS_STATUS.exists():
        raise Misused("S15 reads what Linux alone tells of a process: name the other rows with --rows.")
    return wanted
