"""Zendesk's trigger webhook: signed, fresh and told once, it is an objection, whatever its wording."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from leadgate.v1 import objection_service_pb2
from leadgate_service.config import ZENDESK_TEST_SECRET
from leadgate_service.errors import Unavailable
from leadgate_service.storage import tables

from tests.door.conftest import Start
from tests.door.visitor import door, fixture, hook, signed, visit
from tests.rpc.faulty_store import Faults
from tests.rpc.messages import check, new_id
from tests.running_service import RunningService

HOST = "werkform.example.org"
TOBIAS = f"tobias.lindqvarn@{HOST}"
TICKET = {"ticket_id": "35436", "requester_email": TOBIAS}


def suppressed(service: RunningService, **objector: Any) -> bool:
    """Ask whether somebody may not be processed."""
    request = check()
    request.objector.CopyFrom(objection_service_pb2.Objector(**objector))
    answer = service.as_("support").send(request)
    return answer.read(objection_service_pb2.CheckSuppressionResponse).suppressed


def objections(service: RunningService) -> int:
    """Count the objections."""
    return service.counts()["objections"]


@pytest.mark.proves("R-017", "R-018")
def test_what_zendesk_sends_is_an_objection(database_url: str, start: Start) -> None:
    """The trigger's request, byte for byte, is taken; its ticket is the reference, its time the objection's."""
    wire, service = fixture("zendesk_webhook_trigger"), start(database_url, door=door(ZENDESK_TEST_SECRET))
    service.clock.pass_time(hours=3, minutes=11)
    body = wire["raw_body"].encode()
    answer = visit(service, "POST", "/hooks/zendesk", data=body, headers=wire["headers"])
    assert (answer.status_code, answer.json().keys()) == (200, {"objection_id"})
    assert suppressed(service, emails=[TOBIAS])
    assert suppressed(service, names=[{"full_name": "Lindqvarn, Tobias", "company_domain": HOST}])
    of = tables.objections.c
    (row,) = service.rows(sa.select(of.channel, of.registered_by, of.reference, of.received_time))
    assert tuple(row[:3]) == ("support", "door:zendesk", "35436")
    assert row[3].isoformat() == "2026-11-23T14:10:00+00:00"
    assert [one.outcome for one in service.audit() if one.principal == "door:zendesk"] == ["OK"]
    assert not service.findings()


@pytest.mark.proves("R-083")
@pytest.mark.parametrize(
    ("created", "received"),
    [
        ("2026-11-09T12:00:00+01:00", "2026-11-09T11:00:00+00:00"),
        ("2099-01-01T00:00:00Z", "2026-11-23T11:00:00+00:00"),
        ("1999-12-31T23:59:59Z", "2026-11-23T11:00:00+00:00"),
        ("2026-11-09T12:00:00", "2026-11-23T11:00:00+00:00"),
    ],
)
def test_the_clock_ran_from_the_ticket(sqlite_url: str, start: Start, created: str, received: str) -> None:
    """A ticket that waited counts from its day; what lies in the future, or names no instant, means now."""
    service = start(sqlite_url)
    assert hook(service, {**TICKET, "created_at": created}).status_code == 200
    ((instant,),) = service.rows(sa.select(tables.objections.c.received_time))
    assert instant.isoformat() == received


@pytest.mark.proves("P9")
def test_an_invocation_is_told_once(service: RunningService) -> None:
    """Sent again it gets the same answer and has no second effect; with another body it is 422, never to be retried."""
    first, second = (hook(service, TICKET, invocation="01HF") for _ in range(2))
    assert first.json() == second.json()
    assert objections(service) == 1
    reused = hook(service, {**TICKET, "ticket_id": "2"}, invocation="01HF")
    assert (reused.status_code, reused.json()["reason"]) == (422, "REQUEST_ID_REUSED")


@pytest.mark.parametrize("age", [-300, 0, 300])
def test_a_fresh_signature_is_taken(shared: RunningService, age: float) -> None:
    """Five minutes either way is what clocks may differ."""
    assert hook(shared, TICKET, age=age).status_code == 200


@pytest.mark.parametrize(
    ("how", "headers"),
    [
        ({"age": 301}, {}),
        ({"age": -301}, {}),
        ({"secret": ZENDESK_TEST_SECRET}, {}),
        ({}, {"X-Zendesk-Webhook-Signature": None}),
        ({}, {"X-Zendesk-Webhook-Signature": "\xe9".encode("latin-1")}),
        ({}, {"X-Zendesk-Webhook-Signature-Timestamp": "yesterday"}),
        ({}, {"X-Zendesk-Webhook-Signature-Timestamp": None}),
    ],
)
def test_what_is_not_signed_just_now_is_refused(
    shared: RunningService, how: dict[str, Any], headers: dict[str, Any]
) -> None:
    """Old, early, signed by another or not at all: 401, before anything is read, and nothing is stored."""
    body, before = b"not even JSON", shared.kept()
    answer = visit(shared, "POST", "/hooks/zendesk", data=body, headers={**signed(shared, body, **how), **headers})
    assert (answer.status_code, answer.json()["reason"]) == (401, "SIGNATURE_INVALID")
    assert shared.kept() == before


def test_the_bytes_are_what_is_signed(shared: RunningService) -> None:
    """The same document in another writing has another signature."""
    body = json.dumps(TICKET).encode()
    answer = visit(shared, "POST", "/hooks/zendesk", data=body + b" ", headers=signed(shared, body))
    assert answer.status_code == 401


def test_a_time_that_was_signed_without_its_place_is_refused(shared: RunningService) -> None:
    """A signed timestamp that names no instant is not fresh."""
    assert "Z" in signed(shared, b"")["X-Zendesk-Webhook-Signature-Timestamp"]
    body = json.dumps(TICKET).encode()
    headers = dict(signed(shared, b"Z" + body))
    headers["X-Zendesk-Webhook-Signature-Timestamp"] = headers["X-Zendesk-Webhook-Signature-Timestamp"].rstrip("Z")
    assert visit(shared, "POST", "/hooks/zendesk", data=b"ZZ" + body, headers=headers).status_code == 401


BAD: list[tuple[str, object, str]] = [
    ("no JSON", b"{", "body"),
    ("no UTF-8", b"\xff\xfe", "body"),
    ("no object", [1], "body"),
    ("nested without end", b"[" * 60_000, "body"),
    ("the event form", json.loads(fixture("zendesk_webhook")["raw_body"]), "type"),
    ("no requester", {"ticket_id": "1"}, "requester_email"),
    ("no address", {"ticket_id": "1", "requester_email": "canary at nowhere"}, "requester_email"),
    ("half a character", {"ticket_id": "1", "requester_email": "\ud800@" + HOST}, "requester_email"),
    ("a list", {"ticket_id": "1", "requester_email": [TOBIAS]}, "requester_email"),
    ("a colleague", {"ticket_id": "1", "requester_email": "agent@mail.demo-controller.example.net"}, "requester_email"),
]


@pytest.mark.parametrize(("document", "field"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_body_is_told_by_field_and_rule(shared: RunningService, document: object, field: str) -> None:
    """400 names what is wrong and repeats nothing; it is on record, and never to be retried."""
    before = len(shared.audit())
    answer = hook(shared, document)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert answer.json()["rule"]
    assert not {"canary", "tobias", "agent@"} & {word for word in ("canary", "tobias", "agent@") if word in answer.text}
    assert [one.principal for one in shared.audit()].count("door:zendesk") > 0
    assert len(shared.audit()) == before + 1


def test_the_event_form_is_told_what_to_use(shared: RunningService) -> None:
    """It has no address, so the answer, which the admin reads in Zendesk, names the trigger."""
    body = fixture("zendesk_webhook")["raw_body"].encode()
    assert "connect the webhook to a trigger" in hook(shared, body).json()["message"]


def test_an_invocation_without_an_id_is_refused(shared: RunningService) -> None:
    """Without it nothing could tell a repetition."""
    for invocation in ("", "a b", "x" * 65):
        assert hook(shared, TICKET, invocation=invocation).json()["field"] == "X-Zendesk-Webhook-Invocation-Id"


@pytest.mark.proves("R-017")
@pytest.mark.parametrize(
    "extra",
    [
        {"ticket_id": None},
        {"ticket_id": "canary, please"},
        {"ticket_id": "7" * 65},
        {"requester_phone": "call me maybe"},
        {"requester_phone": None, "requester_name": None, "created_at": None},
        {"requester_name": "\ud800"},
        {"requester_name": "x" * 5000},
        {"requester_name": "..."},
        {"created_at": "Monday"},
        {"created_at": "0001-01-01T00:00:00+23:59"},
        {"created_at": "2099-01-01T00:00:00Z"},
        {"description": {"nested": ["anything"]}, "tags": 7},
    ],
)
def test_what_cannot_be_read_beside_the_address_refuses_nobody(shared: RunningService, extra: dict[str, Any]) -> None:
    """An address is enough: no other value makes an objection fail; what is no ticket's id is no reference."""
    email = f"{new_id()}@{HOST}"
    assert hook(shared, {**TICKET, "requester_email": email, **extra}).status_code == 200
    assert suppressed(shared, emails=[email])
    of = tables.objections.c
    ((reference,), *_) = shared.rows(sa.select(of.reference).order_by(of.objection_id.desc()))
    assert reference == (None if "ticket_id" in extra else TICKET["ticket_id"])


def test_a_caller_without_an_address_is_known_by_the_number(shared: RunningService) -> None:
    """Tickets of telephone calls have no address; beside one, the number counts as well."""
    number = "+31205550123"
    assert hook(shared, {"ticket_id": 7, "requester_email": "", "requester_phone": "+31 20 555 0123"}).ok
    assert suppressed(shared, phones=[{"number": number}])
    assert hook(shared, {**TICKET, "requester_phone": "+31 20 555 0124"}).ok
    assert suppressed(shared, phones=[{"number": "+31205550124"}])


@pytest.mark.proves("R-017")
@pytest.mark.parametrize("address", ["none at all", "tobias@", "x" * 300])
def test_an_address_that_cannot_be_read_loses_no_number(shared: RunningService, address: str) -> None:
    """Beside it the number names the person; a colleague's address can be read, and is to be corrected."""
    number = f"+3120555{2000 + len(address)}"
    assert hook(shared, {**TICKET, "requester_email": address, "requester_phone": number}).status_code == 200
    assert suppressed(shared, phones=[{"number": number}])
    agent = {**TICKET, "requester_email": "agent@mail.demo-controller.example.net", "requester_phone": number}
    assert hook(shared, agent).json()["field"] == "requester_email"


KEYS = ("ticket_id", "requester_email", "requester_name", "requester_phone", "created_at", "type")


@settings(max_examples=25)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.dictionaries(
            st.sampled_from(
                ["ticket_id", "requester_email", "requester_name", "requester_phone", "created_at", "type"]
            ),
            st.one_of(st.none(), st.text(), st.integers(), st.emails(), st.lists(st.text(), max_size=2)),
        ).map(lambda document: json.dumps(document).encode()),
    )
)
def test_no_body_is_an_accident(shared: RunningService, body: bytes) -> None:
    """Whatever is signed and sent, the answer is a success or names what is wrong."""
    assert hook(shared, body).status_code in {200, 400}


def test_without_a_secret_there_is_no_such_page(sqlite_url: str, start: Start) -> None:
    """The route does not exist, as no unknown one does."""
    service = start(sqlite_url, door=door(secret=None))
    answer = hook(service, TICKET)
    assert (answer.status_code, answer.content) == (404, b"")


def test_with_the_database_down_zendesk_is_to_come_again(sqlite_url: str, start: Start) -> None:
    """503 with a time to come back; the repetition is taken."""
    faults = Faults()
    service = start(sqlite_url, wrap=faults.over)
    faults.failing["register_objections"] = Unavailable("STORE_UNAVAILABLE", "The database cannot answer: come again.")
    down = hook(service, TICKET, invocation="again")
    assert (down.status_code, down.headers["retry-after"]) == (503, "10")
    faults.failing.clear()
    assert hook(service, TICKET, invocation="again").status_code == 200
    assert suppressed(service, emails=[TOBIAS])
