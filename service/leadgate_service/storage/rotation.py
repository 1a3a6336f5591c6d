"""The unit of work of a rotation: every token at rest is wrapped under the next token key (R-032).

Nothing in clear is needed: under n keys an identifier's token is made from its token under n - 1, and so is the one at
rest. It is one transaction behind the closed latch: until it commits, nothing is under the new key, and then all is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from leadgate_service.audit import Entry
from leadgate_service.keep_ring import KeepRing
from leadgate_service.storage import tables
from leadgate_service.storage.access import OPERATOR
from leadgate_service.storage.installation import CANARY, canary_lost
from leadgate_service.storage.journal import Record
from leadgate_service.storage.suppressions import SELECT_SUPPRESSIONS
from leadgate_service.storage.work import Insert, Row, Statement, Step, Update, Work, one_of, together

ROTATED = "token_key_rotated"
"""The act of the audit entry of a rotation."""

KEYS_AT_ONCE = 5_000
"""How many keys of a table are walked in one step, so that none takes long or holds many rows."""

Progress = Callable[[int, int], None]
"""What is told how many rows of how many are wrapped; a transaction that is tried again begins anew."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenTable:
    """A table that holds tokens, and how it is walked.

    Its keys are read before anything is written: a wrapped token may lie anywhere, and must not be wrapped twice.

    Attributes:
        table: The table.
        key: The column by which its rows are found.
        tokens: The columns that hold tokens.
        update: Sets them in place, for a table whose rows others depend on; None deletes and inserts rows, since their
            primary key may change.
    """

    table: sa.Table
    key: str
    tokens: tuple[str, ...]
    update: Update | None = None
    _statements: tuple[Statement, Statement, Statement, Statement, Insert] = field(init=False)

    def __post_init__(self) -> None:
        key, columns = self.table.c[self.key], tuple(column.name for column in self.table.columns)
        shown = self.update.columns if self.update is not None else columns
        after = sa.bindparam("after", type_=key.type)
        statements = (
            Statement(sa.select(sa.func.count()).select_from(self.table)),
            Statement(sa.select(key).distinct().where(key > after).order_by(key).limit(KEYS_AT_ONCE)),
            Statement(sa.select(*(self.table.c[name] for name in shown)).where(one_of(key, "keys"))),
            Statement(sa.delete(self.table).where(one_of(key, "keys"))),
            Insert(self.table, columns),
        )
        object.__setattr__(self, "_statements", statements)

    @property
    def count(self) -> Step:
        """Count the rows."""
        return self._statements[0]()

    def wrap(self, newer: KeepRing, progressed: Callable[[int], None]) -> Work[None]:
        """Wrap the tokens of all rows.

        Args:
            newer: The ring with the new key.
            progressed: Told of how many more rows are wrapped.
        """
        keys = yield from self._keys()
        for start in range(0, len(keys), KEYS_AT_ONCE):
            rows = yield from self._wrap(keys[start : start + KEYS_AT_ONCE], newer)
            progressed(rows)

    def _keys(self) -> Work[list[bytes]]:
        """Read all keys: some 60 bytes each, for a moment."""
        _, select_keys, *_ = self._statements
        found: list[bytes] = []
        page = [bytes(16)]
        while page:
            page = [bytes(key) for (key,) in (yield select_keys(after=page[-1]))]
            found += page
        return found

    def _wrap(self, keys: Sequence[bytes], newer: KeepRing) -> Work[int]:
        _, _, select, delete, insert = self._statements
        rows: Sequence[Row] = yield select(keys=list(keys))
        wrapped = [self._wrapped(row, newer) for row in rows]
        if self.update is not None:
            yield self.update(wrapped)
        else:
            yield delete(keys=list(keys))
            yield insert(wrapped)
        return len(rows)

    def _wrapped(self, row: Row, newer: KeepRing) -> Row:
        columns = self.update.columns if self.update is not None else self.table.columns.keys()
        values = dict(zip(columns, row, strict=True))
        for name in self.tokens:
            if values[name] is not None:
                values[name] = newer.wrap(bytes(values[name]), since=newer.token_version - 1)
        if "key_version" in values:
            values["key_version"] = newer.token_version
        return tuple(values.values())


TOKEN_TABLES = (
    TokenTable(tables.leads, "lead_id", ("key_token",), Update(tables.leads, ("lead_id", "key_token"))),
    TokenTable(tables.lead_sources, "lead_id", ("record_token",)),
    TokenTable(tables.crm_references, "lead_id", ("record_token",)),
    TokenTable(tables.lookups, "key_token", ("key_token",)),
    TokenTable(tables.aliases, "key_token", ("key_token", "token")),
    TokenTable(tables.suppressions, "token", ("token", "parent_token")),
)
"""Every table that holds tokens: one that is left out would hold people whom nobody finds again."""

SET_TOKEN_VERSION = Statement(sa.update(tables.installation).values(token_version=sa.bindparam("new_version")))


def rotate(newer: KeepRing, now: datetime, record: Record, progressed: Progress) -> Work[int]:
    """Wrap every token at rest under the newest key of a ring. Runs with the latch closed, at the version before.

    Returns:
        How many rows there were.

    Raises:
        KeyRingError: The canary is not found afterwards; nothing is changed.
    """
    counts = yield together(*(one.count for one in TOKEN_TABLES))
    total, done = sum(int(rows[0][0]) for rows in counts), 0

    def more(rows: int) -> None:
        nonlocal done
        done += rows
        progressed(done, total)

    for one in TOKEN_TABLES:
        yield from one.wrap(newer, more)
    if not (yield SELECT_SUPPRESSIONS(tokens=[newer.token(CANARY)])):
        raise canary_lost()
    yield SET_TOKEN_VERSION(new_version=newer.token_version)
    record(
        Entry(
            time=now,
            principal=OPERATOR,
            action=ROTATED,
            purpose=None,
            outcome="OK",
            count=total,
            detail=f"version={newer.token_version}",
            policy_version=0,
            tokens=b"",
        ),
    )
    return total
