"""The audit trail: what every call did, chained by hashes so that no entry can be changed or lost unseen (R-074).

Each writer holds a chain of its own. An entry's hash covers the entry, its place, and the hash before it; the first
covers the chain's header instead, and the header names the chain that it continues. Hashes alone show every change
made by somebody who cannot recompute what follows; checkpoints (`audit_checkpoints`), signed and kept outside the
database, show those made by somebody who can.

Entries hold evidence tokens and codes of a closed vocabulary: no content, no id in clear (GDPR 5(1)(c), 5(2)).
"""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GENESIS = b"leadgate audit chain 1\n"
_ENTRY = b"leadgate audit entry 1\n"
_ABSENT = 0xFFFFFFFF
"""Where a length stands, for no value: so None and the empty text differ."""

_pack_entry = struct.Struct(">32s16sQqqq6I").pack
_pack_header = struct.Struct(">16sqI").pack
_pack_head = struct.Struct(">16sQ").pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one call, or one act of the service, did.

    Attributes:
        time: When, in UTC, to the microsecond.
        principal: Who; a person or a job of the policy.
        action: The full method name, such as `leadgate.v1.LeadService/GetLead`, or an act such as
            `disclosed_to_provider`.
        purpose: Why, of the closed list; None where a call has none.
        outcome: `OK`, or the reason why not.
        count: How many leads or rows it concerned.
        detail: Codes and counts of a closed vocabulary; never a value, never an id in clear.
        policy_version: The policy in force.
        tokens: Evidence tokens (`KeepRing.evidence_token`) of the leads concerned, 16 bytes each, joined.

    Raises:
        ValueError: The time has no zone.
    """

    time: datetime
    principal: str
    action: str
    purpose: str | None
    outcome: str
    count: int
    detail: str
    policy_version: int
    tokens: bytes

    def __post_init__(self) -> None:
        if self.time.tzinfo is None:
            raise ValueError("the time of an audit entry needs a zone")


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """An entry in its place.

    Attributes:
        chain_id: Its chain.
        sequence: Its place, from 1.
        entry: What was done.
        hash: The 32 bytes of `digest`.
    """

    chain_id: UUID
    sequence: int
    entry: Entry
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain, as known to whoever names it.

    Attributes:
        chain_id: The chain.
        sequence: The place of its last entry; 0 before the first.
        hash: That entry's hash; before the first, the header's.
    """

    chain_id: UUID
    sequence: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHeader:
    """How a chain began.

    Attributes:
        chain_id: Unique.
        writer: Who writes it, such as a process.
        opened_time: When, in UTC, to the microsecond.
        previous: The last known head of the chain that this one continues; None for a first chain.
    """

    chain_id: UUID
    writer: str
    opened_time: datetime
    previous: Head | None

    def genesis(self) -> bytes:
        """Give the 32 bytes that the first entry's hash builds on: the SHA-256 of everything here.

        Raises:
            TypeError: The time has no zone.
        """
        writer = self.writer.encode()
        packed = _GENESIS + _pack_header(self.chain_id.bytes, _microseconds(self.opened_time), len(writer)) + writer
        if self.previous is not None:
            packed += _pack_head(self.previous.chain_id.bytes, self.previous.sequence) + self.previous.hash
        return hashlib.sha256(packed).digest()


def digest(previous_hash: bytes, chain_id: UUID, sequence: int, entry: Entry) -> bytes:
    """Give the 32-byte hash of an entry in its place: SHA-256 over fixed-width numbers, then lengths, then texts.

    Raises:
        struct.error: A number is not a whole one of 64 bits.
        TypeError, AttributeError: A value is of another type than declared.
    """
    principal, action, outcome = entry.principal.encode(), entry.action.encode(), entry.outcome.encode()
    detail, tokens = entry.detail.encode(), entry.tokens
    purpose = b"" if entry.purpose is None else entry.purpose.encode()
    numbers = _pack_entry(
        previous_hash,
        chain_id.bytes,
        sequence,
        _microseconds(entry.time),
        entry.count,
        entry.policy_version,
        len(principal),
        len(action),
        _ABSENT if entry.purpose is None else len(purpose),
        len(outcome),
        len(detail),
        len(tokens),
    )
    return hashlib.sha256(b"".join((_ENTRY, numbers, principal, action, purpose, outcome, detail, tokens))).digest()


class Chain:
    """The chain of one writer, in its memory: links entries ahead of a commit and advances after it.

    A flush links, commits, advances. If it is not known whether the commit happened, nobody can say what the head is:
    the writer leaves this chain and goes on with its `successor`.
    """

    __slots__ = ("_head", "_header")

    def __init__(self, header: ChainHeader) -> None:
        self._header = header
        self._head = Head(header.chain_id, 0, header.genesis())

    @property
    def header(self) -> ChainHeader:
        """How the chain began; stored with its first entries, in the same transaction."""
        return self._header

    @property
    def head(self) -> Head:
        """The last entry known to be committed."""
        return self._head

    def link(self, entries: Sequence[Entry]) -> list[ChainedEntry]:
        """Chain entries to the head, in order, without advancing it: until the commit they are only a proposal."""
        chain_id, previous = self._head.chain_id, self._head.hash
        links: list[ChainedEntry] = []
        for sequence, entry in enumerate(entries, self._head.sequence + 1):
            previous = digest(previous, chain_id, sequence, entry)
            links.append(ChainedEntry(chain_id, sequence, entry, previous))
        return links

    def advance(self, links: Sequence[ChainedEntry]) -> None:
        """Take over links that are now committed.

        Raises:
            ValueError: There are none, or they do not continue this head; committing them forked the chain.
        """
        first_place = (self._head.chain_id, self._head.sequence + 1)
        if not links or (links[0].chain_id, links[0].sequence) != first_place:
            raise ValueError("these links do not continue the head of this chain")
        self._head = Head(links[-1].chain_id, links[-1].sequence, links[-1].hash)

    def successor(self, chain_id: UUID, opened_time: datetime) -> "Chain":
        """Open the chain that continues this one after an unknown commit; its header names this head (design 4.9).

        Entries of the unknown commit, if it did happen, stay valid: they follow the named head in the old chain.
        """
        header = ChainHeader(
            chain_id=chain_id, writer=self._header.writer, opened_time=opened_time, previous=self._head
        )
        return Chain(header)


def _microseconds(time: datetime) -> int:
    since = time - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
