"""Running services for the tests of the wire."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from leadgate_simulators import Generator, Mix

from tests.running_service import Clock, Loop, RunningService, Wrap, settings
from tests.simulated_providers import Providers

Start = Callable[..., RunningService]

PLAIN = Mix(
    miss=0,
    person_null=0,
    company_null=0,
    fuzzy=0,
    sparse=0,
    minor=0,
    sensitive_title=0,
    sole_trader=0,
    contact_in_description=0,
)
"""Everybody is known, grown up and unambiguous, so that a test meets nothing that it is not about."""


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    """The loop that the services of all tests run in, one after the other."""
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def clock() -> Clock:
    """The time of the test's services."""
    return Clock()


@pytest.fixture
def providers() -> Iterator[Providers]:
    """Simulated providers that know everybody who is asked for."""
    with Providers.answering(Generator(7, mix=PLAIN)) as providers:
        yield providers


@pytest.fixture
def start(loop: Loop, clock: Clock, providers: Providers, tmp_path: Path) -> Iterator[Start]:
    """Start services in the test's folder; those that are not stopped by the test are stopped after it.

    A test asks for its database before this, so that the services are gone when the database goes.
    """
    started: list[RunningService] = []

    def start(database_url: str, *, wrap: Wrap = lambda store: store, **changes: Any) -> RunningService:
        config = settings(tmp_path, database_url, providers, **changes)
        service = RunningService.started(config, clock, loop, wrap)
        started.append(service)
        return service

    yield start
    for service in started:
        service.stop()


@pytest.fixture(scope="module")
def shared_service(
    loop: Loop, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningService]:
    """One service on SQLite for all tests of a file, which leave behind what they will and move no clock."""
    folder = tmp_path_factory.mktemp("shared")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder)}"
    with Providers.answering(Generator(7, mix=PLAIN)) as providers:
        service = RunningService.started(settings(folder, url, providers), Clock(), loop)
        yield service
        service.stop()


@pytest.fixture
def service(database_url: str, start: Start) -> RunningService:
    """A service on each kind of database."""
    return start(database_url)


@pytest.fixture
def sqlite_service(sqlite_url: str, start: Start) -> RunningService:
    """A service on SQLite, for what does not depend on the database."""
    return start(sqlite_url)
