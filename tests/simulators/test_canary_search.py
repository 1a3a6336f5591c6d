"""The search for canaries works: it finds each of them in raw bytes, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from leadgate_simulators import ADDRESS, CANARY, Fault, FaultPlan, Generator, HunterSimulator, canaries
from leadgate_simulators.answers import serialised

EMAIL = Generator(1).emails(1)[0]


@pytest.mark.proves("P17")
def test_a_file_with_an_answer_is_found(tmp_path: Path) -> None:
    """Positive control: among a folder's files, the one that holds an answer shows every canary of it."""
    answer = Generator(1).answer(EMAIL)
    (tmp_path / "clean.db").write_bytes(b"\x00\xfflead 0190 operations director 52.73100 canary lgcanary-bio" * 9)
    (tmp_path / "dirty.wal").write_bytes(b"\x00\xff" * 99 + serialised(answer) + b"\xff\x00")

    found = {path.name: sorted(set(CANARY.findall(path.read_bytes()))) for path in tmp_path.iterdir()}
    assert found == {"clean.db": [], "dirty.wal": canaries(answer)}
    assert len(canaries(answer)) > 40


@pytest.mark.parametrize("change", [bytes.upper, bytes.lower, bytes.title])
def test_a_changed_case_does_not_hide_a_canary(change: Callable[[bytes], bytes]) -> None:
    """Normalising to another case leaves a canary findable."""
    assert CANARY.search(change(b"lgcanary-handle-0123456789"))


@pytest.mark.parametrize("text", [EMAIL.encode(), EMAIL.replace("@", "%40").encode(), EMAIL.upper().encode()])
def test_addresses_are_found(text: bytes) -> None:
    """An invented address is found as it is, in a URL, and in another case."""
    assert ADDRESS.search(b"GET /?q=" + text + b" HTTP/1.1")


@pytest.mark.parametrize("text", [b"https://northpier.example.com", b"someone at example.com", b"@pytest.fixture"])
def test_domains_are_no_addresses(text: bytes) -> None:
    """A company's website, which may be kept, is no address."""
    assert ADDRESS.search(text) is None


def test_unknown_attributes_are_canaries_too() -> None:
    """What the fault plan adds to an answer is as findable as the rest, by name and by value."""
    with HunterSimulator(Generator(1), faults=FaultPlan(script=(Fault.UNKNOWN_ATTRIBUTES,))) as simulator:
        target, headers = f"/v2/combined/find?email={EMAIL}", {"x-api-key": simulator.api_key}
        spoiled, plain = simulator.answer(target, headers), simulator.answer(target, headers)

    added = set(CANARY.findall(spoiled.body)) - set(CANARY.findall(plain.body))
    assert {canary.split(b"-")[1] for canary in added} == {b"name", b"unknown"}
