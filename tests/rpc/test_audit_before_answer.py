"""What is disclosed is on record first: without a durable audit entry no personal data leaves (R-074, P29)."""

import grpc
import pytest
from leadgate.v1 import lead_service_pb2, types_pb2
from leadgate.v1.objection_service_pb2 import ListObjectionsRequest
from leadgate_service.audit import Entry
from leadgate_service.errors import Unavailable
from leadgate_service.storage.driver import CommitUnknown

from tests.builders import IDA
from tests.rpc.conftest import Start
from tests.rpc.faulty_store import Faults
from tests.rpc.messages import check, enrich, get, get_objection, ingest, lift, object_, query
from tests.rpc.wire import method_of
from tests.running_service import RunningService
from tests.simulated_providers import Providers

READS = {
    "GetLead": ("crm_sync", get()),
    "QueryLeads": ("crm_sync", query()),
    "GetLead of marketing": ("marketing", get(purpose=types_pb2.PURPOSE_RELEVANCE)),
    "GetLead of nobody": ("marketing", get("nobody@northpier.example.com", types_pb2.PURPOSE_RELEVANCE)),
    "CheckSuppression": ("support", check()),
    "GetObjection": ("support", get_objection()),
    "ListObjections": ("support", ListObjectionsRequest()),
    "LiftSuppression": ("privacy_officer", lift()),
}
AUDIT_DOWN = Unavailable("AUDIT_UNAVAILABLE", "The audit entry could not be made durable.")


@pytest.mark.proves("P29", "R-074")
@pytest.mark.parametrize("read", READS)
def test_a_read_that_cannot_be_recorded_shows_nothing(sqlite_url: str, start: Start, read: str) -> None:
    """While the audit trail cannot be written a read is UNAVAILABLE and empty; it recovers without a restart."""
    faults = Faults()
    service, (role, request) = start(sqlite_url, wrap=faults.over), READS[read]
    service.as_("intake").send(ingest())
    good = service.as_(role).send(request)
    faults.failing["record"] = AUDIT_DOWN
    answer = service.as_(role).send(request)
    assert (answer.code, answer.reason, answer.body) == (grpc.StatusCode.UNAVAILABLE, "AUDIT_UNAVAILABLE", b"")
    assert b"Northpier" not in answer.everything
    faults.failing.clear()
    assert service.as_(role).send(request).code is good.code


@pytest.mark.proves("P29")
def test_a_refusal_that_cannot_be_recorded_is_no_other_answer(sqlite_url: str, start: Start) -> None:
    """Nobody learns what they may not do either, before it is on record that they tried."""
    faults = Faults()
    service = start(sqlite_url, wrap=faults.over)
    faults.failing["record"] = AUDIT_DOWN
    assert service.as_("operator").send(get()).reason == "AUDIT_UNAVAILABLE"


@pytest.mark.proves("P29", "R-034", "R-074")
@pytest.mark.parametrize(
    "error", [Unavailable("STORE_UNAVAILABLE", "The database cannot answer now."), CommitUnknown()]
)
def test_no_provider_hears_of_anybody_before_it_is_on_record(
    sqlite_url: str, start: Start, providers: Providers, error: Exception
) -> None:
    """Where the claim with the entry of the disclosure does not commit, or may not have, nobody is asked."""
    faults = Faults()
    service = start(sqlite_url, wrap=faults.over)
    faults.failing["claim"] = error
    assert service.as_("intake").send(enrich()).reason == "STORE_UNAVAILABLE"
    assert providers.requests == 0


@pytest.mark.proves("R-074")
def test_every_call_that_decides_or_reads_leaves_one_entry(service: RunningService) -> None:
    """Decisions, reads, objections and refusals each leave one entry that names caller, purpose, outcome and count."""
    expected = [
        ("intake", ingest(), None, "OK", 1),
        ("crm_sync", get(), "outreach", "OK", 1),
        ("crm_sync", query(), "outreach", "OK", 1),
        (
            "marketing",
            get("nobody@northpier.example.com", types_pb2.PURPOSE_RELEVANCE),
            "relevance",
            "LEAD_NOT_FOUND",
            0,
        ),
        ("operator", get(), None, "METHOD_NOT_ALLOWED", 0),
        ("support", object_(), None, "OK", 1),
        ("support", check(), None, "SUPPRESSED", 1),
        ("crm_sync", get(), "outreach", "SUPPRESSED", 0),
        ("crm_sync", query(), "outreach", "OK", 0),
    ]
    for role, request, purpose, outcome, count in expected:
        before = service.audit()
        service.as_(role).send(request)
        (entry,) = [one for one in service.audit() if one not in before]
        assert entry.action == method_of(request)
        assert (entry.purpose, entry.outcome, entry.count) == (purpose, outcome, count)
    assert service.findings() == ()


@pytest.mark.proves("R-019", "R-074")
def test_a_disclosure_to_a_provider_is_an_entry_of_its_own(service: RunningService, providers: Providers) -> None:
    """Each source that is asked is on record as a recipient before it is asked, then what came of it."""
    providers.clearbit.then(402)
    with providers.clearbit.held():
        pending = service.as_("intake").start(enrich())
        assert providers.clearbit.asked.wait(5)
        assert [(one.action, one.outcome) for one in _of_intake(service)] == [("disclosed_to_provider", "clearbit")]
    pending.answer()
    told = [(one.action.rpartition("/")[2], one.outcome) for one in _of_intake(service)]
    assert [action for action, _ in told].count("disclosed_to_provider") == 2
    assert told[-1] == ("EnrichLead", "OK")


def _of_intake(service: RunningService) -> list[Entry]:
    return [one for one in service.audit() if one.principal == "demo-enrichment"]


@pytest.mark.proves("R-074")
def test_the_trail_holds_nothing_of_anybody(service: RunningService) -> None:
    """No text of an entry holds an address, a name or a lead's id."""
    service.as_("intake").send(ingest())
    lead = service.as_("crm_sync").send(get()).read(lead_service_pb2.GetLeadResponse).lead
    service.as_("crm_sync").send(query(company_domain="northpier.example.com"))
    service.as_("support").send(object_())
    written = " ".join(f"{one.principal} {one.action} {one.outcome} {one.detail}" for one in service.audit())
    for value in (IDA, "northpier", lead.lead_id, lead.fields.full_name):
        assert value
        assert value not in written
    tokens = b"".join(one.tokens for one in service.audit())
    assert tokens
    assert bytes.fromhex(lead.lead_id.replace("-", "")) not in tokens
