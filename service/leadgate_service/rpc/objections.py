"""leadgate.v1.ObjectionService."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from leadgate.v1 import objection_service_pb2 as wire

from leadgate_service.domain.access import PrincipalKind, Role
from leadgate_service.domain.objector import ContactScope, Objector
from leadgate_service.domain.policy import Policy
from leadgate_service.errors import LeadgateError, PermissionDenied, invalid
from leadgate_service.keep_ring import KeepRing
from leadgate_service.records import Annulment, Objection, ObjectionFilter, ObjectionState, Registered
from leadgate_service.rpc.convert import email_from_pb, lead_id_from_pb, request_id, time_to_pb
from leadgate_service.rpc.convert_objections import (
    ANNULMENT_REASONS,
    CONTACT_SCOPES,
    PURPOSES,
    annulled_to_pb,
    channel_from_pb,
    id_of,
    import_id_from_pb,
    objection_to_pb,
    objector_from_pb,
    party_from_pb,
    preview_to_pb,
    receipts_to_pb,
    received_from_pb,
    reference_from_pb,
    registered_to_pb,
    with_receipts,
)
from leadgate_service.rpc.objection_items import ItemReader, Readable, in_order, judged_result, registered_result
from leadgate_service.rpc.paging import Pages, page_size
from leadgate_service.rpc.pipeline import Call
from leadgate_service.store import Store
from leadgate_service.usecases import annulments, objections
from leadgate_service.usecases.clock import Now
from leadgate_service.usecases.objections import Asker
from leadgate_service.usecases.pace import Pace
from leadgate_service.usecases.policy import PolicyInForce
from leadgate_service.usecases.recipients import require_recipient

MOST_ITEMS = 500
DEFAULT_PAGE, MOST_PAGE = 50, 100

_ENDED = frozenset({ObjectionState.ANNULLED, ObjectionState.LIFTED})


class ObjectionService:
    """Reads requests, registers and ends objections, writes acknowledgements."""

    def __init__(self, store: Store, keep: KeepRing, policies: PolicyInForce, now: Now) -> None:
        self._store = store
        self._keep = keep
        self._policies = policies
        self._now = now
        self._pace = Pace()

    async def RegisterObjection(  # noqa: N802
        self,
        request: wire.RegisterObjectionRequest,
        call: Call,
    ) -> wire.RegisterObjectionResponse:
        """Suppress a person or a company, or say whom that would reach."""
        caller, now = call.caller(request_id(request.request_id)), self._now()
        policy, party = await self._policies.current(), party_from_pb(request, self._keep.open_unsubscribe_token)
        objection = Objection(
            objector=party,
            channel=channel_from_pb(request.channel),
            received_time=received_from_pb(request, now),
            contact_scope=CONTACT_SCOPES.read_optional(request.contact_scope, "contact_scope") or ContactScope.ALL,
            purpose=PURPOSES.read_optional(request.purpose, "purpose"),
            reference=reference_from_pb(request.reference),
        )
        if request.validate_only:
            return preview_to_pb(await objections.preview(self._store, await self._asker(call), party))
        acknowledgement = await objections.register(
            self._store,
            policy,
            caller=caller,
            objections=[objection],
            confirmed=Role.PRIVACY_OFFICER in call.principal.roles,
            now=now,
            encode=_only,
            registered=lambda answer: [id_of(wire.RegisterObjectionResponse.FromString(answer))],
        )
        return with_receipts(acknowledgement, policy, objection)

    async def BatchRegisterObjections(  # noqa: N802
        self,
        request: wire.BatchRegisterObjectionsRequest,
        call: Call,
    ) -> wire.BatchRegisterObjectionsResponse:
        """Suppress many people, each with an outcome of its own."""
        caller, now, policy = call.caller(request_id(request.request_id)), self._now(), await self._policies.current()
        if not 1 <= len(request.items) <= MOST_ITEMS:
            raise invalid("items", f"must be 1 to {MOST_ITEMS}")
        reader = ItemReader(
            channel=channel_from_pb(request.channel),
            import_id=import_id_from_pb(request.import_id),
            now=now,
            open_link=self._keep.open_unsubscribe_token,
            require_recipient=partial(require_recipient, policy),
        )
        items = [reader.read(item) for item in request.items]
        readable = [one.objection for one in items if isinstance(one, Readable)]
        if request.validate_only:
            return await self._judged(items, readable, call)
        acknowledgement = await objections.register(
            self._store,
            policy,
            caller=caller,
            objections=readable,
            now=now,
            encode=lambda answers: _results(items, answers, now, policy),
            registered=_ids,
        )
        return wire.BatchRegisterObjectionsResponse.FromString(acknowledgement)

    async def GetObjection(self, request: wire.GetObjectionRequest, call: Call) -> wire.GetObjectionResponse:  # noqa: N802
        """Say what became of an objection."""
        objection_id = lead_id_from_pb(request.objection_id, "objection_id")
        asker = await self._asker(call)
        record = await objections.get(self._store, asker, objection_id)
        response = wire.GetObjectionResponse(objection=objection_to_pb(record))
        if record.state not in _ENDED:
            receipts = receipts_to_pb(record.registered, asker.policy, record.basis, record.contact_scope)
            response.receipts.extend(receipts)
        return response

    async def ListObjections(self, request: wire.ListObjectionsRequest, call: Call) -> wire.ListObjectionsResponse:  # noqa: N802
        """List objections, newest first."""
        wanted = ObjectionFilter(
            reference=reference_from_pb(request.reference),
            import_id=import_id_from_pb(request.import_id),
        )
        most = page_size(request.page_size, default=DEFAULT_PAGE, most=MOST_PAGE)
        pages = Pages(self._keep, request, call)
        found = await objections.query(self._store, await self._asker(call), wanted, before=pages.after, most=most)
        shown = found[:most]
        return wire.ListObjectionsResponse(
            objections=map(objection_to_pb, shown),
            next_page_token=pages.next(shown[-1].registered.objection_id if len(found) > most else None),
        )

    async def AnnulObjection(self, request: wire.AnnulObjectionRequest, call: Call) -> wire.AnnulObjectionResponse:  # noqa: N802
        """Propose to annul an objection or an import, or agree to it."""
        caller, now, policy = call.caller(request_id(request.request_id)), self._now(), await self._policies.current()
        if call.principal.kind is not PrincipalKind.PERSON:
            raise PermissionDenied("PERSON_NEEDED", "Two people annul an objection: call with a person's token.")
        answer = await self._store.annul(
            Annulment(
                caller=caller,
                target=_target(request),
                reason=ANNULMENT_REASONS.read(request.reason, "reason"),
                now=now,
                policy_version=policy.version,
                encode=annulled_to_pb,
            ),
        )
        return wire.AnnulObjectionResponse.FromString(answer)

    async def LiftSuppression(self, request: wire.LiftSuppressionRequest, call: Call) -> wire.LiftSuppressionResponse:  # noqa: N802
        """Make the challenge that proves whose address it is, or, with its answer, end their suppression."""
        caller, asker = call.caller(request_id(request.request_id)), await self._caller(call)
        match request.WhichOneof("step"):
            case "email":
                email = email_from_pb(request.email, "email")
                challenge = await annulments.challenge(self._store, self._keep, asker, email)
                expire_time = time_to_pb(challenge.expire_time)
                return wire.LiftSuppressionResponse(challenge=challenge.code, expire_time=expire_time)
            case "challenge":
                code = request.challenge
                answer = await annulments.lift(self._store, self._keep, asker, caller, code, encode=_lifted_to_pb)
                return wire.LiftSuppressionResponse.FromString(answer)
            case _:
                raise invalid("step", "must be an email or a challenge")

    async def CheckSuppression(  # noqa: N802
        self,
        request: wire.CheckSuppressionRequest,
        call: Call,
    ) -> wire.CheckSuppressionResponse:
        """Say whether a person may not be processed."""
        objector = objector_from_pb(request.objector)
        suppressed = await objections.check(self._store, await self._asker(call), objector)
        return wire.CheckSuppressionResponse(suppressed=suppressed)

    async def _judged(
        self, items: Iterable[Readable | wire.ObjectionResult], readable: Iterable[Objection], call: Call
    ) -> wire.BatchRegisterObjectionsResponse:
        """Say what would become of a batch. Nobody's data is in that, so it does not count as a question about them."""
        persons = [one.objector for one in readable if isinstance(one.objector, Objector)]
        judged = await objections.judge(self._store, await self._caller(call), persons)
        results = (judged_result(names_somebody=one) for one in judged)
        return wire.BatchRegisterObjectionsResponse(results=in_order(items, results))

    async def _caller(self, call: Call) -> Asker:
        return Asker(call.principal.name, call.method, await self._policies.current(), self._now())

    async def _asker(self, call: Call) -> Asker:
        """Say who asks about people, if that is not too often."""
        asker = await self._caller(call)
        self._pace.take(asker.principal, asker.now, asker.policy.objections.questions_per_minute)
        return asker


def _only(answers: Sequence[Registered | None]) -> bytes | LeadgateError:
    (registered,) = answers
    return registered_to_pb(registered).SerializeToString() if registered is not None else objections.nobody()


def _results(
    items: Iterable[Readable | wire.ObjectionResult],
    answers: Iterable[Registered | None],
    now: datetime,
    policy: Policy,
) -> bytes:
    """Write the acknowledgement of a batch."""
    return wire.BatchRegisterObjectionsResponse(
        results=in_order(items, map(registered_result, answers)),
        effective_time=time_to_pb(now),
        erase_time=time_to_pb(now + policy.objections.erase_after),
    ).SerializeToString()


def _ids(answer: bytes) -> list[bytes]:
    results = wire.BatchRegisterObjectionsResponse.FromString(answer).results
    return [id_of(one) for one in results if one.objection_id]


def _target(request: wire.AnnulObjectionRequest) -> bytes | str:
    if request.WhichOneof("target") == "objection_id":
        return lead_id_from_pb(request.objection_id, "objection_id")
    import_id = import_id_from_pb(request.import_id)
    if import_id is None:
        raise invalid("target", "must be an objection_id or an import_id")
    return import_id


def _lifted_to_pb(objections_lifted: int) -> bytes:
    return wire.LiftSuppressionResponse(lifted_objections=objections_lifted).SerializeToString()
