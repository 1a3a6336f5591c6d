"""leadgate.v1.LeadService."""

from leadgate.v1 import lead_service_pb2 as wire

from leadgate_service.domain.disclosure import Withheld
from leadgate_service.errors import InvalidArgument
from leadgate_service.keys import KeepRing
from leadgate_service.rpc.convert import PURPOSES
from leadgate_service.rpc.convert_leads import (
    filter_from_pb,
    key_from_pb,
    lead_to_pb,
    page_size_from_pb,
    withheld_to_pb,
)
from leadgate_service.rpc.pipeline import Call
from leadgate_service.store import Store
from leadgate_service.usecases import leads
from leadgate_service.usecases.clock import Now, moment
from leadgate_service.usecases.policy import PolicyInForce

_DIGEST_BYTES = 16


class LeadService:
    """Reads requests, asks for leads, writes what may be seen."""

    def __init__(self, store: Store, keep: KeepRing, policies: PolicyInForce, now: Now) -> None:
        self._store = store
        self._keep = keep
        self._policies = policies
        self._now = now

    async def GetLead(self, request: wire.GetLeadRequest, call: Call) -> wire.GetLeadResponse:  # noqa: N802
        """Read one lead."""
        reader = await self._reader(request.purpose, call)
        key = key_from_pb(request)
        answer = await leads.get(self._store, self._keep.evidence_token, reader, key)
        if isinstance(answer, Withheld):
            return wire.GetLeadResponse(withheld=withheld_to_pb(answer))
        return wire.GetLeadResponse(lead=lead_to_pb(answer, reader.moment.today))

    async def QueryLeads(self, request: wire.QueryLeadsRequest, call: Call) -> wire.QueryLeadsResponse:  # noqa: N802
        """List leads."""
        reader = await self._reader(request.purpose, call)
        wanted, most = filter_from_pb(request), page_size_from_pb(request.page_size)
        query = self._query_digest(request, call)
        after = self._after(request.page_token, query)
        page = await leads.query(self._store, self._keep.evidence_token, reader, wanted, after=after, most=most)
        token = self._keep.sign_page(query + page.last_examined) if page.last_examined is not None else ""
        shown = (lead_to_pb(record, reader.moment.today) for record in page.leads)
        return wire.QueryLeadsResponse(leads=shown, next_page_token=token)

    async def _reader(self, purpose: int, call: Call) -> leads.Reader:
        policy = await self._policies.current()
        return leads.Reader(
            principal=call.principal,
            method=call.method,
            purpose=PURPOSES.read(purpose, "purpose"),
            policy=policy,
            moment=moment(self._now, policy),
        )

    def _after(self, page_token: str, query: bytes) -> bytes | None:
        """Read where the list goes on; a token of another query, or of another caller, is refused."""
        if not page_token:
            return None
        payload = self._keep.open_page(page_token)
        if payload[:_DIGEST_BYTES] != query:
            raise InvalidArgument(
                "PAGE_TOKEN_INVALID",
                "page_token belongs to another query: start again from the first page.",
                field="page_token",
                rule="must be a next_page_token of the same query",
            )
        return payload[_DIGEST_BYTES:]

    def _query_digest(self, request: wire.QueryLeadsRequest, call: Call) -> bytes:
        """Digest what makes a query the same: everything but the page, and who asks."""
        query = wire.QueryLeadsRequest()
        query.CopyFrom(request)
        query.ClearField("page_token")
        query.ClearField("page_size")
        said = call.principal.name.encode() + b"\0" + query.SerializeToString(deterministic=True)
        return self._keep.evidence_token("query", said)
