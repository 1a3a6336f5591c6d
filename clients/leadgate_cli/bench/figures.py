"""The arithmetic of the bench: pairs of rates taken in one run, their ratios, and whether the median reaches a goal."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

CONCLUSIVE_PAIRS = 5
"""From how many pairs on a median is a figure to quote; fewer show only that the bench runs."""

PRINTED_DIGITS = 3
"""Decimals of a ratio, wherever it is printed or compared with a goal."""

BUSY_SHARE = 0.9
"""From what share of one core on a process that runs on one core counts as what limits the rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What one side did in one stretch of time.

    Attributes:
        operations: How much was done, in the side's unit.
        calls: In how many calls, or transactions for a side without a service.
        seconds: How long it took.
        service_seconds: CPU time of the service meanwhile; None for a side without a service.
        client_seconds: CPU time of the process that made the load.
    """

    operations: int
    calls: int
    seconds: float
    service_seconds: float | None
    client_seconds: float

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.operations / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Medians of one side over all its windows.

    Attributes:
        name: What the side does.
        unit: Of the rate, such as `calls/s`; of an amount, `MiB`.
        rate: Median rate; of what is no rate, such as memory, the median amount.
        service_microseconds: Median CPU time of the service per operation, in microseconds; None without a service.
        service_share: Median share of one core that the service used; None without a service.
        client_share: Median share of one core that the process that makes the load used; None of an amount.
    """

    name: str
    unit: str
    rate: float
    service_microseconds: float | None
    service_share: float | None
    client_share: float | None

    @property
    def client_bound(self) -> bool:
        """The process that made the load was what limited the rate, not the service."""
        if self.service_share is None or self.client_share is None:
            return False
        return self.service_share < self.client_share >= BUSY_SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """One row of the bench.

    Attributes:
        id: Its name in the list of speed goals, such as `S1`.
        title: What is compared with what.
        goal: What the median must be at least, or at most.
        next_goal: What comes after it; None if nothing does.
        measured: The side that is judged.
        limit: The side it is judged by.
        pairs: Rate of the measured side over that of the limit, for each pair of neighbouring windows; with `at_most`
            the time that an operation takes, or an amount, over that of the limit.
        at_most: The goal is a ceiling.
        remarks: What is to be known of the row, whatever was found.
    """

    id: str
    title: str
    goal: float
    next_goal: float | None
    measured: Figures
    limit: Figures
    pairs: tuple[float, ...]
    at_most: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def value(self) -> float:
        """The median of the pairs."""
        return median(self.pairs)

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the greatest of the pairs."""
        return min(self.pairs), max(self.pairs)

    @property
    def reached(self) -> bool:
        """The median, as it is printed, is at least the goal; with `at_most` it is no more than the goal."""
        value = round(self.value, PRINTED_DIGITS)
        return value <= self.goal if self.at_most else value >= self.goal

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know before quoting the value."""
        notes = list(self.remarks)
        notes += [
            f"The load generator, not the service, limited {side.name!r}: alone on a machine the service does more."
            for side in (self.measured, self.limit)
            if side.client_bound
        ]
        if len(self.pairs) < CONCLUSIVE_PAIRS:
            notes.append(f"Fewer than {CONCLUSIVE_PAIRS} pairs: not a figure to quote.")
        return tuple(notes)


def figures(name: str, unit: str, windows: Sequence[Window]) -> Figures:
    """Take the medians of a side.

    Raises:
        ValueError: There are no windows, or the service was measured in only some of them.
    """
    served = [(window, window.service_seconds) for window in windows if window.service_seconds is not None]
    if not windows or len(served) not in {0, len(windows)}:
        raise ValueError("a side needs windows, with a service in all or in none of them")
    return Figures(
        name=name,
        unit=unit,
        rate=median(window.rate for window in windows),
        service_microseconds=median(cpu / window.operations * 1e6 for window, cpu in served) if served else None,
        service_share=median(cpu / window.seconds for window, cpu in served) if served else None,
        client_share=median(window.client_seconds / window.seconds for window in windows),
    )


def amounts(name: str, unit: str, taken: Sequence[float]) -> Figures:
    """Take the median of a side that is no rate.

    Raises:
        ValueError: Nothing was taken.
    """
    return Figures(
        name=name, unit=unit, rate=median(taken), service_microseconds=None, service_share=None, client_share=None
    )


def paired_ratios(measured: Sequence[Window], limit: Sequence[Window]) -> tuple[float, ...]:
    """Divide each measured window's rate by that of the limit's window beside it.

    Raises:
        ValueError: One side has more windows than the other, or a window of the limit did nothing.
    """
    pairs = list(zip(measured, limit, strict=True))
    if not all(beside.rate for _, beside in pairs):
        raise ValueError("a window did nothing, so nothing can be compared with it")
    return tuple(window.rate / beside.rate for window, beside in pairs)


def paired_times(measured: Sequence[Window], limit: Sequence[Window]) -> tuple[float, ...]:
    """Divide the time that an operation took in each measured window by that in the limit's window beside it.

    Raises:
        ValueError: One side has more windows than the other, or a measured window did nothing.
    """
    return paired_ratios(limit, measured)
