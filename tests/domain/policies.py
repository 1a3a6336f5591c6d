"""Policies to break: the bundled demo policy as plain data, changed at one place, and written back as YAML."""

import copy
from collections.abc import Mapping
from typing import Any

import yaml
from leadgate_service.domain.policy import Policy
from leadgate_service.policy_file import BundledPolicy, bundled_text, parse
from leadgate_service.policy_mistakes import Mistake, PolicyError

Path = tuple[str | int, ...]
REMOVED = object()
"""Given as a value, it takes the key away."""


class _PlainDumper(yaml.SafeDumper):
    """Writes a value that occurs twice out twice."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the signature is the library's
        return True


_DEMO: dict[str, Any] = yaml.safe_load(bundled_text(BundledPolicy.DEMO))


def changed(changes: Mapping[Path, object]) -> dict[str, Any]:
    """Return the demo policy as plain data, with other values at the given paths."""
    data = copy.deepcopy(_DEMO)
    for path, value in changes.items():
        part: Any = data
        for step in path[:-1]:
            part = part[step]
        if value is REMOVED:
            del part[path[-1]]
        else:
            part[path[-1]] = value
    return data


def written(data: object) -> str:
    """Write plain data as YAML, in the order given."""
    return yaml.dump(data, Dumper=_PlainDumper, sort_keys=False)


def policy(changes: Mapping[Path, object]) -> Policy:
    """Read the demo policy with other values at the given paths."""
    return parse(written(changed(changes)))


def mistakes(text: str) -> tuple[Mistake, ...]:
    """Read a text and return its mistakes; none if it is a policy."""
    try:
        parse(text)
    except PolicyError as error:
        return error.mistakes
    return ()
