"""`leadgate demo`: what the gate does, shown on invented people, with nothing else running.

Service, providers and callers share one process and talk over loopback HTTP and gRPC; the demo holds the clock.
"""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from leadgate_cli.demo.report import figures, show
from leadgate_cli.demo.run import perform, write_script
from leadgate_cli.failures import EXIT_REFUSED, Misused
from leadgate_cli.output import AsJson, print_json, say

_MOST_LEADS = 100_000

Leads = Annotated[int, typer.Option(min=1, max=_MOST_LEADS, help="How many invented people and companies come in.")]
Seed = Annotated[int, typer.Option(help="Another seed is another world; the same seed gives the same counts.")]
Keep = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Leave database, keys and logs there; it must be empty, or not exist."),
]


def command(*, leads: Leads = 1000, seed: Seed = 1, keep: Keep = None, as_json: AsJson = False) -> None:
    """Run generated leads through the gate, and say what happened.

    Everything runs on this machine, on SQLite, for some fifty days of a clock that the demo holds. Exit code 1 means
    that something did not hold that must.

    leadgate demo

    leadgate demo --leads 200 --seed 7 --keep kept --json
    """
    folder = _prepared(keep) if keep is not None else None
    script = write_script(leads, seed)
    with ExitStack() as stack:
        place = folder or Path(stack.enter_context(TemporaryDirectory(prefix="leadgate-demo-")))
        progress = stack.enter_context(_progress(hidden=as_json))
        task = progress.add_task("", total=script.steps)
        performance = perform(
            script,
            place,
            lambda day: progress.update(task, advance=1, description=f"{day:%d %B %Y}"),
        )
    if as_json:
        print_json(figures(performance))
    else:
        show(performance, folder)
    for rule in performance.ending.broken:
        say(f"This must hold and does not: {rule}")
    if performance.ending.broken:
        raise typer.Exit(EXIT_REFUSED)


def _prepared(folder: Path) -> Path:
    """Make the folder that the files of a run are left in.

    Raises:
        Misused: It holds something, or cannot be made or read.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        holds_something = any(folder.iterdir())
    except OSError as error:
        raise Misused(f"--keep: {folder} cannot be used: {error.strerror}.") from None
    if holds_something:
        raise Misused(f"--keep: {folder} is not empty. Name an empty folder, or one that does not exist.")
    return folder.resolve()


def _progress(*, hidden: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=hidden)
