"""Terminals for the tests of the command: bare, at an installation, and connected to a running service."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.installations import connected, fill, found, installed
from tests.cli.terminal import Terminal
from tests.running_service import Clock, Loop, RunningService, settings


@pytest.fixture
def terminal() -> Terminal:
    """A terminal where nothing is exported."""
    return Terminal()


@pytest.fixture
def installation(tmp_path: Path, sqlite_template: Path) -> Terminal:
    """A terminal at a new installation: rings, and a migrated database without a policy."""
    (tmp_path / "data").mkdir()
    return installed(tmp_path, f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'data')}")


@pytest.fixture
def founded(installation: Terminal, tmp_path: Path) -> Terminal:
    """A terminal at an installation whose database was founded with the demo policy."""
    found(tmp_path, installation.variables["LEADGATE_DATABASE_URL"])
    return installation


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[RunningService]:
    """A running service that holds Ida and her company, and nothing of Otto, who objected."""
    folder, loop = tmp_path_factory.mktemp("service"), Loop()
    url = f"sqlite:///{shutil.copy(sqlite_template, folder)}"
    service = RunningService.started(settings(folder, url, None), Clock(), loop)
    fill(service)
    yield service
    service.stop()
    loop.close()


@pytest.fixture
def at_service(service: RunningService) -> Terminal:
    """A terminal connected to the running service as the CRM sync."""
    return connected(service, "demo-crm-sync")
