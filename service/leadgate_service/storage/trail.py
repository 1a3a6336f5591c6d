"""Units of work that read the audit trail, for checkpoints and for the verifier.

They read whatever somebody wrote into a cell: what cannot be read is a finding of its own row, and hides no other.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement

from leadgate_service.audit import ChainedEntry, ChainHeader, Entry, Head
from leadgate_service.audit_verify import StoredChain, Unreadable
from leadgate_service.storage import tables
from leadgate_service.storage.journal import INSERT_CHAINS, INSERT_ENTRIES
from leadgate_service.storage.tables import Instant
from leadgate_service.storage.work import Row, Statement, Work

_ID_BYTES = 16


class _AsText(ColumnElement[str]):
    """A moment as ISO text, which the drivers leave as it is: both databases hold more than a `datetime` can."""

    inherit_cache = False
    type = sa.Text()

    def __init__(self, column: sa.Column[Any]) -> None:
        self.column = column


@compiles(_AsText, "postgresql")
def _as_text_postgresql(element: _AsText, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')"


@compiles(_AsText, "sqlite")
def _as_text_sqlite(element: _AsText, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.column, **kw))


def _raw(table: sa.Table, columns: Sequence[str]) -> sa.Select[*tuple[Any, ...]]:
    """Select columns so that no driver converts a value."""
    chosen = (table.c[name] for name in columns)
    return sa.select(*(_AsText(column) if isinstance(column.type, Instant) else column for column in chosen))


_entries = tables.audit_entries.c
_last = (
    sa.select(_entries.chain_id, sa.func.max(_entries.sequence).label("sequence"))
    .group_by(_entries.chain_id)
    .subquery("last")
)

SELECT_HEADS = Statement(
    sa.select(_entries.chain_id, _entries.sequence, _entries.hash).join(
        _last,
        sa.and_(_last.c.chain_id == _entries.chain_id, _last.c.sequence == _entries.sequence),
    ),
)
SELECT_CHAINS = Statement(_raw(tables.audit_chains, INSERT_CHAINS.columns))
SELECT_ENTRIES = Statement(
    _raw(tables.audit_entries, INSERT_ENTRIES.columns).order_by(_entries.chain_id, _entries.sequence),
)


def heads() -> Work[Sequence[Head]]:
    """Read the last entry of every chain; one that cannot be read keeps no other from being witnessed."""
    rows = yield SELECT_HEADS()
    return [head for head in (_head(*row) for row in rows) if head is not None]


def chains() -> Work[Sequence[StoredChain]]:
    """Read every chain whole; an entry or a header that lacks the other is a chain too."""
    headers = {_chain_id(row[0]): _header(row) for row in (yield SELECT_CHAINS())}
    rows: defaultdict[UUID | None, list[ChainedEntry | Unreadable]] = defaultdict(list)
    for row in (yield SELECT_ENTRIES()):
        rows[_chain_id(row[0])].append(_link(row))
    return [
        StoredChain(chain_id=chain_id, header=headers.get(chain_id), rows=rows[chain_id])
        for chain_id in {**headers, **rows}
    ]


def _header(row: Row) -> ChainHeader | Unreadable:
    chain_id, writer, opened_time, *named = row
    own_id, previous = _chain_id(chain_id), _head(*named)
    try:
        opened = datetime.fromisoformat(opened_time)
    except (TypeError, ValueError):
        opened = None
    if own_id is None or opened is None or (previous is None and named != [None, None, None]):
        return Unreadable(0, b"")
    return ChainHeader(chain_id=own_id, writer=writer, opened_time=opened, previous=previous)


def _link(row: Row) -> ChainedEntry | Unreadable:
    """Read an entry. Whether its other values are of their types shows when the verifier hashes them."""
    chain_id, sequence, time, principal, action, purpose, outcome, count, detail, version, tokens, digest = row
    own_id = _chain_id(chain_id)
    place = sequence if isinstance(sequence, int) else None
    own_hash = digest if isinstance(digest, bytes) else b""
    try:
        entry = Entry(
            time=datetime.fromisoformat(time),
            principal=principal,
            action=action,
            purpose=purpose,
            outcome=outcome,
            count=count,
            detail=detail,
            policy_version=version,
            tokens=tokens,
        )
    except (TypeError, ValueError):
        entry = None
    if own_id is None or place is None or entry is None:
        return Unreadable(place, own_hash)
    return ChainedEntry(own_id, place, entry, own_hash)


def _head(chain_id: object, sequence: object, digest: object) -> Head | None:
    known = _chain_id(chain_id)
    if known is None or not isinstance(sequence, int) or not isinstance(digest, bytes):
        return None
    return Head(known, sequence, digest)


def _chain_id(value: object) -> UUID | None:
    return UUID(bytes=value) if isinstance(value, bytes) and len(value) == _ID_BYTES else None
