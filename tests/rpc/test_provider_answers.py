"""What a provider says, and what the caller of EnrichLead learns of it; nonsense costs that lead at most."""

from time import sleep

import pytest
import sqlalchemy as sa
from leadgate.v1 import intake_service_pb2, objection_service_pb2
from leadgate_service.errors import Unavailable
from leadgate_service.storage import tables
from leadgate_simulators import Answer, Fault, Generator, Mix

from tests.rpc.conftest import Start
from tests.rpc.faulty_store import Faults
from tests.rpc.messages import check, enrich
from tests.rpc.wire import Caller
from tests.running_service import RunningService
from tests.simulated_providers import Providers, access_to

MOST_REQUESTS = 4
_DATES = sa.select(tables.leads.c.first_obtained_date, tables.leads.c.expire_date)
EMAIL = "objector@northpier.example.com"
Response = intake_service_pb2.EnrichLeadResponse


def at_once(status: int) -> Answer:
    """Answer with a status, and ask for no pause before the next request."""
    return Answer(status=status, headers={"Retry-After": "0"})


def enriched(caller: Caller, request: intake_service_pb2.EnrichLeadRequest) -> tuple[str, str]:
    """Ask for a lead, and name outcome and reason."""
    response = caller.send(request).read(Response)
    outcome = intake_service_pb2.Outcome.Name(response.outcome).removeprefix("OUTCOME_")
    reason = intake_service_pb2.NotStoredReason.Name(response.not_stored_reason)
    return outcome, reason.removeprefix("NOT_STORED_REASON_")


def suppressed(service: RunningService, email: str) -> bool:
    """Ask whether somebody may not be processed."""
    return service.as_("support").send(check(email)).read(objection_service_pb2.CheckSuppressionResponse).suppressed


FAILURES = [
    pytest.param([402], [429], "PROVIDER_OUT_OF_CREDIT", id="out of credit"),
    pytest.param([401], [401], "PROVIDER_KEY_REFUSED", id="key refused"),
    pytest.param([at_once(429)] * MOST_REQUESTS, [at_once(403)] * MOST_REQUESTS, "PROVIDER_FAILED", id="rate limit"),
    pytest.param([at_once(503)] * MOST_REQUESTS, [at_once(500)] * MOST_REQUESTS, "PROVIDER_FAILED", id="down"),
    *(
        pytest.param([fault], [fault], "ANSWER_UNREADABLE", id=fault.value)
        for fault in (
            Fault.HTML,
            Fault.BROKEN_JSON,
            Fault.BOMB,
            Fault.NAN,
            Fault.OVERSIZE,
            Fault.ZIPPED,
            Fault.WRONG_TYPE,
            Fault.REDIRECT,
        )
    ),
]
"""What Clearbit says, what Hunter says, and the reason where both fail so."""


@pytest.mark.parametrize(("of_clearbit", "of_hunter", "reason"), FAILURES)
def test_where_one_source_fails_the_next_is_asked(
    sqlite_service: RunningService,
    providers: Providers,
    of_clearbit: list[Answer | Fault | int],
    of_hunter: list[Answer | Fault | int],
    reason: str,
) -> None:
    """A failure of both is told and not kept, so that the same request may come again; of one, the other answers."""
    caller, request = sqlite_service.as_("intake"), enrich()
    providers.clearbit.then(*of_clearbit)
    providers.hunter.then(*of_hunter)
    assert enriched(caller, request) == ("NOT_STORED", reason)
    kept = sqlite_service.kept()
    assert (kept["leads"], kept["requests"]) == (0, 1)  # the founding's own
    providers.clearbit.then(*of_clearbit)
    assert enriched(caller, request) == ("STORED", "UNSPECIFIED")
    assert providers.hunter.statuses[200] >= 1
    assert enriched(caller, enrich("b@northpier.example.com")) == ("STORED", "UNSPECIFIED")


def test_what_both_sources_refuse_stays_refused(sqlite_service: RunningService, providers: Providers) -> None:
    """An address that every provider calls unusable is answered once for all for that request; a new one asks again."""
    providers.clearbit.then(422)
    providers.hunter.then(400)
    caller, request = sqlite_service.as_("intake"), enrich()
    assert enriched(caller, request) == enriched(caller, request) == ("NOT_STORED", "LOOKUP_REFUSED")
    assert enriched(caller, enrich()) == ("STORED", "UNSPECIFIED")


@pytest.mark.proves("R-092")
def test_not_found_is_an_answer(service: RunningService, providers: Providers) -> None:
    """Who is not known to the first source is not told of to the second, nor asked for again within thirty days."""
    providers.clearbit.then(404)
    caller, request = service.as_("intake"), enrich()
    assert enriched(caller, request) == ("NOT_STORED", "NOT_FOUND")
    assert enriched(caller, request) == ("NOT_STORED", "NOT_FOUND")
    assert enriched(caller, enrich()) == ("NOT_STORED", "NOT_REPEATED")
    assert (providers.clearbit.requests, providers.hunter.requests) == (1, 0)
    service.clock.pass_time(days=30)
    assert enriched(caller, enrich()) == ("STORED", "UNSPECIFIED")


def test_a_queued_look_up_may_be_repeated(service: RunningService, providers: Providers) -> None:
    """While the provider is still looking nobody else is asked, and the same request may come again."""
    providers.clearbit.then(*[at_once(202)] * MOST_REQUESTS)
    caller, request = service.as_("intake"), enrich()
    assert enriched(caller, request) == ("QUEUED", "UNSPECIFIED")
    assert (providers.clearbit.requests, providers.hunter.requests) == (MOST_REQUESTS, 0)
    assert enriched(caller, request) == ("STORED", "UNSPECIFIED")


@pytest.mark.proves("R-041", "R-092")
def test_nobody_is_bought_twice(service: RunningService, providers: Providers) -> None:
    """Within thirty days a second look-up is NOT_REPEATED; after them it updates the lead, whose dates stay."""
    caller = service.as_("intake")
    assert enriched(caller, enrich()) == ("STORED", "UNSPECIFIED")
    dates = service.rows(_DATES)
    assert enriched(caller, enrich()) == ("NOT_STORED", "NOT_REPEATED")
    assert providers.requests == 1
    service.clock.pass_time(days=30)
    assert enriched(caller, enrich()) == ("UPDATED", "UNSPECIFIED")
    assert (providers.requests, service.rows(_DATES)) == (2, dates)
    service.clock.pass_time(days=40)
    assert enriched(caller, enrich()) == ("NOT_STORED", "RETENTION_ELAPSED")
    assert providers.requests == 2


@pytest.mark.proves("R-092")
def test_a_crowd_that_asks_for_one_person_buys_once(service: RunningService, providers: Providers) -> None:
    """Of twenty calls at once for one address, one is answered by the provider and the others are told why not."""
    with providers.clearbit.held():
        pending = [service.as_("intake").start(enrich()) for _ in range(20)]
        assert providers.clearbit.asked.wait(5)
        while sum(one.is_done for one in pending) < len(pending) - 1:
            sleep(0.01)
    told = [one.answer().read(Response) for one in pending]
    stored = [one for one in told if one.outcome == intake_service_pb2.OUTCOME_STORED]
    assert len(stored) == 1
    reasons = {one.not_stored_reason for one in told if one not in stored}
    assert reasons == {intake_service_pb2.NOT_STORED_REASON_LOOKUP_IN_PROGRESS}
    assert providers.requests == 1
    assert service.kept()["leads"] == 1


@pytest.mark.proves("R-018")
def test_a_providers_word_that_somebody_objected_is_an_objection(service: RunningService, providers: Providers) -> None:
    """Hunter's 451 suppresses the person here: no provider hears of them again, and the evidence names the channel."""
    providers.clearbit.then(402)
    providers.hunter.then(451)
    caller, request = service.as_("intake"), enrich(EMAIL)
    assert enriched(caller, request) == ("NOT_STORED", "SUPPRESSED")
    assert suppressed(service, EMAIL)
    assert enriched(caller, request) == enriched(caller, enrich(EMAIL)) == ("NOT_STORED", "SUPPRESSED")
    assert (providers.clearbit.requests, providers.hunter.requests) == (1, 1)
    assert service.rows(sa.select(tables.objections.c.channel)) == [("provider",)]


@pytest.mark.proves("R-018")
def test_each_of_many_objections_by_provider_counts(sqlite_service: RunningService, providers: Providers) -> None:
    """Look-ups whose request ids differ in the last letter alone each leave their own objection."""
    emails = [f"objector-{number}@northpier.example.com" for number in range(3)]
    providers.clearbit.then(*[402] * len(emails))
    providers.hunter.then(*[451] * len(emails))
    for number, email in enumerate(emails):
        request = enrich(email, request_id="a-very-long-request-id-".ljust(63, "x") + str(number))
        assert enriched(sqlite_service.as_("intake"), request) == ("NOT_STORED", "SUPPRESSED")
    assert all(suppressed(sqlite_service, email) for email in emails)


@pytest.mark.proves("R-018")
def test_a_providers_objection_outlives_a_failing_store(sqlite_url: str, start: Start, providers: Providers) -> None:
    """Where it cannot be registered the call fails and is not kept, so that the same request brings it again."""
    faults = Faults()
    service = start(sqlite_url, wrap=faults.over)
    providers.clearbit.then(402, 402)
    providers.hunter.then(451, 451)
    request = enrich(EMAIL)
    faults.failing["register_objections"] = Unavailable("STORE_UNAVAILABLE", "The database cannot answer now.")
    assert service.as_("intake").send(request).reason == "STORE_UNAVAILABLE"
    faults.failing.clear()
    assert not suppressed(service, EMAIL)
    service.clock.pass_time(minutes=3)
    assert enriched(service.as_("intake"), request) == ("NOT_STORED", "SUPPRESSED")
    assert suppressed(service, EMAIL)


@pytest.mark.proves("R-076")
def test_a_minor_is_rejected_without_a_trace(sqlite_url: str, start: Start, providers: Providers) -> None:
    """A year of birth rejects in memory; the outcome says no more, and no content is stored."""
    with Providers.answering(Generator(1, mix=Mix(miss=0, person_null=0, minor=1))) as children:
        service = start(sqlite_url, **access_to(children))
        assert enriched(service.as_("intake"), enrich(EMAIL)) == ("NOT_STORED", "INELIGIBLE")
        assert service.kept()["leads"] == 0
        assert providers.requests == 0
