"""Services with an HTTP door."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.door.visitor import door
from tests.running_service import Clock, Loop, RunningService, Wrap, settings

Start = Callable[..., RunningService]


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    """The loop that the services run in, one after the other."""
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def start(loop: Loop, tmp_path: Path) -> Iterator[Start]:
    """Start services with a door in the test's folder; they are stopped after it, before the database goes."""
    started: list[RunningService] = []

    def start(database_url: str, *, wrap: Wrap = lambda store: store, **changes: Any) -> RunningService:
        config = settings(tmp_path, database_url, None, **{"door": door(), **changes})
        service = RunningService.started(config, Clock(), loop, wrap)
        started.append(service)
        return service

    yield start
    for service in started:
        service.stop()


@pytest.fixture
def service(database_url: str, start: Start) -> RunningService:
    """A service with a door on each kind of database."""
    return start(database_url)


@pytest.fixture(scope="module")
def shared(loop: Loop, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """One service with a door on SQLite for all tests of a file, which leave behind what they will."""
    folder = tmp_path_factory.mktemp("shared")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder)}"
    service = RunningService.started(settings(folder, url, None, door=door()), Clock(), loop)
    yield service
    service.stop()


@pytest.fixture(scope="module")
def desk_of_module(
    loop: Loop, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningService]:
    """One service with a desk on SQLite for all tests of a file, which leave behind what they will."""
    folder = tmp_path_factory.mktemp("desk")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder)}"
    service = RunningService.started(settings(folder, url, None, door=door(desk=True)), Clock(), loop)
    yield service
    service.stop()
