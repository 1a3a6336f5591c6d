"""The bench's arithmetic: what a ratio is, when it is reached, and what must be said beside it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_cli.bench.figures import Figures, Ratio, Window, amounts, figures, paired_ratios, paired_times


def window(operations: int, *, service: float | None = 0.5, client: float = 0.2, seconds: float = 1.0) -> Window:
    """Build what one side did in one second."""
    return Window(
        operations=operations, calls=operations, seconds=seconds, service_seconds=service, client_seconds=client
    )


def side(*, service: float | None = 0.5, client: float = 0.2) -> Figures:
    """Build the medians of one side."""
    return figures("side", "calls/s", [window(100, service=service, client=client)])


def ratio(pairs: tuple[float, ...], *, goal: float = 0.5, limit: Figures | None = None, at_most: bool = False) -> Ratio:
    """Build a row with these pairs."""
    return Ratio(
        id="S0",
        title="one side over another",
        goal=goal,
        next_goal=None,
        measured=side(),
        limit=limit or side(),
        pairs=pairs,
        at_most=at_most,
    )


def test_each_window_is_compared_with_the_one_beside_it() -> None:
    """A machine that slows down halfway changes the rates and not the ratios."""
    limit = [window(1_000), window(100)]
    measured = [window(500), window(50)]

    assert paired_ratios(measured, limit) == (0.5, 0.5)


def test_the_value_is_the_median_of_the_pairs() -> None:
    """One lucky pair and one unlucky pair decide nothing."""
    row = ratio((0.1, 0.6, 0.7, 5.0, 0.65))

    assert row.value == 0.65
    assert row.spread == (0.1, 5.0)


@pytest.mark.parametrize(("value", "reached"), [(0.49, False), (0.5, True), (0.51, True)])
def test_a_goal_is_reached_from_its_own_value_on(value: float, *, reached: bool) -> None:
    """A ratio just below its goal has not reached it."""
    assert ratio((value,)).reached is reached


@pytest.mark.parametrize(("value", "reached"), [(1.19, True), (1.2, True), (1.201, False)])
def test_a_ceiling_is_reached_up_to_its_own_value(value: float, *, reached: bool) -> None:
    """Where less is better, a ratio just above its goal has not reached it."""
    assert ratio((value,), goal=1.2, at_most=True).reached is reached


def test_times_are_compared_the_other_way_round_than_rates() -> None:
    """Half the rate is twice the time."""
    assert paired_times([window(500), window(50)], [window(1_000), window(200)]) == (2.0, 4.0)


def test_fewer_than_five_pairs_are_no_figure_to_quote() -> None:
    """A short run says that it is one; a full run has nothing to add."""
    assert ["Fewer than 5 pairs" in note for note in ratio((0.5,) * 4).notes] == [True]
    assert ratio((0.5,) * 5).notes == ()


def test_a_busy_load_generator_is_said_beside_the_value() -> None:
    """Where the generator's core was full and the service's was not, the rate is the generator's."""
    row = ratio((0.5,) * 5, limit=side(service=0.6, client=0.95))

    assert row.limit.client_bound
    assert ["load generator" in note for note in row.notes] == [True]


@pytest.mark.parametrize(("service", "client"), [(0.97, 0.95), (0.6, 0.5), (None, 0.99)])
def test_a_full_service_or_none_at_all_is_not_the_generators_fault(service: float | None, client: float) -> None:
    """The generator limits only a service that had time left; a side without a service is the generator itself."""
    assert not side(service=service, client=client).client_bound


def test_medians_are_of_rates_and_of_cpu_time_per_operation() -> None:
    """Windows of different length count alike."""
    found = figures(
        "side", "calls/s", [window(100), window(400, seconds=2.0, service=0.4), window(300, service=0.6, client=0.3)]
    )

    assert found.rate == 200.0
    assert found.service_microseconds == pytest.approx(2_000)
    assert found.service_share == pytest.approx(0.5)
    assert found.client_share == pytest.approx(0.2)


def test_a_side_without_a_service_has_no_figures_of_one() -> None:
    """Raw writes name no CPU time of a service."""
    assert side(service=None).service_microseconds is None
    assert side(service=None).service_share is None


def test_an_amount_has_a_median_and_no_cpu_time() -> None:
    """Memory is no rate: nothing is said of what limited it."""
    found = amounts("idle", "MiB", [100.0, 130.0, 110.0])

    assert (found.rate, found.unit) == (110.0, "MiB")
    assert (found.service_microseconds, found.service_share, found.client_share) == (None, None, None)
    assert not found.client_bound


def test_what_is_always_to_be_known_of_a_row_is_among_its_notes() -> None:
    """A remark stands beside the value, however many pairs there were."""
    assert replace(ratio((0.5,) * 5), remarks=("Known.",)).notes == ("Known.",)


@pytest.mark.parametrize("windows", [[], [window(1), window(1, service=None)]])
def test_figures_are_not_made_of_nothing_or_of_halves(windows: list[Window]) -> None:
    """No median is given of windows that were not all measured alike."""
    with pytest.raises(ValueError, match="windows"):
        figures("side", "calls/s", windows)


def test_nothing_is_compared_with_a_window_that_did_nothing() -> None:
    """A limit that did not run is an error, and never an infinite ratio."""
    with pytest.raises(ValueError, match="did nothing"):
        paired_ratios([window(1)], [window(0)])


def test_a_window_without_its_neighbour_is_an_error() -> None:
    """Every window has a partner from the same moment."""
    with pytest.raises(ValueError, match="shorter"):
        paired_ratios([window(1), window(1)], [window(1)])


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1, max_size=9))
def test_a_ratio_does_not_depend_on_how_fast_the_machine_is(rates: list[tuple[int, int]]) -> None:
    """A machine that does everything ten times as fast gives the same ratios."""
    slow = paired_ratios([window(a) for a, _ in rates], [window(b) for _, b in rates])
    fast = paired_ratios([window(a * 10) for a, _ in rates], [window(b * 10) for _, b in rates])

    assert fast == pytest.approx(slow)
