"""Service processes under many clients at once: one on SQLite, two on one PostgreSQL (R-018, R-019, P5).

What a process does is held in the midst by a lock on the table that it writes next; or nothing is held, and what
clients were answered is judged by the checker of histories.
"""

import itertools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import grpc
import pytest
from google.protobuf.message import Message
from leadgate.v1 import intake_service_pb2, lead_service_pb2, objection_service_pb2
from leadgate_simulators import Generator

from tests.databases import Postgres
from tests.rpc.conftest import PLAIN
from tests.rpc.histories import RESULTS, Act, Call, is_lawful
from tests.rpc.killed_service import Home, Life
from tests.rpc.messages import check, enrich, get, ingest, item, object_, query
from tests.rpc.recorded import record
from tests.rpc.wire import Pending
from tests.running_service import PATIENCE, Loop
from tests.simulated_providers import Providers

ROUNDS = 50 if os.environ.get("LEADGATE_SOAK") else 2
CLIENTS = 8
CALLS = 500 if os.environ.get("LEADGATE_SOAK") else 60
PEOPLE = 40 if os.environ.get("LEADGATE_SOAK") else 6

A_MOMENT = 0.15
"""Seconds that a call is given to overtake the one that is held."""

BLOCKED = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = $1::regclass"
DUE = "SELECT count(*) FROM leads WHERE erase_time IS NOT NULL"

_numbers = itertools.count()


def new_person() -> str:
    """Invent somebody at a company of their own."""
    number = next(_numbers)
    return f"person-{number}@harbour-{number}.example.org"


@dataclass(frozen=True, slots=True)
class Processes:
    """Two service processes on one PostgreSQL database.

    Attributes:
        lives: The processes.
        providers: Whom they ask.
        loop: Where locks are taken.
        database_url: The database.
    """

    lives: tuple[Life, Life]
    providers: Providers
    loop: Loop
    database_url: str

    @contextmanager
    def held_at(self, table: str) -> Iterator[Callable[[], None]]:
        """Let nobody write a table while the block lasts; what is yielded waits until somebody wants to."""
        with self.connected() as connection:
            self.loop.run(connection.execute(f"BEGIN; LOCK TABLE {table} IN SHARE MODE"))
            yield lambda: wait_until(lambda: self.loop.run(connection.fetchval(BLOCKED, table)) > 0)

    def wait_for_erasure(self) -> None:
        """Wait until nobody's content is left that an objection made unreadable."""
        with self.connected() as connection:
            wait_until(lambda: self.loop.run(connection.fetchval(DUE)) == 0)

    @contextmanager
    def connected(self) -> Iterator[asyncpg.Connection]:
        """Connect to the database, beside both processes."""
        connection = self.loop.run(asyncpg.connect(self.database_url))
        try:
            yield connection
        finally:
            self.loop.run(connection.close())

    def assert_lawful(self, email: str) -> None:
        """Who objected is neither shown nor listed nor asked about nor stored, by either process."""
        for life in self.lives:
            intake, crm, support = life.as_("intake"), life.as_("crm_sync"), life.as_("support")
            assert support.send(check(email)).read(objection_service_pb2.CheckSuppressionResponse).suppressed
            read = crm.send(get(email))
            assert read.code is grpc.StatusCode.NOT_FOUND or not read.read(lead_service_pb2.GetLeadResponse).HasField(
                "lead"
            )
            listed = crm.send(query(company_domain=email.rpartition("@")[2]))
            assert not listed.read(lead_service_pb2.QueryLeadsResponse).leads
            asked = self.providers.requests
            answer = intake.send(enrich(email)).read(intake_service_pb2.EnrichLeadResponse)
            (result,) = intake.send(ingest(item(email))).read(intake_service_pb2.BatchIngestLeadsResponse).results
            reasons = {answer.not_stored_reason, result.not_stored_reason}
            assert reasons == {intake_service_pb2.NOT_STORED_REASON_SUPPRESSED}
            assert self.providers.requests == asked


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture(scope="module")
def processes(
    postgres: Postgres, postgres_template: str, loop: Loop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Processes]:
    """Two processes for all tests of this file, each of which is about people of its own."""
    name = postgres.create(postgres_template)
    url = postgres.url(name)
    with Providers.answering(Generator(7, mix=PLAIN)) as providers:
        home = Home(tmp_path_factory.mktemp("processes"), url, loop, providers)
        with home.alive() as one, home.alive() as other:
            yield Processes((one, other), providers, loop, url)
        assert home.findings() == ()
    postgres.drop(name)


def call(life: Life, act: str, email: str) -> Pending:
    """Begin a call about somebody."""
    calls: Mapping[str, tuple[str, Message]] = {
        "intake": ("intake", ingest(item(email))),
        "look-up": ("intake", enrich(email)),
        "objection": ("support", object_(email)),
        "read": ("crm_sync", get(email)),
        "list": ("crm_sync", query(company_domain=email.rpartition("@")[2])),
    }
    role, request = calls[act]
    return life.as_(role).start(request)


HELD_AT = [
    ("intake", "leads", "objection"),
    ("intake", "audit_entries", "objection"),
    ("look-up", "lookups", "objection"),
    ("look-up", "leads", "objection"),
    ("objection", "suppressions", "intake"),
    ("objection", "suppressions", "look-up"),
    ("objection", "audit_entries", "intake"),
    ("objection", "audit_entries", "look-up"),
    ("objection", "suppressions", "read"),
    ("objection", "suppressions", "list"),
]
"""Which call is held, at which table's lock, and what the other process is called with meanwhile."""


@pytest.mark.proves("R-018", "R-019", "P5")
@pytest.mark.parametrize(("halfway", "table", "other"), HELD_AT)
def test_one_process_is_held_while_the_other_is_called(
    processes: Processes, halfway: str, table: str, other: str
) -> None:
    """Between its reads and its writes, and right before its commit; both orders end the same way."""
    email = new_person()
    with processes.held_at(table) as wait:
        first = call(processes.lives[0], halfway, email)
        wait()
        second = call(processes.lives[1], other, email)
        time.sleep(A_MOMENT)
    for pending in (first, second):
        assert pending.answer().code in {grpc.StatusCode.OK, grpc.StatusCode.NOT_FOUND}
    processes.assert_lawful(email)


@pytest.mark.proves("R-018", "R-027", "R-053")
@pytest.mark.parametrize("table", ["leads", "changes", "audit_entries"])
def test_an_erasure_is_held_while_the_other_process_takes_in(processes: Processes, table: str) -> None:
    """Content is being erased while the person is handed in, objects again and is read: none of it comes back."""
    processes.wait_for_erasure()  # of others, so that it is this person's that is held
    email, (one, other) = new_person(), processes.lives
    assert call(one, "intake", email).answer().code is grpc.StatusCode.OK
    assert call(one, "objection", email).answer().code is grpc.StatusCode.OK
    with processes.held_at(table) as wait:
        wait()
        pending = [call(other, act, email) for act in ("intake", "objection", "read")]
        time.sleep(A_MOMENT)
    assert {one.answer().code for one in pending} <= {grpc.StatusCode.OK, grpc.StatusCode.NOT_FOUND}
    processes.wait_for_erasure()
    processes.assert_lawful(email)
    assert call(one, "read", email).answer().code is grpc.StatusCode.NOT_FOUND


def assert_histories_are_lawful(lives: Sequence[Life]) -> None:
    """Let many clients call at once, again and again, and judge the history of each person."""
    seen = set[tuple[Act, str | None]]()
    for number in range(ROUNDS):
        emails = [new_person() for _ in range(PEOPLE)]
        for history in record([life.as_ for life in lives], emails, clients=CLIENTS, calls=CALLS, seed=number):
            erased_sometime = Call(Act.ERASE, history[0].start)
            assert is_lawful([*history, erased_sometime]), history
            seen |= {(one.act, one.result) for one in history}
    for act in (Act.INGEST, Act.LIST, Act.CHECK):
        assert {result for one, result in seen if one is act} == set(RESULTS[act])
    assert {(Act.READ, "shown"), (Act.READ, "withheld"), (Act.OBJECT, "done")} <= seen


@pytest.mark.proves("R-018", "R-019", "P5", "P6")
def test_what_clients_of_two_processes_see_could_be_one_after_the_other(processes: Processes) -> None:
    """Eight clients call two processes on PostgreSQL: an order explains every answer about every person."""
    assert_histories_are_lawful(processes.lives)


@pytest.mark.proves("R-018", "R-019", "P5", "P6")
def test_what_clients_of_one_process_see_could_be_one_after_the_other(
    sqlite_url: str, tmp_path: Path, loop: Loop
) -> None:
    """Eight clients call one process on SQLite: an order explains every answer about every person."""
    home = Home(tmp_path, sqlite_url, loop)
    with home.alive() as life:
        assert_histories_are_lawful([life])
    assert home.findings() == ()
