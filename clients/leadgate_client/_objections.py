"""Calls of the ObjectionService: the door for people."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import grpc
from leadgate.v1.objection_service_pb2 import (
    CONTACT_SCOPE_UNSPECIFIED,
    OBJECTION_PURPOSE_UNSPECIFIED,
    OBJECTION_SCOPE_COMPANY,
    OBJECTION_SCOPE_PERSON,
    AnnulmentReason,
    AnnulObjectionRequest,
    AnnulObjectionResponse,
    BatchRegisterObjectionsRequest,
    BatchRegisterObjectionsResponse,
    CheckSuppressionRequest,
    ContactScope,
    GetObjectionRequest,
    GetObjectionResponse,
    LiftSuppressionRequest,
    ListObjectionsRequest,
    ListObjectionsResponse,
    Objection,
    ObjectionChannel,
    ObjectionPurpose,
    RegisterObjectionRequest,
    RegisterObjectionResponse,
)
from leadgate.v1.objection_service_pb2_grpc import ObjectionServiceStub

from leadgate_client._calls import (
    MANY_OBJECTIONS_SECONDS,
    OBJECTION_SECONDS,
    READ_SECONDS,
    Calls,
    request_id_or_new,
)
from leadgate_client._convert import objection_item_to_pb, objector_to_pb, time_to_pb
from leadgate_client._pages import Pager
from leadgate_client._records import Company, LiftChallenge, ObjectionItem, Objector


class ObjectionPager(Pager[ListObjectionsResponse, Objection]):
    """Objections, page after page as they are needed. Each iteration reads anew from the first page."""

    @staticmethod
    def _items(page: ListObjectionsResponse) -> Sequence[Objection]:
        return page.objections


class ObjectionCalls(Calls):
    """Calls that register objections, ask for them and take them back."""

    def __init__(self, channel: grpc.Channel, token: str) -> None:
        super().__init__(channel, token)
        self._objections = ObjectionServiceStub(channel)

    def register_objection(  # noqa: PLR0913 - one keyword for each field of the request
        self,
        objector: Objector | Company,
        *,
        channel: ObjectionChannel.ValueType,
        received_time: datetime | None = None,
        reference: str = "",
        contact_scope: ContactScope.ValueType = CONTACT_SCOPE_UNSPECIFIED,
        purpose: ObjectionPurpose.ValueType = OBJECTION_PURPOSE_UNSPECIFIED,
        validate_only: bool = False,
        request_id: str | None = None,
        timeout: float = OBJECTION_SECONDS,
    ) -> RegisterObjectionResponse:
        """Stop the processing of a person (GDPR Art. 21). When this returns, it has stopped everywhere in the service.

        Args:
            objector: The person, by whatever is known; or a company, for all who work there.
            channel: How the objection came.
            received_time: When it reached anybody in the organisation, with its time zone; None means now.
            reference: Your own case number, at most 64 characters. No name.
            contact_scope: By which channels the person wants to hear nothing more; all if unspecified.
            purpose: What the person objects to, as far as they said; it is recorded and changes nothing.
            validate_only: Check everything and do nothing: the answer says whom the objection would reach.
            request_id: Pass your own to repeat the call after an error of unknown effect; else a random one is used.
            timeout: Seconds for the call with all its retries.

        Returns:
            The acknowledgement, with an id to quote to the person. Its `erase_time` is absent where a company has so
            many leads that a privacy officer has to register its objection, too, before they are erased; and where
            nothing that was given tells for certain whose data are held.

        Raises:
            ValueError: *received_time* has no time zone.
            InvalidField: An argument breaks a rule of the contract.
            NotFound: *objector* has ids of leads alone, and none of them is held.
            RateLimited: Too many previews in a while.
            RequestIdReused: *request_id* was used with other arguments.
        """
        person, company = (None, objector) if isinstance(objector, Company) else (objector, None)
        request = RegisterObjectionRequest(
            request_id=request_id_or_new(request_id),
            objector=objector_to_pb(person) if person is not None else None,
            scope=OBJECTION_SCOPE_PERSON if company is None else OBJECTION_SCOPE_COMPANY,
            company_domains=company.domains if company is not None else (),
            channel=channel,
            received_time=time_to_pb(received_time),
            reference=reference,
            contact_scope=contact_scope,
            purpose=purpose,
            validate_only=validate_only,
        )
        return self._call(self._objections.RegisterObjection, request, timeout)

    def batch_register_objections(  # noqa: PLR0913 - one keyword for each field of the request
        self,
        items: Iterable[ObjectionItem],
        *,
        channel: ObjectionChannel.ValueType,
        import_id: str = "",
        validate_only: bool = False,
        request_id: str | None = None,
        timeout: float = MANY_OBJECTIONS_SECONDS,
    ) -> BatchRegisterObjectionsResponse:
        """Register 1 to 500 objections of people in one unit.

        Args:
            items: The objections. A bad one never stops a good one, and what is bad of one is left out if it has a
                sound identifier: either is told in its result.
            channel: How they came.
            import_id: The import that they are a part of, so that the whole can be annulled: 1 to 64 letters, digits,
                dots, colons, underscores and hyphens. Empty if there is none.
            validate_only: Judge every item and do nothing: the outcome of what would be registered is VALID.
            request_id: Pass your own to repeat the call after an error of unknown effect; else a random one is used.
            timeout: Seconds for the call with all its retries.

        Returns:
            One result for each item, in order. None holds a personal value.

        Raises:
            ValueError: An item's time has no time zone.
            InvalidField: There is no item, or more than 500; or *channel* or *import_id* breaks a rule.
            RequestIdReused: *request_id* was used with other arguments.
            ImportAnnulled: Two people annulled the import.
        """
        request = BatchRegisterObjectionsRequest(
            request_id=request_id_or_new(request_id),
            items=map(objection_item_to_pb, items),
            channel=channel,
            import_id=import_id,
            validate_only=validate_only,
        )
        return self._call(self._objections.BatchRegisterObjections, request, timeout)

    def get_objection(self, objection_id: str, *, timeout: float = READ_SECONDS) -> GetObjectionResponse:
        """Ask what became of an objection.

        Args:
            objection_id: The id that was quoted to the person.
            timeout: Seconds for the call with all its retries.

        Returns:
            The objection, which does not say whose it is, and the texts to hand over, as they were.

        Raises:
            InvalidField: *objection_id* is no id.
            NotFound: There is no such objection.
            RateLimited: Too many look-ups in a while.
        """
        return self._call(self._objections.GetObjection, GetObjectionRequest(objection_id=objection_id), timeout)

    def list_objections(
        self,
        *,
        reference: str = "",
        import_id: str = "",
        page_size: int = 0,
        page_token: str = "",
        timeout: float = READ_SECONDS,
    ) -> ObjectionPager:
        """List objections, newest first.

        Nothing is asked until the pager is iterated over; errors come from there.

        Args:
            reference: Only those with this case number; empty means all.
            import_id: Only those of this import; empty means all.
            page_size: Most objections in a page, up to 100; 0 leaves it to the service.
            page_token: Where to go on: `next_page_token` of a page of the same list. Empty starts at the first page.
            timeout: Seconds for each page with all its retries.

        Returns:
            A pager over the objections.

        Raises:
            InvalidField: An argument breaks a rule of the contract, or *page_token* belongs to another list.
            RateLimited: Too many look-ups in a while.
        """

        def page(token: str) -> ListObjectionsResponse:
            request = ListObjectionsRequest(
                page_size=page_size, page_token=token, reference=reference, import_id=import_id
            )
            return self._call(self._objections.ListObjections, request, timeout)

        return ObjectionPager(page, page_token)

    def annul_objection(
        self,
        *,
        reason: AnnulmentReason.ValueType,
        objection_id: str | None = None,
        import_id: str | None = None,
        request_id: str | None = None,
        timeout: float = MANY_OBJECTIONS_SECONDS,
    ) -> AnnulObjectionResponse:
        """Take back a registration that was never the person's. The second person who calls this makes it happen.

        That somebody changed their mind is no reason: see `request_lift`.

        Args:
            reason: Why it was never theirs. Both people give the same.
            objection_id: The objection. Give exactly one of *objection_id* and *import_id*.
            import_id: Every objection of an import.
            request_id: Pass your own to repeat the call after an error of unknown effect; else a random one is used.
            timeout: Seconds for the call with all its retries.

        Returns:
            How far the annulment is: OBJECTION_STATE_ANNULMENT_PROPOSED after the first person's call,
            OBJECTION_STATE_ANNULLED after the second's.

        Raises:
            TypeError: Not exactly one of *objection_id* and *import_id* is given.
            InvalidField: An argument breaks a rule of the contract.
            NotFound: There is no such objection, or no such import.
            AnnulmentDiffers: It was proposed for another reason.
            RequestIdReused: *request_id* was used with other arguments.
        """
        request = _annul_request(objection_id, import_id)
        request.request_id = request_id_or_new(request_id)
        request.reason = reason
        return self._call(self._objections.AnnulObjection, request, timeout)

    def request_lift(
        self, email: str, *, request_id: str | None = None, timeout: float = OBJECTION_SECONDS
    ) -> LiftChallenge:
        """Begin to lift the suppression of a person who says themselves that they want to be known again.

        Args:
            email: The person's address.
            request_id: Pass your own to repeat the call after an error of unknown effect; else a random one is used.
            timeout: Seconds for the call with all its retries.

        Returns:
            What to deliver to that very address, and to nobody else. It is made whether or not anybody objected by
            this address.

        Raises:
            InvalidField: *email* is no address.
            RequestIdReused: *request_id* was used with other arguments.
        """
        request = LiftSuppressionRequest(request_id=request_id_or_new(request_id), email=email)
        response = self._call(self._objections.LiftSuppression, request, timeout)
        return LiftChallenge(challenge=response.challenge, expire_time=response.expire_time.ToDatetime(tzinfo=UTC))

    def lift_suppression(
        self, challenge: str, *, request_id: str | None = None, timeout: float = OBJECTION_SECONDS
    ) -> int:
        """Lift every objection that named the address which a challenge was delivered to. Nothing erased is restored.

        Args:
            challenge: What the person sent back.
            request_id: Pass your own to repeat the call after an error of unknown effect; else a random one is used.
            timeout: Seconds for the call with all its retries.

        Returns:
            How many objections ended.

        Raises:
            ChallengeInvalid: The challenge is not one of the service's, is over, or the person objected again since.
            RequestIdReused: *request_id* was used with other arguments.
        """
        request = LiftSuppressionRequest(request_id=request_id_or_new(request_id), challenge=challenge)
        return self._call(self._objections.LiftSuppression, request, timeout).lifted_objections

    def check_suppression(self, objector: Objector, *, timeout: float = READ_SECONDS) -> bool:
        """Ask whether a person may not be enriched, profiled or contacted.

        Args:
            objector: The person, by whatever is known.
            timeout: Seconds for the call with all its retries.

        Returns:
            True if the person is suppressed. A plain bool, because any message would be true in an `if`.

        Raises:
            InvalidField: An identifier breaks a rule of the contract.
            RateLimited: Too many look-ups in a while.
        """
        request = CheckSuppressionRequest(objector=objector_to_pb(objector))
        return self._call(self._objections.CheckSuppression, request, timeout).suppressed


def _annul_request(objection_id: str | None, import_id: str | None) -> AnnulObjectionRequest:
    match objection_id, import_id:
        case str(one), None:
            return AnnulObjectionRequest(objection_id=one)
        case None, str(many):
            return AnnulObjectionRequest(import_id=many)
    raise TypeError("give exactly one of objection_id and import_id")
