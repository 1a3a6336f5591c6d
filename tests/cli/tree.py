"""The command tree, walked as `leadgate` itself walks it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer
from leadgate_cli.lazy import LazyCommand
from leadgate_cli.main import app
from typer.core import TyperGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A command of the tree.

    Attributes:
        words: What is typed to call it, without `leadgate`.
        listed: The line about it in the list of commands.
        command: The command itself, loaded.
        lazy: It was loaded for this.
    """

    words: tuple[str, ...]
    listed: str
    command: Any
    lazy: bool

    @property
    def options(self) -> set[str]:
        """The names of its options."""
        return {name for parameter in self.command.params for name in parameter.opts}


def nodes() -> list[Node]:
    """Walk the whole tree, groups included."""
    return list(_below(typer.main.get_command(app), (), lazy=False))


def leaves() -> list[Node]:
    """Every command that does something."""
    return [node for node in nodes() if not isinstance(node.command, TyperGroup)]


def _below(group: Any, words: tuple[str, ...], *, lazy: bool) -> Iterator[Node]:
    for name, listed in group.commands.items():
        is_lazy = isinstance(listed, LazyCommand)
        command = listed.callback() if is_lazy else listed
        node = Node(words=(*words, name), listed=listed.help or "", command=command, lazy=lazy or is_lazy)
        yield node
        if isinstance(command, TyperGroup):
            yield from _below(command, node.words, lazy=node.lazy)
