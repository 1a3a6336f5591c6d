"""What a rule of the policy yields when the policy breaks it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

Path = tuple[str | int, ...]
"""Where in the policy: keys and list positions from the root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One rule that the policy breaks.

    Attributes:
        path: Where.
        reason: What is wrong, without repeating the value.
        remedy: What to write instead.
    """

    path: Path
    reason: str
    remedy: str


def end_follows_start(start: date | None, end: date | None, *, path: Path, remedy: str) -> Iterator[Violation]:
    """Yield a violation if both dates are there and the end lies before the start."""
    if start is not None and end is not None and end < start:
        yield Violation(path=path, reason="ends before it begins", remedy=remedy)


def names_are_unique(section: str, names: Sequence[str]) -> Iterator[Violation]:
    """Yield a violation for every entry of the section whose name another entry has too."""
    counts = Counter(names)
    for index, name in enumerate(names):
        if counts[name] > 1:
            yield Violation(
                path=(section, index, "name"),
                reason="is used by more than one entry",
                remedy="give every entry its own name",
            )
