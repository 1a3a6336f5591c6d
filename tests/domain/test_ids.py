"""That ids sort by the time they were made, and tell nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.ids import Uuid7

START = datetime(2026, 11, 23, 11, 0, 0, 123_000, tzinfo=UTC)


def ticking(*steps: timedelta) -> Callable[[], datetime]:
    """A clock that shows START and then moves by one step a look."""
    times = [START]
    for step in steps:
        times.append(times[-1] + step)
    remaining = iter(times)
    return lambda: next(remaining)


def milliseconds(made: UUID) -> int:
    """The time in an id, in milliseconds since 1970."""
    return made.int >> 80


@given(st.lists(st.integers(-10_000, 10_000).map(lambda step: timedelta(milliseconds=step)), max_size=60))
def test_ids_grow_whatever_the_clock_does(steps: list[timedelta]) -> None:
    """Each id is larger than the one before, in one millisecond as after a clock was set back, and stays a UUIDv7."""
    new_id = Uuid7(ticking(*steps))
    made = [new_id() for _ in range(len(steps) + 1)]
    assert all(earlier.bytes < later.bytes for earlier, later in pairwise(made))
    assert {(one.version, one.variant) for one in made} == {(7, RFC_4122)}


def test_an_id_holds_its_millisecond() -> None:
    """The first 48 bits are the time, as RFC 9562 has it, so that other programs read the same."""
    assert milliseconds(Uuid7(lambda: START)()) == int(START.timestamp() * 1000)


def test_counting_up_stays_within_the_millisecond() -> None:
    """Ten thousand ids of one millisecond are all different and all carry that millisecond."""
    new_id = Uuid7(lambda: START)
    made = [new_id() for _ in range(10_000)]
    assert len(set(made)) == len(made)
    assert {milliseconds(one) for one in made} == {int(START.timestamp() * 1000)}


def test_two_processes_do_not_make_the_same_id() -> None:
    """Of one millisecond, what two processes make differs by chance of 73 bits."""
    assert len({Uuid7(lambda: START)() for _ in range(1_000)}) == 1_000
