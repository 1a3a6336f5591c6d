"""A service that is killed at any moment loses nothing that it acknowledged, and undoes no objection (P1)."""

import itertools
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from leadgate.v1 import intake_service_pb2, lead_service_pb2, objection_service_pb2

from tests.rpc.killed_service import Acknowledged, Home, Life
from tests.rpc.messages import check, get, ingest, item, object_
from tests.running_service import PATIENCE, Loop

SOAK = bool(os.environ.get("LEADGATE_SOAK"))
KILLS = {"sqlite": 200 if SOAK else 3, "postgresql": 50 if SOAK else 2}
BATCH = 5

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


def wait_for_acknowledgements(known: Acknowledged, lives: int) -> None:
    """Wait until the service has said OK to some intake and some objections in each of its lives."""
    deadline = time.monotonic() + PATIENCE
    while len(known.leads) < 4 * BATCH * lives or len(known.objectors) < 2 * lives:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_held(life: Life, email: str) -> bool:
    """Whether a lead may be read."""
    answer = life.as_("crm_sync").send(get(email))
    return answer.code is grpc.StatusCode.OK and answer.read(lead_service_pb2.GetLeadResponse).HasField("lead")


def is_suppressed(life: Life, email: str) -> bool:
    """Whether somebody may not be processed."""
    answer = life.as_("support").send(check(email))
    return answer.read(objection_service_pb2.CheckSuppressionResponse).suppressed


def assert_all_there(life: Life, known: Acknowledged) -> None:
    """What was acknowledged is there, what was not is whole or absent, and who objected is unreadable."""
    assert [email for email in known.leads - known.objectors if not is_held(life, email)] == []
    assert [email for email in known.objectors if not is_suppressed(life, email) or is_held(life, email)] == []
    for batch in known.unknown:
        assert sum(is_held(life, email) for email in batch) in {0, BATCH}


@pytest.fixture
def kills(database_url: str) -> int:
    """How often the service on this database is killed."""
    return KILLS[database_url.partition(":")[0]]


@pytest.mark.proves("P1", "R-018")
def test_what_was_acknowledged_survives_every_kill(database_url: str, kills: int, tmp_path: Path, loop: Loop) -> None:
    """Killed during intake and objections again and again, the service comes back with every acknowledged write."""
    home, known = Home(tmp_path, database_url, loop), Acknowledged()
    for number in range(kills):
        with home.alive() as life, ThreadPoolExecutor() as pool:
            working = [pool.submit(work, life, known) for work in (take_in, take_in, object_now)]
            wait_for_acknowledgements(known, number + 1)
            time.sleep(0.013 * number)
            life.kill()
            for one in working:
                one.result()
    with home.alive() as life:
        assert_all_there(life, known)
    assert home.findings() == ()
