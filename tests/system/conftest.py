"""A real Chromium at a running desk. What is missing of it is named and fails: nothing here is left out silently."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from tests.door.visitor import door
from tests.rpc.messages import ingest, item
from tests.running_service import Clock, Loop, RunningService, settings
from tests.system.browser import Browser

PACKAGES = {"chromium": "chromium", "chromedriver": "chromium-driver"}
"""The programs that are needed, each with the package of Debian that has it."""

PEOPLE = ("Ida Vermolen", "Ben Okafor", "Noor de Wit", "Sam Lindqvist")


@pytest.fixture(scope="session")
def programs() -> dict[str, str]:
    """Where the programs are."""
    found = {name: shutil.which(name) for name in PACKAGES}
    missing = [PACKAGES[name] for name, path in found.items() if path is None]
    assert not missing, f"These packages of Debian are missing: apt-get install {' '.join(missing)}"
    return {name: path for name, path in found.items() if path is not None}


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service with a desk, and invented people to be found there."""
    folder, loop = tmp_path_factory.mktemp("desk"), Loop()
    url = f"sqlite:///{shutil.copy(sqlite_template, folder)}"
    service = RunningService.started(settings(folder, url, None, door=door(desk=True)), Clock(), loop)
    people = [item(f"{name.split()[0].lower()}@northpier.example.com", name=name) for name in PEOPLE]
    service.as_("intake").send(ingest(*people))
    yield service
    service.stop()
    loop.close()


def options(folder: Path, chromium: str) -> ChromeOptions:
    """Tell Chromium to show nothing, to fetch nothing of its own, and to know nothing from before."""
    told = ChromeOptions()
    told.binary_location = chromium
    for argument in (
        "--headless",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        f"--user-data-dir={folder}",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ):
        told.add_argument(argument)
    told.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return told


def started(told: ChromeOptions, chromedriver: str, desk: RunningService) -> Iterator[Browser]:
    """Start Chromium, and end it."""
    driver = Chrome(options=told, service=ChromeService(chromedriver))
    yield Browser(driver, desk)
    driver.quit()


@pytest.fixture
def browser(programs: dict[str, str], desk: RunningService, tmp_path: Path) -> Iterator[Browser]:
    """A fresh Chromium."""
    yield from started(options(tmp_path, programs["chromium"]), programs["chromedriver"], desk)


@pytest.fixture
def browser_without_scripts(programs: dict[str, str], desk: RunningService, tmp_path: Path) -> Iterator[Browser]:
    """A fresh Chromium in which somebody has switched JavaScript off."""
    told = options(tmp_path, programs["chromium"])
    told.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    yield from started(told, programs["chromedriver"], desk)
