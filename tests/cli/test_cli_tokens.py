"""`leadgate token`: issued once, stored as a hash, listed without being shown, revoked for good."""

import json
from pathlib import Path
from typing import Any

import pytest
from leadgate_service.usecases.access import token_hash

from tests.cli.installations import found, installed
from tests.cli.terminal import Terminal


def listed(terminal: Terminal) -> list[dict[str, Any]]:
    """What `token list` knows."""
    tokens: list[dict[str, Any]] = json.loads(terminal.type("token", "list", "--json").stdout)
    return tokens


def test_a_token_is_alone_on_stdout(database_url: str, tmp_path: Path) -> None:
    """The token is the only data, so that it can be piped; whose it is and how long it is good is talk."""
    terminal = installed(tmp_path, database_url)
    found(tmp_path, database_url)
    said = terminal.type("token", "issue", "demo-support")
    (token,) = said.stdout.split()
    assert token.startswith("lg_")
    assert "demo-support" in said.stderr
    assert token not in said.stderr
    (kept,) = listed(terminal)
    assert kept["token_id"] == token_hash(token).hex()[:8]
    assert (kept["principal"], kept["last_used_date"], kept["revoked_time"]) == ("demo-support", None, None)
    assert token not in terminal.type("token", "list").stdout


def test_a_token_as_json_says_what_it_is(founded: Terminal) -> None:
    """As JSON the token comes with its id, its principal and until when it is good."""
    document = json.loads(founded.type("token", "issue", "demo-officer", "--json").stdout)
    (kept,) = listed(founded)
    assert document["token"].startswith("lg_")
    assert {name: document[name] for name in ("token_id", "principal", "expire_time")} == {
        name: kept[name] for name in ("token_id", "principal", "expire_time")
    }


def test_only_principals_of_the_policy_get_one(founded: Terminal) -> None:
    """A name that the policy does not know gets no token."""
    said = founded.type("token", "issue", "nobody")
    assert (said.code, said.stdout) == (1, "")
    assert "principal" in said.refusal
    assert listed(founded) == []


def test_without_a_policy_it_is_said_how_to_found_one(installation: Terminal) -> None:
    """In an empty database nobody has a role yet: the refusal names the command that founds it."""
    said = installation.type("token", "issue", "demo-support")
    assert (said.code, said.stdout) == (1, "")
    assert "leadgate serve --founding-policy" in said.refusal


def test_a_revoked_token_is_listed_as_such(founded: Terminal) -> None:
    """Revoking takes away one token, for good, and leaves the others."""
    founded.type("token", "issue", "demo-support")
    founded.type("token", "issue", "demo-support")
    first, second = listed(founded)
    assert founded.type("token", "revoke", first["token_id"], "--yes").code == 0
    assert [token["revoked_time"] is None for token in listed(founded)] == [False, True]
    assert second["token_id"] in founded.type("token", "list").stdout


def test_nothing_is_taken_away_unasked(founded: Terminal) -> None:
    """Where nobody can be asked, revoking needs --yes: else it is refused, and the token stays good."""
    founded.type("token", "issue", "demo-support")
    (token,) = listed(founded)
    said = founded.type("token", "revoke", token["token_id"], stdin="y\n")
    assert (said.code, "--yes" in said.refusal) == (2, True)
    assert listed(founded) == [token]


def test_an_unknown_token_cannot_be_revoked(founded: Terminal) -> None:
    """An id that names no token is an error, so that a slip is not taken for a revocation."""
    said = founded.type("token", "revoke", "00000000", "--yes")
    assert said.code == 1
    assert "leadgate token list" in said.refusal


@pytest.mark.proves("R-034")
def test_another_ring_issues_nothing(founded: Terminal, tmp_path: Path) -> None:
    """With a keep ring that is not the database's, nothing is done: every objection would be forgotten."""
    other = tmp_path / "other"
    other.mkdir()
    stranger = founded.exporting(LEADGATE_KEEP_RING=installed(other, "").variables["LEADGATE_KEEP_RING"])
    said = stranger.type("token", "issue", "demo-support")
    assert (said.code, said.refusal.partition(":")[0]) == (1, "KEY_RING_INVALID")
