"""What an objection made unreadable is gone when its time has come, and not before (R-018, R-053)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from leadgate_service.domain.decision import Reason
from leadgate_service.jobs.erasures import Erasures
from leadgate_service.storage import erasure, tables
from leadgate_service.storage.work import Statement

from tests.builders import IDA, candidate, company, crm_record, intake, of_domain, person
from tests.copies import fill_with_copies
from tests.storage.faults import check_invariants
from tests.worlds import World, erased_at

BEN = "ben.okafor@northpier.example.com"
ENTRIES = tables.audit_entries.c
WITH_LEAD = (tables.leads, tables.lead_sources, tables.crm_references)


def erased(world: World) -> int:
    """Let the job look once; afterwards nothing is due."""
    count = world.run(Erasures(world.store, world.clock).erase())
    assert world.run(world.store.erase_due(now=world.now)) == 0
    return count


def rows(world: World) -> list[int]:
    """How many rows each table has that lives and dies with a lead."""
    return [len(world.rows(sa.select(table.c.lead_id))) for table in WITH_LEAD]


@pytest.mark.proves("R-018", "R-053")
def test_content_is_erased_when_it_is_due_and_not_before(world: World) -> None:
    """Up to the stated instant a slip could be annulled; then lead, provenance and CRM references are gone for good."""
    world.admit(
        candidate(said=intake(crm_record=crm_record()), person=person()),
        candidate(said=intake(BEN), person=person("Ben Okafor", id="person-ben")),
    )
    due = erased_at(world.register(IDA))
    world.now = due - timedelta(microseconds=1)
    assert erased(world) == 0
    world.now = due
    assert erased(world) == 1
    assert rows(world) == [1, 1, 0]
    assert world.lead(IDA) is None
    assert world.held(BEN).fields is not None
    assert erased(world) == 0
    check_invariants(world)


@pytest.mark.proves("R-018", "R-027")
def test_the_erased_stay_suppressed(world: World) -> None:
    """Nothing of the person is left but tokens, and these still block; the recipients are told to remove."""
    stored = world.admit(candidate(person=person()))[0]
    world.now = erased_at(world.register(IDA))
    erased(world)
    assert world.admit(candidate(person=person()))[0].reason is Reason.SUPPRESSED
    by_id = candidate(said=intake("ida@oldharbour.example.org"), person=person())
    assert world.admit(by_id)[0].reason is Reason.SUPPRESSED
    changes = tables.changes.c
    told = world.rows(sa.select(changes.lead_id, changes.kind, changes.reason).order_by(changes.change_id))
    assert [(kind, reason) for _, kind, reason in told] == [
        ("upsert", "stored"),
        ("stop", "objection"),
        ("remove", "objection"),
    ]
    assert {bytes(lead_id) for lead_id, *_ in told} == {stored.lead_id}
    assert [tuple(row) for row in world.rows(sa.select(ENTRIES.count).where(ENTRIES.action == erasure.ERASED))] == [
        (1,)
    ]


@pytest.mark.proves("R-031")
def test_what_is_only_withheld_is_not_erased(world: World) -> None:
    """A business that may be the objector's is unreadable, and stays until its own last day."""
    shop = company("janetrader.example.org", name="Trading")
    world.admit(candidate(said=of_domain("janetrader.example.org", legal_form="zzp"), person=None, company=shop))
    world.now = erased_at(world.register("jane@janetrader.example.org")) + timedelta(days=1)
    assert erased(world) == 0
    assert rows(world)[0] == 1


def test_many_are_erased_in_several_transactions(world: World) -> None:
    """The latch is not held for as long as all of it takes; the job goes on until nothing is due."""
    world.admit(candidate(person=person()))
    fill_with_copies(world, 2 * erasure.MOST_ERASED)
    now = sa.bindparam("now", type_=tables.Instant)
    mark = Statement(sa.update(tables.leads).values(suppressed_time=now, erase_time=now))
    world.execute(mark(now=world.now))
    assert erased(world) == 2 * erasure.MOST_ERASED + 1
    assert rows(world) == [0, 0, 0]
    counts = world.rows(sa.select(ENTRIES.count).where(ENTRIES.action == erasure.ERASED).order_by(ENTRIES.sequence))
    assert [count for (count,) in counts] == [erasure.MOST_ERASED, erasure.MOST_ERASED, 1]
