"""What a provider is told of a person: on record first, in time for an answer, and never after an objection."""

import asyncio

import grpc
import pytest
import sqlalchemy as sa
from leadgate.v1 import intake_service_pb2
from leadgate_providers import ClearbitClient, Query
from leadgate_service import providers as adapter
from leadgate_service.counters import Counters
from leadgate_service.domain.register import SourceName
from leadgate_service.errors import Unavailable
from leadgate_service.records import Caller, PolicyChange
from leadgate_service.storage import tables
from leadgate_service.storage.intake import DISCLOSED
from leadgate_simulators import Answer

from tests.domain.policies import Path as PolicyPath
from tests.domain.policies import changed, written
from tests.rpc.conftest import Start
from tests.rpc.faulty_store import Faults
from tests.rpc.messages import enrich, new_id, object_
from tests.rpc.wire import Answer as Told
from tests.running_service import PRINCIPALS, RunningService
from tests.simulated_providers import Providers

EMAIL = "ida@northpier.example.com"
HUNTER_SUSPENDED: dict[PolicyPath, object] = {("sources", 1, "state"): "suspended"}


def at_once(status: int) -> Answer:
    """Answer with a status, and ask for no pause before the next request."""
    return Answer(status=status, headers={"Retry-After": "0"})


def outcome(told: Told) -> tuple[str, str]:
    """Name outcome and reason of a look-up."""
    response = told.read(intake_service_pb2.EnrichLeadResponse)
    reason = intake_service_pb2.NotStoredReason.Name(response.not_stored_reason)
    named = intake_service_pb2.Outcome.Name(response.outcome)
    return named.removeprefix("OUTCOME_"), reason.removeprefix("NOT_STORED_REASON_")


def disclosed_to(service: RunningService) -> list[str]:
    """Name the providers to which the audit trail says that somebody was disclosed, in order."""
    return [entry.outcome for entry in service.audit() if entry.action == DISCLOSED]


def outcomes_on_record(service: RunningService) -> list[str]:
    """List what the audit trail says of look-ups, disclosures included, in order."""
    return [entry.outcome for entry in service.audit() if entry.principal == PRINCIPALS["intake"]]


def move_policy(service: RunningService, changes: dict[PolicyPath, object]) -> None:
    """Put another policy in force as another process does: this one learns of it when it stores something."""
    policy = service.loop.run(service.app.policies.current())
    change = PolicyChange(
        caller=Caller("demo-officer", "leadgate.v1.GovernanceService/ApplyPolicy", new_id(), b""),
        yaml=written(changed(changes)),
        expected_version=policy.version,
        now=service.clock(),
        encode=lambda version: b"%d" % version,
    )
    service.loop.run(service.store.apply_policy(change))


@pytest.mark.proves("R-018", "R-019")
@pytest.mark.parametrize("status", [503, 429, 202], ids=["failed", "slowed down", "queued"])
@pytest.mark.parametrize("objector", [EMAIL, "ida+news@northpier.example.com"])
def test_who_objects_between_two_requests_is_not_asked_about_again(
    service: RunningService, providers: Providers, status: int, objector: str
) -> None:
    """Neither a retry nor a poll follows an objection, nor another source; the caller learns why, now and later."""
    providers.clearbit.then(*[at_once(status)] * 4)
    request = enrich(EMAIL)
    with providers.clearbit.held():
        pending = service.as_("intake").start(request)
        assert providers.clearbit.asked.wait(5)
        assert service.as_("support").send(object_(objector)).code is grpc.StatusCode.OK
    assert outcome(pending.answer()) == ("NOT_STORED", "SUPPRESSED")
    assert outcome(service.as_("intake").send(request)) == ("NOT_STORED", "SUPPRESSED")
    assert (providers.clearbit.requests, providers.hunter.requests) == (1, 0)
    assert disclosed_to(service) == ["clearbit"]


@pytest.mark.proves("R-092")
def test_a_look_up_that_an_objection_stopped_is_no_answer(service: RunningService, providers: Providers) -> None:
    """The look-up record says failed, not missed: were the objection lifted, the person could be asked about again."""
    providers.clearbit.then(at_once(503))
    with providers.clearbit.held():
        pending = service.as_("intake").start(enrich(EMAIL))
        assert providers.clearbit.asked.wait(5)
        service.as_("support").send(object_(EMAIL))
    pending.answer()
    lookups = tables.lookups.c
    ((outcome_kept, answered_time),) = service.rows(sa.select(lookups.outcome, lookups.answered_time))
    assert (outcome_kept, answered_time) == ("failed", None)


def test_an_objection_of_somebody_else_stops_nothing(service: RunningService, providers: Providers) -> None:
    """The question before a retry is about this person alone."""
    providers.clearbit.then(at_once(503))
    with providers.clearbit.held():
        pending = service.as_("intake").start(enrich(EMAIL))
        assert providers.clearbit.asked.wait(5)
        service.as_("support").send(object_("else@northpier.example.com"))
    assert outcome(pending.answer()) == ("STORED", "UNSPECIFIED")
    assert providers.clearbit.requests == 2


@pytest.mark.proves("R-018")
def test_without_the_suppression_list_nobody_is_asked_about_again(
    sqlite_url: str, start: Start, providers: Providers
) -> None:
    """A store that fails between two requests ends the look-up: no other follows, and the same call may come again."""
    faults = Faults()
    service = start(sqlite_url, wrap=faults.over)
    faults.failing["is_suppressed"] = Unavailable("STORE_UNAVAILABLE", "The database cannot answer now.")
    providers.clearbit.then(at_once(503))
    request = enrich(EMAIL)
    assert service.as_("intake").send(request).reason == "STORE_UNAVAILABLE"
    assert providers.requests == 1
    faults.failing.clear()
    service.clock.pass_time(minutes=3)
    assert outcome(service.as_("intake").send(request)) == ("STORED", "UNSPECIFIED")


@pytest.mark.proves("R-018")
def test_a_suppression_list_that_hangs_ends_the_look_up_in_time(providers: Providers) -> None:
    """Who waits for the list longer than the look-up may take gets an error, and the provider no request."""
    simulator = providers.clearbit
    client = ClearbitClient(api_key=simulator.api_key, person_url=simulator.url, company_url=simulator.url)
    asked = adapter.Providers({SourceName.CLEARBIT: client}, Counters())

    async def hangs() -> bool:
        return await asyncio.Event().wait()

    simulator.then(at_once(503))
    with pytest.raises(Unavailable, match="could not be learnt in time"):
        asyncio.run(asyncio.wait_for(asked.ask(SourceName.CLEARBIT, Query(email=EMAIL), 0.5, hangs), 5))
    asked.close()
    assert simulator.requests == 1


@pytest.mark.proves("R-074")
@pytest.mark.parametrize("seconds", [0.5, 1.05], ids=["none left", "too little left"])
def test_what_there_is_no_time_to_ask_is_not_disclosed(
    service: RunningService, providers: Providers, seconds: float
) -> None:
    """Nothing is sent and nothing says so; the caller is told to try again, and the same request may come again."""
    caller, request = service.as_("intake"), enrich(EMAIL)
    assert outcome(caller.send(request, seconds=seconds)) == ("NOT_STORED", "PROVIDER_FAILED")
    assert providers.requests == 0
    assert outcomes_on_record(service) == ["NOT_STORED.PROVIDER_FAILED"]
    assert service.kept()["lookups"] == 0
    assert outcome(caller.send(request)) == ("STORED", "UNSPECIFIED")
    assert disclosed_to(service) == ["clearbit"]
    assert service.findings() == ()


@pytest.mark.proves("P9", "R-018")
def test_without_time_to_ask_what_is_known_is_told(service: RunningService) -> None:
    """A request that was answered is answered the same again, and an objection is told, however little time is left."""
    caller, request = service.as_("intake"), enrich(EMAIL)
    first = caller.send(request)
    assert caller.send(request, seconds=0.9).body == first.body
    service.as_("support").send(object_(EMAIL))
    assert outcome(caller.send(enrich(EMAIL), seconds=0.9)) == ("NOT_STORED", "SUPPRESSED")


@pytest.mark.proves("R-074")
def test_a_source_that_took_all_the_time_leaves_none_for_the_next(
    service: RunningService, providers: Providers
) -> None:
    """Nobody is disclosed to a second source that could not answer any more, nor is it on record."""
    caller, request = service.as_("intake"), enrich(EMAIL)
    with providers.clearbit.held():
        assert outcome(caller.send(request, seconds=1.6)) == ("NOT_STORED", "PROVIDER_FAILED")
    assert providers.hunter.requests == 0
    assert outcomes_on_record(service) == ["clearbit", "NOT_STORED.PROVIDER_FAILED"]
    assert outcome(caller.send(request)) == ("STORED", "UNSPECIFIED")


@pytest.mark.proves("R-092")
def test_a_policy_that_moves_between_two_sources_has_none_asked_twice(
    service: RunningService, providers: Providers
) -> None:
    """The look-up goes on with the second source, under the policy that is in force by then."""
    providers.clearbit.then(402)
    with providers.clearbit.held():
        pending = service.as_("intake").start(enrich(EMAIL))
        assert providers.clearbit.asked.wait(5)
        move_policy(service, {("retention", "lead_days"): 41})
    assert outcome(pending.answer()) == ("STORED", "UNSPECIFIED")
    assert (providers.clearbit.requests, providers.hunter.requests) == (1, 1)
    assert disclosed_to(service) == ["clearbit", "hunter"]
    ((policy_version,),) = service.rows(sa.select(tables.leads.c.policy_version))
    assert policy_version == 2


@pytest.mark.proves("R-005")
def test_a_source_that_was_suspended_meanwhile_is_not_asked(service: RunningService, providers: Providers) -> None:
    """While the first source is asked the second leaves the policy: it hears of nobody, and the first is left alone."""
    providers.clearbit.then(402)
    with providers.clearbit.held():
        pending = service.as_("intake").start(enrich(EMAIL))
        assert providers.clearbit.asked.wait(5)
        move_policy(service, HUNTER_SUSPENDED)
    assert outcome(pending.answer()) == ("NOT_STORED", "SOURCE_NOT_ACTIVE")
    assert (providers.clearbit.requests, providers.hunter.requests) == (1, 0)


@pytest.mark.proves("R-005")
def test_a_policy_that_moved_before_anybody_was_asked_names_the_sources_anew(
    service: RunningService, providers: Providers
) -> None:
    """A first source that another process has just suspended is passed over, not held against the caller."""
    service.as_("intake").send(enrich("first@northpier.example.com"))
    move_policy(service, {("sources", 0, "state"): "suspended"})
    assert outcome(service.as_("intake").send(enrich(EMAIL))) == ("STORED", "UNSPECIFIED")
    assert (providers.clearbit.requests, providers.hunter.requests) == (1, 1)
