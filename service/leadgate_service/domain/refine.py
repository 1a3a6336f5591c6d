"""What of an answer may be kept: let in by policy and assessment, screened, and brought into each field's one form."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from leadgate_service.domain import normalise, screening
from leadgate_service.domain.fields import PERSON_FIELDS, Field, LeadFields, PhoneKind, Span
from leadgate_service.domain.policy import Policy
from leadgate_service.domain.projection import Answer, RawValue
from leadgate_service.domain.register import SourceName


class Drop(StrEnum):
    """Why a field of the answer was dropped, by its name in the contract."""

    NOT_IN_POLICY = "NOT_IN_POLICY"
    NOT_ASSESSED = "NOT_ASSESSED"
    WRONG_TYPE = "WRONG_TYPE"
    INVALID = "INVALID"
    SCREENED = "SCREENED"
    SUPPRESSED = "SUPPRESSED"
    PINNED = "PINNED"
    OUTRANKED = "OUTRANKED"
    STALE = "STALE"


def refine(
    policy: Policy,
    source: SourceName,
    answer: Answer,
    country: str | None,
    *,
    of_company: bool,
) -> tuple[LeadFields, Mapping[Field, Drop]]:
    """Keep what the policy and the assessment let in, screened and normalised.

    Args:
        policy: Which fields, and which of them from which source.
        source: Who supplies the answer.
        answer: What it holds.
        country: Of the lead, for a national phone number; None if unknown.
        of_company: A company was asked about, so that nothing of a person is kept.

    Returns:
        The content, and why the other fields of the answer are not in it.
    """
    coverage = policy.assessment.coverage
    assessed = coverage.fields if source in coverage.sources else frozenset[Field]()
    refused = _OF_PERSON[answer.phone_kind] if of_company else frozenset[Field]()
    dropped: dict[Field, Drop] = dict.fromkeys(answer.wrong_type, Drop.WRONG_TYPE)
    kept: dict[str, object] = {}
    for name, raw in answer.values.items():
        if name not in policy.fields:
            dropped[name] = Drop.NOT_IN_POLICY
        elif name not in assessed:
            dropped[name] = Drop.NOT_ASSESSED
        elif name in refused:
            dropped[name] = Drop.INVALID
        else:
            value = refined(name, raw, country)
            if isinstance(value, Drop):
                dropped[name] = value
            else:
                kept[name] = value
    phone_kind = answer.phone_kind if Field.PHONE_NUMBER in kept else None
    return LeadFields(**kept, phone_kind=phone_kind), dropped  # type: ignore[arg-type]  # each refiner returns its field's type


Refined = str | Span | Drop
Refiner = Callable[[RawValue, str | None], Refined]


def refined(name: Field, raw: RawValue, country: str | None) -> Refined:
    """Bring one value into its field's form, or say why that cannot be."""
    return _REFINERS[name](raw, country)


def _text(normaliser: Callable[[str], str | None]) -> Refiner:
    def refine(raw: RawValue, _country: str | None) -> Refined:
        return (normaliser(raw) if isinstance(raw, str) else None) or Drop.INVALID

    return refine


def _screened(screen: Callable[[str], str | None], normaliser: Callable[[str], str | None]) -> Refiner:
    def refine(raw: RawValue, _country: str | None) -> Refined:
        text = normaliser(raw) if isinstance(raw, str) else None
        if text is None:
            return Drop.INVALID
        rest = screen(text)
        if rest == text:  # nearly always; what is in its form already stays as it is
            return text
        return (normaliser(rest) if rest is not None else None) or Drop.SCREENED

    return refine


def _range(normaliser: Callable[[str], Span | None]) -> Refiner:
    def refine(raw: RawValue, _country: str | None) -> Refined:
        return raw if isinstance(raw, Span) else normaliser(raw) or Drop.INVALID

    return refine


def _phone(raw: RawValue, country: str | None) -> Refined:
    return (normalise.phone(raw, country) if isinstance(raw, str) else None) or Drop.INVALID


_REFINERS: Mapping[Field, Refiner] = MappingProxyType(
    {
        Field.COMPANY_NAME: _text(normalise.company_name),
        Field.COMPANY_DESCRIPTION: _screened(screening.company_description, normalise.company_description),
        Field.COMPANY_WEBSITE: _text(normalise.website),
        Field.COMPANY_ESTIMATED_REVENUE: _range(normalise.revenue_range),
        Field.COMPANY_EMPLOYEE_RANGE: _range(normalise.employee_range),
        Field.COMPANY_INDUSTRY: _text(normalise.company_industry),
        Field.JOB_FUNCTION: _text(normalise.job_function),
        Field.JOB_TITLE: _screened(screening.job_title, normalise.job_title),
        Field.SENIORITY: _text(normalise.seniority),
        Field.FULL_NAME: _text(normalise.full_name),
        Field.PHONE_NUMBER: _phone,
    },
)

_OF_PERSON: Mapping[PhoneKind | None, frozenset[Field]] = {
    None: PERSON_FIELDS,
    PhoneKind.COMPANY: PERSON_FIELDS,
    PhoneKind.DIRECT: PERSON_FIELDS | {Field.PHONE_NUMBER},
}
"""The fields that speak of a person, by whose line the phone number is."""
