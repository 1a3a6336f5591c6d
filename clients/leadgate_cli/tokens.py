"""`leadgate token`: personal tokens, as an operator issues and revokes them beside the service."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, TypeVar

import typer
from leadgate_service.app import open_store, utc_now
from leadgate_service.config import StoreConfig
from leadgate_service.policy_file import parse
from leadgate_service.records import AccessToken
from leadgate_service.store import Store
from leadgate_service.usecases import access, policy

from leadgate_cli.failures import Refused
from leadgate_cli.output import AsJson, Confirmed, confirm, print_json, print_table, say
from leadgate_cli.settings import BurnRing, DatabaseUrl, KeepRing

Result = TypeVar("Result")

app = typer.Typer(no_args_is_help=True, help="Issue, list and revoke personal tokens.")


@app.command()
def issue(
    principal: Annotated[str, typer.Argument(metavar="PRINCIPAL", help="A principal of the policy in force.")],
    *,
    database: DatabaseUrl,
    keep_ring: KeepRing,
    burn_ring: BurnRing,
    as_json: AsJson = False,
) -> None:
    """Issue a token, good for 90 days.

    It is printed once, alone on stdout; only its hash is stored.

    leadgate token issue support-anouk > anouk.token
    """

    async def work(store: Store) -> tuple[str, AccessToken]:
        in_force = parse((await policy.show(store)).yaml)
        return await access.issue(store, in_force, principal, utc_now())

    token, kept = _in_store(StoreConfig(database_url=database, keep_ring=keep_ring, burn_ring=burn_ring), work)
    if as_json:
        facts = {"token_id": kept.token_id, "principal": kept.principal, "expire_time": kept.expire_time}
        print_json({"token": token, **facts})
    else:
        typer.echo(token)
    say(f"Token {kept.token_id} of {kept.principal} is good until {kept.expire_time:%Y-%m-%d}; it is not shown again.")


@app.command(name="list")
def list_tokens(*, database: DatabaseUrl, keep_ring: KeepRing, burn_ring: BurnRing, as_json: AsJson = False) -> None:
    """List all tokens, oldest first: whose, until when, last used when.

    leadgate token list --json
    """
    tokens = _in_store(
        StoreConfig(database_url=database, keep_ring=keep_ring, burn_ring=burn_ring), lambda store: store.tokens()
    )
    if as_json:
        print_json([asdict(token) for token in tokens])
    else:
        print_table(("TOKEN", "PRINCIPAL", "ISSUED", "GOOD UNTIL", "LAST USED", "REVOKED"), map(_row, tokens))


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="TOKEN", help="The token's id, as `leadgate token list` has it.")],
    *,
    database: DatabaseUrl,
    keep_ring: KeepRing,
    burn_ring: BurnRing,
    yes: Confirmed = False,
) -> None:
    """Revoke a token, for good.

    A running service stops accepting it within two seconds.

    leadgate token revoke 1f2e3d4c --yes
    """
    confirm(f"Revoke token {token_id}?", yes=yes)
    config = StoreConfig(database_url=database, keep_ring=keep_ring, burn_ring=burn_ring)
    if not _in_store(config, lambda store: store.revoke_token(token_id, now=utc_now())):
        raise Refused("There is no token with that id: `leadgate token list` has them.")
    say(f"Token {token_id} is revoked.")


def _in_store(config: StoreConfig, work: Callable[[Store], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        store, _ = await open_store(config, utc_now, serving=False)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def _row(token: AccessToken) -> tuple[object, ...]:
    return (
        token.token_id,
        token.principal,
        token.issued_time.date(),
        token.expire_time.date(),
        token.last_used_date,
        token.revoked_time.date() if token.revoked_time is not None else None,
    )
