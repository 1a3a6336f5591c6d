"""What a figure was taken on: nobody can judge a ratio without it, and nobody should compare across it."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version

_PACKAGES = ("grpcio", "protobuf", "uvloop", "SQLAlchemy", "asyncpg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The machine and what ran on it.

    Attributes:
        system: Operating system and processor.
        processors: How many there are.
        load: Average of running and waiting processes over the last minute, before anything was measured.
        versions: By name; the databases that were measured add theirs.
    """

    system: str
    processors: int
    load: float
    versions: dict[str, str]


def this_machine() -> Machine:
    """Describe the machine."""
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        processors=os.cpu_count() or 1,
        load=round(os.getloadavg()[0], 2),
        versions={"Python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
    )
