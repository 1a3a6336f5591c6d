"""A terminal to type `leadgate` commands into: in this process where that is enough, or as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from leadgate_cli.main import app
from typer.testing import CliRunner

COMMAND = (sys.executable, "-m", "leadgate_cli")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command said.

    Attributes:
        code: Its exit code.
        stdout: Data.
        stderr: Talk.
    """

    code: int
    stdout: str
    stderr: str

    @property
    def refusal(self) -> str:
        """The one line that an error is told in."""
        (line,) = self.stderr.splitlines()
        assert line.startswith("leadgate: ")
        return line.removeprefix("leadgate: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A terminal.

    Attributes:
        variables: What is exported there; no other LEADGATE_* is.
    """

    variables: Mapping[str, str] = field(default_factory=dict)

    def exporting(self, **variables: object) -> Self:
        """Return a terminal where these are exported too; None takes one back."""
        merged = {**self.variables, **{name: str(value) for name, value in variables.items() if value is not None}}
        return replace(
            self, variables={name: value for name, value in merged.items() if variables.get(name, "") is not None}
        )

    def type(self, *arguments: object, stdin: str = "") -> Said:
        """Run a command in this process."""
        outside = {name: None for name in os.environ if name.startswith("LEADGATE_")}
        variables = {**outside, **self.variables}
        done = CliRunner().invoke(
            app,
            [str(one) for one in arguments],
            input=stdin,
            env=variables,
            prog_name="leadgate",
            catch_exceptions=False,
        )
        return Said(code=done.exit_code, stdout=done.stdout, stderr=done.stderr)

    def start(self, *arguments: object, **settings: Any) -> subprocess.Popen[str]:
        """Start a command as a process of its own, with its output piped."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LEADGATE_")}
        return subprocess.Popen(
            [*COMMAND, *(str(one) for one in arguments)],
            env={**inherited, **self.variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **settings,
        )
