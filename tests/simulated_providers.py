"""Simulated providers of a running service, which know the same people and can be made to wait."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any, Self

from leadgate_service.config import ClearbitAccess, HunterAccess
from leadgate_simulators import Answer, ClearbitSimulator, FaultPlan, Generator, HunterSimulator

PATIENCE = 30.0
"""Seconds after which a simulator gives up to be told to go on."""


class HoldableClearbit(ClearbitSimulator):
    """A simulated Clearbit that can be made to wait with its answers.

    Attributes:
        asked: Set while an answer is held back.
    """

    def __init__(self, people: Generator, faults: FaultPlan) -> None:
        super().__init__(people, faults=faults)
        self.asked = Event()
        self._released = Event()
        self._released.set()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold answers back until the block ends."""
        self.asked.clear()
        self._released.clear()
        try:
            yield
        finally:
            self._released.set()

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        """Decide what a request is answered with, and wait while answers are held back."""
        answer = super().answer(target, headers)
        if not self._released.is_set():
            self.asked.set()
            self._released.wait(PATIENCE)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """The simulated providers of one test, both of which know the same invented people."""

    people: Generator
    clearbit: HoldableClearbit
    hunter: HunterSimulator

    @classmethod
    @contextmanager
    def answering(cls, people: Generator, *, slowness: float = 1.0) -> Iterator[Self]:
        """Serve both as long as the block lasts."""
        plan = FaultPlan(slowness=slowness, retry_after="0")
        with (
            HoldableClearbit(people, plan) as clearbit,
            HunterSimulator(people, faults=plan) as hunter,
        ):
            yield cls(people=people, clearbit=clearbit, hunter=hunter)

    @property
    def requests(self) -> int:
        """Requests that reached any of them."""
        return self.clearbit.requests + self.hunter.requests


def access_to(providers: Providers | None) -> dict[str, Any]:
    """Say how the providers are reached; None for not at all."""
    if providers is None:
        return {"clearbit": None, "hunter": None}
    clearbit, hunter = providers.clearbit, providers.hunter
    return {
        "clearbit": ClearbitAccess(key=clearbit.api_key, person_url=clearbit.url, company_url=clearbit.url),
        "hunter": HunterAccess(key=hunter.api_key, url=hunter.url),
    }
