"""The simulated providers, as anybody meets them over HTTP."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import requests
from leadgate_simulators import ClearbitSimulator, Fault, FaultPlan, Generator, HunterSimulator, Mix
from leadgate_simulators.hunter import native
from leadgate_simulators.server import Simulator

EMAIL = "zoe.quintave@northpier.example.com"
WORLD = Generator(1, mix=Mix(miss=0, person_null=0, company_null=0))


def fetch(simulator: Simulator, path: str, params: Mapping[str, str], key: str | None = None) -> requests.Response:
    """Send one request with both providers' keys."""
    headers = {"Authorization": f"Bearer {key or simulator.api_key}", "X-API-KEY": key or simulator.api_key}
    return requests.get(simulator.url + path, params=dict(params), headers=headers, timeout=5)


def test_clearbit_answers_from_the_generator() -> None:
    """People, companies and both together are what the generator says."""
    with ClearbitSimulator(WORLD) as simulator:
        combined = fetch(simulator, "/v2/combined/find", {"email": EMAIL}).json()
        person = fetch(simulator, "/v2/people/find", {"email": EMAIL}).json()
        company = fetch(simulator, "/v2/companies/find", {"domain": "northpier.example.com"}).json()

    assert combined == {"person": person, "company": company} == WORLD.answer(EMAIL)


def test_hunter_answers_in_an_envelope() -> None:
    """The same people come in Hunter's form, with what was asked for beside them."""
    with HunterSimulator(WORLD) as simulator:
        combined = fetch(simulator, "/v2/combined/find", {"email": EMAIL}).json()
        person = fetch(simulator, "/v2/people/find", {"email": EMAIL}).json()
        company = fetch(simulator, "/v2/companies/find", {"domain": "northpier.example.com"}).json()

    assert combined == {"data": native(WORLD.answer(EMAIL)), "meta": {"email": EMAIL}}
    assert combined["data"] == {"person": person["data"], "company": company["data"]}


@pytest.mark.parametrize(("simulated", "status"), [(ClearbitSimulator, 422), (HunterSimulator, 400)])
@pytest.mark.parametrize("params", [{}, {"domain": "northpier.example.com"}, {"email": ""}])
def test_what_is_required_is_required(
    simulated: type[ClearbitSimulator | HunterSimulator], status: int, params: dict[str, str]
) -> None:
    """A combined look-up without an address is refused as each provider refuses it."""
    with simulated(WORLD) as simulator:
        assert fetch(simulator, "/v2/combined/find", params).status_code == status


@pytest.mark.parametrize("simulated", [ClearbitSimulator, HunterSimulator])
def test_misses_are_404(simulated: type[ClearbitSimulator | HunterSimulator]) -> None:
    """Who is not known is answered as recorded."""
    with simulated(Generator(1, mix=Mix(miss=1))) as simulator:
        assert fetch(simulator, "/v2/combined/find", {"email": EMAIL}).status_code == 404


@pytest.mark.parametrize("simulated", [ClearbitSimulator, HunterSimulator])
def test_only_the_key_opens(simulated: type[ClearbitSimulator | HunterSimulator]) -> None:
    """A wrong key is refused, and a key in the query is none."""
    with simulated(WORLD) as simulator:
        wrong = fetch(simulator, "/v2/combined/find", {"email": EMAIL, "api_key": simulator.api_key}, key="wrong")

    assert wrong.status_code == 401


def test_clearbit_takes_basic_auth_too() -> None:
    """The key may be the user of HTTP Basic, as older clients send it."""
    with ClearbitSimulator(WORLD) as simulator:
        url = f"{simulator.url}/v2/companies/find?domain=northpier.example.com"
        assert requests.get(url, auth=(simulator.api_key, ""), timeout=5).status_code == 200


def test_requests_are_counted_and_remembered() -> None:
    """Every request counts, whatever it met, and can be looked at afterwards."""
    with ClearbitSimulator(WORLD, faults=FaultPlan(script=(None, 500))) as simulator:
        for _ in range(3):
            fetch(simulator, "/v2/combined/find", {"email": EMAIL})

    assert (simulator.requests, simulator.statuses) == (3, {200: 2, 500: 1})
    assert [seen.params for seen in simulator.seen] == [{"email": EMAIL}] * 3


def test_traffic_is_logged(tmp_path: Path) -> None:
    """Each request line and its status stand in the log, a connection that was reset as 0."""
    log = tmp_path / "simulator-traffic.jsonl"
    with HunterSimulator(WORLD, faults=FaultPlan(script=(None, Fault.RESET)), traffic_log=log) as simulator:
        fetch(simulator, "/v2/combined/find", {"email": EMAIL})
        with pytest.raises(requests.ConnectionError):
            fetch(simulator, "/v2/combined/find", {"email": EMAIL})

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    request = "GET /v2/combined/find?email=zoe.quintave%40northpier.example.com"
    assert lines == [{"request": request, "status": 200}, {"request": request, "status": 0}]


def test_a_log_says_whose_it_is() -> None:
    """A path that does not say `simulator` is refused, so that a search for addresses can leave the logs out."""
    with pytest.raises(ValueError, match="simulator"):
        ClearbitSimulator(traffic_log=Path("/var/log/traffic.jsonl"))


def test_a_stopped_provider_is_gone() -> None:
    """After the block nobody answers, not even over a connection that was kept alive."""
    with requests.Session() as session, ClearbitSimulator(WORLD) as simulator:
        headers = {"Authorization": f"Bearer {simulator.api_key}"}
        url = f"{simulator.url}/v2/companies/find?domain=northpier.example.com"
        assert session.get(url, headers=headers, timeout=5).status_code == 200
        simulator.__exit__(None, None, None)
        with pytest.raises(requests.ConnectionError):
            session.get(url, headers=headers, timeout=5)


def test_only_the_machine_itself_is_served() -> None:
    """A simulator listens on loopback, at a port of its own."""
    with ClearbitSimulator() as one, HunterSimulator() as other:
        assert one.url != other.url
        assert one.url.startswith("http://127.0.0.1:")
