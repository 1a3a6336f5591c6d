"""Who may call what: everything is denied that no rule allows (R-011, R-077, P23)."""

import re
from collections.abc import Callable, Mapping
from functools import partial

import grpc
import pytest
from google.protobuf.message import Message
from leadgate.v1 import types_pb2
from leadgate_service.domain.access import METHOD_ROLES, Role
from leadgate_service.usecases.access import token_hash

from tests.domain.policies import changed
from tests.house.sources import ROOT
from tests.rpc.messages import GOOD, get, object_, query
from tests.rpc.policies import change_policy, single_role
from tests.rpc.wire import METHODS, Answer
from tests.running_service import PRINCIPALS, RunningService

UNAUTHENTICATED = (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")
ROLES = [role.value for role in Role]
READS: Mapping[str, Callable[..., Message]] = {"GetLead": partial(get, "nobody@example.net"), "QueryLeads": query}
PURPOSES = {
    "crm_sync": {"PURPOSE_OUTREACH", "PURPOSE_CUSTOMER_NEEDS"},
    "marketing": {"PURPOSE_RELEVANCE", "PURPOSE_OUTREACH"},
    "support": {"PURPOSE_RIGHTS_HANDLING", "PURPOSE_ACCOUNTABILITY"},
    "privacy_officer": {"PURPOSE_RIGHTS_HANDLING", "PURPOSE_ACCOUNTABILITY"},
}
"""The purposes for which a role reads, as the design says."""


def documented_roles(method: str) -> set[str]:
    """Read the roles that the contract's comment on a method, or on its whole service, names."""
    descriptor = METHODS[method]
    text = (ROOT / "protos" / descriptor.containing_service.file.name).read_text(encoding="utf-8")
    above = text[: text.index(f"rpc {descriptor.name}(")].rpartition("\n\n")[2]
    listed = re.search(r"Roles: ([a-z_, ]+)\.", " ".join(above.split()))
    if listed is None:
        listed = re.search(r"Every call needs the role `([a-z_]+)`", text)
    assert listed is not None, method
    return set(listed[1].split(", "))


def outcome(answer: Answer) -> str:
    """Tell a refusal by its reason; a call that was let in may still fail for what it asked."""
    denied = answer.code is grpc.StatusCode.PERMISSION_DENIED
    return answer.reason if denied else "allowed"


@pytest.fixture(scope="module")
def roles(shared_service: RunningService) -> RunningService:
    """The file's service, whose policy has a principal for every role alone besides the demo's."""
    principals = [*changed({})["principals"], *map(single_role, ROLES)]
    change_policy(shared_service, {("principals",): principals})
    return shared_service


@pytest.mark.proves("P23", "R-077")
def test_every_method_has_a_rule_and_the_contract_tells_it() -> None:
    """The rules name exactly the methods of the contract, each with the roles that its comment names."""
    assert {method: set(roles) for method, roles in METHOD_ROLES.items()} == {
        method: documented_roles(method) for method in METHODS
    }


@pytest.mark.proves("P23", "R-066", "R-077")
@pytest.mark.parametrize("method", METHODS)
def test_a_role_may_call_what_its_rule_lists_and_nothing_else(roles: RunningService, method: str) -> None:
    """Of all roles, those that the contract names are let in; the others are refused, and the refusal is on record."""
    request, told = GOOD[method](), {}
    for role in ROLES:
        before = len(roles.audit())
        told[role] = outcome(roles.as_principal(role.replace("_", "-")).send(request))
        if told[role] == "METHOD_NOT_ALLOWED":
            (entry,) = roles.audit()[before:]
            assert (entry.principal, entry.action, entry.outcome) == (role.replace("_", "-"), method, told[role])
    let_in = {role for role, answer in told.items() if answer != "METHOD_NOT_ALLOWED"}
    assert let_in == documented_roles(method)


@pytest.mark.proves("R-011")
@pytest.mark.parametrize("method", READS)
@pytest.mark.parametrize("role", ROLES)
def test_a_read_needs_a_purpose_that_the_role_has(roles: RunningService, role: str, method: str) -> None:
    """Role by purpose by method: allowed, denied, or no purpose at all, each with exactly one audit entry."""
    full, caller = f"leadgate.v1.LeadService/{method}", roles.as_principal(role.replace("_", "-"))
    for name, number in (*types_pb2.Purpose.items(), ("unknown", 99)):
        before = len(roles.audit())
        answer = caller.send(READS[method](purpose=number))
        (entry,) = roles.audit()[before:]
        assert (entry.principal, entry.action) == (role.replace("_", "-"), full)
        if role not in documented_roles(full):
            expected = "METHOD_NOT_ALLOWED"
        elif name in {"PURPOSE_UNSPECIFIED", "unknown"}:
            expected = "FIELD_INVALID"
        elif name not in PURPOSES[role]:
            expected = "PURPOSE_NOT_ALLOWED"
        else:
            expected = "LEAD_NOT_FOUND" if method == "GetLead" else ""
        assert answer.reason == expected
        assert entry.outcome == (expected or "OK")


@pytest.mark.proves("R-077", "P23")
@pytest.mark.parametrize(
    "method",
    ["leadgate.v1.LeadService/DeleteLead", "leadgate.v1.LeadService/getLead", "leadgate.v2.LeadService/GetLead", "x/y"],
)
def test_what_is_not_in_the_contract_is_unimplemented(shared_service: RunningService, method: str) -> None:
    """A method or service that the contract does not have is nobody's, the privacy officer's neither."""
    answer = shared_service.as_("privacy_officer").send_raw(method, b"")
    assert answer.code is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.proves("R-077")
@pytest.mark.parametrize("method", METHODS)
def test_nobody_calls_without_a_token(shared_service: RunningService, method: str) -> None:
    """No token, one that was made up, and a true one that was cut short are all UNAUTHENTICATED."""
    good = shared_service.token(PRINCIPALS["privacy_officer"])
    before = shared_service.counts()
    for token in (None, "lg_made-up", good[:-1], good.upper(), f"{good}x", PRINCIPALS["privacy_officer"]):
        answer = shared_service.with_token(token).send(GOOD[method]())
        assert (answer.code, answer.reason) == UNAUTHENTICATED
    assert shared_service.counts() == before


@pytest.mark.proves("R-077")
def test_a_token_expires_after_ninety_days(sqlite_service: RunningService) -> None:
    """A token is good to the last second of its ninety days, and then no more."""
    caller = sqlite_service.as_("crm_sync")
    assert caller.send(query()).code is grpc.StatusCode.OK
    sqlite_service.clock.pass_time(days=90, seconds=-1)
    assert caller.send(query()).code is grpc.StatusCode.OK
    sqlite_service.clock.pass_time(seconds=2)
    answer = caller.send(query())
    assert (answer.code, answer.reason) == UNAUTHENTICATED


@pytest.mark.proves("R-077")
def test_a_revoked_token_ends_within_two_seconds(service: RunningService) -> None:
    """What was revoked is refused two seconds later at the latest; another token of the same principal goes on."""
    revoked, other = (service.new_token("demo-crm-sync") for _ in range(2))
    assert service.with_token(revoked).send(query()).code is grpc.StatusCode.OK
    (token_id,) = [one.token_id for one in service.loop.run(service.store.tokens()) if _is(one.token_id, revoked)]
    assert service.loop.run(service.store.revoke_token(token_id, now=service.clock()))
    service.clock.pass_time(seconds=2)
    answer = service.with_token(revoked).send(query())
    assert (answer.code, answer.reason) == UNAUTHENTICATED
    assert service.with_token(other).send(query()).code is grpc.StatusCode.OK


def _is(token_id: str, token: str) -> bool:
    return token_hash(token).hex().startswith(token_id)


@pytest.mark.proves("R-066", "R-077")
def test_a_principal_that_left_the_policy_is_nobody(sqlite_service: RunningService) -> None:
    """A tool, partner or affiliate that the policy does not list has no way in, whatever token it still has."""
    caller = sqlite_service.as_("marketing")
    assert caller.send(query(types_pb2.PURPOSE_RELEVANCE)).code is grpc.StatusCode.OK
    officer = {"name": "demo-officer", "kind": "person", "roles": ["privacy_officer"]}
    change_policy(sqlite_service, {("principals",): [officer]})
    answer = caller.send(query(types_pb2.PURPOSE_RELEVANCE))
    assert (answer.code, answer.reason) == UNAUTHENTICATED


@pytest.mark.proves("R-077")
def test_an_objection_is_on_record_with_who_registered_it(sqlite_service: RunningService) -> None:
    """The audit entry of an objection names the person or job whose token it came with."""
    sqlite_service.as_("support").send(object_())
    (entry,) = [one for one in sqlite_service.audit() if one.action.endswith("RegisterObjection")]
    assert (entry.principal, entry.outcome) == ("demo-support", "OK")
