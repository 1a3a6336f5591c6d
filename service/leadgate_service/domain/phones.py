"""Phone numbers in E.164, as libphonenumber reads them."""

import functools
import re
from typing import NamedTuple

import phonenumbers
from phonenumbers import (
    CountryCodeSource,
    NumberParseException,
    PhoneMetadata,
    PhoneNumberFormat,
    ValidationResult,
)

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_REGION_OF_00 = "NL"
"""Any region whose numbers dial abroad with 00: nothing else of it is used."""

_INTERNATIONAL = frozenset({CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN, CountryCodeSource.FROM_NUMBER_WITH_IDD})
_MAX_RAW_LENGTH = 60  # the longest spelling with words for country, area and extension; the library's cost grows fast


class _NumberingPlan(NamedTuple):
    """What decides whether a number of one calling code is possible and already has its shortest form."""

    lengths: frozenset[int]
    national_prefix: re.Pattern[str] | None


def phone(value: str, country: str | None) -> str | None:
    """Reads a phone number.

    A number is accepted when it is *possible* by the numbering plan of its calling code: whether a line is in service
    is not known here, and metadata that lags behind a plan must not lose a lead. A local number without its area code
    is refused. Extensions are left out, since E.164 has none.

    Args:
        value: The number, in any usual spelling.
        country: ISO 3166-1 alpha-2 code by which a number without a calling code is read; None if unknown. Then a
            number is international with a plus or with 00, the prefix that the ITU recommends.

    Returns:
        `+` and 7 to 15 digits; None if the number is impossible.
    """
    return value if _is_canonical(value) else _by_library(value, country)


def _by_library(value: str, country: str | None) -> str | None:
    number = _read(value, country)
    if number is None or _is_canonical(number):
        return number
    # Some plans strip a second prefix from their own output; such a number has no certain form.
    return number if _read(number, country) == number else None


def _is_canonical(value: str) -> bool:
    """Says that the library would give `value` back; False where only the library can tell.

    The library keeps a number in E.164 as it is when the plan of its calling code allows its length and has no national
    prefix that it could begin with.
    """
    if not _E164.fullmatch(value):
        return False
    for end in (2, 3, 4):
        if plan := _plan(value[1:end]):
            national = value[end:]
            begins_with_prefix = plan.national_prefix and plan.national_prefix.match(national)
            return len(national) in plan.lengths and not begins_with_prefix
    return False


@functools.cache  # at most a thousand calling codes; never a number
def _plan(calling_code: str) -> _NumberingPlan | None:
    region = phonenumbers.region_code_for_country_code(int(calling_code))
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(calling_code), region)
    if metadata is None or metadata.general_desc is None:
        return None
    prefix = metadata.national_prefix_for_parsing
    return _NumberingPlan(frozenset(metadata.general_desc.possible_length), re.compile(prefix) if prefix else None)


def _read(value: str, country: str | None) -> str | None:
    if len(value) > _MAX_RAW_LENGTH:
        return None
    region = country.upper() if country else _REGION_OF_00
    try:
        # The library ends a number at most kinds of white space; people, and French pages, put any of them into one.
        number = phonenumbers.parse(" ".join(value.split()), region, keep_raw_input=country is None)
    except NumberParseException:
        return None
    if not country and number.country_code_source not in _INTERNATIONAL:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    text = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return text if _E164.fullmatch(text) else None
