"""Reviewed lists that the rules read: short, dated by their file's history, each with its reason beside it."""

import tomllib
from importlib.resources import files
from typing import Any


def load(name: str) -> dict[str, Any]:
    """Reads one reviewed list that ships with the package.

    Args:
        name: The file's name without `.toml`.

    Returns:
        The parsed document.
    """
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))
