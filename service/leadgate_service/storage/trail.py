"""Units of work that read the audit trail, for checkpoints and for the verifier."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from leadgate_service.audit import ChainedEntry, ChainHeader, Entry, Head
from leadgate_service.audit_verify import StoredChain
from leadgate_service.storage import tables
from leadgate_service.storage.journal import INSERT_CHAINS, INSERT_ENTRIES
from leadgate_service.storage.work import Row, Statement, Work

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
SELECT_CHAINS = Statement(sa.select(*(tables.audit_chains.c[name] for name in INSERT_CHAINS.columns)))
SELECT_ENTRIES = Statement(
    sa.select(*(_entries[name] for name in INSERT_ENTRIES.columns)).order_by(_entries.chain_id, _entries.sequence),
)


def heads() -> Work[Sequence[Head]]:
    """Read the last entry of every chain."""
    rows = yield SELECT_HEADS()
    return [Head(UUID(bytes=bytes(chain_id)), sequence, bytes(digest)) for chain_id, sequence, digest in rows]


def chains() -> Work[Sequence[StoredChain]]:
    """Read every chain whole; an entry or a header that lacks the other is a chain too."""
    headers = {header.chain_id: header for header in map(_header, (yield SELECT_CHAINS()))}
    rows: defaultdict[UUID, list[ChainedEntry]] = defaultdict(list)
    for link in map(_link, (yield SELECT_ENTRIES())):
        rows[link.chain_id].append(link)
    return [
        StoredChain(chain_id=chain_id, header=headers.get(chain_id), rows=rows[chain_id])
        for chain_id in {**headers, **rows}
    ]


def _header(row: Row) -> ChainHeader:
    chain_id, writer, opened_time, previous_id, previous_sequence, previous_hash = row
    previous = None
    if previous_id is not None:
        previous = Head(UUID(bytes=bytes(previous_id)), previous_sequence, bytes(previous_hash))
    return ChainHeader(
        chain_id=UUID(bytes=bytes(chain_id)),
        writer=writer,
        opened_time=opened_time,
        previous=previous,
    )


def _link(row: Row) -> ChainedEntry:
    chain_id, sequence, time, principal, action, purpose, outcome, count, detail, version, tokens, digest = row
    entry = Entry(
        time=time,
        principal=principal,
        action=action,
        purpose=purpose,
        outcome=outcome,
        count=count,
        detail=detail,
        policy_version=version,
        tokens=bytes(tokens),
    )
    return ChainedEntry(UUID(bytes=bytes(chain_id)), sequence, entry, bytes(digest))
