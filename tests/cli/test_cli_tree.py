"""What holds for every command of `leadgate`: generated from the tree, so that a new command cannot forget it."""

import json
from pathlib import Path

import pytest
from leadgate.v1.objection_service_pb2 import OBJECTION_CHANNEL_CRM
from leadgate_client import Objector
from leadgate_service.policy_file import BundledPolicy, bundled_text

from tests.cli.installations import connected
from tests.cli.terminal import Terminal
from tests.cli.tree import Node, leaves, nodes
from tests.house.sources import project_settings
from tests.running_service import RunningService

PRINT_NO_DATA = {("serve",), ("token", "revoke")}
"""Commands that only act: what they print is a log, or talk on stderr."""

TRIED_ELSEWHERE = {("demo",), ("bench",)}
"""Commands whose JSON has tests of its own, because it takes a while."""

NOBODY = ("--email", "nobody@example.com")
AT_SERVICE = ("--purpose", "outreach", "--insecure-local")


def words(node: Node) -> str:
    """A command as it is typed."""
    return " ".join(node.words)


@pytest.mark.parametrize("node", nodes(), ids=words)
def test_every_command_has_help_that_teaches(node: Node) -> None:
    """The help of every command begins with a sentence, and that of every command that acts shows how it is typed."""
    said = Terminal().exporting(COLUMNS="200").type(*node.words, "--help")
    first = node.command.help.split("\n\n")[0].replace("\n", " ")
    assert said.code == 0
    assert first in said.stdout
    assert first.endswith(".")
    if node in leaves():
        assert f"leadgate {words(node)}" in said.stdout.partition("\n\n")[2]


@pytest.mark.parametrize("node", [node for node in nodes() if node.lazy], ids=words)
def test_the_list_says_what_the_command_says(node: Node) -> None:
    """A command is listed with the first sentence of its own help, although the list does not load it."""
    assert node.listed.split("\n\n")[0].replace("\n", " ") == node.command.help.split("\n\n")[0].replace("\n", " ")


@pytest.mark.parametrize("node", leaves(), ids=words)
def test_every_command_that_prints_data_has_json(node: Node) -> None:
    """Whoever scripts a command gets JSON from it."""
    assert ("--json" in node.options) != (node.words in PRINT_NO_DATA)


@pytest.mark.parametrize("node", leaves(), ids=words)
def test_what_takes_away_can_be_confirmed_beforehand(node: Node) -> None:
    """A command that takes something away has --yes; no other asks."""
    assert ("--yes" in node.options) == (node.words in {("token", "revoke"), ("keys", "rotate")})


@pytest.fixture
def calls(
    founded: Terminal, service: RunningService, tmp_path: Path
) -> dict[tuple[str, ...], tuple[Terminal, list[str]]]:
    """For every command that prints data: a terminal where it works, and what else is typed."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(bundled_text(BundledPolicy.DEMO), encoding="utf-8")
    mail = Path(__file__).parent / "fixtures" / "inbound_objection_email.eml"
    people = tmp_path / "people.csv"
    people.write_text("email\nsomebody@example.com\n", encoding="utf-8")
    with service.client("support") as client:
        objector = Objector(emails=["somebody@example.com"])
        objection_id = client.register_objection(objector, channel=OBJECTION_CHANNEL_CRM).objection_id
    officer, sync = connected(service, "demo-officer"), connected(service, "demo-crm-sync")
    new = founded.exporting(LEADGATE_KEEP_RING=tmp_path / "new" / "a", LEADGATE_BURN_RING=tmp_path / "new" / "b")
    return {
        ("leads", "get"): (sync, ["--crm", "salesforce/Lead/00Q1", *AT_SERVICE]),
        ("leads", "query"): (sync, [*AT_SERVICE]),
        ("objections", "check"): (sync, [*NOBODY, "--insecure-local"]),
        ("objections", "register"): (sync, [*NOBODY, "--channel", "crm", "--preview", "--insecure-local"]),
        ("objections", "show"): (officer, [objection_id, "--insecure-local"]),
        ("objections", "list"): (officer, ["--insecure-local"]),
        ("objections", "annul"): (officer, [objection_id, "--reason", "test", "--insecure-local"]),
        ("objections", "lift"): (officer, [*NOBODY, "--insecure-local"]),
        ("objections", "import"): (sync, [str(people), "--channel", "crm", "--insecure-local"]),
        ("objections", "mail"): (officer, [str(mail), "--own-domain", "leadgov.example.com", "--insecure-local"]),
        ("policy", "check"): (Terminal(), [str(policy)]),
        ("policy", "example"): (Terminal(), []),
        ("policy", "apply"): (officer, [str(policy), "--insecure-local"]),
        ("policy", "show"): (officer, ["--insecure-local"]),
        ("doctor",): (founded, ["--dev"]),
        ("keys", "init"): (new, []),
        ("keys", "public"): (founded, []),
        ("keys", "rotate"): (founded, []),
        ("keys", "check"): (founded, []),
        ("db", "upgrade"): (founded, []),
        ("db", "check"): (founded, []),
        ("token", "issue"): (founded, ["demo-support"]),
        ("token", "list"): (founded, []),
        ("audit", "verify"): (founded, []),
    }


def test_all_json_parses(calls: dict[tuple[str, ...], tuple[Terminal, list[str]]]) -> None:
    """With --json stdout is one JSON document, of every command that prints data; the talk is on stderr."""
    with_json = {node.words for node in leaves()} - PRINT_NO_DATA - TRIED_ELSEWHERE
    assert calls.keys() == with_json
    for typed, (terminal, arguments) in calls.items():
        said = terminal.type(*typed, *arguments, "--json")
        assert said.code == 0, (typed, said.stderr)
        assert isinstance(json.loads(said.stdout), dict | list)


def test_no_colour_where_none_is_wanted() -> None:
    """NO_COLOR is honoured, and what goes to a pipe has none anyway."""
    assert "\x1b" not in Terminal().exporting(NO_COLOR="1", FORCE_COLOR=None).type("--help").stdout
    assert "\x1b" not in Terminal().type("policy", "example").stdout


def test_the_version_is_the_projects() -> None:
    """`leadgate --version` prints name and version, and nothing else."""
    assert Terminal().type("--version").stdout == f"leadgate {project_settings()['project']['version']}\n"


def test_alone_it_shows_its_help() -> None:
    """`leadgate` by itself shows what there is, and that it was used wrongly."""
    said = Terminal().type()
    assert (said.code, said.stderr) == (2, "")
    assert "Exit codes" in said.stdout
