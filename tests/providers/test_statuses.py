"""What each status of each provider means, cell by cell, over real HTTP."""

from collections.abc import Callable, Mapping

import pytest
from leadgate_providers import Outcome, Reply, clearbit, hunter
from leadgate_providers.lookup import MAX_REQUESTS
from leadgate_simulators import Answer, ClearbitSimulator, Delivery, FaultPlan, HunterSimulator
from leadgate_simulators.fixtures import fixture

# One row per fixture: what was recorded, what it means, how many requests it takes to be sure.
CLEARBIT = [
    ("clearbit_combined_full", Outcome.OK, 1),
    ("clearbit_combined_personal_eu", Outcome.OK, 1),
    ("clearbit_combined_personal_us", Outcome.OK, 1),
    ("clearbit_combined_sparse_nulls", Outcome.OK, 1),
    ("clearbit_combined_fuzzy_job_changed", Outcome.OK, 1),
    ("clearbit_combined_generic_mailbox", Outcome.OK, 1),
    ("clearbit_combined_free_mail", Outcome.OK, 1),
    ("clearbit_combined_person_null", Outcome.OK, 1),
    ("clearbit_combined_company_null", Outcome.OK, 1),
    ("clearbit_combined_both_null", Outcome.MISS, 1),
    ("clearbit_202", Outcome.QUEUED, MAX_REQUESTS),
    ("clearbit_error_401", Outcome.AUTH, 1),
    ("clearbit_error_402", Outcome.OUT_OF_CREDIT, 1),
    ("clearbit_error_404", Outcome.MISS, 1),
    ("clearbit_error_422", Outcome.INVALID, 1),
    ("clearbit_error_422_generic_mailbox", Outcome.INVALID, 1),
    ("clearbit_error_422_params", Outcome.INVALID, 1),
    ("clearbit_error_500", Outcome.RETRY, MAX_REQUESTS),
]

HUNTER = [
    ("hunter_combined_native", Outcome.OK, 1),
    ("hunter_combined_clearbit_format", Outcome.OK, 1),
    ("hunter_error_400", Outcome.INVALID, 1),
    ("hunter_error_401", Outcome.AUTH, 1),
    ("hunter_error_403", Outcome.RETRY, MAX_REQUESTS),
    ("hunter_error_404", Outcome.MISS, 1),
    ("hunter_error_429", Outcome.OUT_OF_CREDIT, 1),
    ("hunter_error_451", Outcome.OBJECTED, 1),
]

# In the tables, though nobody recorded a body.
UNRECORDED = [
    (ClearbitSimulator, 400, Outcome.INVALID, 1),
    (ClearbitSimulator, 403, Outcome.AUTH, 1),
    (ClearbitSimulator, 429, Outcome.RETRY, 1),
    (HunterSimulator, 422, Outcome.INVALID, 1),
]

# What no table lists: a refusal is final, a failure is not, and nothing else is an answer.
UNDOCUMENTED = [
    (204, Outcome.UNREADABLE, 1),
    (206, Outcome.UNREADABLE, 1),
    (302, Outcome.UNREADABLE, 1),
    (418, Outcome.INVALID, 1),
    (502, Outcome.RETRY, MAX_REQUESTS),
    (599, Outcome.RETRY, MAX_REQUESTS),
    (799, Outcome.UNREADABLE, 1),
]


@pytest.mark.parametrize(("recorded", "outcome", "calls"), CLEARBIT)
def test_clearbit_means(ask: Callable[..., Reply], recorded: str, outcome: Outcome, calls: int) -> None:
    """Every recorded answer of Clearbit has one class, and only what may change is asked for again."""
    with ClearbitSimulator(recorded=recorded) as simulator:
        reply = ask(simulator)

    assert (outcome, calls) == (reply.outcome, reply.calls)
    assert calls == simulator.requests


@pytest.mark.parametrize(("recorded", "outcome", "calls"), HUNTER)
def test_hunter_means(ask: Callable[..., Reply], recorded: str, outcome: Outcome, calls: int) -> None:
    """At Hunter 403 is the rate limit, 429 is the end of the credits, and 451 is a person's objection."""
    with HunterSimulator(recorded=recorded) as simulator:
        reply = ask(simulator)

    assert (outcome, calls) == (reply.outcome, reply.calls)
    assert calls == simulator.requests


@pytest.mark.parametrize(("simulated", "status", "outcome", "calls"), UNRECORDED)
def test_the_rest_of_the_tables_means(
    ask: Callable[..., Reply],
    simulated: type[ClearbitSimulator | HunterSimulator],
    status: int,
    outcome: Outcome,
    calls: int,
) -> None:
    """A status that a table lists without a recorded answer means what the table says."""
    with simulated(faults=FaultPlan(shares={status: 1})) as simulator:
        reply = ask(simulator)

    assert (reply.outcome, reply.calls) == (outcome, calls)


@pytest.mark.parametrize("simulated", [ClearbitSimulator, HunterSimulator])
def test_created_is_found(ask: Callable[..., Reply], simulated: type[ClearbitSimulator | HunterSimulator]) -> None:
    """A 201 is billed like a 200, and read like one."""
    created = Answer(status=201, body=b'{"person": {"id": "1"}}')
    with simulated(faults=FaultPlan(script=(created,))) as simulator:
        assert ask(simulator).body == {"person": {"id": "1"}, "company": None}


@pytest.mark.parametrize(
    ("statuses", "rows", "simulated"),
    [(clearbit.STATUSES, CLEARBIT, ClearbitSimulator), (hunter.STATUSES, HUNTER, HunterSimulator)],
)
def test_every_row_of_a_table_is_tried(
    statuses: Mapping[int, Outcome], rows: list[tuple[str, Outcome, int]], simulated: type
) -> None:
    """A status that is added to a table is added here."""
    recorded = {fixture(name).answer.status for name, _, _ in rows}
    unrecorded = {status for kind, status, _, _ in UNRECORDED if kind is simulated}

    assert statuses.keys() <= recorded | unrecorded | {201}


@pytest.mark.parametrize("simulated", [ClearbitSimulator, HunterSimulator])
@pytest.mark.parametrize(("status", "outcome", "calls"), UNDOCUMENTED)
def test_undocumented_statuses_mean(
    ask: Callable[..., Reply],
    simulated: type[ClearbitSimulator | HunterSimulator],
    status: int,
    outcome: Outcome,
    calls: int,
) -> None:
    """A status that no table lists still has a class."""
    with simulated(faults=FaultPlan(script=(status,) * MAX_REQUESTS)) as simulator:
        reply = ask(simulator)

    assert (outcome, calls) == (reply.outcome, reply.calls)


def test_a_rate_limit_at_clearbit_is_tried_again(ask: Callable[..., Reply]) -> None:
    """At Clearbit 429 is passing: the next answer counts."""
    with ClearbitSimulator(recorded="clearbit_combined_full", faults=FaultPlan(script=(429,), retry_after="1")) as some:
        reply = ask(some)

    assert (reply.outcome, reply.calls) == (Outcome.OK, 2)


def test_the_status_decides_before_the_body(ask: Callable[..., Reply]) -> None:
    """An error whose body is no error, or no JSON at all, still means what its status says."""
    bodies = (b"", b"<html>", b'{"person": {"id": "1"}}', b"\xff\xfe")
    answers = tuple(Answer(status=404, body=body) for body in bodies)
    with ClearbitSimulator(faults=FaultPlan(script=answers)) as simulator:
        outcomes = [ask(simulator).outcome for _ in bodies]

    assert [Outcome.MISS] * len(bodies) == outcomes


def test_the_status_decides_though_the_body_breaks(ask: Callable[..., Reply]) -> None:
    """A refusal whose text breaks off is a refusal, not a connection to try again."""
    broken = b"HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    plan = FaultPlan(script=(Answer(body=broken, delivery=Delivery.RAW),))
    with ClearbitSimulator(faults=plan) as simulator:
        reply = ask(simulator)

    assert (reply.outcome, reply.calls) == (Outcome.AUTH, 1)
