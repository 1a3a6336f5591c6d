"""The log: one JSON object a line, with keys from a closed list. What is not listed is not written (R-078).

Calls that succeed leave no line: the audit trail has them. Failures leave one, with the reason and, for what should
not happen, an incident id with the place in the code. Never a message of a driver or library: it may hold a value.
"""

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import structlog

from leadgate_service.errors import LeadgateError

ALLOWED_KEYS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "method",
        "reason",
        "status",
        "incident",
        "error",
        "place",
        "seconds",
        "counts",
        "address",
    },
)
"""The keys that a line may have."""


class Log:
    """Writes the lines.

    Args:
        stream: Where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._logger = structlog.wrap_logger(
            structlog.WriteLogger(stream),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _only_allowed,
                structlog.processors.JSONRenderer(),
            ],
            wrapper_class=structlog.BoundLogger,
        )

    def started(self, address: str) -> None:
        """Say that the service listens."""
        self._logger.info("started", address=address)

    def stopped(self, counts: Mapping[str, int]) -> None:
        """Say that the service has ended, and what it counted."""
        self._logger.info("stopped", counts=dict(counts))

    def refused(self, method: str, error: LeadgateError, *, seconds: float) -> None:
        """Say that a call was refused."""
        self._logger.info(
            "refused",
            method=method,
            reason=error.reason,
            status=error.status,
            incident=error.metadata.get("incident"),
            seconds=round(seconds, 4),
        )

    def incident(self, incident: str, error: BaseException) -> None:
        """Say where something failed that should not: types and places, no text of the error itself."""
        self._logger.error("incident", incident=incident, error=_types(error), place=_places(error))

    def library(self, name: str, error: BaseException | None) -> None:
        """Say that a library complained, and where something failed in it; its words may hold anything."""
        if error is None:
            self._logger.warning("library", method=name)
        else:
            self._logger.error("library", method=name, error=_types(error), place=_places(error))


def _only_allowed(_logger: Any, _method: str, line: Any) -> Any:
    return {key: value for key, value in line.items() if key in ALLOWED_KEYS and value is not None}


def _types(error: BaseException) -> list[str]:
    """Name the error and what caused it, by type."""
    names = []
    cause: BaseException | None = error
    while cause is not None:
        names.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    return names


def _places(error: BaseException) -> list[str]:
    """List the calls that led there, innermost last."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
