"""How client commands reach the service: options that they all have, and a token that no process list shows."""

import inspect
from collections.abc import Callable
from functools import wraps
from os import environ
from pathlib import Path
from typing import Annotated, Any

import typer
from leadgate_client import Client

from leadgate_cli.failures import Misused

_PANEL = "Connection"

Target = Annotated[
    str,
    typer.Option(envvar="LEADGATE_TARGET", metavar="HOST:PORT", help="Address of the service.", rich_help_panel=_PANEL),
]


def _file(variable: str, about: str) -> Any:
    return typer.Option(
        envvar=variable, exists=True, dir_okay=False, readable=True, metavar="FILE", help=about, rich_help_panel=_PANEL
    )


TokenFile = Annotated[Path | None, _file("LEADGATE_TOKEN_FILE", "File with your token; without it, LEADGATE_TOKEN.")]
Ca = Annotated[Path | None, _file("LEADGATE_CA", "PEM of the authority that signed the service's certificate.")]
Certificate = Annotated[Path | None, _file("LEADGATE_CLIENT_CERTIFICATE", "PEM of your own certificate, if asked for.")]
Key = Annotated[Path | None, _file("LEADGATE_CLIENT_KEY", "PEM of its key.")]
InsecureLocal = Annotated[
    bool, typer.Option("--insecure-local", help="Without TLS, to this machine only.", rich_help_panel=_PANEL)
]


def connect(  # noqa: PLR0913 - one keyword for each option
    *,
    target: Target,
    token_file: TokenFile = None,
    ca: Ca = None,
    client_certificate: Certificate = None,
    client_key: Key = None,
    insecure_local: InsecureLocal = False,
) -> Client:
    """Connect as the options say.

    Raises:
        Misused: There is no token, or the options contradict each other.
    """
    try:
        return Client.connect(
            target,
            token=_token(token_file),
            ca=ca,
            client_certificate=client_certificate,
            client_key=client_key,
            insecure_local=insecure_local,
        )
    except ValueError as error:
        raise Misused(f"The connection cannot be made: {error}.") from None


def connected(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a connection, and, as its first argument, the client that they make."""
    _client, *own = inspect.signature(command, eval_str=True).parameters.values()
    shared = inspect.signature(connect, eval_str=True).parameters

    @wraps(command)
    def with_client(**values: Any) -> None:
        options = {name: values.pop(name) for name in shared}
        with connect(**options) as connection:
            command(connection, **values)

    parameters = [*own, *shared.values()]
    with_client.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_client.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_client


def _token(file: Path | None) -> str:
    token = file.read_text(encoding="ascii", errors="replace").strip() if file else environ.get("LEADGATE_TOKEN", "")
    if not token:
        raise Misused("There is no token: set LEADGATE_TOKEN, or name a file with --token-file.")
    return token
