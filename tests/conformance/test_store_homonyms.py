"""Who objects by a name: whoever has it too is withheld at most, and nobody is erased for a guess (R-031)."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa
from leadgate_service.domain.decision import Outcome, Reason
from leadgate_service.domain.objector import Basis, NameAtCompany, Objector
from leadgate_service.records import Effect, ObjectionRecord, ObjectionState, Registered
from leadgate_service.storage import tables
from leadgate_service.storage.intake import WITHHELD

from tests.builders import IDA, crm_record, intake, person
from tests.conformance.held import BEN, EVA, FREE_MAIL, HUNTER, LINE, SHOP, due, of
from tests.storage.faults import check_invariants
from tests.worlds import World

AT_WORK = "jane@work.example.net"
BY_NAME = NameAtCompany("Jane Trader", "janetrader.example.org")
UNKNOWN: dict[str, dict[str, Any]] = {
    "an address": {"emails": ("jane@unknown.example.net",)},
    "a mobile number": {"phones": ("+31612345678",)},
    "a CRM record": {"crm_records": (crm_record("0039"),)},
}
"""What stands for one person, and is known of nobody here."""


def hold_jane(world: World) -> None:
    """Hold somebody of that name at the company."""
    world.admit(of(world, AT_WORK, person=person("Jane Trader"), company=SHOP))


def evidence(world: World, registered: Registered) -> ObjectionRecord:
    """Read what became of an objection."""
    record = world.run(world.store.objection(registered.objection_id))
    assert record is not None
    return record


def previewed(world: World, objector: Objector) -> Sequence[Effect]:
    """Ask what an objection would do to the leads that can be read."""
    return [match.effect for match in world.run(world.store.objection_matches(objector, today=world.today)) or ()]


@pytest.mark.proves("R-031")
def test_a_guess_withholds_nobody(world: World) -> None:
    """A fuzzy answer for Eva names an objector's id: it is refused, and her own lead stays readable."""
    world.admit(of(world, IDA), of(world, EVA, person=person("Eva Lind", id=None)))
    world.register(IDA)
    guess = of(world, EVA, person=person("Somebody Else", fuzzy=True))
    assert world.admit(guess)[0].reason is Reason.SUPPRESSED
    assert not world.held(EVA).suppressed


@pytest.mark.proves("R-031")
def test_a_homonym_who_is_held_stays(world: World) -> None:
    """Two colleagues have one name. One objects by her address: answers that name the other are refused, she stays.

    Whose name alone is known is another matter (edge case 6; see `test_store_objectors`).
    """
    other = of(world, "i.vermolen@northpier.example.com", person=person(id="person-other"))
    world.admit(of(world, IDA), other)
    assert world.register(IDA).matched_leads == 1
    assert world.admit(other)[0].reason is Reason.SUPPRESSED
    assert not world.held("i.vermolen@northpier.example.com").suppressed


@pytest.mark.proves("R-030", "R-031")
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["Ben first", "the guess first"])
def test_a_guess_does_not_make_somebody_s_name_hers(world: World, order: tuple[int, int]) -> None:
    """The only answer for Ida is a guess that shows Ben's name and line; she objects: he loses his number at most."""
    answers = [
        of(world, BEN, source=HUNTER, person=person("Ben Okafor", id="person-ben", phone=LINE)),
        of(world, IDA, source=HUNTER, person=person("Ben Okafor", id="person-ben", phone=LINE, fuzzy=True)),
    ]
    world.admit(*(answers[position] for position in order))
    assert world.register(IDA).matched_leads == 1
    assert world.content(BEN).full_name == "Ben Okafor"
    assert world.admit(of(world, BEN, person=person("Ben Okafor", id="person-ben")))[0].outcome is Outcome.UPDATED


@pytest.mark.proves("R-018", "R-031")
@pytest.mark.parametrize("more", [{"emails": ("jane@unknown.example.net",)}, {"phones": ("+31205550123",)}])
def test_who_objects_again_is_no_more_readable_than_before(world: World, more: dict[str, Any]) -> None:
    """She objected by her name; what she adds is known of nobody here, and tells nobody that the lead is not hers."""
    world.admit(of(world, "jane@work.example.net", person=person("Jane Trader"), company=SHOP))
    by_name = NameAtCompany("Jane Trader", "janetrader.example.org")
    assert world.register(Objector(names=(by_name,))).matched_leads == 1
    world.register(Objector(names=(by_name,), **more))
    assert world.listed() == []


@pytest.mark.proves("R-031")
def test_an_answer_does_not_bring_back_who_is_withheld_for_a_name(world: World) -> None:
    """Whose lead it is only an objection can tell: the provider's next answer about her is refused."""
    jane = of(world, FREE_MAIL, person=person("Jane Trader"), company=SHOP)
    world.admit(jane)
    world.register(Objector(names=(NameAtCompany("Jane Trader", "janetrader.example.org"),)))
    (told,) = world.admit(of(world, FREE_MAIL, person=person("Jane Trader"), company=None))
    assert told.reason is Reason.SUPPRESSED
    assert world.listed() == []


@pytest.mark.proves("R-019", "R-031")
@pytest.mark.parametrize(
    ("objector", "first", "second", "is_due"),
    [
        (
            Objector(names=(NameAtCompany("Jane Trader", "janetrader.example.org"),)),
            {"person": person("Jane Trader", id=None), "company": None},
            {"person": person(None, id=None), "company": SHOP},
            False,
        ),
        (
            Objector(names=(NameAtCompany("Jane Trader", "third.example.net"),), phones=("+31205550123",)),
            {"person": person("Jane Trader", id=None), "company": None},
            {"person": person(None, id=None, phone=LINE), "company": None, "source": HUNTER},
            True,
        ),
    ],
    ids=["name and company", "name and line"],
)
def test_what_two_answers_tell_together_is_asked_for(
    world: World,
    objector: Objector,
    first: dict[str, Any],
    second: dict[str, Any],
    is_due: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Neither answer has both halves of what the objector is known by; the lead that has them is not readable."""
    world.register(objector)
    for facts in (first, second):
        world.admit(of(world, "jane@work.example.net", **facts))
    assert world.listed() == []
    assert due(world) == [is_due]


@pytest.mark.proves("R-019", "R-031", "R-074")
def test_what_is_told_together_of_two_is_asked_for_of_both(world: World) -> None:
    """Two leads of one name learn of the company in one unit: both are withheld, and the audit trail says so."""
    emails = ("jane@work.example.net", "jane@third.example.net")
    world.register(Objector(names=(NameAtCompany("Jane Trader", "janetrader.example.org"),)))
    world.admit(*(of(world, email, person=person("Jane Trader", id=None), company=None) for email in emails))
    world.admit(*(of(world, email, person=person(None, id=None), company=SHOP) for email in emails))
    assert world.listed() == []
    entries = tables.audit_entries.c
    assert [tuple(row) for row in world.rows(sa.select(entries.count).where(entries.action == WITHHELD))] == [(2,)]


@pytest.mark.proves("R-018", "R-031")
def test_what_is_known_of_one_objector_tells_nothing_of_a_namesake(world: World) -> None:
    """Withheld for a name alone; another of that name objects by his address: she stays withheld, whoever objects."""
    namesake = of(world, FREE_MAIL, person=person("Jane Trader", id="person-other"), company=SHOP)
    world.admit(of(world, "jane@work.example.net", person=person("Jane Trader"), company=SHOP), namesake)
    by_name = Objector(names=(NameAtCompany("Jane Trader", "janetrader.example.org"),))
    for objector in (by_name, FREE_MAIL, by_name):
        world.register(objector)
        assert world.listed() == []


@pytest.mark.proves("R-018", "R-024", "R-031")
@pytest.mark.parametrize("more", list(UNKNOWN.values()), ids=list(UNKNOWN))
def test_who_names_more_is_protected_no_less(world: World, more: dict[str, Any]) -> None:
    """What else she names is known of nobody here, and does not tell who is meant: it withholds as the name alone does.

    So say preview, answer and evidence; nothing is promised to be erased (edge case 6).
    """
    hold_jane(world)
    objector = Objector(names=(BY_NAME,), **more)
    assert previewed(world, objector) == [Effect.WITHHELD]
    registered = world.register(objector)
    assert (registered.matched_leads, registered.erase_time) == (1, None)
    assert (world.listed(), due(world)) == ([], [False])
    record = evidence(world, registered)
    assert (record.basis, record.state, record.remaining_leads) == (Basis.UNKNOWN, ObjectionState.WITHHELD, 1)
    assert world.claim(intake("jane@unknown.example.net")) is not None or "emails" not in more
    check_invariants(world)


@pytest.mark.proves("R-018", "R-031")
@pytest.mark.parametrize("more", list(UNKNOWN.values()), ids=list(UNKNOWN))
@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_the_last_objection_by_one_name_decides(world: World, order: Sequence[int], more: dict[str, Any]) -> None:
    """By the name, by more that nobody has, and by what a namesake has who is known.

    She is withheld unless the namesake's came last: what was told of a name before tells nothing of who writes next.
    """
    namesake = of(world, FREE_MAIL, person=person("Jane Trader", id="person-other"), company=SHOP)
    objectors = [
        Objector(names=(BY_NAME,)),
        Objector(names=(BY_NAME,), **more),
        Objector(names=(BY_NAME,), emails=(FREE_MAIL,)),
    ]
    hold_jane(world)
    world.admit(namesake)
    for number in order:
        world.register(objectors[number])
        assert world.held(AT_WORK).suppressed is (number != 2)
    assert world.held(FREE_MAIL).suppressed
    assert due(world).count(True) == 1


@pytest.mark.proves("R-024", "R-031")
def test_a_name_alone_withholds_whoever_objected_by_it_before(world: World) -> None:
    """A namesake objected by what is known to be hers; who names that name later may be another, and is not ignored."""
    hold_jane(world)
    world.admit(of(world, FREE_MAIL, person=person("Jane Trader", id="person-other"), company=SHOP))
    world.register(Objector(names=(BY_NAME,), emails=(FREE_MAIL,)))
    again = Objector(names=(BY_NAME,))
    assert Effect.WITHHELD in previewed(world, again)
    assert world.register(again).matched_leads == 1
    assert world.held(AT_WORK).suppressed
    assert evidence(world, world.register(again)).state is not ObjectionState.ERASED
    check_invariants(world)


@pytest.mark.proves("R-031")
@pytest.mark.parametrize("known", ["held", "looked up"])
def test_who_is_known_by_something_of_their_own_is_meant(world: World, known: str) -> None:
    """The address that she gives beside the name is known here: so it is she who is meant, and the namesake stays."""
    hold_jane(world)
    if known == "held":
        world.admit(of(world, FREE_MAIL, person=person("Somebody Else", id=None), company=None))
    else:
        assert world.claim(intake(FREE_MAIL)) is None
    registered = world.register(Objector(names=(BY_NAME,), emails=(FREE_MAIL,)))
    assert registered.erase_time is not None
    assert evidence(world, registered).basis is Basis.PERSON
    assert not world.held(AT_WORK).suppressed


@pytest.mark.proves("R-018", "R-031")
def test_a_question_about_an_objector_tells_nothing_of_a_namesake(world: World) -> None:
    """Nobody knew her address when she objected; that somebody asks about it does not tell whose the lead is."""
    hold_jane(world)
    objector = Objector(names=(BY_NAME,), emails=("jane@unknown.example.net",))
    world.register(objector)
    assert world.claim(intake("jane@unknown.example.net")) is not None
    world.register(Objector(names=(BY_NAME,)))
    assert world.listed() == []


@pytest.mark.proves("R-019", "R-031")
def test_who_is_told_in_parts_to_have_an_objector_s_name_is_withheld(world: World) -> None:
    """She objected by a name at a company and an address of nobody; then two answers tell both halves of the name."""
    world.register(Objector(names=(BY_NAME,), emails=("jane@unknown.example.net",)))
    world.admit(of(world, AT_WORK, person=person("Jane Trader", id=None), company=None))
    world.admit(of(world, AT_WORK, person=person(None, id=None), company=SHOP))
    assert (world.listed(), due(world)) == ([], [False])
