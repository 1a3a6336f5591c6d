"""No personal value is in a log, a status, metadata, a database's log or a file, whatever goes wrong (R-078, P17)."""

import asyncio
import json
import sqlite3
import sys
from pathlib import Path

import asyncpg
import grpc
import pytest
from google.protobuf.message import Message
from leadgate_simulators import ADDRESS, CANARY, Fault

from tests.domain.policies import changed, written
from tests.rpc.conftest import Start
from tests.rpc.faulty_store import Faults
from tests.rpc.messages import apply, check, enrich, get, ingest, item, object_, query
from tests.rpc.test_input_rules import OF_CALL
from tests.rpc.wire import Answer, method_of
from tests.running_service import RunningService
from tests.simulated_providers import Providers

SECRET = "lgcanary-leak-0123456789"
MAIL = f"{SECRET}@northpier.example.com"
ACCIDENTS: dict[str, Message] = {
    "principal_of": check(MAIL),
    "claim": enrich(MAIL),
    "admit": ingest(item(MAIL)),
    "lead": get(MAIL),
    "leads": query(company_industry=SECRET),
    "record": get(MAIL),
    "register_objections": object_(MAIL),
    "objection_matches": object_(MAIL, validate_only=True),
    "is_suppressed": check(MAIL),
    "apply_policy": apply(written(changed({}))),
}
"""Every method of the store that a call uses, and a request that uses it."""


class Unforeseen(Exception):
    """What no code maps, with a personal value in its text and in its cause's."""

    def __init__(self) -> None:
        super().__init__(f"Key (email)=({MAIL}) already exists")
        self.__cause__ = ValueError(f"bad row: {MAIL}")


def assert_clean(*texts: str | bytes) -> None:
    """None of these holds the canary of this file, a provider's canary or anybody's address."""
    for text in texts:
        said = text.encode() if isinstance(text, str) else text
        assert SECRET.encode() not in said
        assert CANARY.findall(said) == []
        assert ADDRESS.findall(said) == []


def break_leads(database_url: str) -> None:
    """Make the database refuse every lead, in words that name the row."""
    if database_url.startswith("sqlite:///"):
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as connection:
            message = f"RAISE(ABORT, 'refused: {MAIL}')"
            connection.execute(f"CREATE TRIGGER broken BEFORE INSERT ON leads BEGIN SELECT {message}; END")
        connection.close()
        return

    async def alter() -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute("ALTER TABLE leads ADD CONSTRAINT broken CHECK (false) NOT VALID")
        await connection.close()

    asyncio.run(alter())


@pytest.mark.proves("P17", "R-078")
@pytest.mark.parametrize("method", ACCIDENTS)
def test_an_accident_is_an_incident_without_a_word_of_it(
    sqlite_url: str, start: Start, capfd: pytest.CaptureFixture[str], method: str
) -> None:
    """What nobody foresaw is INTERNAL with an id; the log has the id, types and places, and not the text."""
    faults = Faults()
    service, request = start(sqlite_url, wrap=faults.over), ACCIDENTS[method]
    caller = service.as_allowed(method_of(request))
    faults.failing[method] = Unforeseen()
    answer = caller.send(request)
    assert (answer.code, answer.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    (line,) = [one for one in map(json.loads, service.log.getvalue().splitlines()) if one["event"] == "incident"]
    assert line["incident"] == answer.metadata["incident"]
    assert line["error"] == ["Unforeseen", "ValueError"]
    assert any("faulty_store.py" in place for place in line["place"])
    out, err = capfd.readouterr()
    assert_clean(answer.everything, service.log.getvalue(), out, err)
    faults.failing.clear()
    assert caller.send(request).code in {grpc.StatusCode.OK, grpc.StatusCode.NOT_FOUND}


@pytest.mark.proves("P17", "R-078")
def test_an_accident_after_the_caller_gave_up_says_nothing(
    sqlite_url: str, start: Start, providers: Providers, capfd: pytest.CaptureFixture[str]
) -> None:
    """A look-up that fails when nobody listens any more leaves no text of its error anywhere."""
    faults = Faults()
    service = start(sqlite_url, wrap=faults.over)
    faults.failing["admit"] = Unforeseen()
    with providers.clearbit.held():
        pending = service.as_("intake").start(enrich(MAIL))
        assert providers.clearbit.asked.wait(5)
        pending.give_up()
    service.stop()
    out, err = capfd.readouterr()
    assert_clean(service.log.getvalue(), out, err)


@pytest.mark.proves("P17", "R-003", "R-078")
def test_no_error_path_tells_of_anybody(  # noqa: PLR0913, PLR0917 - all the places where a value could be
    database_url: str,
    start: Start,
    providers: Providers,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    """After every refusal, failure and fault there is, no output, log or file of service or database has a canary."""
    service = start(database_url)
    answers = [*every_refusal(service), *every_fault(service, providers)]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert_clean(*(path.read_bytes() for path in files))
    break_leads(database_url)
    refused = service.as_("intake").send(ingest(item(f"c{MAIL}", name=f"Ida {SECRET}")))
    assert (refused.code, refused.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    service.stop()
    sys.stderr.flush()
    out, err = capfd.readouterr()
    assert_clean(refused.everything, *(answer.everything for answer in answers), service.log.getvalue(), out, err)
    if database_url.startswith("postgresql://"):
        log: Path = request.getfixturevalue("postgres_log")
        assert "violates check constraint" in log.read_text()
        assert_clean(log.read_bytes())
    asked = " ".join(seen.target for seen in providers.clearbit.seen)
    assert ADDRESS.findall(asked.encode()), "the search finds addresses where they are"


def every_refusal(service: RunningService) -> list[Answer]:
    """Break every rule of the contract, and be refused for every other reason."""
    refused = [service.as_allowed(method_of(bad.request)).send(bad.request) for bad in OF_CALL]
    refused += [service.as_("marketing").send(get(MAIL)), service.as_("operator").send(object_(MAIL))]
    refused += [service.as_("crm_sync").send(get(MAIL)), service.with_token(f"lg_{SECRET}").send(get(MAIL))]
    refused.append(service.as_("intake").send_raw("leadgate.v1.IntakeService/EnrichLead", f"\xff{SECRET}".encode()))
    service.as_("support").send(object_(MAIL, request_id="one"))
    refused.append(service.as_("support").send(object_(f"b{MAIL}", request_id="one")))
    refused.append(service.as_("intake").send(enrich(MAIL)))
    refused.append(service.as_("crm_sync").send(query(page_token=SECRET)))
    return refused


def every_fault(service: RunningService, providers: Providers) -> list[Answer]:
    """Let the providers misbehave in every way there is, and hand in what is no answer."""
    told = []
    for number, fault in enumerate(Fault):
        providers.clearbit.then(fault, *[402] * 3)
        providers.hunter.then(451 if number % 2 else fault)
        told.append(service.as_("intake").send(enrich(f"fault-{number}@northpier.example.com"), seconds=1.5))
    bodies = [
        SECRET.encode(),
        json.dumps({"person": SECRET}).encode(),
        b'{"person":{"id":"' + SECRET.encode() + b'\\ud800"}}',
    ]
    told.append(service.as_("intake").send(ingest(*(item(MAIL, provider_json=body) for body in bodies))))
    return told
