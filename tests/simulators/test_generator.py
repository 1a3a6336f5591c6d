"""The invented world: always the same for a seed, whole in its attributes, and nothing in it is anybody's."""

import itertools
import json
from importlib.resources import files
from typing import Any

import phonenumbers
import pytest
from email_validator import validate_email
from leadgate_simulators import ADDRESS, CANARY, Generator, Mix, canaries
from leadgate_simulators.companies import DESCRIPTION_LIMIT
from leadgate_simulators.hunter import native
from leadgate_simulators.people import folded

NOTHING_ODD = Mix(
    miss=0,
    person_null=0,
    company_null=0,
    fuzzy=0,
    sparse=0,
    minor=0,
    sensitive_title=0,
    sole_trader=0,
    contact_in_description=0,
)
FIXTURES = files("leadgate_simulators") / "fixtures"

# Texts of a person that are allowed through, or that say where a record stands rather than who it is about.
NO_CANARIES = {
    "id",
    "email",
    "name.fullName",
    "name.givenName",
    "name.familyName",
    "employment.domain",
    "employment.name",
    "employment.title",
    "employment.role",
    "employment.subRole",
    "employment.seniority",
    "geo.country",
    "geo.countryCode",
    "timeZone",
    "indexedAt",
    "gravatar.avatars.type",
}


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """List the values of a document by their dotted paths; positions in lists do not count."""
    if isinstance(value, dict):
        return {key: leaf for name, part in value.items() for key, leaf in leaves(part, f"{path}.{name}").items()}
    if isinstance(value, list) and value:
        return {key: leaf for part in value for key, leaf in leaves(part, path).items()}
    return {path.removeprefix("."): value}


def known(seed: int = 1, mix: Mix = NOTHING_ODD, count: int = 20) -> list[dict[str, Any]]:
    """Ask a generator for some answers."""
    generator = Generator(seed, mix=mix)
    return [generator.answer(email) for email in generator.emails(count)]


def test_the_same_seed_is_the_same_world() -> None:
    """Two generators of a seed agree on everybody, in whatever order they are asked."""
    one, other = Generator(7), Generator(7)
    emails = one.emails(30)

    assert emails == other.emails(30)
    assert [one.answer(email) for email in emails] == [other.answer(email) for email in reversed(emails)][::-1]


def test_another_seed_is_another_world() -> None:
    """Another seed knows other people, and other things of the same address."""
    assert set(Generator(1).emails(50)).isdisjoint(Generator(2).emails(50))
    assert known(1)[0] != Generator(2, mix=NOTHING_ODD).answer(Generator(1).emails(1)[0])


@pytest.mark.parametrize("what", ["emails", "domains"])
def test_lists_grow_at_their_end(what: str) -> None:
    """A longer list begins with the shorter, and names nobody twice, past the end of the vocabulary too."""
    long = getattr(Generator(1), what)(3_000)

    assert getattr(Generator(1), what)(10) == long[:10]
    assert len(set(long)) == 3_000


def test_addresses_are_well_formed_and_reserved() -> None:
    """Every address is one that a validator accepts and that the internet never resolves."""
    for email in Generator(1).emails(300):
        assert validate_email(email, check_deliverability=False).normalized == email
        assert email.rsplit(".", 2)[-2] == "example"


def test_people_have_the_names_of_their_addresses() -> None:
    """`given.family@` is answered with the given and the family name, in their own letters."""
    for email, answer in zip(Generator(1).emails(50), known(count=50), strict=True):
        name = answer["person"]["name"]
        assert email.partition("@")[0] == f"{folded(name['givenName'])}.{folded(name['familyName'])}"


def test_colleagues_have_one_company() -> None:
    """Two people of a domain work for the same company, which a look-up of the domain finds too."""
    generator = Generator(1, mix=NOTHING_ODD)
    one, other = (generator.answer(f"{name}@northpier.example.com") for name in ("zoe.quintave", "emre.aydinlik"))

    assert one["company"] == other["company"] == generator.company("northpier.example.com")
    assert one["person"]["id"] != other["person"]["id"]


def test_every_documented_attribute_is_there() -> None:
    """An answer has every attribute of the fullest recorded one, of person and company."""
    recorded = json.loads((FIXTURES / "clearbit_combined_full.json").read_bytes())
    documented = {path.split(".avatars")[0] for path in leaves(recorded)}

    for answer in known():
        assert {path for path in documented if not any(is_at(path, leaf) for leaf in leaves(answer))} == set()


def is_at(path: str, leaf: str) -> bool:
    """Tell whether a leaf is the attribute at a path, or within it."""
    return leaf == path or leaf.startswith(f"{path}.")


def test_hunter_has_every_attribute_of_its_own() -> None:
    """The native form has what the recorded one has, and a range in words where Clearbit has a number."""
    recorded = json.loads((FIXTURES / "hunter_combined_native.json").read_bytes())["data"]
    answer = native(known()[0])

    assert recorded["person"].keys() <= answer["person"].keys()
    assert recorded["company"].keys() == answer["company"].keys()
    assert recorded["company"]["metrics"].keys() == answer["company"]["metrics"].keys()
    assert isinstance(answer["company"]["metrics"]["employees"], str)


def test_everything_that_must_go_is_a_canary() -> None:
    """Every text and coordinate of a person that is not among the eleven fields holds a canary."""
    for answer in known():
        told = {path for path, leaf in leaves(answer["person"]).items() if isinstance(leaf, str | float)}
        shown = {path for path, leaf in leaves(answer["person"]).items() if CANARY.search(str(leaf).encode())}
        assert told - shown == {path for path in NO_CANARIES if path in told}


def test_people_do_not_share_canaries() -> None:
    """A canary tells whose answer it came from, except the one that is an attribute's name."""
    found = [set(canaries(answer["person"])) - {b"birthYear"} for answer in known(count=100)]

    assert all(one.isdisjoint(other) for one, other in itertools.combinations(found, 2))


def test_phones_are_valid() -> None:
    """Every number is valid to libphonenumber, company line and direct line, and fits the company's country."""
    for answer in known(count=300):
        company = native(answer)["company"]
        for text in (company["phone"], native(answer)["person"]["phone"], *company["site"]["phoneNumbers"]):
            number = phonenumbers.parse(text)
            assert phonenumbers.is_valid_number(number)
            assert phonenumbers.region_code_for_number(number) == company["geo"]["countryCode"]


def test_the_usual_mix_has_everything() -> None:
    """A thousand addresses bring every kind of answer that the gate decides on."""
    answers = known(mix=Mix(), count=1_000)
    people = [answer["person"] for answer in answers if answer["person"]]
    companies = [answer["company"] for answer in answers if answer["company"]]

    assert any(answer == {"person": None, "company": None} for answer in answers)
    assert any(answer["company"] and not answer["person"] for answer in answers)
    assert any(answer["person"] and not answer["company"] for answer in answers)
    assert {True, False} <= {person["fuzzy"] for person in people}
    assert any((person["birthYear"] or 0) > 2026 - 18 for person in people)
    assert {company["type"] for company in companies} == {"private", "personal"}
    assert len({company["geo"]["countryCode"] for company in companies}) == 6


@pytest.mark.parametrize(
    ("share", "value_of"),
    [
        ("fuzzy", lambda answer: answer["person"]["fuzzy"]),
        ("minor", lambda answer: answer["person"]["birthYear"] > 2026 - 18),
        ("sparse", lambda answer: answer["person"]["employment"]["title"] is None),
        ("sole_trader", lambda answer: answer["company"]["type"] == "personal"),
        ("contact_in_description", lambda answer: bool(ADDRESS.search(answer["company"]["description"].encode()))),
        ("person_null", lambda answer: answer["person"] is None),
        ("company_null", lambda answer: answer["company"] is None),
        ("miss", lambda answer: answer == {"person": None, "company": None}),
    ],
)
def test_shares_decide_how_often(share: str, value_of: Any) -> None:
    """A share of one is always, a share of nothing is never."""
    always = Mix(**{name: float(name == share) for name in Mix.__slots__})

    assert {value_of(answer) for answer in known(mix=always)} == {True}
    assert {value_of(answer) for answer in known()} == {False}


def test_descriptions_fit() -> None:
    """A description is cut where Clearbit cuts it, and the contact data in it survives the cut."""
    for answer in known(mix=Mix(contact_in_description=1), count=200):
        assert answer["company"] is None or len(answer["company"]["description"]) <= DESCRIPTION_LIMIT
