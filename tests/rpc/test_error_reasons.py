"""Every reason that can leave the service is in the contract's list, and the list holds no reason that cannot.

The errors are read as they are written, so that those are seen too that no test provokes.
"""

import ast
import importlib
import re
from collections.abc import Iterator

from leadgate.v1 import error_reason_pb2
from leadgate_service.errors import LeadgateError

from tests.house.sources import ROOT, parse, python_files

SERVICE = "service/leadgate_service"
OPERATORS = {
    "CONFIG_INVALID",
    "DATABASE_IN_USE",
    "DATABASE_URL_INVALID",
    "SCHEMA_AHEAD",
    "SCHEMA_LOCKED",
    "SCHEMA_OUTDATED",
}
"""Reasons of the start and of the operator's commands: they end a process and never answer a call."""

MANY = 40
"""Fewer messages than the code has, and more than a search finds that has lost its way."""

PREFIX = "ERROR_REASON_"
_REASON = re.compile(r"[A-Z]+(?:_[A-Z]+)*")


def error_names() -> set[str]:
    """Name every class of errors that the service has."""
    for path in python_files(SERVICE):
        name = path.relative_to(ROOT / "service").with_suffix("").as_posix().replace("/", ".")
        if path.name != "__main__.py":
            importlib.import_module(name.removesuffix(".__init__"))
    found, classes = {LeadgateError}, [LeadgateError]
    while classes:
        below = classes.pop().__subclasses__()
        found.update(below)
        classes += below
    return {one.__name__ for one in found} - {"ConfigError"}  # its first argument is a variable's name


def reasons_given() -> Iterator[tuple[str, str]]:
    """List each reason that the code gives an error, with the file that does."""
    names = error_names()
    for path in python_files(SERVICE):
        for node in ast.walk(parse(path)):
            match node:
                case ast.Call(func=ast.Name(id=called), args=[ast.Constant(value=str(reason)), *_]) if called in names:
                    yield reason, path.name
                case ast.Call(func=ast.Attribute(attr="__init__"), args=[ast.Constant(value=str(reason)), *_]):
                    yield reason, path.name
                case _:
                    pass


def messages_given() -> Iterator[tuple[str, str]]:
    """List each message that the code gives an error, with `{}` for every value in it, and where it does."""
    names = error_names()
    for path in python_files(SERVICE):
        for node in ast.walk(parse(path)):
            match node:
                case ast.Call(func=ast.Name(id=called), args=[*_, message]) if called in names:
                    pass
                case ast.Call(func=ast.Attribute(attr="__init__"), args=[ast.Constant(), message]):
                    pass
                case _:
                    continue
            match message:
                case ast.Constant(value=str(text)):
                    yield text, f"{path.name}:{node.lineno}"
                case ast.JoinedStr(values=parts):
                    told = (str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
                    yield "".join(told), f"{path.name}:{node.lineno}"
                case _:
                    pass  # handed on, and looked at where it was written


def test_every_message_ends_with_one_full_stop() -> None:
    """What an error says is sentences, to whomever it is said."""
    given = list(messages_given())
    assert len(given) > MANY
    assert [(text, place) for text, place in given if not re.search(r"[^.]\.\Z", text)] == []


def test_every_reason_is_in_the_contract() -> None:
    """What the code gives as a reason is a name of ErrorReason, or one that no caller can ever get."""
    listed = {name.removeprefix(PREFIX) for name in error_reason_pb2.ErrorReason.keys()}  # noqa: SIM118 - no mapping
    given = {(reason, place) for reason, place in reasons_given() if _REASON.fullmatch(reason)}
    assert {(reason, place) for reason, place in given if reason not in listed | OPERATORS} == set()
    assert {reason for reason, _ in given} >= OPERATORS


def test_every_listed_reason_is_given() -> None:
    """The contract promises no reason that the code has no place for."""
    listed = {name.removeprefix(PREFIX) for name in error_reason_pb2.ErrorReason.keys()}  # noqa: SIM118 - no mapping
    assert listed - {reason for reason, _ in reasons_given()} == {"UNSPECIFIED"}
