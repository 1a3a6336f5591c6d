"""What every database itself refuses, whoever writes to it: values without provenance, another basis."""

import pytest
import sqlalchemy as sa
from leadgate_service.domain.fields import Field
from leadgate_service.storage import tables
from leadgate_service.storage.driver import Rejected
from leadgate_service.storage.lead_book import INSERT_LEADS, REPLACE_SOURCES
from leadgate_service.storage.lead_rows import LEAD_COLUMNS
from leadgate_service.storage.work import Insert, Row

from tests.builders import candidate, company, intake, person
from tests.worlds import World

LEAD_ID, KEY = bytes(range(16)), bytes(range(16, 32))
SOURCE_COLUMNS = REPLACE_SOURCES.columns
INSERT_SOURCES = Insert(tables.lead_sources, SOURCE_COLUMNS)

CONTENT = {
    Field.COMPANY_NAME: {"company_name"},
    Field.COMPANY_DESCRIPTION: {"company_description"},
    Field.COMPANY_WEBSITE: {"company_domain"},
    Field.COMPANY_ESTIMATED_REVENUE: {"revenue_lower", "revenue_upper", "revenue_band"},
    Field.COMPANY_EMPLOYEE_RANGE: {"employees_lower", "employees_upper", "employee_band"},
    Field.COMPANY_INDUSTRY: {"company_industry"},
    Field.JOB_FUNCTION: {"job_function"},
    Field.JOB_TITLE: {"sealed"},
    Field.SENIORITY: {"seniority"},
    Field.FULL_NAME: {"sealed"},
    Field.PHONE_NUMBER: {"sealed", "phone_kind"},
}
METADATA = {
    "lead_id", "key_token", "personal", "approximate", "pinned_fields", "origin", "country_code", "legal_form",
    "relationship",
    "purposes", "lawful_basis", "assessment_version", "policy_version", "first_obtained_date", "expire_date",
    "notice_due_date", "restricted_time", "suppressed_time", "erase_time",
    "until_named", "phone_withheld",
}  # fmt: skip
FREE_TEXT = {
    # Columns that could hold words of anybody, each with what is in it instead.
    ("leads", "company_name"), ("leads", "company_description"), ("leads", "company_domain"),
    ("leads", "company_industry"), ("leads", "job_function"), ("leads", "legal_form"),
    ("crm_references", "record_id"),  # the CRM's own id
    ("objections", "reference"),  # the desk's own case number
    ("policies", "yaml"),  # the rules
    ("audit_entries", "detail"),  # codes and counts
    ("audit_entries", "action"),  # names of methods
}  # fmt: skip


CODES = {
    # Names that the policy or the service itself gives.
    ("leads", "purposes"), ("leads", "assessment_version"), ("lead_sources", "source"), ("lookups", "source"),
    ("crm_references", "recipient"), ("crm_references", "object"), ("objections", "registered_by"),
    ("objections", "annulment_proposed_by"), ("objections", "annulled_by"),
    ("objections", "import_id"),  # computed from a file's digest
    ("requests", "principal"), ("requests", "request_id"), ("audit_chains", "writer"), ("audit_entries", "principal"),
    ("audit_entries", "outcome"), ("policies", "applied_by"), ("access_tokens", "principal"),
}  # fmt: skip


def lead_row(world: World, **changes: object) -> Row:
    """A row of a lead as the store wrote it, under another key, with other values in some columns."""
    rows = world.rows(sa.select(*(tables.leads.c[name] for name in LEAD_COLUMNS)))
    return list(
        {**dict(zip(LEAD_COLUMNS, rows[0], strict=True)), "lead_id": LEAD_ID, "key_token": KEY, **changes}.values()
    )


def source_row(world: World, **changes: object) -> Row:
    """A row of provenance as the store wrote it, of the lead above."""
    rows = world.rows(sa.select(*(tables.lead_sources.c[name] for name in SOURCE_COLUMNS)))
    return list({**dict(zip(SOURCE_COLUMNS, rows[0], strict=True)), "lead_id": LEAD_ID, **changes}.values())


@pytest.fixture
def filled(world: World) -> World:
    """A world with one lead."""
    world.admit(candidate(said=intake(), person=person(), company=company()))
    return world


@pytest.mark.proves("R-004")
@pytest.mark.parametrize(
    "column",
    [
        "purposes",
        "lawful_basis",
        "assessment_version",
        "policy_version",
        "first_obtained_date",
        "expire_date",
        "origin",
    ],
)
def test_a_lead_without_provenance_is_refused(filled: World, column: str) -> None:
    """Take away one of the columns that say where from, since when, what for, on what ground: the row is refused."""
    with pytest.raises(Rejected):
        filled.execute(INSERT_LEADS([lead_row(filled, **{column: None})]))
    filled.execute(INSERT_LEADS([lead_row(filled)]))
    assert filled.counts()["leads"] == 2


@pytest.mark.proves("R-004")
@pytest.mark.parametrize("column", [name for name in SOURCE_COLUMNS if name != "fields"])
def test_a_value_without_its_source_is_refused(filled: World, column: str) -> None:
    """Provider, provider's record and both dates are there, or the row of provenance is not."""
    filled.execute(INSERT_LEADS([lead_row(filled)]))
    with pytest.raises(Rejected):
        filled.execute(INSERT_SOURCES([source_row(filled, **{column: None})]))
    filled.execute(INSERT_SOURCES([source_row(filled)]))
    assert filled.counts()["lead_sources"] == 2


@pytest.mark.proves("R-004")
def test_provenance_of_no_lead_is_refused(filled: World) -> None:
    """A source's row belongs to a lead that exists, and goes with it."""
    with pytest.raises(Rejected):
        filled.execute(INSERT_SOURCES([source_row(filled)]))


@pytest.mark.proves("R-010")
@pytest.mark.parametrize("basis", ["consent", "contract", "LEGITIMATE_INTEREST", ""])
def test_a_lead_has_the_one_basis(filled: World, basis: str) -> None:
    """No row can claim another basis, so nothing can be re-labelled to survive an objection."""
    with pytest.raises(Rejected):
        filled.execute(INSERT_LEADS([lead_row(filled, lawful_basis=basis)]))


@pytest.mark.parametrize(
    "changes",
    [{"personal": False}, {"notice_due_date": None}],
    ids=["a notice for company data", "a person who is owed none"],
)
def test_every_person_and_nobody_else_is_owed_a_notice(filled: World, changes: dict[str, object]) -> None:
    """A row says that it is personal exactly if it has a day for its notice (R-061)."""
    with pytest.raises(Rejected):
        filled.execute(INSERT_LEADS([lead_row(filled, **changes)]))


def test_an_identity_is_one_lead_s(filled: World) -> None:
    """Two leads cannot have the same key: a person is there once."""
    (key,) = filled.rows(sa.select(tables.leads.c.key_token))[0]
    with pytest.raises(Rejected):
        filled.execute(INSERT_LEADS([lead_row(filled, key_token=bytes(key))]))


@pytest.mark.proves("R-001")
def test_content_has_columns_for_eleven_fields_and_no_more() -> None:
    """Each column of `leads` holds one of the eleven fields or is on the closed list of metadata."""
    assert CONTENT.keys() == set(Field)
    content = set[str]().union(*CONTENT.values())
    assert {column.name for column in tables.leads.columns} == content | METADATA
    assert not content & METADATA


@pytest.mark.proves("R-001", "R-003")
def test_no_other_table_has_room_for_words() -> None:
    """Whatever could hold a sentence or an address is on a short list; all else is a code, number, date or token."""
    roomy = {
        (table.name, column.name)
        for table in tables.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.Text | sa.String)
        and (column.type.length is None or column.type.length >= 40)
        and (table.name, column.name) not in CODES
    }
    assert roomy == FREE_TEXT
