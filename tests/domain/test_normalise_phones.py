"""Phone numbers: E.164 or nothing."""

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.domain import normalise, phones

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
COUNTRIES = st.sampled_from([None, "NL", "de", "US", "GB", "IT", "BR", "XX"])
CALLING_CODES = sorted(phonenumbers.supported_calling_codes())
E164_LIKE = st.builds(
    lambda code, rest: f"+{code}{rest}",
    st.sampled_from(CALLING_CODES) | st.integers(0, 999),
    st.from_regex(r"[0-9]{3,13}", fullmatch=True),
)
ANY_NUMBER = E164_LIKE | st.text("+0123456789 ()-./xe٠１", max_size=24) | st.text(st.characters(codec=None))


@pytest.mark.proves("P22")
@given(ANY_NUMBER, COUNTRIES)
def test_reading_a_phone_number_is_total_and_idempotent(value: str, country: str | None) -> None:
    """No text raises; what is kept is `+` and 7 to 15 digits, and is read again as itself in every country."""
    number = normalise.phone(value, country)

    assert number is None or re.fullmatch(r"\+[1-9][0-9]{6,14}", number)
    assert number is None or {normalise.phone(number, region) for region in (country, None, "US")} == {number}


@given(E164_LIKE, COUNTRIES)
def test_the_fast_way_of_reading_a_number_equals_the_library(value: str, country: str | None) -> None:
    """A number that is taken without asking the library is one that the library reads the same way."""
    assert normalise.phone(value, country) == phones._by_library(value, country)


@pytest.mark.parametrize("kind", [phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE])
def test_example_numbers_of_every_region_are_kept(kind: int) -> None:
    """The library's own example of every region is kept as it is, by the fast way and by the library."""
    examples = [phonenumbers.example_number_for_type(region, kind) for region in REGIONS]
    numbers = [phonenumbers.format_number(each, phonenumbers.PhoneNumberFormat.E164) for each in examples if each]

    assert [number for number in numbers if normalise.phone(number, None) != number] == []
    assert [number for number in numbers if phones._by_library(number, None) != number] == []


@pytest.mark.parametrize(
    ("raw", "country", "number"),
    [
        ("+1 503-555-0140", "NL", "+15035550140"),
        ("(503) 555-0140", "US", "+15035550140"),
        ("+49 30 23125 019", None, "+493023125019"),
        ("030 / 23125-019", "de", "+493023125019"),
        ("020 555 0123", "NL", "+31205550123"),
        ("0031 20 5550123 ext. 7", "NL", "+31205550123"),
        ("+39 06 5550 0123", None, "+390655500123"),
        ("020 555 0123", None, None),
        ("020 555 0123", "XX", None),
        ("555-0140", "US", None),
        ("+999 20 555 0123", None, None),
        ("0031612340000", None, "+31612340000"),
        ("00 31 (0)20 555 0123 ext. 7", None, "+31205550123"),
        ("\uff10\uff10\uff13\uff11205550123", None, "+31205550123"),
        ("00-49 30 23125 019", None, "+493023125019"),
        ("001 503 555 0140", None, "+15035550140"),
        ("0031612340000", "US", None),
        ("031612340000", None, None),
        ("00031612340000", None, None),
        ("31612340000", None, None),
        ("0612340000", None, None),
        ("0031", None, None),
        ("00999 20 555 0123", None, None),
        ("0031 20 555 01234567", None, None),
        ("+31 20 555 01234567", "NL", None),
        ("+3758876302", None, "+375876302"),
        ("+8860074605474", None, None),
        ("+39000000", None, "+39000000"),
        ("switchboard", "NL", None),
        ("", "NL", None),
        ("1" * 300, "NL", None),
    ],
)
def test_a_number_is_read_with_the_callers_country(raw: str, country: str | None, number: str | None) -> None:
    """A national number needs the country; an impossible or merely local one is dropped."""
    assert normalise.phone(raw, country) == number
