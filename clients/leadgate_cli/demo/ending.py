"""The last day of the demo: what is left, and whether everything is as it must be."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date

from leadgate_client import Client, Lead, Objector

from leadgate_cli.demo.sight import OBJECTED, PURPOSES, seen_by
from leadgate_cli.demo.stage import Stage
from leadgate_cli.demo.tally import Tally

_READERS = ("crm_sync", "marketing")
_MOST_OF_A_PAGE = 500
_PERSON_OBJECTED = 451


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What is left.

    Attributes:
        remaining: Leads that can be read.
        expired: Leads past their last day.
        suppressed: Leads within their period that cannot be read, because the person objected.
        objections: All that are registered, those that a provider told included.
        provider_calls: Requests that reached a provider.
        broken: What must hold and does not, as sentences; empty if all is well.
    """

    remaining: frozenset[str]
    expired: frozenset[str]
    suppressed: frozenset[str]
    objections: int
    provider_calls: int
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sight:
    """What the readers see of all leads that were ever held, one by one and as a list."""

    crm_sync: Mapping[str, Lead | str]
    marketing: Mapping[str, Lead | str]
    lists: tuple[frozenset[str], ...]

    @property
    def readable(self) -> frozenset[str]:
        return frozenset(lead_id for lead_id, seen in self.crm_sync.items() if isinstance(seen, Lead))

    @property
    def all_readable(self) -> tuple[frozenset[str], ...]:
        of_marketing = frozenset(lead_id for lead_id, seen in self.marketing.items() if isinstance(seen, Lead))
        return (self.readable, of_marketing, *self.lists)


def look(stage: Stage, tally: Tally, today: date, pool: Executor) -> Ending:
    """Read every lead that was ever held, and compare what is seen with what was counted.

    Args:
        stage: Who takes part.
        tally: What was counted.
        today: The civil day in the policy's zone.
        pool: Runs the reads.
    """
    held = frozenset(tally.last_days)
    sight = _sight(stage, list(tally.last_days), pool)
    expired = frozenset(lead_id for lead_id in held if tally.last_days[lead_id] < today)
    suppressed = held - sight.readable - expired
    broken = [*_broken_counts(stage, tally), *_broken_withholding(sight, expired, suppressed)]
    objectors = [Objector(emails=[email]) for email in tally.objectors]
    if not all(pool.map(stage.clients["support"].check_suppression, objectors)):
        broken.append("Whoever objected is suppressed.")
    return Ending(
        remaining=sight.readable,
        expired=expired,
        suppressed=suppressed,
        objections=len(tally.objectors) + _told_by_provider(stage),
        provider_calls=_provider_calls(stage),
        broken=tuple(broken),
    )


def _sight(stage: Stage, lead_ids: Sequence[str], pool: Executor) -> _Sight:
    def one_by_one(reader: str) -> Mapping[str, Lead | str]:
        client = stage.clients[reader]
        return dict(zip(lead_ids, pool.map(lambda lead_id: seen_by(reader, client, lead_id), lead_ids), strict=True))

    lists = tuple(_listed(reader, stage.clients[reader]) for reader in _READERS)
    return _Sight(one_by_one("crm_sync"), one_by_one("marketing"), lists)


def _listed(reader: str, client: Client) -> frozenset[str]:
    pager = client.query_leads(purpose=PURPOSES[reader], page_size=_MOST_OF_A_PAGE)
    return frozenset(lead.lead_id for lead in pager)


def _broken_counts(stage: Stage, tally: Tally) -> Iterator[str]:
    if tally.requested != tally.stored.total() + tally.dropped.total():
        yield "Whatever was requested is stored, or is not for one reason."
    if tally.unreadable_at_once:
        yield "A lead that is stored can be read."
    if tally.let_through:
        yield "A look-up of somebody who objected is stopped."
    if tally.moved:
        yield "An update moves no last day."
    counted = stage.app.counters.snapshot()
    if _provider_calls(stage) != sum(count for name, count in counted.items() if name.startswith("provider_calls.")):
        yield "The service counts the requests that reach the providers."


def _broken_withholding(sight: _Sight, expired: frozenset[str], suppressed: frozenset[str]) -> Iterator[str]:
    if any(expired & readable for readable in sight.all_readable):
        yield "A lead past its last day is withheld from everybody."
    if any(sight.crm_sync[lead_id] != OBJECTED for lead_id in suppressed):
        yield "Until its last day, only an objection withholds a lead."
    if any(readable != sight.readable for readable in sight.all_readable):
        yield "Every reader sees the same leads, one by one and as a list."


def _provider_calls(stage: Stage) -> int:
    return stage.clearbit.requests + stage.hunter.requests


def _told_by_provider(stage: Stage) -> int:
    """Count the people who, a provider says, objected there. Asked about a domain it speaks of nobody."""
    return sum(one.status == _PERSON_OBJECTED and "email" in one.params for one in stage.hunter.seen)
