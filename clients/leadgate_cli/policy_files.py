"""`leadgate policy check` and `leadgate policy example`: they need the rules, but neither service nor database."""

from dataclasses import asdict

import typer
from leadgate_client import PolicyMistake
from leadgate_service.policy_file import BundledPolicy, bundled_text, parse
from leadgate_service.policy_mistakes import PolicyError

from leadgate_cli.failures import EXIT_REFUSED
from leadgate_cli.output import AsJson, print_json, say
from leadgate_cli.policy import PolicyFile, read_policy, show_mistakes


def check(file: PolicyFile, *, as_json: AsJson = False) -> None:
    """Check a policy file, and list every mistake in it.

    Each has its line, its place, the reason and the remedy. Nothing is applied.

    leadgate policy check policy.yaml
    """
    try:
        parse(read_policy(file))
    except PolicyError as error:
        show_mistakes([PolicyMistake(**asdict(mistake)) for mistake in error.mistakes], as_json=as_json)
        raise typer.Exit(EXIT_REFUSED) from None
    if as_json:
        show_mistakes((), as_json=True)
    else:
        say(f"{file} has no mistakes.")


def example(*, as_json: AsJson = False) -> None:
    """Print a complete, commented policy to start from.

    Its assessment is a draft: intake stays closed until it is approved.

    leadgate policy example > policy.yaml
    """
    text = bundled_text(BundledPolicy.EXAMPLE)
    if as_json:
        print_json({"yaml": text})
    else:
        typer.echo(text, nl=False)
