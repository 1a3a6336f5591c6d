"""Intake: take answers that were fetched elsewhere through the same gate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadgate_providers.documents import Unreadable, handed_in

from leadgate_service.domain.candidate import Candidate, Intake, prepare
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.domain.policy import Policy
from leadgate_service.domain.projection import Answer, project
from leadgate_service.domain.register import SourceName
from leadgate_service.errors import InvalidArgument
from leadgate_service.records import Admission, Caller, EncodeJudged
from leadgate_service.store import Store
from leadgate_service.usecases.clock import Moment, Now, moment
from leadgate_service.usecases.policy import PolicyInForce
from leadgate_service.usecases.recipients import require_recipient


@dataclass(frozen=True, slots=True)
class Delivery:
    """One answer that was fetched elsewhere.

    Attributes:
        intake: What the caller says of it.
        source: Who gave it.
        obtained_time: When; None means now.
        answer: The provider's bytes, or an answer already mapped.
    """

    intake: Intake
    source: SourceName
    obtained_time: datetime | None
    answer: bytes | Answer


async def ingest(  # noqa: PLR0913 - a command with its surroundings
    store: Store,
    policies: PolicyInForce,
    now: Now,
    *,
    caller: Caller,
    items: Sequence[Delivery | Decision],
    encode: EncodeJudged,
) -> bytes:
    """Gate answers that were fetched elsewhere, as one unit. Items already decided on are passed through.

    An item whose CRM record is of a recipient that the policy does not list is invalid, and stops no other.

    Raises:
        FailedPrecondition: ASSESSMENT_NOT_IN_FORCE, REQUEST_ID_REUSED.
        Aborted: REQUEST_IN_PROGRESS.
        Unavailable: STORE_UNAVAILABLE.
    """

    async def attempt(policy: Policy) -> bytes:
        when = moment(now, policy)
        admission = Admission(
            caller=caller,
            policy=policy,
            items=[_candidate(policy, item, when) for item in items],
            now=when.now,
            today=when.today,
            claimed=False,
            encode=encode,
        )
        return await store.admit(admission)

    return await policies.under(attempt)


def invalid_item(error: InvalidArgument) -> Decision:
    """Decide on an item of a batch that breaks a rule of the contract, so that it stops no other."""
    return Decision(
        outcome=Outcome.NOT_STORED,
        reason=Reason.INVALID_ITEM,
        invalid_field=error.metadata["field"],
        broken_rule=error.metadata["rule"],
    )


def _candidate(policy: Policy, item: Delivery | Decision, when: Moment) -> Candidate | Decision:
    if isinstance(item, Decision):
        return item
    try:
        require_recipient(policy, item.intake.crm_record)
    except InvalidArgument as error:
        return invalid_item(error)
    answer = item.answer
    if isinstance(answer, bytes):
        try:
            body = handed_in(answer, of_domain=item.intake.domain is not None)
        except Unreadable:
            return Decision(outcome=Outcome.NOT_STORED, reason=Reason.ANSWER_UNREADABLE)
        answer = project(item.source, body, when.today)
    return prepare(policy, item.intake, item.source, item.obtained_time or when.now, answer)
