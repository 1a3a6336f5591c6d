"""Many leads at once, for tests of lists: copies of the one lead that is stored."""

from datetime import date

import sqlalchemy as sa
from leadgate_service.storage import tables
from leadgate_service.storage.lead_book import INSERT_LEADS
from leadgate_service.storage.lead_rows import LEAD_COLUMNS

from tests.worlds import World

_KEYS = ("lead_id", "key_token")
_COPIED = [name for name in LEAD_COLUMNS if name not in _KEYS]


def fill_with_copies(world: World, count: int, *, first_obtained: dict[int, date] | None = None) -> list[bytes]:
    """Fill the table with copies, under ids that follow on the lead's own.

    Args:
        world: Where exactly one lead is stored.
        count: How many.
        first_obtained: The copies, by number, that were first obtained on another day.

    Returns:
        Their ids, in order.
    """
    ((lead_id, *values),) = world.rows(sa.select(tables.leads.c.lead_id, *(tables.leads.c[name] for name in _COPIED)))
    start = int.from_bytes(bytes(lead_id), "big") + 1
    row = dict(zip(_COPIED, values, strict=True))
    rows = []
    for number in range(count):
        key = (start + number).to_bytes(16, "big")
        day = (first_obtained or {}).get(number, row["first_obtained_date"])
        copy = {**row, "first_obtained_date": day, "lead_id": key, "key_token": key}
        rows.append([copy[name] for name in LEAD_COLUMNS])
    world.execute(INSERT_LEADS(rows))
    return [(start + number).to_bytes(16, "big") for number in range(count)]
