"""A service that is killed at any moment loses nothing that it acknowledged, and undoes no objection (P1)."""

import itertools
import os
import random
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from leadgate.v1 import intake_service_pb2, lead_service_pb2, objection_service_pb2

from tests.rpc.killed_service import Acknowledged, Home, Life
from tests.rpc.messages import check, get, ingest, item, object_
from tests.rpc.wire import answers
from tests.running_service import PATIENCE, Loop

SOAK = bool(os.environ.get("LEADGATE_SOAK"))
KILLS = {"sqlite": 200 if SOAK else 6, "postgresql": 50 if SOAK else 4}
BATCH = 5
PAUSE = 0.01
"""Seconds that those who look at objectors leave to those who take in and object."""

AT_ONCE = 20
"""How many of those who objected are looked at before the next are chosen."""

_numbers = itertools.count()


def people(count: int) -> list[str]:
    """Invent addresses that nobody has yet."""
    return [f"person-{next(_numbers)}@northpier.example.com" for _ in range(count)]


def handed_in(email: str) -> intake_service_pb2.IngestItem:
    """Hand in a person whose name nobody else has."""
    number = email.partition("@")[0].removeprefix("person-")
    return item(email, name="Ida Van" + "".join("abcdefghij"[int(digit)] for digit in number))


def take_in(life: Life, known: Acknowledged) -> None:
    """Hand in batches until the service is gone."""
    while True:
        emails = people(BATCH)
        answer = life.as_("intake").send(ingest(*map(handed_in, emails)), seconds=5)
        if answer.code is not grpc.StatusCode.OK:
            known.unknown.append(emails)
            return
        results = answer.read(intake_service_pb2.BatchIngestLeadsResponse).results
        assert {one.outcome for one in results} == {intake_service_pb2.OUTCOME_STORED}
        known.leads.update(emails)


def object_now(life: Life, known: Acknowledged) -> None:
    """Register objections of people who are held, and of others, until the service is gone."""
    while True:
        held = sorted(known.leads.copy() - known.objectors)
        (email,) = held[:1] or people(1)
        if life.as_("support").send(object_(email), seconds=5).code is not grpc.StatusCode.OK:
            known.leads.discard(email)  # whether it took effect is not known
            return
        known.objectors.add(email)


def hand_in_again(life: Life, known: Acknowledged) -> None:
    """Hand in people who objected, erased ones among them, until the service is gone: nobody is stored again."""
    while life.runs:
        time.sleep(PAUSE)
        emails = some(known.objectors, BATCH)
        answer = life.as_("intake").send(ingest(*map(handed_in, emails)), seconds=5) if emails else None
        if answer is None or answer.code is not grpc.StatusCode.OK:
            continue
        results = answer.read(intake_service_pb2.BatchIngestLeadsResponse).results
        assert {one.not_stored_reason for one in results} == {intake_service_pb2.NOT_STORED_REASON_SUPPRESSED}


def look_for_erased(life: Life, known: Acknowledged) -> None:
    """Read people who objected until the service is gone: withheld first, then erased, never the reverse."""
    while life.runs:
        time.sleep(PAUSE)
        for email in some(known.leads & known.objectors, AT_ONCE):
            were_gone = email in known.erased
            answer = life.as_("crm_sync").send(get(email), seconds=5)
            if answer.code is grpc.StatusCode.NOT_FOUND:
                known.erased.add(email)
            elif answer.code is grpc.StatusCode.OK:
                assert not were_gone
                assert answer.read(lead_service_pb2.GetLeadResponse).HasField("withheld")


def some(emails: set[str], most: int) -> list[str]:
    """Choose some addresses of a set that grows meanwhile."""
    known = sorted(emails.copy())
    return random.sample(known, min(most, len(known)))


def wait_for_acknowledgements(known: Acknowledged, lives: int, working: Iterable[Future[None]]) -> None:
    """Wait until the service has taken in and said OK to some in each of its lives, and from the third on erased."""
    deadline = time.monotonic() + PATIENCE
    while (
        len(known.leads) < 4 * BATCH * lives or len(known.objectors) < 2 * lives or len(known.erased) < 2 * (lives - 2)
    ):
        assert time.monotonic() < deadline
        assert [one.exception() for one in working if one.done()] == []
        time.sleep(0.01)


def wait_for_erasure(life: Life, known: Acknowledged) -> None:
    """Wait until everything that objections made unreadable has been erased."""
    deadline = time.monotonic() + PATIENCE
    due = known.leads & known.objectors
    while due:
        assert time.monotonic() < deadline
        due = {email for email in due if life.as_("crm_sync").send(get(email)).code is not grpc.StatusCode.NOT_FOUND}


def held(life: Life, emails: Iterable[str]) -> list[str]:
    """Those whose leads may be read."""
    known = list(emails)
    read = answers(life.as_("crm_sync").start(get(email)) for email in known)
    return [
        email
        for email, answer in zip(known, read, strict=True)
        if answer.code is grpc.StatusCode.OK and answer.read(lead_service_pb2.GetLeadResponse).HasField("lead")
    ]


def suppressed(life: Life, emails: Iterable[str]) -> list[str]:
    """Those who may not be processed."""
    known = list(emails)
    checked = answers(life.as_("support").start(check(email)) for email in known)
    return [
        email
        for email, answer in zip(known, checked, strict=True)
        if answer.read(objection_service_pb2.CheckSuppressionResponse).suppressed
    ]


def assert_all_there(life: Life, known: Acknowledged) -> None:
    """What was acknowledged is there, what was not is whole or absent, and who objected is unreadable."""
    assert set(held(life, known.leads | known.objectors)) == known.leads - known.objectors
    assert set(suppressed(life, known.objectors)) == known.objectors
    for batch in known.unknown:
        assert len(held(life, batch)) in {0, BATCH}


WORK = (take_in, take_in, object_now, hand_in_again, look_for_erased)


@pytest.fixture
def kills(database_url: str) -> int:
    """How often the service on this database is killed."""
    return KILLS[database_url.partition(":")[0]]


@pytest.mark.proves("P1", "R-018", "R-027", "R-053")
def test_what_was_acknowledged_survives_every_kill(database_url: str, kills: int, tmp_path: Path, loop: Loop) -> None:
    """Killed during intake, objections and erasure again and again, it comes back with every acknowledged write.

    No objection is lost, nobody who objected is shown or stored again, and what was erased stays erased.
    """
    home, known = Home(tmp_path, database_url, loop), Acknowledged()
    for number in range(kills):
        with ThreadPoolExecutor() as pool, home.alive() as life:
            working = [pool.submit(work, life, known) for work in WORK]
            wait_for_acknowledgements(known, number + 1, working)
            time.sleep(0.013 * (number % 25))
            life.kill()
            for one in working:
                one.result()
    with home.alive() as life:
        assert_all_there(life, known)
        wait_for_erasure(life, known)
    assert home.findings() == ()
