"""The gate: the one place that decides whether a lead may be asked for, stored or updated.

`decide` is pure. It sees the policy, what is already known of the person (`Standing`), the candidate and the day, and
tries the rules of `RULES` in their order; the first that speaks gives the reason. The table of decisions in the tests
is meant to be read by a privacy officer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from leadgate_service.domain import retention
from leadgate_service.domain.candidate import Candidate, Origin
from leadgate_service.domain.dates import today_in
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.domain.fields import Field, LeadFields
from leadgate_service.domain.identity import TokenKind
from leadgate_service.domain.normalise import employee_band, revenue_band
from leadgate_service.domain.policy import Policy
from leadgate_service.domain.refine import Drop
from leadgate_service.domain.register import SourceName
from leadgate_service.domain.relevance import RelevanceFacts, decide_relevance
from leadgate_service.domain.standing import Acquisition, HeldLead, Standing


@dataclass(frozen=True, slots=True)
class _Case:
    """The four things that every rule looks at."""

    policy: Policy
    standing: Standing
    candidate: Candidate
    today: date

    @property
    def asking(self) -> bool:
        return self.candidate.fields is None

    @property
    def obtained_date(self) -> date:
        return today_in(self.policy.retention.zone_info, self.candidate.obtained_time)

    def expiry(self, first_obtained_date: date) -> date:
        return retention.expire_date(first_obtained_date, self.candidate.intake.country_code, self.policy)


Rule = Callable[[_Case], Reason | None]


def decide(policy: Policy, standing: Standing, candidate: Candidate, today: date) -> Decision:
    """Decide on one candidate.

    Args:
        policy: The policy in force.
        standing: What is known of the person or company.
        candidate: The lead, or the question before it.
        today: The civil day in the policy's zone.

    Returns:
        For a question, ASK or NOT_STORED; for an answer, STORED, STORED_COMPANY_ONLY, UPDATED or NOT_STORED.
    """
    case = _Case(policy, standing, candidate, today)
    for rule in RULES:
        reason = rule(case)
        if reason is not None:
            return Decision(outcome=Outcome.NOT_STORED, reason=reason, dropped=candidate.dropped)
    return Decision(outcome=Outcome.ASK) if case.asking else _store(case)


def _assessment_in_force(case: _Case) -> Reason | None:
    """R-009: without an approved, unexpired assessment nothing comes in."""
    return None if case.policy.assessment.in_force(case.today) else Reason.ASSESSMENT_NOT_IN_FORCE


def _source_usable(case: _Case) -> Reason | None:
    """R-005, R-070: the source is active, its attestation current, its transfer mechanism valid today."""
    source = case.policy.source(case.candidate.source)
    if source is None:
        return Reason.SOURCE_NOT_ACTIVE
    unusable = source.usable(case.today)
    return None if unusable is None else Reason[unusable.name]


def _not_suppressed(case: _Case) -> Reason | None:
    """R-019, R-031: any match drops the lead, except a shared phone number, which only withholds the number."""
    objected = case.standing.objected or case.standing.suppressed - {TokenKind.PHONE_E164}
    return Reason.SUPPRESSED if objected else None


def _not_restricted(case: _Case) -> Reason | None:
    """R-036: a restricted lead does not change."""
    return Reason.RESTRICTED if case.standing.restricted else None


def _readable(case: _Case) -> Reason | None:
    """A lead whose content cannot be opened cannot be updated: what is in it would be lost, or be bought in vain."""
    lead = case.standing.lead
    return None if lead is None or lead.readable else Reason.CONTENT_UNREADABLE


def _not_asked_lately(case: _Case) -> Reason | None:
    """R-092: nobody is bought twice within `repeat_after`, nor by two calls at once. Answers handed in cost nothing."""
    if not case.asking:
        return None
    answered = case.standing.answered_date
    if answered is not None and case.today < answered + timedelta(days=case.policy.retention.repeat_after_days):
        return Reason.NOT_REPEATED
    return Reason.LOOKUP_IN_PROGRESS if case.standing.being_asked else None


def _period_not_elapsed(case: _Case) -> Reason | None:
    """R-041, R-042: after a lapse only a new dated act or contract opens a new acquisition. Companies have no clock."""
    acquisition = case.standing.acquisition
    if acquisition is None or not case.candidate.personal or case.standing.lead is not None:
        return None
    return Reason.RETENTION_ELAPSED if _lapsed(case, acquisition) and not _new_act(case, acquisition) else None


def _adult(case: _Case) -> Reason | None:
    """R-075, R-076: a signal that the person may be under 18 rejects, in memory, and says no more."""
    return Reason.INELIGIBLE if case.candidate.minor else None


def _something_to_keep(case: _Case) -> Reason | None:
    """R-001: without a permitted field, or without a key, there is nothing to hold."""
    if case.asking:
        return None
    return None if case.candidate.present and case.candidate.key is not None else Reason.NO_FIELDS


def _relevant(case: _Case) -> Reason | None:
    """R-014: what the relevance profile does not want leaves nothing behind."""
    fields = case.candidate.fields
    if fields is None:
        return None
    facts = RelevanceFacts(
        industry=fields.company_industry,
        job_function=fields.job_function,
        seniority=fields.seniority,
        employee_band=employee_band(fields.company_employee_range) if fields.company_employee_range else None,
        revenue_band=revenue_band(fields.company_estimated_revenue) if fields.company_estimated_revenue else None,
    )
    return None if decide_relevance(case.policy.relevance, facts).is_relevant else Reason.IRRELEVANT


def _still_within_period(case: _Case) -> Reason | None:
    """R-040, R-044: what is over by the time it is handed in is not stored for an instant, nor asked for in vain."""
    if case.standing.lead is not None:
        return None
    return Reason.RETENTION_ELAPSED if case.expiry(_first_obtained_date(case)) < case.today else None


RULES: tuple[Rule, ...] = (
    _assessment_in_force,
    _source_usable,
    _not_suppressed,
    _not_restricted,
    _readable,
    _not_asked_lately,
    _period_not_elapsed,
    _adult,
    _something_to_keep,
    _relevant,
    _still_within_period,
)
"""The rules, in the order in which they are tried."""


def _lapsed(case: _Case, acquisition: Acquisition) -> bool:
    return (acquisition.expire_date or case.expiry(acquisition.first_obtained_date)) < case.today


def _new_act(case: _Case, acquisition: Acquisition) -> bool:
    """Whether the person's own act, or a contract, is dated after the lapse, and the answer was obtained since then.

    An answer from before the act belongs to the acquisition that lapsed, and nothing of that comes back (R-042).
    """
    intake = case.candidate.intake
    if intake.act_date is None or intake.origin is Origin.CRM_LEAD:
        return False
    lapse = acquisition.expire_date or case.expiry(acquisition.first_obtained_date)
    return lapse < intake.act_date <= min(case.obtained_date, case.today)


def _first_obtained_date(case: _Case) -> date:
    """R-041: the clock of a living acquisition goes on; only a first one, or a new one, starts at this answer."""
    acquisition = case.standing.acquisition
    if acquisition is None or not case.candidate.personal or _lapsed(case, acquisition):
        return case.obtained_date
    return min(acquisition.first_obtained_date, case.obtained_date)


def _store(case: _Case) -> Decision:
    candidate, lead, acquisition = case.candidate, case.standing.lead, case.standing.acquisition
    left_out = _left_out(case)
    kept = tuple(field for field in candidate.present if field not in left_out) if left_out else candidate.present
    first_obtained, expires = _dates(case)
    stored = Outcome.STORED if candidate.personal else Outcome.STORED_COMPANY_ONLY
    return Decision(
        outcome=Outcome.UPDATED if lead is not None else stored,
        kept=kept,
        dropped={**candidate.dropped, **left_out},
        fields=_only(candidate.fields or LeadFields(), candidate.present, kept),
        first_obtained_date=first_obtained,
        expire_date=expires,
        notice_due_date=retention.notice_due_date(first_obtained) if candidate.personal else None,
        opens_acquisition=lead is None and (acquisition is None or _lapsed(case, acquisition)),
    )


def _dates(case: _Case) -> tuple[date, date]:
    """Return the clock's start and the last day held. An update moves neither later, and rarely earlier.

    It may have been obtained earlier itself, or link another key of the person whose clock began before; or it may
    tell of a country whose period is shorter (R-040).
    """
    lead = case.standing.lead
    if lead is None:
        first_obtained = _first_obtained_date(case)
        return first_obtained, case.expiry(first_obtained)
    acquisition = case.standing.acquisition if case.candidate.personal else None
    start = min(case.obtained_date, acquisition.first_obtained_date) if acquisition is not None else case.obtained_date
    start = min(start, lead.first_obtained_date)
    country = case.candidate.intake.country_code or lead.country_code
    return start, retention.shortened(lead.expire_date, start, country, case.policy, case.today)


def _left_out(case: _Case) -> dict[Field, Drop]:
    """Return which of the candidate's fields are not written, and why."""
    present, lead = case.candidate.present, case.standing.lead
    left_out = _lost_to(case, lead) if lead is not None else {}
    if TokenKind.PHONE_E164 in case.standing.suppressed and Field.PHONE_NUMBER in present:
        left_out[Field.PHONE_NUMBER] = Drop.SUPPRESSED
    return left_out


def _lost_to(case: _Case, lead: HeldLead) -> dict[Field, Drop]:
    """Return which of the fields do not take the place of what is held, and why."""
    above, own = _listed_before(case.policy, case.candidate.source), {None, case.candidate.source}
    older = _is_older(case, lead)
    lost: dict[Field, Drop] = {}
    for field in case.candidate.present:
        supplier = lead.suppliers.get(field)
        if field in lead.pinned:
            lost[field] = Drop.PINNED
        elif supplier in above:
            lost[field] = Drop.OUTRANKED
        elif older and supplier in own:
            lost[field] = Drop.STALE
    return lost


def _listed_before(policy: Policy, source: SourceName) -> list[SourceName]:
    """Return the sources that the policy lists before this one: their values are not replaced by its own."""
    order = [listed.name for listed in policy.sources]
    return order[: order.index(source)]


def _is_older(case: _Case, lead: HeldLead) -> bool:
    """Whether the same source has spoken since; an older answer does not put its values back (GDPR Art. 5(1)(d))."""
    latest = lead.obtained_times.get(case.candidate.source)
    return latest is not None and case.candidate.obtained_time < latest


def _only(fields: LeadFields, present: tuple[Field, ...], kept: tuple[Field, ...]) -> LeadFields:
    if len(kept) == len(present):
        return fields
    gone: dict[str, None] = {field.value: None for field in present if field not in kept}
    if Field.PHONE_NUMBER.value in gone:
        gone["phone_kind"] = None
    return replace(fields, **gone)
