"""The SDK of leadgate: a synchronous client with deadlines, retries, pagers and typed errors.

    from leadgate_client import Client, Lead, Purpose

    with Client.connect("leadgate.example.com:443", token=token) as client:
        for lead in client.query_leads(purpose=Purpose.PURPOSE_OUTREACH, company_industry="Software"):
            ...

Arguments are plain Python values and the contract's own enums. What holds personal values, such as Lead, is a record of
this package that shows nothing of them in its `repr`; every other answer is the contract's own message.
"""

from leadgate.v1.intake_service_pb2 import DropReason, NotStoredReason, Outcome
from leadgate.v1.lead_service_pb2 import Withheld, WithheldReason
from leadgate.v1.objection_service_pb2 import (
    AnnulmentReason,
    ContactScope,
    Objection,
    ObjectionChannel,
    ObjectionOutcome,
    ObjectionPurpose,
    ObjectionScope,
    ObjectionState,
)
from leadgate.v1.types_pb2 import (
    EmployeeBand,
    Field,
    NoticeState,
    Origin,
    PhoneKind,
    Purpose,
    Relationship,
    RevenueBand,
    Seniority,
)

from leadgate_client._client import Client
from leadgate_client._errors import (
    AnnulmentDiffers,
    ChallengeInvalid,
    DeadlineExceeded,
    ImportAnnulled,
    IntakeClosed,
    Internal,
    InvalidField,
    LeadgateClientError,
    NotAllowed,
    NotFound,
    Overloaded,
    PolicyChanged,
    PolicyInvalid,
    PolicyMistake,
    RateLimited,
    RequestIdReused,
    RequestInProgress,
    Unauthenticated,
    Unavailable,
    Unsupported,
)
from leadgate_client._leads import LeadPage, LeadPager
from leadgate_client._objections import ObjectionPager
from leadgate_client._records import (
    Company,
    Contract,
    CrmReference,
    IngestItem,
    Lead,
    LeadFields,
    LiftChallenge,
    NameAtCompany,
    ObjectionItem,
    Objector,
    PhoneNumber,
    Range,
    SourceRecord,
    TypedAnswer,
    WebFormAct,
)

__all__ = [
    "AnnulmentDiffers",
    "AnnulmentReason",
    "ChallengeInvalid",
    "Client",
    "Company",
    "ContactScope",
    "Contract",
    "CrmReference",
    "DeadlineExceeded",
    "DropReason",
    "EmployeeBand",
    "Field",
    "ImportAnnulled",
    "IngestItem",
    "IntakeClosed",
    "Internal",
    "InvalidField",
    "Lead",
    "LeadFields",
    "LeadPage",
    "LeadPager",
    "LeadgateClientError",
    "LiftChallenge",
    "NameAtCompany",
    "NotAllowed",
    "NotFound",
    "NotStoredReason",
    "NoticeState",
    "Objection",
    "ObjectionChannel",
    "ObjectionItem",
    "ObjectionOutcome",
    "ObjectionPager",
    "ObjectionPurpose",
    "ObjectionScope",
    "ObjectionState",
    "Objector",
    "Origin",
    "Outcome",
    "Overloaded",
    "PhoneKind",
    "PhoneNumber",
    "PolicyChanged",
    "PolicyInvalid",
    "PolicyMistake",
    "Purpose",
    "Range",
    "RateLimited",
    "Relationship",
    "RequestIdReused",
    "RequestInProgress",
    "RevenueBand",
    "Seniority",
    "SourceRecord",
    "TypedAnswer",
    "Unauthenticated",
    "Unavailable",
    "Unsupported",
    "WebFormAct",
    "Withheld",
    "WithheldReason",
]
