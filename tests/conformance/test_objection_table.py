"""The table of README.md, "How far an objection reaches": every row of it happens, whichever comes first."""

import pytest
import sqlalchemy as sa
from leadgate_service.domain.decision import Outcome, Reason
from leadgate_service.storage import tables

from tests.objection_table import ROWS, Answer, Lead, Row
from tests.storage.faults import check_invariants
from tests.worlds import World

each_row = pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.known} - {row.comes}") for row in ROWS])


def came_back(world: World, row: Row) -> Answer:
    """Ask a source, and hand in its answer."""
    asked = world.claim(row.back.intake) is None
    (told,) = world.admit(row.back, claimed=asked)
    if told.reason is Reason.SUPPRESSED:
        return Answer.REFUSED if asked else Answer.NOT_ASKED_FOR
    assert asked
    assert told.outcome in {Outcome.STORED, Outcome.STORED_COMPANY_ONLY}
    assert told.lead_id is not None
    number = row.back.fields.phone_number if row.back.fields else None
    kept = world.content(told.lead_id).phone_number
    return Answer.TAKEN_IN if kept == number else Answer.WITHOUT_NUMBER


def left(world: World, lead_id: bytes, *, had_number: bool) -> Lead:
    """Say what became of a lead."""
    leads = tables.leads.c
    rows = world.rows(sa.select(leads.lead_id, leads.suppressed_time, leads.erase_time))
    ((since, erased),) = [tuple(times) for found, *times in rows if bytes(found) == lead_id]
    if since is not None:
        return Lead.WITHHELD if erased is None else Lead.ERASED
    has_number = world.content(lead_id).phone_number is not None
    return Lead.STAYS if has_number == had_number else Lead.WITHOUT_NUMBER


@pytest.mark.proves("R-017", "R-029", "R-030", "R-031")
@each_row
def test_what_comes_after_an_objection(world: World, row: Row) -> None:
    """The source is asked or not, and its answer taken in or not, as the table says."""
    if row.held:
        world.admit(row.held)
    world.register(row.objector)
    assert came_back(world, row) is row.answer
    if row.answer in {Answer.NOT_ASKED_FOR, Answer.REFUSED}:
        assert world.listed() == []
    check_invariants(world)


@pytest.mark.proves("R-017", "R-018", "R-030", "R-031")
@each_row
def test_what_was_there_before_an_objection(world: World, row: Row) -> None:
    """The lead is due for erasure, withheld, without its number or untouched, as the table says."""
    if row.held:
        world.admit(row.held)
    (stored,) = world.admit(row.back)
    assert stored.lead_id is not None
    had_number = world.content(stored.lead_id).phone_number is not None
    world.register(row.objector)
    assert left(world, stored.lead_id, had_number=had_number) is row.lead
    readable = {lead.lead_id for lead in world.listed()}
    assert (stored.lead_id in readable) is (row.lead in {Lead.STAYS, Lead.WITHOUT_NUMBER})
    check_invariants(world)
