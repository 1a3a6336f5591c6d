"""What a reader sees: its own fields, for its purpose, of leads that may be processed; of others nothing (P24)."""

from datetime import UTC, datetime

import grpc
import pytest
import sqlalchemy as sa
from google.protobuf.message import Message
from leadgate.v1 import intake_service_pb2, lead_service_pb2, types_pb2
from leadgate_service.storage import tables
from leadgate_service.storage.work import Latch, Statement, Work

from tests.builders import IDA
from tests.rpc.messages import get, ingest, item, object_, query
from tests.rpc.policies import change_policy
from tests.rpc.wire import Answer
from tests.running_service import RunningService

CRM = types_pb2.CrmReference(recipient="salesforce", object="Lead", record_id="00Q1")
ALL = set(types_pb2.LeadFields.DESCRIPTOR.fields_by_name)
OF_MARKETING = {
    "company_name",
    "company_website",
    "company_estimated_revenue",
    "company_employee_range",
    "company_industry",
    "job_function",
    "seniority",
}
OF_SUPPORT = {"company_name", "full_name"}
SEEN = {
    ("crm_sync", types_pb2.PURPOSE_OUTREACH): ALL,
    ("crm_sync", types_pb2.PURPOSE_CUSTOMER_NEEDS): ALL,
    ("marketing", types_pb2.PURPOSE_RELEVANCE): OF_MARKETING,
    ("marketing", types_pb2.PURPOSE_OUTREACH): OF_MARKETING,
    ("support", types_pb2.PURPOSE_RIGHTS_HANDLING): OF_SUPPORT,
    ("support", types_pb2.PURPOSE_ACCOUNTABILITY): OF_SUPPORT,
    ("privacy_officer", types_pb2.PURPOSE_RIGHTS_HANDLING): ALL,
    ("privacy_officer", types_pb2.PURPOSE_ACCOUNTABILITY): ALL,
}
"""The fields of each role and purpose under the demo policy."""

TOLD = {
    "SUPPRESSED": lead_service_pb2.WITHHELD_REASON_SUPPRESSED,
    "RESTRICTED": lead_service_pb2.WITHHELD_REASON_RESTRICTED,
    "EXPIRED": lead_service_pb2.WITHHELD_REASON_EXPIRED,
}


def full_lead(email: str = IDA, record: types_pb2.CrmReference = CRM) -> intake_service_pb2.IngestItem:
    """Hand in a lead that has all eleven fields."""
    fields = types_pb2.LeadFields(
        company_name="Northpier Analytics",
        company_description="Measures quays and cranes.",
        company_website="northpier.example.com",
        company_estimated_revenue=types_pb2.Range(lower=50_000_000, upper=100_000_000),
        company_employee_range=types_pb2.Range(lower=251, upper=1_000),
        company_industry="Software",
        job_function="operations",
        job_title="Head of Logistics",
        seniority=types_pb2.SENIORITY_DIRECTOR,
        full_name=f"Ida {email[0].upper()}ermolen",
        phone_number="+44 20 7946 0018",
        phone_kind=types_pb2.PHONE_KIND_DIRECT,
    )
    typed = intake_service_pb2.TypedAnswer(fields=fields, person_id=f"person-{email}")
    return item(email, provider_json=None, typed=typed, crm_reference=record)


def stored(service: RunningService, *items: intake_service_pb2.IngestItem) -> list[str]:
    """Hand in leads, and return their ids."""
    results = service.as_("intake").send(ingest(*items)).read(intake_service_pb2.BatchIngestLeadsResponse).results
    assert {one.outcome for one in results} == {intake_service_pb2.OUTCOME_STORED}
    return [one.lead_id for one in results]


def named(message: Message) -> set[str]:
    """Name the fields that a message has."""
    return {descriptor.name for descriptor, _ in message.ListFields()}


def restrict(service: RunningService, lead_id: str) -> None:
    """Restrict a lead as a rights case will."""
    clause = (
        sa.update(tables.leads)
        .where(tables.leads.c.lead_id == sa.bindparam("id"))
        .values(restricted_time=sa.bindparam("now"))
    )

    def work() -> Work[None]:
        yield Statement(clause)(id=bytes.fromhex(lead_id.replace("-", "")), now=service.clock())

    service.loop.run(service.store._driver.transact(work, Latch.EXCLUSIVE))


@pytest.mark.proves("P24", "R-066", "R-011")
def test_each_role_sees_its_own_fields(service: RunningService) -> None:
    """Of the eleven fields each role gets those of its purpose, from GetLead and QueryLeads alike, and no others."""
    stored(service, full_lead())
    for (role, purpose), fields in SEEN.items():
        lead = service.as_(role).send(get(purpose=purpose)).read(lead_service_pb2.GetLeadResponse).lead
        assert named(lead.fields) == fields, (role, purpose)
        bands = {"employee_band", "revenue_band"} if "company_employee_range" in fields else set()
        assert {"employee_band", "revenue_band"} & named(lead) == bands
        if role != "support":
            (listed,) = service.as_(role).send(query(purpose)).read(lead_service_pb2.QueryLeadsResponse).leads
            assert listed == lead


@pytest.mark.proves("P24", "R-066")
def test_the_policy_narrows_what_a_tool_sees_and_asks(sqlite_service: RunningService) -> None:
    """A field that the tool's entry does not name is neither shown to it nor taken from it as a filter."""
    stored(sqlite_service, full_lead())
    tool = {"name": "demo-marketing", "kind": "job", "roles": ["marketing"]}
    tool |= {"marketing": {"tool": "Planner", "fields": ["company_name"]}}  # type: ignore[dict-item]
    change_policy(sqlite_service, {("principals", 2): tool})
    marketing, relevance = sqlite_service.as_("marketing"), types_pb2.PURPOSE_RELEVANCE
    lead = marketing.send(get(purpose=relevance)).read(lead_service_pb2.GetLeadResponse).lead
    assert named(lead.fields) == {"company_name"}
    assert not {"employee_band", "revenue_band", "estimated_fields"} & named(lead)
    for name, value in (
        ("company_industry", "Software"),
        ("job_function", "operations"),
        ("seniority", types_pb2.SENIORITY_DIRECTOR),
        ("company_domain", "northpier.example.com"),
        ("employee_band", types_pb2.EMPLOYEE_BAND_FROM_251),
        ("revenue_band", types_pb2.REVENUE_BAND_FROM_50M),
    ):
        answer = marketing.send(query(relevance, **{name: value}))
        assert (answer.code, answer.reason) == (grpc.StatusCode.PERMISSION_DENIED, "FIELD_NOT_ALLOWED")
        assert answer.metadata == {"field": name}


@pytest.mark.proves("P24", "R-066")
def test_two_roles_open_no_more_than_each(sqlite_service: RunningService) -> None:
    """A principal that is marketing and support sees for a purpose what the one role with it sees."""
    stored(sqlite_service, full_lead())
    both = {"name": "demo-marketing", "kind": "person", "roles": ["marketing", "support"]}
    both |= {"marketing": {"tool": "Planner", "fields": ["company_industry"]}}  # type: ignore[dict-item]
    change_policy(sqlite_service, {("principals", 2): both})
    for purpose, fields in (
        (types_pb2.PURPOSE_RELEVANCE, {"company_industry"}),
        (types_pb2.PURPOSE_RIGHTS_HANDLING, OF_SUPPORT),
    ):
        lead = sqlite_service.as_("marketing").send(get(purpose=purpose)).read(lead_service_pb2.GetLeadResponse).lead
        assert named(lead.fields) == fields
    answer = sqlite_service.as_("marketing").send(query(types_pb2.PURPOSE_RIGHTS_HANDLING))
    assert answer.reason == "PURPOSE_NOT_ALLOWED"


@pytest.mark.proves("P19", "R-018", "R-036", "R-044", "R-066")
def test_marketing_cannot_tell_withheld_from_unknown(service: RunningService) -> None:
    """Suppressed, restricted, expired and unknown give marketing one and the same answer, whatever they are asked."""
    people = {name: f"{name.lower()}@northpier.example.com" for name in ("EXPIRED", "SUPPRESSED", "RESTRICTED")}
    records = {name: types_pb2.CrmReference(recipient="salesforce", object="Lead", record_id=name) for name in people}
    ids = dict(zip(people, stored(service, full_lead(people["EXPIRED"], records["EXPIRED"])), strict=False))
    service.clock.pass_time(days=43)
    late = ("SUPPRESSED", "RESTRICTED")
    ids |= zip(late, stored(service, *(full_lead(people[name], records[name]) for name in late)), strict=True)
    restrict(service, ids["RESTRICTED"])
    service.as_("support").send(object_(people["SUPPRESSED"]))
    marketing, relevance = service.as_("marketing"), types_pb2.PURPOSE_RELEVANCE
    unknown = marketing.send(get("nobody@northpier.example.com", relevance))
    assert (unknown.code, unknown.reason) == (grpc.StatusCode.NOT_FOUND, "LEAD_NOT_FOUND")
    for name, lead_id in ids.items():
        by = (get(people[name], relevance), get(lead_id=lead_id, purpose=relevance))
        for request in (*by, get(crm_reference=records[name], purpose=relevance)):
            assert marketing.send(request) == unknown
    assert listed(marketing.send(query(relevance))) == []
    assert listed(marketing.send(query(relevance, company_domain="northpier.example.com"))) == []
    for role, purpose in (("crm_sync", types_pb2.PURPOSE_OUTREACH), ("support", types_pb2.PURPOSE_RIGHTS_HANDLING)):
        for name, email in people.items():
            told = service.as_(role).send(get(email, purpose)).read(lead_service_pb2.GetLeadResponse)
            assert (told.withheld.reason, told.HasField("lead")) == (TOLD[name], False)


def listed(answer: Answer) -> list[str]:
    """Read the ids of a page."""
    return [lead.lead_id for lead in answer.read(lead_service_pb2.QueryLeadsResponse).leads]


@pytest.mark.proves("P14", "R-040", "R-044")
@pytest.mark.parametrize(
    ("obtained", "last_instant"),
    [
        (datetime(2026, 11, 23, 11, tzinfo=UTC), datetime(2027, 1, 4, 22, 59, 59, 999_999, tzinfo=UTC)),
        # From winter into summer time: the last day ends an hour earlier in UTC.
        (datetime(2026, 3, 1, 11, tzinfo=UTC), datetime(2026, 4, 12, 21, 59, 59, 999_999, tzinfo=UTC)),
        # Obtained when it is already tomorrow in Amsterdam: tomorrow is the day that does not count.
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), datetime(2027, 1, 4, 22, 59, 59, 999_999, tzinfo=UTC)),
    ],
)
def test_a_lead_is_unreadable_from_the_end_of_its_last_day(
    sqlite_service: RunningService, obtained: datetime, last_instant: datetime
) -> None:
    """Up to the last microsecond of the last civil day in the policy's zone it is read; from midnight by nobody."""
    sqlite_service.clock.now = obtained
    stored(sqlite_service, full_lead())
    sqlite_service.clock.now = last_instant
    crm = sqlite_service.as_("crm_sync")
    assert len(listed(crm.send(query()))) == 1
    assert crm.send(get()).read(lead_service_pb2.GetLeadResponse).HasField("lead")
    sqlite_service.clock.pass_time(microseconds=1)
    assert listed(crm.send(query())) == []
    assert crm.send(get()).read(lead_service_pb2.GetLeadResponse).withheld.reason == TOLD["EXPIRED"]


@pytest.mark.proves("R-004", "R-007")
def test_a_reader_learns_source_dates_and_what_is_a_guess(service: RunningService) -> None:
    """A lead tells which provider supplied which field when, under which policy, and which values are estimates."""
    stored(service, item(provider_json=None, typed=full_lead().typed, crm_reference=CRM))
    lead = service.as_("crm_sync").send(get()).read(lead_service_pb2.GetLeadResponse).lead
    (source,) = lead.sources
    assert (source.source, len(source.fields), lead.policy_version) == ("clearbit", 11, 1)
    assert source.first_obtained_date == types_pb2.Date(year=2026, month=11, day=23) == lead.first_obtained_date
    assert lead.expire_date == types_pb2.Date(year=2027, month=1, day=4)
    assert lead.notice_due_date == types_pb2.Date(year=2026, month=12, day=23)
    assert list(lead.estimated_fields) == [types_pb2.FIELD_COMPANY_ESTIMATED_REVENUE]
    assert list(lead.crm_references) == [CRM]


@pytest.mark.proves("R-007")
def test_a_fuzzy_match_marks_every_field_of_the_person(sqlite_service: RunningService) -> None:
    """Where the provider is not sure who it is, all that it says of the person is marked as an estimate."""
    typed = full_lead().typed
    typed.approximate = True
    stored(sqlite_service, item(provider_json=None, typed=typed))
    lead = sqlite_service.as_("crm_sync").send(get()).read(lead_service_pb2.GetLeadResponse).lead
    guessed = {types_pb2.Field.Name(field) for field in lead.estimated_fields}
    of_person = ("FULL_NAME", "JOB_TITLE", "JOB_FUNCTION", "SENIORITY", "PHONE_NUMBER", "COMPANY_ESTIMATED_REVENUE")
    assert guessed == {f"FIELD_{name}" for name in of_person}
