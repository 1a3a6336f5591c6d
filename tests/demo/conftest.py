"""Runs that several tests look at: made once, side by side."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.demo.search import start

LEADS = 120

SEED = 123
"""A world in which a provider says of two people, and of one company, that they objected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a run of the command left.

    Attributes:
        code: Its exit code.
        stdout: What it printed.
        stderr: What it said.
        folder: Where its files are; None if it kept none.
    """

    code: int
    stdout: bytes
    stderr: bytes
    folder: Path | None = None

    @property
    def figures(self) -> Mapping[str, Any]:
        """The one JSON object on stdout."""
        document: Mapping[str, Any] = json.loads(self.stdout)
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """The runs: one that keeps its files, the same again without, and one for people."""

    kept: Ran
    again: Ran
    told: Ran


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Run the demo three times at once, so that no two of them meet the same timing."""
    folder = tmp_path_factory.mktemp("demo") / "kept"
    many = ("--leads", str(LEADS), "--seed", str(SEED))
    processes = (
        start(*many, "--json", "--keep", str(folder)),
        start(*many, "--json"),
        start("--leads", "40"),
    )
    ended = [(*process.communicate(timeout=120), process.returncode) for process in processes]
    kept, again, told = (Ran(code=code, stdout=stdout, stderr=stderr) for stdout, stderr, code in ended)
    return Runs(kept=Ran(code=kept.code, stdout=kept.stdout, stderr=kept.stderr, folder=folder), again=again, told=told)
