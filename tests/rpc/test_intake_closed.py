"""Without source, attestation, mechanism or assessment nothing is asked and nothing stored; objections go on."""

from collections.abc import Mapping
from datetime import date

import grpc
import pytest
from leadgate.v1 import intake_service_pb2, types_pb2
from leadgate_service.domain.fields import Field

from tests.builders import TODAY
from tests.domain.policies import REMOVED, changed, written
from tests.domain.policies import Path as PolicyPath
from tests.rpc.conftest import Start
from tests.rpc.messages import apply, check, enrich, ingest, item, object_
from tests.rpc.policies import change_policy
from tests.running_service import RunningService
from tests.simulated_providers import Providers

Changes = Mapping[PolicyPath, object]

HUNTER_OFF: Changes = {("sources", 1, "state"): "suspended"}
SUSPENDED: Changes = {("sources", 0, "state"): "suspended", **HUNTER_OFF}
ATTESTED: Changes = {("sources", 0, "attestation", "valid_until"): TODAY, **HUNTER_OFF}
COVERED: Changes = {("sources", 0, "mechanism", "valid_until"): TODAY, **HUNTER_OFF}
NOT_YET: Changes = {("sources", 0, "mechanism", "valid_from"): date(2026, 11, 24), **HUNTER_OFF}
DRAFT: Changes = {
    ("assessment", "state"): "draft",
    **{("assessment", name): REMOVED for name in ("approved_by", "approved_date", "review_date")},
}
REVIEW_DUE: Changes = {("assessment", "review_date"): TODAY}

DENIED, CLOSED = grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.FAILED_PRECONDITION

CASES = [
    pytest.param(SUSPENDED, 0, (DENIED, "SOURCE_NOT_ACTIVE"), id="suspended"),
    pytest.param(ATTESTED, 1, (CLOSED, "ATTESTATION_LAPSED"), id="attestation lapsed"),
    pytest.param(COVERED, 1, (CLOSED, "TRANSFER_MECHANISM_INVALID"), id="mechanism lapsed"),
    pytest.param(NOT_YET, 0, (CLOSED, "TRANSFER_MECHANISM_INVALID"), id="mechanism not yet"),
    pytest.param(DRAFT, 0, (CLOSED, "ASSESSMENT_NOT_IN_FORCE"), id="assessment a draft"),
    pytest.param(REVIEW_DUE, 1, (CLOSED, "ASSESSMENT_NOT_IN_FORCE"), id="assessment past its review"),
]
"""What is wrong with the policy, after how many days, and what EnrichLead says."""


@pytest.mark.proves("R-005", "R-009", "R-070", "R-071")
@pytest.mark.parametrize(("changes", "days", "refusal"), CASES)
def test_nobody_is_asked_and_nothing_is_stored(
    sqlite_service: RunningService,
    providers: Providers,
    changes: Changes,
    days: int,
    refusal: tuple[grpc.StatusCode, str],
) -> None:
    """The call is refused with the reason before a byte leaves and before a row is written; an objection is not."""
    change_policy(sqlite_service, changes)
    sqlite_service.clock.pass_time(days=days)
    before = sqlite_service.kept()
    for request in (enrich(), enrich(lookup=types_pb2.LookupKey(domain="northpier.example.com"))):
        answer = sqlite_service.as_("intake").send(request)
        assert (answer.code, answer.reason) == refusal
    handed_in = sqlite_service.as_("intake").send(ingest(item(), item("b@northpier.example.com")))
    if refusal[1] == "ASSESSMENT_NOT_IN_FORCE":
        assert (handed_in.code, handed_in.reason) == refusal
    else:
        results = handed_in.read(intake_service_pb2.BatchIngestLeadsResponse).results
        told = {intake_service_pb2.NotStoredReason.Name(one.not_stored_reason) for one in results}
        assert told == {f"NOT_STORED_REASON_{refusal[1]}"}
        before = {**before, "requests": before["requests"] + 1}
    assert sqlite_service.kept() == before
    assert providers.requests == 0
    assert sqlite_service.as_("support").send(object_()).code is grpc.StatusCode.OK
    assert sqlite_service.as_("support").send(check()).code is grpc.StatusCode.OK


@pytest.mark.proves("R-005", "R-070")
@pytest.mark.parametrize(
    "changes",
    [
        {("sources", 0, "state"): "suspended"},
        {("sources", 0, "attestation", "valid_until"): date(2026, 11, 22)},
        {("sources", 0, "mechanism", "valid_until"): date(2026, 11, 22)},
    ],
    ids=["suspended", "attestation", "mechanism"],
)
def test_a_source_that_may_not_be_asked_is_passed_over(
    sqlite_service: RunningService, providers: Providers, changes: Changes
) -> None:
    """The next source in the policy's order is asked instead, and the first hears nothing."""
    change_policy(sqlite_service, changes)
    answer = sqlite_service.as_("intake").send(enrich()).read(intake_service_pb2.EnrichLeadResponse)
    assert answer.outcome == intake_service_pb2.OUTCOME_STORED
    assert (providers.clearbit.requests, providers.hunter.requests) == (0, 1)


@pytest.mark.proves("R-005")
def test_a_source_without_a_key_is_not_asked(sqlite_url: str, start: Start, providers: Providers) -> None:
    """A service that is told of no provider refuses, though the policy lists two."""
    service = start(sqlite_url, clearbit=None, hunter=None)
    answer = service.as_("intake").send(enrich())
    assert (answer.code, answer.reason) == (DENIED, "SOURCE_NOT_ACTIVE")
    assert providers.requests == 0


@pytest.mark.proves("R-009")
def test_a_policy_that_keeps_an_unassessed_field_is_refused(sqlite_service: RunningService) -> None:
    """A field that the assessment does not cover cannot come into force, so that none is ever stored."""
    covered = [field.value for field in Field if field is not Field.JOB_TITLE]
    draft = written(changed({("assessment", "coverage", "fields"): covered}))
    answer = sqlite_service.as_("privacy_officer").send(apply(draft))
    assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "POLICY_INVALID")
    assert [field for field, _ in answer.violations if "coverage" in field]
    assert sqlite_service.kept()["policies"] == 1


@pytest.mark.proves("R-071")
def test_clauses_that_were_repealed_are_refused(sqlite_service: RunningService) -> None:
    """A policy that relies on the clauses of 2010 does not come into force."""
    draft = written(changed({("sources", 0, "mechanism", "version"): "2010/87"}))
    answer = sqlite_service.as_("privacy_officer").send(apply(draft))
    assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "POLICY_INVALID")
    assert any("mechanism.version" in field for field, _ in answer.violations)
    assert sqlite_service.kept()["policies"] == 1


@pytest.mark.proves("R-009")
def test_a_new_policy_counts_from_its_answer_on(service: RunningService, providers: Providers) -> None:
    """The look-up that starts after ApplyPolicy has answered is decided under the new policy."""
    assert service.as_("intake").send(enrich()).code is grpc.StatusCode.OK
    change_policy(service, DRAFT)
    asked = providers.requests
    assert service.as_("intake").send(enrich("b@northpier.example.com")).reason == "ASSESSMENT_NOT_IN_FORCE"
    assert providers.requests == asked
