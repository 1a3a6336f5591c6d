"""Units of work of the way in: claim before a provider is asked, settle what had no answer, admit what had."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from leadgate_service.audit import Entry
from leadgate_service.burn_ring import BurnRing
from leadgate_service.domain.candidate import Candidate
from leadgate_service.domain.dates import today_in
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.domain.gate import decide
from leadgate_service.domain.identity import Identifier
from leadgate_service.domain.policy import Policy
from leadgate_service.errors import FailedPrecondition, LeadgateError
from leadgate_service.ids import NewId
from leadgate_service.keep_ring import KeepRing
from leadgate_service.records import Admission, Asking, Judged, Settlement
from leadgate_service.storage.aliases import AliasBook, known_by, linking_tokens, select_links
from leadgate_service.storage.journal import Record
from leadgate_service.storage.lead_book import SELECT_LEADS, SELECT_REFERENCES, SELECT_SOURCES, LeadBook
from leadgate_service.storage.ledger import Ledger, trader_domains
from leadgate_service.storage.lookups import SELECT_LOOKUPS, LookupBook
from leadgate_service.storage.policy import SELECT_POLICY_VERSION
from leadgate_service.storage.requests import RequestBook, release, select_requests
from leadgate_service.storage.suppressions import SELECT_SUPPRESSIONS, SuppressionList, Taught
from leadgate_service.storage.tokens import Tokens
from leadgate_service.storage.work import Hold, Work, together
from leadgate_service.store import PolicyMoved

DISCLOSED = "disclosed_to_provider"
"""The act of the audit entry that commits before a provider is asked."""

WITHHELD = "withheld_after_refusal"
"""The act of the audit entry when a refusal showed that a held lead is an objector's."""

_ACQUIRED = frozenset({Reason.RETENTION_ELAPSED, Reason.INELIGIBLE, Reason.NO_FIELDS, Reason.IRRELEVANT})
"""Refusals of an answer that was obtained all the same, so that the look-up record remembers it."""

_KNOWN = frozenset(
    {
        Reason.RESTRICTED,
        Reason.CONTENT_UNREADABLE,
        Reason.NOT_REPEATED,
        Reason.LOOKUP_IN_PROGRESS,
        Reason.RETENTION_ELAPSED,
    },
)
"""Refusals about somebody who is known under the key: what the caller tells of them is remembered all the same."""

_TOO_LATE = Decision(outcome=Outcome.NOT_STORED, reason=Reason.PROVIDER_FAILED)

_PASSING = frozenset({Reason.PROVIDER_FAILED, Reason.LOOKUP_IN_PROGRESS})
"""Refusals that a moment may change: the same request may be sent again under the same id."""


@dataclass(frozen=True, slots=True)
class Intake:
    """The units of work of intake, with the keys and ids that they use."""

    keep: KeepRing
    burn: BurnRing
    new_id: NewId

    def claim(self, asking: Asking, record: Record) -> Work[bytes | Taught | LeadgateError | None]:
        """Judge a question and claim it. See `Store.claim`; an error is returned, since a replay is no failure.

        A question that tells something new of who objected is left undone: see `Objections.learn`.
        """
        version, book, known = yield from self._open([asking], [asking.question])
        question = known.as_known(asking.question)
        earlier = book.earlier(asking.caller, claimed=asking.claimed)
        if earlier is not None:
            return earlier
        if asking.policy.version != version:
            raise PolicyMoved
        if taught := known.taught(question):
            return Taught(asking, taught)
        decision = _judge(asking.policy, known, question, asking.today)
        if decision.outcome is Outcome.ASK and asking.in_time:
            known.lookups.note(question, "asking")
            known.remember(question)
            book.remember(asking.caller, None)
            record(self._entry(asking, DISCLOSED, question.source.value, question.intake.lookup_key))
            yield from self._write(asking, known, book, record)
            return None
        if decision.reason is Reason.SUPPRESSED:
            self._withhold(asking, known, question, record)
        elif decision.reason in _KNOWN:
            known.refer(question)
            known.remember(question)
        if decision.outcome is Outcome.ASK:
            decision = _TOO_LATE
        response = asking.encode([Judged(decision)])
        if decision.reason not in _PASSING:
            book.remember(asking.caller, response)
        elif asking.claimed:
            yield from release(asking.caller)
        record(self._entry(asking, asking.caller.action, _code(decision), question.intake.lookup_key))
        yield from self._write(asking, known, book, record)
        return response

    def settle(self, settlement: Settlement, record: Record) -> Work[bytes]:
        """Record what a source said that had no answer to store. See `Store.settle`."""
        asking = settlement.asking
        question = asking.question
        _, book, known = yield from self._open([asking], [question])
        known.lookups.note(question, settlement.outcome)
        response = asking.encode([Judged(settlement.decision)])
        if settlement.final:
            book.remember(asking.caller, response)
        elif settlement.releases:
            yield from release(asking.caller)
        record(self._entry(asking, asking.caller.action, _code(settlement.decision), question.intake.lookup_key))
        yield from known.write(besides=book.writes())
        return response

    def admit(self, admissions: Sequence[Admission], record: Record) -> Work[list[bytes | Taught | Exception]]:
        """Judge and store several units as one transaction, each with an answer or an error of its own.

        A unit that tells something new of who objected is left undone: see `Objections.learn`.
        """
        candidates = [item for unit in admissions for item in unit.items if isinstance(item, Candidate)]
        version, book, known = yield from self._open(admissions, candidates)
        answers = [self._admit_one(unit, version, book, known, record) for unit in admissions]
        yield from self._write(admissions[-1], known, book, record)
        return answers

    def _write(self, latest: Asking | Admission, known: Ledger, book: RequestBook, record: Record) -> Work[None]:
        """Write what the transaction changes; what it shows to be an objector's has an entry of its own."""
        withheld = yield from known.reconsider()
        if withheld:
            record(self._withheld(latest, "leadgate", withheld))
        yield from known.write(besides=book.writes())

    def _admit_one(
        self,
        unit: Admission,
        version: int | None,
        book: RequestBook,
        known: Ledger,
        record: Record,
    ) -> bytes | Taught | Exception:
        earlier = book.earlier(unit.caller, claimed=unit.claimed)
        if earlier is not None:
            return earlier
        if unit.policy.version != version:
            return PolicyMoved()
        if not unit.policy.assessment.in_force(unit.today):
            return assessment_not_in_force()
        taught = [one for item in unit.items if isinstance(item, Candidate) for one in known.taught(item)]
        if taught:
            return Taught(unit, taught)
        judged = [self._judge_and_store(unit, known, item, record) for item in unit.items]
        response = unit.encode(judged)
        book.remember(unit.caller, response)
        record(self._entry_of(unit, judged))
        return response

    def _judge_and_store(
        self,
        unit: Admission,
        known: Ledger,
        item: Candidate | Decision,
        record: Record,
    ) -> Judged:
        if isinstance(item, Decision):
            return Judged(item)
        item = known.as_known(item)
        decision = decide(unit.policy, known.standing(item), item, unit.today)
        if decision.reason is Reason.SUPPRESSED:
            self._withhold(unit, known, item, record)
        lead_id = known.store(item, decision)
        if lead_id is not None or decision.reason in _ACQUIRED or unit.claimed:
            obtained_date = today_in(unit.policy.retention.zone_info, item.obtained_time)
            known.lookups.acquire(item, decision, obtained_date, asked=unit.claimed)
            known.remember(item)
        elif decision.reason in _KNOWN:
            known.remember(item)
        return Judged(decision, lead_id, item.dropped_attributes)

    def _withhold(self, unit: Asking | Admission, known: Ledger, candidate: Candidate, record: Record) -> None:
        """Make unreadable what a refusal shows to be an objector's; that is a change, with an entry of its own."""
        lead_id = known.withhold(candidate)
        if lead_id is not None:
            record(self._withheld(unit, unit.caller.principal, [lead_id]))

    def _withheld(self, unit: Asking | Admission, principal: str, lead_ids: Sequence[bytes]) -> Entry:
        return Entry(
            time=unit.now,
            principal=principal,
            action=WITHHELD,
            purpose=None,
            outcome="OK",
            count=len(lead_ids),
            detail="",
            policy_version=unit.policy.version,
            tokens=b"".join(self.keep.evidence_token("lead", lead_id) for lead_id in lead_ids),
        )

    def _open(
        self,
        units: Sequence[Asking] | Sequence[Admission],
        candidates: Sequence[Candidate],
    ) -> Work[tuple[int | None, RequestBook, Ledger]]:
        """Read what concerns a transaction: the policy's version, the calls' requests, and who the candidates are."""
        latest = units[-1]
        tokens = Tokens(self.keep)
        asked = {tokens[one] for candidate in candidates for one in (*candidate.identifiers, *candidate.beside)}
        asked |= {tokens[one] for candidate in candidates for one in trader_domains(candidate)}
        linking = linking_tokens(candidates, tokens)
        if linking:
            yield Hold(linking)
        versions, requests, suppressed, linked = yield together(
            SELECT_POLICY_VERSION(),
            select_requests(unit.caller for unit in units),
            SELECT_SUPPRESSIONS(tokens=list(asked)),
            select_links(candidates, linking, tokens),
        )
        aliases = AliasBook(tokens, linked)
        known_as = {tokens[key] for key in known_by(candidates)}
        looked_up, leads, suppressed_links = yield together(
            SELECT_LOOKUPS(keys=list(known_as | aliases.keys)),
            SELECT_LEADS(keys=list(known_as | aliases.keys)),
            SELECT_SUPPRESSIONS(tokens=list(aliases.tokens - asked)),
        )
        # Only now, since the leads were locked as they are after whoever held them, which a snapshot may not be.
        lead_ids = [row[0] for row in leads]
        beside = together(SELECT_SOURCES(lead_ids=lead_ids), SELECT_REFERENCES(lead_ids=lead_ids))
        sources, references = (yield beside) if leads else ([], [])
        # If the newest of their policies is not in force, none is, and nothing will be decided under it.
        policy = max((unit.policy for unit in units), key=lambda policy: policy.version)
        known = Ledger(
            policy=policy,
            now=latest.now,
            today=latest.today,
            tokens=tokens,
            leads=LeadBook(
                policy=policy,
                burn=self.burn,
                new_id=self.new_id,
                now=latest.now,
                today=latest.today,
                tokens=tokens,
                leads=leads,
                sources=sources,
                references=references,
            ),
            lookups=LookupBook(tokens, aliases, looked_up, latest.now, latest.today),
            aliases=aliases,
            suppressions=SuppressionList([*suppressed, *suppressed_links]),
        )
        return versions[0][0], RequestBook(self.keep, latest.now, requests), known

    def _entry(self, asking: Asking, action: str, outcome: str, subject: Identifier) -> Entry:
        return Entry(
            time=asking.now,
            principal=asking.caller.principal,
            action=action,
            purpose=None,
            outcome=outcome,
            count=1,
            detail="",
            policy_version=asking.policy.version,
            # Not of the token: evidence stays as it is when a rotation changes that.
            tokens=self.keep.evidence_token(subject.kind, subject.canonical.encode()),
        )

    def _entry_of(self, unit: Admission, judged: Sequence[Judged]) -> Entry:
        held = [item.lead_id for item in judged if item.lead_id is not None]
        codes = Counter(_code(item.decision) for item in judged)
        return Entry(
            time=unit.now,
            principal=unit.caller.principal,
            action=unit.caller.action,
            purpose=None,
            outcome="OK",
            count=len(held),
            detail=" ".join(f"{code}={count}" for code, count in sorted(codes.items())),
            policy_version=unit.policy.version,
            tokens=b"".join(self.keep.evidence_token("lead", lead_id) for lead_id in held),
        )


def assessment_not_in_force() -> FailedPrecondition:
    """Say that intake is closed (R-009)."""
    return FailedPrecondition(
        "ASSESSMENT_NOT_IN_FORCE",
        "No approved legitimate-interest assessment is in force: have it approved or reviewed, then apply the policy.",
    )


def _judge(policy: Policy, known: Ledger, question: Candidate, today: date) -> Decision:
    decision = decide(policy, known.standing(question), question, today)
    if decision.reason is Reason.ASSESSMENT_NOT_IN_FORCE:
        raise assessment_not_in_force()
    return decision


def _code(decision: Decision) -> str:
    return decision.outcome if decision.reason is None else f"{decision.outcome}.{decision.reason}"
