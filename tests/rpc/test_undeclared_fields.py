"""What the contract does not declare is discarded and counted before anybody sees it (R-002, P20)."""

import itertools
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from leadgate.v1 import intake_service_pb2

from tests.builders import company, person
from tests.databases import Postgres
from tests.rpc.conftest import Start
from tests.rpc.messages import GOOD, enrich, ingest, item
from tests.rpc.wire import METHODS, answers
from tests.running_service import RunningService

MESSAGES = 10_000 if os.environ.get("LEADGATE_SOAK") else 1_000
CANARY = b"lgcanary-undeclared-"
_LENGTH_DELIMITED = 2


def varint(number: int) -> bytes:
    """Write a number as protobuf does."""
    low = []
    while number > 0x7F:
        low.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*low, number])


def smuggled(message: Message, dice: random.Random) -> bytes:
    """Serialise a message with a canary under an undeclared tag in it and in every message inside it."""
    parts = [_undeclared(message, dice)]
    for field, value in message.ListFields():
        if field.message_type is None:
            lone = type(message)()
            if field.is_repeated:
                getattr(lone, field.name).extend(value)
            else:
                setattr(lone, field.name, value)
            parts.append(lone.SerializeToString())
            continue
        for inner in value if field.is_repeated else [value]:
            body = smuggled(inner, dice)
            parts.append(varint(field.number << 3 | _LENGTH_DELIMITED) + varint(len(body)) + body)
    dice.shuffle(parts)
    return b"".join(parts)


def _undeclared(message: Message, dice: random.Random) -> bytes:
    taken = {*message.DESCRIPTOR.fields_by_number, *range(19_000, 20_000)}  # those in between are reserved for nobody
    number = next(n for n in (dice.randrange(1, 2**29) for _ in itertools.count()) if n not in taken)
    value = CANARY + b"%010x" % dice.getrandbits(40)
    return varint(number << 3 | _LENGTH_DELIMITED) + varint(len(value)) + value


def unlisted(dice: random.Random) -> dict[str, Any]:
    """Invent attributes that no documentation of a provider lists: names and values are canaries."""
    name, value = (CANARY.decode() + f"{dice.getrandbits(40):010x}" for _ in range(2))
    return {name: value, f"{name}-list": [value, {name: value}], f"{name}-object": {"value": value}}


def holding(folder: Path, wanted: bytes) -> set[str]:
    """Name the files under a folder that hold some bytes."""
    return {path.name for path in folder.rglob("*") if path.is_file() and wanted in path.read_bytes()}


def send_all(service: RunningService) -> int:
    """Send every method messages with undeclared fields, and answers with unlisted attributes; count the messages."""
    dice, sent = random.Random(20), 0
    for method in METHODS:
        caller = service.as_allowed(method)
        bodies = [smuggled(GOOD[method](), dice) for _ in range(MESSAGES // len(METHODS))]
        sent += len(answers(caller.start_raw(method, body) for body in bodies))
    for batch in range(MESSAGES // 100):
        items = []
        for number in range(20):
            body = {
                "person": {**person(), **unlisted(dice)},
                "company": {**company(), **unlisted(dice)},
                **unlisted(dice),
            }
            items.append(item(f"u{batch}-{number}@northpier.example.com", provider_json=json.dumps(body).encode()))
        service.as_("intake").send(ingest(*items)).read(intake_service_pb2.BatchIngestLeadsResponse)
    return sent


@pytest.mark.proves("P20", "R-001", "R-002")
def test_no_undeclared_byte_is_on_disk_of_sqlite(sqlite_url: str, start: Start, tmp_path: Path) -> None:
    """Canaries under undeclared tags and unlisted attributes are in no file of the service, while a kept field is."""
    service = start(sqlite_url)
    assert send_all(service) >= MESSAGES * 9 // 10
    assert service.app.counters.snapshot()["undeclared_bytes"] > MESSAGES * len(CANARY)
    assert CANARY.decode() not in service.log.getvalue()
    service.stop()
    assert holding(tmp_path, CANARY) == set()
    assert holding(tmp_path, b"Northpier Analytics")


@pytest.mark.proves("P20", "R-001", "R-002")
def test_no_undeclared_byte_is_on_disk_of_postgresql(postgres_url: str, postgres: Postgres, start: Start) -> None:
    """The same holds for every file of the PostgreSQL server, its write-ahead log included."""
    service = start(postgres_url)
    send_all(service)
    postgres.execute("CHECKPOINT")
    assert holding(postgres.folder, CANARY) == set()
    assert holding(postgres.folder, b"Northpier Analytics")


@pytest.mark.proves("R-002")
def test_an_undeclared_field_changes_nothing_of_a_request(sqlite_service: RunningService) -> None:
    """The request without them is the same request: sent again, it is answered with the same bytes."""
    caller, request = sqlite_service.as_("intake"), enrich()
    method = "leadgate.v1.IntakeService/EnrichLead"
    first = caller.send_raw(method, smuggled(request, random.Random(1)))
    again = caller.send_raw(method, smuggled(request, random.Random(2)))
    plain = caller.send(request)
    assert first.body
    assert first.body == again.body == plain.body
