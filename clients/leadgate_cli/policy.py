"""`leadgate policy`: the rules as a file that is checked, and applied through the service."""

from collections.abc import Sequence
from dataclasses import asdict, astuple
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer
from leadgate_client import Client, PolicyInvalid, PolicyMistake

from leadgate_cli.connection import connected
from leadgate_cli.failures import EXIT_REFUSED, Refused
from leadgate_cli.lazy import add_lazy
from leadgate_cli.output import AsJson, print_json, print_table, say

app = typer.Typer(no_args_is_help=True, help="Check, apply and show the policy: the database holds the one in force.")
add_lazy(app, "check", "leadgate_cli.policy_files:check", "Check a policy file, and list every mistake in it.")
add_lazy(app, "example", "leadgate_cli.policy_files:example", "Print a complete, commented policy to start from.")

PolicyFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")]


@app.command(name="apply")
@connected
def put_in_force(client: Client, file: PolicyFile, *, as_json: AsJson = False) -> None:
    """Put a policy file in force, for every decision from now on.

    If another policy comes into force meanwhile, this one is refused, so
    that nobody's change is lost.

    leadgate policy apply policy.yaml --token-file officer.token
    """
    before = client.get_policy().version
    try:
        version = client.apply_policy(yaml=read_policy(file), expected_version=before).version
    except PolicyInvalid as error:
        show_mistakes(error.mistakes, as_json=as_json)
        raise typer.Exit(EXIT_REFUSED) from None
    if as_json:
        print_json({"version": version, "version_before": before})
    else:
        say(f"Policy version {version} is in force; before, it was {before}.")


@app.command()
@connected
def show(client: Client, *, as_json: AsJson = False) -> None:
    """Print the policy in force, as it was applied.

    leadgate policy show > policy.yaml
    """
    policy = client.get_policy()
    applied = policy.apply_time.ToDatetime(tzinfo=UTC)
    if as_json:
        applied_how = {"version": policy.version, "apply_time": applied, "applied_by": policy.applied_by}
        print_json({**applied_how, "yaml": policy.yaml})
    else:
        typer.echo(policy.yaml, nl=False)
        say(f"Version {policy.version}, applied by {policy.applied_by} at {applied:%Y-%m-%d %H:%M} UTC.")


def read_policy(file: Path) -> str:
    """Read a policy file.

    Raises:
        Refused: It is not text.
    """
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Refused(f"{file} is not text in UTF-8: save it as such.") from None


def show_mistakes(mistakes: Sequence[PolicyMistake], *, as_json: bool) -> None:
    """Print the mistakes of a policy file."""
    if as_json:
        print_json({"mistakes": [asdict(mistake) for mistake in mistakes]})
    else:
        print_table(("LINE", "WHERE", "REASON", "REMEDY"), map(astuple, mistakes))
