"""What goes into a message comes out of it."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from leadgate.v1.types_pb2 import PhoneKind, Seniority
from leadgate_client import LeadFields, Range
from leadgate_client._convert import date_from_pb, date_to_pb, lead_fields_from_pb, lead_fields_to_pb

TEXTS = st.none() | st.text(min_size=1, max_size=20)
WHOLE = st.integers(min_value=0, max_value=2**63 - 1)
RANGES = st.none() | st.builds(Range, lower=WHOLE, upper=st.none() | WHOLE)
FIELDS = st.builds(
    LeadFields,
    company_name=TEXTS,
    company_description=TEXTS,
    company_website=TEXTS,
    company_estimated_revenue=RANGES,
    company_employee_range=RANGES,
    company_industry=TEXTS,
    job_function=TEXTS,
    job_title=TEXTS,
    seniority=st.none() | st.sampled_from(Seniority.values()[1:]),
    full_name=TEXTS,
    phone_number=TEXTS,
    phone_kind=st.none() | st.sampled_from(PhoneKind.values()[1:]),
)


@settings(max_examples=100)
@given(FIELDS)
def test_content_survives_the_wire(fields: LeadFields) -> None:
    """Each of the eleven fields comes back as it was given, and what was None stays None."""
    assert lead_fields_from_pb(lead_fields_to_pb(fields)) == fields


@settings(max_examples=50)
@given(st.dates())
def test_a_day_survives_the_wire(day: date) -> None:
    """Any civil day comes back as itself."""
    message = date_to_pb(day)
    assert message is not None
    assert date_from_pb(message) == day
