"""`leadgate doctor`: what is still open between the present state and lawful operation."""

from typing import Annotated

import typer
from leadgate_service.app import utc_now

from leadgate_cli.diagnosis import diagnose
from leadgate_cli.failures import EXIT_REFUSED
from leadgate_cli.output import AsJson, print_json
from leadgate_cli.points import any_blocks, document, show
from leadgate_cli.settings import environment

Dev = Annotated[bool, typer.Option("--dev", envvar="LEADGATE_DEV", help="Judge it as a development server.")]


def command(*, dev: Dev = False, as_json: AsJson = False) -> None:
    """Say what is still open between here and lawful operation.

    It looks at settings, rings, database, policy, sources and checkpoints,
    names a remedy for each point, and changes nothing. Exit code 1 says that
    a point blocks the service or its intake.

    leadgate doctor
    leadgate doctor --json
    """
    points = diagnose(environment({"LEADGATE_DEV": "1" if dev else None}), utc_now)
    blocked = any_blocks(points)
    if as_json:
        print_json({"ready": not blocked, "points": document(points)})
    else:
        show(points)
    if blocked:
        raise typer.Exit(EXIT_REFUSED)
