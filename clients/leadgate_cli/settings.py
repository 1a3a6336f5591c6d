"""Options of operator commands: each has its variable, which the service reads as well."""

from collections.abc import Mapping
from os import environ
from pathlib import Path
from typing import Annotated

import typer

_DATABASE = "sqlite:///PATH or postgresql://...; keep passwords out of command lines."

DatabaseUrl = Annotated[str, typer.Option("--database", envvar="LEADGATE_DATABASE_URL", metavar="URL", help=_DATABASE)]
KeepRing = Annotated[Path, typer.Option(envvar="LEADGATE_KEEP_RING", metavar="DIR", help="Directory of the keep ring.")]
BurnRing = Annotated[Path, typer.Option(envvar="LEADGATE_BURN_RING", metavar="DIR", help="Directory of the burn ring.")]
CheckpointFolder = Annotated[
    Path,
    typer.Option("--checkpoints", envvar="LEADGATE_CHECKPOINTS", metavar="DIR", help="Directory of the checkpoints."),
]


def environment(flags: Mapping[str, object]) -> Mapping[str, str]:
    """Return the environment, with what flags say instead.

    Args:
        flags: Values by variable, of which None says nothing.
    """
    return {**environ, **{variable: str(value) for variable, value in flags.items() if value is not None}}
