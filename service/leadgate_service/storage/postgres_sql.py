"""What units of work are called in PostgreSQL's words.

Rows go as one array of the table's own row type, whatever their number: one text serves one row and a thousand, and is
prepared once. Measured, an array for each column costs the client half as much again. The row type has the columns in
the order in which the migrations made them, which is that of `tables.py`.
"""

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from leadgate_service.storage.work import (
    Hold,
    Insert,
    Latch,
    Row,
    Statement,
    Step,
    Together,
    Update,
    constants,
    on_conflict,
)

LOCK_MILLISECONDS = 5_000
"""How long an objection waits for the intakes that were there before it."""

_MARK = re.compile(r"\$([0-9]+)")

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]  # the dialect has no annotations

_BEGIN = {
    Latch.NONE: "BEGIN",
    Latch.SHARED: "BEGIN; SELECT 1 FROM objection_latch",
    Latch.EXCLUSIVE: f"BEGIN; SET LOCAL lock_timeout = {LOCK_MILLISECONDS}; "
    "LOCK TABLE objection_latch IN ACCESS EXCLUSIVE MODE",
}
"""How a transaction begins, in one message; a statement after it has a snapshot of its own, from behind the latch."""


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A statement in PostgreSQL's words.

    Attributes:
        sql: Its text.
        arguments: Makes the values of its marks, in their order, of those of a step.
        writes: Whether it only writes, so that there are no rows to send back.
    """

    sql: str
    arguments: Callable[[Any], Sequence[Any]]
    writes: bool


def begin(latch: Latch, first: Step | Together | Hold) -> str:
    """Begin a transaction, and wait in the same message if its first step is to wait."""
    return f"{_BEGIN[latch]}; {hold(first)}" if isinstance(first, Hold) else _BEGIN[latch]


def hold(step: Hold) -> str:
    """Wait for each token, in one order everywhere, so that two transactions do not wait for each other."""
    tokens = sorted(int.from_bytes(token[:8], signed=True) for token in step.tokens)
    array = ",".join(map(str, tokens))
    return f"SELECT pg_advisory_xact_lock(token) FROM unnest('{{{array}}}'::bigint[]) AS token"  # noqa: S608 - integers


def compile_statement(statement: Statement | Insert | Update) -> Compiled:
    """Put a statement into words."""
    match statement:
        case Statement(clause):
            compiled = clause.compile(dialect=_DIALECT)
            names = tuple(compiled.positiontup or ())
            return Compiled(str(compiled), _by_name(names, constants(compiled)), writes=not clause.is_select)
        case Insert(table, columns):
            sql = f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {', '.join(columns)} FROM {_rows(table)}"  # noqa: S608 - names of our tables
            return Compiled(sql + on_conflict(statement), _by_row(table, columns), writes=True)
        case Update(table, (key, *others)):
            assignments = ", ".join(f"{name} = new.{name}" for name in others)
            sql = (
                f"UPDATE {table.name} SET {assignments} FROM {_rows(table)} AS new WHERE {table.name}.{key} = new.{key}"  # noqa: S608 - names of our tables
            )
            return Compiled(sql, _by_row(table, statement.columns), writes=True)
    raise AssertionError(statement)


@functools.cache
def joined(statements: tuple[Compiled, ...]) -> str:
    """Join statements into one, whose one row has an array of rows for each; that of a write is empty."""
    written: list[str] = []
    arrays: list[str] = []
    marks = 0
    for statement in statements:
        sql = _MARK.sub(lambda mark, by=marks: f"${int(mark[1]) + by}", statement.sql)  # type: ignore[misc]
        marks += max((int(number) for number in _MARK.findall(statement.sql)), default=0)
        if statement.writes:
            written.append(f"written_{len(written)} AS ({sql})")
        arrays.append("'{}'::int[]" if statement.writes else f"ARRAY(SELECT found FROM ({sql}) found)")  # noqa: S608 - statements of ours
    # In practice PostgreSQL runs the last of them first; meeting rows in one order saves two transactions a deadlock.
    return f"{'WITH ' if written else ''}{', '.join(reversed(written))} SELECT {', '.join(arrays)}"


def _rows(table: sa.Table) -> str:
    return f"unnest($1::{table.name}[])"


def _by_name(names: Sequence[str], constant: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], list[Any]]:
    return lambda values: [values[name] if name in values else constant[name] for name in names]


def _by_row(table: sa.Table, columns: tuple[str, ...]) -> Callable[[Iterable[Row]], list[list[Row]]]:
    """Return what makes the one array of rows; a column that is not given is null there, and not read."""
    names = tuple(column.name for column in table.columns)
    if columns == names:
        return lambda rows: [[tuple(row) for row in rows]]
    pick = itemgetter(*(columns.index(name) if name in columns else -1 for name in names))
    return lambda rows: [[pick((*row, None)) for row in rows]]
