"""A provider's nonsense costs one look-up at most: every kind of it ends in an outcome, soon, and never raises."""

import gzip
import time
from collections.abc import Callable

import pytest
from leadgate_providers import Outcome, Reply
from leadgate_providers.lookup import MAX_REQUESTS
from leadgate_providers.transport import MAX_BODY
from leadgate_simulators import (
    Answer,
    ClearbitSimulator,
    Delivery,
    Fault,
    FaultPlan,
    Generator,
    HunterSimulator,
    Mix,
)

EVERYBODY = Mix(miss=0, person_null=0, company_null=0, sparse=0)

FINAL = {
    Fault.HTML: Outcome.UNREADABLE,
    Fault.OVERSIZE: Outcome.UNREADABLE,
    Fault.ZIPPED: Outcome.UNREADABLE,
    Fault.WRONG_TYPE: Outcome.UNREADABLE,
    Fault.REDIRECT: Outcome.UNREADABLE,
    Fault.BROKEN_JSON: Outcome.UNREADABLE,
    Fault.BOMB: Outcome.UNREADABLE,
    Fault.NAN: Outcome.UNREADABLE,
    Fault.DRIFT: Outcome.OK,
    Fault.UNKNOWN_ATTRIBUTES: Outcome.OK,
    Fault.HOSTILE: Outcome.OK,
}
"""Answers that are complete: what they mean, without asking again."""

PASSING = {Fault.SLOW, Fault.DRIP, Fault.TRUNCATED, Fault.RESET}
"""Answers that never were complete."""


def test_every_fault_has_a_row() -> None:
    """A fault that is added to the simulators is added here."""
    assert set(Fault) == FINAL.keys() | PASSING


@pytest.mark.parametrize("simulated", [ClearbitSimulator, HunterSimulator])
@pytest.mark.parametrize(("fault", "outcome"), FINAL.items())
def test_complete_nonsense_is_final(
    ask: Callable[..., Reply],
    simulated: type[ClearbitSimulator | HunterSimulator],
    fault: Fault,
    outcome: Outcome,
) -> None:
    """What came whole is not asked for again: it would cost a credit and bring the same."""
    with simulated(Generator(3, mix=EVERYBODY), faults=FaultPlan(script=(fault,))) as simulator:
        begun = time.monotonic()
        reply = ask(simulator)

    assert (outcome, 1, 1) == (reply.outcome, reply.calls, simulator.requests)
    assert time.monotonic() - begun < 2
    assert (reply.body is None) == (outcome is not Outcome.OK)


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.RESET])
def test_cut_connections_are_tried_again(ask: Callable[..., Reply], fault: Fault) -> None:
    """A connection that broke once may hold the next time."""
    with ClearbitSimulator(Generator(3, mix=EVERYBODY), faults=FaultPlan(script=(fault,))) as simulator:
        reply = ask(simulator)

    assert (reply.outcome, reply.calls) == (Outcome.OK, 2)


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.RESET])
def test_cut_connections_are_given_up(ask: Callable[..., Reply], fault: Fault) -> None:
    """A connection that breaks every time is a provider that cannot answer now."""
    with ClearbitSimulator(Generator(3, mix=EVERYBODY), faults=FaultPlan(shares={fault: 1})) as simulator:
        reply = ask(simulator)

    assert (reply.outcome, reply.calls) == (Outcome.RETRY, MAX_REQUESTS)


def test_nobody_there_is_tried_again(ask: Callable[..., Reply], naps: list[float]) -> None:
    """A provider that refuses connections cannot answer now; between attempts the client waits."""
    with ClearbitSimulator() as simulator:
        pass
    reply = ask(simulator)

    assert (reply.outcome, reply.calls) == (Outcome.RETRY, MAX_REQUESTS)
    assert len(naps) == MAX_REQUESTS - 1


@pytest.mark.parametrize(("size", "outcome"), [(MAX_BODY, Outcome.OK), (MAX_BODY + 1, Outcome.UNREADABLE)])
def test_bodies_are_capped_at_a_mebibyte(ask: Callable[..., Reply], size: int, outcome: Outcome) -> None:
    """The last byte allowed is read, the next is not."""
    body = b'{"person": {"id": "1"}}'.ljust(size)
    with ClearbitSimulator(faults=FaultPlan(script=(Answer(body=body),))) as simulator:
        assert outcome is ask(simulator).outcome


def test_encoded_bodies_are_not_decoded(ask: Callable[..., Reply]) -> None:
    """An answer in an encoding that nobody asked for is not read, however small; so none can inflate."""
    zipped = Answer(
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
        body=gzip.compress(b'{"person": {"id": "1"}}'),
    )
    with ClearbitSimulator(faults=FaultPlan(script=(zipped,))) as simulator:
        assert ask(simulator).outcome is Outcome.UNREADABLE


NOT_DOCUMENTED = [
    b"",
    b"null",
    b"[]",
    b'"person"',
    b"{}",
    b'{"error": {"type": "queued"}}',
    b'{"person": [], "company": null}',
    b'{"person": "Zoe", "company": {}}',
    b'{"person": {"geo": {"lat": 1e999}}}',
    b'{"person": {"geo": {"lat": -Infinity}}}',
    b'{"person": {"id": ' + b"9" * 5_000 + b"}}",
    b'{"person": {"a": ' + b"[" * 70 + b"]" * 70 + b"}}",
    b'{"person": {"name": "\xe9"}}',
    '{"person": {"id": "1"}}'.encode("utf-16"),
    b'\xef\xbb\xbf{"person": {"id": "1"}}',
]


@pytest.mark.parametrize("body", NOT_DOCUMENTED)
def test_json_of_another_shape_is_unreadable(ask: Callable[..., Reply], body: bytes) -> None:
    """An answer is an object in UTF-8 with a person, a company or both, each an object or null, every number finite."""
    with ClearbitSimulator(faults=FaultPlan(script=(Answer(body=body),))) as simulator:
        assert Outcome.UNREADABLE is ask(simulator).outcome


@pytest.mark.parametrize("body", [b'{"data": null}', b'{"data": []}', b'{"data": {"data": {"person": {}}}}'])
def test_an_envelope_holds_an_object(ask: Callable[..., Reply], body: bytes) -> None:
    """Hunter's envelope without an answer in it is unreadable too."""
    with HunterSimulator(faults=FaultPlan(script=(Answer(body=body),))) as simulator:
        assert Outcome.UNREADABLE is ask(simulator).outcome


@pytest.mark.parametrize("body", [b'{"person": null}', b'{"person": {}, "company": null}', b'{"company": {}}'])
def test_an_answer_about_nobody_is_a_miss(ask: Callable[..., Reply], body: bytes) -> None:
    """A success that names neither person nor company tells as much as a 404."""
    with ClearbitSimulator(faults=FaultPlan(script=(Answer(body=body),))) as simulator:
        assert Outcome.MISS is ask(simulator).outcome


def test_hostile_texts_come_unchanged(ask: Callable[..., Reply]) -> None:
    """The client judges no content; a lone surrogate reaches the gate as it was sent."""
    with ClearbitSimulator(
        faults=FaultPlan(script=(Answer(body=rb'{"person": {"id": "\ud800", "id\u0000": "\u202e"}}'),))
    ) as simulator:
        assert ask(simulator).body == {"person": {"id": "\ud800", "id\x00": "\u202e"}, "company": None}


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"\x16\x03\x01",
        b"HTTP/1.1 banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
    ],
)
def test_what_is_not_http_is_no_answer(ask: Callable[..., Reply], wire: bytes) -> None:
    """Bytes that are not an HTTP answer count as none."""
    garbage = Answer(body=wire, delivery=Delivery.RAW)
    with ClearbitSimulator(faults=FaultPlan(script=(garbage,) * MAX_REQUESTS)) as simulator:
        reply = ask(simulator)

    assert (reply.outcome, reply.calls) == (Outcome.RETRY, MAX_REQUESTS)
