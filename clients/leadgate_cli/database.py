"""`leadgate db`: the schema of the database."""

import typer
from leadgate_service.storage import migrations
from leadgate_service.storage.migrations import SchemaState, Standing

from leadgate_cli.failures import EXIT_REFUSED
from leadgate_cli.output import AsJson, print_json, print_table, say
from leadgate_cli.settings import DatabaseUrl

app = typer.Typer(no_args_is_help=True, help="Found the database, bring it up to date, and compare its schema.")


@app.command()
def upgrade(*, database: DatabaseUrl, as_json: AsJson = False) -> None:
    """Found the database, or bring it up to date.

    leadgate db upgrade --database sqlite:///leadgate.db
    """
    before = migrations.check(database).current
    migrations.upgrade(database)
    state = migrations.check(database)
    if as_json:
        print_json({"revision": state.current, "revision_before": before})
    else:
        say(f"The database is at revision {state.current}; before, it was at {before or 'none'}.")


@app.command()
def check(*, database: DatabaseUrl, as_json: AsJson = False) -> None:
    """Compare the schema of the database with the one that this release needs.

    Nothing is changed. Exit code 1 says that they differ.

    leadgate db check --json
    """
    state = migrations.check(database)
    if as_json:
        print_json(_document(state))
    else:
        print_table(("STANDING", "REVISION", "NEEDED"), [(state.standing, state.current or "none", state.head)])
    if state.standing is not Standing.CURRENT:
        say(REMEDIES[state.standing])
        for difference in state.differences:
            say(f"- {difference}")
        raise typer.Exit(EXIT_REFUSED)


REMEDIES = {
    Standing.OUTDATED: "Run `leadgate db upgrade`.",
    Standing.AHEAD: "Run the release that upgraded it, or restore the backup from before.",
    Standing.ALTERED: "Somebody changed a table by hand: undo it, or restore a backup.",
}
"""What to do about a schema that is not the one that this release needs."""


def _document(state: SchemaState) -> dict[str, object]:
    return {
        "standing": state.standing,
        "revision": state.current,
        "needed": state.head,
        "differences": list(state.differences),
    }
