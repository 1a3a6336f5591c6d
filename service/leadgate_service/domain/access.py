"""Who may do what: principals, their roles, the purposes of a role, the fields of a purpose.

Everything is denied that is not listed here (GDPR Art. 25(2), 32(4); R-011, R-066, R-077). A principal acts in those
of its roles that may call the method *and* have the purpose; it sees what those roles see and nothing of its others,
so that holding two roles never opens what neither opens alone.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import pydantic

from leadgate_service.domain.fields import Field
from leadgate_service.domain.section import KebabName, Section, Text
from leadgate_service.errors import PermissionDenied


class Role(StrEnum):
    """What a principal comes to do. The list is closed: there is no role for partners, buyers or authorities."""

    INTAKE = "intake"
    CRM_SYNC = "crm_sync"
    MARKETING = "marketing"
    SUPPORT = "support"
    PRIVACY_OFFICER = "privacy_officer"
    OPERATOR = "operator"


class Purpose(StrEnum):
    """Why personal data is read. The list is closed (GDPR Art. 5(1)(b); R-011)."""

    RELEVANCE = "relevance"
    OUTREACH = "outreach"
    CUSTOMER_NEEDS = "customer_needs"
    RIGHTS_HANDLING = "rights_handling"
    ACCOUNTABILITY = "accountability"


class PrincipalKind(StrEnum):
    """Whether a token names a human being or a program."""

    PERSON = "person"
    JOB = "job"


class MarketingTool(Section):
    """What one marketing tool may see (R-066).

    Attributes:
        tool: The tool's name, as the register of recipients knows it.
        fields: Its own fields; `full_name` and `phone_number` are refused until contact advice exists (R-012).
    """

    tool: Text
    fields: Annotated[frozenset[Field], pydantic.Field(min_length=1)]


class GroupEntity(Section):
    """A company of the same group, bound to the same uses by contract (statement C-33; R-066).

    Attributes:
        name: The entity's legal name.
        agreement: Reference of the intra-group agreement.
    """

    name: Text
    agreement: Text


class Principal(Section):
    """A person or a job that may call the service: one entry of the policy's `principals`.

    Attributes:
        name: What its tokens and the audit trail call it.
        kind: Person or job.
        roles: At least one.
        purposes: Fewer purposes than its roles have; None for all of them.
        marketing: Tool and fields; there exactly when `marketing` is among the roles.
        entity: The group entity it belongs to; None for the controller itself.
    """

    name: KebabName
    kind: PrincipalKind
    roles: Annotated[frozenset[Role], pydantic.Field(min_length=1)]
    purposes: frozenset[Purpose] | None = None
    marketing: MarketingTool | None = None
    entity: GroupEntity | None = None


ROLE_PURPOSES: Mapping[Role, frozenset[Purpose]] = {
    Role.INTAKE: frozenset(),
    Role.CRM_SYNC: frozenset({Purpose.OUTREACH, Purpose.CUSTOMER_NEEDS}),
    Role.MARKETING: frozenset({Purpose.RELEVANCE, Purpose.OUTREACH}),
    Role.SUPPORT: frozenset({Purpose.RIGHTS_HANDLING, Purpose.ACCOUNTABILITY}),
    Role.PRIVACY_OFFICER: frozenset({Purpose.RIGHTS_HANDLING, Purpose.ACCOUNTABILITY}),
    Role.OPERATOR: frozenset(),
}
"""The purposes for which a role may read. Intake learns outcomes and operators run the service: neither reads."""

METHOD_ROLES: Mapping[str, frozenset[Role]] = {
    "leadgate.v1.IntakeService/EnrichLead": frozenset({Role.INTAKE}),
    "leadgate.v1.IntakeService/BatchIngestLeads": frozenset({Role.INTAKE}),
    "leadgate.v1.LeadService/GetLead": frozenset(
        {Role.CRM_SYNC, Role.MARKETING, Role.SUPPORT, Role.PRIVACY_OFFICER},
    ),
    "leadgate.v1.LeadService/QueryLeads": frozenset({Role.CRM_SYNC, Role.MARKETING, Role.PRIVACY_OFFICER}),
    "leadgate.v1.ObjectionService/RegisterObjection": frozenset({Role.SUPPORT, Role.PRIVACY_OFFICER, Role.CRM_SYNC}),
    "leadgate.v1.ObjectionService/BatchRegisterObjections": frozenset(
        {Role.SUPPORT, Role.PRIVACY_OFFICER, Role.CRM_SYNC},
    ),
    "leadgate.v1.ObjectionService/GetObjection": frozenset({Role.SUPPORT, Role.PRIVACY_OFFICER}),
    "leadgate.v1.ObjectionService/ListObjections": frozenset({Role.SUPPORT, Role.PRIVACY_OFFICER}),
    "leadgate.v1.ObjectionService/AnnulObjection": frozenset({Role.SUPPORT, Role.PRIVACY_OFFICER}),
    "leadgate.v1.ObjectionService/LiftSuppression": frozenset({Role.PRIVACY_OFFICER}),
    "leadgate.v1.ObjectionService/CheckSuppression": frozenset({Role.SUPPORT, Role.PRIVACY_OFFICER, Role.CRM_SYNC}),
    "leadgate.v1.GovernanceService/GetPolicy": frozenset({Role.PRIVACY_OFFICER, Role.OPERATOR}),
    "leadgate.v1.GovernanceService/ApplyPolicy": frozenset({Role.PRIVACY_OFFICER}),
    "leadgate.v1.GovernanceService/GetReadiness": frozenset({Role.PRIVACY_OFFICER, Role.OPERATOR, Role.SUPPORT}),
}
"""The roles that may call a method, by its full name. A method that is not listed is nobody's."""

SUPPORT_FIELDS = frozenset({Field.COMPANY_NAME, Field.FULL_NAME})
"""Enough to recognise the person who is objecting, and no more."""

MARKETING_REFUSED_FIELDS = frozenset({Field.FULL_NAME, Field.PHONE_NUMBER})
"""Not for marketing until the service can say per channel and country whether contact is permitted (R-012)."""


def authorise(principal: Principal, method: str) -> None:
    """Let the principal call the method, or refuse (R-077).

    Args:
        principal: Who calls.
        method: Full name, such as `leadgate.v1.LeadService/GetLead`.

    Raises:
        PermissionDenied: METHOD_NOT_ALLOWED: none of its roles may call the method.
    """
    if principal.roles.isdisjoint(METHOD_ROLES.get(method, frozenset())):
        raise PermissionDenied(
            "METHOD_NOT_ALLOWED",
            "No role of this principal may call the method: use one that may, or have the policy changed.",
            method=method,
        )


def acting_roles(principal: Principal, method: str, purpose: Purpose) -> frozenset[Role]:
    """Return the roles in which the principal reads: those that may call the method and have the purpose.

    Empty if the principal's own, narrower purposes leave this one out.
    """
    if principal.purposes is not None and purpose not in principal.purposes:
        return frozenset()
    callers = principal.roles & METHOD_ROLES.get(method, frozenset())
    return frozenset(role for role in callers if purpose in ROLE_PURPOSES[role])


def authorise_purpose(principal: Principal, method: str, purpose: Purpose) -> None:
    """Let the principal read with this method for this purpose, or refuse (GDPR Art. 5(1)(b); R-011).

    Raises:
        PermissionDenied: PURPOSE_NOT_ALLOWED: no role in which it may call the method has the purpose.
    """
    if not acting_roles(principal, method, purpose):
        raise PermissionDenied(
            "PURPOSE_NOT_ALLOWED",
            "This principal may not read for this purpose: name the purpose the read really has.",
            purpose=purpose.value,
        )


def visible_fields(
    principal: Principal,
    method: str,
    purpose: Purpose,
    policy_fields: frozenset[Field],
) -> frozenset[Field]:
    """Return the fields that the principal sees with this method for this purpose (GDPR Art. 25(2); R-066).

    Args:
        principal: Who reads.
        method: Full name of the method.
        purpose: Why.
        policy_fields: The fields that the policy keeps; nothing outside them is ever shown.

    Returns:
        What its acting roles see together; empty if there is none.
    """
    seen = (_role_fields(role, principal, policy_fields) for role in acting_roles(principal, method, purpose))
    return policy_fields.intersection(frozenset[Field]().union(*seen))


def _role_fields(role: Role, principal: Principal, policy_fields: frozenset[Field]) -> frozenset[Field]:
    match role:
        case Role.CRM_SYNC | Role.PRIVACY_OFFICER:
            return policy_fields
        case Role.MARKETING if principal.marketing is not None:
            return principal.marketing.fields
        case Role.SUPPORT:
            return SUPPORT_FIELDS
        case _:
            return frozenset()
