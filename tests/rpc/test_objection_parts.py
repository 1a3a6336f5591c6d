"""An objection of a batch is not lost because one part of it cannot be read (R-017, R-026)."""

from datetime import timedelta
from typing import Any

import grpc
import pytest
import sqlalchemy as sa
from google.protobuf.timestamp_pb2 import Timestamp
from leadgate.v1 import objection_service_pb2 as wire
from leadgate_service.storage import tables

from tests.builders import IDA, NOON
from tests.rpc.messages import NOBODY, check, ingest, item, item_of, object_all
from tests.rpc.wire import Answer
from tests.running_service import RunningService

CANARY = "lgcanary-part-0123456789"
REGISTERED = wire.OBJECTION_OUTCOME_REGISTERED
INVALID = wire.OBJECTION_OUTCOME_INVALID
VALID = wire.OBJECTION_OUTCOME_VALID
NEEDS_IDENTIFIER = wire.OBJECTION_OUTCOME_NEEDS_IDENTIFIER
LEAD_NOT_FOUND = wire.OBJECTION_OUTCOME_LEAD_NOT_FOUND

ADDRESS = "must be an e-mail address of at most 254 characters"
COUNT = "must have 1 to 20 identifiers"
FUTURE = Timestamp(seconds=int((NOON + timedelta(days=1)).timestamp()))

UNREADABLE: list[tuple[dict[str, Any], str]] = [
    ({"emails": [CANARY]}, "objector.emails[0]"),
    ({"phones": [{"number": CANARY}]}, "objector.phones[0].number"),
    ({"phones": [{"number": "+31205550123", "country_code": "nl"}]}, "objector.phones[0].country_code"),
    (
        {"crm_references": [{"recipient": "salesforce", "object": "Account", "record_id": "1"}]},
        "objector.crm_references[0].object",
    ),
    (
        {"crm_references": [{"recipient": CANARY, "object": "Lead", "record_id": "1"}]},
        "objector.crm_references[0].recipient",
    ),
    ({"lead_ids": [CANARY]}, "objector.lead_ids[0]"),
    ({"names": [{"full_name": "...", "company_domain": "example.com"}]}, "objector.names[0].full_name"),
    (
        {"names": [{"full_name": "Jan Jansen", "company_domain": "gmail.com"}]},
        "objector.names[0].company_domain",
    ),
    ({"unsubscribe_tokens": [CANARY]}, "objector.unsubscribe_tokens[0]"),
]
"""Identifiers that break a rule, each with the field that does."""

AROUND: list[tuple[dict[str, Any], str]] = [
    ({"reference": f"{CANARY} Vermolen"}, "reference"),
    ({"received_time": FUTURE}, "received_time"),
    ({"received_time": Timestamp(seconds=1)}, "received_time"),
    ({"received_time": Timestamp(nanos=-1)}, "received_time"),
    ({"contact_scope": 9}, "contact_scope"),
]
"""What else breaks a rule, each with its field."""


def results(answer: Answer) -> list[wire.ObjectionResult]:
    """Read the outcomes of a batch."""
    return list(answer.read(wire.BatchRegisterObjectionsResponse).results)


def left_out(result: wire.ObjectionResult) -> list[str]:
    """Name the fields that were left out; each has the rule that it breaks."""
    assert all(one.rule.startswith("must ") for one in result.left_out)
    return [one.field for one in result.left_out]


def is_suppressed(service: RunningService, email: str) -> bool:
    """Ask whether somebody may not be processed."""
    return service.as_("support").send(check(email)).read(wire.CheckSuppressionResponse).suppressed


def beside(email: str, part: dict[str, Any]) -> wire.ObjectionItem:
    """Name a person by an identifier that breaks a rule, and by an address that does not."""
    return item_of(**{**part, "emails": [*part.get("emails", ()), email]})


@pytest.mark.proves("R-017", "R-026")
def test_what_cannot_be_read_beside_a_sound_identifier_is_left_out_and_told(service: RunningService) -> None:
    """Whatever part of an item breaks a rule, the person is suppressed by the rest, and learns nothing of the value."""
    people = [f"person{number}@northpier.example.com" for number in range(len(UNREADABLE) + len(AROUND))]
    items = [beside(email, part) for email, (part, _) in zip(people, UNREADABLE, strict=False)]
    for email, (facts, _) in zip(people[len(UNREADABLE) :], AROUND, strict=True):
        items.append(wire.ObjectionItem(objector=wire.Objector(emails=[email]), **facts))
    request = object_all(items=items)
    answer = service.as_("support").send(request)
    told = results(answer)
    assert {(one.outcome, one.field, one.rule) for one in told} == {(REGISTERED, "", "")}
    assert [left_out(one) for one in told] == [[field] for _, field in (*UNREADABLE, *AROUND)]
    assert all(is_suppressed(service, email) for email in people)
    assert CANARY.encode() not in answer.everything
    of = tables.objections.c
    evidence = service.rows(sa.select(of.received_time, of.reference, of.contact_scope))
    assert set(map(tuple, evidence)) == {(service.clock.now, None, "all")}
    kept = service.kept()
    assert service.as_("support").send(request).body == answer.body
    assert service.kept() == kept


@pytest.mark.proves("R-026")
def test_without_any_sound_identifier_an_item_is_invalid(shared_service: RunningService) -> None:
    """The first of its identifiers that breaks a rule is named; a name beside it does not tell whose it is."""
    name = {"full_name": "Ida Vermolen", "company_domain": "northpier.example.com"}
    items = [
        *(item_of(**part) for part, _ in UNREADABLE if "names" not in part),
        item_of(emails=[CANARY], phones=[{"number": CANARY}], names=[name]),
        item_of(names=[{**name, "full_name": "..."}]),
    ]
    *invalid, name_alone = results(shared_service.as_("support").send(object_all(items=items)))
    fields = [*(field for part, field in UNREADABLE if "names" not in part), "objector.emails[0]"]
    assert [(one.outcome, one.field) for one in invalid] == [(INVALID, field) for field in fields]
    assert all(one.rule and not one.left_out for one in invalid)
    assert name_alone == wire.ObjectionResult(outcome=NEEDS_IDENTIFIER)


def test_of_more_than_twenty_identifiers_the_first_count(service: RunningService) -> None:
    """So much is an item at most: what lies behind is left out, and told once, however much it is."""
    emails = [f"person{number}@northpier.example.com" for number in range(5_000)]
    items = [item_of(emails=emails), item_of(lead_ids=[CANARY] * 5_000, emails=["ida@example.com"])]
    many, bad = results(service.as_("support").send(object_all(items=items)))
    assert (many.outcome, left_out(many), many.left_out[0].rule) == (REGISTERED, ["objector"], COUNT)
    assert [is_suppressed(service, email) for email in (emails[0], emails[19], emails[20])] == [True, True, False]
    assert left_out(bad) == [*(f"objector.lead_ids[{number}]" for number in range(19)), "objector"]


@pytest.mark.proves("R-026")
def test_a_batch_can_be_judged_before(service: RunningService) -> None:
    """With `validate_only` every item has the outcome that it would have, and nothing is done but an audit entry."""
    service.as_("intake").send(ingest(item(IDA)))
    items = [
        item_of(emails=[IDA]),
        item_of(emails=[CANARY, IDA]),
        item_of(emails=[CANARY]),
        item_of(),
        item_of(lead_ids=[NOBODY]),
        item_of(lead_ids=[NOBODY], phones=[{"number": "+31 20 555 0123"}]),
    ]
    support, request = service.as_("support"), object_all(items=items, validate_only=True)
    kept, audited = service.kept(), len(service.audit())
    answer = support.send(request).read(wire.BatchRegisterObjectionsResponse)
    assert [one.outcome for one in answer.results] == [
        VALID,
        VALID,
        INVALID,
        NEEDS_IDENTIFIER,
        LEAD_NOT_FOUND,
        VALID,
    ]
    assert left_out(answer.results[1]) == ["objector.emails[0]"]
    assert not any(one.objection_id or one.matched_leads for one in answer.results)
    assert not answer.HasField("effective_time")
    assert not answer.HasField("erase_time")
    assert service.kept() == kept
    (entry,) = service.audit()[audited:]
    assert (entry.outcome, entry.count, entry.tokens) == ("PREVIEW", 4, b"")
    request.validate_only = False
    done = [one.outcome for one in results(support.send(request))]
    assert done == [REGISTERED if one.outcome == VALID else one.outcome for one in answer.results]


def test_a_long_file_can_be_judged_at_once(sqlite_service: RunningService) -> None:
    """It says nothing of anybody who is held, so that it is no question that counts (R-027)."""
    support = sqlite_service.as_("support")
    codes = {support.send(object_all(validate_only=True)).code for _ in range(200)}
    assert codes == {grpc.StatusCode.OK}
