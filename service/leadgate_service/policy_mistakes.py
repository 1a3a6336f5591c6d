"""The mistakes of a policy file: line, reason and remedy, never the value that was written."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from pydantic_core import ErrorDetails

from leadgate_service.domain.policy import PolicyDocument
from leadgate_service.domain.section import FORMS, Section
from leadgate_service.domain.violation import Path, Violation
from leadgate_service.errors import InvalidArgument

_SHOWN_MISTAKES = 10
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mistake:
    """One mistake of a policy file.

    Attributes:
        line: Where, from 1.
        path: The key, such as `sources[0].mechanism.version`; `policy` for the whole file.
        reason: What is wrong.
        remedy: What to write instead.
    """

    line: int
    path: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.path} {self.reason}; {self.remedy}"


class PolicyError(InvalidArgument):
    """The policy has mistakes; all that were found are in `mistakes`, by line.

    Args:
        mistakes: At least one.
    """

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        count = len(self.mistakes)
        shown = "\n".join(str(mistake) for mistake in self.mistakes[:_SHOWN_MISTAKES])
        super().__init__(
            "POLICY_INVALID",
            f"The policy has {count} mistake{'s' if count > 1 else ''}:\n{shown}\nMend what is named and try again.",
            mistakes=str(count),
        )


def path_text(path: Path) -> str:
    """Write a path as its author would say it. A key that does not look like one is not repeated."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += "." + (step if _PLAIN_KEY.fullmatch(step) else "(key)")
    return text.removeprefix(".") or "policy"


def shape_violation(error: ErrorDetails) -> Violation:
    """Say in the policy's words what the shape of a section forbids.

    Args:
        error: One error of a pydantic validation of `PolicyDocument`.
    """
    path: Path = tuple(step for step in error["loc"] if step != "[key]")
    if error["type"] == "missing":
        return Violation(path=path, reason="is missing", remedy=f"add {path_text(path[-1:])}:")
    if error["type"] == "extra_forbidden":
        return _unknown_key(path)
    reason, remedy = _explain(error["type"], error.get("ctx", {}))
    return Violation(path=path, reason=reason, remedy=remedy)


def _unknown_key(path: Path) -> Violation:
    section = _section_at(path[:-1])
    known = list(section.model_fields)
    similar = difflib.get_close_matches(str(path[-1]), known, n=1)
    reason = "is not a key of the policy"
    if path[0] == "relevance":
        reason = "cannot be compared: only industry, company size, function and seniority can (R-015)"
    remedy = f"did you mean {similar[0]}?" if similar else f"the keys here are {', '.join(known)}"
    return Violation(path=path, reason=reason, remedy=remedy)


def _section_at(path: Path) -> type[Section]:
    section: type[Section] = PolicyDocument
    for step in path:
        if isinstance(step, str):
            section = _section_in(section.model_fields[step].annotation) or section
    return section


def _section_in(annotation: object) -> type[Section] | None:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _section_in(arg)) is not None), None)


def _explain(kind: str, context: Mapping[str, object]) -> tuple[str, str]:
    if kind.startswith("date_"):
        return "is not a date", "write it as YYYY-MM-DD"
    if kind == "string_pattern_mismatch":
        return "does not have the right form", f"write {FORMS[str(context['pattern'])]}"
    reason, remedy = _EXPLANATIONS[kind]
    return reason.format_map(context), remedy.format_map(context)


_EXPLANATIONS: Mapping[str, tuple[str, str]] = {
    "bool_type": ("is not a yes or no", "write true or false"),
    "dict_type": ("is not a mapping", "write key: value lines below it"),
    "mapping_type": ("is not a mapping", "write key: value lines below it"),
    "model_type": ("is not a section", "write its keys below it"),
    "model_attributes_type": ("is not a section", "write its keys below it"),
    "enum": ("is not one of the allowed words", "write {expected}"),
    "frozen_set_type": ("is not a list", "write a dash before each item, or [a, b]"),
    "tuple_type": ("is not a list", "write a dash before each item, or [a, b]"),
    "too_short": ("is empty", "list at least one"),
    "int_type": ("is not a whole number", "write digits without quotes"),
    "greater_than_equal": ("is too small", "use at least {ge}"),
    "less_than_equal": ("is too large", "use at most {le}"),
    "string_type": ("is not text", "put the value in quotes"),
    "string_too_short": ("is empty", "write the text"),
    "string_too_long": ("is too long", "use at most {max_length} characters"),
}
