"""What every store shows: single leads by each key, and lists by filter, page after page, of what may be processed."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from leadgate_service.domain.fields import EmployeeBand, RevenueBand, Seniority
from leadgate_service.records import LeadFilter, LeadKey
from leadgate_service.storage import tables
from leadgate_service.storage.leads import MOST_EXAMINED
from leadgate_service.storage.work import Statement, one_of

from tests.builders import IDA, LAST_DAY, NOON, TODAY, candidate, company, crm_record, intake, of_domain, person
from tests.copies import fill_with_copies
from tests.worlds import World

PEOPLE = 24


def address(number: int) -> str:
    """The address of one of the people."""
    return f"person{number}@harbour{number % 3}.example.org"


def admit_people(world: World, count: int = PEOPLE, first: int = 0) -> list[bytes]:
    """Store so many people, of three companies, two functions, two levels and two sizes; one unit each day's worth."""
    items = [
        candidate(
            said=intake(address(number)),
            obtained_time=world.now,
            person=person(
                f"Person N{number}",
                id=f"person-{number}",
                role=("sales", "operations")[number % 2],
                seniority=("director", "manager")[number // 2 % 2],
            ),
            company=company(
                f"harbour{number % 3}.example.org",
                category={"industry": ("Software", "Freight")[number // 3 % 2]},
                metrics={
                    "employeesRange": ("11-50", "251-1K")[number // 4 % 2],
                    "estimatedAnnualRevenue": ("$1M-$10M", "$50M-$100M")[number // 5 % 2],
                },
            ),
        )
        for number in range(first, first + count)
    ]
    return [answer.lead_id or b"" for answer in world.admit(*items)]


def test_a_lead_is_found_by_each_of_its_keys(world: World) -> None:
    """Id, address in any spelling of the caller's, and CRM record lead to the same lead; others to none."""
    (stored,) = world.admit(candidate(said=intake(crm_record=crm_record()), person=person()))
    assert stored.lead_id is not None
    by_id, by_address, by_record = world.lead(stored.lead_id), world.lead(IDA), world.lead(crm_record())
    assert by_id is not None
    assert by_address is not None
    assert by_record is not None
    assert {by_id.lead_id, by_address.lead_id, by_record.lead_id} == {stored.lead_id}
    assert world.lead(bytes(16)) is None
    assert world.lead("nobody@northpier.example.com") is None
    assert world.lead(crm_record("00Q9")) is None


@pytest.mark.proves("R-018", "R-036")
@pytest.mark.parametrize("column", ["suppressed_time", "restricted_time"])
def test_of_several_leads_of_a_crm_record_the_one_that_must_stop_answers(world: World, column: str) -> None:
    """Whoever writes to a CRM record learns that one of its leads may not be processed, whichever was stored last."""
    shared = crm_record("00Q5")
    people = [
        candidate(said=intake(address(n), crm_record=shared), person=person(f"N{n}", id=f"{n}")) for n in range(3)
    ]
    marked = world.admit(*people)[1].lead_id
    assert world.held(shared).lead_id != marked
    mark = Statement(
        sa.update(tables.leads)
        .where(tables.leads.c.lead_id == sa.bindparam("marked", type_=tables.leads.c.lead_id.type))
        .values({column: sa.bindparam("now", type_=tables.Instant)}),
    )
    world.execute(mark(marked=marked, now=world.now))
    assert world.held(shared).lead_id == marked


def test_a_tag_is_not_another_person_s_lead(world: World) -> None:
    """Reading is by the exact address alone: match narrow to disclose."""
    world.admit(candidate(person=person()))
    assert world.lead("ida.vermolen+events@northpier.example.com") is None


def test_many_readers_at_once_get_each_their_own(world: World) -> None:
    """Reads that share a statement are answered each with its own lead, and with none where there is none."""
    lead_ids = admit_people(world)

    async def read_all() -> list[bytes | None]:
        keys = [LeadKey(lead_id=lead_id) for lead_id in (*lead_ids, bytes(16), *lead_ids)]
        records = await asyncio.gather(*(world.store.lead(key) for key in keys))
        return [record.lead_id if record is not None else None for record in records]

    assert world.run(read_all()) == [*lead_ids, None, *lead_ids]


@pytest.mark.proves("R-044", "P14")
def test_a_lead_is_listed_until_its_last_day_and_not_after(world: World) -> None:
    """On the last day it is there; a microsecond into the next, by the policy's clock, it is not. Nothing was swept."""
    world.admit(candidate(person=person()))
    midnight = NOON.replace(hour=23) + (LAST_DAY - TODAY)
    world.now = midnight - timedelta(microseconds=1)
    assert len(world.listed()) == 1
    world.now = midnight
    assert world.listed() == []
    assert world.counts()["leads"] == 1


@pytest.mark.proves("R-018", "R-036")
@pytest.mark.parametrize("column", ["suppressed_time", "restricted_time"])
def test_who_is_suppressed_or_restricted_is_not_listed(world: World, column: str) -> None:
    """One of two people is marked: the other alone is listed, and the mark shows where the lead itself is read."""
    one, other = admit_people(world, 2)
    mark = Statement(
        sa.update(tables.leads)
        .where(tables.leads.c.lead_id == sa.bindparam("marked", type_=tables.leads.c.lead_id.type))
        .values({column: sa.bindparam("now", type_=tables.Instant)}),
    )
    world.execute(mark(marked=one, now=world.now))
    assert [lead.lead_id for lead in world.listed()] == [other]
    lead = world.held(one)
    assert (lead.suppressed, lead.restricted) == (column == "suppressed_time", column == "restricted_time")


FILTERS: list[dict[str, Any]] = [
    {"company_industry": "Freight"},
    {"job_function": "sales"},
    {"seniority": Seniority.MANAGER},
    {"company_domain": "harbour1.example.org"},
    {"employee_band": EmployeeBand.FROM_251},
    {"revenue_band": RevenueBand.FROM_50M},
]


def of(lead: Any) -> dict[str, Any]:
    """What a lead shows of the facts that are filtered on."""
    fields = lead.fields
    return {
        "company_industry": fields.company_industry,
        "job_function": fields.job_function,
        "seniority": fields.seniority,
        "company_domain": fields.company_website.removeprefix("https://"),
        "employee_band": {11: EmployeeBand.FROM_11, 251: EmployeeBand.FROM_251}[fields.company_employee_range.lower],
        "revenue_band": {10**6: RevenueBand.FROM_1M, 5 * 10**7: RevenueBand.FROM_50M}[
            fields.company_estimated_revenue.lower
        ],
        "first_obtained_date": lead.first_obtained_date,
    }


def combinations_of_filters() -> Iterator[dict[str, Any]]:
    """Each filter alone, each two, and all at once."""
    for position, one in enumerate(FILTERS):
        yield one
        yield from (one | other for other in FILTERS[position + 1 :])
    yield {name: value for one in FILTERS for name, value in one.items()}


def test_filters_hold_each_and_together(world: World) -> None:
    """Every filter, every pair of filters and all at once list exactly the leads for which all of them hold."""
    admit_people(world)
    everybody = world.listed()
    assert len(everybody) == PEOPLE
    for wanted in combinations_of_filters():
        expected = [lead.lead_id for lead in everybody if wanted.items() <= of(lead).items()]
        assert [lead.lead_id for lead in world.listed(LeadFilter(**wanted), most=5)] == expected, wanted
    assert world.listed(LeadFilter(company_industry="freight")) == []


def test_dates_filter_with_both_their_days(world: World) -> None:
    """`from` and `until` are days, both included, alone, together and beside another filter."""
    by_day: list[list[bytes]] = []
    for _ in range(4):
        by_day.append(admit_people(world, 2, first=2 * len(by_day)))
        world.pass_days(1)
    second, third = TODAY + timedelta(days=1), TODAY + timedelta(days=2)

    def listed(**wanted: Any) -> list[bytes]:
        return [lead.lead_id for lead in world.listed(LeadFilter(**wanted), most=1)]

    assert listed(first_obtained_from_date=third) == by_day[2] + by_day[3]
    assert listed(first_obtained_until_date=second) == by_day[0] + by_day[1]
    assert listed(first_obtained_from_date=second, first_obtained_until_date=third) == by_day[1] + by_day[2]
    assert listed(first_obtained_from_date=third, first_obtained_until_date=second) == []
    assert listed(first_obtained_from_date=third, job_function="sales") == [by_day[2][0], by_day[3][0]]


@pytest.mark.parametrize("most", [1, 7, PEOPLE - 1, PEOPLE, PEOPLE + 1])
def test_pages_show_everybody_once_in_the_order_of_ids(world: World, most: int) -> None:
    """Whatever the size of a page, all pages together are the list; the last one says that it is the last."""
    lead_ids = admit_people(world)
    assert [lead.lead_id for lead in world.listed(most=most)] == sorted(lead_ids)
    page = world.run(world.store.leads(LeadFilter(), today=world.today, after=None, most=PEOPLE))
    assert page.last_examined is None
    assert len(page.leads) == PEOPLE


def test_pages_stay_stable_while_leads_come_and_go(world: World) -> None:
    """Who is there from the first page to the last is shown exactly once, whoever is added or removed meanwhile."""
    lead_ids = sorted(admit_people(world))
    remove = Statement(sa.delete(tables.leads).where(one_of(tables.leads.c.lead_id, "gone")))
    seen: list[bytes] = []
    after = None
    for newcomer in range(PEOPLE, 2 * PEOPLE):
        page = world.run(world.store.leads(LeadFilter(), today=world.today, after=after, most=5))
        seen.extend(lead.lead_id for lead in page.leads)
        after = page.last_examined
        if after is None:
            break
        world.execute(remove(gone=[seen[-2]]))
        admit_people(world, 1, first=newcomer)
    assert after is None
    assert seen[:PEOPLE] == lead_ids
    assert len(seen) == len(set(seen))


def test_a_page_examines_two_thousand_entries_at_most(world: World) -> None:
    """A page that finds little ends early, even empty, and says where the next begins, until the end."""
    first = admit_people(world, 1)
    lead_ids = first + fill_with_copies(world, 2 * MOST_EXAMINED + 9)
    wanted = LeadFilter(first_obtained_from_date=TODAY + timedelta(days=1))
    ends: list[bytes | None] = []
    after = None
    while not ends or after is not None:
        page = world.run(world.store.leads(wanted, today=world.today, after=after, most=50))
        assert page.leads == []
        after = page.last_examined
        ends.append(after)
    assert ends == [lead_ids[MOST_EXAMINED - 1], lead_ids[2 * MOST_EXAMINED - 1], None]


def test_company_data_is_listed_beside_people(world: World) -> None:
    """A company's lead is a lead: it is listed, and by its domain found."""
    world.admit(candidate(said=of_domain(), company=company()), candidate(person=person()))
    assert sorted(lead.personal for lead in world.listed()) == [False, True]
    (firm,) = world.listed(LeadFilter(company_domain="northpier.example.com"))
    assert not firm.personal
    by_key = world.run(world.store.lead(LeadKey(identifier=of_domain().lookup_key)))
    assert by_key is not None
    assert by_key.lead_id == firm.lead_id
