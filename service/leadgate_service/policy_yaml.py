"""YAML, as much of it as a policy needs: plain values with the line of each.

The text comes from outside, so everything that makes YAML surprising is refused rather than interpreted: tags,
anchors and aliases (a few lines can expand to gigabytes), keys that occur twice, deep nesting. Only `true`, `false`,
`null` and decimal whole numbers are anything but text, so the country code NO stays a country.
"""

import re
from collections.abc import Mapping

import yaml

from leadgate_service.domain.violation import Path

MAX_BYTES = 256 * 1024
"""How long a policy may be, in bytes of UTF-8."""

_MAX_DEPTH = 12
_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class YamlRefused(Exception):
    """The text cannot be read at all.

    Args:
        line: Where reading stopped, from 1.
        reason: What is wrong, without any of the text.
        remedy: What to do.
    """

    def __init__(self, line: int, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason
        self.remedy = remedy


class YamlDocument:
    """The values of a YAML text, and where each was written.

    Args:
        root: The composed text.

    Attributes:
        data: The values: mappings, lists, text, whole numbers, booleans and None.
        repeated: Paths of keys that occur more than once, each with the line of the later one; the first value counts.
    """

    def __init__(self, root: yaml.MappingNode) -> None:
        self._lines: dict[Path, int] = {(): _line(root)}
        self.repeated: list[tuple[Path, int]] = []
        self.data = self._mapping(root, ())

    def line_of(self, path: Path) -> int:
        """Return the line, from 1, of the path or of the nearest part around it that is written."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def _value(self, node: yaml.Node, path: Path) -> object:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return self._sequence(node, path)
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = _key(key_node)
            at = (*path, key)
            if key in values:
                self.repeated.append((at, _line(key_node)))
                continue
            self._lines[at] = _line(key_node)
            values[key] = self._value(value_node, at)
        return values

    def _sequence(self, node: yaml.SequenceNode, path: Path) -> list[object]:
        values: list[object] = []
        for index, item in enumerate(node.value):
            at = (*path, index)
            self._lines[at] = _line(item)
            values.append(self._value(item, at))
        return values


def read_yaml(text: str) -> YamlDocument:
    """Read a text whose root is a mapping.

    Raises:
        YamlRefused: The text is too long, is not YAML, or uses what a policy does not need.
    """
    if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        raise YamlRefused(1, f"is longer than {MAX_BYTES // 1024} KiB", "shorten the policy")
    try:
        root = _Composer(text).get_single_node()
    except yaml.YAMLError as error:
        raise YamlRefused(
            _error_line(error, text),
            "is not YAML",
            "look at the indentation, the colons and the quotes at this line and the one before",
        ) from None
    if not isinstance(root, yaml.MappingNode):
        raise YamlRefused(1, "is not a mapping of sections", "begin with `statement:` at the start of a line")
    return YamlDocument(root)


class _Composer(yaml.BaseLoader):
    """Composes nodes and refuses tags, anchors, aliases and deep nesting before they cost anything."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stub leaves it untyped
        line = event.start_mark.line + 1
        if event.anchor is not None:
            raise YamlRefused(line, "uses an anchor or an alias", "write the value out")
        if getattr(event, "tag", None) is not None:
            raise YamlRefused(line, "uses a tag", "remove the word that begins with an exclamation mark")
        if self._depth >= _MAX_DEPTH:
            raise YamlRefused(line, "is nested too deeply", f"use at most {_MAX_DEPTH} levels")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise YamlRefused(_line(node), "has a list or a mapping as a key", "use a word as the key")
    return str(node.value)


def _scalar(node: yaml.Node) -> str | int | bool | None:
    text = str(node.value)
    if isinstance(node, yaml.ScalarNode) and node.style is not None:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else text


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _error_line(error: yaml.YAMLError, text: str) -> int:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return error.problem_mark.line + 1
    position = getattr(error, "position", 0)
    return text.count("\n", 0, position) + 1
