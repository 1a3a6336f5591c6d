"""Calls of the IntakeService: the way in. Their answers carry no value of a lead."""

import uuid
from collections.abc import Iterable, Iterator

import grpc
from leadgate.v1.intake_service_pb2 import (
    BatchIngestLeadsRequest,
    BatchIngestLeadsResponse,
    EnrichLeadRequest,
    EnrichLeadResponse,
    IngestResult,
)
from leadgate.v1.intake_service_pb2 import IngestItem as WireItem
from leadgate.v1.intake_service_pb2_grpc import IntakeServiceStub
from leadgate.v1.types_pb2 import Origin

from leadgate_client._calls import INTAKE_SECONDS, Calls, request_id_or_new
from leadgate_client._convert import (
    contract_to_pb,
    crm_reference_to_pb,
    ingest_item_to_pb,
    lookup_to_pb,
    web_form_to_pb,
)
from leadgate_client._records import Contract, CrmReference, IngestItem, WebFormAct

BATCH_ITEMS = 500
"""The most items that the contract allows in one call."""

BATCH_BYTES = 3 * 2**20
"""The most that one batch of `ingest_leads` sends; gRPC servers refuse more than 4 MiB unless told otherwise."""


class IntakeCalls(Calls):
    """Calls that have a lead enriched or hand in a provider's answer. They need the role `intake`."""

    def __init__(self, channel: grpc.Channel, token: str) -> None:
        super().__init__(channel, token)
        self._intake = IntakeServiceStub(channel)

    def enrich_lead(  # noqa: PLR0913 - one keyword for each field of the request
        self,
        *,
        origin: Origin.ValueType,
        email: str | None = None,
        domain: str | None = None,
        country_code: str | None = None,
        legal_form: str | None = None,
        crm_reference: CrmReference | None = None,
        act: WebFormAct | Contract | None = None,
        request_id: str | None = None,
        timeout: float = INTAKE_SECONDS,
    ) -> EnrichLeadResponse:
        """Ask the providers about one person or company, and pass the answer through the gate.

        That nobody was found, or may be kept, is an answer and not an error: see `outcome` and `not_stored_reason`.

        Args:
            origin: Where you have the identifier from.
            email: Work address of the person. Give exactly one of *email* and *domain*.
            domain: Domain of the company, without scheme or path.
            country_code: ISO 3166-1 alpha-2, upper case. Without it a national phone number is dropped.
            legal_form: The company's, as a register calls it, such as `eenmanszaak`.
            crm_reference: The CRM record that the lead is, if there is one.
            act: What may open a new acquisition after a lapse. Not needed otherwise.
            request_id: Pass your own to repeat the call after an error of unknown effect; else a random one is used.
            timeout: Seconds for the call with all its retries.

        Returns:
            What was decided on the lead and each field. It carries no value.

        Raises:
            TypeError: Not exactly one of *email* and *domain* is given.
            InvalidField: An argument breaks a rule of the contract.
            IntakeClosed: Assessment, source, attestation or transfer mechanism keeps intake closed.
            RequestIdReused: *request_id* was used with other arguments.
            RequestInProgress: A call with *request_id* is still under way after all retries.
        """
        request = EnrichLeadRequest(
            request_id=request_id_or_new(request_id),
            lookup=lookup_to_pb(email, domain),
            origin=origin,
            country_code=country_code or "",
            legal_form=legal_form or "",
            crm_reference=crm_reference_to_pb(crm_reference) if crm_reference is not None else None,
            web_form=web_form_to_pb(act),
            contract=contract_to_pb(act),
        )
        return self._call(self._intake.EnrichLead, request, timeout)

    def batch_ingest_leads(
        self, items: Iterable[IngestItem], *, request_id: str | None = None, timeout: float = INTAKE_SECONDS
    ) -> BatchIngestLeadsResponse:
        """Hand in 1 to 500 answers that were fetched already, as one unit: all of it is decided, or none.

        Args:
            items: The answers. A bad one never stops a good one: what is wrong with it is in its result.
            request_id: Pass your own to repeat the call after an error of unknown effect; else a random one is used.
            timeout: Seconds for the call with all its retries.

        Returns:
            One result for each item, in order, and what was dropped over the whole call.

        Raises:
            TypeError: An item has not exactly one of e-mail and domain.
            ValueError: An item's time has no time zone.
            InvalidField: There is no item, or more than 500.
            Overloaded: All together they are longer than 8 MiB. `ingest_leads` cuts batches that fit.
            IntakeClosed: No approved assessment is in force.
            RequestIdReused: *request_id* was used with other arguments.
            RequestInProgress: A call with *request_id* is still under way after all retries.
        """
        request = BatchIngestLeadsRequest(
            request_id=request_id_or_new(request_id), items=[ingest_item_to_pb(item) for item in items]
        )
        return self._call(self._intake.BatchIngestLeads, request, timeout)

    def ingest_leads(
        self, items: Iterable[IngestItem], *, request_id: str | None = None, timeout: float = INTAKE_SECONDS
    ) -> Iterator[IngestResult]:
        """Hand in any number of answers, in as many batches as it takes.

        Nothing is sent until the results are iterated over, and *items* is read only a batch ahead. To resume after
        an error, pass the same items with the same *request_id* within 72 hours: what was decided already is answered
        from the record, and takes effect once.

        Args:
            items: The answers.
            request_id: What the id of each batch is derived from; else a random one is used.
            timeout: Seconds for each batch with all its retries.

        Yields:
            One result for each item, in order.

        Raises:
            TypeError: An item has not exactly one of e-mail and domain.
            ValueError: An item's time has no time zone.
            IntakeClosed: No approved assessment is in force.
            RequestIdReused: *request_id* was used with other items.
            RequestInProgress: The same batch is still under way after all retries.
        """
        run = request_id_or_new(request_id)
        for number, batch in enumerate(_batches(map(ingest_item_to_pb, items))):
            # Derived, not random, so that the same run sends the same ids; and as short as the contract asks.
            batch_id = uuid.uuid5(uuid.NAMESPACE_OID, f"{run}/{number}").hex
            request = BatchIngestLeadsRequest(request_id=batch_id, items=batch)
            yield from self._call(self._intake.BatchIngestLeads, request, timeout).results


def _batches(items: Iterable[WireItem]) -> Iterator[list[WireItem]]:
    """Cuts items into batches within BATCH_ITEMS and BATCH_BYTES; an item above that travels alone."""
    batch: list[WireItem] = []
    size = 0
    for item in items:
        item_size = item.ByteSize()
        if batch and (len(batch) == BATCH_ITEMS or size + item_size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += item_size
    if batch:
        yield batch
