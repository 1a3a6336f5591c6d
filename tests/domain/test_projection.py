"""That of a provider's answer only permitted paths of the right type get anywhere, and the rest is counted and gone."""

import json
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_providers.documents import combined, unwrapped
from leadgate_service.domain.fields import Field, PhoneKind
from leadgate_service.domain.formats import FORMATS
from leadgate_service.domain.projection import MOST_EMAILS, UNKNOWN, Answer, project
from leadgate_service.domain.register import SourceName

from tests.builders import TODAY, company, person

CLEARBIT, HUNTER = SourceName.CLEARBIT, SourceName.HUNTER
CANARY = "lgcanary"
FIXTURES = files("leadgate_simulators") / "fixtures"


def only(path: str, value: object) -> dict[str, Any]:
    """An answer that has a value at one path and nowhere else."""
    body: dict[str, Any] = {}
    *groups, name = path.split(".")
    node = body
    for group in groups:
        node = node.setdefault(group, {})
    node[name] = value
    return body


def every_path(source: SourceName) -> list[str]:
    """Every path of a format, taken or not."""
    form = FORMATS[source]
    return sorted({taken.path for taken in form.taken} | form.documented)


TAKEN = [(source, taken) for source in SourceName for taken in FORMATS[source].taken]
DROPPED = [(source, path) for source in SourceName for path in sorted(FORMATS[source].documented)]


@pytest.mark.proves("R-001")
@pytest.mark.parametrize(("source", "taken"), TAKEN, ids=lambda value: getattr(value, "path", str(value)))
def test_a_permitted_path_supplies_its_field(source: SourceName, taken: Any) -> None:
    """Each permitted path supplies one of the eleven fields, and a phone number says whose line it is."""
    answer = project(source, only(taken.path, "x"), TODAY)
    assert answer.values == {taken.field: "x"}
    assert answer.phone_kind is taken.phone_kind
    assert answer.dropped_attributes == {}


@pytest.mark.proves("R-001")
@pytest.mark.parametrize(("source", "path"), DROPPED)
def test_every_other_documented_path_is_counted_by_name_and_dropped(source: SourceName, path: str) -> None:
    """What the provider documents and the statement does not name is dropped under its documented name."""
    answer = project(source, only(path, CANARY), TODAY)
    assert answer.values == {}
    assert answer.dropped_attributes == {path: 1}


@pytest.mark.proves("R-001")
@pytest.mark.parametrize("value", [7, 7.5, True, False, ["x"], {"x": "y"}], ids=repr)
@pytest.mark.parametrize(("source", "taken"), TAKEN, ids=lambda value: getattr(value, "path", str(value)))
def test_a_value_of_another_type_is_dropped_and_noted(source: SourceName, taken: Any, value: object) -> None:
    """A permitted path does not make a value permitted: only text is taken, the rest is counted, its field noted."""
    answer = project(source, only(taken.path, value), TODAY)
    assert answer.values == {}
    assert answer.wrong_type == {taken.field}
    assert answer.dropped_attributes == {taken.path: 1}


@pytest.mark.parametrize("nothing", [None, [], {}], ids=repr)
@pytest.mark.parametrize("path", ["person.name.fullName", "person.bio", "person.canary"])
def test_nothing_is_not_counted(path: str, nothing: object) -> None:
    """A provider that lists an attribute and has no value for it has sent nothing."""
    assert project(CLEARBIT, only(path, nothing), TODAY) == Answer(values={})


@pytest.mark.proves("R-001")
@pytest.mark.parametrize(
    "path",
    [
        f"{CANARY}",
        f"person.{CANARY}",
        f"person.name.{CANARY}",
        "person.name.fullname",
        "Person.name.fullName",
        "person.fullName",
        "fullName",
        "data.person.name.fullName",
        "company.employment.title",
        "person.name",
        "person",
    ],
)
def test_a_path_that_nobody_documents_is_counted_without_its_name(path: str) -> None:
    """Only the exact path counts. All others fall under `unknown`: an attribute's name may itself tell of a person."""
    answer = project(CLEARBIT, only(path, CANARY), TODAY)
    assert answer.values == {}
    assert answer.dropped_attributes == {UNKNOWN: 1}


@pytest.mark.parametrize(
    ("source", "changes", "phone", "kind"),
    [
        (CLEARBIT, {"phone": "direct"}, "company", PhoneKind.COMPANY),
        (HUNTER, {"phone": "direct"}, "direct", PhoneKind.DIRECT),
        (HUNTER, {}, "company", PhoneKind.COMPANY),
        (HUNTER, {"phone": 7}, "company", PhoneKind.COMPANY),
    ],
)
def test_whose_line_a_number_is(source: SourceName, changes: dict[str, Any], phone: str, kind: PhoneKind) -> None:
    """Hunter's direct line goes before the company's; Clearbit documents none, so what it sends there is dropped."""
    answer = project(source, {"person": person(**changes), "company": company(phone="company")}, TODAY)
    assert answer.values[Field.PHONE_NUMBER] == phone
    assert answer.phone_kind is kind


def test_a_second_value_of_a_field_is_dropped_by_name() -> None:
    """The employer's name in the person's half steps in for the company's, and is dropped where that is known."""
    employed = {"person": {"employment": {"name": "Employer"}}, "company": {"name": "Company"}}
    answer = project(CLEARBIT, employed, TODAY)
    assert answer.values == {Field.COMPANY_NAME: "Company"}
    assert answer.dropped_attributes == {"person.employment.name": 1}
    del employed["company"]
    assert project(CLEARBIT, employed, TODAY).values == {Field.COMPANY_NAME: "Employer"}


def test_hunters_range_is_read_in_both_of_its_forms() -> None:
    """Hunter's own form has a range where its Clearbit-compatible form has a head count, which is not taken."""
    native = project(HUNTER, {"company": {"metrics": {"employees": "51-250"}}}, TODAY)
    compatible = project(HUNTER, {"company": {"metrics": {"employees": 64, "employeesRange": "51-250"}}}, TODAY)
    assert native.values == compatible.values == {Field.COMPANY_EMPLOYEE_RANGE: "51-250"}
    assert compatible.wrong_type == frozenset()
    assert compatible.dropped_attributes == {"company.metrics.employees": 1}


@pytest.mark.proves("R-076")
@pytest.mark.parametrize(
    ("attributes", "is_minor"),
    [
        ({"age": 17}, True),
        ({"age": 18}, False),
        ({"age": "17"}, True),
        ({"age": "17 years"}, True),
        ({"age": 17.9}, True),
        ({"age": 64}, False),
        ({"age": None}, False),
        ({"age": True}, True),
        ({"age": "unknown"}, True),
        ({"ageRange": "13-17"}, True),
        ({"yearOfBirth": 2015}, True),
        ({"yearOfBirth": 1980}, False),
        ({"dob": "01/02/15"}, True),
        ({"language": "nl"}, False),
        ({"birthYear": 2008}, True),
        ({"birthYear": 2007}, False),
        ({"birth_year": "2010"}, True),
        ({"birthDate": "2008-12-31"}, True),
        ({"birth_date": "31.12.2007"}, False),
        ({"dateOfBirth": "31/12/2012"}, True),
        ({"date_of_birth": 20121231}, True),
        ({"birthDate": {"year": 2012}}, True),
        ({"demographics": {"age": 15}}, True),
        ({"age": 40, "birthYear": 2012}, True),
        ({}, False),
    ],
    ids=repr,
)
def test_a_sign_of_a_minor_is_seen_in_whatever_form_it_comes(attributes: dict[str, Any], is_minor: bool) -> None:  # noqa: FBT001 - a column of the table
    """An age, or a year that leaves room for an age, under 18 marks the answer; its value and name go no further."""
    answer = project(CLEARBIT, {"person": attributes}, date(2026, 11, 23))
    assert answer.minor is is_minor
    assert answer.values == {}
    assert set(answer.dropped_attributes) <= {UNKNOWN}


@pytest.mark.parametrize(
    ("value", "person_id"),
    [
        ("person-ida", "person-ida"),
        (" person-ida ", "person-ida"),
        ("x" * 128, "x" * 128),
        ("x" * 129, None),
        ("", None),
        ("   ", None),
        ("person\ud800ida", None),
        ("person\x00ida", None),
        (7, None),
        (None, None),
    ],
    ids=ascii,
)
def test_a_provider_s_id_is_taken_only_if_it_can_be_one(value: object, person_id: str | None) -> None:
    """An id that is blank, broken or of another type links nobody: two blanks are not the same person."""
    assert project(CLEARBIT, {"person": {"id": value}}, TODAY).person_id == person_id


@pytest.mark.proves("R-019")
@pytest.mark.parametrize(
    ("value", "emails"),
    [
        ("ida@home.example.net", ("ida@home.example.net",)),
        ("mailto:ida@home.example.net", ("ida@home.example.net",)),
        (" MAILTO:ida@home.example.net?subject=Hello", ("ida@home.example.net",)),
        (["ida@home.example.net", 7, None, "none", "mailto:i@x.example"], ("ida@home.example.net", "i@x.example")),
        (["i@x.example"] * (MOST_EMAILS + 1), ("i@x.example",) * MOST_EMAILS),
        (["none"] * MOST_EMAILS + ["i@x.example"], ("i@x.example",)),
        ("none", ()),
        ({"value": "i@x.example"}, ()),
        (7, ()),
        (None, ()),
    ],
    ids=ascii,
)
def test_the_person_s_own_addresses_are_read_in_each_form(value: object, emails: tuple[str, ...]) -> None:
    """One address or a list of them, bare or as a `mailto:`: every string with an `@`, up to a limit, and no other."""
    answer = project(CLEARBIT, {"person": {"email": value}}, TODAY)
    assert answer.emails == emails
    assert answer.values == {}


@pytest.mark.proves("R-019")
@pytest.mark.parametrize(
    ("name", "joined"),
    [
        ({"givenName": "Ida", "familyName": "Vermolen"}, "Ida Vermolen"),
        ({"givenName": "Ida"}, None),
        ({"familyName": "Vermolen"}, None),
        ({"givenName": "", "familyName": "Vermolen"}, None),
        ({"givenName": 7, "familyName": "Vermolen"}, None),
        ("Ida Vermolen", None),
        (None, None),
    ],
    ids=ascii,
)
def test_a_name_in_two_parts_is_joined_and_no_field(name: object, joined: str | None) -> None:
    """Given and family name together are a name to ask the suppression list for; they supply no field."""
    answer = project(CLEARBIT, {"person": {"name": name}}, TODAY)
    assert answer.joined_name == joined
    assert answer.values == {}


@pytest.mark.parametrize(
    ("fuzzy", "approximate"), [(False, False), (True, True), (None, True), ("no", True), (0, True)], ids=repr
)
def test_a_match_is_exact_only_if_the_provider_says_so(fuzzy: object, approximate: bool) -> None:  # noqa: FBT001 - a column of the table
    """Whatever is not a plain `false` is taken as an approximate match, which links and discloses nothing."""
    assert project(CLEARBIT, {"person": {"fuzzy": fuzzy}}, TODAY).approximate is approximate


def test_an_answer_shows_nothing_when_printed() -> None:
    """What ends up in a traceback by accident holds no value of a person."""
    answer = project(CLEARBIT, {"person": person(), "company": company()}, TODAY)
    assert "Ida" not in repr(answer)


def recorded(provider: str) -> list[str]:
    """The names of the recorded answers of a provider that tell of somebody."""
    names = [entry.name for entry in FIXTURES.iterdir()]
    return sorted(name for name in names if name.startswith(f"{provider}_combined_"))


@pytest.mark.proves("R-001")
@pytest.mark.parametrize(
    ("source", "name"), [(source, name) for source in SourceName for name in recorded(source.value)]
)
def test_a_recorded_answer_is_documented_to_its_last_attribute(source: SourceName, name: str) -> None:
    """In the answers of the documentation every value is either taken, or counted under its documented path."""
    body = combined(unwrapped(json.loads((FIXTURES / name).read_bytes())))
    answer = project(source, body, TODAY)
    assert UNKNOWN not in answer.dropped_attributes
    permitted = {taken.path for taken in FORMATS[source].taken}
    filled = {path for path in every_path(source) if value_at(body, path) not in (None, [], {})}
    assert set(answer.dropped_attributes) - permitted == filled - permitted


def value_at(body: Any, path: str) -> Any:
    """What stands at a path, or None."""
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


names = st.sampled_from(sorted({name for path in every_path(HUNTER) for name in path.split(".")})) | st.text(max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False) | st.just(CANARY)
trees = st.recursive(
    scalars | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    max_leaves=40,
)
bodies = st.fixed_dictionaries(
    {"person": st.none() | st.dictionaries(names, trees, max_size=12)},
    optional={"company": st.dictionaries(names, trees, max_size=12), "other": trees},
)


@pytest.mark.proves("R-001")
@given(source=st.sampled_from(SourceName), body=bodies)
def test_whatever_an_answer_holds_only_permitted_paths_get_through(source: SourceName, body: dict[str, Any]) -> None:
    """For any keys and nesting: each value that is taken stands, as text, at a permitted path, and names are known."""
    answer = project(source, body, TODAY)
    for field, value in answer.values.items():
        assert value in [value_at(body, taken.path) for taken in FORMATS[source].taken if taken.field is field]
    assert answer.dropped_attributes.keys() <= {UNKNOWN, *every_path(source)}
    assert not answer.wrong_type & answer.values.keys()


@pytest.mark.proves("R-001")
@given(source=st.sampled_from(SourceName), path=st.lists(names, min_size=1, max_size=5).map(".".join))
def test_a_canary_gets_through_at_a_permitted_path_alone(source: SourceName, path: str) -> None:
    """One canary at any path: it comes out exactly if that path, letter by letter, is a permitted one."""
    answer = project(source, only(path, CANARY), TODAY)
    permitted = {taken.path: taken.field for taken in FORMATS[source].taken}
    assert answer.values == ({permitted[path]: CANARY} if path in permitted else {})
    ids = (answer.person_id, answer.company_id)
    assert (CANARY in ids) == (path in {"person.id", "company.id"})
