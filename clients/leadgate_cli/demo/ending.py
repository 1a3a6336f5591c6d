"""The last day of the demo: what is left, and whether everything is as it must be."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from leadgate_client import Client, Lead, Objector

from leadgate_cli.demo.clock import HeldClock
from leadgate_cli.demo.patience import CALL_SECONDS
from leadgate_cli.demo.sight import OBJECTED, PURPOSES, seen_by
from leadgate_cli.demo.stage import Stage
from leadgate_cli.demo.tally import Tally
from leadgate_cli.demo.ways import Way

_READERS = ("crm_sync", "marketing")
_MOST_OF_A_PAGE = 500
_QUESTIONS_A_MINUTE = 100  # the policy lets one caller ask 120 times


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What is left.

    Attributes:
        remaining: Leads that can be read.
        expired: Leads past their last day.
        suppressed: Leads within their period that cannot be read, because the person objected.
        objections: All that are registered, those that a provider told included.
        provider_calls: Requests that reached a provider.
        told_since: Those of them about people who had objected, by the way that they objected.
        broken: What must hold and does not, as sentences; empty if all is well.
    """

    remaining: frozenset[str]
    expired: frozenset[str]
    suppressed: frozenset[str]
    objections: int
    provider_calls: int
    told_since: Mapping[Way, int]
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


def look(stage: Stage, tally: Tally, clock: HeldClock, pool: Executor) -> Ending:
    """Read every lead that was ever held, and compare what is seen with what was counted.

    Args:
        stage: Who takes part.
        tally: What was counted.
        clock: The clock; some minutes pass.
        pool: Runs the reads.
    """
    held = frozenset(tally.last_days)
    sight = _sight(stage, list(tally.last_days), pool)
    today = clock().date()
    expired = frozenset(lead_id for lead_id in held if tally.last_days[lead_id] < today)
    suppressed = held - sight.readable - expired
    told_since = _told_since(stage, tally)
    broken = [*_broken_counts(stage, tally), *_broken_withholding(sight, expired, suppressed)]
    if told_since.total():
        broken.append("No provider is told of anybody who objected.")
    if not _all_suppressed(stage.clients["support"], list(tally.objectors), clock, pool):
        broken.append("Whoever objected is suppressed.")
    return Ending(
        remaining=sight.readable,
        expired=expired,
        suppressed=suppressed,
        objections=tally.objections.total(),
        provider_calls=_provider_calls(stage),
        told_since=told_since,
        broken=tuple(broken),
    )


def _sight(stage: Stage, lead_ids: Sequence[str], pool: Executor) -> _Sight:
    def one_by_one(reader: str) -> Mapping[str, Lead | str]:
        client = stage.clients[reader]
        return dict(zip(lead_ids, pool.map(lambda lead_id: seen_by(reader, client, lead_id), lead_ids), strict=True))

    lists = tuple(_listed(reader, stage.clients[reader]) for reader in _READERS)
    return _Sight(one_by_one("crm_sync"), one_by_one("marketing"), lists)


def _listed(reader: str, client: Client) -> frozenset[str]:
    pager = client.query_leads(purpose=PURPOSES[reader], page_size=_MOST_OF_A_PAGE, timeout=CALL_SECONDS)
    return frozenset(lead.lead_id for lead in pager)


def _broken_counts(stage: Stage, tally: Tally) -> Iterator[str]:
    if tally.requested != tally.stored.total() + tally.dropped.total():
        yield "Whatever was requested is stored, or is not for one reason."
    if tally.unreadable_at_once:
        yield "A lead that is stored can be read."
    if tally.stopped != tally.since:
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


def _told_since(stage: Stage, tally: Tally) -> Counter[Way]:
    told, since = stage.told_to_providers(), Counter[Way]()
    for email, objection in tally.objectors.items():
        since[objection.way] += told[email] - objection.told
    return since


def _all_suppressed(client: Client, people: Sequence[str], clock: HeldClock, pool: Executor) -> bool:
    """Ask about everybody who objected, and of no more of them in a minute than one caller may (R-027)."""

    def suppressed(email: str) -> bool:
        return client.check_suppression(Objector(emails=[email]), timeout=CALL_SECONDS)

    answers: list[bool] = []
    for start in range(0, len(people), _QUESTIONS_A_MINUTE):
        answers += pool.map(suppressed, people[start : start + _QUESTIONS_A_MINUTE])
        clock.wait_a_minute()
    return all(answers)
