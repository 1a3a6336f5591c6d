"""The recorded answers of the documentation, served byte for byte."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from leadgate_simulators.answers import JSON, Answer, serialised

_FOLDER = files("leadgate_simulators") / "fixtures"


@dataclass(frozen=True, slots=True)
class Fixture:
    """One recorded answer.

    Attributes:
        name: The file's name without its ending.
        path: Of the request it answers; None where any request may meet it.
        params: Of the request it answers.
        answer: What is sent.
    """

    name: str
    path: str | None
    params: Mapping[str, str]
    answer: Answer


@cache
def fixture(name: str) -> Fixture:
    """Read one fixture.

    Args:
        name: The file's name without its ending.

    Raises:
        KeyError: There is none of this name.
    """
    return _read(name, _index()[f"{name}.json"])


def find(provider: str, path: str, params: Mapping[str, str]) -> Fixture | None:
    """Find the fixture that answers a request; where several do, the last by name.

    Args:
        provider: `clearbit` or `hunter`.
        path: Of the request.
        params: Of the request; all of them must agree.
    """
    names = [name.removesuffix(".json") for name in _index() if name.startswith(f"{provider}_")]
    matches = [one for one in map(fixture, names) if one.path == path and one.params == params]
    return matches[-1] if matches else None


@cache
def _index() -> dict[str, Any]:
    index: dict[str, Any] = json.loads((_FOLDER / "INDEX.json").read_bytes())
    return dict(sorted(index.items()))


def _read(name: str, entry: Mapping[str, Any]) -> Fixture:
    """Read a file that is either a bare body, whose status the index has, or `{status, headers, body}`."""
    content = (_FOLDER / f"{name}.json").read_bytes()
    if "status" in entry:
        request = entry.get("request")
        answer = Answer(status=entry["status"], headers=entry["headers"], body=content)
    else:
        record = json.loads(content)
        request = record.get("request")
        headers = record.get("headers", {"Content-Type": JSON})
        answer = Answer(status=record.get("status", 200), headers=headers, body=serialised(record.get("body")))
    if request is None:
        return Fixture(name, None, {}, answer)
    return Fixture(name, urlsplit(request["url"]).path, request["params"], answer)
