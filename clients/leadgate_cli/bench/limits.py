"""The raw side of batched intake: the same rows into the same table, with nothing decided, looked up or proved.

The rows are ready before the clock runs; it counts only the statements, each with its commit.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import asyncpg
import sqlalchemy as sa
from leadgate_service.app import utc_now
from leadgate_service.ids import Uuid7
from leadgate_service.storage import tables
from leadgate_service.storage.connection import on_connection

from leadgate_cli.bench.figures import Window

COLUMNS = tuple(column.name for column in tables.leads.columns)

_UNIQUE = {"key_token", "sealed"}
"""Bytes that no two leads share; everything else is as it was stored of other leads of the same workload."""

_SAMPLE = f"SELECT {', '.join(COLUMNS)} FROM bench_base_leads LIMIT 2000"  # noqa: S608 - names of our columns

Row = Sequence[Any]


def copy_rows(url: str, table: str, batch: int, seconds: float) -> Window:
    """COPY leads into a PostgreSQL table over one connection.

    Args:
        url: The database.
        table: Like `leads`, indexes included.
        batch: Rows per COPY, each a transaction.
        seconds: How long the COPYs take together.
    """
    return asyncio.run(_copy_rows(url, table, batch, seconds))


async def _copy_rows(url: str, table: str, batch: int, seconds: float) -> Window:
    connection = await asyncpg.connect(url)
    try:
        batches = new_batches([tuple(row) for row in await connection.fetch(_SAMPLE)], batch, lead_id=lambda new: new)
        timer = _Timer()
        while timer.seconds < seconds:
            rows = next(batches)
            with timer:
                await connection.copy_records_to_table(table, records=rows, columns=COLUMNS)
        return timer.window(batch)
    finally:
        await connection.close()


def insert_rows(url: str, table: str, batch: int, seconds: float) -> Window:
    """Insert leads into a SQLite table with executemany, as durable as the service does it.

    Args:
        url: The database.
        table: Like `leads`, indexes included.
        batch: Rows per transaction.
        seconds: How long the transactions take together.
    """

    def insert(connection: sa.Connection) -> Window:
        database: Any = connection.connection.driver_connection
        batches = new_batches(database.execute(_SAMPLE).fetchall(), batch, lead_id=lambda new: new.bytes)
        sql = f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - names of ours
        timer = _Timer()
        while timer.seconds < seconds:
            rows = next(batches)
            with timer:
                database.execute("BEGIN IMMEDIATE")
                database.executemany(sql, rows)
                database.execute("COMMIT")
        return timer.window(batch)

    return on_connection(url, insert)


def new_batches(sample: Sequence[Row], batch: int, *, lead_id: Callable[[Any], Any]) -> Iterator[list[Row]]:
    """Make rows of new leads that are like a sample, without end.

    Args:
        sample: Rows in the order of `COLUMNS`.
        batch: Rows at a time.
        lead_id: Turns a UUID into what the driver takes.
    """
    new_id, position = Uuid7(utc_now), COLUMNS.index("lead_id")
    unique = [place for place, name in enumerate(COLUMNS) if name in _UNIQUE]
    first = 0
    while True:
        rows = [list(sample[(first + offset) % len(sample)]) for offset in range(batch)]
        for row in rows:
            row[position] = lead_id(new_id())
            for place in unique:
                row[place] = os.urandom(len(row[place])) if row[place] is not None else None
        yield [tuple(row) for row in rows]
        first += batch


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
