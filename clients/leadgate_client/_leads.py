"""Calls of the LeadService: the way out. Every read names its purpose and leaves an audit entry."""

from dataclasses import dataclass
from datetime import date

import grpc
from leadgate.v1.lead_service_pb2 import GetLeadRequest, QueryLeadsRequest, Withheld
from leadgate.v1.lead_service_pb2_grpc import LeadServiceStub
from leadgate.v1.types_pb2 import (
    EMPLOYEE_BAND_UNSPECIFIED,
    REVENUE_BAND_UNSPECIFIED,
    SENIORITY_UNSPECIFIED,
    EmployeeBand,
    Purpose,
    RevenueBand,
    Seniority,
)

from leadgate_client._calls import READ_SECONDS, Calls
from leadgate_client._convert import crm_reference_to_pb, date_to_pb, lead_from_pb
from leadgate_client._pages import Pager
from leadgate_client._records import CrmReference, Discreet, Lead


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LeadPage(Discreet):
    """One page of a query.

    Attributes:
        leads: What the caller may see of each. May be short or empty although there is a next page.
        next_page_token: Continues the query, also in another process; None at its end.
    """

    leads: tuple[Lead, ...]
    next_page_token: str | None


class LeadPager(Pager[LeadPage, Lead]):
    """Leads of a query, page after page as they are needed. Each iteration reads anew from the first page."""

    @staticmethod
    def _items(page: LeadPage) -> tuple[Lead, ...]:
        return page.leads


class LeadCalls(Calls):
    """Calls that read leads."""

    def __init__(self, channel: grpc.Channel, token: str) -> None:
        super().__init__(channel, token)
        self._leads = LeadServiceStub(channel)

    def get_lead(
        self,
        *,
        purpose: Purpose.ValueType,
        lead_id: str | None = None,
        email: str | None = None,
        crm_reference: CrmReference | None = None,
        timeout: float = READ_SECONDS,
    ) -> Lead | Withheld:
        """Read one lead, by exactly one of its id, its e-mail address and a CRM record.

        Args:
            purpose: Why it is read (GDPR Art. 5(1)(b)).
            lead_id: The lead's own id.
            email: The address that the lead was looked up by.
            crm_reference: A record that the lead was handed in with.
            timeout: Seconds for the call with all its retries.

        Returns:
            The lead; or, to the CRM sync, support and the privacy officer, that the person may not be processed. Then
            stop, and remove what you hold.

        Raises:
            TypeError: Not exactly one key is given.
            InvalidField: An argument breaks a rule of the contract.
            NotAllowed: The principal does not hold *purpose*.
            NotFound: There is no such lead that the caller may see.
        """
        request = _get_lead_request(lead_id, email, crm_reference)
        request.purpose = purpose
        response = self._call(self._leads.GetLead, request, timeout)
        # An answer that only a newer service knows reads as withheld, too: what we cannot read, nobody may process.
        return lead_from_pb(response.lead) if response.HasField("lead") else response.withheld

    def query_leads(  # noqa: PLR0913 - one keyword for each field of the request
        self,
        *,
        purpose: Purpose.ValueType,
        company_industry: str | None = None,
        job_function: str | None = None,
        seniority: Seniority.ValueType | None = None,
        company_domain: str | None = None,
        employee_band: EmployeeBand.ValueType | None = None,
        revenue_band: RevenueBand.ValueType | None = None,
        first_obtained_from_date: date | None = None,
        first_obtained_until_date: date | None = None,
        page_size: int = 0,
        page_token: str = "",
        timeout: float = READ_SECONDS,
    ) -> LeadPager:
        """List the leads that may be processed and meet all given filters, in the order of their ids.

        Nothing is asked until the pager is iterated over; errors come from there.

        Args:
            purpose: Why they are read (GDPR Art. 5(1)(b)).
            company_industry: Compared letter by letter.
            job_function: Compared letter by letter.
            seniority: One level.
            company_domain: Domain of the company's website.
            employee_band: One band of head count.
            revenue_band: One band of estimated revenue.
            first_obtained_from_date: First obtained on that day or later.
            first_obtained_until_date: First obtained on that day or earlier.
            page_size: Most leads in a page, up to 500; 0 leaves it to the service.
            page_token: Where to go on: `next_page_token` of a page of the same query. Empty starts at the first page.
            timeout: Seconds for each page with all its retries.

        Returns:
            A pager over the leads.

        Raises:
            InvalidField: An argument breaks a rule of the contract, or *page_token* belongs to another query.
            NotAllowed: The principal does not hold *purpose*, or may not see a field it filters by.
        """
        request = QueryLeadsRequest(
            purpose=purpose,
            company_industry=company_industry,
            job_function=job_function,
            seniority=seniority or SENIORITY_UNSPECIFIED,
            company_domain=company_domain,
            employee_band=employee_band or EMPLOYEE_BAND_UNSPECIFIED,
            revenue_band=revenue_band or REVENUE_BAND_UNSPECIFIED,
            first_obtained_from_date=date_to_pb(first_obtained_from_date),
            first_obtained_until_date=date_to_pb(first_obtained_until_date),
            page_size=page_size,
        )
        return LeadPager(lambda token: self._page(request, token, timeout), page_token)

    def _page(self, query: QueryLeadsRequest, page_token: str, timeout: float) -> LeadPage:
        request = QueryLeadsRequest(page_token=page_token)
        request.MergeFrom(query)
        response = self._call(self._leads.QueryLeads, request, timeout)
        return LeadPage(
            leads=tuple(lead_from_pb(lead) for lead in response.leads),
            next_page_token=response.next_page_token or None,
        )


def _get_lead_request(lead_id: str | None, email: str | None, crm_reference: CrmReference | None) -> GetLeadRequest:
    match lead_id, email, crm_reference:
        case str(key), None, None:
            return GetLeadRequest(lead_id=key)
        case None, str(key), None:
            return GetLeadRequest(email=key)
        case None, None, CrmReference() as reference:
            return GetLeadRequest(crm_reference=crm_reference_to_pb(reference))
    raise TypeError("give exactly one of lead_id, email and crm_reference")
