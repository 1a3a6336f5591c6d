"""Messages that nobody should send: drawn from the contract's descriptors, then broken as bytes."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

MOST_DEPTH = 4
MOST_REPEATED = 3

_TEXTS = (
    "",
    " ",
    "x",
    "a@b",
    "ida@northpier.example.com",
    "northpier.example.com",
    "\x00\x1b[2J\r\n",
    "\u202egnirts\u2066",
    "Z" + "\u0351\u0489" * 40,
    "x" * 5_000,
    "'; DROP TABLE leads; --",
    "%s{0.__class__}${jndi}",
    "0198c0de-0000-7000-8000-000000000000",
    "clearbit",
    "NL",
)
_NUMBERS = (0, 1, -1, 2, 5, 31, 500, 501, 2**31 - 1, -(2**31), 10**15)
_LONG_NUMBERS = (*_NUMBERS, 10**15 + 1, 2**63 - 1, -(2**63))
_BYTES = (b"", b"{}", b"[]", b"null", b'{"person":{}}', b'{"person":null,"company":[]}', b"\xff\xfe", b"{" * 1_000)


class Mutator:
    """Draws messages by a seed.

    Args:
        seed: The same seed draws the same messages.
    """

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._ways: tuple[Callable[[bytes], bytes], ...] = (
            self._flip,
            self._cut,
            self._drop,
            self._repeat,
            self._insert,
            self._noise,
        )

    def mutated(self, good: Message) -> bytes:
        """Break a good message: some of its fields, then some of its bytes, or both; rarely neither."""
        message = type(good)()
        message.CopyFrom(good)
        for _ in range(self._dice.randrange(3)):
            self._spoil(message, MOST_DEPTH)
        body = message.SerializeToString()
        for _ in range(self._dice.choice((0, 0, 1, 1, 2, 4))):
            body = self._dice.choice(self._ways)(body)
        return body

    def drawn(self, descriptor: Descriptor, depth: int = MOST_DEPTH) -> Message:
        """Draw a message that its type allows, whatever the rules of the contract say."""
        message = GetMessageClass(descriptor)()
        for field in descriptor.fields:
            if self._dice.random() < 1 / 2:
                self._fill(message, field, depth)
        return message

    def _spoil(self, message: Message, depth: int) -> None:
        """Give one field of the message, or of one inside it, another value."""
        fields: Sequence[Any] = message.DESCRIPTOR.fields
        if not fields:
            return
        field = self._dice.choice(fields)
        inner = getattr(message, field.name)
        if isinstance(inner, Message) and message.HasField(field.name) and self._dice.random() < 2 / 3:
            self._spoil(inner, depth - 1)
            return
        message.ClearField(field.name)
        self._fill(message, field, depth)

    def _fill(self, message: Message, field: FieldDescriptor, depth: int) -> None:
        if field.is_repeated:
            for _ in range(self._dice.randrange(MOST_REPEATED)):
                self._append(getattr(message, field.name), field, depth)
        elif field.message_type is not None:
            if depth > 0:
                getattr(message, field.name).CopyFrom(self.drawn(field.message_type, depth - 1))
        else:
            setattr(message, field.name, self._value(field))

    def _append(self, values: Any, field: FieldDescriptor, depth: int) -> None:
        if field.message_type is None:
            values.append(self._value(field))
        elif depth > 0:
            values.add().CopyFrom(self.drawn(field.message_type, depth - 1))

    def _value(self, field: FieldDescriptor) -> Any:
        match field.type:
            case FieldDescriptor.TYPE_STRING:
                return self._dice.choice(_TEXTS)
            case FieldDescriptor.TYPE_BYTES:
                return self._dice.choice(_BYTES)
            case FieldDescriptor.TYPE_BOOL:
                return self._dice.random() < 1 / 2
            case FieldDescriptor.TYPE_ENUM:
                return self._dice.choice((*range(8), 99, -1))
            case FieldDescriptor.TYPE_INT32:
                return self._dice.choice(_NUMBERS[:-1])
            case FieldDescriptor.TYPE_INT64:
                return self._dice.choice(_LONG_NUMBERS)
        raise AssertionError(field.full_name)

    def _flip(self, body: bytes) -> bytes:
        broken = bytearray(body or b"\x00")
        broken[self._dice.randrange(len(broken))] ^= 1 << self._dice.randrange(8)
        return bytes(broken)

    def _cut(self, body: bytes) -> bytes:
        return body[: self._dice.randrange(len(body) + 1)]

    def _drop(self, body: bytes) -> bytes:
        start = self._dice.randrange(len(body) + 1)
        return body[:start] + body[start + self._dice.randrange(1, 9) :]

    def _repeat(self, body: bytes) -> bytes:
        start = self._dice.randrange(len(body) + 1)
        return body[:start] + body[start:] * 2

    def _insert(self, body: bytes) -> bytes:
        start = self._dice.randrange(len(body) + 1)
        return body[:start] + self._dice.randbytes(self._dice.randrange(1, 9)) + body[start:]

    def _noise(self, body: bytes) -> bytes:
        return self._dice.randbytes(len(body))
