"""Head counts and revenue: providers' words become whole numbers, and numbers become bands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.domain import normalise, ranges
from leadgate_service.domain.fields import EmployeeBand, RevenueBand, Span

ANY_AMOUNT = st.integers() | st.text(st.characters(codec=None)) | st.text("$0123456789.,KMB+-– kmb", max_size=20)


@pytest.mark.parametrize(
    ("value", "span"),
    [
        ("1-10", Span(1, 10)),
        ("251-1K", Span(251, 1_000)),
        ("10K-50K", Span(10_000, 50_000)),
        ("10k-50k", Span(10_000, 50_000)),
        ("100K+", Span(100_000, None)),
        ("1000+", Span(1_000, None)),
        ("5001–10000", Span(5_001, 10_000)),
        ("1,001 - 5,000", Span(1_001, 5_000)),
        ("1.5K", Span(1_500, 1_500)),
        ("320", Span(320, 320)),
        (320, Span(320, 320)),
        (0, Span(0, 0)),
    ],
)
def test_a_head_count_is_read(value: str | int, span: Span) -> None:
    """The words of every provider, and plain numbers, become a range."""
    assert normalise.employee_range(value) == span


@pytest.mark.parametrize(
    ("value", "span"),
    [
        ("$0-$1M", Span(0, 1_000_000)),
        ("$50M-$100M", Span(50_000_000, 100_000_000)),
        ("$500M-$1B", Span(500_000_000, 1_000_000_000)),
        ("$10B+", Span(10_000_000_000, None)),
        ("$1.25M", Span(1_250_000, 1_250_000)),
        ("0-1M", Span(0, 1_000_000)),
        (1_200_000, Span(1_200_000, 1_200_000)),
    ],
)
def test_a_revenue_estimate_is_read(value: str | int, span: Span) -> None:
    """Amounts in US dollars become whole dollars."""
    assert normalise.revenue_range(value) == span


@pytest.mark.parametrize(
    "value",
    ["", "many", "-5", "10-", "+", "50-10", "1-2-3", "1,00", "0.5", "€5M", "１０-２０", "9" * 5_000, -1, 10**30, True],
)
def test_nonsense_is_no_range(value: str | int) -> None:
    """What is no amount, runs backwards or is beyond any company is dropped."""
    assert normalise.employee_range(value) is None
    assert normalise.revenue_range(value) is None


def test_a_bound_without_a_unit_is_not_guessed() -> None:
    """`$50-100M` may mean fifty dollars or fifty million; it is dropped rather than guessed."""
    assert normalise.revenue_range("$50-100M") is None


@pytest.mark.proves("P22")
@given(ANY_AMOUNT)
def test_ranges_are_total_and_hold_together(value: str | int) -> None:
    """No value raises; a range begins at 0 or above, never runs backwards, and has a band."""
    for span in (normalise.employee_range(value), normalise.revenue_range(value)):
        assert span is None or 0 <= span.lower <= (span.lower if span.upper is None else span.upper)
        assert span is None or normalise.employee_band(span) in EmployeeBand
        assert span is None or normalise.revenue_band(span) in RevenueBand


def test_the_known_words_are_read_like_any_other() -> None:
    """The table of known words holds what the reader makes of them, and every word is read."""
    assert {word: ranges._span(word, 10**15) for word in ranges._EMPLOYEE_RANGES} == ranges._EMPLOYEE_RANGES
    assert {word: ranges._span(word, 10**15) for word in ranges._REVENUE_RANGES} == ranges._REVENUE_RANGES
    assert None not in {*ranges._EMPLOYEE_RANGES.values(), *ranges._REVENUE_RANGES.values()}


@pytest.mark.parametrize(
    ("lower", "band"),
    [
        (0, EmployeeBand.FROM_1),
        (10, EmployeeBand.FROM_1),
        (11, EmployeeBand.FROM_11),
        (250, EmployeeBand.FROM_51),
        (251, EmployeeBand.FROM_251),
        (1_000, EmployeeBand.FROM_1K),
        (4_999, EmployeeBand.FROM_1K),
        (5_000, EmployeeBand.FROM_5K),
        (10_000, EmployeeBand.FROM_10K),
        (50_000, EmployeeBand.FROM_50K),
        (100_000, EmployeeBand.FROM_100K),
    ],
)
def test_a_head_count_falls_into_the_band_of_its_lower_bound(lower: int, band: EmployeeBand) -> None:
    """A band is found by the lower bound alone."""
    assert normalise.employee_band(Span(lower, None)) is band


@pytest.mark.parametrize(
    ("lower", "band"),
    [
        (0, RevenueBand.FROM_0),
        (999_999, RevenueBand.FROM_0),
        (1_000_000, RevenueBand.FROM_1M),
        (10_000_000, RevenueBand.FROM_10M),
        (50_000_000, RevenueBand.FROM_50M),
        (100_000_000, RevenueBand.FROM_100M),
        (250_000_000, RevenueBand.FROM_250M),
        (500_000_000, RevenueBand.FROM_500M),
        (1_000_000_000, RevenueBand.FROM_1B),
        (10_000_000_000, RevenueBand.FROM_10B),
    ],
)
def test_revenue_falls_into_the_band_of_its_lower_bound(lower: int, band: RevenueBand) -> None:
    """A band is found by the lower bound alone."""
    assert normalise.revenue_band(Span(lower, lower)) is band
