"""A fault plan is obeyed: first its script, then its shares, and always alike."""

from collections import Counter

import pytest
from leadgate_simulators import Answer, ClearbitSimulator, Delivery, Fault, FaultPlan, Generator, Mix
from leadgate_simulators.faults import Course

FULL = Mix(miss=0, person_null=0, company_null=0)
EMAILS = Generator(1).emails(400)


def asked(simulator: ClearbitSimulator, email: str) -> Answer:
    """Ask a simulator without a wire between."""
    return simulator.answer(f"/v2/combined/find?email={email}", {"authorization": f"Bearer {simulator.api_key}"})


def test_the_script_comes_first() -> None:
    """Requests meet the script's steps in order, then steps added later, then nothing."""
    course = Course(FaultPlan(script=(Fault.SLOW, None, 500)))
    course.then(Fault.HTML)

    assert [course.next(email)[0] for email in EMAILS[:5]] == [Fault.SLOW, None, 500, Fault.HTML, None]


def test_shares_are_kept() -> None:
    """Over many addresses, each step comes about as often as its share says."""
    course = Course(FaultPlan(shares={Fault.SLOW: 0.2, 503: 0.5}))
    met = Counter(course.next(email)[0] for email in EMAILS)

    assert met[Fault.SLOW] / len(EMAILS) == pytest.approx(0.2, abs=0.07)
    assert met[503] / len(EMAILS) == pytest.approx(0.5, abs=0.07)


def test_the_same_seed_is_the_same_course() -> None:
    """Who meets what depends on the seed, the address and how often it was asked for, not on the order of the rest."""
    plan = FaultPlan(seed=4, shares={Fault.RESET: 0.3, 429: 0.3})
    forward, backward = Course(plan), Course(plan)
    one = {email: [forward.next(email)[0], forward.next(email)[0]] for email in EMAILS}
    other = {email: [backward.next(email)[0], backward.next(email)[0]] for email in reversed(EMAILS)}

    assert one == other
    assert any(first != second for first, second in one.values())


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_spoils_the_answer(fault: Fault) -> None:
    """No fault leaves an answer as it was, and the same fault spoils the same answer alike."""
    plan = FaultPlan(script=(fault, None))
    answers = []
    for _ in range(2):
        with ClearbitSimulator(Generator(1, mix=FULL), faults=plan) as simulator:
            answers.append((asked(simulator, EMAILS[0]), asked(simulator, EMAILS[0])))
    (spoiled, plain), (again, _) = answers

    assert spoiled != plain
    assert spoiled.body == again.body


def test_deliveries_leave_the_content() -> None:
    """A slow answer is the plain one, late."""
    with ClearbitSimulator(Generator(1, mix=FULL), faults=FaultPlan(script=(Fault.SLOW, None))) as simulator:
        slow, plain = asked(simulator, EMAILS[0]), asked(simulator, EMAILS[0])

    assert (slow.delivery, slow.body) == (Delivery.SLOW, plain.body)


def test_content_of_a_miss_cannot_be_spoiled() -> None:
    """Where nobody is known there is nothing to drift."""
    with ClearbitSimulator(Generator(1, mix=Mix(miss=1)), faults=FaultPlan(shares={Fault.DRIFT: 1})) as simulator:
        assert asked(simulator, EMAILS[0]).status == 404


def test_the_plan_sets_the_pace() -> None:
    """The recorded 429 asks for fifty seconds, unless the plan says otherwise."""
    headers = []
    for retry_after in (None, "1"):
        with ClearbitSimulator(faults=FaultPlan(script=(429,), retry_after=retry_after)) as simulator:
            headers.append(asked(simulator, EMAILS[0]).headers["Retry-After"])

    assert headers == ["50", "1"]
