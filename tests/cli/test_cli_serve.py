"""`leadgate serve` as a process: it listens, answers probes, ends when told, and refuses to start wrongly."""

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from threading import Timer

import grpc
import pytest
import requests
from grpc_health.v1 import health_pb2, health_pb2_grpc
from leadgate_service.policy_file import BundledPolicy, bundled_text

from tests.cli.installations import found, installed
from tests.cli.terminal import Terminal
from tests.client.certificates import Authority
from tests.databases import Postgres

PATIENCE = 20.0
"""Seconds after which a service that should have refused to start is ended."""

ANYWHERE = ("--listen", "127.0.0.1:0")


@contextmanager
def serving(terminal: Terminal, *options: object) -> Iterator[tuple[Popen[str], str]]:
    """Start a service as a process, and give it with its address; it is ended if the test has not."""
    process = terminal.start("serve", *ANYWHERE, *options)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        address = re.search(r"127\.0\.0\.1:\d+", line)
        assert address is not None, line + process.stderr.read()
        yield process, address[0]
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def impatience() -> Iterator[None]:
    """End a service that has started in this process against all expectation, so that its test fails, not waits."""
    timer = Timer(PATIENCE, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    yield
    timer.cancel()


@pytest.fixture
def demo_policy(tmp_path: Path) -> Path:
    """The demo policy as a file."""
    path = tmp_path / "demo.yaml"
    path.write_text(bundled_text(BundledPolicy.DEMO), encoding="utf-8")
    return path


@pytest.fixture
def with_tls(installation: Terminal, tmp_path: Path) -> Terminal:
    """A terminal at an installation that has a certificate."""
    authority = Authority()
    pair = authority.issue("leadgate")
    for name, pem in (("ca.pem", authority.pem), ("tls.pem", pair.certificate), ("tls.key", pair.key)):
        (tmp_path / name).write_bytes(pem)
    return installation.exporting(LEADGATE_TLS_CERTIFICATE=tmp_path / "tls.pem", LEADGATE_TLS_KEY=tmp_path / "tls.key")


def test_it_serves_until_told_to_end(installation: Terminal, demo_policy: Path) -> None:
    """It says where it listens, answers probes and callers, and ends with 0 at SIGTERM, leaving a checkpoint."""
    with serving(installation, "--dev", "--founding-policy", demo_policy) as (process, address):
        with grpc.insecure_channel(address) as channel:
            status = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10).status
        assert status == health_pb2.HealthCheckResponse.SERVING
        token = installation.type("token", "issue", "demo-operator").stdout.strip()
        caller = Terminal().exporting(LEADGATE_TARGET=address, LEADGATE_TOKEN=token)
        assert caller.type("policy", "show", "--insecure-local").stdout == demo_policy.read_text(encoding="utf-8")
        second = installation.start("serve", "--dev", *ANYWHERE)
        assert "DATABASE_IN_USE" in second.communicate(timeout=30)[1]
        process.send_signal(signal.SIGTERM)
        stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, "")
    assert [json.loads(line)["event"] for line in stdout.splitlines()] == ["started", "stopped"]
    assert len(list(Path(installation.variables["LEADGATE_CHECKPOINTS"]).iterdir())) == 1


def test_the_door_opens_and_shuts_with_the_service(installation: Terminal, demo_policy: Path) -> None:
    """It says where the door is, answers there, and ends with 0 at SIGTERM; its server adds no word to the output."""
    door = ("--door-listen", "127.0.0.1:0", "--door-url", "http://localhost")
    process = installation.start("serve", "--dev", *ANYWHERE, "--founding-policy", demo_policy, *door)
    assert process.stderr is not None
    told = re.search(r"The door is open on (127\.0\.0\.1:\d+)\.", process.stderr.readline())
    try:
        assert told is not None
        assert requests.get(f"http://{told[1]}/", timeout=10).status_code == 404
    finally:
        process.terminate()
        stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, "")
    assert [json.loads(line)["event"] for line in stdout.splitlines()] == ["started", "stopped"]


@pytest.mark.proves("P24")
def test_with_tls_it_takes_no_policy_for_invented_people(with_tls: Terminal, tmp_path: Path, demo_policy: Path) -> None:
    """A production server is reached through its CA, and refuses the demo policy before anything changes."""
    example = tmp_path / "example.yaml"
    example.write_text(with_tls.type("policy", "example").stdout, encoding="utf-8")
    with serving(with_tls, "--founding-policy", example) as (_, address):
        token = with_tls.type("token", "issue", "privacy-officer").stdout.strip()
        officer = Terminal().exporting(LEADGATE_TARGET=address, LEADGATE_TOKEN=token, LEADGATE_CA=tmp_path / "ca.pem")
        refused = officer.type("policy", "apply", demo_policy)
        assert (refused.code, refused.refusal.partition(":")[0]) == (1, "POLICY_FOR_DEMO")
        assert json.loads(officer.type("policy", "show", "--json").stdout)["version"] == 1


def test_options_go_before_the_environment(installation: Terminal, demo_policy: Path) -> None:
    """What an option says counts, whatever the variable of the same setting says."""
    elsewhere = installation.exporting(LEADGATE_LISTEN="192.0.2.1:1", LEADGATE_CHECKPOINTS="/nowhere")
    checkpoints = installation.variables["LEADGATE_CHECKPOINTS"]
    with serving(elsewhere, "--dev", "--founding-policy", demo_policy, "--checkpoints", checkpoints) as (_, address):
        assert address.startswith("127.0.0.1:")


@pytest.mark.usefixtures("impatience")
@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        ([], 2, "LEADGATE_TLS_CERTIFICATE must name the server's certificate, or serve with --dev"),
        (["--dev", "--listen", "0.0.0.0:0"], 2, "LEADGATE_LISTEN must be a loopback address with --dev"),
        (["--dev", "--listen", "127.0.0.1:99999"], 2, "LEADGATE_LISTEN must be a host and a port"),
        (["--dev", "--checkpoints", "nowhere"], 2, "LEADGATE_CHECKPOINTS must name a directory"),
        (["--dev", "--founding-policy", "nowhere.yaml"], 2, "LEADGATE_FOUNDING_POLICY must name a file"),
        (["--tls-certificate", "no.pem"], 2, "LEADGATE_TLS_KEY must be set"),
        (["--tls-certificate", "no.pem", "--tls-key", "no.key"], 2, "LEADGATE_TLS_KEY must name a file"),
        (["--dev", "--database", "sqlite:///nowhere.db"], 1, "leadgate db upgrade"),
        (
            ["--dev", "--database", "sqlite:////nowhere/leadgate.db"],
            2,
            "The database must be a file in a directory",
        ),
        (["--dev", "--database", "sqlite:////"], 2, "The database must be a file in a directory"),
        (["--dev", "--keep-ring", "nowhere"], 1, "KEY_RING_INVALID"),
    ],
)
def test_it_does_not_start_wrongly(installation: Terminal, options: list[str], code: int, told: str) -> None:
    """A setting that is missing or wrong is told in one line that names it, and nothing is served."""
    said = installation.type("serve", *ANYWHERE, *options)
    assert (said.code, said.stdout) == (code, "")
    assert told in said.refusal


@pytest.mark.usefixtures("impatience")
def test_an_address_that_another_service_has_is_refused(
    installation: Terminal, tmp_path: Path, sqlite_template: Path, demo_policy: Path
) -> None:
    """Of two services with a database each, the second does not start on the first one's address: none is shared."""
    (tmp_path / "other").mkdir()
    other = installed(tmp_path / "other", f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'other')}")
    founding = ("--dev", "--founding-policy", demo_policy)
    with serving(installation, *founding) as (_, address):
        said = other.type("serve", *founding, "--listen", address)
    assert (said.code, said.stdout) == (2, "")
    assert "LEADGATE_LISTEN must be a free address of this machine" in said.refusal


@pytest.mark.usefixtures("impatience")
def test_a_database_that_cannot_be_opened_is_named_by_its_variable(installation: Terminal, postgres: Postgres) -> None:
    """At the start nobody has sent a request: the operator is told which variable to look at, and not its password."""
    unreachable = installation.type("serve", "--dev", *ANYWHERE, "--database", "postgresql://a:hunter2@127.0.0.1:1/a")
    unknown = installation.type("serve", "--dev", *ANYWHERE, "--database", postgres.url("nowhere"))
    advice = "start it, or correct the variable."
    assert (unreachable.code, unknown.code) == (1, 1)
    reason = "STORE_UNAVAILABLE: The database that LEADGATE_DATABASE_URL names"
    assert unreachable.refusal == f"{reason} cannot be reached: {advice}"
    assert unknown.refusal == f"{reason} refused with 3D000: {advice}"


@pytest.mark.usefixtures("impatience")
def test_a_founding_policy_with_mistakes_founds_nothing(installation: Terminal, tmp_path: Path) -> None:
    """Of a founding policy with mistakes one line says how many, and which command lists them."""
    path = tmp_path / "policy.yaml"
    path.write_text("statement: {}\n", encoding="utf-8")
    said = installation.type("serve", "--dev", *ANYWHERE, "--founding-policy", path)
    assert said.code == 1
    assert "leadgate policy check FILE" in said.refusal
    assert "POLICY_MISSING" in installation.type("token", "issue", "demo-officer").refusal


@pytest.mark.usefixtures("impatience")
@pytest.mark.parametrize("founded_already", [False, True])
def test_a_demo_policy_is_refused_outside_development(
    with_tls: Terminal, tmp_path: Path, demo_policy: Path, *, founded_already: bool
) -> None:
    """Without --dev no service starts under the policy for invented people, given as a file or in force already."""
    if founded_already:
        found(tmp_path, with_tls.variables["LEADGATE_DATABASE_URL"])
    said = with_tls.type("serve", *ANYWHERE, "--founding-policy", demo_policy)
    assert ("POLICY_MISSING" in with_tls.type("token", "issue", "demo-officer").stderr) != founded_already
    assert (said.code, said.refusal.partition(":")[0]) == (1, "POLICY_FOR_DEMO")
