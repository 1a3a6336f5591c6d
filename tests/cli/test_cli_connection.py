"""How client commands reach the service, and how they fail if they cannot."""

from pathlib import Path

import pytest

from tests.cli.installations import IDA, connected
from tests.cli.terminal import Terminal
from tests.running_service import RunningService

QUERY = ("leads", "query", "--purpose", "outreach")


def test_the_token_comes_from_a_file(service: RunningService, tmp_path: Path) -> None:
    """A file with the token, as `token issue` leaves it, is as good as the variable, and goes before it."""
    file = tmp_path / "token"
    file.write_text(service.token("demo-crm-sync") + "\n", encoding="ascii")
    terminal = Terminal().exporting(LEADGATE_TARGET=service.target, LEADGATE_TOKEN="lg_another")
    assert terminal.type(*QUERY, "--insecure-local", "--token-file", file).code == 0


def test_no_option_takes_the_token_itself(service: RunningService) -> None:
    """A token is never an argument, where every process of the machine can read it."""
    said = Terminal().type(*QUERY, "--target", service.target, "--insecure-local", "--token", "lg_invented")
    assert said.code == 2
    assert "No such option" in said.refusal
    assert "lg_invented" not in said.refusal


@pytest.mark.parametrize(
    ("variables", "options", "told"),
    [
        ({}, [], "Missing option '--target'"),
        ({"LEADGATE_TARGET": "127.0.0.1:1"}, ["--insecure-local"], "There is no token"),
        ({"LEADGATE_TARGET": "leadgate.example.com:1", "LEADGATE_TOKEN": "x"}, ["--insecure-local"], "loopback"),
        ({"LEADGATE_TARGET": "127.0.0.1:1", "LEADGATE_TOKEN": "a b"}, ["--insecure-local"], "visible ASCII"),
        ({"LEADGATE_TARGET": "127.0.0.1:1", "LEADGATE_TOKEN": "x"}, ["--ca", "nowhere.pem"], "does not exist"),
    ],
)
def test_what_cannot_connect_is_used_wrongly(variables: dict[str, str], options: list[str], told: str) -> None:
    """Without target or token, or with options that contradict each other, nothing is sent: exit code 2."""
    said = Terminal(variables=variables).type(*QUERY, *options)
    assert (said.code, said.stdout) == (2, "")
    assert told in said.refusal


def test_a_service_out_of_reach_is_one_line(service: RunningService) -> None:
    """Where no TLS answers, after the SDK's own tries one line says what to look at, and nothing of what was asked."""
    process = connected(service, "demo-crm-sync").start("leads", "get", "--email", IDA, "--purpose", "outreach")
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout) == (1, "")
    (line,) = stderr.splitlines()
    assert line.startswith("leadgate: UNAVAILABLE: no connection to the service")
    assert IDA not in stderr


def test_a_wrong_token_is_one_line(service: RunningService) -> None:
    """A token that the service does not know is refused with how to get one."""
    stranger = connected(service, "demo-crm-sync").exporting(LEADGATE_TOKEN="lg_invented")
    said = stranger.type(*QUERY, "--insecure-local")
    assert said.code == 1
    assert "leadgate token issue" in said.refusal
