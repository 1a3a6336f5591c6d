"""How two sides are compared: run in turn on one machine, against one service, within one run."""

from collections.abc import Callable
from dataclasses import dataclass

from leadgate_cli.bench.figures import Ratio, Window, figures, paired_ratios, paired_times

WARM_UP_SHARE = 0.3
"""How much of a window's time each side runs before anything counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison.

    Attributes:
        name: What it does.
        unit: Of its rate.
        run: Does it for so many seconds.
    """

    name: str
    unit: str
    run: Callable[[float], Window]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A row before it is measured; see `Ratio` for what is not explained here.

    Attributes:
        prepare: Called before each pair, so that every pair finds the same.
    """

    id: str
    title: str
    goal: float
    next_goal: float | None
    measured: Side
    limit: Side
    prepare: Callable[[], None]
    at_most: bool = False


def compare(comparison: Comparison, *, pairs: int, seconds: float, advance: Callable[[], None]) -> Ratio:
    """Run both sides in turn: limit, measured, limit, measured.

    Args:
        comparison: What.
        pairs: How often each.
        seconds: How long each time.
        advance: Called after each window.

    Raises:
        Refused: A call failed, or did not leave in the database what it should have.
    """
    measured: list[Window] = []
    limit: list[Window] = []
    comparison.limit.run(seconds * WARM_UP_SHARE)
    comparison.measured.run(seconds * WARM_UP_SHARE)
    for _ in range(pairs):
        comparison.prepare()
        for side, windows in ((comparison.limit, limit), (comparison.measured, measured)):
            windows.append(side.run(seconds))
            advance()
    paired = paired_times if comparison.at_most else paired_ratios
    return Ratio(
        id=comparison.id,
        title=comparison.title,
        goal=comparison.goal,
        next_goal=comparison.next_goal,
        measured=figures(comparison.measured.name, comparison.measured.unit, measured),
        limit=figures(comparison.limit.name, comparison.limit.unit, limit),
        pairs=paired(measured, limit),
        at_most=comparison.at_most,
    )
