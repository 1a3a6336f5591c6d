"""`leadgate serve`: the service, told by the environment and by options that override it."""

from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from leadgate_service.app import App
from leadgate_service.config import Config

from leadgate_cli.output import say
from leadgate_cli.settings import environment


def _setting(name: str, about: str, metavar: str = "FILE") -> Any:
    return typer.Option(envvar=f"LEADGATE_{name}", metavar=metavar, help=about)


Dev = Annotated[
    bool,
    typer.Option("--dev", envvar="LEADGATE_DEV", help="Without TLS, on loopback only; accepts the demo policy."),
]
Listen = Annotated[str | None, _setting("LISTEN", "Default 127.0.0.1:8443; port 0 is a free one.", "HOST:PORT")]
Database = Annotated[
    str | None, typer.Option(envvar="LEADGATE_DATABASE_URL", metavar="URL", help="sqlite:///PATH or postgresql://...")
]
KeepRing = Annotated[Path | None, _setting("KEEP_RING", "Directory of the keep ring.", "DIR")]
BurnRing = Annotated[Path | None, _setting("BURN_RING", "Directory of the burn ring.", "DIR")]
Checkpoints = Annotated[Path | None, _setting("CHECKPOINTS", "Directory of the audit checkpoints.", "DIR")]
Policy = Annotated[Path | None, _setting("FOUNDING_POLICY", "Policy that founds an empty database; else not read.")]
Certificate = Annotated[Path | None, _setting("TLS_CERTIFICATE", "PEM of the server's certificate.")]
Key = Annotated[Path | None, _setting("TLS_KEY", "PEM of its key.")]
ClientCa = Annotated[Path | None, _setting("TLS_CLIENT_CA", "PEM of the authority of client certificates.")]
DoorListen = Annotated[
    str | None, _setting("DOOR_LISTEN", "Address of the HTTP door; without it there is none.", "HOST:PORT")
]
DoorUrl = Annotated[str | None, _setting("DOOR_URL", "Where the world reaches the door.", "https://HOST")]
DoorCertificate = Annotated[Path | None, _setting("DOOR_TLS_CERTIFICATE", "PEM of the door's certificate.")]
DoorKey = Annotated[Path | None, _setting("DOOR_TLS_KEY", "PEM of its key.")]
DeskOpen = Annotated[
    bool, typer.Option("--desk", envvar="LEADGATE_DESK", help="The objection desk is open, under /desk of the door.")
]


def command(  # noqa: PLR0913 - one keyword for each setting
    *,
    dev: Dev = False,
    listen: Listen = None,
    database: Database = None,
    keep_ring: KeepRing = None,
    burn_ring: BurnRing = None,
    checkpoints: Checkpoints = None,
    founding_policy: Policy = None,
    tls_certificate: Certificate = None,
    tls_key: Key = None,
    tls_client_ca: ClientCa = None,
    door_listen: DoorListen = None,
    door_url: DoorUrl = None,
    door_tls_certificate: DoorCertificate = None,
    door_tls_key: DoorKey = None,
    desk: DeskOpen = False,
) -> None:
    """Serve until told to end.

    Every setting is a variable of the environment; an option overrides it.
    Secrets are variables only, because others can read command lines:
    LEADGATE_CLEARBIT_KEY, LEADGATE_HUNTER_KEY, LEADGATE_ZENDESK_SECRET. The
    log is on stdout.

    leadgate serve
    leadgate serve --dev --listen 127.0.0.1:0 --founding-policy policy.yaml
    """
    flags = {
        "LEADGATE_DEV": "1" if dev else None,
        "LEADGATE_LISTEN": listen,
        "LEADGATE_DATABASE_URL": database,
        "LEADGATE_KEEP_RING": keep_ring,
        "LEADGATE_BURN_RING": burn_ring,
        "LEADGATE_CHECKPOINTS": checkpoints,
        "LEADGATE_FOUNDING_POLICY": founding_policy,
        "LEADGATE_TLS_CERTIFICATE": tls_certificate,
        "LEADGATE_TLS_KEY": tls_key,
        "LEADGATE_TLS_CLIENT_CA": tls_client_ca,
        "LEADGATE_DOOR_LISTEN": door_listen,
        "LEADGATE_DOOR_URL": door_url,
        "LEADGATE_DOOR_TLS_CERTIFICATE": door_tls_certificate,
        "LEADGATE_DOOR_TLS_KEY": door_tls_key,
        "LEADGATE_DESK": "1" if desk else None,
    }
    uvloop.run(_serve(Config.from_environment(environment(flags))))


async def _serve(config: Config) -> None:
    app = await App.build(config)
    await app.serve(_announce)


def _announce(app: App) -> None:
    how = "with TLS" if app.config.tls is not None else "for development, without TLS"
    door = f" The door is open on {app.door.address}." if app.door is not None else ""
    say(f"leadgate listens on {app.address}, {how}.{door} Ctrl-C ends it.")
