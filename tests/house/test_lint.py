"""Style, types, directions and contract, each kept by its tool."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

SCRIPTS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        "ruff check .",
        "ruff format --check .",
        "mypy",
        "lint-imports --no-logo",
        "buf lint protos",
    ],
)
def test_the_tree_is_clean(command: str) -> None:
    """The tool finds nothing to complain about in the whole tree."""
    tool, *arguments = command.split()
    done = subprocess.run([SCRIPTS / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
