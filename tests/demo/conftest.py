"""Runs that several tests look at: made once, side by side."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from leadgate_cli.demo.clock import HeldClock
from leadgate_cli.demo.ending import Ending, look
from leadgate_cli.demo.play import Play
from leadgate_cli.demo.run import write_script
from leadgate_cli.demo.stage import Stage, staged
from leadgate_cli.demo.tally import Tally

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
    """The runs: one that keeps its files, the same again without, and the same for people."""

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
        start(*many),
    )
    ended = [(*process.communicate(timeout=120), process.returncode) for process in processes]
    kept, again, told = (Ran(code=code, stdout=stdout, stderr=stderr) for stdout, stderr, code in ended)
    return Runs(kept=Ran(code=kept.code, stdout=kept.stdout, stderr=kept.stderr, folder=folder), again=again, told=told)


@dataclass(frozen=True, slots=True)
class Played:
    """A run that has come to its last day, with the service still up."""

    stage: Stage
    clock: HeldClock
    pool: ThreadPoolExecutor
    tally: Tally
    ending: Ending

    @property
    def today(self) -> date:
        """The last day."""
        return self.clock().date()

    def looked_at(self, tally: Tally) -> tuple[str, ...]:
        """Say what does not hold by another tally."""
        return look(self.stage, tally, self.clock, self.pool).broken


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Play some leads up to the last day."""
    script, clock = write_script(40, 1), HeldClock()
    folder = tmp_path_factory.mktemp("played")
    with (
        staged(folder, clock, generator=script.generator, seed=script.seed) as stage,
        ThreadPoolExecutor(4) as pool,
    ):
        play = Play(stage, clock, pool, lambda _: None)
        play.perform(script.stops)
        ending = look(stage, play.tally, clock, pool)
        yield Played(stage, clock, pool, play.tally, ending)
