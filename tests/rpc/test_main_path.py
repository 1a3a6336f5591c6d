"""The main path over the wire: a provider's answer goes through the gate, is stored, is read, is stopped."""

import grpc
import pytest
from leadgate.v1 import intake_service_pb2, lead_service_pb2, objection_service_pb2, types_pb2

from tests.rpc.messages import check, enrich, get, object_, query
from tests.running_service import RunningService
from tests.simulated_providers import Providers


@pytest.mark.proves("R-018")
def test_a_lead_is_enriched_read_and_stopped(service: RunningService, providers: Providers) -> None:
    """What a provider answered is read by those who may, until the person objects; from then on by nobody."""
    email = providers.people.emails(1)[0]
    stored = service.as_("intake").send(enrich(email)).read(intake_service_pb2.EnrichLeadResponse)
    assert stored.outcome == intake_service_pb2.OUTCOME_STORED
    by_id = get(lead_id=stored.lead_id)
    lead = service.as_("crm_sync").send(by_id).read(lead_service_pb2.GetLeadResponse).lead
    assert lead.fields.full_name == providers.people.answer(email)["person"]["name"]["fullName"]
    for_marketing = query(types_pb2.PURPOSE_RELEVANCE)
    assert len(service.as_("marketing").send(for_marketing).read(lead_service_pb2.QueryLeadsResponse).leads) == 1

    done = service.as_("support").send(object_(email)).read(objection_service_pb2.RegisterObjectionResponse)
    assert done.matched_leads == 1
    told = service.as_("crm_sync").send(by_id).read(lead_service_pb2.GetLeadResponse)
    assert told.withheld.reason == lead_service_pb2.WITHHELD_REASON_SUPPRESSED
    assert not told.HasField("lead")
    assert not service.as_("marketing").send(for_marketing).read(lead_service_pb2.QueryLeadsResponse).leads
    assert service.as_("marketing").send(get(email, types_pb2.PURPOSE_RELEVANCE)).code is grpc.StatusCode.NOT_FOUND
    assert service.as_("support").send(check(email)).read(objection_service_pb2.CheckSuppressionResponse).suppressed
    again = service.as_("intake").send(enrich(email)).read(intake_service_pb2.EnrichLeadResponse)
    assert again.not_stored_reason == intake_service_pb2.NOT_STORED_REASON_SUPPRESSED
    assert providers.requests == 1
    assert service.findings() == ()
