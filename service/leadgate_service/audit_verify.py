"""The verifier of the audit trail. It needs the rows, the checkpoints and the public key: nothing secret (R-074, P30).

What it proves, and what not. Any entry up to the last checkpoint that was changed, removed, moved or added is found,
whoever did it, as is a chain that is gone. After the last checkpoint it finds what breaks a hash; who can write to the
database can still cut off the newest entries there, or add some, unseen. So checkpoints are written often.
"""

import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from leadgate_service.audit import ChainedEntry, ChainHeader, Head, digest
from leadgate_service.audit_checkpoints import Checkpoints

_FOREIGN = (struct.error, TypeError, ValueError, AttributeError)
"""What hashing raises at a value of another type, which SQLite lets into any column: no writer wrote it."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A header or an entry with a value that no writer could have written, such as a time that is none.

    Attributes:
        sequence: Its place, 0 for a header; None if that is the value.
        hash: Its hash, as stored; empty for a header.
    """

    sequence: int | None
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChain:
    """A chain as the database holds it: one for every id that occurs in headers or entries.

    Attributes:
        chain_id: The id; None for all that belongs to no chain, because its id is none.
        header: Its header; None if there is none.
        rows: Its entries by ascending sequence; read once, so they may stream.
    """

    chain_id: UUID | None
    header: ChainHeader | Unreadable | None
    rows: Iterable[ChainedEntry | Unreadable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it was written.

    Attributes:
        chain_id: The chain; None if it is about a checkpoint, or about what belongs to no chain.
        sequence: The entry; 0 for the chain's header; None if it is about a checkpoint, or about an entry without a
            place.
        what: What is wrong, as a sentence.
    """

    chain_id: UUID | None
    sequence: int | None
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a verification saw and found.

    Attributes:
        chains: Chains read.
        rows: Entries read.
        checkpoints: Checkpoints whose signature holds. With none, a cut tail cannot be seen.
        findings: What is wrong; empty if the trail is whole.
    """

    chains: int
    rows: int
    checkpoints: int
    findings: tuple[Finding, ...]


def verify(chains: Sequence[StoredChain], checkpoints: Checkpoints) -> Report:
    """Check every entry against its chain, and every chain against the heads that checkpoints and successors name."""
    findings = [Finding(chain_id=None, sequence=None, what=_forged(name)) for name in checkpoints.rejected]
    witnessed = _witnessed(chains, checkpoints)
    rows = 0
    for chain in chains:
        walk = _Walk(chain, witnessed.pop(chain.chain_id, {}) if chain.chain_id is not None else {})
        findings.extend(walk.findings())
        rows += walk.rows
    gone = "The chain is gone, though a checkpoint or a later chain names it."
    # Named before its first entry, a chain was left after an unknown commit that may not have happened.
    lost = [chain_id for chain_id, heads in witnessed.items() if max(heads) > 0]
    findings.extend(Finding(chain_id=chain_id, sequence=0, what=gone) for chain_id in lost)
    named = sum(chain.chain_id is not None for chain in chains)
    return Report(chains=named, rows=rows, checkpoints=len(checkpoints.signed), findings=tuple(findings))


def _forged(name: str) -> str:
    return f"Checkpoint {name} is altered or was signed by another key."


def _witnessed(chains: Iterable[StoredChain], checkpoints: Checkpoints) -> dict[UUID, dict[int, set[bytes]]]:
    heads: list[Head] = [head for checkpoint in checkpoints.signed for head in checkpoint.heads]
    headers = [chain.header for chain in chains if isinstance(chain.header, ChainHeader)]
    heads.extend(header.previous for header in headers if header.previous is not None)
    witnessed: dict[UUID, dict[int, set[bytes]]] = defaultdict(lambda: defaultdict(set))
    for head in heads:
        witnessed[head.chain_id][head.sequence].add(head.hash)
    return witnessed


class _Walk:
    """One pass over a chain.

    Attributes:
        rows: Entries seen so far.
    """

    def __init__(self, chain: StoredChain, witnessed: Mapping[int, set[bytes]]) -> None:
        self._chain = chain
        self._witnessed = witnessed
        self._last = 0
        # The hashes that the next entry may build on; none after a gap, where it can only be taken as it is.
        self._previous: tuple[bytes, ...] = ()
        self.rows = 0

    def findings(self) -> Iterator[Finding]:
        if self._chain.chain_id is None:
            yield from self._astray()
            return
        yield from self._header()
        for row in self._chain.rows:
            self.rows += 1
            yield from self._row(row)
        last_witnessed = max(self._witnessed, default=0)
        if last_witnessed > self._last:
            yield self._finding(self._last + 1, _missing(self._last + 1, last_witnessed))

    def _astray(self) -> Iterator[Finding]:
        if self._chain.header is not None:
            yield self._finding(0, "The chain of the header is no id.")
        for row in self._chain.rows:
            self.rows += 1
            yield self._finding(row.sequence, "The chain of the entry is no id.")

    def _header(self) -> Iterator[Finding]:
        header = self._chain.header
        if header is None:
            yield self._finding(0, "The chain has no header.")
            return
        genesis = _genesis_of(header)
        if genesis is None:
            yield self._finding(0, "The header was changed after it was written.")
            return
        self._previous = (genesis,)
        if self._witnessed.get(0, {genesis}) != {genesis}:
            yield self._finding(0, "The header is not the one that a checkpoint or a later chain names.")

    def _row(self, row: ChainedEntry | Unreadable) -> Iterator[Finding]:
        if row.sequence is None:
            yield self._finding(None, "The place of the entry is no number.")
            return
        if row.sequence <= self._last:
            yield self._finding(row.sequence, "The entry is there twice, or out of place.")
            return
        if row.sequence > self._last + 1:
            yield self._finding(self._last + 1, _missing(self._last + 1, row.sequence - 1))
            self._previous = ()
        if not self._follows(row):
            yield self._finding(row.sequence, "The entry or its hash was changed after it was written.")
        if self._witnessed.get(row.sequence, {row.hash}) != {row.hash}:
            yield self._finding(row.sequence, "The entry is not the one that a checkpoint or a later chain names.")
        self._last = row.sequence

    def _follows(self, row: ChainedEntry | Unreadable) -> bool:
        """Check an entry's hash, and go on from it; after a mismatch, from the hash it should have had as well.

        So one changed cell is one finding, at its own entry, whichever cell it was.
        """
        # What cannot be hashed was changed, also after a gap, where any hash would have to be taken.
        hashes = (_hash_of(row, previous) for previous in self._previous or (b"",))
        expected = [one for one in hashes if one is not None]
        # After a gap any hash has to be taken, but of nothing that cannot be hashed.
        follows = bool(expected) and (not self._previous or row.hash in expected)
        self._previous = (row.hash,) if follows else (row.hash, *expected[-1:])
        return follows

    def _finding(self, sequence: int | None, what: str) -> Finding:
        return Finding(chain_id=self._chain.chain_id, sequence=sequence, what=what)


def _genesis_of(header: ChainHeader | Unreadable) -> bytes | None:
    try:
        return header.genesis() if isinstance(header, ChainHeader) else None
    except _FOREIGN:
        return None


def _hash_of(row: ChainedEntry | Unreadable, previous: bytes) -> bytes | None:
    try:
        return digest(previous, row.chain_id, row.sequence, row.entry) if isinstance(row, ChainedEntry) else None
    except _FOREIGN:
        return None


def _missing(first: int, last: int) -> str:
    return f"Entries {first} to {last} are missing."
