"""What the SDK prints of people and secrets: nothing."""

import dataclasses
import traceback
from datetime import UTC, date, datetime
from typing import Any

import grpc
import leadgate_client
import pytest
from leadgate.v1 import types_pb2
from leadgate_client import (
    Client,
    Company,
    Contract,
    CrmReference,
    IngestItem,
    Lead,
    LeadFields,
    LeadgateClientError,
    LeadPage,
    LiftChallenge,
    NameAtCompany,
    ObjectionItem,
    Objector,
    Origin,
    PhoneNumber,
    Purpose,
    Range,
    SourceRecord,
    TypedAnswer,
    WebFormAct,
)

from tests.client.fake_service import TOKEN, Fakes
from tests.client.refusals import Refusal

pytestmark = pytest.mark.proves("P17")

CANARY = "kanarie@example.com"


def records() -> list[object]:
    """One record of each kind, with the canary in every text."""
    fields = LeadFields(full_name=CANARY, job_title=CANARY, company_employee_range=Range(lower=4711))
    reference = CrmReference(recipient=CANARY, object=CANARY, record_id=CANARY)
    source = SourceRecord(
        source=CANARY, first_obtained_date=date(4711, 1, 1), obtained_time=datetime(4711, 1, 1, tzinfo=UTC), fields=()
    )
    lead = Lead(
        lead_id=CANARY,
        fields=fields,
        estimated_fields=(),
        employee_band=None,
        revenue_band=None,
        relationship=types_pb2.RELATIONSHIP_LEAD,
        origin=Origin.ORIGIN_CRM_LEAD,
        country_code=CANARY,
        first_obtained_date=date(4711, 1, 1),
        expire_date=date(4711, 1, 1),
        notice_state=None,
        notice_due_date=None,
        crm_references=(reference,),
        sources=(source,),
        policy_version=4711,
    )
    typed = TypedAnswer(fields=fields, person_id=CANARY)
    phone = PhoneNumber(number=CANARY, country_code=CANARY)
    name = NameAtCompany(full_name=CANARY, company_domain=CANARY)
    return [
        Range(lower=4711),
        fields,
        reference,
        source,
        lead,
        LeadPage(leads=(lead,), next_page_token=CANARY),
        phone,
        name,
        Objector(emails=[CANARY], phones=[phone], crm_references=[reference], lead_ids=[CANARY], names=[name]),
        Company(domains=[CANARY]),
        ObjectionItem(objector=Objector(emails=[CANARY]), reference=CANARY),
        LiftChallenge(challenge=CANARY, expire_time=datetime(4711, 1, 1, tzinfo=UTC)),
        WebFormAct(act_date=date(4711, 1, 1)),
        Contract(reference=CANARY, start_date=date(4711, 1, 1)),
        typed,
        IngestItem(email=CANARY, origin=Origin.ORIGIN_CRM_LEAD, source=CANARY, answer=typed),
    ]


@pytest.mark.parametrize("record", records(), ids=lambda record: type(record).__name__)
def test_a_record_prints_its_name_and_no_value(record: object) -> None:
    """A log line or a failed assertion that prints a record shows whose type it is, not whose data."""
    for text in (repr(record), str(record), f"{record}", repr([record])):
        assert type(record).__name__ in text
        assert CANARY not in text
        assert "4711" not in text


def test_every_public_record_is_among_them() -> None:
    """A record that is added later cannot forget to hide its values."""
    public = {getattr(leadgate_client, name) for name in leadgate_client.__all__}
    holders = {kind for kind in public if dataclasses.is_dataclass(kind)} - {leadgate_client.PolicyMistake}
    assert {type(record) for record in records()} == holders


def test_a_client_prints_its_target_and_no_token(client: Client, target: str) -> None:
    """The token opens personal data, so neither client nor pager shows it."""
    pager = client.query_leads(purpose=Purpose.PURPOSE_OUTREACH, company_industry=CANARY)
    assert target in repr(client)
    for text in (repr(client), str(client), repr(pager)):
        assert TOKEN not in text
        assert CANARY not in text


@pytest.mark.parametrize("code", list(grpc.StatusCode)[1:])
@pytest.mark.parametrize("domain", [None, "proxy.example.com"])
def test_a_foreign_text_does_not_get_into_an_error(
    client: Client, fakes: Fakes, code: grpc.StatusCode, domain: str | None
) -> None:
    """Whatever a proxy or another server quotes from a request stays out of text, repr, details and traceback."""
    metadata = {"field": CANARY}
    refusal = Refusal(
        code=code, text=CANARY, reason=domain and CANARY, metadata=metadata, domain=domain or "", final=True
    )
    fakes.before = [refusal]
    with pytest.raises(LeadgateClientError) as caught:
        client.get_lead(purpose=Purpose.PURPOSE_OUTREACH, email=CANARY)
    shown = [str(caught.value), repr(caught.value), *traceback.format_exception(caught.value)]
    state: dict[str, Any] = vars(caught.value)
    assert CANARY not in "".join(shown) + repr(state)
