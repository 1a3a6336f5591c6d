"""Without a generator, a simulator answers as recorded, byte for byte."""

import json
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
import requests
from leadgate_simulators import ClearbitSimulator, HunterSimulator
from leadgate_simulators.fixtures import fixture
from leadgate_simulators.server import Simulator

FOLDER = files("leadgate_simulators") / "fixtures"
INDEX = json.loads((FOLDER / "INDEX.json").read_bytes())
RECORDED = [name.removesuffix(".json") for name, entry in INDEX.items() if "status" in entry]
ERRORS = [name.removesuffix(".json") for name in INDEX if "_error_" in name or name == "clearbit_202.json"]


def simulated(name: str, *, recorded: str | None = None) -> Simulator:
    """Make the simulator that a fixture belongs to."""
    if name.startswith("hunter_"):
        return HunterSimulator(recorded=recorded)
    return ClearbitSimulator(recorded=recorded)


def fetch(simulator: Simulator, path: str, params: dict[str, str]) -> requests.Response:
    """Send one request with both providers' keys."""
    headers = {"Authorization": f"Bearer {simulator.api_key}", "X-API-KEY": simulator.api_key}
    return requests.get(simulator.url + path, params=params, headers=headers, timeout=5)


def test_the_index_lists_every_file() -> None:
    """No fixture is forgotten, and none is missing."""
    present = {entry.name for entry in FOLDER.iterdir()} - {"INDEX.json"}

    assert present == INDEX.keys()


@pytest.mark.parametrize("name", RECORDED)
def test_bodies_are_served_byte_for_byte(name: str) -> None:
    """Status, every header and every byte of the body are the file's and the index's."""
    with simulated(name, recorded=name) as simulator:
        response = fetch(simulator, "/v2/combined/find", {"email": "zoe@northpier.example.com"})

    assert response.content == (FOLDER / f"{name}.json").read_bytes()
    assert response.status_code == INDEX[f"{name}.json"]["status"]
    assert INDEX[f"{name}.json"]["headers"].items() <= response.headers.items()
    assert response.headers.keys() - INDEX[f"{name}.json"]["headers"].keys() == {"Content-Length"}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_served_as_recorded(name: str) -> None:
    """A file of status, headers and body is sent as those three."""
    record = json.loads((FOLDER / f"{name}.json").read_bytes())
    with simulated(name, recorded=name) as simulator:
        response = fetch(simulator, "/v2/combined/find", {"email": "zoe@northpier.example.com"})

    assert (response.status_code, response.json()) == (record["status"], record["body"])
    assert record["headers"].items() <= response.headers.items()


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_requests_are_recognised(name: str) -> None:
    """The recorded request meets its own answer, or a later one that was recorded for the same request."""
    request = INDEX[f"{name}.json"]["request"]
    twins = [fixture(other).answer.body for other in RECORDED if INDEX[f"{other}.json"]["request"] == request]
    with simulated(name) as simulator:
        response = fetch(simulator, urlsplit(request["url"]).path, request["params"])

    assert response.content == twins[-1]


def test_a_queued_request_is_recognised() -> None:
    """The one recorded request that is answered 202 is."""
    with ClearbitSimulator() as simulator:
        response = fetch(simulator, "/v2/combined/find", {"email": "new.contact@northpier.example.com"})

    assert response.status_code == 202


@pytest.mark.parametrize("provider", ["clearbit", "hunter"])
@pytest.mark.parametrize("path", ["/v2/combined/find", "/v2/people/find", "/", "/../INDEX.json"])
def test_unknown_requests_meet_the_recorded_404(provider: str, path: str) -> None:
    """Whoever is not recorded is nobody."""
    with simulated(f"{provider}_") as simulator:
        response = fetch(simulator, path, {"email": "nobody@nowhere.example.com"})

    assert (response.status_code, response.content) == (404, fixture(f"{provider}_error_404").answer.body)
