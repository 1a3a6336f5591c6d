"""The command tree, and the one place where errors become a line on stderr and an exit code."""

import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from leadgate_cli import (
    leads,
    objections,
    objections_ended,
    objections_import,
    objections_mail,
    objections_seen,
    policy,
)
from leadgate_cli.failures import explain
from leadgate_cli.lazy import add_lazy
from leadgate_cli.output import say


class Commands(TyperGroup):
    """The root of the tree, whose errors are told in one line."""

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run the command that the arguments name, and end the process with its exit code."""
        try:
            code = super().main(*args, **{**settings, "standalone_mode": False})
        except Exception as error:  # noqa: BLE001 - nobody at a terminal is shown a traceback
            text, code = explain(error)
            if text:
                say(f"leadgate: {' '.join(text.split())}")
        sys.exit(code)


app = typer.Typer(
    name="leadgate",
    cls=Commands,
    no_args_is_help=True,
    epilog="Exit codes: 0 done, 1 refused or something found, 2 used wrongly, 3 nobody is named, "
    "4 done in part, 130 interrupted. NO_COLOR turns colours off.",
)
app.add_typer(leads.app, name="leads")
for _name, _command in {
    "mail": objections_mail.command,
    "import": objections_import.command,
    "show": objections_seen.show,
    "list": objections_seen.list_,
    "annul": objections_ended.annul,
    "lift": objections_ended.lift,
}.items():
    objections.app.command(_name)(_command)
app.add_typer(objections.app, name="objections")
app.add_typer(policy.app, name="policy")
add_lazy(app, "serve", "leadgate_cli.serve:command", "Serve until told to end.")
add_lazy(app, "doctor", "leadgate_cli.doctor:command", "Say what is still open between here and lawful operation.")
add_lazy(app, "keys", "leadgate_cli.keys:app", "Make, check and rotate the two key rings.")
add_lazy(app, "db", "leadgate_cli.database:app", "Found the database, bring it up to date, and compare its schema.")
add_lazy(app, "token", "leadgate_cli.tokens:app", "Issue, list and revoke personal tokens.")
add_lazy(app, "audit", "leadgate_cli.audit:app", "Verify the audit trail.")
add_lazy(app, "demo", "leadgate_cli.demo:command", "Run generated leads through the gate, and say what happened.")
add_lazy(
    app,
    "bench",
    "leadgate_cli.bench:command",
    "Measure the service against the limits of its parts, as ratios within this run.",
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"leadgate {version('leadgate')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
]


@app.callback()
def root(*, show_version: Version = False) -> None:
    """Let eleven fields about prospects through, keep them until their day, and honour objections at once.

    A support laptop needs only `pip install leadgate`, for `leads`, for
    `objections` and for `policy show` and `apply`. What operators use comes with the extra
    `service`, and is loaded when it is called.
    """
    del show_version  # its callback has done what there was to do


def run() -> None:
    """Run `leadgate` with the arguments of this process."""
    app(prog_name="leadgate")
