"""That no entry of the audit trail can be changed, removed, moved or added without the verifier naming it (P30)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from leadgate_service.audit import Chain, ChainedEntry, ChainHeader, Entry, Head, digest
from leadgate_service.audit_checkpoints import Checkpoint, Checkpoints
from leadgate_service.audit_verify import Finding, StoredChain, Unreadable, verify

START = datetime(2027, 3, 14, 9, 26, 53, 589793, tzinfo=UTC)
FIRST, SECOND = UUID(int=1), UUID(int=2)
ROWS = 200


def entry(number: int) -> Entry:
    """An entry unlike its neighbours in every column."""
    return Entry(
        time=START + timedelta(seconds=number),
        principal=f"job-{number}",
        action="leadgate.v1.LeadService/GetLead" if number % 2 else "leadgate.v1.LeadService/QueryLeads",
        purpose="outreach" if number % 2 else None,
        outcome="OK" if number % 3 else "NOT_STORED",
        count=number,
        detail=f"suppressed={number}",
        policy_version=1 + number % 5,
        tokens=number.to_bytes(16, "big"),
    )


@dataclass(frozen=True, slots=True)
class Trail:
    """A stored trail in miniature: the two tables, and the checkpoints."""

    headers: tuple[ChainHeader, ...]
    rows: tuple[ChainedEntry, ...]
    checkpoints: Checkpoints

    def findings(self) -> tuple[Finding, ...]:
        """What the verifier finds, reading as a database does: every id that occurs, rows by sequence."""
        headers = {header.chain_id: header for header in self.headers}
        ids = dict.fromkeys([*headers, *(row.chain_id for row in self.rows)])
        chains = [StoredChain(chain_id=key, header=headers.get(key), rows=self._rows(key)) for key in ids]
        return verify(chains, self.checkpoints).findings

    def _rows(self, chain_id: UUID) -> Iterator[ChainedEntry]:
        return iter(sorted((row for row in self.rows if row.chain_id == chain_id), key=lambda row: row.sequence))

    def with_row(self, index: int, row: ChainedEntry) -> "Trail":
        """The trail with one row exchanged."""
        return replace(self, rows=(*self.rows[:index], row, *self.rows[index + 1 :]))

    def without(self, chain_id: UUID) -> "Trail":
        """The trail with a chain gone, header and all."""
        return replace(
            self,
            headers=tuple(header for header in self.headers if header.chain_id != chain_id),
            rows=tuple(row for row in self.rows if row.chain_id != chain_id),
        )


def places(findings: Sequence[Finding]) -> list[tuple[UUID | None, int | None]]:
    """Where the findings are."""
    return [(finding.chain_id, finding.sequence) for finding in findings]


def filled(chain: Chain, numbers: Sequence[int]) -> list[ChainedEntry]:
    """Link and commit entries to a chain, seven to a flush."""
    rows: list[ChainedEntry] = []
    for start in range(0, len(numbers), 7):
        links = chain.link([entry(number) for number in numbers[start : start + 7]])
        chain.advance(links)
        rows.extend(links)
    return rows


def checkpoint(*heads: Head) -> Checkpoint:
    """A checkpoint of these heads."""
    return Checkpoint(time=START, heads=heads)


def whole_trail() -> Trail:
    """Two hundred entries: a chain, an unknown commit, and the chain that continues it; the second is checkpointed."""
    old = Chain(ChainHeader(chain_id=FIRST, writer="one", opened_time=START, previous=None))
    rows = filled(old, range(ROWS // 2))
    new = old.successor(SECOND, START + timedelta(hours=1))
    rows += filled(new, range(ROWS // 2, ROWS))
    signed = (checkpoint(old.head), checkpoint(new.head))
    return Trail((old.header, new.header), tuple(rows), Checkpoints(signed=signed, rejected=()))


WHOLE = whole_trail()

OTHER_VALUES: dict[str, Callable[[Any], Any]] = {
    "time": lambda value: value + timedelta(microseconds=1),
    "principal": lambda value: value + "x",
    "action": lambda value: value[:-1],
    "purpose": lambda value: "" if value is None else None,
    "outcome": str.lower,
    "count": lambda value: value + 1,
    "detail": lambda value: value.replace("=", ":"),
    "policy_version": lambda value: -value,
    "tokens": lambda value: value[::-1] + value,
}


def test_an_untouched_trail_has_no_findings() -> None:
    """What was written and not changed verifies, and the report says how much that was."""
    assert WHOLE.findings() == ()
    chains = [StoredChain(chain_id=FIRST, header=WHOLE.headers[0], rows=WHOLE.rows[:100])]
    report = verify(chains, Checkpoints(signed=WHOLE.checkpoints.signed[:1], rejected=()))
    assert (report.chains, report.rows, report.checkpoints, report.findings) == (1, 100, 1, ())


@pytest.mark.proves("P30", "R-074")
@pytest.mark.parametrize("column", [column.name for column in fields(Entry)])
def test_one_changed_cell_of_an_entry_is_found_at_its_row(column: str) -> None:
    """Change any one cell of any row: exactly that row is named."""
    for index, row in enumerate(WHOLE.rows):
        changed = {column: OTHER_VALUES[column](getattr(row.entry, column))}
        altered = replace(row, entry=replace(row.entry, **changed))
        assert places(WHOLE.with_row(index, altered).findings()) == [(row.chain_id, row.sequence)]


@pytest.mark.proves("P30", "R-074")
def test_a_changed_hash_is_found_at_its_row() -> None:
    """Change any row's hash, by a bit, in length or to a neighbour's: that row is named and no other."""
    for index, row in enumerate(WHOLE.rows):
        a_bit_off = bytes([row.hash[0] ^ 1]) + row.hash[1:]
        for wrong in (a_bit_off, row.hash + b"\0", row.hash[:-1], WHOLE.rows[-index].hash):
            if wrong != row.hash:
                altered = WHOLE.with_row(index, replace(row, hash=wrong))
                assert set(places(altered.findings())) == {(row.chain_id, row.sequence)}


@pytest.mark.proves("P30", "R-074")
@pytest.mark.parametrize("other", [FIRST, SECOND, UUID(int=3)])
def test_a_row_given_to_another_chain_is_found(other: UUID) -> None:
    """Change any row's chain: the gap that it leaves is named, and the chain where it now stands."""
    for index, row in enumerate(WHOLE.rows):
        if row.chain_id != other:
            found = places(WHOLE.with_row(index, replace(row, chain_id=other)).findings())
            assert (row.chain_id, row.sequence) in found
            assert other in {chain_id for chain_id, _ in found}


@pytest.mark.proves("P30", "R-074")
@pytest.mark.parametrize("other", [-1, 0, 1, 57, ROWS + 1, 2**63 - 1])
def test_a_changed_sequence_is_found(other: int) -> None:
    """Change any row's place: the gap that it leaves is named."""
    for index, row in enumerate(WHOLE.rows):
        if row.sequence != other:
            found = places(WHOLE.with_row(index, replace(row, sequence=other)).findings())
            assert (row.chain_id, row.sequence) in found


@pytest.mark.proves("P30", "R-074")
def test_a_deleted_row_is_found() -> None:
    """Delete any row: exactly its place is named, the last of a chain included, which only a witness remembers."""
    for index, row in enumerate(WHOLE.rows):
        cut = replace(WHOLE, rows=WHOLE.rows[:index] + WHOLE.rows[index + 1 :])
        assert places(cut.findings()) == [(row.chain_id, row.sequence)]


@pytest.mark.proves("P30", "R-074")
def test_a_cut_tail_is_found() -> None:
    """Cut any number of rows off the end: the first that is missing is named."""
    for length in range(ROWS):
        first_gone = WHOLE.rows[length]
        found = places(replace(WHOLE, rows=WHOLE.rows[:length]).findings())
        assert (first_gone.chain_id, first_gone.sequence) in found


@pytest.mark.proves("P30", "R-074")
@pytest.mark.parametrize("distance", [1, 2, 3, 10, 99, 100, 150])
def test_swapped_rows_are_found(distance: int) -> None:
    """Let any two rows change places, hashes and all: both are named."""
    for index in range(ROWS - distance):
        one, two = WHOLE.rows[index], WHOLE.rows[index + distance]
        swapped = WHOLE.with_row(index, replace(one, entry=two.entry, hash=two.hash))
        swapped = swapped.with_row(index + distance, replace(two, entry=one.entry, hash=one.hash))
        assert {(one.chain_id, one.sequence), (two.chain_id, two.sequence)} <= set(places(swapped.findings()))


@pytest.mark.proves("P30", "R-074")
def test_an_inserted_row_is_found() -> None:
    """Insert a row anywhere, with its hash computed rightly and those after it moved up: the place is named."""
    for index, row in enumerate(WHOLE.rows):
        before = WHOLE.rows[index - 1].hash if row.sequence > 1 else header_of(row).genesis()
        right_hash = digest(before, row.chain_id, row.sequence, entry(9))
        forged = ChainedEntry(row.chain_id, row.sequence, entry(9), right_hash)
        moved = [
            replace(later, sequence=later.sequence + 1) if later.chain_id == row.chain_id else later
            for later in WHOLE.rows[index:]
        ]
        found = places(replace(WHOLE, rows=(*WHOLE.rows[:index], forged, *moved)).findings())
        assert (row.chain_id, row.sequence + 1) in found
        doubled = replace(WHOLE, rows=(*WHOLE.rows, forged))
        assert places(doubled.findings()) == [(row.chain_id, row.sequence)]


def header_of(row: ChainedEntry) -> ChainHeader:
    """The header of a row's chain."""
    return WHOLE.headers[row.chain_id.int - 1]


@pytest.mark.proves("P30", "R-074")
def test_a_chain_rewritten_with_right_hashes_is_found_by_its_checkpoint() -> None:
    """Whoever recomputes every hash after a change still cannot sign: the witnessed row is named."""
    for start in range(0, ROWS // 2, 9):
        chain = Chain(WHOLE.headers[0])
        numbers = [number if number != start else 777 for number in range(ROWS // 2)]
        rewritten = replace(WHOLE, rows=(*filled(chain, numbers), *WHOLE.rows[ROWS // 2 :]))
        assert places(rewritten.findings()) == [(FIRST, ROWS // 2)]


@pytest.mark.proves("P30", "R-074")
def test_a_chain_that_is_gone_is_found() -> None:
    """Remove a chain whole: a checkpoint or its successor still names it."""
    for witness in (WHOLE, replace(WHOLE, checkpoints=Checkpoints(signed=(), rejected=()))):
        assert places(witness.without(FIRST).findings()) == [(FIRST, 0)]
    assert places(WHOLE.without(SECOND).findings()) == [(SECOND, 0)]


@pytest.mark.proves("P30", "R-074")
def test_a_changed_or_missing_header_is_found() -> None:
    """Change any cell of a header, or remove it: its chain is named."""
    first, second = WHOLE.headers
    last = Head(FIRST, ROWS // 2, WHOLE.rows[ROWS // 2 - 1].hash)
    for header in (
        replace(second, writer="two"),
        replace(second, opened_time=START),
        replace(second, previous=None),
        replace(second, previous=replace(last, chain_id=UUID(int=3))),
        replace(second, previous=replace(last, sequence=99)),
        replace(second, previous=replace(last, hash=last.hash + b"\0")),
    ):
        assert (SECOND, 1) in places(replace(WHOLE, headers=(first, header)).findings())
    assert places(replace(WHOLE, headers=(first,)).findings()) == [(SECOND, 0)]
    empty = Chain(second)
    signed = Checkpoints(signed=(*WHOLE.checkpoints.signed[:1], checkpoint(empty.head)), rejected=())
    opened = Trail((first, replace(second, writer="two")), WHOLE.rows[: ROWS // 2], signed)
    assert places(opened.findings()) == [(SECOND, 0)]


@pytest.mark.proves("R-074")
def test_entries_of_an_unknown_commit_stay_valid_in_the_old_chain() -> None:
    """A commit that did happen, though its writer never learned it, leaves entries after the head that was named."""
    old = Chain(ChainHeader(chain_id=FIRST, writer="one", opened_time=START, previous=None))
    rows = filled(old, range(10))
    unknown = old.link([entry(10), entry(11)])
    new = old.successor(SECOND, START)
    rows += filled(new, range(12, 20))
    none = Checkpoints(signed=(), rejected=())
    assert new.header.previous == old.head
    assert Trail((old.header, new.header), tuple(rows), none).findings() == ()
    assert Trail((old.header, new.header), (*rows, *unknown), none).findings() == ()


@pytest.mark.proves("R-074")
def test_a_cell_of_a_foreign_type_is_a_finding_and_no_crash() -> None:
    """SQLite keeps text in a number's column: such a row is named, and its neighbours are not."""
    row = WHOLE.rows[49]
    foreign: list[dict[str, Any]] = [{"count": "many"}, {"count": 2**64}, {"detail": None}, {"principal": "\ud800"}]
    for cell in [*foreign, {"tokens": "text"}]:
        broken = replace(row, entry=replace(row.entry, **cell))
        assert places(WHOLE.with_row(49, broken).findings()) == [(FIRST, 50)]
    unreadable = [Unreadable(50, row.hash) if number == 50 else WHOLE.rows[number - 1] for number in range(1, 101)]
    chain = StoredChain(chain_id=FIRST, header=WHOLE.headers[0], rows=unreadable)
    assert places(verify([chain], Checkpoints(signed=(), rejected=())).findings) == [(FIRST, 50)]
