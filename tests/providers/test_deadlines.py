"""A look-up ends in time, waits as long as it is asked to, and asks no oftener than it may."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from leadgate_providers import LEAST_SECONDS, Outcome, Reply
from leadgate_providers.lookup import MAX_REQUESTS, MAX_WAIT
from leadgate_providers.retry_after import seconds_until
from leadgate_simulators import ClearbitSimulator, Fault, FaultPlan, HunterSimulator

FULL = "clearbit_combined_full"
SLACK = 1.2  # a shared machine is slow at times; without the deadline these take three seconds and more


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.DRIP])
@pytest.mark.parametrize("slowness", [3.0, 60.0])
def test_the_deadline_holds_whatever_drips(ask: Callable[..., Reply], fault: Fault, slowness: float) -> None:
    """A byte now and then, in head or body, keeps no look-up alive past its deadline."""
    timeout = 0.3
    with ClearbitSimulator(recorded=FULL, faults=FaultPlan(shares={fault: 1}, slowness=slowness)) as simulator:
        begun = time.monotonic()
        reply = ask(simulator, timeout=timeout)
        spent = time.monotonic() - begun

    assert Outcome.RETRY is reply.outcome
    assert spent < timeout + SLACK


def test_a_drip_within_the_deadline_is_read(ask: Callable[..., Reply]) -> None:
    """Slow is not wrong: an answer that is complete in time counts."""
    with ClearbitSimulator(recorded=FULL, faults=FaultPlan(shares={Fault.DRIP: 1}, slowness=0.2)) as simulator:
        assert Outcome.OK is ask(simulator).outcome


@pytest.mark.parametrize("timeout", [LEAST_SECONDS - 0.001, 0, -1])
def test_without_time_nothing_is_sent(ask: Callable[..., Reply], timeout: float) -> None:
    """A look-up whose deadline has passed, or all but passed, costs no credit and tells the provider nothing."""
    with ClearbitSimulator(recorded=FULL) as simulator:
        reply = ask(simulator, timeout=timeout)

    assert (reply.outcome, reply.calls, simulator.requests) == (Outcome.RETRY, 0, 0)


@pytest.mark.parametrize("wait", ["50", "999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_beyond_the_deadline_ends_the_look_up(ask: Callable[..., Reply], naps: list[float], wait: str) -> None:
    """Nobody waits for an attempt that would come too late."""
    with ClearbitSimulator(faults=FaultPlan(shares={429: 1}, retry_after=wait)) as simulator:
        reply = ask(simulator, timeout=5)

    assert (reply.outcome, reply.calls, naps) == (Outcome.RETRY, 1, [])


@pytest.mark.parametrize(("asked", "waited"), [("0", 0), ("2", 2), ("30", MAX_WAIT), ("86400", MAX_WAIT)])
def test_the_provider_says_how_long_to_wait(
    ask: Callable[..., Reply], naps: list[float], asked: str, waited: float
) -> None:
    """Retry-After is honoured, up to half a minute."""
    with ClearbitSimulator(recorded=FULL, faults=FaultPlan(script=(429,), retry_after=asked)) as simulator:
        reply = ask(simulator, timeout=120)

    assert (Outcome.OK, [waited]) == (reply.outcome, naps)


def test_without_a_word_the_waits_grow(ask: Callable[..., Reply], naps: list[float]) -> None:
    """Half a second, one, two, each with up to half a second more by chance."""
    with ClearbitSimulator(faults=FaultPlan(shares={500: 1})) as simulator:
        ask(simulator, timeout=60)

    assert [least <= nap <= least + 0.5 for least, nap in zip((0.5, 1, 2), naps, strict=True)] == [True] * 3


def test_waits_differ_by_chance(ask: Callable[..., Reply], naps: list[float]) -> None:
    """Clients that failed together do not come back together."""
    with ClearbitSimulator(faults=FaultPlan(shares={500: 1})) as simulator:
        for _ in range(3):
            ask(simulator, timeout=60)

    assert len(naps) == len(set(naps))


@pytest.mark.parametrize("polls", range(1, MAX_REQUESTS))
def test_a_queued_answer_is_polled(ask: Callable[..., Reply], polls: int) -> None:
    """Clearbit's 202 is asked for again, at most three times, and the answer counts when it is there."""
    with ClearbitSimulator(recorded=FULL, faults=FaultPlan(script=(202,) * polls)) as simulator:
        reply = ask(simulator, timeout=60)

    assert (Outcome.OK, polls + 1) == (reply.outcome, reply.calls)


def test_a_queued_answer_is_left_after_three_polls(ask: Callable[..., Reply]) -> None:
    """The fourth 202 ends the look-up: whoever wants it calls again, which is free."""
    with ClearbitSimulator(recorded=FULL, faults=FaultPlan(script=(202,) * MAX_REQUESTS)) as simulator:
        reply = ask(simulator, timeout=60)

    assert (reply.outcome, reply.calls) == (Outcome.QUEUED, MAX_REQUESTS)


def test_a_queued_answer_is_left_at_the_deadline(ask: Callable[..., Reply]) -> None:
    """No poll starts that would end the look-up late."""
    with ClearbitSimulator(recorded=FULL, faults=FaultPlan(shares={202: 1})) as simulator:
        reply = ask(simulator, timeout=0.4)

    assert (reply.outcome, reply.calls) == (Outcome.QUEUED, 1)


def test_hunter_slows_down_on_403(ask: Callable[..., Reply]) -> None:
    """Hunter's rate limit is tried again."""
    with HunterSimulator(recorded="hunter_combined_native", faults=FaultPlan(script=(403, 403))) as simulator:
        assert ((reply := ask(simulator)).outcome, reply.calls) == (Outcome.OK, 3)


def test_retry_after_may_be_a_date() -> None:
    """An HTTP date counts from now."""
    soon = datetime.now(UTC) + timedelta(seconds=100)

    assert 97 < (seconds_until(format_datetime(soon, usegmt=True)) or 0) <= 100


@pytest.mark.parametrize("header", ["Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 -0000", "0"])
def test_retry_after_is_never_negative(header: str) -> None:
    """A moment that has passed means at once."""
    assert seconds_until(header) == 0


@pytest.mark.parametrize("header", [None, "", "soon", "-5", "1.5", "inf", "٣", "9" * 5_000, "Mon, 99 Foo 2026", "\x00"])
def test_retry_after_may_be_nonsense(header: str | None) -> None:
    """What is neither seconds nor a date is as good as absent."""
    assert seconds_until(header) is None
