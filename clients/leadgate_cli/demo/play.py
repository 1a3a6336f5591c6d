"""Plays the scenario: the callers' calls, many at once, day after day."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TypeVar

from leadgate.v1.intake_service_pb2 import EnrichLeadResponse
from leadgate_client import CrmReference, Lead, NotFound, Purpose

from leadgate_cli.demo.clock import HeldClock
from leadgate_cli.demo.patience import CALL_SECONDS
from leadgate_cli.demo.scenario import LAST_DAY, Stop, Subject
from leadgate_cli.demo.stage import Stage
from leadgate_cli.demo.tally import Tally
from leadgate_cli.demo.ways import Way, Ways

IN_FLIGHT = 16
"""How many calls run at once."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Play:
    """One run.

    Args:
        stage: Who takes part.
        clock: The clock; nobody else moves it meanwhile.
        pool: Runs the calls.
        advance: Told after each objection and each EnrichLead, with the date that the clock shows.
    """

    def __init__(
        self, stage: Stage, clock: HeldClock, pool: ThreadPoolExecutor, advance: Callable[[date], None]
    ) -> None:
        self.tally = Tally()
        self._stage = stage
        self._clients = stage.clients
        self._ways = Ways(stage.clients["support"], stage.door, clock)
        self._links: dict[str, str] = {}
        self._clock = clock
        self._pool = pool
        self._advance = advance

    def perform(self, stops: Sequence[Stop]) -> None:
        """Let the days pass, up to the one on which the demo looks at what is left."""
        told: list[Subject] = []
        for stop in stops:
            self._clock.move_to(stop.day)
            self._object(stop.objections)
            self._bring_in(stop.requests)
            told.extend(self._hear_providers(stop.requests))
        # Of whom a provider said that they objected is not in the script; they are asked for again, as others are.
        self._bring_in(told)
        self._clock.move_to(LAST_DAY)

    def _object(self, people: Sequence[str]) -> None:
        told = self._stage.told_to_providers()
        for errand in self._each(self._ways.run, self._ways.errands(people, self._links)):
            for email in errand.people:
                self.tally.objected(email, errand.way, told[email])
                self._advance(self._clock().date())

    def _hear_providers(self, subjects: Sequence[Subject]) -> Iterator[Subject]:
        """Count who objected at a provider, now that it has been asked about them."""
        told = self._stage.told_to_providers()
        objected = self._stage.told_by_provider()
        for subject in subjects:
            if subject.email in objected and subject.email not in self.tally.objectors:
                self.tally.objected(subject.email, Way.PROVIDER, told[subject.email])
                yield subject

    def _bring_in(self, subjects: Sequence[Subject]) -> None:
        """Call EnrichLead for each; what is stored, the CRM sync then reads, as before every write to the CRM."""
        held: dict[str, Subject] = {}
        for subject, answer in zip(subjects, self._each(self._enrich, subjects), strict=True):
            self.tally.answered(subject.email, answer)
            self._advance(self._clock().date())
            if answer.lead_id:
                held[answer.lead_id] = subject
        for (lead_id, subject), lead in zip(held.items(), self._each(self._read, list(held)), strict=True):
            self.tally.read(lead_id, lead.expire_date if lead is not None else None)
            if lead is not None and lead.unsubscribe_url is not None and subject.email is not None:
                self._links[subject.email] = lead.unsubscribe_url

    def _each(self, call: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        return self._pool.map(call, items)

    def _enrich(self, subject: Subject) -> EnrichLeadResponse:
        return self._clients["enrichment"].enrich_lead(
            email=subject.email,
            domain=subject.domain,
            origin=subject.origin,
            country_code=subject.country_code,
            crm_reference=CrmReference(recipient="salesforce", object="Lead", record_id=subject.record_id)
            if subject.record_id is not None
            else None,
            timeout=CALL_SECONDS,
        )

    def _read(self, lead_id: str) -> Lead | None:
        try:
            answer = self._clients["crm_sync"].get_lead(
                lead_id=lead_id, purpose=Purpose.PURPOSE_OUTREACH, timeout=CALL_SECONDS
            )
        except NotFound:
            return None
        return answer if isinstance(answer, Lead) else None
