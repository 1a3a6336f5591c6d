"""Plays the scenario: the callers' calls, many at once, day after day."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import cycle
from typing import TypeAlias, TypeVar

from leadgate.v1.intake_service_pb2 import EnrichLeadResponse
from leadgate_client import CrmReference, Lead, NotFound, ObjectionChannel, Objector, Purpose

from leadgate_cli.demo.clock import HeldClock
from leadgate_cli.demo.scenario import LAST_DAY, Stop, Subject
from leadgate_cli.demo.stage import Stage
from leadgate_cli.demo.tally import Tally

CHANNELS = tuple(number for number in ObjectionChannel.values() if number)
"""How objections come: by each channel in turn, since none makes a difference."""

IN_FLIGHT = 16
"""How many calls run at once."""

_Objection: TypeAlias = "tuple[str, ObjectionChannel.ValueType]"
"""An address, and how the objection came."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Play:
    """One run.

    Args:
        stage: Who takes part.
        clock: The clock, which only this moves.
        pool: Runs the calls.
        advance: Told after each objection and each EnrichLead, with the date that the clock shows.
    """

    def __init__(
        self, stage: Stage, clock: HeldClock, pool: ThreadPoolExecutor, advance: Callable[[date], None]
    ) -> None:
        self.tally = Tally()
        self._clients = stage.clients
        self._clock = clock
        self._pool = pool
        self._advance = advance

    def perform(self, stops: Sequence[Stop]) -> None:
        """Let the days pass, up to the one on which the demo looks at what is left."""
        for stop in stops:
            self._clock.move_to(stop.day)
            for email, channel in self._each(self._object, list(zip(stop.objections, cycle(CHANNELS), strict=False))):
                self.tally.objected(email, channel)
                self._advance(self._clock().date())
            self._bring_in(stop.requests)
        self._clock.move_to(LAST_DAY)

    def _bring_in(self, subjects: Sequence[Subject]) -> None:
        """Call EnrichLead for each; what is stored, the CRM sync then reads, as before every write to the CRM."""
        held: dict[str, None] = {}
        for subject, answer in zip(subjects, self._each(self._enrich, subjects), strict=True):
            self.tally.answered(subject.email, answer)
            self._advance(self._clock().date())
            if answer.lead_id:
                held[answer.lead_id] = None
        for lead_id, last_day in zip(held, self._each(self._last_day, list(held)), strict=True):
            self.tally.read(lead_id, last_day)

    def _each(self, call: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        return self._pool.map(call, items)

    def _object(self, objection: _Objection) -> _Objection:
        email, channel = objection
        self._clients["support"].register_objection(Objector(emails=[email]), channel=channel)
        return objection

    def _enrich(self, subject: Subject) -> EnrichLeadResponse:
        return self._clients["enrichment"].enrich_lead(
            email=subject.email,
            domain=subject.domain,
            origin=subject.origin,
            country_code=subject.country_code,
            crm_reference=CrmReference(recipient="salesforce", object="Lead", record_id=subject.record_id)
            if subject.record_id is not None
            else None,
        )

    def _last_day(self, lead_id: str) -> date | None:
        try:
            answer = self._clients["crm_sync"].get_lead(lead_id=lead_id, purpose=Purpose.PURPOSE_OUTREACH)
        except NotFound:
            return None
        return answer.expire_date if isinstance(answer, Lead) else None
