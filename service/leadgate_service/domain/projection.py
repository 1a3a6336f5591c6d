"""From a provider's answer to the values of at most eleven fields, by exact path and type (R-001, R-076).

This is where everything else ends: what `project` does not take is counted by its documented path, or as `unknown`,
and is gone when the parsed answer goes out of scope. Nothing here is stored, queued or logged.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from leadgate_service.domain.fields import Field, PhoneKind, Span
from leadgate_service.domain.formats import FORMATS, SourceFormat, TakenPath
from leadgate_service.domain.register import SourceName

RawValue: TypeAlias = str | Span
"""A value as the provider gave it; ranges come as text from providers and as spans from typed answers."""

UNKNOWN = "unknown"
"""Under which all attributes are counted that the provider does not document: their names may be personal too."""

ADULT_YEARS = 18

MOST_ID_CHARACTERS = 128

MOST_EMAILS = 10
"""Of how many addresses of a person the suppression list is asked: each costs tokens, and a list can be any length."""

_DIGITS = re.compile(r"[0-9]{1,3}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_AGE_KEYS = ("age", "agerange", "age_range")
_BIRTH_KEYS = ("dob",)
_MAILTO = re.compile(r"\s*mailto:([^?]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer:
    """What was taken of a provider's answer, before screening and normalising. Shows nothing when printed.

    Attributes:
        values: By field.
        phone_kind: Whose line the phone number is.
        person_id: The provider's id of the person.
        company_id: The provider's id of the company.
        emails: The provider's own addresses of the person, at most 10. Only for the suppression list, which knows
            them as tokens.
        joined_name: The person's given and family name, which are the name where the full one is missing; likewise.
        employer_domain: Where the person works, by the provider; likewise.
        registered_as: The company's kind and registered name, which may say that it is one person's. Never stored.
        approximate: The provider matched the person only approximately (Clearbit's `fuzzy`).
        minor: The answer says, or allows, that the person is under 18 (R-075). Never stored.
        wrong_type: Fields whose value had another type than the format says.
        dropped_attributes: How often each path had a value that was not taken.
    """

    values: Mapping[Field, RawValue]
    phone_kind: PhoneKind | None = None
    person_id: str | None = None
    company_id: str | None = None
    emails: tuple[str, ...] = ()
    joined_name: str | None = None
    employer_domain: str | None = None
    registered_as: tuple[str, ...] = ()
    approximate: bool = False
    minor: bool = False
    wrong_type: frozenset[Field] = frozenset()
    dropped_attributes: Mapping[str, int] = field(default_factory=dict)


def project(source: SourceName, body: Mapping[str, Any], today: date) -> Answer:
    """Take the permitted values out of a provider's combined answer.

    Args:
        source: Whose format it has.
        body: `{"person": {...} or null, "company": {...} or null}`, as parsed from JSON.
        today: For the age, which is looked at in memory only.
    """
    shape = _SHAPES[source]
    found: dict[str, Any] = {}
    passed: list[str] = []
    _walk(body, shape.tree, found, passed)
    dropped = Counter(passed)
    values: dict[Field, RawValue] = {}
    phone_kind = None
    mistyped: set[Field] = set()
    for taken in shape.taken:
        value = found.get(taken.path)
        if value is None:
            continue
        if taken.field in values:
            dropped[taken.path] += 1
        elif isinstance(value, str):
            values[taken.field] = value
            phone_kind = taken.phone_kind or phone_kind
        else:
            mistyped.add(taken.field)
            dropped[taken.path] += 1
    person, company = _half(body, "person"), _half(body, "company")
    return Answer(
        values=values,
        phone_kind=phone_kind,
        person_id=_id(person),
        company_id=_id(company),
        emails=_emails(person),
        joined_name=_joined_name(_half(person, "name")),
        employer_domain=_text(_half(person, "employment"), "domain"),
        registered_as=tuple(said for name in ("type", "legalName") if (said := _text(company, name))),
        approximate=person.get("fuzzy", False) is not False,
        minor=_may_be_minor(person, today),
        wrong_type=frozenset(mistyped - values.keys()),
        dropped_attributes=dropped,
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """A format, folded into a tree: at each leaf its path, and whether it is taken."""

    tree: Mapping[str, Any]
    taken: tuple[TakenPath, ...]


@dataclass(frozen=True, slots=True)
class _Leaf:
    path: str
    taken: bool


def _fold(form: SourceFormat) -> _Shape:
    tree: dict[str, Any] = {}
    taken_paths = frozenset(taken.path for taken in form.taken)
    for path in form.documented | taken_paths:
        *groups, name = path.split(".")
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
        node[name] = _Leaf(path, taken=path in taken_paths)
    return _Shape(tree, form.taken)


_SHAPES = {source: _fold(form) for source, form in FORMATS.items()}


def _walk(node: Mapping[str, Any], tree: Mapping[str, Any], found: dict[str, Any], passed: list[str]) -> None:
    for name, value in node.items():
        if not value and (value is None or isinstance(value, list | dict)):
            continue
        here = tree.get(name)
        if isinstance(here, _Leaf):
            if here.taken:
                found[here.path] = value
            else:
                passed.append(here.path)
        elif here is not None and isinstance(value, dict):
            _walk(value, here, found, passed)
        else:
            passed.append(UNKNOWN)


def _half(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    half = body.get(name)
    return half if isinstance(half, dict) else {}


def _text(half: Mapping[str, Any], name: str) -> str | None:
    value = half.get(name)
    return value if isinstance(value, str) else None


def _emails(person: Mapping[str, Any]) -> tuple[str, ...]:
    """Read what may be addresses, whether the provider sends one or a list, bare or as `mailto:`."""
    value = person.get("email")
    listed = value if isinstance(value, list) else [value]
    found = [one for one in listed if isinstance(one, str) and "@" in one]
    return tuple(uri[1] if (uri := _MAILTO.match(one)) else one for one in found[:MOST_EMAILS])


def _joined_name(name: Mapping[str, Any]) -> str | None:
    """Read the name that is in two parts; one part alone is thousands of people's."""
    given, family = _text(name, "givenName"), _text(name, "familyName")
    return f"{given} {family}" if given and family else None


def _id(half: Mapping[str, Any]) -> str | None:
    """Read the provider's id. A blank or broken one is none: it would link people who have nothing in common."""
    value = half.get("id")
    if not isinstance(value, str) or not value.isprintable():
        return None
    value = value.strip()
    return value if 0 < len(value) <= MOST_ID_CHARACTERS else None


def _may_be_minor(person: Mapping[str, Any], today: date) -> bool:
    """Say whether an age or a date of birth leaves room for a person under 18. In doubt, and if unreadable, it does."""
    groups = [person, *(value for value in person.values() if isinstance(value, dict))]
    said = [(key.lower(), value) for group in groups for key, value in group.items() if value is not None]
    ages = [_number_in(value, _DIGITS) for key, value in said if key in _AGE_KEYS]
    years = [_number_in(value, _YEAR) for key, value in said if "birth" in key or key in _BIRTH_KEYS]
    too_young = [age is None or age < ADULT_YEARS for age in ages]
    return any(too_young + [year is None or today.year - year <= ADULT_YEARS for year in years])


def _number_in(value: object, form: re.Pattern[str]) -> int | None:
    """Read the first number of that form, however the provider wrote it; None if there is none."""
    match = form.search(str(value))
    return int(match[0]) if match else None
