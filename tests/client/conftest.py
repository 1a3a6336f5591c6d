"""A fake service and a client connected to it, for each test."""

from collections.abc import Iterator

import pytest
from leadgate_client import Client

from tests.client.fake_service import TOKEN, Fakes, serving


@pytest.fixture
def fakes() -> Fakes:
    """What the fake service knows and does."""
    return Fakes()


@pytest.fixture
def target(fakes: Fakes) -> Iterator[str]:
    """Address of the running fake service."""
    with serving(fakes) as port:
        yield f"127.0.0.1:{port}"


@pytest.fixture
def client(target: str) -> Iterator[Client]:
    """A client of the running fake service."""
    with Client.connect(target, token=TOKEN, insecure_local=True) as client:
        yield client
