"""That the checker of histories accepts what is lawful and nothing else: it is the judge of the races (P5)."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.rpc.histories import RESULTS, RULES, Act, Call, State, is_lawful

ACTS = st.lists(st.sampled_from(Act), max_size=12)
TELLING = [act for act in Act if len(RESULTS[act]) > 1]
"""Acts whose answer tells something."""


def one_by_one(acts: Sequence[Act]) -> list[Call]:
    """Do one act after the other, by the rules: the lawful history in which nothing overlaps."""
    history, state = [], State.UNKNOWN
    for number, act in enumerate(acts):
        result, state = RULES[state][act]
        history.append(Call(act, 10 * number, 10 * number + 1, result))
    return history


def explains(order: Sequence[Call]) -> bool:
    """Whether the calls, done in this order, give the answers that they had."""
    state = State.UNKNOWN
    for call in order:
        result, state = RULES[state][call.act]
        if call.result not in {None, result}:
            return False
    return True


def keeps_time(order: Sequence[Call]) -> bool:
    """Whether no call comes before one that was answered before it began."""
    return all(later.end >= earlier.start for earlier, later in itertools.combinations(order, 2))


def is_lawful_by_trying(history: Sequence[Call]) -> bool:
    """Try every order of the answered calls with any of those that were not."""
    answered = [call for call in history if call.end < math.inf]
    open_ended = [call for call in history if call.end == math.inf]
    some = itertools.chain.from_iterable(
        itertools.combinations(open_ended, count) for count in range(len(open_ended) + 1)
    )
    return any(
        explains(order) and keeps_time(order)
        for effective in some
        for order in itertools.permutations([*answered, *effective])
    )


@st.composite
def overlapping(draw: st.DrawFn, most: int = 12) -> list[Call]:
    """A lawful history in which calls begin before, and are answered after, the moment at which they take effect."""
    history = one_by_one(draw(st.lists(st.sampled_from(Act), max_size=most)))
    slack = st.integers(0, 15)
    widened = [replace(call, start=call.start - draw(slack), end=call.end + draw(slack)) for call in history]
    lost = st.sampled_from([False, False, False, True])
    return [replace(call, end=math.inf, result=None) if draw(lost) else call for call in widened]


@st.composite
def mutated(draw: st.DrawFn) -> list[Call]:
    """A short history that was lawful before an answer was exchanged or a call was moved in time."""
    apart = st.lists(st.sampled_from(Act), max_size=5).map(one_by_one)
    history = draw(overlapping(most=5) | apart)
    assume(history)
    place = draw(st.integers(0, len(history) - 1))
    call, by = history[place], draw(st.integers(-60, 60))
    result = draw(st.sampled_from(RESULTS[call.act])) if call.result is not None else None
    return [
        *history[:place],
        replace(call, start=call.start + by, end=call.end + by, result=result),
        *history[place + 1 :],
    ]


@given(overlapping())
def test_what_happened_by_the_rules_is_accepted(history: list[Call]) -> None:
    """Whatever overlaps, whatever was never answered: a history that the rules made is lawful."""
    assert is_lawful(history)


@given(ACTS, st.data())
def test_a_changed_answer_is_found_out(acts: list[Act], data: st.DataObject) -> None:
    """Nothing overlaps, so there is one order; any other answer than the rules' is refused."""
    history = one_by_one(acts)
    telling = [place for place, call in enumerate(history) if call.act in TELLING]
    assume(telling)
    place = data.draw(st.sampled_from(telling))
    call = history[place]
    others = [result for result in RESULTS[call.act] if result != call.result]
    history[place] = replace(call, result=data.draw(st.sampled_from(others)))
    assert not is_lawful(history)


@given(st.sampled_from(TELLING), ACTS, st.data())
def test_swapped_answers_are_found_out(act: Act, acts: list[Act], data: st.DataObject) -> None:
    """Two calls of one kind that were answered differently exchange their answers: refused."""
    history = one_by_one([act, Act.INGEST, act, *acts, Act.OBJECT, act])
    pairs = [
        (one, other)
        for one, other in itertools.combinations(range(len(history)), 2)
        if history[one].act is history[other].act and history[one].result != history[other].result
    ]
    one, other = data.draw(st.sampled_from(pairs))
    first, second = history[one].result, history[other].result
    history[one], history[other] = replace(history[one], result=second), replace(history[other], result=first)
    assert not is_lawful(history)


@given(st.lists(st.sampled_from(Act), max_size=6), st.sampled_from([Act.INGEST, Act.READ, Act.LIST, Act.CHECK]))
def test_a_call_that_is_moved_behind_an_objection_is_found_out(acts: list[Act], moved: Act) -> None:
    """What a held person's data were answered with before the objection is refused as an answer after it."""
    before = one_by_one([Act.INGEST, moved])
    assert is_lawful([*before, Call(Act.OBJECT, 20, 21, "done")])
    late = replace(before[1], start=30, end=31)
    assert not is_lawful([before[0], Call(Act.OBJECT, 20, 21, "done"), late])
    assert is_lawful([before[0], Call(Act.OBJECT, 20, 30, "done"), late])
    unanswered = [Call(act, 0) for act in acts]
    assert not is_lawful([before[0], Call(Act.OBJECT, 20, 21, "done"), late, *unanswered])


@given(mutated())
def test_the_search_agrees_with_trying_every_order(history: list[Call]) -> None:
    """Of lawful and of unlawful short histories the checker says what trying all of their orders says."""
    assert is_lawful(history) == is_lawful_by_trying(history)


HELD = Call(Act.INGEST, 0, 1, "stored")
OBJECTED = Call(Act.OBJECT, 2, 3, "done")


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param([HELD, OBJECTED, Call(Act.READ, 4, 5, "shown")], id="read after the objection"),
        pytest.param([HELD, OBJECTED, Call(Act.LIST, 4, 5, "shown")], id="listed after the objection"),
        pytest.param([HELD, OBJECTED, Call(Act.INGEST, 4, 5, "updated")], id="updated after the objection"),
        pytest.param([OBJECTED, Call(Act.INGEST, 4, 5, "stored")], id="stored after the objection"),
        pytest.param([OBJECTED, Call(Act.CHECK, 4, 5, "free")], id="objection lost"),
        pytest.param([HELD, Call(Act.READ, 4, 5, "nothing")], id="lead lost"),
        pytest.param(
            [HELD, OBJECTED, Call(Act.ERASE, 2), Call(Act.READ, 4, 5, "nothing"), Call(Act.READ, 6, 7, "withheld")],
            id="erased content back",
        ),
        pytest.param(
            [HELD, Call(Act.OBJECT, 2, 9, "done"), Call(Act.CHECK, 3, 4, "suppressed"), Call(Act.READ, 5, 6, "shown")],
            id="seen to be effective and then not",
        ),
        pytest.param(
            [HELD, Call(Act.OBJECT, 2), Call(Act.READ, 3, 4, "withheld"), Call(Act.LIST, 5, 6, "shown")],
            id="effective without an answer and then not",
        ),
    ],
)
def test_what_must_never_happen_is_refused(calls: list[Call]) -> None:
    """Each promise broken once, as plainly as can be; without its last call each of the histories is lawful."""
    assert not is_lawful(calls)
    assert is_lawful(calls[:-1])
