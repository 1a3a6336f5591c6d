"""Units of work: what a transaction does, written once and driven by either database.

A unit of work is a generator. It yields steps (a statement with its values), is sent the rows, and returns its
result; the driver decides how a step is spoken and when the transaction commits. So no decision is taken twice, and
SQLite and PostgreSQL cannot drift apart.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement

Row: TypeAlias = Sequence[Any]
Result = TypeVar("Result")


class Latch(Enum):
    """How a transaction stands to the objection latch (`tables.objection_latch`)."""

    NONE = "none"
    """Stores nothing of a person."""

    SHARED = "shared"
    """Stores content: reads the latch first, so that no objection can commit between its checks and its writes."""

    EXCLUSIVE = "exclusive"
    """Changes what may be stored: locks the latch first, so that no intake is between its checks and its writes."""


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """Any SQLAlchemy Core clause; its values go by name. Values named in `one_of` are sequences."""

    clause: sa.Select[*tuple[Any, ...]] | sa.Update | sa.Delete

    def __call__(self, **values: Any) -> "Step":
        """Bind the values."""
        return Step(self, values)


@dataclass(frozen=True, slots=True, eq=False)
class Insert:
    """Many rows into one table, in the order of `columns`.

    Attributes:
        table: Where to.
        columns: Names, in the order of the values of a row.
        conflict: What an existing primary key does: "fail", "replace" all other columns, or "keep" the row as it is.
    """

    table: sa.Table
    columns: tuple[str, ...]
    conflict: Literal["fail", "replace", "keep"] = "fail"

    def __call__(self, rows: Sequence[Row]) -> "Step":
        """Bind the rows."""
        return Step(self, rows)


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """Many rows of one table: the first of `columns` finds the row, the others are set."""

    table: sa.Table
    columns: tuple[str, ...]

    def __call__(self, rows: Sequence[Row]) -> "Step":
        """Bind the rows."""
        return Step(self, rows)


@dataclass(frozen=True, slots=True)
class Step:
    """A statement with its values: named for a `Statement`, rows for the others."""

    statement: Statement | Insert | Update
    values: Mapping[str, Any] | Sequence[Row]


@dataclass(frozen=True, slots=True)
class Together:
    """Selects, inserts and updates that need nothing of each other; no two of them write the same row.

    On PostgreSQL they go to the database in one message, unless there are many rows; what writes, in its order. What is
    sent back are the rows of each step; an insert or update has none. Whether a select sees what is written beside it
    is left open.
    """

    steps: tuple[Step, ...]


def together(*steps: Step) -> Together:
    """Do several things at once."""
    return Together(steps)


@dataclass(frozen=True, slots=True)
class Hold:
    """Keeps other transactions that hold one of the same tokens waiting until this one has ended.

    What links two leads of one person may be new in both: then there is no row yet that could be locked.
    """

    tokens: frozenset[bytes]


Work: TypeAlias = Generator[Step | Together | Hold, list[Row], Result]


class one_of(ColumnElement[bool]):  # noqa: N801 - reads as SQL
    """True where the column equals one of the values that are bound under `name` as one sequence."""

    inherit_cache = False

    def __init__(self, column: sa.Column[Any], name: str) -> None:
        self.column = column
        self.name = name


@compiles(one_of, "postgresql")
def _one_of_postgresql(element: one_of, compiler: Any, **kw: Any) -> str:
    values = sa.bindparam(element.name, type_=ARRAY(element.column.type))
    return str(compiler.process(element.column == sa.any_(values), **kw))


@compiles(one_of, "sqlite")
def _one_of_sqlite(element: one_of, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.column.in_(sa.bindparam(element.name, expanding=True)), **kw))


def constants(compiled: Any) -> dict[str, Any]:
    """Return the values that a compiled clause already has, such as its limit."""
    return {name: bind.value for name, bind in compiled.binds.items() if bind.value is not None}


def on_conflict(insert: Insert) -> str:
    """Return what an insert does where there is a row with its primary key, in the words of both databases."""
    keys = [column.name for column in insert.table.primary_key]
    match insert.conflict:
        case "fail":
            return ""
        case "keep":
            return f" ON CONFLICT ({', '.join(keys)}) DO NOTHING"
        case "replace":
            assignments = ", ".join(f"{name} = excluded.{name}" for name in insert.columns if name not in keys)
            return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {assignments}"


def alone(step: Step | Together) -> Work[list[Row]]:
    """Make a unit of work of one step."""
    return (yield step)


def up_to_last_writes(work: Work[Result]) -> Work[tuple[Result, tuple[Step, ...]]]:
    """Run a unit of work, but leave its last step to the caller if that only writes: others may travel with it.

    What only writes has no rows to wait for: the unit goes on at once, and what was kept is sent before its next step.
    """
    kept: tuple[Step, ...] = ()
    rows: list[Row] | None = None
    while True:
        try:
            step = next(work) if rows is None else work.send(rows)
        except StopIteration as finished:
            return finished.value, kept
        if kept:
            yield Together(kept)
        kept = _writes_of(step)
        if not kept:
            rows = yield step
        else:
            rows = [[] for _ in kept] if isinstance(step, Together) else []


def _writes_of(step: Step | Together | Hold) -> tuple[Step, ...]:
    """Return the parts of a step that only writes, and nothing of another."""
    match step:
        case Together(steps) if all(isinstance(part.statement, Insert | Update) for part in steps):
            return steps
        case Step(Insert() | Update()):
            return (step,)
    return ()
