"""The script of the demo is written before anything runs, and leaves nothing to the order of calls."""

from hypothesis import given
from hypothesis import strategies as st
from leadgate_cli.demo.scenario import LAST_DAY, Stop, scenario
from leadgate_simulators import Generator

LEADS = st.integers(1, 150)
SEEDS = st.integers(0, 2**32)


def asked_for(stop: Stop) -> list[str | None]:
    """By what each is looked up."""
    return [subject.email or subject.domain for subject in stop.requests]


@given(LEADS, SEEDS)
def test_on_one_day_nobody_is_asked_for_twice(leads: int, seed: int) -> None:
    """Calls of one day run at once; were two about the same person, their order would decide what they are told."""
    for stop in scenario(leads, Generator(seed)):
        assert len(asked_for(stop)) == len(set(asked_for(stop)))


@given(LEADS, SEEDS)
def test_as_many_come_in_as_were_ordered(leads: int, seed: int) -> None:
    """Repeats come on top: the people and companies that are asked for are as many as the caller said."""
    stops = scenario(leads, Generator(seed))
    assert len({key for stop in stops for key in asked_for(stop)}) == leads


@given(LEADS, SEEDS)
def test_the_same_numbers_write_the_same_script(leads: int, seed: int) -> None:
    """A run can be made again, down to who objects on which day."""
    assert scenario(leads, Generator(seed)) == scenario(leads, Generator(seed))


def test_time_only_goes_forward() -> None:
    """No day comes before one that has been, and the last look comes after all of them."""
    days = [stop.day for stop in scenario(50, Generator(1))]
    assert days == sorted(set(days))
    assert days[-1] < LAST_DAY
