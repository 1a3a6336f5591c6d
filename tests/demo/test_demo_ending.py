"""The demo ends with a check of what must hold, and each part of it can fail."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta

import pytest
from leadgate.v1.intake_service_pb2 import EnrichLeadResponse
from leadgate_cli.demo.ending import Ending
from leadgate_cli.demo.tally import Objection, Tally
from leadgate_cli.demo.ways import Way
from leadgate_client import Outcome

from tests.demo.conftest import Played


def test_a_true_run_breaks_nothing(played: Played) -> None:
    """Expired, suppressed and readable leads are all that were ever held, and every rule holds."""
    ending = played.ending
    assert ending.broken == ()
    assert ending.remaining
    assert ending.expired
    assert ending.remaining | ending.expired | ending.suppressed == played.tally.last_days.keys()
    assert not ending.remaining & ending.expired


def miscounted(tally: Tally, _ending: Ending, _today: date) -> None:
    """One request more than there were answers."""
    tally.requested += 1


def unreadable(tally: Tally, _ending: Ending, _today: date) -> None:
    """A lead was said to be stored and could not be read."""
    tally.read("0192", None)


def moved(tally: Tally, ending: Ending, today: date) -> None:
    """A lead has another last day after an update."""
    tally.read(min(ending.expired), today)


def still_readable(tally: Tally, ending: Ending, today: date) -> None:
    """A lead can be read though its last day was yesterday."""
    tally.last_days[min(ending.remaining)] = today - timedelta(days=1)


def gone_early(tally: Tally, ending: Ending, today: date) -> None:
    """A lead cannot be read on its last day, and nobody objected."""
    tally.last_days[min(ending.expired)] = today


def listed_alone(tally: Tally, ending: Ending, _today: date) -> None:
    """A lead is listed that nobody was told of."""
    del tally.last_days[min(ending.remaining)]


def let_through(tally: Tally, _ending: Ending, _today: date) -> None:
    """Somebody who had objected was looked up, and for once nobody minded."""
    tally.answered(min(tally.objectors), EnrichLeadResponse(outcome=Outcome.OUTCOME_STORED))


def forgotten(tally: Tally, _ending: Ending, _today: date) -> None:
    """Somebody objected of whom the suppression list knows nothing."""
    tally.objected("nobody@elsewhere.example.org", Way.LETTER, 0)


def told(tally: Tally, _ending: Ending, _today: date) -> None:
    """A provider was asked once more about somebody who had objected before."""
    objector, objection = next((one, had) for one, had in tally.objectors.items() if had.told)
    tally.objectors[objector] = Objection(objection.way, objection.told - 1)


@pytest.mark.parametrize(
    ("lie", "rule"),
    [
        (miscounted, "Whatever was requested is stored, or is not for one reason."),
        (unreadable, "A lead that is stored can be read."),
        (moved, "An update moves no last day."),
        (still_readable, "A lead past its last day is withheld from everybody."),
        (gone_early, "Until its last day, only an objection withholds a lead."),
        (let_through, "A look-up of somebody who objected is stopped."),
        (forgotten, "Whoever objected is suppressed."),
        (told, "No provider is told of anybody who objected."),
        (listed_alone, "Every reader sees the same leads, one by one and as a list."),
    ],
)
def test_what_does_not_hold_is_named(played: Played, lie: Callable[[Tally, Ending, date], None], rule: str) -> None:
    """A tally that disagrees with the service in one point breaks the rule of that point, and no other."""
    tally = deepcopy(played.tally)
    lie(tally, played.ending, played.today)
    assert played.looked_at(tally) == (rule,)


def test_a_request_that_the_service_did_not_count_is_named(played: Played) -> None:
    """What the service counts is compared with what the providers saw."""
    played.stage.app.counters.count("provider_calls.clearbit", -1)
    try:
        broken = played.looked_at(played.tally)
    finally:
        played.stage.app.counters.count("provider_calls.clearbit", 1)
    assert broken == ("The service counts the requests that reach the providers.",)


def test_more_objectors_than_one_caller_may_ask_about_in_a_minute_are_asked_about(played: Played) -> None:
    """A run of many leads is not ended by the limit of questions: the demo lets time pass between them."""
    tally = deepcopy(played.tally)
    for number in range(300):
        tally.objected(f"nobody-{number}@elsewhere.example.org", Way.LETTER, 0)
    assert played.looked_at(tally) == ("Whoever objected is suppressed.",)
