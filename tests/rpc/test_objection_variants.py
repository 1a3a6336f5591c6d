"""Through the whole service: no way of writing an identifier hides an objector, and no near-miss is one (R-029, R-031).

For each kind of identifier, forty ways to write one person's and twenty near-misses that are other people's, on either
side: what comes in is written differently from the objection, and the objection from what is held.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import grpc
import pytest
import sqlalchemy as sa
from leadgate.v1 import intake_service_pb2, types_pb2
from leadgate.v1 import objection_service_pb2 as wire
from leadgate_service.storage import tables

from tests.builders import company, person
from tests.rpc.messages import ingest, item, object_
from tests.rpc.wire import Answer, answers
from tests.running_service import RunningService
from tests.variants import (
    CRM_RECORDS,
    DOMAINS,
    EMAILS,
    NAMES,
    OTHER_CRM_RECORDS,
    OTHER_DOMAINS,
    OTHER_EMAILS,
    OTHER_NAMES,
    OTHER_PHONES,
    PHONES,
    SUB_DOMAINS,
)

REFUSED, WITHOUT_NUMBER, STORED = "refused", "stored without the number", "stored"
ERASED, WITHHELD, KEPT = "due for erasure", "withheld", "readable"

Written = Any
"""An identifier as somebody writes it: a text, or a tuple of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of identifier: how people object by it, and how it comes in.

    Attributes:
        variants: Ways to write one person's, the plain one first.
        others: Near-misses, which are other people's.
        of: Writes another person's in the same way, by a number from 1 to 40.
        objection: What a request to register it says.
        answer: What an item says in which it comes in; all else in it is of a number's alone.
        asked: What a question whether it is suppressed says.
        linked: What an item says that connects it with the objector beforehand, if the objection cannot name it.
        result: What becomes of an answer that has it.
        left: What becomes of a lead that has it.
    """

    variants: Sequence[Written]
    others: Sequence[Written]
    of: Callable[[Written, int], Written]
    objection: Callable[[Written], dict[str, Any]]
    answer: Callable[[Written, int], dict[str, Any]]
    asked: Callable[[Written], dict[str, Any]] | None = None
    linked: Callable[[Written], dict[str, Any]] | None = None
    result: str = REFUSED
    left: str = ERASED


def of_company(written: str, number: int) -> str:
    """The same at another company, whose domain is one label longer."""
    changed, times = re.subn(r"(?i)(?=e[xⅹ]ample|ｅｘａｍｐｌｅ)", f"firm{number}.", written)
    assert times == 1
    return changed


def of_line(written: str, number: int) -> str:
    """The same on another line, which ends with another number."""
    tens, ones = divmod(number + 30, 10)
    changed, times = re.subn(r"[2２](\D?)[3３]", rf"{tens}\g<1>{ones}", written)
    assert times == 1
    return changed


def somebody(number: int, **told: Any) -> dict[str, Any]:
    """What an item says of a person who has nothing in common with anybody else."""
    body = {"person": person(**{"name": f"Person N{number}", "id": f"person-n{number}", **told})}
    lookup = types_pb2.LookupKey(email=f"person{number}@place{number}.example.org")
    return {"source": "hunter", "lookup": lookup, "provider_json": json.dumps(body).encode()}


def by_name_and_phone(written: tuple[str, str]) -> dict[str, Any]:
    """Who objects by a name and a direct line, and works elsewhere than the answers tell."""
    name, number = written
    named = {"full_name": name, "company_domain": "elsewhere.example.com"}
    return {"names": [named], "phones": [{"number": number, "country_code": "NL"}]}


def by_crm_record(written: tuple[str, str]) -> dict[str, str]:
    """A record of the CRM."""
    record_type, record_id = written
    return {"recipient": "salesforce", "object": record_type, "record_id": record_id}


WRITINGS = [
    *['"person-{}"', '" person-{}"', '"person-{}  "', '" person-{} "'],
    *['"\\u0070erson-{}"', '"person\\u002d{}"', '"\\u0020person-{}"', '"p\\u0065rson-{}\\u0020"'],
]
"""Ways to write a provider's id in JSON."""

TOLD: list[dict[str, Any]] = [
    {"person": person("Ida Vermolen")},
    {"person": person("I. Vermolen-Bakker", title="Chief of Freight")},
    {"person": person("Drs. Ida Bakker", role=None, seniority=None)},
    {"person": person("Ida Bakker"), "company": company("newharbour.example.org", id="company-newharbour")},
    {"person": person(None, title="Director"), "company": company("third.example.net", id="company-third")},
]
"""What an answer may tell beside the id; nothing of it is in another's."""

OTHER_IDS = [
    *["Person-0", "PERSON-0", "person-00", "person-O", "person-0a", "person_0", "person 0", "person-", "-0", "erson-0"],
    *[
        "person-0-0",
        "person-1",
        "person--0",
        "pérson-0",
        "рerson-0",
        "person-０",
        "person-0.",
        "xperson-0",
        "0",
        "person-0/",
    ],
]


class ProviderId(NamedTuple):
    """A provider's id of a person, who objects by an address under which it was told before.

    Attributes:
        address: The address.
        writing: The id in JSON, but for the number.
        told: What the answer tells beside it, by place.
        number: Whose it is.
    """

    address: str
    writing: str
    told: int
    number: int = 0

    def of(self, number: int) -> "ProviderId":
        """Write another person's in the same way."""
        return self._replace(address=f"ida{number}@linked.example.net", number=number)

    def said(self, email: str) -> dict[str, Any]:
        """What an item about an address says in which the id comes in."""
        body = json.dumps(TOLD[self.told]).replace('"person-ida"', self.writing.format(self.number))
        return {"lookup": types_pb2.LookupKey(email=email), "provider_json": body.encode()}


KINDS = {
    "an e-mail address": Kind(
        variants=EMAILS,
        others=OTHER_EMAILS,
        of=of_company,
        objection=lambda written: {"objector": {"emails": [written]}},
        answer=lambda written, number: somebody(number) | {"lookup": types_pb2.LookupKey(email=written)},
        asked=lambda written: {"emails": [written]},
    ),
    "a name with a phone": Kind(
        variants=list(zip(NAMES, PHONES, strict=True)),
        others=list(zip(NAMES, OTHER_PHONES, strict=False)),
        of=lambda written, number: (written[0], of_line(written[1], number)),
        objection=lambda written: {"objector": by_name_and_phone(written)},
        answer=lambda written, number: somebody(number, name=written[0], phone=written[1]),
    ),
    "a phone alone": Kind(
        variants=PHONES,
        others=OTHER_PHONES,
        of=of_line,
        objection=lambda written: {"objector": {"phones": [{"number": written, "country_code": "NL"}]}},
        answer=lambda written, number: somebody(number, phone=written),
        asked=lambda written: {"phones": [{"number": written, "country_code": "NL"}]},
        result=WITHOUT_NUMBER,
        left=KEPT,
    ),
    "a CRM record": Kind(
        variants=CRM_RECORDS,
        others=OTHER_CRM_RECORDS,
        of=lambda written, number: (written[0], written[1].replace("00000", f"{number:05}")),
        objection=lambda written: {"objector": {"crm_references": [by_crm_record(written)]}},
        answer=lambda written, number: somebody(number) | {"crm_reference": by_crm_record(written)},
        asked=lambda written: {"crm_references": [by_crm_record(written)]},
    ),
    "a name at a company": Kind(
        variants=[(name, "acme.example") for name in NAMES],
        others=[(name, "acme.example") for name in OTHER_NAMES],
        of=lambda written, number: (written[0], of_company(written[1], number)),
        objection=lambda written: {"objector": {"names": [{"full_name": written[0], "company_domain": written[1]}]}},
        answer=lambda written, number: (
            somebody(number, name=written[0]) | {"lookup": types_pb2.LookupKey(email=f"person{number}@{written[1]}")}
        ),
        asked=lambda written: {"names": [{"full_name": written[0], "company_domain": written[1]}]},
        left=WITHHELD,
    ),
    "a company's domain": Kind(
        variants=DOMAINS,
        others=OTHER_DOMAINS,
        of=of_company,
        objection=lambda written: {
            "objector": None,
            "scope": wire.OBJECTION_SCOPE_COMPANY,
            "company_domains": [written],
        },
        answer=lambda written, number: {
            "lookup": types_pb2.LookupKey(domain=written),
            "provider_json": json.dumps({"company": company(None, id=f"company-{number}")}).encode(),
        },
        asked=lambda written: {"emails": [f"person@{written.strip()}"]},
    ),
    "a provider's id": Kind(
        variants=[ProviderId("ida@linked.example.net", *how) for how in product(WRITINGS, range(len(TOLD)))],
        others=[ProviderId(f"other{place}@linked.example.net", f'"{one}"', 0) for place, one in enumerate(OTHER_IDS)],
        of=ProviderId.of,
        objection=lambda written: {"objector": {"emails": [written.address]}},
        answer=lambda written, number: written.said(f"person{number}@place{number}.example.org"),
        linked=lambda written: written.said(written.address),
    ),
}


def handed_in(service: RunningService, said: Iterable[dict[str, Any]]) -> list[str]:
    """Hand in items, and say what became of each."""
    answer = service.as_("intake").send(ingest(*(item(**one) for one in said)))
    return list(map(outcome, answer.read(intake_service_pb2.BatchIngestLeadsResponse).results))


def outcome(result: intake_service_pb2.IngestResult) -> str:
    """Say what became of an answer; what is neither refused for an objection nor stored is told by its reason."""
    if result.outcome == intake_service_pb2.OUTCOME_NOT_STORED:
        suppressed = intake_service_pb2.NOT_STORED_REASON_SUPPRESSED
        return REFUSED if result.not_stored_reason == suppressed else f"{result.not_stored_reason} {result.broken_rule}"
    withheld = intake_service_pb2.DroppedField(
        field=types_pb2.FIELD_PHONE_NUMBER, reason=intake_service_pb2.DROP_REASON_SUPPRESSED
    )
    return WITHOUT_NUMBER if withheld in result.dropped_fields else STORED


def registered(service: RunningService, said: Iterable[dict[str, Any]]) -> list[Answer]:
    """Register objections."""
    desk = service.as_("support")
    return answers(desk.start(object_(**one)) for one in said)


def matched(answer: Answer) -> int:
    """How many leads became unreadable."""
    return answer.read(wire.RegisterObjectionResponse).matched_leads


def suppressed(service: RunningService, said: Iterable[dict[str, Any]]) -> list[bool]:
    """Ask of each whether it is suppressed; what is no identifier is not."""
    desk = service.as_("support")
    asked = [wire.CheckSuppressionRequest(objector=wire.Objector(**one)) for one in said]
    told = answers(map(desk.start, asked))
    assert {one.code for one in told} <= {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT}
    return [bool(one.body) and one.read(wire.CheckSuppressionResponse).suppressed for one in told]


def held(service: RunningService) -> Counter[str]:
    """Count the leads, by what they are."""
    columns = tables.leads.c
    rows = service.rows(sa.select(columns.suppressed_time, columns.erase_time))
    return Counter(KEPT if since is None else WITHHELD if erased is None else ERASED for since, erased in rows)


kinds = pytest.mark.parametrize("kind", [pytest.param(kind, id=name) for name, kind in KINDS.items()])


@kinds
def test_the_tables_are_long_enough(kind: Kind) -> None:
    """Forty ways to write it, twenty near-misses, and no two alike."""
    assert len(set(kind.variants)) == 40
    assert len(set(kind.others) - set(kind.variants)) == 20


@pytest.mark.proves("R-029", "R-031")
@kinds
def test_whatever_comes_in_is_judged_by_what_it_means(sqlite_service: RunningService, kind: Kind) -> None:
    """One person objects: of forty writings none gets by, and twenty other people come in (edge case 3)."""
    if kind.linked:
        handed_in(sqlite_service, [kind.linked(kind.variants[0])])
    registered(sqlite_service, [kind.objection(kind.variants[0])])
    came = [*kind.variants, *kind.others]
    results = handed_in(sqlite_service, [kind.answer(written, number) for number, written in enumerate(came)])

    told = dict(zip(came, results, strict=True))
    assert {written: told[written] for written in kind.variants if told[written] != kind.result} == {}
    assert {written: told[written] for written in kind.others if told[written] != STORED} == {}
    if kind.asked:
        yes = dict(zip(came, suppressed(sqlite_service, map(kind.asked, came)), strict=True))
        assert [written for written in came if yes[written] is not (written in kind.variants)] == []


@pytest.mark.proves("R-029", "R-031")
@kinds
def test_an_objection_is_honoured_however_it_is_written(sqlite_service: RunningService, kind: Kind) -> None:
    """Forty people are held; each objects in another writing: each is reached, as strongly as the identifier is."""
    people = [kind.of(kind.variants[0], number) for number in range(1, 41)]
    objectors = [kind.of(written, number) for number, written in enumerate(kind.variants, start=1)]
    said = [kind.answer(written, number) for number, written in enumerate(people, start=1)]
    if kind.linked:
        handed_in(sqlite_service, map(kind.linked, objectors))
    assert set(handed_in(sqlite_service, said)) == {STORED}
    leads = held(sqlite_service)[KEPT]

    told = registered(sqlite_service, map(kind.objection, objectors))
    reached = leads // len(people) if kind.left != KEPT else 0
    assert [written for written, one in zip(objectors, told, strict=True) if matched(one) != reached] == []
    assert held(sqlite_service) == {kind.left: leads}
    assert set(handed_in(sqlite_service, said)) == {kind.result}


@pytest.mark.proves("R-029", "R-031")
@kinds
def test_twenty_others_may_object_and_nobody_else_is_reached(sqlite_service: RunningService, kind: Kind) -> None:
    """Whoever has nearly the same identifier stays readable when they object, and is taken in as before."""
    said = kind.answer(kind.variants[0], 0)
    if kind.linked:
        handed_in(sqlite_service, map(kind.linked, kind.others))
    assert handed_in(sqlite_service, [said]) == [STORED]
    told = registered(sqlite_service, map(kind.objection, kind.others))
    assert {one.code for one in told} <= {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT}
    assert held(sqlite_service)[KEPT] == 1
    assert handed_in(sqlite_service, [said]) == [STORED]


@pytest.mark.proves("R-031")
def test_twenty_colleagues_on_an_objector_s_line_lose_the_number_alone(sqlite_service: RunningService) -> None:
    """An objection by name and line is one person's: who shares the line, under any other name, comes in without it."""
    registered(sqlite_service, [{"objector": by_name_and_phone((NAMES[0], PHONES[0]))}])
    colleagues = enumerate(zip(OTHER_NAMES, PHONES, strict=False))
    said = [somebody(number, name=name, phone=phone) for number, (name, phone) in colleagues]
    assert handed_in(sqlite_service, said) == [WITHOUT_NUMBER] * len(OTHER_NAMES)


@pytest.mark.proves("R-029", "R-031")
def test_what_lies_below_a_company_is_the_company_s(sqlite_service: RunningService) -> None:
    """Its objection covers its sub-domains; the objection of something below it does not reach up."""
    domain = KINDS["a company's domain"]
    *below, other = SUB_DOMAINS
    registered(sqlite_service, [domain.objection(other)])
    assert handed_in(sqlite_service, [domain.answer(DOMAINS[0], 0)]) == [STORED]
    registered(sqlite_service, [domain.objection(DOMAINS[1])])
    assert set(handed_in(sqlite_service, [domain.answer(*one) for one in zip(below, range(5), strict=True)])) == {
        REFUSED
    }
