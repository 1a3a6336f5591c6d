"""`leadgate keys`: the two rings, whose backup rules are opposite."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from leadgate_service.app import open_store, rotate_token_key, utc_now
from leadgate_service.burn_ring import BurnRing
from leadgate_service.config import StoreConfig
from leadgate_service.keep_ring import KeepRing
from leadgate_service.keyfiles import KeyRingError, check_rings_apart
from leadgate_service.storage.rotation import Progress as Progressed
from rich.console import Console
from rich.progress import Progress

from leadgate_cli import rings
from leadgate_cli.failures import EXIT_REFUSED, Refused
from leadgate_cli.output import AsJson, Confirmed, confirm, print_facts, print_json, say
from leadgate_cli.points import any_blocks, document, show
from leadgate_cli.settings import BurnRing as BurnFolder
from leadgate_cli.settings import DatabaseUrl
from leadgate_cli.settings import KeepRing as KeepFolder

app = typer.Typer(no_args_is_help=True, help="Make, check and rotate the two key rings.")

Escrowed = Annotated[
    bool, typer.Option("--escrowed", help="The new token key is in the backup and in escrow: let the database use it.")
]


@app.command()
def init(*, keep_ring: KeepFolder, burn_ring: BurnFolder, as_json: AsJson = False) -> None:
    """Make both key rings of a new installation; what exists is never touched.

    The keep ring tells who has objected: back it up and keep a copy in escrow.
    The burn ring makes expiry final: keep it out of every backup.

    leadgate keys init --keep-ring /srv/leadgate/keep --burn-ring /srv/burn
    """
    check_rings_apart(keep_ring, burn_ring)
    for ring in (keep_ring, burn_ring):
        _refuse_existing(ring)
    BurnRing.create(burn_ring)
    KeepRing.create(keep_ring)
    places = {"keep_ring": str(keep_ring.resolve()), "burn_ring": str(burn_ring.resolve())}
    if as_json:
        print_json(places)
    else:
        print_facts(places.items())
    say("Back up the keep ring, and put a copy in escrow: without it nobody can tell who has objected.")
    say("Never back up the burn ring: once a date's key is destroyed, what it sealed is gone from all backups too.")


@app.command()
def public(*, keep_ring: KeepFolder, as_json: AsJson = False) -> None:
    """Print the public key of the audit trail's checkpoints, as PEM.

    Keep it where nobody who can write to the database can change it.

    leadgate keys public > leadgate-audit.pem
    """
    key = Ed25519PublicKey.from_public_bytes(KeepRing.open(keep_ring).checkpoint_public_key)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    if as_json:
        print_json({"public_key": pem})
    else:
        typer.echo(pem, nl=False)


@app.command()
def rotate(  # noqa: PLR0913 - one keyword for each option
    *,
    database: DatabaseUrl,
    keep_ring: KeepFolder,
    burn_ring: BurnFolder,
    escrowed: Escrowed = False,
    yes: Confirmed = False,
    as_json: AsJson = False,
) -> None:
    """Rotate the token key, in two steps: make the next key, then bring the database under it.

    The first step changes no token: put the ring with the new key in escrow
    before the second, since the database depends on it from then on. The
    second wraps every token in one transaction, some seconds for 100,000
    rows; it needs no plaintext, and a token key that leaked finds nobody any
    more. On SQLite stop `leadgate serve` before; on PostgreSQL the running
    ones answer nothing until they are started again.

    Each key makes every look-up dearer, and none can be taken out: with more
    than four a review of the list is due, and twelve are the most.

    leadgate keys rotate

    leadgate keys rotate --escrowed
    """
    config = StoreConfig(database_url=database, keep_ring=keep_ring, burn_ring=burn_ring)
    version = asyncio.run(_version_in_use(config))
    new_key = keep_ring / f"token-{version + 1}.key"
    if not escrowed:
        KeepRing.add_token_key(keep_ring, version + 1)
        _tell({"token_version": version, "new_key": str(new_key.resolve()), "rotated": False}, as_json=as_json)
        say("Back up the keep ring, and put a copy of the new key in escrow. Nothing depends on it yet.")
        say("Then let the database use it: `leadgate keys rotate --escrowed`.")
        return
    if not new_key.exists():
        raise Refused(f"{new_key} is not there: `leadgate keys rotate` without --escrowed makes it.")
    say(f"Every token is brought from version {version} to {version + 1}, while intake and objections wait.")
    confirm(f"Is {new_key.name} in escrow, and shall the database depend on it?", yes=yes)
    with _progress(hidden=as_json) as progressed:
        version, rows = asyncio.run(rotate_token_key(config, utc_now, progressed))
    _tell({"token_version": version, "rows": rows, "rotated": True}, as_json=as_json)
    say("Start every `leadgate serve` of this database again: one that has the old version answers nothing.")
    say("Keep every token key, old ones too: without any one of them nobody can tell who has objected.")
    say("Backups from before hold tokens under the old version: if a key leaked, make a new backup and destroy them.")


@app.command()
def check(
    *,
    database: DatabaseUrl,
    keep_ring: KeepFolder,
    burn_ring: BurnFolder,
    as_json: AsJson = False,
) -> None:
    """Check both key rings, and that with them the database finds who has objected.

    Nothing is changed. Exit code 1 says that the service would not start.

    leadgate keys check --json
    """
    config = StoreConfig(database_url=database, keep_ring=keep_ring, burn_ring=burn_ring)
    points = [rings.on_disk(config)]
    if not any_blocks(points):
        points += [rings.content_keys(config), *asyncio.run(rings.beside_database(config, utc_now))]
    blocked = any_blocks(points)
    if as_json:
        print_json({"sound": not blocked, "points": document(points)})
    else:
        show(points)
    if blocked:
        raise typer.Exit(EXIT_REFUSED)


async def _version_in_use(config: StoreConfig) -> int:
    """Read the version of the database's tokens, of rings that find who has objected."""
    store, keep = await open_store(config, utc_now, serving=False)
    await store.close()
    return keep.token_version


def _tell(facts: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
    else:
        print_facts(facts.items())


@contextmanager
def _progress(*, hidden: bool) -> Iterator[Progressed]:
    with Progress(console=Console(stderr=True), transient=True, disable=hidden) as progress:
        task = progress.add_task("Wrapping tokens", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _refuse_existing(ring: Path) -> None:
    # Both are looked at before either is made: a ring without its other half would look like one that lost it.
    if ring.exists() and (not ring.is_dir() or any(ring.iterdir())):
        raise KeyRingError(f"{ring} exists and is not empty: name another directory, or use the rings that you have.")
