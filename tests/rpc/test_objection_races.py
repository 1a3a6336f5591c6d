"""From an objection's acknowledgement on nothing shows, asks for or stores the person (R-018, R-019)."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import grpc
import pytest
import sqlalchemy as sa
from google.protobuf.message import Message
from leadgate.v1 import intake_service_pb2, lead_service_pb2
from leadgate_service.storage import tables

from tests.rpc.messages import enrich, get, ingest, item, object_, query
from tests.rpc.wire import Answer, Caller, Pending
from tests.running_service import RunningService
from tests.simulated_providers import Providers

ROUNDS = 200 if os.environ.get("LEADGATE_SOAK") else 12
BATCH = 100
PAIRS = 1_000 if os.environ.get("LEADGATE_SOAK") else 100
CONTENT = ("leads", "lead_sources", "crm_references", "changes")
HELD = {intake_service_pb2.OUTCOME_STORED, intake_service_pb2.OUTCOME_UPDATED}


def object_to_all(service: RunningService, email: str) -> None:
    """Register an objection, and see it acknowledged."""
    assert service.as_("support").send(object_(email)).code is grpc.StatusCode.OK


@pytest.mark.proves("R-019")
@pytest.mark.parametrize("objector", ["ida@northpier.example.com", "ida+news@northpier.example.com"])
def test_an_answer_that_comes_after_the_objection_is_dropped(
    service: RunningService, providers: Providers, objector: str
) -> None:
    """The provider was asked, the person objects, the provider answers: no row is stored, the block is counted.

    The question stays on record as told to the provider (edge case 1).
    """
    with providers.clearbit.held():
        pending = service.as_("intake").start(enrich("ida@northpier.example.com"))
        assert providers.clearbit.asked.wait(5)
        object_to_all(service, objector)
    response = pending.answer().read(intake_service_pb2.EnrichLeadResponse)
    assert response.outcome == intake_service_pb2.OUTCOME_NOT_STORED
    assert response.not_stored_reason == intake_service_pb2.NOT_STORED_REASON_SUPPRESSED
    assert [service.kept()[name] for name in CONTENT] == [0] * len(CONTENT)
    (entry,) = [one for one in service.audit() if one.action.endswith("/EnrichLead")]
    assert (entry.count, entry.detail) == (0, "NOT_STORED.SUPPRESSED=1")
    assert [one.outcome for one in service.audit() if one.action == "disclosed_to_provider"] == ["clearbit"]


@pytest.mark.proves("R-018", "P5")
def test_nothing_that_starts_after_the_acknowledgement_succeeds(service: RunningService) -> None:
    """Readers, listers and intake run all the time; none that begins after the OK shows or stores the person."""
    crm, intake = service.as_("crm_sync"), service.as_("intake")
    with ThreadPoolExecutor() as pool:
        for number in range(ROUNDS):
            email = f"racer-{number}@northpier.example.com"
            handed_in = item(email, name=f"Racer {_word(number)}")
            first = intake.send(ingest(handed_in)).read(intake_service_pb2.BatchIngestLeadsResponse).results[0]
            assert first.outcome == intake_service_pb2.OUTCOME_STORED
            ended = Event()
            running = [
                pool.submit(_successes, crm, lambda: get(email), _is_shown, ended),  # noqa: B023 - ends in this round
                pool.submit(_successes, crm, lambda: get(lead_id=first.lead_id), _is_shown, ended),  # noqa: B023 - same
                pool.submit(_successes, crm, query, _is_listed, ended),
                pool.submit(_successes, intake, lambda: ingest(handed_in), _is_held, ended),  # noqa: B023 - same
            ]
            time.sleep(0.02)
            object_to_all(service, email)
            acknowledged = time.monotonic()
            time.sleep(0.03)
            ended.set()
            successes = [began for future in running for began in future.result()]
            assert [began for began in successes if began < acknowledged], "nobody read it before"
            assert [began for began in successes if began > acknowledged] == []


@pytest.mark.proves("R-018", "R-019", "P5")
def test_whoever_comes_first_nobody_who_objected_is_held(service: RunningService, providers: Providers) -> None:
    """Look-ups and objections of many people cross in every order; in the end no objector has a readable lead."""
    emails = providers.people.emails(PAIRS)
    pending: list[Pending] = []
    for number, email in enumerate(emails):
        pair = [service.as_("intake").start(enrich(email)), service.as_("support").start(object_(email))]
        pending += pair if number % 2 else reversed(pair)
        time.sleep(0.002 * (number % 3))
    assert {one.answer().code for one in pending} == {grpc.StatusCode.OK}
    leads = tables.leads.c
    assert service.rows(sa.select(leads.lead_id).where(leads.personal, leads.suppressed_time.is_(None))) == []
    asked = providers.requests
    for email in emails[:10]:
        again = service.as_("intake").send(enrich(email)).read(intake_service_pb2.EnrichLeadResponse)
        assert again.not_stored_reason == intake_service_pb2.NOT_STORED_REASON_SUPPRESSED
    assert providers.requests == asked
    assert service.findings() == ()


@pytest.mark.proves("R-018", "R-019")
def test_an_objection_in_the_midst_of_a_batch_counts(service: RunningService) -> None:
    """While a batch is being stored some of its people object: stored before or dropped after, nobody reads them."""
    intake, support = service.as_("intake"), service.as_("support")
    for number in range(ROUNDS):
        emails = [f"batch-{number}-{place}@northpier.example.com" for place in range(BATCH)]
        items = [item(email, name=f"Ida {_word(number)} {_word(place)}") for place, email in enumerate(emails)]
        storing = intake.start(ingest(*items))
        time.sleep(0.004 * (number % 10))
        objecting = [support.start(object_(email)) for email in emails[:: BATCH // 5]]
        assert {one.answer().code for one in (storing, *objecting)} == {grpc.StatusCode.OK}
    leads = tables.leads.c
    held = sa.select(sa.func.count()).where(leads.suppressed_time.is_(None))
    assert service.rows(held)[0][0] == ROUNDS * (BATCH - 5)


def _successes(
    caller: Caller, request: Callable[[], Message], succeeded: Callable[[Answer], bool], ended: Event
) -> list[float]:
    """Call again and again, and list when those calls began that succeeded."""
    began = []
    while not ended.is_set():
        start = time.monotonic()
        if succeeded(caller.send(request())):
            began.append(start)
    return began


def _is_shown(answer: Answer) -> bool:
    return answer.read(lead_service_pb2.GetLeadResponse).HasField("lead")


def _is_listed(answer: Answer) -> bool:
    return bool(answer.read(lead_service_pb2.QueryLeadsResponse).leads)


def _is_held(answer: Answer) -> bool:
    return answer.read(intake_service_pb2.BatchIngestLeadsResponse).results[0].outcome in HELD


def _word(number: int) -> str:
    """Write a number as a family name, so that no two people are called the same."""
    return "Van" + "".join(chr(ord("a") + int(digit)) for digit in str(number))
