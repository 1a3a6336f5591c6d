"""Commands whose module is loaded when they are called, so that `leadgate --help` needs nothing that they need."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

import typer
from typer.core import TyperCommand
from typer.main import get_command, get_group


class LazyCommand(TyperCommand):
    """Stands for a command in the list of commands; once called, the loaded one takes its place."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Load the command, and let it read its own arguments."""
        load = cast("Callable[[], Any]", self.callback)
        return load().make_context(info_name, args, parent=parent, **extra)


def add_lazy(app: typer.Typer, name: str, place: str, summary: str) -> None:
    """Add a command that is loaded when it is called.

    Args:
        app: The group.
        name: What the command is called.
        place: `module:function` of one command, or `module:app` of a group of them.
        summary: The line about it in the list of commands: the first of its own help.
    """
    app.command(name, cls=LazyCommand, help=summary)(_loader(name, place))


def _loader(name: str, place: str) -> Callable[[], Any]:
    def load() -> Any:
        module, _, attribute = place.partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            return get_group(found)
        app = typer.Typer(add_completion=False)
        app.command(name)(found)
        return get_command(app)

    return load
