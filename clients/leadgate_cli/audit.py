"""`leadgate audit`: proof that the trail is as it was written (GDPR Art. 5(2), R-074)."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from leadgate_service.app import open_driver
from leadgate_service.audit_checkpoints import read_checkpoints
from leadgate_service.audit_verify import Report, StoredChain
from leadgate_service.audit_verify import verify as verify_chains
from leadgate_service.keep_ring import KeepRing
from leadgate_service.storage import trail

from leadgate_cli.failures import EXIT_REFUSED, Misused
from leadgate_cli.output import AsJson, print_json, print_table, say
from leadgate_cli.settings import CheckpointFolder, DatabaseUrl

app = typer.Typer(no_args_is_help=True, help="Verify the audit trail.")

PublicKey = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, readable=True, metavar="FILE", help="PEM of `leadgate keys public`."),
]
OptionalKeepRing = Annotated[
    Path | None,
    typer.Option(envvar="LEADGATE_KEEP_RING", metavar="DIR", help="Where the public key is, if no file is named."),
]


@app.command()
def verify(
    *,
    database: DatabaseUrl,
    checkpoints: CheckpointFolder,
    public_key: PublicKey = None,
    keep_ring: OptionalKeepRing = None,
    as_json: AsJson = False,
) -> None:
    """Check every entry of the audit trail against its chain, and the chains against signed checkpoints.

    It only reads, and needs nothing secret: the database, the checkpoints and
    the public key. Exit code 1 says that something is not as it was written.

    leadgate audit verify --public-key leadgate-audit.pem
    """
    key = _public_key(public_key, keep_ring)
    report = verify_chains(asyncio.run(_chains(database)), read_checkpoints(checkpoints, key))
    if as_json:
        print_json(_document(report))
    elif report.findings:
        print_table(("CHAIN", "ENTRY", "FINDING"), [(one.chain_id, one.sequence, one.what) for one in report.findings])
    say(f"entries: {report.rows}, chains: {report.chains}, checkpoints: {report.checkpoints}; {_verdict(report)}")
    if report.findings:
        raise typer.Exit(EXIT_REFUSED)


async def _chains(database: str) -> Sequence[StoredChain]:
    driver = await open_driver(database, serving=False)
    try:
        return await driver.read(trail.chains)
    finally:
        await driver.close()


def _public_key(file: Path | None, keep_ring: Path | None) -> bytes:
    if file is None:
        if keep_ring is None:
            raise Misused("There is no key to verify with: name the public one with --public-key.")
        return KeepRing.open(keep_ring).checkpoint_public_key
    try:
        key = load_pem_public_key(file.read_bytes())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Misused(f"{file} is not the public key that `leadgate keys public` prints.")
    return key.public_bytes_raw()


def _verdict(report: Report) -> str:
    if report.findings:
        count = len(report.findings)
        return f"{count} finding{'s' if count > 1 else ''}. Keep this database as it is, and compare it with a backup."
    if not report.checkpoints:
        return "nothing is wrong, but without a checkpoint nobody can see whether the newest entries are missing."
    return "the trail is whole."


def _document(report: Report) -> dict[str, object]:
    findings = [
        {"chain_id": str(one.chain_id) if one.chain_id else None, "entry": one.sequence, "finding": one.what}
        for one in report.findings
    ]
    counts = {"chains": report.chains, "entries": report.rows, "checkpoints": report.checkpoints}
    return {**counts, "findings": findings}
