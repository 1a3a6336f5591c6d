"""The raw side of what goes in batches: the same rows into the same table, with nothing decided, looked up or proved.

The rows are ready before the clock runs; it counts only the statements, each with its commit.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import asyncpg
import sqlalchemy as sa
from leadgate_service.app import utc_now
from leadgate_service.ids import Uuid7
from leadgate_service.storage import tables
from leadgate_service.storage.connection import on_connection

from leadgate_cli.bench.figures import Window

_TIMED = "lead_id"
_RANDOM = frozenset({"key_token", "sealed", "token", "group_id"})
"""Bytes that no two leads, and no two objections, share."""

Row = Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRows:
    """Rows to write.

    Attributes:
        url: The database.
        table: Where they go: a table with the columns and the indexes of the one that they are like.
        like: The service's table that they are like. What the service wrote there is remembered in `bench_base_...`.
        batch: Operations per transaction.
        rows_per_operation: Rows that one operation of the service leaves in that table.
    """

    url: str
    table: str
    like: str
    batch: int
    rows_per_operation: int = 1

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table."""
        return tuple(column.name for column in tables.metadata.tables[self.like].columns)

    @property
    def sample(self) -> str:
        """The query for rows that the service wrote."""
        return f"SELECT {', '.join(self.columns)} FROM bench_base_{self.like} LIMIT 2000"  # noqa: S608 - names of our columns

    def batches(self, sample: Sequence[Row], *, lead_id: Callable[[Any], Any]) -> Iterator[list[Row]]:
        """Make the rows of one transaction after another, without end. See `new_rows`."""
        rows = new_rows(sample, self.columns, lead_id=lead_id)
        while True:
            yield list(islice(rows, self.batch * self.rows_per_operation))


def copy_rows(raw: RawRows, seconds: float) -> Window:
    """COPY rows into a PostgreSQL table over one connection, each batch with one COPY.

    Args:
        raw: Which rows.
        seconds: How long the COPYs take together.
    """
    return asyncio.run(_copy_rows(raw, seconds))


async def _copy_rows(raw: RawRows, seconds: float) -> Window:
    connection = await asyncpg.connect(raw.url)
    try:
        sample = [tuple(row) for row in await connection.fetch(raw.sample)]
        batches = raw.batches(sample, lead_id=lambda new: new)
        timer = _Timer()
        while timer.seconds < seconds:
            rows = next(batches)
            with timer:
                await connection.copy_records_to_table(raw.table, records=rows, columns=raw.columns)
        return timer.window(raw.batch)
    finally:
        await connection.close()


def insert_rows(raw: RawRows, seconds: float) -> Window:
    """Insert rows into a SQLite table with executemany, as durable as the service does it.

    Args:
        raw: Which rows.
        seconds: How long the transactions take together.
    """

    def insert(connection: sa.Connection) -> Window:
        database: Any = connection.connection.driver_connection
        batches = raw.batches(database.execute(raw.sample).fetchall(), lead_id=lambda new: new.bytes)
        sql = f"INSERT INTO {raw.table} ({', '.join(raw.columns)}) VALUES ({', '.join('?' * len(raw.columns))})"  # noqa: S608 - names of ours
        timer = _Timer()
        while timer.seconds < seconds:
            rows = next(batches)
            with timer:
                database.execute("BEGIN IMMEDIATE")
                database.executemany(sql, rows)
                database.execute("COMMIT")
        return timer.window(raw.batch)

    return on_connection(raw.url, insert)


def new_rows(sample: Sequence[Row], columns: Sequence[str], *, lead_id: Callable[[Any], Any]) -> Iterator[Row]:
    """Make rows of new leads, or of new objections, that are like a sample, without end.

    Rows of the sample with the same value, such as the group of one objection, have the same new value.

    Args:
        sample: What is repeated.
        columns: The names of the values of a row.
        lead_id: Turns a UUID into what the driver takes.
    """
    new_id = Uuid7(utc_now)
    timed = [place for place, name in enumerate(columns) if name == _TIMED]
    random = [place for place, name in enumerate(columns) if name in _RANDOM]
    while True:
        renewed: dict[bytes, bytes] = {}
        for old in sample:
            row = list(old)
            for place in timed:
                row[place] = lead_id(new_id())
            for place in random:
                if row[place] is not None:
                    row[place] = renewed.setdefault(row[place], os.urandom(len(row[place])))
            yield tuple(row)


class _Timer:
    """Adds up wall and CPU time of what runs inside it."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._cpu_seconds = 0.0
        self._uses = 0

    def __enter__(self) -> None:
        self._started = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        started, cpu_started = self._started
        self.seconds += time.perf_counter() - started
        self._cpu_seconds += time.process_time() - cpu_started
        self._uses += 1

    def window(self, operations_per_use: int) -> Window:
        """Sum up."""
        return Window(
            operations=self._uses * operations_per_use,
            calls=self._uses,
            seconds=self.seconds,
            service_seconds=None,
            client_seconds=self._cpu_seconds,
        )
