"""Counts of what was dropped and refused, by names from closed lists. They hold no value of anybody."""

from collections import Counter
from collections.abc import Mapping


class Counters:
    """Counts since the process started."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def count(self, name: str, by: int = 1) -> None:
        """Count something."""
        self._counts[name] += by

    def snapshot(self) -> Mapping[str, int]:
        """Return all counts, by name."""
        return dict(sorted(self._counts.items()))
