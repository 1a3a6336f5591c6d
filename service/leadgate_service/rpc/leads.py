"""leadgate.v1.LeadService."""

from leadgate.v1 import lead_service_pb2 as wire

from leadgate_service.domain.disclosure import Withheld
from leadgate_service.keep_ring import KeepRing
from leadgate_service.rpc.convert import PURPOSES
from leadgate_service.rpc.convert_leads import (
    DEFAULT_PAGE,
    MOST_PAGE,
    MakeLink,
    filter_from_pb,
    key_from_pb,
    lead_to_pb,
    withheld_to_pb,
)
from leadgate_service.rpc.paging import Pages, page_size
from leadgate_service.rpc.pipeline import Call
from leadgate_service.store import Store
from leadgate_service.usecases import leads
from leadgate_service.usecases.clock import Now, moment
from leadgate_service.usecases.policy import PolicyInForce


class LeadService:
    """Reads requests, asks for leads, writes what may be seen."""

    def __init__(self, store: Store, keep: KeepRing, policies: PolicyInForce, now: Now, link: MakeLink) -> None:
        self._store = store
        self._keep = keep
        self._link = link
        self._policies = policies
        self._now = now

    async def GetLead(self, request: wire.GetLeadRequest, call: Call) -> wire.GetLeadResponse:  # noqa: N802
        """Read one lead."""
        reader = await self._reader(request.purpose, call)
        key = key_from_pb(request)
        answer = await leads.get(self._store, self._keep.evidence_token, reader, key)
        if isinstance(answer, Withheld):
            return wire.GetLeadResponse(withheld=withheld_to_pb(answer))
        return wire.GetLeadResponse(lead=lead_to_pb(answer, reader.moment.today, self._link))

    async def QueryLeads(self, request: wire.QueryLeadsRequest, call: Call) -> wire.QueryLeadsResponse:  # noqa: N802
        """List leads."""
        reader = await self._reader(request.purpose, call)
        wanted, most = filter_from_pb(request), page_size(request.page_size, default=DEFAULT_PAGE, most=MOST_PAGE)
        pages = Pages(self._keep, request, call)
        page = await leads.query(self._store, self._keep.evidence_token, reader, wanted, after=pages.after, most=most)
        shown = (lead_to_pb(record, reader.moment.today, self._link) for record in page.leads)
        return wire.QueryLeadsResponse(leads=shown, next_page_token=pages.next(page.last_examined))

    async def _reader(self, purpose: int, call: Call) -> leads.Reader:
        policy = await self._policies.current()
        return leads.Reader(
            principal=call.principal,
            method=call.method,
            purpose=PURPOSES.read(purpose, "purpose"),
            policy=policy,
            moment=moment(self._now, policy),
        )
