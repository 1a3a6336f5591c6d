"""Leads of a query, page after page."""

import itertools

import pytest
from leadgate.v1 import types_pb2
from leadgate.v1.lead_service_pb2 import QueryLeadsRequest
from leadgate_client import Client, DeadlineExceeded, Purpose

from tests.client.fake_service import Fakes
from tests.client.refusals import UNAVAILABLE


@pytest.fixture(autouse=True)
def seven_leads(fakes: Fakes) -> None:
    """Seven leads, of which those with an even number are in software."""
    for number in range(7):
        industry = "Mining" if number % 2 else "Software"
        fields = types_pb2.LeadFields(company_industry=industry)
        fakes.leads[str(number)] = types_pb2.Lead(lead_id=str(number), fields=fields)


def test_a_query_goes_through_all_pages(client: Client, fakes: Fakes) -> None:
    """Every lead comes once and in order, also where a page is short."""
    leads = client.query_leads(purpose=Purpose.PURPOSE_OUTREACH, company_industry="Software", page_size=2)
    assert [lead.lead_id for lead in leads] == ["0", "2", "4", "6"]
    assert len(fakes.arrivals) == 4


def test_pages_are_asked_for_as_they_are_needed(client: Client, fakes: Fakes) -> None:
    """Who stops after three leads has read two pages of two, because every read is an audit entry."""
    leads = client.query_leads(purpose=Purpose.PURPOSE_OUTREACH, page_size=2)
    assert fakes.arrivals == []
    assert len(list(itertools.islice(leads, 3))) == 3
    assert len(fakes.arrivals) == 2


def test_every_page_keeps_the_query_and_its_deadline(client: Client, fakes: Fakes) -> None:
    """Purpose, filters and the caller's seconds go with each page, not with the first alone."""
    list(client.query_leads(purpose=Purpose.PURPOSE_RELEVANCE, job_function="sales", page_size=3, timeout=2.5))
    assert len(fakes.arrivals) == 3
    for arrival in fakes.arrivals:
        assert isinstance(arrival.request, QueryLeadsRequest)
        assert arrival.request.purpose == Purpose.PURPOSE_RELEVANCE
        assert arrival.request.job_function == "sales"
        assert arrival.seconds == pytest.approx(2.5, abs=1)


def test_a_slow_later_page_meets_the_deadline(client: Client, fakes: Fakes) -> None:
    """The deadline holds for a page in the middle as for the first."""
    pages = client.query_leads(purpose=Purpose.PURPOSE_OUTREACH, page_size=2, timeout=0.2).pages()
    assert len(next(pages).leads) == 2
    fakes.delay = 0.6
    with pytest.raises(DeadlineExceeded):
        next(pages)


def test_a_later_page_is_tried_again(client: Client, fakes: Fakes) -> None:
    """An interruption between two pages neither loses a lead nor shows one twice."""
    pages = client.query_leads(purpose=Purpose.PURPOSE_OUTREACH, page_size=4).pages()
    first = next(pages)
    fakes.before = [UNAVAILABLE]
    assert [lead.lead_id for page in (first, *pages) for lead in page.leads] == list("0123456")


def test_a_token_resumes_in_another_process(client: Client) -> None:
    """The token of a page is all that a later process needs to go on behind it."""
    first = next(client.query_leads(purpose=Purpose.PURPOSE_OUTREACH, page_size=5).pages())
    assert first.next_page_token
    rest = client.query_leads(purpose=Purpose.PURPOSE_OUTREACH, page_token=first.next_page_token)
    assert [lead.lead_id for lead in rest] == ["5", "6"]


def test_a_pager_can_be_read_twice(client: Client) -> None:
    """Each iteration asks anew from the first page, so that nothing is silently empty the second time."""
    leads = client.query_leads(purpose=Purpose.PURPOSE_OUTREACH)
    assert len(list(leads)) == len(list(leads)) == 7
