"""Every store against a small model of what it should do, step by step, in any order of events (P6)."""

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from leadgate_service.domain.candidate import Candidate, Intake, Origin
from leadgate_service.domain.dates import add_months
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.records import LeadFilter

from tests.builders import NOON, candidate, company, intake, person
from tests.worlds import World

NOT_FOUND = Decision(outcome=Outcome.NOT_STORED, reason=Reason.NOT_FOUND)
PERIOD, REPEAT = timedelta(days=42), timedelta(days=30)

Said = tuple[Outcome, Reason | None]


@dataclass(slots=True)
class Acquisition:
    """What is remembered of having asked about somebody."""

    ends: date
    first: date | None = None
    last: date | None = None
    answered: date | None = None

    def lapsed(self, today: date) -> bool:
        """Whether what was acquired may no longer be held."""
        return self.first is not None and (self.last or self.first + PERIOD) < today


@dataclass(slots=True)
class Held:
    """A lead."""

    first: date
    last: date
    title: str


@dataclass(slots=True)
class Model:
    """What a store should know of one person, and what it should answer."""

    acquisition: Acquisition | None = None
    lead: Held | None = None
    suppressed: bool = False

    def known(self, today: date) -> Acquisition | None:
        """What is remembered today; after its last day nothing is."""
        return self.acquisition if self.acquisition is not None and self.acquisition.ends >= today else None

    def shown(self, today: date) -> bool:
        """Whether the person is listed today."""
        return self.lead is not None and not self.suppressed and self.lead.last >= today

    def ask(self, today: date, *, act: bool) -> Reason | None:
        """Whether a provider may be asked; if it may, the question is remembered."""
        known = self.known(today)
        if self.suppressed:
            return Reason.SUPPRESSED
        if known is not None and known.answered is not None and today < known.answered + REPEAT:
            return Reason.NOT_REPEATED
        reason = self._refused(today, known, act=act)
        if reason is None and known is None:
            self.acquisition = Acquisition(ends=add_months(today, 12))
        return reason

    def answer(self, today: date, title: str, *, act: bool, asked: bool, relevant: bool) -> Said:
        """What becomes of an answer."""
        known = self.known(today)
        reason = self._refused(today, known, act=act)
        if reason is None and not relevant:
            reason = Reason.IRRELEVANT
        if reason is not Reason.SUPPRESSED or asked:
            self._remember(today, known, asked=asked)
        if reason is not None:
            return Outcome.NOT_STORED, reason
        if self.lead is not None and self.lead.last >= today:
            self.lead.title = title
            return Outcome.UPDATED, None
        first = today if known is None or known.first is None or known.lapsed(today) else known.first
        self.lead = Held(first, first + PERIOD, title)
        remembered = self._remember(today, self.known(today), asked=asked)
        remembered.first, remembered.last, remembered.ends = first, first + PERIOD, add_months(first, 12)
        return Outcome.STORED, None

    def _refused(self, today: date, known: Acquisition | None, *, act: bool) -> Reason | None:
        if self.suppressed:
            return Reason.SUPPRESSED
        held = self.lead is not None and self.lead.last >= today
        lapsed = known is not None and known.lapsed(today)
        return Reason.RETENTION_ELAPSED if lapsed and not held and not act else None

    def _remember(self, today: date, known: Acquisition | None, *, asked: bool) -> Acquisition:
        if known is None:
            known = self.acquisition = Acquisition(ends=add_months(today, 12))
        if known.first is None:
            known.first, known.ends = today, add_months(today, 12)
        if asked:
            known.answered = today
        return known


@dataclass(slots=True)
class Person:
    """Somebody of one run."""

    email: str
    model: Model = field(default_factory=Model)
    lead_id: bytes | None = None


people = st.integers(0, 2)
titles = st.sampled_from(["Head of Logistics", "Chief of Freight", "Quay Manager"])
numbers = itertools.count()

STEPS = 15


class StoreMachine(RuleBasedStateMachine):
    """Three people, to whom anything happens in any order over months.

    Args:
        world: The store. Each run brings its own people and company, so that runs do not meet.
    """

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    @initialize()
    def begin(self) -> None:
        """Bring three people of one company that nobody has heard of."""
        self.world.now = NOON
        self.domain = f"harbour{next(numbers)}.example.org"
        self.people = [Person(f"person{number}@{self.domain}") for number in range(3)]

    @rule(days=st.sampled_from([0, 1, 12, 29, 30, 41, 42, 43, 180, 366]))
    def pass_days(self, days: int) -> None:
        """Let time pass."""
        self.world.pass_days(days)

    @rule(who=people, title=titles, act=st.booleans(), relevant=st.booleans())
    def hand_in(self, who: int, title: str, act: bool, relevant: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        """Hand in an answer."""
        somebody = self.people[who]
        (told,) = self.world.admit(self._answer(somebody, title, act=act, relevant=relevant))
        expected = somebody.model.answer(self.world.today, title, act=act, asked=False, relevant=relevant)
        assert (told.outcome, told.reason) == expected
        somebody.lead_id = told.lead_id or somebody.lead_id

    @rule(who=people, title=titles, act=st.booleans(), found=st.booleans())
    def enrich(self, who: int, title: str, act: bool, found: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        """Ask a provider, if it may be asked."""
        somebody = self.people[who]
        asking = self.world.asking(self._said(somebody, act=act))
        refused = self.world.claim(asking.question.intake, caller=asking.caller)
        reason = somebody.model.ask(self.world.today, act=act)
        assert (refused.reason if refused is not None else None) == reason
        if reason is not None:
            return
        if not found:
            self.world.settle(asking, "miss", NOT_FOUND)
            assert somebody.model.acquisition is not None
            somebody.model.acquisition.answered = self.world.today
            return
        item = self._answer(somebody, title, act=act, relevant=True)
        (told,) = self.world.admit(item, caller=asking.caller, claimed=True)
        expected = somebody.model.answer(self.world.today, title, act=act, asked=True, relevant=True)
        assert (told.outcome, told.reason) == expected
        somebody.lead_id = told.lead_id or somebody.lead_id

    @rule(who=people)
    def register_objection(self, who: int) -> None:
        """Object."""
        somebody = self.people[who]
        matched = self.world.register(somebody.email).matched_leads
        assert matched == int(somebody.model.lead is not None and not somebody.model.suppressed)
        somebody.model.suppressed = True

    @invariant()
    def nobody_else_is_listed(self) -> None:
        """Exactly those are listed whom the model shows."""
        wanted = LeadFilter(company_domain=self.domain)
        today = self.world.today
        shown = [one.lead_id for one in self.people if one.model.shown(today)]
        assert sorted(lead.lead_id for lead in self.world.listed(wanted)) == sorted(filter(None, shown))

    @invariant()
    def leads_are_as_the_model_says(self) -> None:
        """Each lead has the model's dates, title and state, and who has none has none."""
        for one in self.people:
            lead, held = self.world.lead(one.email), one.model.lead
            assert (lead is None) == (held is None)
            if lead is not None and held is not None:
                assert (lead.first_obtained_date, lead.expire_date) == (held.first, held.last)
                assert lead.suppressed == one.model.suppressed
                assert lead.fields is not None
                assert lead.fields.job_title == held.title

    def _said(self, somebody: Person, *, act: bool) -> Intake:
        if act:
            return intake(somebody.email, origin=Origin.WEB_FORM, act_date=self.world.today)
        return intake(somebody.email)

    def _answer(self, somebody: Person, title: str, *, act: bool, relevant: bool) -> Candidate:
        return candidate(
            said=self._said(somebody, act=act),
            obtained_time=self.world.now,
            person=person(
                somebody.email.partition("@")[0],
                title=title,
                seniority="director" if relevant else "entry",
                id=somebody.email,
            ),
            company=company(self.domain),
        )


@pytest.mark.proves("P6", "R-018", "R-041", "R-044", "R-092")
def test_the_store_does_what_the_model_does(world: World) -> None:
    """Whatever happens in whatever order, answers, lists and leads are the model's; and the audit trail verifies."""
    machine = partial(StoreMachine, world)
    run_state_machine_as_test(machine, settings=settings(stateful_step_count=STEPS))  # type: ignore[arg-type]  # it makes one
    assert world.findings() == ()
