"""The gate's decisions, as tables for a privacy officer: what is known, what is asked, what becomes of it and why.

Unless a row says otherwise, an adult director of a company of 251 to 1,000 people is handed in by Clearbit on
23 November 2026 for a caller in the Netherlands, under the demo policy, and nobody has heard of her before.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from leadgate_service.domain.candidate import Intake, Origin, question
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.domain.fields import Field
from leadgate_service.domain.gate import decide
from leadgate_service.domain.identity import STRONG_KINDS, TokenKind
from leadgate_service.domain.projection import Answer
from leadgate_service.domain.refine import Drop
from leadgate_service.domain.register import SourceName
from leadgate_service.domain.standing import Acquisition, HeldLead, Standing

from tests.builders import LAST_DAY, NOON, TODAY, candidate, company, intake, of_domain, person
from tests.domain.policies import REMOVED, Path, policy

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
STORED, COMPANY_ONLY, UPDATED = Outcome.STORED, Outcome.STORED_COMPANY_ONLY, Outcome.UPDATED
ASK, NOT_STORED = Outcome.ASK, Outcome.NOT_STORED


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What one row changes.

    Attributes:
        rules: Values of the demo policy.
        known: What is known of the person.
        said: What the caller says.
        source: Who supplies it.
        person: What the provider says of the person; None if nothing.
        company: What the provider says of the company; None if nothing.
        answer: A typed answer instead of both.
        obtained: When the provider answered.
        today: The day of the decision.
    """

    rules: Mapping[Path, object] = field(default_factory=dict)
    known: Standing = field(default_factory=Standing)
    said: Intake = field(default_factory=intake)
    source: SourceName = SourceName.CLEARBIT
    person: Mapping[str, Any] | None = field(default_factory=person)
    company: Mapping[str, Any] | None = field(default_factory=company)
    answer: Answer | None = None
    obtained: datetime = NOON
    today: date = TODAY

    def answered(self) -> Decision:
        """Decide on the answer."""
        rules = policy(self.rules)
        item = candidate(
            rules=rules,
            said=self.said,
            source=self.source,
            obtained_time=self.obtained,
            person=self.person,
            company=self.company,
            answer=self.answer,
        )
        return decide(rules, self.known, item, self.today)

    def asked(self) -> Decision:
        """Decide on the question before it."""
        rules = policy(self.rules)
        return decide(rules, self.known, question(rules, self.said, self.source, self.obtained), self.today)


def known(**facts: Any) -> Standing:
    """What is known of the person."""
    return Standing(**facts)


def bought(first: date, last: date | None = None, **facts: Any) -> Standing:
    """The look-up records know a first acquisition."""
    return Standing(acquisition=Acquisition(first, last), **facts)


def held(first: date = TODAY, last: date = LAST_DAY, **facts: Any) -> Standing:
    """A lead is held."""
    lead = HeldLead(first_obtained_date=first, expire_date=last, **{"suppliers": {}, **facts})
    return Standing(acquisition=Acquisition(first, last), lead=lead)


def by_form(act: date | None) -> Intake:
    """The person filled in a form."""
    return intake(origin=Origin.WEB_FORM, act_date=act)


def days(count: int) -> date:
    """So many days from TODAY."""
    return TODAY + timedelta(days=count)


def at(day: date) -> datetime:
    """Noon of a day."""
    return NOON + (day - TODAY)


DRAFT: dict[Path, object] = {("assessment", "state"): "draft"}
REVIEW_OVER: dict[Path, object] = {("assessment", "review_date"): YESTERDAY}
REVIEW_TODAY: dict[Path, object] = {("assessment", "review_date"): TODAY}
BEGINS_TOMORROW: dict[Path, object] = {("assessment", "approved_date"): TOMORROW}
SUSPENDED: dict[Path, object] = {("sources", 0, "state"): "suspended"}
ATTESTED_TODAY: dict[Path, object] = {("sources", 0, "attestation", "valid_until"): TODAY}
ATTESTED_YESTERDAY: dict[Path, object] = {("sources", 0, "attestation", "valid_until"): YESTERDAY}
CLAUSES_UNTIL_TODAY: dict[Path, object] = {("sources", 0, "mechanism", "valid_until"): TODAY}
CLAUSES_OVER: dict[Path, object] = {("sources", 0, "mechanism", "valid_until"): YESTERDAY}
CLAUSES_FROM_TOMORROW: dict[Path, object] = {("sources", 0, "mechanism", "valid_from"): TOMORROW}
ONLY_SOFTWARE: dict[Path, object] = {
    ("relevance", "industries"): {"allow": ["software"], "when_absent": "discard"},
}
STUDENT = person(seniority="entry")
SMALL = company(metrics={"employeesRange": "1-10"})

ANSWERS: list[tuple[str, Case, Outcome, Reason | None]] = [
    # What is stored.
    ("a person and a company", Case(), STORED, None),
    ("a person without a company", Case(company=None), STORED, None),
    ("a company without a person", Case(person=None), COMPANY_ONLY, None),
    ("a company, asked about by its domain", Case(said=of_domain(), person=None), COMPANY_ONLY, None),
    ("a person whom the provider matched only approximately", Case(person=person(fuzzy=True)), STORED, None),
    ("a sole trader, by the legal form", Case(said=of_domain(legal_form="eenmanszaak"), person=None), STORED, None),
    # Policy and assessment.
    ("the assessment is a draft", Case(rules=DRAFT), NOT_STORED, Reason.ASSESSMENT_NOT_IN_FORCE),
    ("the assessment's review was due yesterday", Case(rules=REVIEW_OVER), NOT_STORED, Reason.ASSESSMENT_NOT_IN_FORCE),
    ("the assessment's review is due today", Case(rules=REVIEW_TODAY), STORED, None),
    ("the assessment begins tomorrow", Case(rules=BEGINS_TOMORROW), NOT_STORED, Reason.ASSESSMENT_NOT_IN_FORCE),
    # The source.
    ("the source is suspended", Case(rules=SUSPENDED), NOT_STORED, Reason.SOURCE_NOT_ACTIVE),
    ("another source is suspended", Case(rules=SUSPENDED, source=SourceName.HUNTER), STORED, None),
    ("the source is in no register", Case(rules={("sources", 0): REMOVED}), NOT_STORED, Reason.SOURCE_NOT_ACTIVE),
    ("the attestation ends today", Case(rules=ATTESTED_TODAY), STORED, None),
    ("the attestation ended yesterday", Case(rules=ATTESTED_YESTERDAY), NOT_STORED, Reason.ATTESTATION_LAPSED),
    ("the clauses end today", Case(rules=CLAUSES_UNTIL_TODAY), STORED, None),
    ("the clauses ended yesterday", Case(rules=CLAUSES_OVER), NOT_STORED, Reason.TRANSFER_MECHANISM_INVALID),
    ("the clauses begin tomorrow", Case(rules=CLAUSES_FROM_TOMORROW), NOT_STORED, Reason.TRANSFER_MECHANISM_INVALID),
    # Objections and restriction.
    *(
        (f"suppressed by {kind}", Case(known=known(suppressed=frozenset({kind}))), NOT_STORED, Reason.SUPPRESSED)
        for kind in sorted(STRONG_KINDS | {TokenKind.NAME_AT_DOMAIN, TokenKind.DOMAIN, TokenKind.COMPANY_KEY})
    ),
    ("what is held is an objector's", Case(known=known(objected=True)), NOT_STORED, Reason.SUPPRESSED),
    ("suppressed by a shared number", Case(known=known(suppressed=frozenset({TokenKind.PHONE_E164}))), STORED, None),
    ("restricted", Case(known=replace(held(), restricted=True)), NOT_STORED, Reason.RESTRICTED),
    ("held, and it cannot be opened", Case(known=held(readable=False)), NOT_STORED, Reason.CONTENT_UNREADABLE),
    # What was asked lately does not stop what is handed in.
    ("looked up today", Case(known=known(answered_date=TODAY)), STORED, None),
    ("being looked up now", Case(known=known(being_asked=True)), STORED, None),
    # The clock: the acquisition of 1 October lapsed on 12 November.
    ("a living lead", Case(known=held()), UPDATED, None),
    ("bought before, and its last day is today", Case(known=bought(days(-42), TODAY)), STORED, None),
    (
        "bought before, and lapsed yesterday",
        Case(known=bought(days(-43), YESTERDAY)),
        NOT_STORED,
        Reason.RETENTION_ELAPSED,
    ),
    ("bought before, nothing stored, 42 days ago", Case(known=bought(days(-42))), STORED, None),
    ("bought before, nothing stored, 43 days ago", Case(known=bought(days(-43))), NOT_STORED, Reason.RETENTION_ELAPSED),
    ("a company whose person lapsed", Case(person=None, known=bought(days(-43), YESTERDAY)), COMPANY_ONLY, None),
    ("lapsed, and filled in a form today", Case(known=bought(days(-43), YESTERDAY), said=by_form(TODAY)), STORED, None),
    (
        "lapsed, and filled in a form on the last day",
        Case(known=bought(days(-43), YESTERDAY), said=by_form(YESTERDAY)),
        NOT_STORED,
        Reason.RETENTION_ELAPSED,
    ),
    (
        "lapsed, and will fill in a form tomorrow",
        Case(known=bought(days(-43), YESTERDAY), said=by_form(TOMORROW)),
        NOT_STORED,
        Reason.RETENTION_ELAPSED,
    ),
    (
        "lapsed, and a form without a date",
        Case(known=bought(days(-43), YESTERDAY), said=by_form(None)),
        NOT_STORED,
        Reason.RETENTION_ELAPSED,
    ),
    (
        "lapsed, and a new contract today",
        Case(known=bought(days(-43), YESTERDAY), said=intake(origin=Origin.CRM_CUSTOMER, act_date=TODAY)),
        STORED,
        None,
    ),
    (
        "lapsed, and a date that comes with no act",
        Case(known=bought(days(-43), YESTERDAY), said=intake(origin=Origin.CRM_LEAD, act_date=TODAY)),
        NOT_STORED,
        Reason.RETENTION_ELAPSED,
    ),
    (
        "lapsed, a form since, but an answer from before it",
        Case(known=bought(days(-50), days(-8)), said=by_form(TODAY), obtained=at(days(-20))),
        NOT_STORED,
        Reason.RETENTION_ELAPSED,
    ),
    ("obtained 42 days ago and handed in today", Case(obtained=at(days(-42))), STORED, None),
    ("obtained 43 days ago and handed in today", Case(obtained=at(days(-43))), NOT_STORED, Reason.RETENTION_ELAPSED),
    # Minors.
    ("17 years old", Case(person=person(age=17)), NOT_STORED, Reason.INELIGIBLE),
    ("18 years old", Case(person=person(age=18)), STORED, None),
    ("turns 18 this year, perhaps tomorrow", Case(person=person(birthYear=2008)), NOT_STORED, Reason.INELIGIBLE),
    ("turned 18 last year", Case(person=person(birthYear=2007)), STORED, None),
    # Something to keep, and whose.
    ("an empty answer", Case(person=None, company=None), NOT_STORED, Reason.NO_FIELDS),
    ("a company that has no domain", Case(person=None, company=company(None)), NOT_STORED, Reason.NO_FIELDS),
    ("a person without one kept field", Case(person={"bio": "sails"}, company=None), NOT_STORED, Reason.NO_FIELDS),
    # Relevance.
    ("too junior for the profile", Case(person=STUDENT), NOT_STORED, Reason.IRRELEVANT),
    ("too small for the profile", Case(company=SMALL), NOT_STORED, Reason.IRRELEVANT),
    ("an industry that the profile wants", Case(rules=ONLY_SOFTWARE), STORED, None),
    (
        "an industry that the profile needs and nobody knows",
        Case(rules=ONLY_SOFTWARE, company=None),
        NOT_STORED,
        Reason.IRRELEVANT,
    ),
    (
        "a living lead that no longer fits the profile",
        Case(known=held(), person=STUDENT),
        NOT_STORED,
        Reason.IRRELEVANT,
    ),
]

QUESTIONS: list[tuple[str, Case, Outcome, Reason | None]] = [
    ("nobody has heard of her", Case(), ASK, None),
    ("nobody has heard of the company", Case(said=of_domain()), ASK, None),
    ("the assessment is a draft", Case(rules=DRAFT), NOT_STORED, Reason.ASSESSMENT_NOT_IN_FORCE),
    ("the source is suspended", Case(rules=SUSPENDED), NOT_STORED, Reason.SOURCE_NOT_ACTIVE),
    ("the clauses ended yesterday", Case(rules=CLAUSES_OVER), NOT_STORED, Reason.TRANSFER_MECHANISM_INVALID),
    (
        "her address is suppressed",
        Case(known=known(suppressed=frozenset({TokenKind.EMAIL_EXACT}))),
        NOT_STORED,
        Reason.SUPPRESSED,
    ),
    (
        "the company opted out",
        Case(known=known(suppressed=frozenset({TokenKind.DOMAIN}))),
        NOT_STORED,
        Reason.SUPPRESSED,
    ),
    ("she is restricted", Case(known=known(restricted=True)), NOT_STORED, Reason.RESTRICTED),
    ("held, and it cannot be opened", Case(known=held(readable=False)), NOT_STORED, Reason.CONTENT_UNREADABLE),
    ("looked up today", Case(known=known(answered_date=TODAY)), NOT_STORED, Reason.NOT_REPEATED),
    ("looked up 29 days ago", Case(known=known(answered_date=days(-29))), NOT_STORED, Reason.NOT_REPEATED),
    ("looked up 30 days ago", Case(known=known(answered_date=days(-30))), ASK, None),
    ("another call is asking", Case(known=known(being_asked=True)), NOT_STORED, Reason.LOOKUP_IN_PROGRESS),
    ("a living lead, looked up 30 days ago", Case(known=replace(held(days(-30)), answered_date=days(-30))), ASK, None),
    ("lapsed yesterday", Case(known=bought(days(-43), YESTERDAY)), NOT_STORED, Reason.RETENTION_ELAPSED),
    ("lapsed, and filled in a form today", Case(known=bought(days(-43), YESTERDAY), said=by_form(TODAY)), ASK, None),
    ("a company that was bought a year ago", Case(said=of_domain(), known=bought(days(-365), days(-323))), ASK, None),
]


@pytest.mark.proves("R-005", "R-009", "R-014", "R-019", "R-031", "R-041", "R-042", "R-044", "R-070", "R-076", "R-092")
@pytest.mark.parametrize(("case", "outcome", "reason"), [pytest.param(*row[1:], id=row[0]) for row in ANSWERS])
def test_what_becomes_of_an_answer(case: Case, outcome: Outcome, reason: Reason | None) -> None:
    """Each situation has one outcome and, where nothing is stored, one reason; and then nothing to store is left."""
    decision = case.answered()
    assert (decision.outcome, decision.reason) == (outcome, reason)
    assert (decision.fields is None) == (outcome is NOT_STORED)
    assert (decision.expire_date is None) == (outcome is NOT_STORED)


@pytest.mark.proves("R-005", "R-009", "R-019", "R-041", "R-070", "R-092")
@pytest.mark.parametrize(("case", "outcome", "reason"), [pytest.param(*row[1:], id=row[0]) for row in QUESTIONS])
def test_whether_a_provider_may_be_asked(case: Case, outcome: Outcome, reason: Reason | None) -> None:
    """Each situation says whether the provider may be told of the person at all, before it is."""
    decision = case.asked()
    assert (decision.outcome, decision.reason) == (outcome, reason)
    assert decision.fields is None


OBSTACLES: list[tuple[Reason, dict[Path, object], dict[str, Any], dict[str, Any]]] = [
    # The reason; what of the policy, of what is known, and of the answer brings it about.
    (Reason.ASSESSMENT_NOT_IN_FORCE, DRAFT, {}, {}),
    (Reason.SOURCE_NOT_ACTIVE, SUSPENDED, {}, {}),
    (Reason.ATTESTATION_LAPSED, ATTESTED_YESTERDAY, {}, {}),
    (Reason.TRANSFER_MECHANISM_INVALID, CLAUSES_OVER, {}, {}),
    (Reason.SUPPRESSED, {}, {"suppressed": frozenset({TokenKind.EMAIL_BASE})}, {}),
    (Reason.RESTRICTED, {}, {"restricted": True}, {}),
    (Reason.RETENTION_ELAPSED, {}, {"acquisition": Acquisition(days(-43), YESTERDAY)}, {}),
    (Reason.INELIGIBLE, {}, {}, {"age": 12}),
    (Reason.IRRELEVANT, {}, {}, {"employment": {"seniority": "entry"}}),
]


@pytest.mark.parametrize(
    ("first", "second"),
    [pytest.param(*pair, id=f"{pair[0][0]} before {pair[1][0]}") for pair in combinations(OBSTACLES, 2)],
)
def test_of_two_reasons_the_earlier_rule_speaks(first: tuple[Any, ...], second: tuple[Any, ...]) -> None:
    """Policy comes before the source, the source before the person's word, and that before what the answer says."""
    reason, rules, facts, attributes = first
    _, more_rules, more_facts, more_attributes = second
    case = Case(
        rules={**rules, **more_rules},
        known=Standing(**{**facts, **more_facts}),
        person=person(**{**attributes, **more_attributes}),
    )
    assert case.answered().reason is reason


def test_for_a_question_that_was_just_answered_the_person_s_word_comes_first() -> None:
    """Suppressed and restricted are said before NOT_REPEATED, and that before LOOKUP_IN_PROGRESS and a lapse."""
    everything = Standing(
        suppressed=frozenset({TokenKind.EMAIL_EXACT}),
        restricted=True,
        answered_date=TODAY,
        being_asked=True,
        acquisition=Acquisition(days(-43), YESTERDAY),
    )
    less: list[tuple[str, Any]] = [
        ("suppressed", frozenset()),
        ("restricted", False),
        ("answered_date", None),
        ("being_asked", False),
        ("acquisition", None),
    ]
    reasons: list[Reason | None] = []
    for name, nothing in less:
        reasons.append(Case(known=everything).asked().reason)
        everything = replace(everything, **{name: nothing})
    assert reasons == [
        Reason.SUPPRESSED,
        Reason.RESTRICTED,
        Reason.NOT_REPEATED,
        Reason.LOOKUP_IN_PROGRESS,
        Reason.RETENTION_ELAPSED,
    ]


DATES: list[tuple[str, Case, date, date, date | None]] = [
    # The situation; first day, last day, last day for the notice.
    ("a first acquisition", Case(), TODAY, LAST_DAY, date(2026, 12, 23)),
    ("a company's", Case(person=None), TODAY, LAST_DAY, None),
    ("handed in ten days later", Case(obtained=at(days(-10))), days(-10), days(32), date(2026, 12, 13)),
    (
        "on a leap day",
        Case(obtained=at(date(2028, 2, 29)), today=date(2028, 2, 29)),
        date(2028, 2, 29),
        date(2028, 4, 11),
        date(2028, 3, 29),
    ),
    (
        "in a country with a shorter period",
        Case(rules={("retention", "countries"): {"DE": 28}}, said=intake(country_code="DE")),
        TODAY,
        days(28),
        date(2026, 12, 23),
    ),
    (
        "in an unknown country",
        Case(rules={("retention", "countries"): {"DE": 28}}, said=intake(country_code=None)),
        TODAY,
        days(28),
        date(2026, 12, 23),
    ),
    ("an update on the last day", Case(known=held(days(-42), TODAY)), days(-42), TODAY, date(2026, 11, 12)),
    (
        "an update that was obtained before",
        Case(known=held(), obtained=at(days(-5))),
        days(-5),
        days(37),
        date(2026, 12, 18),
    ),
    (
        "an update that was obtained before a period that is over by now",
        Case(known=held(), obtained=at(days(-50))),
        days(-50),
        TODAY,
        date(2026, 11, 4),
    ),
    ("bought ten days ago, irrelevant then", Case(known=bought(days(-10))), days(-10), days(32), date(2026, 12, 13)),
    (
        "a linked lead is held until its own day",
        Case(known=bought(days(-10), days(32))),
        days(-10),
        days(32),
        date(2026, 12, 13),
    ),
    (
        "a form after the lapse opens a new clock",
        Case(known=bought(days(-43), YESTERDAY), said=by_form(TODAY)),
        TODAY,
        LAST_DAY,
        date(2026, 12, 23),
    ),
    (
        "a form within the period opens none",
        Case(known=bought(days(-10)), said=by_form(TODAY)),
        days(-10),
        days(32),
        date(2026, 12, 13),
    ),
]


@pytest.mark.proves("R-040", "R-041", "R-042", "R-061")
@pytest.mark.parametrize(("case", "first", "last", "notice"), [pytest.param(*row[1:], id=row[0]) for row in DATES])
def test_until_when_it_is_held(case: Case, first: date, last: date, notice: date | None) -> None:
    """The clock starts once, at the first acquisition of the person; only a new act after a lapse starts another."""
    decision = case.answered()
    assert (decision.first_obtained_date, decision.expire_date, decision.notice_due_date) == (first, last, notice)


@pytest.mark.proves("R-041")
@pytest.mark.parametrize(
    ("case", "opens"),
    [
        pytest.param(Case(), True, id="first contact"),
        pytest.param(Case(known=held()), False, id="an update"),
        pytest.param(Case(known=bought(days(-10))), False, id="bought before, still within the period"),
        pytest.param(Case(known=bought(days(-43), YESTERDAY), said=by_form(TODAY)), True, id="a form after the lapse"),
    ],
)
def test_which_decision_starts_a_clock(case: Case, opens: bool) -> None:  # noqa: FBT001 - a column of the table
    """A clock is started by first contact and by a new act after a lapse, and by nothing else."""
    assert case.answered().opens_acquisition is opens


BY_CLEARBIT = {Field.JOB_TITLE: SourceName.CLEARBIT}
BY_HUNTER = {Field.JOB_TITLE: SourceName.HUNTER}
DIRECT_LINE = Case(source=SourceName.HUNTER, person=person(phone="+31 20 555 0123"))
NAME_AND_TITLE: dict[Path, object] = {
    ("assessment", "coverage", "fields"): ["company_name", "job_title"],
    ("fields",): ["company_name", "job_title"],
    ("relevance",): {"version": 2},
    ("principals",): [],
}

DROPS: list[tuple[str, Case, Field, Drop | None]] = [
    # The situation; a field; why it is dropped, or None if it is kept.
    ("nothing speaks against it", Case(), Field.JOB_TITLE, None),
    ("the policy leaves it out", Case(rules=NAME_AND_TITLE), Field.FULL_NAME, Drop.NOT_IN_POLICY),
    ("the policy keeps another", Case(rules=NAME_AND_TITLE), Field.JOB_TITLE, None),
    ("a number where text belongs", Case(person=person(title=7)), Field.JOB_TITLE, Drop.WRONG_TYPE),  # type: ignore[arg-type]  # what a provider may send
    (
        "a title of nothing but an address",
        Case(person=person(title="ida@home.example.com")),
        Field.JOB_TITLE,
        Drop.SCREENED,
    ),
    ("a domain that is none", Case(company=company("no domain")), Field.COMPANY_WEBSITE, Drop.INVALID),
    ("an asked company does not bring a person", Case(said=of_domain()), Field.FULL_NAME, Drop.INVALID),
    ("a direct line that somebody shares", DIRECT_LINE, Field.PHONE_NUMBER, None),
    (
        "a shared line, and its other owner objected",
        replace(DIRECT_LINE, known=known(suppressed=frozenset({TokenKind.PHONE_E164}))),
        Field.PHONE_NUMBER,
        Drop.SUPPRESSED,
    ),
    (
        "a shared line that the person corrected, and its other owner objected",
        replace(
            DIRECT_LINE,
            known=replace(
                held(pinned=frozenset({Field.PHONE_NUMBER})),
                suppressed=frozenset({TokenKind.PHONE_E164}),
            ),
        ),
        Field.PHONE_NUMBER,
        Drop.SUPPRESSED,
    ),
    ("the person corrected it", Case(known=held(pinned=frozenset({Field.JOB_TITLE}))), Field.JOB_TITLE, Drop.PINNED),
    ("the person corrected another", Case(known=held(pinned=frozenset({Field.FULL_NAME}))), Field.JOB_TITLE, None),
    (
        "an earlier source supplies it",
        Case(known=held(suppliers=BY_CLEARBIT), source=SourceName.HUNTER),
        Field.JOB_TITLE,
        Drop.OUTRANKED,
    ),
    ("the same source supplies it", Case(known=held(suppliers=BY_CLEARBIT)), Field.JOB_TITLE, None),
    ("a later source supplies it", Case(known=held(suppliers=BY_HUNTER)), Field.JOB_TITLE, None),
    (
        "the same source has said something later",
        Case(known=held(suppliers=BY_CLEARBIT, obtained_times={SourceName.CLEARBIT: at(TOMORROW)})),
        Field.JOB_TITLE,
        Drop.STALE,
    ),
    (
        "the same source has said something later, and not this",
        Case(known=held(obtained_times={SourceName.CLEARBIT: at(TOMORROW)})),
        Field.JOB_TITLE,
        Drop.STALE,
    ),
    (
        "the same source has said the same at this very time",
        Case(known=held(suppliers=BY_CLEARBIT, obtained_times={SourceName.CLEARBIT: NOON})),
        Field.JOB_TITLE,
        None,
    ),
    (
        "a later source has said something later",
        Case(known=held(suppliers=BY_HUNTER, obtained_times={SourceName.HUNTER: at(TOMORROW)})),
        Field.JOB_TITLE,
        None,
    ),
    (
        "a source that left the policy supplies it",
        Case(rules={("sources", 0): REMOVED}, known=held(suppliers=BY_CLEARBIT), source=SourceName.HUNTER),
        Field.JOB_TITLE,
        None,
    ),
]


@pytest.mark.proves("R-001", "R-008", "R-031", "R-059")
@pytest.mark.parametrize(("case", "name", "reason"), [pytest.param(*row[1:], id=row[0]) for row in DROPS])
def test_which_fields_are_written(case: Case, name: Field, reason: Drop | None) -> None:
    """A field is kept, or dropped for one reason; what is dropped is not among the values, and what is kept is."""
    decision = case.answered()
    assert decision.dropped.get(name) is reason
    assert (name in decision.kept) is (reason is None)
    assert decision.fields is not None
    assert (getattr(decision.fields, name) is not None) is (reason is None)


def test_with_the_number_goes_the_word_whose_line_it_is() -> None:
    """Where the number is withheld, nothing says any more that there was a direct line."""
    decision = replace(DIRECT_LINE, known=known(suppressed=frozenset({TokenKind.PHONE_E164}))).answered()
    assert decision.fields is not None
    assert decision.fields.phone_kind is None


def test_a_number_that_is_not_there_is_not_withheld() -> None:
    """Without a number in the answer none is dropped, whoever objected."""
    decision = Case(known=known(suppressed=frozenset({TokenKind.PHONE_E164}))).answered()
    assert decision.dropped == {}


@pytest.mark.proves("R-013")
@pytest.mark.parametrize("kind", sorted(TokenKind))
def test_a_sole_trader_objects_like_any_person(kind: TokenKind) -> None:
    """A company that is one person is a person to the gate: suppressed, lapsing, owed a notice."""
    sole = Case(said=of_domain(legal_form="eenmanszaak"), person=None)
    suppressed = replace(sole, known=known(suppressed=frozenset({kind}))).answered()
    assert (suppressed.reason is Reason.SUPPRESSED) is (kind is not TokenKind.PHONE_E164)
    lapsed = replace(sole, known=bought(days(-43), YESTERDAY)).answered()
    assert lapsed.reason is Reason.RETENTION_ELAPSED
    assert sole.answered().notice_due_date is not None


def test_deciding_changes_nothing() -> None:
    """The same facts give the same decision, and the candidate stays as it was."""
    item = candidate(source=SourceName.HUNTER, person=person(phone="+31 20 555 0123"), company=company())
    before = copy.deepcopy(item)
    facts = known(suppressed=frozenset({TokenKind.PHONE_E164}))
    assert decide(policy({}), facts, item, TODAY) == decide(policy({}), facts, item, TODAY)
    assert item == before
