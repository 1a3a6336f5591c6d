"""Enrichment: ask the providers about one lead, in the policy's order, and gate what they answer."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from leadgate_providers import LEAST_SECONDS, Query
from leadgate_providers import Outcome as Reply

from leadgate_service.domain.candidate import Intake, prepare, question
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.domain.objector import Objector
from leadgate_service.domain.policy import Policy
from leadgate_service.domain.projection import project
from leadgate_service.domain.register import SourceName, Unusable
from leadgate_service.errors import FailedPrecondition, LeadgateError, PermissionDenied
from leadgate_service.records import Admission, Asking, Caller, EncodeJudged, Objection, Settlement
from leadgate_service.store import Store
from leadgate_service.usecases import objections
from leadgate_service.usecases.clock import Moment, Now, moment
from leadgate_service.usecases.policy import PolicyInForce
from leadgate_service.usecases.recipients import require_recipient

StillAllowed = Callable[[], Coroutine[Any, Any, bool]]
"""Says whether a provider may be told of the person once more."""

Ask = Callable[[SourceName, Query, float, StillAllowed], Awaitable[tuple[Reply, Mapping[str, object] | None]]]
"""Asks a provider, within so many seconds, and repeats a request only while that is still allowed."""

MOST_ASKED_AT_ONCE = 32
"""How many look-ups run at once; more wait, unclaimed, within their own deadlines."""


@dataclass(frozen=True, slots=True)
class _Ending:
    """What an answer without content means.

    Attributes:
        outcome: For the look-up record.
        decision: For the caller.
        final: It is kept for the request id.
        ask_next: The next source may be asked.
    """

    outcome: str
    decision: Decision
    final: bool = False
    ask_next: bool = False


def _not_stored(reason: Reason) -> Decision:
    return Decision(outcome=Outcome.NOT_STORED, reason=reason)


_ENDINGS: Mapping[Reply, _Ending] = {
    # Found and not found are answers; nobody else is told of the person then.
    Reply.MISS: _Ending("miss", _not_stored(Reason.NOT_FOUND), final=True),
    Reply.OBJECTED: _Ending("miss", _not_stored(Reason.SUPPRESSED), final=True),
    # The person objected to us between two requests. The provider gave no answer, so nothing counts as a look-up.
    Reply.STOPPED: _Ending("failed", _not_stored(Reason.SUPPRESSED), final=True),
    Reply.QUEUED: _Ending("queued", Decision(outcome=Outcome.QUEUED)),
    Reply.INVALID: _Ending("failed", _not_stored(Reason.LOOKUP_REFUSED), final=True, ask_next=True),
    Reply.RETRY: _Ending("failed", _not_stored(Reason.PROVIDER_FAILED), ask_next=True),
    Reply.OUT_OF_CREDIT: _Ending("failed", _not_stored(Reason.PROVIDER_OUT_OF_CREDIT), ask_next=True),
    Reply.AUTH: _Ending("failed", _not_stored(Reason.PROVIDER_KEY_REFUSED), ask_next=True),
    Reply.UNREADABLE: _Ending("failed", _not_stored(Reason.ANSWER_UNREADABLE), ask_next=True),
}


class Enrichment:
    """Asks providers about leads, and brings the answers in.

    Args:
        store: Where claims and answers go.
        policies: The policy in force.
        now: The clock.
        sources: Providers that are configured.
        ask: Asks one of them.
    """

    def __init__(
        self,
        store: Store,
        policies: PolicyInForce,
        now: Now,
        sources: frozenset[SourceName],
        ask: Ask,
    ) -> None:
        self._store = store
        self._policies = policies
        self._now = now
        self._sources = sources
        self._ask = ask
        self._asking = asyncio.Semaphore(MOST_ASKED_AT_ONCE)
        self._enriching: set[asyncio.Task[bytes]] = set()

    async def enrich(self, caller: Caller, intake: Intake, encode: EncodeJudged, *, seconds: float) -> bytes:
        """Ask the active sources, in the policy's order, until one answers, and gate the answer.

        It runs to its end even if the caller gives up: what a provider was told must be settled.

        Args:
            caller: Who asks.
            intake: About whom or what.
            encode: Makes the answer.
            seconds: How long all providers together may take.

        Raises:
            InvalidArgument: FIELD_INVALID: the policy does not list the CRM record's recipient.
            PermissionDenied: SOURCE_NOT_ACTIVE.
            FailedPrecondition: ASSESSMENT_NOT_IN_FORCE, ATTESTATION_LAPSED, TRANSFER_MECHANISM_INVALID,
                REQUEST_ID_REUSED.
            Aborted: REQUEST_IN_PROGRESS.
            Unavailable: STORE_UNAVAILABLE.
        """
        require_recipient(await self._policies.current(), intake.crm_record)
        deadline = asyncio.get_running_loop().time() + seconds
        enquiry = _Enquiry(caller, intake, encode, deadline)
        enriching = asyncio.create_task(self._enrich(enquiry))
        self._enriching.add(enriching)
        enriching.add_done_callback(self._enriching.discard)
        return await asyncio.shield(enriching)

    async def drain(self) -> None:
        """Wait until every look-up is settled, those included whose callers gave up."""
        while self._enriching:
            await asyncio.wait(self._enriching)

    async def _enrich(self, enquiry: "_Enquiry") -> bytes:
        while True:
            # The place in the queue comes before the claim, so that nobody objects between the claim and the question.
            async with self._asking:
                claim = await self._policies.under(lambda policy: self._claim(enquiry, policy))
                if isinstance(claim, bytes):
                    return claim
                source = claim.question.source
                # What is on record as disclosed is sent, though the claim took all the time there was.
                seconds = max(enquiry.seconds_left, LEAST_SECONDS)
                reply, body = await self._ask(source, enquiry.query, seconds, lambda: self._still_allowed(enquiry))
            if reply is Reply.OK and body is not None:
                return await self._admit(enquiry, source, body)
            if reply is Reply.OBJECTED:
                await self._remember_objection(claim)
            ending = _ENDINGS[reply]
            last = not (ending.ask_next and enquiry.sources and enquiry.in_time)
            response = await self._settle(claim, ending, last=last)
            if last:
                return response

    async def _claim(self, enquiry: "_Enquiry", policy: Policy) -> Asking | bytes:
        """Claim the next source; return the question that may be asked now, or the answer if none may."""
        when = moment(self._now, policy)
        if not enquiry.claimed:
            enquiry.sources = self._usable(policy, when)
        asking = enquiry.asking(policy, enquiry.sources[0], when)
        refused = await self._store.claim(asking)
        if refused is not None:
            return refused
        del enquiry.sources[0]
        enquiry.claimed = True
        return asking

    async def _still_allowed(self, enquiry: "_Enquiry") -> bool:
        """Say whether nobody objected since the claim: every further request tells the provider anew."""
        return not await self._store.is_suppressed(enquiry.intake.identifiers)

    def _usable(self, policy: Policy, when: Moment) -> list[SourceName]:
        """Return the configured sources that may be asked today, or refuse with the first one's reason."""
        registered = [source for source in policy.sources if source.name in self._sources]
        reasons = [source.usable(when.today) for source in registered]
        usable = [source.name for source, reason in zip(registered, reasons, strict=True) if reason is None]
        if usable:
            return usable
        raise _refusal(next((reason for reason in reasons if reason is not None), Unusable.SOURCE_NOT_ACTIVE))

    async def _admit(self, enquiry: "_Enquiry", source: SourceName, body: Mapping[str, object]) -> bytes:
        async def attempt(policy: Policy) -> bytes:
            when = moment(self._now, policy)
            candidate = prepare(policy, enquiry.intake, source, when.now, project(source, body, when.today))
            admission = Admission(
                caller=enquiry.caller,
                policy=policy,
                items=[candidate],
                now=when.now,
                today=when.today,
                claimed=True,
                encode=enquiry.encode,
            )
            return await self._store.admit(admission)

        return await self._policies.under(attempt)

    async def _settle(self, asking: Asking, ending: _Ending, *, last: bool) -> bytes:
        settlement = Settlement(
            asking=asking,
            outcome=ending.outcome,
            decision=ending.decision,
            final=ending.final and last,
            releases=last and not ending.final,
        )
        return await self._store.settle(settlement)

    async def _remember_objection(self, asking: Asking) -> None:
        """Register what the provider told us: the person asked it to stop, and us with it."""
        caller, said = asking.caller, asking.question.intake
        if said.email is None:
            return
        records = (said.crm_record,) if said.crm_record is not None and said.crm_record.of_person else ()
        await objections.register(
            self._store,
            asking.policy,
            caller=replace(caller, action="objection_by_provider", request_id=_objected(caller.request_id)),
            objections=[
                Objection(
                    objector=Objector(emails=(said.email,), crm_records=records),
                    channel="provider",
                    received_time=asking.now,
                )
            ],
            now=self._now(),
            encode=lambda answers: b"".join(one.objection_id for one in answers if one is not None),
            registered=lambda answer: [answer],
        )


@dataclass(slots=True)
class _Enquiry:
    """One EnrichLead on its way from source to source.

    Attributes:
        caller: Who asks.
        intake: About whom or what.
        encode: Makes the answer.
        deadline: On the loop's clock.
        claimed: The request id is claimed by now. From then on the sources stay, though the policy moves.
        sources: Those that are still to be asked, in their order.
    """

    caller: Caller
    intake: Intake
    encode: EncodeJudged
    deadline: float
    claimed: bool = False
    sources: list[SourceName] = field(default_factory=list)

    @property
    def query(self) -> Query:
        return Query(email=self.intake.email, domain=self.intake.domain)

    @property
    def seconds_left(self) -> float:
        return self.deadline - asyncio.get_running_loop().time()

    @property
    def in_time(self) -> bool:
        return self.seconds_left >= LEAST_SECONDS

    def asking(self, policy: Policy, source: SourceName, when: Moment) -> Asking:
        return Asking(
            caller=self.caller,
            policy=policy,
            question=question(policy, self.intake, source, when.now),
            now=when.now,
            today=when.today,
            claimed=self.claimed,
            in_time=self.in_time,
            encode=self.encode,
        )


def _objected(request_id: str) -> str:
    """Make the request id of the objection that a look-up brought: another for each look-up, the same when repeated."""
    return hashlib.sha256(f"objected {request_id}".encode()).hexdigest()


def _refusal(reason: Unusable) -> LeadgateError:
    if reason is Unusable.SOURCE_NOT_ACTIVE:
        return PermissionDenied("SOURCE_NOT_ACTIVE", "No configured source is active: activate one in the policy.")
    if reason is Unusable.ATTESTATION_LAPSED:
        return FailedPrecondition("ATTESTATION_LAPSED", "The attestation of lawful collection has lapsed: renew it.")
    return FailedPrecondition(
        "TRANSFER_MECHANISM_INVALID",
        "No valid mechanism covers the transfer today: renew it and record it in the policy. Nothing was sent.",
    )
