"""What a policy must keep to beyond the shape of its sections.

Each rule reads the sections it names and yields what breaks it, with the remedy. Rules run only over sections that
have the right shape, so that one mistake of shape does not hide the mistakes elsewhere.
"""

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadgate_service.domain import principal_rules, register_rules
from leadgate_service.domain.policy import AssessmentState, PolicyDocument
from leadgate_service.domain.register import SourceState
from leadgate_service.domain.relevance import COMPARED_FIELDS
from leadgate_service.domain.violation import Violation, end_follows_start


class Rule(NamedTuple):
    """A rule with the sections that it reads."""

    sections: frozenset[str]
    check: Callable[[PolicyDocument], Iterator[Violation]]


def violations(document: PolicyDocument, sound_sections: Collection[str]) -> Iterator[Violation]:
    """Yield what the document breaks of every rule whose sections are all sound.

    Args:
        document: The document; only its sound sections need to be there.
        sound_sections: The names of the sections that have the right shape.
    """
    for rule in RULES:
        if rule.sections.issubset(sound_sections):
            yield from rule.check(document)


def _zone_is_known(document: PolicyDocument) -> Iterator[Violation]:
    try:
        ZoneInfo(document.retention.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Violation(
            path=("retention", "zone"),
            reason="is not a time zone of the IANA database",
            remedy="use a name such as Europe/Amsterdam",
        )


def _periods_keep_the_promise(document: PolicyDocument) -> Iterator[Violation]:
    promised = document.statement.lead_period_days
    if document.retention.lead_days > promised:
        yield Violation(
            path=("retention", "lead_days"),
            reason="is longer than the statement promises (R-040)",
            remedy=f"use at most {promised}, or publish a statement that promises more",
        )


def _countries_are_shorter(document: PolicyDocument) -> Iterator[Violation]:
    lead_days = document.retention.lead_days
    for country, days in document.retention.countries.items():
        if days >= lead_days:
            yield Violation(
                path=("retention", "countries", country),
                reason="is not shorter than lead_days (R-040)",
                remedy=f"use fewer than {lead_days} days, or leave the country out",
            )


def _approval_is_complete(document: PolicyDocument) -> Iterator[Violation]:
    assessment = document.assessment
    if assessment.state is AssessmentState.APPROVED:
        for key in ("approved_by", "approved_date", "review_date"):
            if getattr(assessment, key) is None:
                yield Violation(
                    path=("assessment", key),
                    reason="is missing, so nobody answers for the approval (R-009)",
                    remedy=f"add {key}, or set state to draft",
                )
    yield from end_follows_start(
        assessment.approved_date,
        assessment.review_date,
        path=("assessment", "review_date"),
        remedy="use a date on or after approved_date",
    )


def _fields_are_assessed(document: PolicyDocument) -> Iterator[Violation]:
    for field in sorted(document.fields - document.assessment.coverage.fields):
        yield Violation(
            path=("assessment", "coverage", "fields"),
            reason=f"does not cover {field}, which the policy keeps (R-009)",
            remedy=f"assess {field} and add it here, or take it out of fields",
        )


def _sources_are_assessed(document: PolicyDocument) -> Iterator[Violation]:
    active = {source.name for source in document.sources if source.state is SourceState.ACTIVE}
    for name in sorted(active - document.assessment.coverage.sources):
        yield Violation(
            path=("assessment", "coverage", "sources"),
            reason=f"does not cover {name}, which is active (R-009)",
            remedy=f"assess {name} and add it here, or suspend the source",
        )


def _comparisons_have_a_field(document: PolicyDocument) -> Iterator[Violation]:
    for comparison, field in COMPARED_FIELDS.items():
        if getattr(document.relevance, comparison) is not None and field not in document.fields:
            yield Violation(
                path=("relevance", comparison),
                reason=f"compares {field}, which the policy does not keep",
                remedy=f"add {field} to fields, or leave the comparison out",
            )


RULES = (
    Rule(frozenset({"retention"}), _zone_is_known),
    Rule(frozenset({"statement", "retention"}), _periods_keep_the_promise),
    Rule(frozenset({"retention"}), _countries_are_shorter),
    Rule(frozenset({"assessment"}), _approval_is_complete),
    Rule(frozenset({"assessment", "fields"}), _fields_are_assessed),
    Rule(frozenset({"assessment", "sources"}), _sources_are_assessed),
    Rule(frozenset({"assessment", "principals"}), principal_rules.purposes_are_assessed),
    Rule(frozenset({"relevance", "fields"}), _comparisons_have_a_field),
    Rule(frozenset({"sources"}), register_rules.sources_are_lawful),
    Rule(frozenset({"recipients"}), register_rules.recipients_are_lawful),
    Rule(frozenset({"statement", "sources"}), register_rules.sources_are_public),
    Rule(frozenset({"statement", "recipients"}), register_rules.recipients_are_public),
    Rule(frozenset({"principals"}), principal_rules.principals_are_minimal),
    Rule(frozenset({"principals", "fields"}), principal_rules.marketing_fields_are_kept),
)
"""Every rule, in the order of the file's sections."""
