"""What an update makes of a lead that is held: its values, and whether they are still guesses."""

from dataclasses import replace
from typing import Any

from leadgate_service.domain.candidate import Candidate
from leadgate_service.domain.decision import Decision
from leadgate_service.domain.fields import PERSON_FIELDS, Field, LeadFields

_OF_PERSON = PERSON_FIELDS | {Field.PHONE_NUMBER}


def merged(held: LeadFields, decision: Decision) -> LeadFields:
    """Write the kept fields over the held ones."""
    new = decision.fields or LeadFields()
    values: dict[str, Any] = {field.value: getattr(new, field.value) for field in decision.kept}
    if Field.PHONE_NUMBER in decision.kept:
        values["phone_kind"] = new.phone_kind
    return replace(held, **values)


def approximate(was_approximate: bool, fields: LeadFields, candidate: Candidate, decision: Decision) -> bool:  # noqa: FBT001 - what was known
    """Say whether, after an update, a value of the person comes from an approximate match (R-007).

    Args:
        was_approximate: What was known of the held values.
        fields: The values after the update.
        candidate: Who was matched, and how.
        decision: Which of its fields are written.
    """
    kept = _OF_PERSON.intersection(decision.kept)
    left = {field for field in _OF_PERSON - kept if getattr(fields, field.value) is not None}
    return (candidate.approximate and bool(kept)) or (was_approximate and bool(left))
