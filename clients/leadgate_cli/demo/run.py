"""One run of the demo, from an empty folder to its result."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from leadgate_simulators import Generator

from leadgate_cli.demo.clock import HeldClock
from leadgate_cli.demo.ending import Ending, look
from leadgate_cli.demo.play import IN_FLIGHT, Play
from leadgate_cli.demo.roles import Views, views
from leadgate_cli.demo.scenario import Stop, scenario
from leadgate_cli.demo.stage import staged
from leadgate_cli.demo.tally import Tally


@dataclass(frozen=True, slots=True)
class Script:
    """What a run will do: whom the providers know, and what happens on which day."""

    seed: int
    generator: Generator
    stops: tuple[Stop, ...]

    @property
    def steps(self) -> int:
        """How many objections and look-ups there are, but for those of people who object at a provider."""
        return sum(len(stop.objections) + len(stop.requests) for stop in self.stops)


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """What a run led to.

    Attributes:
        tally: What was counted on the way.
        ending: What is left.
        views: What the callers see of it; None if nothing is left.
        seconds: How long it took.
    """

    tally: Tally
    ending: Ending
    views: Views | None
    seconds: float


def write_script(leads: int, seed: int) -> Script:
    """Write the script.

    Args:
        leads: How many people and companies come in.
        seed: Another seed is another world.
    """
    generator = Generator(seed)
    return Script(seed, generator, scenario(leads, generator))


def perform(script: Script, folder: Path, advance: Callable[[date], None]) -> Performance:
    """Perform the script.

    Args:
        script: What to do.
        folder: An empty directory; database, keys and logs are left in it.
        advance: Told after each objection and each look-up, with the date that the clock shows.

    Raises:
        LeadgateError: The service does not start.
        LeadgateClientError: A call fails.
    """
    began = time.monotonic()
    clock = HeldClock()
    with (
        staged(folder, clock, generator=script.generator, seed=script.seed) as stage,
        ThreadPoolExecutor(IN_FLIGHT) as pool,
    ):
        play = Play(stage, clock, pool, advance)
        play.perform(script.stops)
        ending = look(stage, play.tally, clock, pool)
        seen = views(stage, ending)
    return Performance(tally=play.tally, ending=ending, views=seen, seconds=time.monotonic() - began)
