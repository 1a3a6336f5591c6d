"""Every request tells a provider of the person anew, so none after the first is sent without leave."""

import time
from collections.abc import Callable

import pytest
from leadgate_providers import Outcome, Reply
from leadgate_providers.lookup import MAX_REQUESTS
from leadgate_simulators import Answer, ClearbitSimulator, Fault, FaultPlan, HunterSimulator

OPEN = [202, 429, 500, Fault.RESET, Fault.TRUNCATED]
"""What a client asks again after, at Clearbit."""


@pytest.mark.proves("R-018")
@pytest.mark.parametrize("step", OPEN)
@pytest.mark.parametrize("allowed", range(MAX_REQUESTS - 1))
def test_without_leave_no_further_request_is_sent(ask: Callable[..., Reply], step: int | Fault, allowed: int) -> None:
    """After any failure and any 202, at any attempt, a no ends the look-up, and the provider hears no more."""
    leaves = iter([True] * allowed + [False])
    with ClearbitSimulator(recorded="clearbit_combined_full", faults=FaultPlan(script=(step,) * 9)) as simulator:
        reply = ask(simulator, timeout=60, may_ask_again=lambda: next(leaves))

    assert (reply.outcome, reply.body) == (Outcome.STOPPED, None)
    assert reply.calls == simulator.requests == allowed + 1


@pytest.mark.proves("R-018")
def test_leave_is_asked_for_after_the_wait(ask: Callable[..., Reply], naps: list[float]) -> None:
    """Whoever objects while a client waits is not asked about when it has waited."""
    waited: list[int] = []

    def may_ask_again() -> bool:
        waited.append(len(naps))
        return True

    with HunterSimulator(recorded="hunter_combined_native", faults=FaultPlan(script=(403, 500))) as simulator:
        assert ask(simulator, may_ask_again=may_ask_again).calls == 3

    assert waited == [1, 2]


@pytest.mark.parametrize("status", [200, 401, 404, 422])
def test_a_final_answer_asks_for_no_leave(ask: Callable[..., Reply], status: int) -> None:
    """Who is answered at once is never asked about again, so nobody is bothered with the question."""
    with ClearbitSimulator(faults=FaultPlan(script=(Answer(status=status),))) as simulator:
        reply = ask(simulator, may_ask_again=lambda: pytest.fail("nothing is left to ask"))

    assert reply.calls == 1


def test_leave_that_cannot_be_had_is_no_leave(ask: Callable[..., Reply]) -> None:
    """Where the question fails no further request is sent, and the failure is not hidden."""

    def may_ask_again() -> bool:
        raise ConnectionError

    with ClearbitSimulator(faults=FaultPlan(script=(500, 500))) as simulator:
        with pytest.raises(ConnectionError):
            ask(simulator, may_ask_again=may_ask_again)
        assert simulator.requests == 1


@pytest.mark.parametrize(("status", "outcome"), [(500, Outcome.RETRY), (202, Outcome.QUEUED)])
def test_leave_that_comes_too_late_is_not_used(ask: Callable[..., Reply], status: int, outcome: Outcome) -> None:
    """Where the question takes the time that was left, the last answer counts, and the provider hears no more."""

    def may_ask_again() -> bool:
        time.sleep(0.5)
        return True

    with ClearbitSimulator(
        faults=FaultPlan(script=(Answer(status=status, headers={"Retry-After": "0"}),))
    ) as simulator:
        reply = ask(simulator, timeout=0.5, may_ask_again=may_ask_again)
        assert (reply.outcome, reply.calls, simulator.requests) == (outcome, 1, 1)
