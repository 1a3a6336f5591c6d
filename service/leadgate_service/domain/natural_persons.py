"""Tells businesses that are a natural person from companies: what is known of them is personal data (R-013)."""

import re
from collections.abc import Sequence

from leadgate_service.domain.characters import plain
from leadgate_service.domain.data import load
from leadgate_service.domain.names import canonical_name, folded

_LIST = load("legal_forms")
_FORMS = frozenset(_LIST["forms"])
_LEGAL_PERSONS = frozenset(_LIST["legal_persons"])
_NOT_LETTER = re.compile(r"[^a-z]+")
_FORMS_IN_NAMES = tuple(_LIST["in_names"])
_IN_NAME = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _FORMS_IN_NAMES))})(?!\w)")
_PERSONAL = "personal"
"""The kind that Clearbit's format gives to what is one person's."""

_MIN_NAME_PARTS = 2  # one part alone, such as a family name, names many companies


def is_natural_person(
    legal_form: str | None, company_name: str, full_name: str | None, *, registered_as: Sequence[str] = ()
) -> bool:
    """Says whether a company's fields are personal data (R-013; GDPR Art. 4(1), recital 14).

    In doubt it says yes: the controls cost little, their absence is a breach.

    Args:
        legal_form: What the caller knows of the legal form, in nl, en, de or fr; None if unknown.
        company_name: The company's name.
        full_name: The person's name from the same answer; None if there is none.
        registered_as: What the provider says of the company's kind, in its own words, and its registered name.

    Returns:
        What a legal form says that the caller states and we know. Else True if the form inside a name, or the kind, is
        a natural person's or a partnership's of natural persons, or if the company's name contains the person's whole
        name.
    """
    form = _plain_form(legal_form) if legal_form else ""
    if form in _FORMS or form in _LEGAL_PERSONS:
        return form in _FORMS
    if any(map(_names_its_form, (company_name, *registered_as))) or _PERSONAL in registered_as:
        return True
    return full_name is not None and holds_name(company_name, full_name)


def is_legal_person(legal_form: str | None) -> bool:
    """Say whether a legal form that the caller states is a legal person's, as far as we know it."""
    return legal_form is not None and _plain_form(legal_form) in _LEGAL_PERSONS


def _plain_form(legal_form: str) -> str:
    return _NOT_LETTER.sub("", plain(legal_form).lower())


def _names_its_form(company_name: str) -> bool:
    lower = plain(company_name).lower()
    return any(form in lower for form in _FORMS_IN_NAMES) and _IN_NAME.search(lower) is not None


def holds_name(company_name: str, full_name: str) -> bool:
    """Say whether a company is named after a person: the name has all parts of hers, and she is called by several."""
    parts = canonical_name(full_name).split()
    company = folded(company_name)
    if len(parts) < _MIN_NAME_PARTS or not all(part in company for part in parts):
        return False
    return set(parts) <= set(canonical_name(company_name).split())
