"""How long a lead is kept when an answer is old, or tells of another country (R-040)."""

from datetime import timedelta

import pytest
from leadgate_service.domain.decision import Reason

from tests.builders import IDA, candidate, intake, person
from tests.conformance.held import HUNTER, of
from tests.worlds import World


@pytest.mark.proves("R-041", "R-092")
def test_an_old_answer_does_not_make_us_forget(world: World) -> None:
    """An answer of four hundred days ago is handed in for a lead of yesterday: it ends, and no new period begins."""
    world.admit(of(world, IDA))
    world.pass_days(1)
    world.admit(of(world, IDA, source=HUNTER, obtained_time=world.now - timedelta(days=400)))
    world.pass_days(1)
    assert world.admit(of(world, IDA))[0].reason is Reason.RETENTION_ELAPSED
    assert world.claim(intake(IDA)) is not None


@pytest.mark.proves("R-040")
def test_a_country_that_is_told_later_may_shorten_the_period(world: World) -> None:
    """Stored as Dutch, then said to be German, where the policy keeps leads for two weeks only."""
    world.apply({("retention", "countries"): {"DE": 14}})
    world.admit(of(world, IDA))
    first = world.held(IDA)
    german = candidate(said=intake(IDA, country_code="DE"), person=person(), obtained_time=world.now)
    world.admit(german)
    held = world.held(IDA)
    assert held.first_obtained_date == first.first_obtained_date
    assert held.expire_date == first.first_obtained_date + timedelta(days=14)
