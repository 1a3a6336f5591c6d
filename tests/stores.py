"""What a store stands on in tests: keys, a database to itself, a driver."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from leadgate_service.burn_ring import BurnRing
from leadgate_service.keep_ring import KeepRing
from leadgate_service.storage import tables
from leadgate_service.storage.driver import Driver
from leadgate_service.storage.postgres import PostgresDriver
from leadgate_service.storage.sqlite import SqliteDriver
from leadgate_service.storage.work import Statement

from tests.databases import Postgres

SQLITE = "sqlite:///"

COUNT_ROWS = Statement(
    sa.select(
        *(sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in tables.metadata.tables.values()),
    ),
)
DELETE_ROWS = [
    Statement(sa.delete(table)) for table in tables.metadata.tables.values() if table is not tables.objection_latch
]


@dataclass(frozen=True, slots=True)
class Rings:
    """The keys of a world."""

    keep: KeepRing
    burn: BurnRing

    @classmethod
    def made(cls, folder: Path) -> "Rings":
        """Make both rings in a folder."""
        return cls(KeepRing.create(folder / "keep"), BurnRing.create(folder / "burn"))


async def connected(url: str) -> Driver:
    """Open a driver on a database."""
    if url.startswith(SQLITE):
        return SqliteDriver(Path(url.removeprefix(SQLITE)), exclusive=False)
    return await PostgresDriver.connect(url, connections=4)


@pytest.fixture(scope="session")
def rings(tmp_path_factory: pytest.TempPathFactory) -> Rings:
    """Keys for all tests that destroy none."""
    return Rings.made(tmp_path_factory.mktemp("rings"))


@pytest.fixture(scope="session")
def shared_postgres_url(postgres: Postgres, postgres_template: str) -> str:
    """A migrated database for one test after another: to make one for each takes longer than the test."""
    return postgres.url(postgres.create(postgres_template))
