"""The policy as a file: YAML in, a policy or all of its mistakes out."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from importlib import resources
from typing import Any

import pydantic

from leadgate_service.domain.policy import Policy, PolicyDocument
from leadgate_service.domain.policy_rules import violations
from leadgate_service.domain.violation import Violation
from leadgate_service.policy_mistakes import Mistake, PolicyError, path_text, shape_violation
from leadgate_service.policy_yaml import YamlDocument, YamlRefused, read_yaml


class BundledPolicy(StrEnum):
    """A policy file that comes with the package."""

    EXAMPLE = "example"
    """A complete, commented draft to start from; intake stays closed until its assessment is approved."""
    DEMO = "demo"
    """An approved policy for invented people, which only a development server accepts."""


def bundled_text(name: BundledPolicy) -> str:
    """Return the text of a policy file that comes with the package."""
    return resources.files("leadgate_service").joinpath("policies", f"{name}.yaml").read_text(encoding="utf-8")


def parse(text: str) -> Policy:
    """Read a policy.

    Args:
        text: YAML, at most 256 KiB.

    Returns:
        The policy, with version 0 until the database gives it one.

    Raises:
        PolicyError: POLICY_INVALID: the text has mistakes. All that can be told are in it, each with line, reason and
            remedy; none repeats a value.
    """
    written = _read(text)
    document, shape_violations = _validate(written.data)
    rule_violations = violations(document, document.model_fields_set)
    mistakes = [*_repeated_keys(written), *_located(written, shape_violations), *_located(written, rule_violations)]
    if mistakes:
        raise PolicyError(mistakes)
    return Policy(**dict(document), digest=hashlib.sha256(text.encode()).hexdigest())


def _read(text: str) -> YamlDocument:
    try:
        return read_yaml(text)
    except YamlRefused as refused:
        mistake = Mistake(line=refused.line, path=path_text(()), reason=refused.reason, remedy=refused.remedy)
        raise PolicyError([mistake]) from None


def _validate(data: Mapping[str, object]) -> tuple[PolicyDocument, Sequence[Violation]]:
    """Return a document that has the sound sections, and what is wrong with the shape of the others."""
    # By way of JSON, because only there does strict reading still turn words into enums and text into dates.
    try:
        return PolicyDocument.model_validate_json(json.dumps(data)), ()
    except pydantic.ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
    broken = {item["loc"][0] for item in errors}
    sound: dict[str, Any] = {
        name: pydantic.TypeAdapter(info.rebuild_annotation()).validate_json(json.dumps(data[name]))
        for name, info in PolicyDocument.model_fields.items()
        if name in data and name not in broken
    }
    return PolicyDocument.model_construct(**sound), [shape_violation(item) for item in errors]


def _located(written: YamlDocument, found: Iterable[Violation]) -> Iterator[Mistake]:
    for violation in found:
        yield Mistake(
            line=written.line_of(violation.path),
            path=path_text(violation.path),
            reason=violation.reason,
            remedy=violation.remedy,
        )


def _repeated_keys(written: YamlDocument) -> Iterator[Mistake]:
    for path, line in written.repeated:
        yield Mistake(line=line, path=path_text(path), reason="occurs twice", remedy="keep one of the two")
