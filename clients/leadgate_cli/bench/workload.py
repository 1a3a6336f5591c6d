"""Requests about invented people, serialised before the clock runs: per call only fixed-width numbers change."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from uuid import UUID

from leadgate.v1 import intake_service_pb2, lead_service_pb2, objection_service_pb2, types_pb2
from leadgate_simulators.people import folded
from leadgate_simulators.vocabulary import COMPANY_ENDS, COMPANY_STARTS, FAMILY_NAMES, GIVEN_NAMES, INDUSTRIES

TEMPLATES = 1_000
"""How many different people and companies the leads are cut from; what makes a lead distinct is its number."""

OBJECTORS = range(9_999_999_000, 9_999_999_500)
"""Numbers of those who have objected before anything is measured; no window's numbers go as far."""

STRANGERS_PER_OBJECTOR = 9
"""Of those who are asked about, how many did not object for each who did: most people do not."""

_SLOT = b"0000000000"
_AT = b"@firm"
_SEED = 7
_JOBS = (
    ("Head of Logistics", "operations", types_pb2.SENIORITY_DIRECTOR),
    ("Chief Financial Officer", "finance", types_pb2.SENIORITY_EXECUTIVE),
    ("Sales Manager", "sales", types_pb2.SENIORITY_MANAGER),
    ("Vice President of Engineering", "engineering", types_pb2.SENIORITY_VP),
    ("Senior Buyer", "operations", types_pb2.SENIORITY_SENIOR),
)
_EMPLOYEES = ((11, 50), (51, 250), (251, 1_000), (1_001, 5_000))


@dataclass(frozen=True, slots=True)
class Reads:
    """Requests of GetLead, one after another for each lead, without end.

    Attributes:
        lead_ids: 16 bytes each.
    """

    lead_ids: Sequence[bytes]

    def __iter__(self) -> Iterator[bytes]:
        """Make the requests."""
        requests = [
            lead_service_pb2.GetLeadRequest(
                purpose=types_pb2.PURPOSE_OUTREACH, lead_id=str(UUID(bytes=lead_id))
            ).SerializeToString()
            for lead_id in self.lead_ids
        ]
        random.Random(_SEED).shuffle(requests)  # noqa: S311 - an order, not a secret
        while True:
            yield from requests


@dataclass(frozen=True, slots=True)
class Intakes:
    """Requests of BatchIngestLeads with typed, canonical items, each of a lead that no other request names.

    Attributes:
        first: Number of the first lead; later ones count up.
        items: Items per request.
        requests: How many; None for no end.
    """

    first: int
    items: int
    requests: int | None = None

    def __iter__(self) -> Iterator[bytes]:
        """Make the requests."""
        templates = _templates()
        numbers = count(self.first)
        for request_number in count() if self.requests is None else range(self.requests):
            head = intake_service_pb2.BatchIngestLeadsRequest(request_id=f"bench-{self.first}-{request_number}")
            items = [_numbered(templates, next(numbers)) for _ in range(self.items)]
            yield head.SerializeToString() + b"".join(items)


@dataclass(frozen=True, slots=True)
class Objections:
    """Requests of BatchRegisterObjections, each objection by an address that no other names, at a domain of its own.

    Attributes:
        first: Number of the first objector; later ones count up.
        items: Items per request.
        requests: How many; None for no end.
    """

    first: int
    items: int
    requests: int | None = None

    def __iter__(self) -> Iterator[bytes]:
        """Make the requests."""
        templates = [
            objection_service_pb2.BatchRegisterObjectionsRequest(
                items=[objection_service_pb2.ObjectionItem(objector=objector)]
            ).SerializeToString()
            for objector in _objectors()
        ]
        numbers = count(self.first)
        for request_number in count() if self.requests is None else range(self.requests):
            head = objection_service_pb2.BatchRegisterObjectionsRequest(
                request_id=f"bench-{self.first}-{request_number}",
                channel=objection_service_pb2.OBJECTION_CHANNEL_CRM,
                import_id=f"bench-{self.first}",
            )
            items = [_numbered(templates, next(numbers)) for _ in range(self.items)]
            yield head.SerializeToString() + b"".join(items)


@dataclass(frozen=True, slots=True)
class Checks:
    """Requests of CheckSuppression without end: those of `OBJECTORS` in turn, and strangers between them.

    Attributes:
        first: Number of the first stranger; later ones count up.
    """

    first: int

    def __iter__(self) -> Iterator[bytes]:
        """Make the requests."""
        templates = [
            objection_service_pb2.CheckSuppressionRequest(objector=objector).SerializeToString()
            for objector in _objectors()
        ]
        strangers = count(self.first)
        for objector in cycle(OBJECTORS):
            yield _numbered(templates, objector)
            for _ in range(STRANGERS_PER_OBJECTOR):
                yield _numbered(templates, next(strangers))


def answer_to(check: bytes) -> bytes:
    """Return the only right answer to a request of `Checks`."""
    start = check.index(_AT) + len(_AT)
    suppressed = int(check[start : start + len(_SLOT)]) in OBJECTORS
    return objection_service_pb2.CheckSuppressionResponse(suppressed=suppressed).SerializeToString()


def _numbered(templates: Sequence[bytes], number: int) -> bytes:
    return templates[number % TEMPLATES].replace(_SLOT, b"%010d" % number)


def _objectors() -> list[objection_service_pb2.Objector]:
    dice = random.Random(_SEED)  # noqa: S311 - invented people, not secrets
    names = [(dice.choice(GIVEN_NAMES), dice.choice(FAMILY_NAMES)) for _ in range(TEMPLATES)]
    place = (_AT + _SLOT).decode()
    return [
        objection_service_pb2.Objector(emails=[f"{folded(given)}.{folded(family)}{place}.example.com"])
        for given, family in names
    ]


def _templates() -> list[bytes]:
    """Serialise items, each as a request with that item alone, so that joining them makes a request of many."""
    dice = random.Random(_SEED)  # noqa: S311 - invented people, not secrets
    return [
        intake_service_pb2.BatchIngestLeadsRequest(items=[_item(dice, number)]).SerializeToString()
        for number in range(TEMPLATES)
    ]


def _item(dice: random.Random, number: int) -> intake_service_pb2.IngestItem:
    given, family = dice.choice(GIVEN_NAMES), dice.choice(FAMILY_NAMES)
    domain = f"{dice.choice(COMPANY_STARTS)}{dice.choice(COMPANY_ENDS)}.example.com".lower()
    slot = _SLOT.decode()
    fields = _company(dice, domain)
    fields.MergeFrom(_person(dice, f"{given} {family}", number))
    return intake_service_pb2.IngestItem(
        lookup=types_pb2.LookupKey(email=f"{folded(given)}.{folded(family)}.{slot}@{domain}"),
        origin=types_pb2.ORIGIN_CRM_LEAD,
        source="clearbit",
        country_code="GB",
        typed=intake_service_pb2.TypedAnswer(fields=fields, person_id=f"person-{slot}"),
    )


def _company(dice: random.Random, domain: str) -> types_pb2.LeadFields:
    industry = dice.choice(INDUSTRIES)
    name = f"{domain.partition('.')[0].capitalize()} {industry.noun}"
    fewest, most = dice.choice(_EMPLOYEES)
    return types_pb2.LeadFields(
        company_name=name,
        company_description=industry.description.format(name=name),
        company_website=f"https://{domain}",
        company_estimated_revenue=types_pb2.Range(lower=10_000_000, upper=50_000_000),
        company_employee_range=types_pb2.Range(lower=fewest, upper=most),
        company_industry=industry.industry,
    )


def _person(dice: random.Random, name: str, number: int) -> types_pb2.LeadFields:
    title, function, seniority = dice.choice(_JOBS)
    return types_pb2.LeadFields(
        full_name=name,
        job_title=title,
        job_function=function,
        seniority=seniority,
        phone_number=f"+442079460{number % 1000:03d}",
        phone_kind=types_pb2.PHONE_KIND_DIRECT if number % 2 else types_pb2.PHONE_KIND_COMPANY,
    )
