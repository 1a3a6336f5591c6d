"""What the contract does not declare is discarded and counted before anybody sees it (R-002, P20)."""

import os
import random
from pathlib import Path

import pytest
from google.protobuf.message import Message

from tests.rpc.messages import GOOD, apply, check, enrich, get, ingest, item, new_id, object_, query
from tests.rpc.wire import METHODS, method_of, request_class
from tests.running_service import DEMO_POLICY, RunningService

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
    declared = set(message.DESCRIPTOR.fields_by_number)
    number = next(n for n in iter(lambda: dice.randrange(1, 2**29), None) if n not in declared | set(range(19_000, 20_000)))
    value = CANARY + b"%010x" % dice.getrandbits(40)
    return varint(number << 3 | _LENGTH_DELIMITED) + varint(len(value)) + value
