"""A telephone line of several people: one objects, and the others lose the number at most (edge case 5)."""

import pytest
from leadgate_service.domain.decision import Outcome

from tests.builders import IDA, company, person
from tests.conformance.held import BEN, HUNTER, LINE, SHOP, SOLE, TRADER, of
from tests.storage.faults import check_invariants
from tests.worlds import World


@pytest.mark.proves("R-031")
def test_a_shared_line_is_withheld_and_the_colleague_stays(world: World) -> None:
    """Two colleagues share a line; one objects. The other keeps all but the number, which is gone (edge case 5)."""
    ben = of(world, BEN, source=HUNTER, person=person("Ben Okafor", id="person-ben", phone=LINE))
    world.admit(of(world, IDA, source=HUNTER, person=person(phone=LINE)), ben)
    assert world.content(BEN).phone_number == "+31205550123"
    assert world.register(IDA).matched_leads == 1
    assert (world.content(BEN).phone_number, world.content(BEN).phone_kind) == (None, None)
    assert world.content(BEN).full_name == "Ben Okafor"
    assert world.admit(ben)[0].outcome is Outcome.UPDATED
    assert world.content(BEN).phone_number is None
    check_invariants(world)


@pytest.mark.proves("R-031")
def test_a_switchboard_is_nobody_s_line(world: World) -> None:
    """The company's main line is in both colleagues' answers; one objects: the other keeps it (edge case 5)."""
    firm = company(phone=LINE)
    ben = of(world, BEN, person=person("Ben Okafor", id="person-ben"), company=firm)
    world.admit(of(world, IDA, company=firm), ben)
    assert world.register(IDA).matched_leads == 1
    assert world.content(BEN).phone_number == "+31205550123"
    assert world.admit(ben)[0].outcome is Outcome.UPDATED
    assert world.content(BEN).phone_number == "+31205550123"
    check_invariants(world)


@pytest.mark.proves("R-031")
def test_a_shared_line_does_not_come_back_with_a_name(world: World) -> None:
    """A withheld business shares its line with an objector; named at last, its owner is readable without it."""
    info = "info@janetrader.example.org"
    nameless = person(None, title=None, role=None, seniority=None, id=None, phone=LINE)
    world.admit(of(world, info, legal=SOLE, person=None, company=SHOP))
    world.admit(of(world, info, legal=SOLE, source=HUNTER, person=nameless))
    world.register(TRADER)
    world.admit(of(world, IDA, source=HUNTER, person=person(phone=LINE)))
    world.register(IDA)
    named = of(world, info, person=person("Otto Trader", id="person-otto"), company=SHOP)
    assert world.admit(named)[0].outcome is Outcome.UPDATED
    assert not world.held(info).suppressed
    assert world.content(info).phone_number is None
