"""The objection desk's calls over the wire: batches, evidence, two people, challenges, and how often (R-025, R-091)."""

from typing import Any

import grpc
import pytest
from leadgate.v1 import intake_service_pb2
from leadgate.v1 import objection_service_pb2 as wire

from tests.builders import IDA
from tests.domain.policies import changed
from tests.rpc.messages import (
    annul,
    check,
    enrich,
    get_objection,
    ingest,
    item,
    item_of,
    lift,
    object_,
    object_all,
)
from tests.rpc.policies import change_policy, single_role
from tests.rpc.wire import Answer
from tests.running_service import RunningService

BEN = "ben.okafor@northpier.example.com"
REGISTERED = wire.OBJECTION_OUTCOME_REGISTERED


def is_suppressed(service: RunningService, email: str) -> bool:
    """Ask whether somebody may not be processed."""
    return service.as_("support").send(check(email)).read(wire.CheckSuppressionResponse).suppressed


def told(answer: Answer) -> list[wire.ObjectionResult]:
    """Read the outcomes of a batch."""
    return list(answer.read(wire.BatchRegisterObjectionsResponse).results)


@pytest.mark.proves("R-026")
def test_each_of_a_batch_has_an_outcome_of_its_own(service: RunningService) -> None:
    """What is wrong with one row stops none of the others; names alone tell nobody apart (edge case 20)."""
    service.as_("intake").send(ingest(item(IDA)))
    rows: list[dict[str, Any]] = [
        {"emails": [IDA]},
        {"emails": ["no address"]},
        {},
        {"names": [{"full_name": "Ida Vermolen", "company_domain": "northpier.example.com"}]},
        {"lead_ids": ["01900000-0000-7000-8000-000000000000"]},
        {"crm_references": [{"recipient": "nowhere", "object": "Lead", "record_id": "1"}]},
        {"phones": [{"number": "+31 20 555 0123"}]},
    ]
    request = object_all(items=[item_of(**row) for row in rows])
    answer = service.as_("support").send(request)
    results = told(answer)
    assert [one.outcome for one in results] == [
        REGISTERED,
        wire.OBJECTION_OUTCOME_INVALID,
        wire.OBJECTION_OUTCOME_NEEDS_IDENTIFIER,
        wire.OBJECTION_OUTCOME_NEEDS_IDENTIFIER,
        wire.OBJECTION_OUTCOME_LEAD_NOT_FOUND,
        wire.OBJECTION_OUTCOME_INVALID,
        REGISTERED,
    ]
    assert (results[0].matched_leads, results[1].field) == (1, "objector.emails[0]")
    assert results[5].field == "objector.crm_references[0].recipient"
    assert is_suppressed(service, IDA)
    kept = service.kept()
    assert service.as_("support").send(request).body == answer.body
    assert service.kept() == kept


@pytest.mark.proves("R-026")
def test_a_batch_of_which_nothing_is_good_is_answered_too(service: RunningService) -> None:
    """Every row has its reason, and nobody is suppressed."""
    request = object_all(items=[item_of(), item_of(emails=["x"])])
    results = told(service.as_("crm_sync").send(request))
    assert REGISTERED not in {one.outcome for one in results}


@pytest.mark.proves("R-019", "R-030")
def test_a_company_objects(service: RunningService) -> None:
    """By its domain: previewed, registered with a receipt of its own, and no question about anybody there is sent."""
    service.as_("intake").send(ingest(item(IDA), item("eva@third.example.net", name="Eva Lind")))
    said: dict[str, Any] = {
        "objector": None,
        "scope": wire.OBJECTION_SCOPE_COMPANY,
        "company_domains": ["northpier.example.com"],
    }
    preview = service.as_("support").send(object_(validate_only=True, **said)).read(wire.RegisterObjectionResponse)
    assert preview.matched_leads == len(preview.matches) == 1
    done = service.as_("support").send(object_(**said)).read(wire.RegisterObjectionResponse)
    assert (done.matched_leads, done.identifiers) == (1, 1)
    assert "at its domains (1)" in done.receipts[1].text
    answer = service.as_("intake").send(enrich(BEN)).read(intake_service_pb2.EnrichLeadResponse)
    assert answer.not_stored_reason == intake_service_pb2.NOT_STORED_REASON_SUPPRESSED


@pytest.mark.proves("R-091", "R-024")
def test_two_people_undo_a_slip(service: RunningService) -> None:
    """Registered, seen, proposed by one and agreed to by another: the receipt is gone, and the person known again."""
    service.as_("intake").send(ingest(item(IDA)))
    slip = service.as_("support").send(object_(IDA, reference="CASE-7")).read(wire.RegisterObjectionResponse)
    seen = service.as_("support").send(get_objection(slip.objection_id)).read(wire.GetObjectionResponse)
    assert (seen.objection.state, seen.objection.remaining_leads) == (wire.OBJECTION_STATE_UNREADABLE, 1)
    assert list(seen.receipts) == list(slip.receipts)
    wish = annul(slip.objection_id)
    proposed = service.as_("support").send(wish).read(wire.AnnulObjectionResponse)
    assert proposed.state == wire.OBJECTION_STATE_ANNULMENT_PROPOSED
    other = annul(slip.objection_id, reason=wire.ANNULMENT_REASON_WRONG_PERSON)
    refused = service.as_("privacy_officer").send(other)
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ANNULMENT_DIFFERS")
    done = service.as_("privacy_officer").send(annul(slip.objection_id)).read(wire.AnnulObjectionResponse)
    assert (done.state, done.annulled_objections, done.restored_leads) == (wire.OBJECTION_STATE_ANNULLED, 1, 1)
    seen = service.as_("support").send(get_objection(slip.objection_id)).read(wire.GetObjectionResponse)
    assert (seen.objection.state, list(seen.receipts)) == (wire.OBJECTION_STATE_ANNULLED, [])
    assert seen.objection.annulment_proposed_by == "demo-support"
    assert not is_suppressed(service, IDA)


@pytest.mark.proves("R-091")
def test_a_job_is_not_one_of_the_two(sqlite_service: RunningService) -> None:
    """Two people annul: the token of a job with the role of a desk is refused, whatever it names."""
    principals = [*changed({})["principals"], single_role("support")]
    change_policy(sqlite_service, {("principals",): principals})
    refused = sqlite_service.as_principal("support").send(annul())
    assert (refused.code, refused.reason) == (grpc.StatusCode.PERMISSION_DENIED, "PERSON_NEEDED")


@pytest.mark.proves("R-025")
def test_only_the_person_lifts_a_suppression(service: RunningService) -> None:
    """Staff cannot; the challenge that reached the address can, once, for three days, and not after a new objection.

    That the client changed his mind is no reason for anybody else (edge case 18).
    """
    service.as_("support").send(object_(IDA))
    assert service.as_("support").send(lift(IDA)).code is grpc.StatusCode.PERMISSION_DENIED
    officer = service.as_("privacy_officer")
    made = officer.send(lift(IDA)).read(wire.LiftSuppressionResponse)
    assert IDA not in made.challenge
    forged = made.challenge[:-2] + ("AA" if made.challenge[-2:] != "AA" else "BB")
    for code in (forged, "x", ""):
        assert officer.send(lift(challenge=code)).reason == "CHALLENGE_INVALID"
    service.clock.pass_time(hours=73)
    assert officer.send(lift(challenge=made.challenge)).reason == "CHALLENGE_INVALID"
    made = officer.send(lift(IDA)).read(wire.LiftSuppressionResponse)
    lifted = officer.send(lift(challenge=made.challenge)).read(wire.LiftSuppressionResponse)
    assert lifted.lifted_objections == 1
    assert not is_suppressed(service, IDA)
    service.as_("support").send(object_(IDA))
    assert officer.send(lift(challenge=made.challenge)).reason == "CHALLENGE_INVALID"
    assert is_suppressed(service, IDA)


@pytest.mark.proves("R-025", "R-027")
def test_a_challenge_tells_nothing(service: RunningService) -> None:
    """Whether anybody objected by an address cannot be seen from the answer: it has the same shape and length."""
    service.as_("support").send(object_(IDA))
    officer = service.as_("privacy_officer")
    made = [officer.send(lift(email)).read(wire.LiftSuppressionResponse) for email in (IDA, BEN)]
    assert len({(len(one.challenge), one.lifted_objections, one.expire_time.seconds) for one in made}) == 1


@pytest.mark.proves("R-027")
def test_objections_are_listed_page_by_page(service: RunningService) -> None:
    """Newest first, by import or case number; a page token is good for its own query and caller alone."""
    support = service.as_("support")
    emails = [f"person{number}@harbour.example.org" for number in range(5)]
    registered = told(support.send(object_all(*emails, import_id="list-1")))
    support.send(object_(IDA, reference="CASE-7"))
    first = support.send(wire.ListObjectionsRequest(page_size=3, import_id="list-1")).read(wire.ListObjectionsResponse)
    again = wire.ListObjectionsRequest(page_size=3, import_id="list-1", page_token=first.next_page_token)
    second = support.send(again).read(wire.ListObjectionsResponse)
    found = [one.objection_id for one in (*first.objections, *second.objections)]
    assert found == [one.objection_id for one in reversed(registered)]
    assert second.next_page_token == ""
    again.import_id = ""
    assert support.send(again).reason == "PAGE_TOKEN_INVALID"
    (one,) = support.send(wire.ListObjectionsRequest(reference="CASE-7")).read(wire.ListObjectionsResponse).objections
    assert (one.registered_by, one.channel) == ("demo-support", wire.OBJECTION_CHANNEL_SUPPORT)
    assert support.send(get_objection()).reason == "OBJECTION_NOT_FOUND"


@pytest.mark.proves("R-027")
def test_nobody_tries_out_a_list_of_addresses(sqlite_service: RunningService) -> None:
    """Questions about people are counted for each caller; a minute later they are answered again; objections never."""
    support = sqlite_service.as_("support")
    answers = [support.send(check(f"person{number}@example.com")) for number in range(121)]
    assert {answer.code for answer in answers[:120]} == {grpc.StatusCode.OK}
    assert (answers[120].code, answers[120].reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")
    assert support.send(object_(IDA, validate_only=True)).reason == "RATE_LIMITED"
    assert support.send(object_(IDA)).code is grpc.StatusCode.OK
    assert sqlite_service.as_("crm_sync").send(check(IDA)).code is grpc.StatusCode.OK
    seconds = int(answers[120].metadata["retry_after_seconds"])
    sqlite_service.clock.pass_time(seconds=seconds)
    assert support.send(check(IDA)).code is grpc.StatusCode.OK
