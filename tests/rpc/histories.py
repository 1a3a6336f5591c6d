"""Histories of calls about one person, and whether they could have happened one after the other (P5).

Calls that overlap may have taken effect in any order; a call that began after another's answer came after it. A
history is lawful if some such order explains every answer by the rules below.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Act(Enum):
    """What a call does."""

    INGEST = "ingest"
    OBJECT = "object"
    ERASE = "erase"
    READ = "read"
    LIST = "list"
    CHECK = "check"


class State(Enum):
    """How a person stands to the service."""

    UNKNOWN = "unknown"
    HELD = "held"
    WITHHELD = "withheld"
    OBJECTED = "objected"


RULES = {
    State.UNKNOWN: {
        Act.INGEST: ("stored", State.HELD),
        Act.OBJECT: ("done", State.OBJECTED),
        Act.ERASE: ("done", State.UNKNOWN),
        Act.READ: ("nothing", State.UNKNOWN),
        Act.LIST: ("nothing", State.UNKNOWN),
        Act.CHECK: ("free", State.UNKNOWN),
    },
    State.HELD: {
        Act.INGEST: ("updated", State.HELD),
        Act.OBJECT: ("done", State.WITHHELD),
        Act.ERASE: ("done", State.HELD),
        Act.READ: ("shown", State.HELD),
        Act.LIST: ("shown", State.HELD),
        Act.CHECK: ("free", State.HELD),
    },
    State.WITHHELD: {
        Act.INGEST: ("refused", State.WITHHELD),
        Act.OBJECT: ("done", State.WITHHELD),
        Act.ERASE: ("done", State.OBJECTED),
        Act.READ: ("withheld", State.WITHHELD),
        Act.LIST: ("nothing", State.WITHHELD),
        Act.CHECK: ("suppressed", State.WITHHELD),
    },
    State.OBJECTED: {
        Act.INGEST: ("refused", State.OBJECTED),
        Act.OBJECT: ("done", State.OBJECTED),
        Act.ERASE: ("done", State.OBJECTED),
        Act.READ: ("nothing", State.OBJECTED),
        Act.LIST: ("nothing", State.OBJECTED),
        Act.CHECK: ("suppressed", State.OBJECTED),
    },
}
"""What each act answers in each state, and the state after it: once somebody objected nothing leads back."""

RESULTS = {act: sorted({RULES[state][act][0] for state in State}) for act in Act}
"""Every answer that an act can have."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        act: What it does.
        start: When it began, on one clock for the whole history.
        end: When its answer was there; infinite if none ever came.
        result: The answer; None if none ever came.
    """

    act: Act
    start: float
    end: float = math.inf
    result: str | None = None


def is_lawful(history: Sequence[Call]) -> bool:
    """Say whether an order of the calls of one person explains all of their answers.

    A call without an answer may have taken effect at any time after it began, or never. This is the search of Wing and
    Gong: it tries, from each state, every call that may come next, and visits no situation twice.

    Args:
        history: All calls about the person, who was unknown before, in any order.
    """
    calls = sorted(history, key=lambda call: call.start)
    situations = [(frozenset(range(len(calls))), State.UNKNOWN)]
    seen = set(situations)
    while situations:
        left, state = situations.pop()
        earliest_end = min((calls[number].end for number in left), default=math.inf)
        if earliest_end == math.inf:
            return True
        for number in left:
            call = calls[number]
            result, after = RULES[state][call.act]
            if call.start <= earliest_end and call.result in {None, result}:
                situation = (left - {number}, after)
                if situation not in seen:
                    seen.add(situation)
                    situations.append(situation)
    return False
