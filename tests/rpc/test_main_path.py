"""The main path over the wire: a provider's answer goes through the gate, is stored, is read, is stopped."""

from typing import Any

import grpc
import pytest
import sqlalchemy as sa
from leadgate.v1 import intake_service_pb2, lead_service_pb2, objection_service_pb2, types_pb2
from leadgate_service.storage import tables

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


def test_the_desk_sees_whom_an_objection_would_reach(service: RunningService, providers: Providers) -> None:
    """Company and initials, so that a slip is seen before it is made; then the same call does it."""
    email = providers.people.emails(1)[0]
    service.as_("intake").send(enrich(email))
    told = providers.people.answer(email)
    asked = service.as_("support").send(object_(email, validate_only=True))
    preview = asked.read(objection_service_pb2.RegisterObjectionResponse)
    (match,) = preview.matches
    assert match.effect == objection_service_pb2.OBJECTION_EFFECT_SUPPRESSED
    assert match.company_name == told["company"]["name"]
    assert match.initials.split()[0] == told["person"]["name"]["fullName"][0] + "."
    assert (preview.objection_id, preview.matched_leads) == ("", 1)
    assert not service.as_("support").send(check(email)).read(objection_service_pb2.CheckSuppressionResponse).suppressed
    done = service.as_("support").send(object_(email)).read(objection_service_pb2.RegisterObjectionResponse)
    assert (done.matched_leads, list(done.matches)) == (1, [])
    entries = [entry for entry in service.audit() if entry.action.endswith("RegisterObjection")]
    assert {entry.outcome for entry in entries} == {"PREVIEW", "OK"}


PURPOSES = (
    objection_service_pb2.OBJECTION_PURPOSE_UNSPECIFIED,
    objection_service_pb2.OBJECTION_PURPOSE_DIRECT_MARKETING,
    objection_service_pb2.OBJECTION_PURPOSE_OTHER,
)


@pytest.mark.proves("R-017", "R-020")
@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("channel", objection_service_pb2.ObjectionChannel.values()[1:])
def test_no_channel_and_no_purpose_makes_a_difference(
    service: RunningService, providers: Providers, channel: Any, purpose: Any
) -> None:
    """However it came and whatever it is against: effective at once, and recorded as it was said."""
    email = providers.people.emails(1)[0]
    service.as_("intake").send(enrich(email))
    scope = objection_service_pb2.CONTACT_SCOPE_PHONE
    said = object_(email, channel=channel, purpose=purpose, contact_scope=scope)
    done = service.as_("support").send(said).read(objection_service_pb2.RegisterObjectionResponse)
    assert done.matched_leads == 1
    again = service.as_("intake").send(enrich(email)).read(intake_service_pb2.EnrichLeadResponse)
    assert again.not_stored_reason == intake_service_pb2.NOT_STORED_REASON_SUPPRESSED
    evidence = tables.objections.c
    ((by, against, contact),) = service.rows(sa.select(evidence.channel, evidence.purpose, evidence.contact_scope))
    names = objection_service_pb2.ObjectionChannel.Name(channel), objection_service_pb2.ObjectionPurpose.Name(purpose)
    assert names[0] == f"OBJECTION_CHANNEL_{by.upper()}"
    assert names[1] == f"OBJECTION_PURPOSE_{(against or 'unspecified').upper()}"
    assert contact == "phone"
