"""What use cases and the store hand each other: plain values, each complete in itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from leadgate_service.domain.candidate import Candidate, CrmRecord
from leadgate_service.domain.decision import Decision
from leadgate_service.domain.fields import EmployeeBand, Field, LeadFields, RevenueBand, Seniority
from leadgate_service.domain.identity import Identifier
from leadgate_service.domain.objector import Basis, Company, ContactScope, ObjectionPurpose, Objector
from leadgate_service.domain.policy import Policy
from leadgate_service.domain.register import SourceName
from leadgate_service.errors import LeadgateError


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request, and which.

    Attributes:
        principal: Name in the policy.
        action: Full name of the method.
        request_id: Unique per principal for 72 hours.
        body: The request's bytes, of which only a MAC is kept.
    """

    principal: str
    action: str
    request_id: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Judged:
    """One item with what was decided on it.

    Attributes:
        decision: The gate's.
        lead_id: 16 bytes of the lead that is held; None if none is.
        dropped_attributes: How often each path of the answer had a value that was not taken.
    """

    decision: Decision
    lead_id: bytes | None = None
    dropped_attributes: Mapping[str, int] = field(default_factory=dict)


EncodeJudged = Callable[[Sequence[Judged]], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Answers to be judged and stored as one unit.

    Attributes:
        caller: Who hands them in.
        policy: The policy that the candidates were prepared under.
        items: Candidates, and decisions already taken on items that never became one.
        now: The instant.
        today: Its civil day in the policy's zone.
        claimed: The request id was claimed before a provider was asked.
        encode: Makes the answer.
    """

    caller: Caller
    policy: Policy
    items: Sequence[Candidate | Decision]
    now: datetime
    today: date
    claimed: bool
    encode: EncodeJudged


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question to a source, to be judged and claimed before the source is asked.

    Attributes:
        caller: Who asks.
        policy: The policy in force.
        question: The candidate without an answer.
        now: The instant.
        today: Its civil day in the policy's zone.
        claimed: True from the second source on: the request id is this call's already.
        in_time: The source can still be asked; without, the question is judged all the same, and never claimed.
        encode: Makes the answer if the question may not be asked.
    """

    caller: Caller
    policy: Policy
    question: Candidate
    now: datetime
    today: date
    claimed: bool
    in_time: bool = True
    encode: EncodeJudged


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a source said when it had no answer to store.

    Attributes:
        asking: The question.
        outcome: For the look-up record: `miss`, `queued` or `failed`.
        decision: What the caller is told.
        final: The answer is kept for the request id. Failures are not: the same request may be sent again.
        releases: The request id is given free; False while another source is still to be asked.
    """

    asking: Asking
    outcome: str
    decision: Decision
    final: bool
    releases: bool


@dataclass(frozen=True, slots=True)
class LeadKey:
    """By what a lead is read: exactly one is set."""

    lead_id: bytes | None = None
    crm_record: CrmRecord | None = None
    identifier: Identifier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """What one provider supplied of a lead."""

    source: SourceName
    first_obtained_date: date
    obtained_time: datetime
    fields: frozenset[Field]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LeadRecord:
    """A lead as it is stored, opened. Shows nothing when printed.

    Attributes:
        lead_id: 16 bytes of a UUIDv7.
        fields: The content; None if it cannot be opened, because the key of its date is gone or it was damaged.
        personal: It speaks of a person, or of a company that is one.
        approximate: The provider matched the person only approximately.
        origin: As declared at intake.
        country_code: As given at intake, or None.
        relationship: What the person or company is to the controller.
        policy_version: The policy it was last decided under.
        first_obtained_date: The clock's start.
        expire_date: The last day held.
        notice_due_date: The last day for the notice; None for company data.
        suppressed: The person objected.
        restricted: The person asked for restriction.
        crm_records: The CRM records that it is known to be.
        sources: Which provider supplied what.
        key_token: What a person's lead is found by: the token of the exact address. None of company data, and where
            the reader may not have a link made of it.
    """

    lead_id: bytes
    fields: LeadFields | None
    personal: bool
    approximate: bool
    origin: str
    country_code: str | None
    relationship: str
    policy_version: int
    first_obtained_date: date
    expire_date: date
    notice_due_date: date | None
    suppressed: bool
    restricted: bool
    crm_records: tuple[CrmRecord, ...] = ()
    sources: tuple[SourceRecord, ...] = ()
    key_token: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFilter:
    """Which leads are listed: all that are set must hold."""

    company_industry: str | None = None
    job_function: str | None = None
    seniority: Seniority | None = None
    company_domain: str | None = None
    employee_band: EmployeeBand | None = None
    revenue_band: RevenueBand | None = None
    first_obtained_from_date: date | None = None
    first_obtained_until_date: date | None = None


@dataclass(frozen=True, slots=True)
class LeadPage:
    """One page of a list.

    Attributes:
        leads: In the order of their ids.
        last_examined: Where the next page begins; None at the end.
    """

    leads: Sequence[LeadRecord]
    last_examined: bytes | None


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered objection.

    Attributes:
        objection_id: 16 bytes of a UUIDv7.
        effective_time: From when on the person is unprocessable.
        erase_time: When unreadable content becomes due for erasure; None if a privacy officer must confirm it first,
            and where nothing is erased, since nothing tells for certain whose it is.
        matched_leads: How many leads became unreadable.
        received_time: When it reached the organisation.
        identifiers: By how many identifiers the person is recognised from now on.
        linked_identifiers: How many of them were not named, and are known through what is connected with the person.
    """

    objection_id: bytes
    effective_time: datetime
    erase_time: datetime | None
    matched_leads: int
    received_time: datetime
    identifiers: int
    linked_identifiers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One objection to be registered.

    Attributes:
        objector: The person, or the company.
        channel: How it came.
        received_time: When it reached the organisation.
        contact_scope: By which channels the person wants to hear nothing more.
        purpose: What they object to; None if they did not say.
        reference: The desk's case number, or None.
        import_id: The import that it is a part of, or None.
    """

    objector: Objector | Company = field(repr=False)
    channel: str
    received_time: datetime
    contact_scope: ContactScope = ContactScope.ALL
    purpose: ObjectionPurpose | None = None
    reference: str | None = None
    import_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Objections that one call registers.

    Attributes:
        caller: Who registers them.
        objections: One or many, of different people; all are a part of the same import, or of none.
        now: From when on they are effective.
        today: Its civil day in the policy's zone.
        erase_time: When content becomes due for erasure.
        confirmed: Who registers them may have a company's leads erased, however many there are.
        policy_version: For the audit entry.
        encode: Makes the answer, or the error that undoes everything; None is an objection that names nobody.
        registered: Reads the ids of objections in an answer that `encode` made.
    """

    caller: Caller
    objections: Sequence[Objection]
    now: datetime
    today: date
    erase_time: datetime
    confirmed: bool
    policy_version: int
    encode: Callable[[Sequence[Registered | None]], bytes | LeadgateError]
    registered: Callable[[bytes], Sequence[bytes]]

    @property
    def import_id(self) -> str | None:
        """The import that they are a part of; None if there is none."""
        return self.objections[0].import_id if self.objections else None


class AnnulmentReason(StrEnum):
    """Why a registration was never the person's (R-091); that somebody changed their mind is none."""

    WRONG_PERSON = "wrong_person"
    WRONG_LIST = "wrong_list"
    TEST = "test"


class ObjectionState(StrEnum):
    """How far an objection is, by its name in the contract."""

    UNREADABLE = "UNREADABLE"
    ERASED = "ERASED"
    AWAITING_CONFIRMATION = "AWAITING_CONFIRMATION"
    ANNULMENT_PROPOSED = "ANNULMENT_PROPOSED"
    ANNULLED = "ANNULLED"
    LIFTED = "LIFTED"
    WITHHELD = "WITHHELD"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRecord:
    """The evidence of one objection, and how far it is. Whose it is stands nowhere.

    Attributes:
        registered: What was acknowledged; but its `erase_time` is that of a confirmation that came since.
        state: How far it is.
        basis: What the objection told of whom it is by.
        channel: How it came.
        contact_scope: By which channels the person wants to hear nothing more.
        purpose: What they object to; None if they did not say.
        reference: The desk's case number, or None.
        import_id: The import that it was a part of, or None.
        registered_by: The principal.
        remaining_leads: How many leads that it reaches are held, unreadable.
        annulment_reason: Why it is annulled, or is to be; None if nobody proposed that.
        annulment_proposed_by: Who did; None if nobody did.
    """

    registered: Registered
    state: ObjectionState
    basis: Basis
    channel: str
    contact_scope: ContactScope
    purpose: ObjectionPurpose | None
    reference: str | None
    import_id: str | None
    registered_by: str
    remaining_leads: int
    annulment_reason: AnnulmentReason | None
    annulment_proposed_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionFilter:
    """Which objections are listed: all that match what is set."""

    reference: str | None = None
    import_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annulled:
    """What an annulment came to.

    Attributes:
        done: A second person agreed; else it is only proposed.
        objections: How many have no effect any more.
        leads: How many are readable again.
    """

    done: bool
    objections: int
    leads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Annulment:
    """The wish of one person to annul an objection, or a whole import.

    Attributes:
        caller: Who it is; another than who proposes it first makes it happen.
        target: The objection's id, 16 bytes, or the import's.
        reason: Why.
        now: When.
        policy_version: For the audit entry.
        encode: Makes the answer.
    """

    caller: Caller
    target: bytes | str
    reason: AnnulmentReason
    now: datetime
    policy_version: int
    encode: Callable[[Annulled], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """The verified wish of a person to be known again (R-025).

    Attributes:
        caller: Who passes it on.
        address_token: Of the address that the challenge was delivered to.
        groups: The objections that named it when the challenge was made, as a digest: no later one is lifted by it.
        now: When.
        policy_version: For the audit entry.
        encode: Makes the answer from the number of objections that ended.
    """

    caller: Caller
    address_token: bytes
    groups: bytes
    now: datetime
    policy_version: int
    encode: Callable[[int], bytes]


class Effect(StrEnum):
    """What an objection does to a lead, by its name in the contract."""

    SUPPRESSED = "SUPPRESSED"
    WITHHELD = "WITHHELD"
    NUMBER_WITHHELD = "NUMBER_WITHHELD"


@dataclass(frozen=True, slots=True)
class Match:
    """A lead that an objection would reach, and what it would do to it."""

    effect: Effect
    lead: LeadRecord


@dataclass(frozen=True, slots=True)
class AppliedPolicy:
    """A policy as the database holds it."""

    version: int
    yaml: str
    applied_time: datetime
    applied_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """A policy to be put in force.

    Attributes:
        caller: Who applies it.
        yaml: Its text, which has been checked.
        expected_version: The version that the author saw; 0 founds an empty database.
        now: Since when it is in force.
        encode: Makes the answer from the new version.
    """

    caller: Caller
    yaml: str = field(repr=False)
    expected_version: int
    now: datetime
    encode: Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A token as the database holds it: never the token itself."""

    token_id: str
    principal: str
    issued_time: datetime
    expire_time: datetime
    last_used_date: date | None
    revoked_time: datetime | None
