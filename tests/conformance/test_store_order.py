"""Whichever comes first, answers or an objection: what can be read in the end is the same (R-018, R-030, R-031)."""

import os
from collections.abc import Sequence
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leadgate_service.domain import identity
from leadgate_service.domain.candidate import Candidate, CrmRecord
from leadgate_service.domain.objector import NameAtCompany, Objector
from leadgate_service.storage import tables

from tests.builders import candidate, company, intake, of_domain, person
from tests.worlds import World

EXAMPLES = 300 if os.environ.get("LEADGATE_SOAK") else 25

SHOP, FIRM = "shop.example.org", "other.example.com"
RECORD = CrmRecord("salesforce", "Contact", "0031")
SOLE = "eenmanszaak"
OWNER, OWNER_AT_HOME, OWNER_AT_WORK = "jane@shop.example.org", "jane.trader@gmail.com", "jane@work.example.net"
NAMES = {
    OWNER: "Jane Trader",
    OWNER_AT_HOME: "Jane Trader",
    OWNER_AT_WORK: "Jane Trader",
    "piet@shop.example.org": "Piet Bakker",
    "info@shop.example.org": "Otto Boss",
}
PERSONS = ["nobody", "a title", "a name", "a name and an id", "a guess", "an id", "a name in parts"]
NAMING = {"a name", "a name and an id"}
COMPANIES = {
    "none": None,
    "the shop": company(SHOP, name="Trading", id=None),
    "the shop, with an id": company(SHOP, name="Trading", id="company-shop"),
    "a firm": company(FIRM, name="Firm", id=None),
    "no domain": company(None, name="Trading", id=None),
}
OBJECTORS = {
    "the owner": Objector(emails=(OWNER,)),
    "the owner at home": Objector(emails=(OWNER_AT_HOME,)),
    "the owner at work": Objector(emails=(OWNER_AT_WORK,)),
    "a colleague": Objector(emails=("ann@shop.example.org",)),
}
WEAKLY = {
    # What a refused answer adds nothing for, so that it matters what was known before (design 4.2).
    "a CRM record": Objector(crm_records=(RECORD,)),
    "her name": Objector(names=(NameAtCompany("Jane Trader", SHOP),)),
    "her name and an unknown address": Objector(
        names=(NameAtCompany("Jane Trader", SHOP),), emails=("jane@unknown.example.net",)
    ),
    "her line": Objector(phones=("+31205550123",)),
    "her name and a line": Objector(names=(NameAtCompany("Jane Trader", SHOP),), phones=("+31205550123",)),
}


class Answer(NamedTuple):
    """A provider's answer, and what the caller says beside it."""

    about: str
    legal_form: str | None
    has_record: bool
    person: str
    company: str


answers = st.builds(
    Answer,
    about=st.sampled_from([*NAMES, SHOP]),
    legal_form=st.sampled_from([SOLE, None]),
    has_record=st.booleans(),
    person=st.sampled_from(PERSONS),
    company=st.sampled_from(list(COMPANIES)),
)


def made(world: World, one: Answer) -> Candidate:
    """Make the candidate of an answer."""
    record = RECORD if one.has_record else None
    if one.about == SHOP:
        said = of_domain(SHOP, legal_form=one.legal_form, crm_record=record)
        return candidate(said=said, person=None, company=COMPANIES[one.company], obtained_time=world.now)
    name = NAMES[one.about]
    known_id = f"person-{name}"
    first, last = name.split()
    told = {
        "nobody": None,
        "a title": person(None, id=None),
        "a name": person(name, id=None),
        "a name and an id": person(name, id=known_id),
        "a guess": person("Guess Who", id="person-guess", fuzzy=True),
        "an id": {"id": known_id, "fuzzy": False},
        "a name in parts": {"id": None, "name": {"givenName": first, "familyName": last}, "fuzzy": False},
    }[one.person]
    said = intake(one.about, legal_form=one.legal_form, crm_record=record)
    return candidate(said=said, person=told, company=COMPANIES[one.company], obtained_time=world.now)


def readable(world: World) -> set[bytes]:
    """Return the keys of the people's leads that can be read."""
    leads = tables.leads.c
    rows = world.rows(sa.select(leads.key_token).where(leads.personal, leads.suppressed_time.is_(None)))
    return {bytes(key) for (key,) in rows}


def unreadable(world: World) -> set[bytes]:
    """Return the keys of the leads that objections made unreadable."""
    rows = world.rows(sa.select(tables.leads.c.key_token).where(tables.leads.c.suppressed_time.is_not(None)))
    return {bytes(key) for (key,) in rows}


def names(world: World, keys: set[bytes]) -> set[str]:
    """Say whose keys they are."""
    keep = world.rings.keep
    known = {keep.token(identity.email_identifiers(email)[0]): email for email in NAMES}
    known |= {keep.token(identity.company_key(domain)): domain for domain in (SHOP, FIRM)}
    return {known[key] for key in keys}


@pytest.mark.proves("R-013", "R-018", "R-030", "R-031")
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(answers, min_size=1, max_size=3), objector=st.sampled_from(list(OBJECTORS)))
def test_when_somebody_objects_makes_no_difference(world: World, history: Sequence[Answer], objector: str) -> None:
    """One objection before, between and after answers about people of a small business: the same leads are readable.

    A CRM record that two of them share would be a second step: what was known before an objection goes further than
    what a refusal adds (R-030).
    """
    history = [one._replace(has_record=False) for one in history]
    ends = []
    for position in range(len(history) + 1):
        world.begin()
        for number, one in enumerate([*history, None]):
            if number == position:
                world.register(OBJECTORS[objector])
            if one is not None:
                world.admit(made(world, one))
        ends.append(names(world, readable(world)))
    assert ends == [ends[0]] * len(ends)


@pytest.mark.proves("R-018", "R-031")
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(answers | st.sampled_from(list({**OBJECTORS, **WEAKLY})), min_size=2, max_size=6))
def test_what_is_unreadable_stays_so_until_somebody_is_named(world: World, events: Sequence[Answer | str]) -> None:
    """Whatever comes after, a lead comes back only with an answer about its address that names somebody."""
    world.begin()
    withheld: set[bytes] = set()
    for event in events:
        if isinstance(event, str):
            world.register({**OBJECTORS, **WEAKLY}[event])
        else:
            world.admit(made(world, event))
        back = names(world, withheld & readable(world))
        named = {event.about} if isinstance(event, Answer) and event.person in NAMING else set[str]()
        assert back <= named
        withheld |= unreadable(world)
