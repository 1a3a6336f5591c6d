"""What each role sees of the same lead, and what marketing finds when it asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from leadgate_client import Lead, LeadFields, PhoneKind, Range, Seniority

from leadgate_cli.demo.ending import Ending
from leadgate_cli.demo.patience import CALL_SECONDS
from leadgate_cli.demo.sight import PURPOSES, seen_by
from leadgate_cli.demo.stage import Stage
from leadgate_cli.words import word

CONTENT = tuple(one.name for one in fields(LeadFields) if one.name != "phone_kind")
"""The eleven fields."""

SHOWN_TO_MARKETING = ("company_name", "company_website", "job_function", "seniority")
"""Columns of marketing's list; it may see some more."""

_MOST_LISTED = 5


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Views:
    """What the callers see at the end. Shows nothing when printed.

    Attributes:
        example: By caller, the fields of one lead, by name; or in a few words why it sees none.
        expired: By caller, what it sees of a lead past its last day; empty if there is none.
        objected: By caller, what it sees of a lead whose person objected; empty if there is none.
        industry: What marketing asked for, as the value of the field.
        found: How many leads it found.
        listed: The first of them, each with its values of `SHOWN_TO_MARKETING`.
    """

    example: Mapping[str, Mapping[str, str] | str]
    expired: Mapping[str, str]
    objected: Mapping[str, str]
    industry: str
    found: int
    listed: Sequence[Sequence[str]]


def views(stage: Stage, ending: Ending) -> Views | None:
    """Read as every caller; None if nothing is left to be read."""
    example = _example(stage)
    if example is None:
        return None
    industry = example.fields.company_industry or ""
    marketing = stage.clients["marketing"]
    wanted = marketing.query_leads(purpose=PURPOSES["marketing"], company_industry=industry, timeout=CALL_SECONDS)
    found = list(wanted)
    return Views(
        example=_seen(stage, example.lead_id),
        expired=_withheld(stage, ending.expired),
        objected=_withheld(stage, ending.suppressed),
        industry=industry,
        found=len(found),
        listed=[[_text(lead.fields, name) for name in SHOWN_TO_MARKETING] for lead in found[:_MOST_LISTED]],
    )


def _example(stage: Stage) -> Lead | None:
    """Choose the first lead that has the most fields."""
    leads = list(stage.clients["crm_sync"].query_leads(purpose=PURPOSES["crm_sync"], timeout=CALL_SECONDS))
    return max(leads, key=lambda lead: sum(map(bool, _texts(lead.fields).values())), default=None)


def _seen(stage: Stage, lead_id: str) -> Mapping[str, Mapping[str, str] | str]:
    seen = {caller: seen_by(caller, client, lead_id) for caller, client in stage.clients.items()}
    return {caller: answer if isinstance(answer, str) else _texts(answer.fields) for caller, answer in seen.items()}


def _withheld(stage: Stage, lead_ids: frozenset[str]) -> Mapping[str, str]:
    if not lead_ids:
        return {}
    answers = {caller: seen_by(caller, client, min(lead_ids)) for caller, client in stage.clients.items()}
    return {caller: answer for caller, answer in answers.items() if isinstance(answer, str)}


def _texts(content: LeadFields) -> Mapping[str, str]:
    return {name: _text(content, name) for name in CONTENT}


def _text(content: LeadFields, name: str) -> str:
    value = getattr(content, name)
    match name, value:
        case _, None:
            return ""
        case _, Range(lower=lower, upper=upper):
            return f"{lower:,} and more" if upper is None else f"{lower:,} to {upper:,}"
        case "seniority", _:
            return word(Seniority.DESCRIPTOR, value)
        case "phone_number", _ if content.phone_kind is not None:
            return f"{value} ({word(PhoneKind.DESCRIPTOR, content.phone_kind)} line)"
        case _:
            return str(value)
