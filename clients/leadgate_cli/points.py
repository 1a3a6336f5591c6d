"""What a command found that looks at an installation, point by point, each with its remedy."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import chain
from typing import Any

from leadgate_service.errors import LeadgateError
from leadgate_service.usecases.readiness import OpenPoint

from leadgate_cli.output import print_table, say


class Standing(StrEnum):
    """How a point stands."""

    OK = "ok"
    OPEN = "open"
    """Somebody should look at it."""
    BLOCKS = "blocks"
    """The service does not start, or takes nothing in, because of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that was looked at.

    Attributes:
        standing: How it stands.
        code: UPPER_SNAKE.
        message: What was found.
        remedy: What to do; empty if it is well.
    """

    standing: Standing
    code: str
    message: str
    remedy: str = ""


def well(code: str, message: str) -> Point:
    """Say that something is as it should be."""
    return Point(standing=Standing.OK, code=code, message=message)


def blocking(code: str, message: str, remedy: str) -> Point:
    """Say that something keeps the service, or its intake, closed."""
    return Point(standing=Standing.BLOCKS, code=code, message=message, remedy=remedy)


def of_service(point: OpenPoint) -> Point:
    """Say what the service itself says of its readiness."""
    standing = Standing.BLOCKS if point.blocking else Standing.OPEN
    return Point(standing=standing, code=point.code, message=point.message, remedy=point.remedy)


def refused(error: LeadgateError) -> Point:
    """Say that the service itself would be refused so."""
    return blocking(error.reason, error.message, _REMEDIES.get(error.reason, "Mend that, and run it again."))


def any_blocks(points: Sequence[Point]) -> bool:
    """Say whether the service, or its intake, is kept closed."""
    return any(point.standing is Standing.BLOCKS for point in points)


def document(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Return the points for JSON."""
    return [asdict(point) for point in points]


def show(points: Sequence[Point]) -> None:
    """Print the points with their remedies, and say whether one blocks."""
    print_table(("STANDING", "POINT", "WHAT WAS FOUND, AND WHAT TO DO"), chain.from_iterable(map(_rows, points)))
    say("Something blocks." if any_blocks(points) else "Nothing blocks.")


def _rows(point: Point) -> Iterator[tuple[object, ...]]:
    yield point.standing, point.code, point.message
    if point.remedy:
        yield None, None, point.remedy


_REMEDIES = {
    "CONFIG_INVALID": "Set the variable, then run this again: nothing else was looked at.",
    "KEY_RING_INVALID": "Mount the ring or restore it; `leadgate keys init` is for a new installation only.",
    "DATABASE_URL_INVALID": "Correct LEADGATE_DATABASE_URL.",
    "STORE_UNAVAILABLE": "Start the database, or correct LEADGATE_DATABASE_URL.",
}
