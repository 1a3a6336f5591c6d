"""Whatever bytes a provider sends, a look-up returns an outcome and never raises."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_providers import ClearbitClient, Outcome, Query
from leadgate_simulators import Answer, ClearbitSimulator, Delivery

from tests.providers.conftest import always

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
answers = st.fixed_dictionaries({}, optional={"person": documents, "company": documents, "data": documents})
header_lines = st.lists(
    st.sampled_from(
        [
            b"Content-Type: application/json",
            b"Content-Length: 3",
            b"Content-Length: -1",
            b"Transfer-Encoding: chunked",
            b"Content-Encoding: gzip",
            b"Connection: close",
            b"Location: //[",
            b"Set-Cookie: =;;=",
            b"Retry-After: x",
        ]
    )
    | st.binary(max_size=30),
    max_size=5,
)
status_lines = st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.0 200", b"HTTP/1.1 100 Go on", b"HTTP/1.1 404 -"])


@pytest.fixture(scope="module")
def simulator() -> Iterator[ClearbitSimulator]:
    """One provider for all examples."""
    with ClearbitSimulator() as running:
        yield running


@pytest.fixture(scope="module")
def client(simulator: ClearbitSimulator) -> Iterator[ClearbitClient]:
    """One client for all examples, as in a service; it does not wait between attempts."""
    made = ClearbitClient(
        api_key=simulator.api_key, person_url=simulator.url, company_url=simulator.url, sleep=lambda _seconds: None
    )
    yield made
    made.close()


@given(document=answers)
def test_any_document_ends_in_an_outcome(
    simulator: ClearbitSimulator, client: ClearbitClient, document: object
) -> None:
    """JSON of whatever content is found, missed or unreadable, and what is found has the documented shape."""
    simulator.then(Answer(body=json.dumps(document).encode()))
    reply = client.look_up(Query(email="zoe@northpier.example.com"), timeout=5, may_ask_again=always)

    assert reply.outcome in {Outcome.OK, Outcome.MISS, Outcome.UNREADABLE}
    assert (reply.body is not None) == (reply.outcome is Outcome.OK)
    assert all(half is None or isinstance(half, dict) for half in (reply.body or {}).values())


@given(body=st.binary(max_size=200))
def test_any_body_ends_in_an_outcome(simulator: ClearbitSimulator, client: ClearbitClient, body: bytes) -> None:
    """Bytes of whatever kind, announced as JSON, raise nothing."""
    simulator.then(Answer(body=body))

    assert isinstance(
        client.look_up(Query(domain="northpier.example.com"), timeout=5, may_ask_again=always).outcome, Outcome
    )


@given(status=status_lines, lines=header_lines, body=st.binary(max_size=40))
def test_any_wire_ends_in_an_outcome(
    simulator: ClearbitSimulator, client: ClearbitClient, status: bytes, lines: list[bytes], body: bytes
) -> None:
    """Heads of whatever kind raise nothing either; where they are no answer, the next attempt meets a plain 404."""
    wire = b"\r\n".join([status, *lines, b"", body])
    simulator.then(Answer(body=wire, delivery=Delivery.RAW))
    reply = client.look_up(Query(email="zoe@northpier.example.com"), timeout=5, may_ask_again=always)

    assert isinstance(reply.outcome, Outcome)
