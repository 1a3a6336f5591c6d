"""leadgate.v1.IntakeService."""

from leadgate.v1 import intake_service_pb2 as wire

from leadgate_service.errors import invalid
from leadgate_service.rpc.convert import request_id
from leadgate_service.rpc.convert_intake import delivery_from_pb, enriched_to_pb, ingested_to_pb, intake_from_pb
from leadgate_service.rpc.pipeline import Call
from leadgate_service.store import Store
from leadgate_service.usecases import intake
from leadgate_service.usecases.clock import Now, moment
from leadgate_service.usecases.enrichment import Enrichment
from leadgate_service.usecases.policy import PolicyInForce

MOST_ITEMS = 500
"""How many answers one call takes."""

ANSWER_SECONDS = 1.0
"""What is left of the caller's deadline for storing and answering when the providers' time is over."""

MOST_PROVIDER_SECONDS = 25.0


class IntakeService:
    """Reads requests, brings leads in, writes answers."""

    def __init__(self, store: Store, enrichment: Enrichment, policies: PolicyInForce, now: Now) -> None:
        self._store = store
        self._enrichment = enrichment
        self._policies = policies
        self._now = now

    async def EnrichLead(self, request: wire.EnrichLeadRequest, call: Call) -> bytes:  # noqa: N802 - the contract's
        """Ask the providers about one lead."""
        caller = call.caller(request_id(request.request_id))
        when = moment(self._now, await self._policies.current())
        lead = intake_from_pb(request, when.today)
        seconds = min(MOST_PROVIDER_SECONDS, call.seconds - ANSWER_SECONDS)
        return await self._enrichment.enrich(caller, lead, enriched_to_pb, seconds=seconds)

    async def BatchIngestLeads(self, request: wire.BatchIngestLeadsRequest, call: Call) -> bytes:  # noqa: N802
        """Take answers that were fetched elsewhere."""
        caller = call.caller(request_id(request.request_id))
        if not 1 <= len(request.items) <= MOST_ITEMS:
            raise invalid("items", f"must be 1 to {MOST_ITEMS}")
        when = moment(self._now, await self._policies.current())
        items = [delivery_from_pb(item, when) for item in request.items]
        return await intake.ingest(
            self._store, self._policies, self._now, caller=caller, items=items, encode=ingested_to_pb
        )
