"""Head counts and estimated revenue: from providers' words to whole numbers and bands."""

import re
from bisect import bisect_right
from decimal import Decimal

from leadgate_service.domain.fields import EmployeeBand, RevenueBand, Span

_MAX_EMPLOYEES = 100_000_000
_MAX_REVENUE = 10**15  # US dollars; larger than any economy
_MAX_TEXT = 40

_AMOUNT = r"\$?(\d{1,3}(?:,\d{3})+|\d{1,15}(?:\.\d{1,9})?)([KMB]?)"
_RANGE = re.compile(rf"{_AMOUNT}(?:(\+)|-{_AMOUNT})?", re.ASCII)
_DASHES = str.maketrans({"–": "-", "—": "-", "‐": "-", "‑": "-", " ": None})
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}

_EMPLOYEE_WORDS = (
    "1-10", "11-50", "51-250", "251-1K", "1K-5K", "5K-10K", "10K-50K", "50K-100K", "100K+", "1000+",
    "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10001+",
)  # fmt: skip
_REVENUE_WORDS = (
    "$0-$1M", "$1M-$10M", "$10M-$50M", "$50M-$100M", "$100M-$250M", "$250M-$500M", "$500M-$1B", "$1B-$10B", "$10B+",
)  # fmt: skip

_EMPLOYEE_BANDS = {
    1: EmployeeBand.FROM_1,
    11: EmployeeBand.FROM_11,
    51: EmployeeBand.FROM_51,
    251: EmployeeBand.FROM_251,
    1_000: EmployeeBand.FROM_1K,
    5_000: EmployeeBand.FROM_5K,
    10_000: EmployeeBand.FROM_10K,
    50_000: EmployeeBand.FROM_50K,
    100_000: EmployeeBand.FROM_100K,
}
_REVENUE_BANDS = {
    0: RevenueBand.FROM_0,
    1_000_000: RevenueBand.FROM_1M,
    10_000_000: RevenueBand.FROM_10M,
    50_000_000: RevenueBand.FROM_50M,
    100_000_000: RevenueBand.FROM_100M,
    250_000_000: RevenueBand.FROM_250M,
    500_000_000: RevenueBand.FROM_500M,
    1_000_000_000: RevenueBand.FROM_1B,
    10_000_000_000: RevenueBand.FROM_10B,
}


def employee_range(value: str | int) -> Span | None:
    """Reads a head count, such as `251-1K`, `10k-50k`, `1000+` or 320.

    Returns:
        The range, both bounds at most 100 million; None if `value` is not a head count.
    """
    known = _EMPLOYEE_RANGES.get(value) if isinstance(value, str) else None
    return known or _span(value, _MAX_EMPLOYEES)


def revenue_range(value: str | int) -> Span | None:
    """Reads estimated yearly revenue in US dollars, such as `$50M-$100M`, `$10B+` or 1200000 (R-007).

    Returns:
        The range, both bounds at most 10^15; None if `value` is not an amount. A lower bound without a unit beside an
        upper bound with one (`$50-100M`) is not guessed, except `$0`.
    """
    known = _REVENUE_RANGES.get(value) if isinstance(value, str) else None
    return known or _span(value, _MAX_REVENUE)


def employee_band(span: Span) -> EmployeeBand:
    """Finds the band of a head count by its lower bound; a company without employees is in the first."""
    return _EMPLOYEE_BAND_LIST[max(bisect_right(_EMPLOYEE_BOUNDS, span.lower) - 1, 0)]


def revenue_band(span: Span) -> RevenueBand:
    """Finds the band of a revenue estimate by its lower bound."""
    return _REVENUE_BAND_LIST[bisect_right(_REVENUE_BOUNDS, span.lower) - 1]


def _span(value: str | int, limit: int) -> Span | None:
    if isinstance(value, bool):  # JSON's true is not a number, though Python's is
        return None
    span = Span(value, value) if isinstance(value, int) else _parsed(value)
    if span is None or not 0 <= span.lower <= limit:
        return None
    return span if span.upper is None or span.lower <= span.upper <= limit else None


def _parsed(value: str) -> Span | None:
    match = _RANGE.fullmatch(value.translate(_DASHES).upper()) if len(value) <= _MAX_TEXT else None
    if match is None:
        return None
    number, unit, is_open, upper_number, upper_unit = match.groups()
    lower = _whole(number, unit)
    if lower is None or is_open:
        return None if lower is None else Span(lower, None)
    if upper_number is None:
        return Span(lower, lower)
    upper = _whole(upper_number, upper_unit)
    is_ambiguous = not unit and upper_unit in {"M", "B"} and lower > 0
    return None if upper is None or is_ambiguous else Span(lower, upper)


def _whole(number: str, unit: str) -> int | None:
    amount = Decimal(number.replace(",", "")) * _UNITS[unit]
    return int(amount) if amount == amount.to_integral_value() else None


_EMPLOYEE_RANGES = {word: _span(word, _MAX_EMPLOYEES) for word in _EMPLOYEE_WORDS}
_REVENUE_RANGES = {word: _span(word, _MAX_REVENUE) for word in _REVENUE_WORDS}
_EMPLOYEE_BOUNDS, _EMPLOYEE_BAND_LIST = list(_EMPLOYEE_BANDS), list(_EMPLOYEE_BANDS.values())
_REVENUE_BOUNDS, _REVENUE_BAND_LIST = list(_REVENUE_BANDS), list(_REVENUE_BANDS.values())
