"""`leadgate doctor`: what is still open between the present state and lawful operation."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from typing import Annotated

import typer
from leadgate_service.app import utc_now

from leadgate_cli.diagnosis import Point, Standing, diagnose
from leadgate_cli.failures import EXIT_REFUSED
from leadgate_cli.output import AsJson, print_json, print_table, say
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
    blocked = any(point.standing is Standing.BLOCKS for point in points)
    if as_json:
        print_json({"ready": not blocked, "points": [asdict(point) for point in points]})
    else:
        print_table(("STANDING", "POINT", "WHAT WAS FOUND, AND WHAT TO DO"), chain.from_iterable(map(_rows, points)))
        say("Something blocks." if blocked else "Nothing blocks.")
    if blocked:
        raise typer.Exit(EXIT_REFUSED)


def _rows(point: Point) -> Iterator[tuple[object, ...]]:
    yield point.standing, point.code, point.message
    if point.remedy:
        yield None, None, point.remedy
