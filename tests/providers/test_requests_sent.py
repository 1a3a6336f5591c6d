"""What leaves for a provider: one address or one domain, a key in a header, and nothing else."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from leadgate_providers import ClearbitClient, HunterClient, Outcome, Provider, Query, Reply
from leadgate_simulators import Answer, ClearbitSimulator, Fault, FaultPlan, Generator, HunterSimulator
from leadgate_simulators.server import Simulator

from tests.providers.conftest import always

TECHNICAL_HEADERS = {"host", "user-agent", "accept", "accept-encoding"}


@pytest.mark.proves("R-003")
@pytest.mark.parametrize("simulated", [ClearbitSimulator, HunterSimulator])
def test_only_the_address_or_the_domain_leaves(
    ask: Callable[..., Reply], simulated: type[ClearbitSimulator | HunterSimulator]
) -> None:
    """The query of every request, polls and retries included, is `email` or `domain` alone."""
    with simulated(Generator(1), faults=FaultPlan(script=(202, 503, Fault.RESET))) as simulator:
        ask(simulator, email="zoe.quintave@northpier.example.com")
        ask(simulator, domain="northpier.example.com")

    paths = {(seen.path, *seen.params) for seen in simulator.seen}
    assert paths == {("/v2/combined/find", "email"), ("/v2/companies/find", "domain")}


@pytest.mark.proves("R-003")
def test_clearbit_gets_its_key_and_version_in_headers(ask: Callable[..., Reply]) -> None:
    """No header but the key, the schema's date and what HTTP needs."""
    with ClearbitSimulator() as simulator:
        ask(simulator)

    headers = dict(simulator.seen[0].headers)
    assert headers.pop("authorization") == f"Bearer {simulator.api_key}"
    assert headers.pop("api-version") == "2019-12-19"
    assert headers["user-agent"] == "leadgate"
    assert headers.keys() == TECHNICAL_HEADERS


@pytest.mark.proves("R-003")
def test_hunter_gets_its_key_in_a_header(ask: Callable[..., Reply]) -> None:
    """Hunter would take the key in the query too, where every log on the way reads it; it is not sent there."""
    with HunterSimulator() as simulator:
        ask(simulator)

    headers = dict(simulator.seen[0].headers)
    assert headers.pop("x-api-key") == simulator.api_key
    assert headers.keys() == TECHNICAL_HEADERS
    assert simulator.api_key not in simulator.seen[0].target


def test_addresses_are_quoted(ask: Callable[..., Reply]) -> None:
    """An address arrives whole, whatever letters it has, and cannot smuggle in a parameter."""
    email = "zoë+a&subscribe=true#x?y=%20@northpier.example.com"
    with ClearbitSimulator(Generator(1)) as simulator:
        ask(simulator, email=email)

    assert {"email": email} == simulator.seen[0].params


def test_cookies_are_not_kept(client_of: Callable[[Simulator], Provider]) -> None:
    """A provider cannot mark us: what it sets is not sent back."""
    marked = Answer(headers={"Content-Type": "application/json", "Set-Cookie": "id=1; Path=/"}, body=b'{"id": "1"}')
    with ClearbitSimulator(faults=FaultPlan(script=(marked, marked))) as simulator:
        client = client_of(simulator)
        outcomes = [
            client.look_up(Query(domain="a.example.com"), timeout=5, may_ask_again=always).outcome for _ in range(2)
        ]

    assert outcomes == [Outcome.OK, Outcome.OK]
    assert ["cookie" in seen.headers for seen in simulator.seen] == [False, False]


def test_redirects_are_not_followed(ask: Callable[..., Reply]) -> None:
    """An address goes to no place that the policy does not name."""
    with ClearbitSimulator(Generator(1), faults=FaultPlan(script=(Fault.REDIRECT,))) as simulator:
        reply = ask(simulator)

    assert (reply.outcome, reply.calls) == (Outcome.UNREADABLE, 1)
    assert [seen.path for seen in simulator.seen] == ["/v2/combined/find"]


def test_the_environment_changes_nothing(
    ask: Callable[..., Reply], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither a proxy variable nor a .netrc file reroutes a look-up or replaces its key."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with ClearbitSimulator(Generator(1)) as simulator:
        reply = ask(simulator, domain="northpier.example.com")

    assert Outcome.OK is reply.outcome
    assert f"Bearer {simulator.api_key}" == simulator.seen[0].headers["authorization"]


@pytest.mark.parametrize("url", ["http://api.example.com", "ftp://127.0.0.1", "https://", "https://key@a.example", ""])
def test_addresses_do_not_travel_in_clear(url: str) -> None:
    """A base URL is HTTPS, except on the machine itself, and holds no credentials."""
    with pytest.raises(ValueError, match="base URL"):
        HunterClient(api_key="key", base_url=url)


@pytest.mark.parametrize("key", ["", "key\n", "two words", "schlüssel"])
def test_a_key_that_fits_no_header_is_refused_unshown(key: str) -> None:
    """A key with a line break from its file is refused at start, in words that do not repeat it."""
    with pytest.raises(ValueError, match="API key") as refusal:
        ClearbitClient(api_key=key)

    assert not key or key not in str(refusal.value)


@pytest.mark.parametrize("identifiers", [{}, {"email": "a@b.example.com", "domain": "b.example.com"}, {"email": ""}])
def test_a_query_has_one_subject(identifiers: dict[str, str]) -> None:
    """Neither nothing nor two things are asked for at once."""
    with pytest.raises(ValueError, match="not both"):
        Query(**identifiers)


def test_combined_answers_come_whole(ask: Callable[..., Reply]) -> None:
    """The body is the provider's person and company, as sent."""
    with ClearbitSimulator(Generator(1)) as simulator:
        reply = ask(simulator, email="zoe.quintave@northpier.example.com")

    assert Generator(1).answer("zoe.quintave@northpier.example.com") == reply.body


def test_company_answers_have_no_person(ask: Callable[..., Reply]) -> None:
    """An answer to a domain has the combined shape too."""
    with ClearbitSimulator(Generator(1)) as simulator:
        reply = ask(simulator, domain="northpier.example.com")

    assert {"person": None, "company": Generator(1).company("northpier.example.com")} == reply.body


def test_hunter_answers_come_unwrapped(ask: Callable[..., Reply]) -> None:
    """Hunter's envelope is taken off, around a combined answer and around a company."""
    with HunterSimulator() as simulator:
        person = ask(simulator, email="tobias.lindqvarn@werkform.example.org").body
        company = ask(simulator, domain="werkform.example.org").body

    assert person is not None
    assert company is not None
    assert ["person", "company"] == list(person) == list(company)
    assert person["person"]["phone"] == "+49 30 23125 019"
    assert (company["person"], company["company"]["domain"]) == (None, "werkform.example.org")


def test_hunter_answers_may_come_without_envelope(ask: Callable[..., Reply]) -> None:
    """Whether Hunter wraps every format is not documented, so both are read."""
    bare = Generator(1).answer("zoe.quintave@northpier.example.com")
    with HunterSimulator(faults=FaultPlan(script=(Answer(body=json.dumps(bare).encode()),))) as simulator:
        assert ask(simulator).body == bare


def test_threads_share_a_client(client_of: Callable[[Simulator], Provider]) -> None:
    """Sixteen threads with one client each get the person that they asked for."""
    generator = Generator(5)
    emails = generator.emails(200)
    with ClearbitSimulator(generator) as simulator:
        client = client_of(simulator)
        with ThreadPoolExecutor(16) as threads:
            replies = list(
                threads.map(lambda email: client.look_up(Query(email=email), timeout=20, may_ask_again=always), emails)
            )

    expected = [generator.answer(email) for email in emails]
    assert [answer if any(answer.values()) else None for answer in expected] == [reply.body for reply in replies]
    assert sum(reply.calls for reply in replies) == simulator.requests
