"""What each call sends and gives back."""

import re
from datetime import UTC, date, datetime

import grpc
import pytest
from google.protobuf.descriptor import ServiceDescriptor
from leadgate.v1 import (
    governance_service_pb2,
    intake_service_pb2,
    lead_service_pb2,
    objection_service_pb2,
    types_pb2,
)
from leadgate_client import (
    Client,
    Contract,
    CrmReference,
    IngestItem,
    IntakeClosed,
    Lead,
    LeadFields,
    NotFound,
    ObjectionChannel,
    Objector,
    Origin,
    Outcome,
    PolicyChanged,
    PolicyInvalid,
    PolicyMistake,
    Purpose,
    Range,
    RequestIdReused,
    Seniority,
    TypedAnswer,
    Unavailable,
    WebFormAct,
    Withheld,
    WithheldReason,
)

from tests.client.fake_service import Fakes
from tests.client.refusals import GONE, Refusal

SERVICES: list[ServiceDescriptor] = [
    module.DESCRIPTOR.services_by_name[name]
    for module, name in (
        (intake_service_pb2, "IntakeService"),
        (lead_service_pb2, "LeadService"),
        (objection_service_pb2, "ObjectionService"),
        (governance_service_pb2, "GovernanceService"),
    )
]
METHODS = [method.name for service in SERVICES for method in service.methods]
ADA = Objector(emails=["ada@example.com"])
SALESFORCE = CrmReference(recipient="salesforce", object="Lead", record_id="00Q000000000001")


def item(number: int, answer: bytes | TypedAnswer = b"{}") -> IngestItem:
    """An answer about an invented company."""
    return IngestItem(
        domain=f"company-{number}.example.com", origin=Origin.ORIGIN_CRM_LEAD, source="hunter", answer=answer
    )


@pytest.mark.parametrize("method", METHODS)
def test_every_method_of_the_contract_has_a_call(method: str) -> None:
    """Whatever the contract offers, the client offers under the same name in Python's spelling."""
    assert callable(getattr(Client, re.sub(r"(?<!^)(?=[A-Z])", "_", method).lower()))


def test_enrich_lead_sends_all_that_the_caller_declares(client: Client, fakes: Fakes) -> None:
    """Lookup, origin, country, legal form, CRM record and act arrive as the contract words them."""
    answer = client.enrich_lead(
        email="ada@example.com",
        origin=Origin.ORIGIN_WEB_FORM,
        country_code="NL",
        legal_form="eenmanszaak",
        crm_reference=SALESFORCE,
        act=WebFormAct(act_date=date(2026, 2, 28)),
        request_id="form-1",
    )
    assert answer.outcome == Outcome.OUTCOME_STORED
    assert fakes.arrivals[0].request == intake_service_pb2.EnrichLeadRequest(
        request_id="form-1",
        lookup=types_pb2.LookupKey(email="ada@example.com"),
        origin=types_pb2.ORIGIN_WEB_FORM,
        country_code="NL",
        legal_form="eenmanszaak",
        crm_reference=types_pb2.CrmReference(recipient="salesforce", object="Lead", record_id="00Q000000000001"),
        web_form=types_pb2.WebFormAct(act_date=types_pb2.Date(year=2026, month=2, day=28)),
    )


def test_enrich_lead_takes_one_key(client: Client, fakes: Fakes) -> None:
    """A call with both e-mail and domain, or with neither, is the caller's mistake and is not sent."""
    with pytest.raises(TypeError, match="exactly one"):
        client.enrich_lead(origin=Origin.ORIGIN_CRM_LEAD)
    with pytest.raises(TypeError, match="exactly one"):
        client.enrich_lead(origin=Origin.ORIGIN_CRM_LEAD, email="ada@example.com", domain="example.com")
    assert fakes.arrivals == []


def test_random_request_ids_differ_between_calls(client: Client, fakes: Fakes) -> None:
    """Two logical calls are two requests, even with equal arguments."""
    first = client.enrich_lead(origin=Origin.ORIGIN_CRM_LEAD, domain="example.com")
    second = client.enrich_lead(origin=Origin.ORIGIN_CRM_LEAD, domain="example.com")
    assert first.lead_id != second.lead_id
    assert len(fakes.leads) == 2


def test_the_callers_request_id_repeats_a_call_without_a_second_effect(client: Client, fakes: Fakes) -> None:
    """Sent again with the same id, a call answers as before; with other arguments it is refused."""
    first = client.enrich_lead(origin=Origin.ORIGIN_CRM_LEAD, domain="example.com", request_id="one")
    again = client.enrich_lead(origin=Origin.ORIGIN_CRM_LEAD, domain="example.com", request_id="one")
    assert (again, len(fakes.leads)) == (first, 1)
    with pytest.raises(RequestIdReused):
        client.enrich_lead(origin=Origin.ORIGIN_CRM_LEAD, domain="example.org", request_id="one")


def test_batch_ingest_leads_answers_each_item_in_order(client: Client, fakes: Fakes) -> None:
    """Raw and typed answers go in one call; a bad one is told in its own result."""
    typed = TypedAnswer(
        fields=LeadFields(
            full_name="Ada Example", seniority=Seniority.SENIORITY_VP, company_employee_range=Range(lower=5)
        ),
        person_id="p-1",
        approximate=True,
    )
    bad = IngestItem(email="nobody", origin=Origin.ORIGIN_CRM_LEAD, source="hunter", answer=b"{}")
    obtained = IngestItem(
        email="ada@example.com",
        origin=Origin.ORIGIN_CRM_CUSTOMER,
        source="clearbit",
        answer=typed,
        country_code="NL",
        legal_form="eenmanszaak",
        crm_reference=SALESFORCE,
        obtained_time=datetime(2026, 3, 1, 12, tzinfo=UTC),
        act=Contract(reference="C/7", start_date=date(2026, 3, 1)),
    )
    results = client.batch_ingest_leads([item(1, b'{"name": "Example"}'), bad, obtained]).results
    assert [result.invalid_field for result in results] == ["", "lookup", ""]
    raw, _, last = fakes.ingested
    assert raw.provider_json == b'{"name": "Example"}'
    assert last.typed.fields == types_pb2.LeadFields(
        full_name="Ada Example", seniority=types_pb2.SENIORITY_VP, company_employee_range=types_pb2.Range(lower=5)
    )
    assert (last.source, last.country_code, last.legal_form) == ("clearbit", "NL", "eenmanszaak")
    assert last.crm_reference.record_id == SALESFORCE.record_id
    assert (last.typed.person_id, last.typed.approximate) == ("p-1", True)
    assert last.obtained_time.ToDatetime(tzinfo=UTC) == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert (last.contract.reference, last.contract.start_date.day) == ("C/7", 1)


def test_a_time_without_a_zone_is_refused(client: Client, fakes: Fakes) -> None:
    """A naive time names no instant, so it is the caller's mistake and is not sent."""
    with pytest.raises(ValueError, match="time zone"):
        client.register_objection(
            ADA,
            channel=ObjectionChannel.OBJECTION_CHANNEL_LETTER,
            received_time=datetime(2026, 3, 1, 12),  # noqa: DTZ001 - the mistake under test
        )
    assert fakes.arrivals == []


def test_ingest_leads_cuts_any_number_into_batches_of_500(client: Client, fakes: Fakes) -> None:
    """1,001 answers travel in three calls, and each gets its result in order."""
    results = list(client.ingest_leads(item(number) for number in range(1001)))
    direct = client.batch_ingest_leads([item(1000)]).results[0]
    assert len(results) == 1001
    assert results[1000] == direct
    assert [len(_items(fakes, call)) for call in range(3)] == [500, 500, 1]


def _items(fakes: Fakes, call: int) -> list[intake_service_pb2.IngestItem]:
    request = fakes.arrivals[call].request
    assert isinstance(request, intake_service_pb2.BatchIngestLeadsRequest)
    return list(request.items)


def test_ingest_leads_keeps_batches_small_enough_to_send(client: Client, fakes: Fakes) -> None:
    """Thirty answers of 256 KiB do not fit into one message, and still all arrive."""
    results = list(client.ingest_leads(item(number, b"x" * 2**18) for number in range(30)))
    assert len(results) == len(fakes.ingested) == 30
    assert max(arrival.request.ByteSize() for arrival in fakes.arrivals) < 4 * 2**20


def test_ingest_leads_resumes_by_sending_the_same_again(client: Client, fakes: Fakes) -> None:
    """After a break the same run is sent again, and every item has taken effect once."""
    items = [item(number) for number in range(700)]
    run = client.ingest_leads(items, request_id="nightly-7")
    broken = [next(run) for _ in range(500)]
    fakes.after = [GONE]
    with pytest.raises(Unavailable):
        next(run)
    resumed = list(client.ingest_leads(items, request_id="nightly-7"))
    assert (len(resumed), resumed[:500]) == (700, broken)
    assert len(fakes.ingested) == 700


def test_get_lead_reads_every_attribute_in_pythons_types(client: Client, fakes: Fakes) -> None:
    """Days are dates, instants know their zone, and what is unknown is None."""
    fakes.leads["0197"] = types_pb2.Lead(
        lead_id="0197",
        fields=types_pb2.LeadFields(
            company_name="Example", company_estimated_revenue=types_pb2.Range(lower=10, upper=20)
        ),
        estimated_fields=[types_pb2.FIELD_COMPANY_ESTIMATED_REVENUE],
        expire_date=types_pb2.Date(year=2026, month=12, day=31),
        crm_references=[types_pb2.CrmReference(recipient="salesforce", object="Lead", record_id="00Q000000000001")],
        sources=[types_pb2.SourceRecord(source="hunter", fields=[types_pb2.FIELD_COMPANY_NAME])],
        policy_version=3,
    )
    fakes.leads["0197"].sources[0].obtained_time.FromSeconds(0)
    lead = client.get_lead(purpose=Purpose.PURPOSE_OUTREACH, crm_reference=SALESFORCE)
    assert isinstance(lead, Lead)
    assert lead.fields == LeadFields(company_name="Example", company_estimated_revenue=Range(lower=10, upper=20))
    assert (lead.expire_date, lead.notice_due_date, lead.country_code) == (date(2026, 12, 31), None, None)
    assert lead.crm_references == (SALESFORCE,)
    assert lead.sources[0].obtained_time == datetime(1970, 1, 1, tzinfo=UTC)
    assert lead.estimated_fields == (types_pb2.FIELD_COMPANY_ESTIMATED_REVENUE,)
    assert (lead.lead_id, lead.policy_version, lead.employee_band) == ("0197", 3, None)


def test_get_lead_tells_that_a_person_may_not_be_processed(client: Client, fakes: Fakes) -> None:
    """A withheld lead is another type than a lead, so that a type checker asks what to do with it."""
    fakes.leads["0197"] = types_pb2.Lead(lead_id="0197")
    fakes.withheld.add("0197")
    withheld = client.get_lead(purpose=Purpose.PURPOSE_CUSTOMER_NEEDS, lead_id="0197")
    assert isinstance(withheld, Withheld)
    assert withheld.reason == WithheldReason.WITHHELD_REASON_SUPPRESSED


def test_get_lead_that_is_unknown_is_not_found(client: Client) -> None:
    """There is no lead that is None: unknown is an error that says so."""
    with pytest.raises(NotFound):
        client.get_lead(purpose=Purpose.PURPOSE_OUTREACH, email="ada@example.com")


def test_get_lead_takes_one_key(client: Client, fakes: Fakes) -> None:
    """A read by no key or by two is the caller's mistake and is not sent."""
    with pytest.raises(TypeError, match="exactly one"):
        client.get_lead(purpose=Purpose.PURPOSE_OUTREACH)
    with pytest.raises(TypeError, match="exactly one"):
        client.get_lead(purpose=Purpose.PURPOSE_OUTREACH, lead_id="0197", email="ada@example.com")
    assert fakes.arrivals == []


def test_an_objection_is_seen_by_the_check(client: Client) -> None:
    """After the acknowledgement the check says True, a bool that an `if` can trust; for others it says False."""
    received = datetime(2026, 3, 1, 12, tzinfo=UTC)
    receipt = client.register_objection(ADA, channel=ObjectionChannel.OBJECTION_CHANNEL_SUPPORT, received_time=received)
    assert receipt.effective_time.ToDatetime(tzinfo=UTC) == received
    assert client.check_suppression(ADA) is True
    assert client.check_suppression(Objector(emails=["bo@example.com"])) is False


def test_a_policy_is_applied_over_the_version_its_author_saw(client: Client) -> None:
    """The new policy is in force; an author who saw an older one is told which version to read."""
    assert client.apply_policy(yaml="fields: few", expected_version=1).version == 2
    assert client.get_policy().yaml == "fields: few"
    with pytest.raises(PolicyChanged) as caught:
        client.apply_policy(yaml="fields: none", expected_version=1)
    assert caught.value.version == 1


def test_an_invalid_policy_names_every_mistake(client: Client) -> None:
    """Each mistake comes with line, setting, reason and remedy."""
    with pytest.raises(PolicyInvalid) as caught:
        client.apply_policy(yaml="fields:\n\tall\n\tfew", expected_version=1)
    assert caught.value.mistakes == (
        PolicyMistake(line=2, path="fields", reason="has a tab", remedy="use spaces"),
        PolicyMistake(line=3, path="fields", reason="has a tab", remedy="use spaces"),
    )


def test_readiness_lists_open_points(client: Client) -> None:
    """What keeps intake closed is shown, with its code."""
    report = client.get_readiness()
    assert not report.ready
    assert report.open_points[0].code == "ASSESSMENT_IS_DRAFT"


def test_a_closed_intake_is_an_error_of_its_own(client: Client, fakes: Fakes) -> None:
    """A caller can tell a closed intake from a mistake in its request, and see which source it is about."""
    fakes.before = [
        Refusal(code=grpc.StatusCode.FAILED_PRECONDITION, reason="ATTESTATION_LAPSED", metadata={"source": "clearbit"})
    ]
    with pytest.raises(IntakeClosed) as caught:
        client.enrich_lead(origin=Origin.ORIGIN_CRM_LEAD, domain="example.com")
    assert caught.value.metadata["source"] == "clearbit"
