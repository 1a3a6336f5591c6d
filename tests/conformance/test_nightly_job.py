"""A job that asks for the same people every night for 400 days, which is how a clock would be restarted (R-041)."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from leadgate_service.domain.dates import add_months
from leadgate_service.domain.decision import Decision, Outcome, Reason

from tests.builders import candidate, intake, person
from tests.stores import Rings
from tests.worlds import World

PEOPLE, NIGHTS = 10, 400
MISSED = 2
"""So many of the people the provider does not know."""

NOT_FOUND = Decision(outcome=Outcome.NOT_STORED, reason=Reason.NOT_FOUND)


def address(number: int) -> str:
    """The address of one of the people."""
    return f"person{number}@harbour{number}.example.org"


@pytest.mark.proves("R-041", "R-044", "R-092")
def test_each_person_is_stored_once_in_twelve_months(sqlite_url: str, rings: Rings) -> None:
    """Each is stored once within twelve months of the first acquisition, for six weeks, and looked up twice for it."""
    stored: defaultdict[int, list[date]] = defaultdict(list)
    looked_up: defaultdict[int, list[date]] = defaultdict(list)
    told: Counter[str] = Counter()
    readable: Counter[int] = Counter()
    with World.founded(sqlite_url, rings) as world:
        first_night = world.today
        everybody = [intake(address(number)) for number in range(PEOPLE)]
        for night in range(NIGHTS):
            for number, said in enumerate(everybody):
                asking = world.asking(said)
                refused = world.claim(said, caller=asking.caller)
                if refused is not None:
                    told[refused.reason or ""] += 1
                    continue
                looked_up[number].append(world.today)
                if number < MISSED:
                    world.settle(asking, "miss", NOT_FOUND)
                    continue
                answer = candidate(said=said, obtained_time=world.now, person=person(id=f"person-{number}"))
                (kept,) = world.admit(answer, caller=asking.caller, claimed=True)
                if kept.outcome is Outcome.STORED:
                    stored[number].append(world.today)
            readable[len(world.listed())] += 1
            if night < NIGHTS - 1:
                world.pass_days(1)
        last_night = world.today
    anew = add_months(first_night, 12) + timedelta(days=1)
    known = range(MISSED, PEOPLE)
    assert all(stored[number] == [first_night, anew] for number in known)
    # A living lead is updated once, thirty days on; then it lapses and is not bought again until the year is over.
    month = timedelta(days=30)
    expected = [first_night, first_night + month, anew, anew + month]
    assert all(looked_up[number] == [day for day in expected if day <= last_night] for number in known)
    # Who is not known is asked about again every thirty days, while it is remembered that nobody was found.
    nights = [first_night + timedelta(days=number) for number in range(NIGHTS)]
    missed = [day for day in nights if (day - (first_night if day < anew else anew)) % month == timedelta()]
    assert all(looked_up[number] == missed for number in range(MISSED))
    # Held on the first day and forty-two more, and again from the day of the new acquisition on.
    held = [day for day in nights if day <= first_night + timedelta(days=42) or day >= anew]
    assert readable == {PEOPLE - MISSED: len(held), 0: NIGHTS - len(held)}
    assert set(told) == {Reason.NOT_REPEATED, Reason.RETENTION_ELAPSED}
