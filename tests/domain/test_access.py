"""Who may do what: deny by default, per method, purpose and field."""

import itertools

import pytest
from google.protobuf.descriptor import ServiceDescriptor
from leadgate.v1 import governance_service_pb2, intake_service_pb2, lead_service_pb2, objection_service_pb2, types_pb2
from leadgate_service.domain.access import (
    METHOD_ROLES,
    ROLE_PURPOSES,
    Principal,
    PrincipalKind,
    Purpose,
    Role,
    acting_roles,
    authorise,
    authorise_purpose,
    visible_fields,
)
from leadgate_service.domain.fields import Field
from leadgate_service.errors import PermissionDenied

from tests.domain.policies import policy

ALL_FIELDS = frozenset(Field)
GET_LEAD = "leadgate.v1.LeadService/GetLead"
QUERY_LEADS = "leadgate.v1.LeadService/QueryLeads"
READS = (GET_LEAD, QUERY_LEADS)
SERVICES: list[ServiceDescriptor] = [
    module.DESCRIPTOR.services_by_name[name]
    for module, name in (
        (intake_service_pb2, "IntakeService"),
        (lead_service_pb2, "LeadService"),
        (objection_service_pb2, "ObjectionService"),
        (governance_service_pb2, "GovernanceService"),
    )
]
DEMO = policy({})


def _principal(*roles: Role, purposes: frozenset[Purpose] | None = None) -> Principal:
    return Principal(name="someone", kind=PrincipalKind.JOB, roles=frozenset(roles), purposes=purposes)


def _demo(name: str) -> Principal:
    principal = DEMO.principal(name)
    assert principal is not None
    return principal


@pytest.mark.proves("R-077", "P23")
def test_every_method_of_the_contract_has_its_roles() -> None:
    """A method that joins the contract without a rule fails here; a rule without a method fails too."""
    contract = {f"{service.full_name}/{method.name}" for service in SERVICES for method in service.methods}
    assert set(METHOD_ROLES) == contract
    assert all(METHOD_ROLES.values())


@pytest.mark.proves("R-077")
@pytest.mark.parametrize(
    ("method", "roles"),
    [
        ("IntakeService/EnrichLead", {"intake"}),
        ("IntakeService/BatchIngestLeads", {"intake"}),
        ("LeadService/GetLead", {"crm_sync", "marketing", "support", "privacy_officer"}),
        ("LeadService/QueryLeads", {"crm_sync", "marketing", "privacy_officer"}),
        ("ObjectionService/RegisterObjection", {"support", "privacy_officer", "crm_sync"}),
        ("ObjectionService/CheckSuppression", {"support", "privacy_officer", "crm_sync"}),
        ("GovernanceService/GetPolicy", {"privacy_officer", "operator"}),
        ("GovernanceService/ApplyPolicy", {"privacy_officer"}),
        ("GovernanceService/GetReadiness", {"privacy_officer", "operator", "support"}),
    ],
)
def test_a_method_is_open_to_its_roles_and_to_no_other(method: str, roles: set[str]) -> None:
    """Each method may be called in the roles of the table and is refused in all others, by name."""
    for role in Role:
        if role in roles:
            authorise(_principal(role), f"leadgate.v1.{method}")
        else:
            with pytest.raises(PermissionDenied) as refused:
                authorise(_principal(role), f"leadgate.v1.{method}")
            assert refused.value.reason == "METHOD_NOT_ALLOWED"
            assert refused.value.metadata == {"method": f"leadgate.v1.{method}"}


@pytest.mark.proves("R-077")
def test_an_unlisted_method_is_nobodys() -> None:
    """A method without a rule is refused even to a principal that has every role."""
    with pytest.raises(PermissionDenied, match="No role"):
        authorise(_principal(*Role), "leadgate.v1.LeadService/ExportEverything")


@pytest.mark.proves("R-011")
def test_the_purposes_are_those_of_the_contract() -> None:
    """Policy and contract know the same closed list of purposes."""
    names = {name.removeprefix("PURPOSE_").lower() for name in types_pb2.Purpose.keys() if "UNSPEC" not in name}  # noqa: SIM118 - an enum wrapper of protobuf is no mapping
    assert names == set(Purpose)


@pytest.mark.proves("R-011")
@pytest.mark.parametrize(
    ("role", "purposes"),
    [
        (Role.INTAKE, set()),
        (Role.CRM_SYNC, {Purpose.OUTREACH, Purpose.CUSTOMER_NEEDS}),
        (Role.MARKETING, {Purpose.RELEVANCE, Purpose.OUTREACH}),
        (Role.SUPPORT, {Purpose.RIGHTS_HANDLING, Purpose.ACCOUNTABILITY}),
        (Role.PRIVACY_OFFICER, {Purpose.RIGHTS_HANDLING, Purpose.ACCOUNTABILITY}),
        (Role.OPERATOR, set()),
    ],
)
def test_a_role_reads_for_its_purposes_and_for_no_other(role: Role, purposes: set[Purpose]) -> None:
    """Role by purpose by method: what the table does not allow is refused with the purpose named."""
    for method, purpose in itertools.product(METHOD_ROLES, Purpose):
        if purpose in purposes and role in METHOD_ROLES[method]:
            authorise_purpose(_principal(role), method, purpose)
        else:
            with pytest.raises(PermissionDenied) as refused:
                authorise_purpose(_principal(role), method, purpose)
            assert refused.value.reason == "PURPOSE_NOT_ALLOWED"
            assert refused.value.metadata == {"purpose": purpose.value}


@pytest.mark.proves("R-011")
def test_a_principal_may_have_fewer_purposes_than_its_role() -> None:
    """Purposes that the policy narrows are refused although the role has them."""
    planner = _principal(Role.MARKETING, purposes=frozenset({Purpose.RELEVANCE}))
    authorise_purpose(planner, QUERY_LEADS, Purpose.RELEVANCE)
    with pytest.raises(PermissionDenied):
        authorise_purpose(planner, QUERY_LEADS, Purpose.OUTREACH)


@pytest.mark.proves("R-066")
@pytest.mark.parametrize(
    ("name", "purpose", "expected"),
    [
        ("demo-enrichment", Purpose.OUTREACH, set()),
        ("demo-crm-sync", Purpose.OUTREACH, set(Field)),
        ("demo-crm-sync", Purpose.CUSTOMER_NEEDS, set(Field)),
        ("demo-crm-sync", Purpose.RELEVANCE, set()),
        (
            "demo-marketing",
            Purpose.RELEVANCE,
            {
                Field.COMPANY_NAME,
                Field.COMPANY_WEBSITE,
                Field.COMPANY_ESTIMATED_REVENUE,
                Field.COMPANY_EMPLOYEE_RANGE,
                Field.COMPANY_INDUSTRY,
                Field.JOB_FUNCTION,
                Field.SENIORITY,
            },
        ),
        ("demo-marketing", Purpose.RIGHTS_HANDLING, set()),
        ("demo-support", Purpose.RIGHTS_HANDLING, {Field.COMPANY_NAME, Field.FULL_NAME}),
        ("demo-officer", Purpose.ACCOUNTABILITY, set(Field)),
        ("demo-operator", Purpose.ACCOUNTABILITY, set()),
    ],
)
def test_a_principal_sees_the_fields_of_its_role_for_the_purpose(
    name: str,
    purpose: Purpose,
    expected: set[Field],
) -> None:
    """Each role sees its own fields for its own purposes, and nothing for any other."""
    assert visible_fields(_demo(name), GET_LEAD, purpose, ALL_FIELDS) == expected


@pytest.mark.proves("R-066")
def test_nobody_sees_a_field_that_the_policy_does_not_keep() -> None:
    """Whatever the role, what the policy took off its list is not shown."""
    kept = ALL_FIELDS - {Field.FULL_NAME, Field.SENIORITY}
    for principal, method, purpose in itertools.product(DEMO.principals, READS, Purpose):
        assert visible_fields(principal, method, purpose, kept) <= kept


@pytest.mark.proves("R-066")
def test_two_roles_open_nothing_that_neither_opens_alone() -> None:
    """Support's purpose does not open a query that support may not make, even to one who is marketing as well."""
    both = _demo("demo-marketing").model_copy(update={"roles": frozenset({Role.MARKETING, Role.SUPPORT})})
    authorise(both, QUERY_LEADS)
    with pytest.raises(PermissionDenied):
        authorise_purpose(both, QUERY_LEADS, Purpose.RIGHTS_HANDLING)
    assert acting_roles(both, GET_LEAD, Purpose.RIGHTS_HANDLING) == {Role.SUPPORT}
    assert Field.FULL_NAME not in visible_fields(both, QUERY_LEADS, Purpose.OUTREACH, ALL_FIELDS)


@pytest.mark.proves("R-012")
def test_marketing_sees_no_name_and_no_phone_number() -> None:
    """Until contact advice exists, no marketing tool of the bundled policies sees whom it could contact."""
    for purpose in Purpose:
        seen = visible_fields(_demo("demo-marketing"), QUERY_LEADS, purpose, ALL_FIELDS)
        assert seen.isdisjoint({Field.FULL_NAME, Field.PHONE_NUMBER})


@pytest.mark.proves("R-066")
@pytest.mark.parametrize("name", ["partner-feed", "affiliate", "unregistered-tool", ""])
def test_whoever_is_not_registered_is_nobody(name: str) -> None:
    """A partner, an unregistered affiliate or tool has no entry, hence no role, hence no call."""
    assert DEMO.principal(name) is None


@pytest.mark.proves("R-066")
def test_there_is_no_role_for_buyers_or_authorities() -> None:
    """The roles are a closed list of internal consumers; an authority is never served by the API."""
    assert set(Role) == {"intake", "crm_sync", "marketing", "support", "privacy_officer", "operator"}
    assert set(ROLE_PURPOSES) == set(Role)
