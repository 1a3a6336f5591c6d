"""What the gate says: an outcome, its reason, and what is to be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from leadgate_service.domain.fields import Field, LeadFields
from leadgate_service.domain.refine import Drop


class Outcome(StrEnum):
    """What became of a candidate, by its name in the contract; ASK and the two refusals of the call stay inside."""

    ASK = "ASK"
    STORED = "STORED"
    STORED_COMPANY_ONLY = "STORED_COMPANY_ONLY"
    UPDATED = "UPDATED"
    QUEUED = "QUEUED"
    NOT_STORED = "NOT_STORED"


class Reason(StrEnum):
    """Why a lead is not stored, by its name in the contract. ASSESSMENT_NOT_IN_FORCE refuses the whole call."""

    ASSESSMENT_NOT_IN_FORCE = "ASSESSMENT_NOT_IN_FORCE"
    INVALID_ITEM = "INVALID_ITEM"
    SOURCE_NOT_ACTIVE = "SOURCE_NOT_ACTIVE"
    ATTESTATION_LAPSED = "ATTESTATION_LAPSED"
    TRANSFER_MECHANISM_INVALID = "TRANSFER_MECHANISM_INVALID"
    SUPPRESSED = "SUPPRESSED"
    RESTRICTED = "RESTRICTED"
    CONTENT_UNREADABLE = "CONTENT_UNREADABLE"
    NOT_REPEATED = "NOT_REPEATED"
    LOOKUP_IN_PROGRESS = "LOOKUP_IN_PROGRESS"
    RETENTION_ELAPSED = "RETENTION_ELAPSED"
    INELIGIBLE = "INELIGIBLE"
    NO_FIELDS = "NO_FIELDS"
    IRRELEVANT = "IRRELEVANT"
    NOT_FOUND = "NOT_FOUND"
    PROVIDER_FAILED = "PROVIDER_FAILED"
    PROVIDER_OUT_OF_CREDIT = "PROVIDER_OUT_OF_CREDIT"
    PROVIDER_KEY_REFUSED = "PROVIDER_KEY_REFUSED"
    LOOKUP_REFUSED = "LOOKUP_REFUSED"
    ANSWER_UNREADABLE = "ANSWER_UNREADABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the gate decided.

    Attributes:
        outcome: What becomes of the candidate.
        reason: Why it is not stored.
        kept: Fields that are written.
        dropped: Fields of the answer that are not, with the reason.
        fields: Their values; None unless stored or updated.
        first_obtained_date: The clock's start; None unless stored or updated.
        expire_date: The last day held; None unless stored or updated.
        notice_due_date: Last day for the notice; None for company data.
        opens_acquisition: A new clock was started: first contact, or a new act after a lapse.
        invalid_field: With INVALID_ITEM, which field broke a rule of the contract.
        broken_rule: With INVALID_ITEM, which rule.
    """

    outcome: Outcome
    reason: Reason | None = None
    kept: tuple[Field, ...] = ()
    dropped: Mapping[Field, Drop] = field(default_factory=dict)
    fields: LeadFields | None = None
    first_obtained_date: date | None = None
    expire_date: date | None = None
    notice_due_date: date | None = None
    opens_acquisition: bool = False
    invalid_field: str = ""
    broken_rule: str = ""
