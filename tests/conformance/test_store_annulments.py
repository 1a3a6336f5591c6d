"""The end of an objection, by two people (R-091) or by the person (R-025): nothing else goes with it."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leadgate_service.domain.decision import Outcome, Reason
from leadgate_service.domain.objector import Company, NameAtCompany, Objector
from leadgate_service.domain.register import SourceName
from leadgate_service.errors import FailedPrecondition, NotFound
from leadgate_service.records import AnnulmentReason, ObjectionFilter, ObjectionState, Registered
from leadgate_service.storage import tables
from leadgate_service.storage.annulments import MOST_ANNULLED

from tests.builders import IDA, candidate, company, crm_record, intake, of_domain, person
from tests.storage.faults import check_invariants, is_suppressed
from tests.worlds import World, erased_at

BEN = "ben.okafor@northpier.example.com"
SUPPORT, OFFICER = "demo-support", "demo-privacy-officer"
LINE = "+31 20 555 0123"


def admit(world: World, email: str, name: str, **facts: Any) -> None:
    """Store an answer about somebody at Northpier."""
    told = person(name, id=f"person-{name}", **facts)
    source = SourceName.HUNTER if "phone" in facts else SourceName.CLEARBIT
    item = candidate(said=intake(email), source=source, person=told, company=company(), obtained_time=world.now)
    world.admit(item)


def annul(world: World, target: Registered | str) -> int:
    """Annul with two people; return how many leads came back."""
    assert not world.annul(target, SUPPORT).done
    done = world.annul(target, OFFICER)
    assert done.done
    return done.leads


def state(world: World, registered: Registered) -> ObjectionState:
    """Say how far an objection is."""
    record = world.run(world.store.objection(registered.objection_id))
    assert record is not None
    return record.state


@pytest.mark.proves("R-091", "R-053")
def test_a_slip_is_undone_by_two_people(world: World) -> None:
    """Inside the window nothing is lost: the lead can be read, and the person asked about, as before."""
    admit(world, IDA, "Ida Vermolen")
    before, listed = world.content(IDA), world.counts()["suppressions"]
    slip = world.register(IDA)
    assert world.listed() == []
    assert not world.annul(slip, SUPPORT).done
    assert (state(world, slip), is_suppressed(world, IDA)) == (ObjectionState.ANNULMENT_PROPOSED, True)
    assert not world.annul(slip, SUPPORT).done
    done = world.annul(slip, OFFICER)
    assert (done.done, done.objections, done.leads) == (True, 1, 1)
    assert world.content(IDA) == before
    assert not is_suppressed(world, IDA)
    assert world.counts()["suppressions"] == listed
    assert state(world, slip) is ObjectionState.ANNULLED
    kinds = world.rows(sa.select(tables.changes.c.kind, tables.changes.c.reason).order_by(tables.changes.c.change_id))
    assert [tuple(row) for row in kinds] == [("upsert", "stored"), ("stop", "objection"), ("upsert", "annulment")]
    check_invariants(world)


@pytest.mark.proves("R-091")
def test_what_is_erased_does_not_come_back(world: World) -> None:
    """After the window the person is no longer suppressed, and nothing of them is restored."""
    admit(world, IDA, "Ida Vermolen")
    slip = world.register(IDA)
    world.now = erased_at(slip)
    world.run(world.store.erase_due(now=world.now))
    assert state(world, slip) is ObjectionState.ERASED
    assert annul(world, slip) == 0
    assert world.lead(IDA) is None
    assert not is_suppressed(world, IDA)


@pytest.mark.proves("R-091")
def test_what_another_objection_supports_stays(world: World) -> None:
    """Ida is named by a slip and by herself: annulling the slip changes nothing for her, and frees Ben."""
    admit(world, IDA, "Ida Vermolen")
    admit(world, BEN, "Ben Okafor")
    slip = world.register(Objector(emails=(IDA, BEN)))
    world.register(IDA)
    assert annul(world, slip) == 1
    assert world.held(IDA).suppressed
    assert not world.held(BEN).suppressed
    world.now = erased_at(slip)
    assert world.run(world.store.erase_due(now=world.now)) == 1
    assert (world.lead(IDA), world.held(BEN).suppressed) == (None, False)


@pytest.mark.proves("R-030", "R-091")
def test_a_link_goes_with_its_parent(world: World) -> None:
    """What a refused answer added goes with the objection it was added for, and nothing else does."""
    admit(world, IDA, "Ida Vermolen")
    slip, other = world.register(IDA), world.register(BEN)
    told = person(id="person-Ida Vermolen", phone=LINE)
    world.admit(candidate(said=intake("ida@oldharbour.example.org"), person=told, company=None))
    assert is_suppressed(world, "ida@oldharbour.example.org")
    annul(world, slip)
    assert not is_suppressed(world, "ida@oldharbour.example.org")
    assert is_suppressed(world, BEN)
    assert state(world, other) is ObjectionState.ERASED


@pytest.mark.proves("R-031", "R-091")
def test_a_shared_line_and_a_namesake_come_back(world: World) -> None:
    """A slip that gave only a number and a name withheld a number and a lead; both are as they were."""
    admit(world, IDA, "Ida Vermolen", phone=LINE)
    admit(world, BEN, "Ben Okafor", phone=LINE)
    before = world.content(BEN), world.content(IDA)
    assert before[0].phone_number == "+31205550123"
    by_name = world.register(Objector(names=(NameAtCompany("Ida Vermolen", "northpier.example.com"),)))
    by_line = world.register(Objector(phones=("+31205550123",)))
    assert world.held(IDA).suppressed
    assert world.content(BEN).phone_number is None
    annul(world, by_line)
    assert annul(world, by_name) == 1
    assert (world.content(BEN), world.content(IDA)) == before


@pytest.mark.proves("R-031", "R-091")
def test_who_was_withheld_for_a_name_is_so_again(world: World) -> None:
    """A name alone withheld her; an objection that told whose it is was a slip: then again nobody knows whose it is."""
    admit(world, IDA, "Ida Vermolen")
    admit(world, BEN, "Ben Okafor")
    name = NameAtCompany("Ida Vermolen", "northpier.example.com")
    world.register(Objector(names=(name,)))
    slip = world.register(Objector(names=(name,), emails=(BEN,)))
    assert not world.held(IDA).suppressed
    annul(world, slip)
    assert world.held(IDA).suppressed
    assert not world.held(BEN).suppressed


@pytest.mark.proves("R-018", "R-091")
@pytest.mark.parametrize("ended", ["annulled", "lifted"])
def test_who_objects_again_is_heard(world: World, ended: str) -> None:
    """The same request once more, after its objection has ended, is an objection; as long as it stands, no second."""
    caller = world.caller()
    first = world.register(IDA, caller=caller)
    assert world.register(IDA, caller=caller).objection_id == first.objection_id
    if ended == "annulled":
        annul(world, first)
    else:
        world.lift(IDA)
    again = world.register(IDA, caller=caller)
    assert again.objection_id != first.objection_id
    assert is_suppressed(world, IDA)
    assert world.register(IDA, caller=caller).objection_id == again.objection_id


@pytest.mark.proves("R-018", "R-091")
def test_who_objects_again_by_a_lead_is_heard(world: World) -> None:
    """Nothing of the objector but the lead's id is given, and nothing on the list names it."""
    admit(world, IDA, "Ida Vermolen")
    by_lead, caller = Objector(lead_ids=(world.held(IDA).lead_id,)), world.caller()
    annul(world, world.register(by_lead, caller=caller))
    world.register(by_lead, caller=caller)
    assert world.listed() == []


@pytest.mark.proves("R-026", "R-091")
def test_a_batch_of_which_something_stands_changes_nothing_twice(world: World) -> None:
    """One of the batch takes his objection back; the batch sent again, by mistake, does not object for him anew."""
    caller = world.caller()
    first = world.register_all(IDA, BEN, caller=caller)
    world.lift(BEN)
    assert world.register_all(IDA, BEN, caller=caller) == first
    assert not is_suppressed(world, BEN)
    world.lift(IDA)
    assert world.register_all(IDA, BEN, caller=caller) != first


@pytest.mark.proves("R-031", "R-091")
def test_another_s_line_stays_withheld(world: World) -> None:
    """A slip makes Ben unreadable, then the owner of his line objects by it: the slip goes, the number stays away."""
    admit(world, BEN, "Ben Okafor", phone=LINE)
    slip = world.register(BEN)
    world.register(Objector(phones=("+31205550123",)))
    annul(world, slip)
    assert world.content(BEN).full_name == "Ben Okafor"
    assert world.content(BEN).phone_number is None


@pytest.mark.proves("R-091")
def test_a_number_survives_an_update_while_it_is_withheld(world: World) -> None:
    """Another source tells more of Ben while a slip withholds his line: with the slip gone, the number is there."""
    admit(world, BEN, "Ben Okafor", phone=LINE)
    slip = world.register(Objector(phones=("+31205550123",)))
    admit(world, BEN, "Ben Okafor")
    assert world.content(BEN).phone_number is None
    annul(world, slip)
    assert world.content(BEN).phone_number == "+31205550123"


@pytest.mark.proves("R-013", "R-091")
def test_a_business_that_another_s_objection_withholds_stays(world: World) -> None:
    """A refused answer showed whose the business is; a company's slip at the same domain comes and goes."""
    jane = crm_record("0031")
    world.admit(candidate(said=of_domain(), company=company()))
    world.register(Objector(crm_records=(jane,)))
    world.admit(candidate(said=of_domain(legal_form="eenmanszaak", crm_record=jane), company=company()))
    assert world.listed() == []
    slip = world.register(Company(domains=("northpier.example.com",)))
    annul(world, slip)
    assert world.listed() == []


@pytest.mark.proves("R-031", "R-091")
def test_who_is_withheld_for_a_name_twice_comes_back_with_the_last(world: World) -> None:
    """By her name alone, and by it with an address of nobody: each withholds her, whichever of them is a slip."""
    admit(world, IDA, "Ida Vermolen")
    name = NameAtCompany("Ida Vermolen", "northpier.example.com")
    with_more = world.register(Objector(names=(name,), emails=("ida@unknown.example.net",)))
    slip = world.register(Objector(names=(name,)))
    assert annul(world, slip) == 0
    assert world.listed() == []
    assert annul(world, with_more) == 1
    assert len(world.listed()) == 1


@pytest.mark.proves("R-091")
def test_a_reason_is_agreed_on(world: World) -> None:
    """The second person must give the reason that the first one gave; and what is not there cannot be annulled."""
    slip = world.register(IDA)
    world.annul(slip, SUPPORT, AnnulmentReason.WRONG_PERSON)
    with pytest.raises(FailedPrecondition, match="another reason"):
        world.annul(slip, OFFICER, AnnulmentReason.TEST)
    assert is_suppressed(world, IDA)
    with pytest.raises(NotFound):
        world.annul("no-such-import", SUPPORT)


@pytest.mark.proves("R-091", "R-026")
def test_a_whole_import_is_annulled(world: World) -> None:
    """A wrong list, longer than one unit takes, is undone; who objected otherwise, too, stays suppressed."""
    many = MOST_ANNULLED + 3
    emails = [f"person{number}@harbour.example.org" for number in range(many)]
    sample = [emails[0], emails[1], emails[-1]]
    world.register(emails[0])
    world.register_all(*emails, import_id="list-1")
    assert all(is_suppressed(world, email) for email in sample)
    assert not world.annul("list-1", SUPPORT).done
    done = world.annul("list-1", OFFICER)
    assert (done.done, done.objections) == (True, many)
    assert [is_suppressed(world, email) for email in sample] == [True, False, False]
    assert world.findings() == ()


@pytest.mark.proves("R-026", "R-091")
@pytest.mark.parametrize("resent", ["the same batch", "with another request id", "the rest of the file"])
def test_an_import_that_was_annulled_does_not_come_back_by_itself(world: World, resent: str) -> None:
    """A job that sends a wrong list again registers nobody; by another name it is heard, and so is who writes."""
    caller, people = world.caller(), ("a@harbour.example.org", "b@harbour.example.org")
    world.register_all(*people, import_id="list-1", caller=caller)
    annul(world, "list-1")
    before = world.counts()
    again = caller if resent == "the same batch" else world.caller()
    who = ("c@harbour.example.org",) if resent == "the rest of the file" else people
    for _ in range(2):
        with pytest.raises(FailedPrecondition, match="another name") as refused:
            world.register_all(*who, import_id="list-1", caller=again)
    assert refused.value.reason == "IMPORT_ANNULLED"
    assert world.counts() == before
    assert not any(is_suppressed(world, email) for email in (*people, *who))
    world.register(people[0])
    world.register_all(people[1], import_id="list-1-again")
    assert all(is_suppressed(world, email) for email in people)


@pytest.mark.proves("R-026", "R-091")
def test_an_import_of_which_one_was_annulled_goes_on(world: World) -> None:
    """Two people took a single row of it back: the rest of the file is registered, and that row stays away."""
    caller, people = world.caller(), ("a@harbour.example.org", "b@harbour.example.org")
    first = world.register_all(*people, import_id="list-1", caller=caller)
    assert first[0] is not None
    annul(world, first[0])
    assert world.register_all(*people, import_id="list-1", caller=caller) == first
    assert [is_suppressed(world, email) for email in people] == [False, True]
    world.register_all("c@harbour.example.org", import_id="list-1")
    assert is_suppressed(world, "c@harbour.example.org")


@pytest.mark.proves("R-026", "R-091")
def test_while_an_import_is_being_annulled_no_batch_of_it_comes_back(world: World) -> None:
    """An import of two batches: the first is annulled, the second not yet, and a job sends the first again."""
    caller, person = world.caller(), "a@harbour.example.org"
    (first,) = world.register_all(person, import_id="list-1", caller=caller)
    world.register_all("b@harbour.example.org", import_id="list-1")
    assert first is not None
    annul(world, first)
    with pytest.raises(FailedPrecondition, match="annulled"):
        world.register_all(person, import_id="list-1", caller=caller)
    assert not is_suppressed(world, person)


PEOPLE = [f"person{number}@harbour.example.org" for number in range(5)]


@pytest.mark.proves("R-091")
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    objections=st.lists(st.sets(st.sampled_from(PEOPLE), min_size=1, max_size=3), min_size=1, max_size=5),
    annulled=st.sets(st.integers(0, 4)),
)
def test_exactly_what_other_objections_support_remains(
    world: World, objections: list[set[str]], annulled: set[int]
) -> None:
    """Of any objections some are annulled: on the list, and unreadable, are those whom the others name."""
    world.begin()
    for number, email in enumerate(PEOPLE):
        admit(world, email, f"Person N{number}")
    registered = [world.register(Objector(emails=tuple(sorted(emails)))) for emails in objections]
    for number in annulled:
        if number < len(registered):
            annul(world, registered[number])
    left = {email for number, emails in enumerate(objections) if number not in annulled for email in emails}
    assert {email for email in PEOPLE if is_suppressed(world, email)} == left
    assert {email for email in PEOPLE if world.held(email).suppressed} == left


@pytest.mark.proves("R-025")
def test_who_takes_an_objection_back_is_known_again(world: World) -> None:
    """The token is off, the content stays gone, and the next answer is stored anew."""
    admit(world, IDA, "Ida Vermolen")
    objection = world.register(IDA)
    assert world.lift(IDA) == 1
    assert world.held(IDA).suppressed
    assert state(world, objection) is ObjectionState.LIFTED
    world.now = erased_at(objection)
    world.run(world.store.erase_due(now=world.now))
    assert world.lead(IDA) is None
    assert not is_suppressed(world, IDA)
    again = candidate(said=intake(IDA), person=person(), obtained_time=world.now)
    assert world.admit(again)[0].outcome is Outcome.STORED


@pytest.mark.proves("R-025")
def test_a_lift_ends_what_named_the_address_and_nothing_else(world: World) -> None:
    """Ida lifts by one address what she objected to by it; Ben's objection, and a company's, stay."""
    world.register(Objector(emails=(IDA, "ida@home.example.net")))
    world.register(BEN)
    world.register(Company(domains=("northpier.example.com",)))
    assert world.lift(IDA) == 1
    assert not is_suppressed(world, "ida@home.example.net")
    assert is_suppressed(world, BEN)
    assert world.admit(candidate(said=intake(IDA), person=person()))[0].reason is Reason.SUPPRESSED


@pytest.mark.proves("R-025")
def test_an_old_challenge_lifts_no_later_objection(world: World) -> None:
    """Somebody asks to be known again, then objects once more: the first wish is over."""
    world.register(IDA)
    wish = world.lifting(IDA)
    world.now += timedelta(minutes=1)
    world.register(IDA)
    with pytest.raises(FailedPrecondition, match="objected"):
        world.run(world.store.lift(wish))
    assert is_suppressed(world, IDA)


@pytest.mark.proves("R-027")
def test_evidence_names_nobody(world: World) -> None:
    """Objections are listed newest first, by reference or import, with how far they are, and not whose they are."""
    admit(world, IDA, "Ida Vermolen")
    first = world.register(IDA)
    second, third = filter(None, world.register_all(BEN, "eva@third.example.net", import_id="list-1"))
    found = world.run(world.store.objections(ObjectionFilter(), before=None, most=2))
    assert [one.registered.objection_id for one in found] == [third.objection_id, second.objection_id]
    rest = world.run(world.store.objections(ObjectionFilter(), before=second.objection_id, most=2))
    assert [(one.registered.objection_id, one.state) for one in rest] == [
        (first.objection_id, ObjectionState.UNREADABLE)
    ]
    assert rest[0].remaining_leads == 1
    of_import = world.run(world.store.objections(ObjectionFilter(import_id="list-1"), before=None, most=9))
    assert [one.import_id for one in of_import] == ["list-1", "list-1"]
    assert world.run(world.store.objection(bytes(16))) is None
