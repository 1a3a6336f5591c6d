"""A client for whichever provider is simulated, with naps that are counted instead of slept."""

from collections.abc import Callable

import pytest
from leadgate_providers import ClearbitClient, HunterClient, MayAskAgain, Provider, Query, Reply
from leadgate_simulators.server import Simulator

EMAIL = "marisol.quintave@northpier.example.com"


def always() -> bool:
    """Let a client ask again as often as it wants."""
    return True


@pytest.fixture
def naps() -> list[float]:
    """The seconds that a client meant to sleep between its requests."""
    return []


@pytest.fixture
def client_of(naps: list[float]) -> Callable[[Simulator], Provider]:
    """Make the client of a simulated provider."""

    def client_of(simulator: Simulator) -> Provider:
        if simulator.name == "hunter":
            return HunterClient(api_key=simulator.api_key, base_url=simulator.url, sleep=naps.append)
        return ClearbitClient(
            api_key=simulator.api_key, person_url=simulator.url, company_url=simulator.url, sleep=naps.append
        )

    return client_of


@pytest.fixture
def ask(client_of: Callable[[Simulator], Provider]) -> Callable[..., Reply]:
    """Look somebody up once, with a client of its own."""

    def ask(
        simulator: Simulator,
        *,
        email: str | None = EMAIL,
        domain: str | None = None,
        timeout: float = 5,
        may_ask_again: MayAskAgain = always,
    ) -> Reply:
        client = client_of(simulator)
        try:
            query = Query(domain=domain) if domain else Query(email=email)
            return client.look_up(query, timeout=timeout, may_ask_again=may_ask_again)
        finally:
            client.close()

    return ask
