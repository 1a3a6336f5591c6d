"""`leadgate keys`: the two rings, whose backup rules are opposite."""

from pathlib import Path

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from leadgate_service.keyfiles import KeyRingError, check_rings_apart
from leadgate_service.keys import BurnRing, KeepRing

from leadgate_cli.output import AsJson, print_facts, print_json, say
from leadgate_cli.settings import BurnRing as BurnFolder
from leadgate_cli.settings import KeepRing as KeepFolder

app = typer.Typer(no_args_is_help=True, help="Make the two key rings, and show the public key of the audit trail.")


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
    rings = {"keep_ring": str(keep_ring.resolve()), "burn_ring": str(burn_ring.resolve())}
    if as_json:
        print_json(rings)
    else:
        print_facts(rings.items())
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


def _refuse_existing(ring: Path) -> None:
    # Both are looked at before either is made: a ring without its other half would look like one that lost it.
    if ring.exists() and (not ring.is_dir() or any(ring.iterdir())):
        raise KeyRingError(f"{ring} exists and is not empty: name another directory, or use the rings that you have.")
