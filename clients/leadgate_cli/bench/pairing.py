"""How two sides are compared: run in turn on one machine, against one service, within one run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from leadgate_cli.bench.figures import Ratio, Window, figures, paired_ratios, paired_times

WARM_UP_SHARE = 0.3
"""How much of a window's time each side runs before anything counts."""


class Measurement(Protocol):
    """What is measured under one id, two windows a pair."""

    def take(self, *, pairs: int, seconds: float, advance: Callable[[], None]) -> Sequence[Ratio]:
        """Measure.

        Args:
            pairs: How often each side.
            seconds: How long each time.
            advance: Called after each window.

        Raises:
            Refused: A call failed, or did not leave in the database what it should have.
        """


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

    def take(self, *, pairs: int, seconds: float, advance: Callable[[], None]) -> Sequence[Ratio]:
        """Run both sides in turn: limit, measured, limit, measured. See `Measurement`."""
        measured: list[Window] = []
        limit: list[Window] = []
        self.limit.run(seconds * WARM_UP_SHARE)
        self.measured.run(seconds * WARM_UP_SHARE)
        for _ in range(pairs):
            self.prepare()
            for side, windows in ((self.limit, limit), (self.measured, measured)):
                windows.append(side.run(seconds))
                advance()
        paired = paired_times if self.at_most else paired_ratios
        ratio = Ratio(
            id=self.id,
            title=self.title,
            goal=self.goal,
            next_goal=self.next_goal,
            measured=figures(self.measured.name, self.measured.unit, measured),
            limit=figures(self.limit.name, self.limit.unit, limit),
            pairs=paired(measured, limit),
            at_most=self.at_most,
        )
        return (ratio,)
