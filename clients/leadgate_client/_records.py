"""Records of the SDK: what goes into a call or comes out of one, in plain Python types.

Each of them can hold personal values, so none shows its content in `repr`: a log line or a traceback that happens to
print one prints its name alone. Answers that hold no such value are the contract's own messages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from leadgate.v1.objection_service_pb2 import CONTACT_SCOPE_UNSPECIFIED, ContactScope
from leadgate.v1.types_pb2 import (
    EmployeeBand,
    Field,
    NoticeState,
    Origin,
    PhoneKind,
    Relationship,
    RevenueBand,
    Seniority,
)


class Discreet:
    """Base of records whose `repr` is their name and nothing of their content."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Range(Discreet):
    """A whole-number estimate.

    Attributes:
        lower: Smallest value, at least 0.
        upper: Largest value, not below `lower`; None where the range is open.
    """

    lower: int
    upper: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LeadFields(Discreet):
    """Content of a lead: at most the eleven fields. None means not known, or not for the caller to see.

    Attributes:
        company_name: At most 255 characters.
        company_description: At most 255 characters.
        company_website: `https://` and the company's domain. On intake a bare domain will do.
        company_estimated_revenue: Whole US dollars a year; always an estimate.
        company_employee_range: Head count.
        company_industry: At most 100 characters.
        job_function: A lower-snake word of an open vocabulary.
        job_title: At most 128 characters.
        seniority: One of the closed vocabulary.
        full_name: At most 200 characters.
        phone_number: E.164. On intake a national form will do, with a country code.
        phone_kind: Whose line `phone_number` is. On intake None means the company's.
    """

    company_name: str | None = None
    company_description: str | None = None
    company_website: str | None = None
    company_estimated_revenue: Range | None = None
    company_employee_range: Range | None = None
    company_industry: str | None = None
    job_function: str | None = None
    job_title: str | None = None
    seniority: Seniority.ValueType | None = None
    full_name: str | None = None
    phone_number: str | None = None
    phone_kind: PhoneKind.ValueType | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PhoneNumber(Discreet):
    """A number as a person writes it.

    Attributes:
        number: International, or national with a country code; at most 64 characters.
        country_code: ISO 3166-1 alpha-2, upper case; empty if unknown.
    """

    number: str
    country_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NameAtCompany(Discreet):
    """A name and where its bearer works: others there may have the same name.

    Attributes:
        full_name: At most 200 characters. Titles and the order of its parts do not matter.
        company_domain: A domain of the company, without scheme or path.
    """

    full_name: str
    company_domain: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CrmReference(Discreet):
    """A record in a CRM.

    Attributes:
        recipient: The CRM's name in the policy, such as `salesforce`.
        object: The record's type, such as `Lead`: 1 to 40 letters, digits and underscores.
        record_id: The CRM's own id: 1 to 40 letters and digits.
    """

    recipient: str
    object: str
    record_id: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SourceRecord(Discreet):
    """What one provider supplied (GDPR Art. 14(2)(f), 15(1)(g)).

    Attributes:
        source: The provider's name in the policy.
        first_obtained_date: The day this provider first supplied something of the lead; None if not told.
        obtained_time: When the present values were obtained, in UTC; None if not told.
        fields: Those whose present value is this provider's.
    """

    source: str
    first_obtained_date: date | None
    obtained_time: datetime | None
    fields: tuple[Field.ValueType, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Lead(Discreet):
    """What is held of a person at work, or of a company.

    Attributes:
        lead_id: A UUIDv7 in lower-case hexadecimal with hyphens; also the CRM's external id.
        fields: The content that the caller's role and purpose may see.
        estimated_fields: Those whose value is an estimate or inference.
        employee_band: Groups `fields.company_employee_range`; None if unknown.
        revenue_band: Groups `fields.company_estimated_revenue`; None if unknown.
        relationship: What decides how long the lead may be held.
        origin: What the caller of the intake declared.
        country_code: ISO 3166-1 alpha-2; None if unknown.
        first_obtained_date: The day the clock started; None if not for the caller to see.
        expire_date: The last day the lead is held, hold no copy beyond it; None if not for the caller to see.
        notice_state: Whether the person has been told (GDPR Art. 14); None when no notice is owed.
        notice_due_date: The last day for the notice; None for company data.
        crm_references: The CRM records that the lead is known to be.
        sources: Which provider supplied which field.
        policy_version: The policy under which the lead was last decided on.
        unsubscribe_url: Where the person objects with one click, for the List-Unsubscribe header of every mail; None
            for company data, for callers who write to nobody, and where the service has no HTTP door.
    """

    lead_id: str
    fields: LeadFields
    estimated_fields: tuple[Field.ValueType, ...]
    employee_band: EmployeeBand.ValueType | None
    revenue_band: RevenueBand.ValueType | None
    relationship: Relationship.ValueType
    origin: Origin.ValueType
    country_code: str | None
    first_obtained_date: date | None
    expire_date: date | None
    notice_state: NoticeState.ValueType | None
    notice_due_date: date | None
    crm_references: tuple[CrmReference, ...]
    sources: tuple[SourceRecord, ...]
    policy_version: int
    unsubscribe_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Objector(Discreet):
    """Who objects, by whatever is known of one person: 1 to 20 identifiers in any mix.

    An address, a CRM record, a lead and a name together with a number tell for certain who it is. A name at a company,
    or a number alone, is shared: it withholds, and erases nobody.

    Attributes:
        emails: Addresses of the person. All ways of writing them are covered.
        phones: Direct numbers of the person.
        crm_references: Records of the person in a CRM, such as a Lead or a Contact; not those of a company.
        lead_ids: Leads of the person in leadgate.
        names: Names of the person at companies.
        unsubscribe_tokens: What `Lead.unsubscribe_url` ends with, from links that the person was sent.
    """

    emails: Sequence[str] = ()
    phones: Sequence[PhoneNumber] = ()
    crm_references: Sequence[CrmReference] = ()
    lead_ids: Sequence[str] = ()
    names: Sequence[NameAtCompany] = ()
    unsubscribe_tokens: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Company(Discreet):
    """A company that objects, for all who work there.

    Attributes:
        domains: Its domains, 1 to 20, each with its sub-domains. Refused are those that hand out mailboxes to
            everybody, public suffixes, and those of the controller itself.
    """

    domains: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ObjectionItem(Discreet):
    """One objection of a batch.

    Attributes:
        objector: The person. Names alone are not enough here: others may have them.
        received_time: When it reached anybody in the organisation, with its time zone; None means now.
        reference: The caller's own case number: at most 64 letters, digits, dots, slashes, hashes and hyphens. No name.
        contact_scope: By which channels the person wants to hear nothing more; all if unspecified.
    """

    objector: Objector
    received_time: datetime | None = None
    reference: str = ""
    contact_scope: ContactScope.ValueType = CONTACT_SCOPE_UNSPECIFIED


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LiftChallenge(Discreet):
    """What a person sends back to show that an address is theirs, and that they want to be known again.

    Attributes:
        challenge: The text to deliver to that very address, and to nobody else.
        expire_time: Until when it is good, in UTC.
    """

    challenge: str
    expire_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WebFormAct(Discreet):
    """A person's own dated act; after a lapse it opens a new acquisition. Goes with ORIGIN_WEB_FORM.

    Attributes:
        act_date: The day the form was sent; not in the future.
    """

    act_date: date


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Contract(Discreet):
    """A customer's new contract; after a lapse it opens a new acquisition. Goes with ORIGIN_CRM_CUSTOMER.

    Attributes:
        reference: The controller's own id of the contract: 1 to 64 letters, digits, dots, slashes and hyphens.
        start_date: The first day of service; not in the future.
    """

    reference: str
    start_date: date


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TypedAnswer(Discreet):
    """A provider's answer that the caller has already mapped. It is screened and normalised like any other.

    Attributes:
        fields: The content.
        person_id: The provider's id of the person, at most 128 characters; None if unknown or a company's.
        approximate: Whether the provider matched the person only approximately.
    """

    fields: LeadFields
    person_id: str | None = None
    approximate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IngestItem(Discreet):
    """One answer that a provider gave elsewhere, to be handed in. Exactly one of `email` and `domain` is given.

    Attributes:
        email: Work address of the person that the provider was asked about.
        domain: Domain of the company that the provider was asked about.
        origin: Where the caller has the identifier from.
        source: The provider's name in the policy.
        answer: The provider's own JSON as it came, at most 256 KiB; or the fields, already mapped.
        country_code: ISO 3166-1 alpha-2, upper case; None if unknown.
        legal_form: The company's, as a register calls it, at most 40 characters; None if unknown.
        obtained_time: When the provider answered, with its time zone; None means now.
        crm_reference: The CRM record that the lead is, if there is one.
        act: What may open a new acquisition after a lapse; not needed otherwise.
    """

    email: str | None = None
    domain: str | None = None
    origin: Origin.ValueType
    source: str
    answer: bytes | TypedAnswer
    country_code: str | None = None
    legal_form: str | None = None
    obtained_time: datetime | None = None
    crm_reference: CrmReference | None = None
    act: WebFormAct | Contract | None = None
