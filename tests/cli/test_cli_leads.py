"""`leadgate leads`: what a caller may see, for a purpose, and how it is shown."""

import json

import pytest
from leadgate.v1.lead_service_pb2 import QueryLeadsRequest
from leadgate.v1.types_pb2 import Date, EmployeeBand, Purpose, RevenueBand, Seniority

from tests.cli.installations import IDA, OTTO, connected
from tests.cli.terminal import Terminal
from tests.client.fake_service import TOKEN, Fakes, serving
from tests.running_service import RunningService

OUTREACH = ("--purpose", "outreach", "--insecure-local")


def test_a_lead_is_shown_to_whom_may_see_it(at_service: Terminal) -> None:
    """A lead is printed with what the service sent, a line for each field that is known."""
    said = at_service.type("leads", "get", "--email", IDA, *OUTREACH)
    assert said.code == 0
    shown = dict(line.split(maxsplit=1) for line in said.stdout.splitlines())
    assert shown["full_name"] == "Ida Vermolen"
    assert shown["company_employee_range"] == "251 to 1,000"
    assert shown["crm_references"] == "salesforce/Lead/00Q1"
    assert "phone_number" not in shown


def test_json_names_enums_as_the_contract_does(at_service: Terminal) -> None:
    """A lead as JSON has every key, words for enums, and null where nothing is known."""
    said = at_service.type("leads", "get", "--crm", "salesforce/Lead/00Q1", *OUTREACH, "--json")
    lead = json.loads(said.stdout)
    assert lead["fields"]["company_employee_range"] == {"lower": 251, "upper": 1000}
    assert lead["fields"]["phone_number"] is None
    assert (lead["origin"], lead["relationship"], lead["employee_band"]) == ("crm_lead", "lead", "from_251")
    assert lead["sources"][0]["fields"][0] == "company_name"
    assert lead["expire_date"] == "2027-01-04"


def test_an_address_is_read_from_stdin(at_service: Terminal) -> None:
    """With `--email -` an address need not be on the command line, where the shell's history keeps it."""
    said = at_service.type("leads", "get", "--email", "-", *OUTREACH, "--json", stdin=f"{IDA}\n")
    lead = json.loads(said.stdout)
    again = at_service.type("leads", "get", "--id", lead["lead_id"], *OUTREACH, "--json")
    assert again.stdout == said.stdout


def test_who_may_not_be_processed_is_withheld(at_service: Terminal) -> None:
    """Of a person who objected the CRM sync is told to stop, by text, JSON and exit code, and nothing else."""
    said = at_service.type("leads", "get", "--email", OTTO, *OUTREACH)
    assert (said.code, said.stdout) == (1, "")
    assert "may not be processed (suppressed)" in said.stderr
    machine = at_service.type("leads", "get", "--email", OTTO, *OUTREACH, "--json")
    assert (machine.code, json.loads(machine.stdout)) == (1, {"withheld": "suppressed"})


def test_marketing_cannot_tell_withheld_from_unknown(service: RunningService) -> None:
    """Marketing gets the same line for a person who objected and for one who was never there, naming neither."""
    marketing = connected(service, "demo-marketing")
    lines = [marketing.type("leads", "get", "--email", who, *OUTREACH).refusal for who in (OTTO, "nobody@example.com")]
    assert lines[0] == lines[1]
    assert lines[0].startswith("LEAD_NOT_FOUND")


def test_leads_are_listed_by_filter(at_service: Terminal) -> None:
    """A query prints the leads that meet its filters and may be processed, one a line."""
    said = at_service.type("leads", "query", "--industry", "Software", "--employee-band", "from_251", *OUTREACH)
    heads, *lines = said.stdout.splitlines()
    assert heads.split()[:3] == ["LEAD", "COMPANY", "INDUSTRY"]
    (line,) = lines
    assert "Ida Vermolen" in line
    nobody = at_service.type("leads", "query", "--industry", "Baking", *OUTREACH, "--json")
    assert json.loads(nobody.stdout) == []


def test_every_filter_reaches_the_service() -> None:
    """Each filter of a query is sent as the field of the contract that it stands for."""
    fakes = Fakes()
    with serving(fakes) as port:
        there = Terminal().exporting(LEADGATE_TARGET=f"127.0.0.1:{port}", LEADGATE_TOKEN=TOKEN)
        who = ("--industry", "Software", "--function", "sales", "--seniority", "vp", "--domain", "example.com")
        size = ("--employee-band", "from_51", "--revenue-band", "from_1m", "--limit", "7")
        when = ("--obtained-from", "2026-10-01", "--obtained-until", "2026-11-23")
        assert there.type("leads", "query", *who, *size, *when, *OUTREACH).code == 0
    (arrival,) = fakes.arrivals
    assert arrival.request == QueryLeadsRequest(
        purpose=Purpose.PURPOSE_OUTREACH,
        company_industry="Software",
        job_function="sales",
        seniority=Seniority.SENIORITY_VP,
        company_domain="example.com",
        employee_band=EmployeeBand.EMPLOYEE_BAND_FROM_51,
        revenue_band=RevenueBand.REVENUE_BAND_FROM_1M,
        first_obtained_from_date=Date(year=2026, month=10, day=1),
        first_obtained_until_date=Date(year=2026, month=11, day=23),
        page_size=7,
    )


def test_a_list_says_when_it_stopped_at_its_limit(at_service: Terminal) -> None:
    """A list that reached its limit says on stderr that there may be more; stdout stays data."""
    said = at_service.type("leads", "query", *OUTREACH, "--limit", "1", "--json")
    assert len(json.loads(said.stdout)) == 1
    assert "--limit" in said.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["get", "--purpose", "outreach"], "exactly one of --id, --email and --crm"),
        (["get", "--purpose", "outreach", "--crm", "00Q1"], "salesforce/Lead/00Q1"),
        (["get", "--purpose", "curiosity", "--id", "1"], "must be one of relevance, outreach"),
        (["get", "--id", "1"], "Missing option '--purpose'"),
        (["query", "--purpose", "outreach", "--limit", "0"], "--limit"),
    ],
)
def test_a_command_used_wrongly_says_how_it_is_used(at_service: Terminal, arguments: list[str], told: str) -> None:
    """What cannot work is refused before anything is sent: one line, exit code 2."""
    said = at_service.type("leads", *arguments, "--insecure-local")
    assert (said.code, said.stdout) == (2, "")
    assert told in said.refusal


def test_a_refused_purpose_is_told_with_its_reason(service: RunningService) -> None:
    """A purpose that the caller's roles lack is refused by the service: one line with its reason, exit code 1."""
    said = connected(service, "demo-marketing").type(
        "leads", "query", "--purpose", "rights_handling", "--insecure-local"
    )
    assert said.code == 1
    assert said.refusal.startswith("PURPOSE_NOT_ALLOWED")
