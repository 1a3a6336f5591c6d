"""An objection is found again however the identifier is written, and never hits somebody else (R-029).

For each kind of identifier: forty ways to write the objector's, all blocked, and twenty near-misses, none blocked.
"""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.domain import identity, phones
from leadgate_service.domain.identity import Identifier

from tests.variants import (
    DOMAINS,
    EMAILS,
    NAMES,
    OTHER_DOMAINS,
    OTHER_EMAILS,
    OTHER_NAMES,
    OTHER_PHONES,
    PHONES,
    SUB_DOMAINS,
)


def by_email(value: str) -> set[Identifier]:
    """Returns what an address blocks and is blocked by."""
    return set(identity.email_identifiers(identity.canonical_email(value)))


def by_phone(value: str) -> set[Identifier]:
    """Returns what a Dutch caller's number blocks and is blocked by, alone and with a name; nothing if it is none."""
    number = phones.phone(value, "NL")
    return {identity.phone(number), identity.name_at_phone("Jan de Vries", number)} if number else set()


def by_name(value: str) -> set[Identifier]:
    """Returns what a name at one company blocks and is blocked by."""
    return {identity.name_at_domain(value, "acme.nl")}


def by_domain(value: str) -> set[Identifier]:
    """Returns what a company's domain is blocked by."""
    return set(identity.domain_and_parents(identity.canonical_domain(value)))


TABLES = {
    "email": (by_email, EMAILS, OTHER_EMAILS),
    "phone": (by_phone, PHONES, OTHER_PHONES),
    "name": (by_name, NAMES, OTHER_NAMES),
    "domain": (by_domain, DOMAINS, OTHER_DOMAINS),
}


@pytest.mark.proves("R-029")
@pytest.mark.parametrize("kind", TABLES)
def test_forty_ways_to_write_it_are_all_blocked(kind: str) -> None:
    """Case, Unicode form, IDN, spaces, tags and formatting do not hide an objector."""
    blocked_by, variants, _ = TABLES[kind]
    objector = blocked_by(variants[0])

    assert len(set(variants)) == 40
    assert [variant for variant in variants if not objector & blocked_by(variant)] == []


@pytest.mark.proves("R-029")
@pytest.mark.parametrize("kind", TABLES)
def test_twenty_near_misses_are_not_blocked(kind: str) -> None:
    """Somebody else with nearly the same identifier stays untouched."""
    blocked_by, variants, others = TABLES[kind]
    objector = blocked_by(variants[0])

    assert len(set(others)) == 20
    assert [other for other in others if objector & blocked_by(other)] == []


@pytest.mark.proves("R-029")
def test_what_lies_below_a_domain_is_blocked_by_it() -> None:
    """A company's sub-domains are the company's, and the company is not theirs."""
    company = identity.domain_and_parents(identity.canonical_domain(DOMAINS[0]))[0]

    assert [variant for variant in SUB_DOMAINS if company not in by_domain(variant)] == []
    assert by_domain(DOMAINS[0]) == {company}


def wide(char: str) -> str:
    """Returns the full-width form of a character of ASCII."""
    return chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char


DISGUISES: list[Callable[[str], str]] = [
    str.upper,
    wide,
    lambda char: f"{char}\u200b",
    lambda char: f"\u00ad{char}",
    lambda char: unicodedata.normalize("NFD", char),
]
"""What may become of any character of an identifier between a person and us."""


@pytest.mark.proves("R-029")
@pytest.mark.parametrize("kind", TABLES)
@given(changes=st.lists(st.tuples(st.integers(0, 63), st.sampled_from(DISGUISES)), max_size=12))
def test_no_mixture_of_disguises_hides_an_objector(kind: str, changes: list[tuple[int, Callable[[str], str]]]) -> None:
    """Case, width, composition and invisible characters, anywhere in an identifier and one upon the other."""
    blocked_by, variants, _ = TABLES[kind]
    written = variants[0]
    for number, disguise in changes:
        place = number % len(written)
        written = written[:place] + disguise(written[place]) + written[place + 1 :]

    assert blocked_by(variants[0]) & blocked_by(written)


@pytest.mark.proves("R-029")
@pytest.mark.parametrize(
    "variant",
    ["jandevries@gmail.com", "Jan.deVries@gmail.com", "j.a.n.devries+x@gmail.com", "jan.devries@googlemail.com"],
)
def test_dots_that_a_provider_ignores_do_not_hide_an_objector(variant: str) -> None:
    """At a provider of the reviewed list the dots, and its other domain, reach the same mailbox."""
    assert by_email("jan.devries@gmail.com") & by_email(variant)


@pytest.mark.proves("R-029")
@pytest.mark.parametrize("other", ["jan-devries@gmail.com", "jan.devries@gmail.test", "jan.devrie@gmail.com"])
def test_what_a_provider_does_not_ignore_tells_people_apart(other: str) -> None:
    """Only what the provider's own word covers is ignored."""
    assert not by_email("jan.devries@gmail.com") & by_email(other)
