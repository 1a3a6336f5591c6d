"""Answers of now about people and a business, and whether what is unreadable is due for erasure."""

from typing import Any

import sqlalchemy as sa
from leadgate_service.domain.candidate import Candidate, CrmRecord
from leadgate_service.domain.register import SourceName
from leadgate_service.storage import tables

from tests.builders import candidate, company, intake, of_domain, person
from tests.worlds import World

HUNTER = SourceName.HUNTER
BEN = "ben.okafor@northpier.example.com"
EVA = "eva@third.example.net"
TRADER = "jane@janetrader.example.org"
FREE_MAIL = "jane.trader@gmail.com"
SOLE = "eenmanszaak"
LINE = "+31 20 555 0123"
SHOP = company("janetrader.example.org", name="Trading", id=None)


def of(world: World, email: str, record: CrmRecord | None = None, legal: str | None = None, **facts: Any) -> Candidate:
    """An answer of now about an address."""
    said = intake(email, crm_record=record, legal_form=legal)
    return candidate(said=said, **{"obtained_time": world.now, "person": person(), **facts})


def of_shop(world: World, **said: Any) -> Candidate:
    """An answer of now about the domain of a business."""
    return candidate(
        said=of_domain("janetrader.example.org", **said), person=None, company=SHOP, obtained_time=world.now
    )


def due(world: World) -> list[bool]:
    """Of every lead that is unreadable, whether it is due for erasure."""
    unreadable = sa.select(tables.leads.c.erase_time).where(tables.leads.c.suppressed_time.is_not(None))
    return [time is not None for (time,) in world.rows(unreadable)]
