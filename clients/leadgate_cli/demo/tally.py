"""What is counted while the demo runs, from nothing but the answers that its callers get."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from leadgate.v1.intake_service_pb2 import EnrichLeadResponse
from leadgate_client import DropReason, Field, NotStoredReason, Outcome

from leadgate_cli.demo.ways import Way
from leadgate_cli.words import word

_STORED = frozenset({Outcome.OUTCOME_STORED, Outcome.OUTCOME_STORED_COMPANY_ONLY, Outcome.OUTCOME_UPDATED})


@dataclass(frozen=True, slots=True)
class Objection:
    """How somebody objected.

    Attributes:
        way: How the objection came.
        told: How often a provider had been told of the address by then.
    """

    way: Way
    told: int


@dataclass(slots=True)
class Tally:
    """Counts of one run.

    Attributes:
        requested: Every EnrichLead, repeats included.
        stored: Leads stored and updated, by outcome.
        dropped: The rest, by its one reason.
        attributes: Values of providers that were not taken for a field: outside the eleven, or of a wrong type; by
            documented path, all others as `unknown`.
        fields: Values of the eleven fields that were not kept, by field and reason.
        objections: How many came by each way.
        objectors: The first objection of each who objected, by address.
        since: Look-ups of people after they objected, by the way that the objection came.
        stopped: Those of them that were stopped for it.
        last_days: The last day of every lead ever held, as the CRM sync was told it, by lead id.
        unreadable_at_once: Leads that were said to be stored and could not be read right after.
        moved: Leads whose last day was another when they were read again.
    """

    requested: int = 0
    stored: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    attributes: Counter[str] = field(default_factory=Counter)
    fields: Counter[tuple[str, str]] = field(default_factory=Counter)
    objections: Counter[Way] = field(default_factory=Counter)
    objectors: dict[str, Objection] = field(default_factory=dict)
    since: Counter[Way] = field(default_factory=Counter)
    stopped: Counter[Way] = field(default_factory=Counter)
    last_days: dict[str, date] = field(default_factory=dict)
    unreadable_at_once: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)

    def objected(self, email: str, way: Way, told: int) -> None:
        """Count one objection; see `Objection`."""
        self.objections[way] += 1
        self.objectors.setdefault(email, Objection(way, told))

    def answered(self, email: str | None, answer: EnrichLeadResponse) -> None:
        """Count one answer of EnrichLead.

        Args:
            email: Whom it was about; None for a company.
            answer: What came back.
        """
        self.requested += 1
        if email in self.objectors:
            way = self.objectors[email].way
            self.since[way] += 1
            self.stopped[way] += answer.not_stored_reason == NotStoredReason.NOT_STORED_REASON_SUPPRESSED
        if answer.outcome in _STORED:
            self.stored[word(Outcome.DESCRIPTOR, answer.outcome)] += 1
        elif answer.outcome == Outcome.OUTCOME_NOT_STORED:
            self.dropped[word(NotStoredReason.DESCRIPTOR, answer.not_stored_reason)] += 1
        else:
            self.dropped[word(Outcome.DESCRIPTOR, answer.outcome)] += 1
        self.attributes.update({dropped.path: dropped.count for dropped in answer.dropped_attributes})
        for dropped in answer.dropped_fields:
            self.fields[word(Field.DESCRIPTOR, dropped.field), word(DropReason.DESCRIPTOR, dropped.reason)] += 1

    def read(self, lead_id: str, last_day: date | None) -> None:
        """Note what the CRM sync was told of a lead that has just been stored or updated.

        Args:
            lead_id: Which.
            last_day: The last day it is held; None if it could not be read.
        """
        if last_day is None:
            self.unreadable_at_once.add(lead_id)
        elif self.last_days.setdefault(lead_id, last_day) != last_day:
            self.moved.add(lead_id)
