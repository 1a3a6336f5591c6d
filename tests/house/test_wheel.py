"""That what is installed from the wheel runs, without the checkout beside it."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.house.sources import ROOT


def run(*command: str | Path, cwd: Path) -> str:
    """Runs a command in *cwd*, and returns what it wrote to stdout."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it; its dependencies are lent by the environment that runs the tests.

    The borrowed folder is named in a .pth file, whose own .pth files Python does not follow. So the checkout, which is
    installed there as editable, stays out of sight.
    """
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv/bin/python"
    packages = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    (Path(packages) / "lent.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    offline = ("--no-deps", "--no-index", "--quiet", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "--python", python, "install", *offline, wheel, cwd=folder)
    return folder / "venv"


def test_the_command_runs_from_the_wheel(installed: Path) -> None:
    """`leadgate --help` answers, from the wheel's own code."""
    where = run(installed / "bin/python", "-c", "import leadgate_cli as it; print(it.__file__)", cwd=installed)
    assert Path(where.strip()).is_relative_to(installed)
    assert "Usage: leadgate" in run(installed / "bin/leadgate", "--help", cwd=installed)


@pytest.mark.parametrize(
    "resource",
    [
        "leadgate_service/migrations/env.py",
        "leadgate_service/migrations/versions",
        "leadgate_service/policies/example.yaml",
        "leadgate_service/http/templates/unsubscribe.html",
        "leadgate_service/http/templates/desk/register.html",
        "leadgate_service/http/static/desk.css",
        "leadgate/v1/lead_service.proto",
        "leadgate/py.typed",
    ],
)
def test_the_wheel_carries_more_than_code(installed: Path, resource: str) -> None:
    """Migrations, the example policy, pages, the contract and the types' mark are installed with the code."""
    package, _, rest = resource.partition("/")
    code = f"from importlib.resources import files; print(files({package!r}).joinpath({rest!r}))"
    place = Path(run(installed / "bin/python", "-c", code, cwd=installed).strip())
    assert place.is_relative_to(installed)
    assert place.exists()


def test_a_support_laptop_needs_no_database_library() -> None:
    """Loading the command loads neither the service nor SQLAlchemy: operator commands fetch them when called."""
    code = "import sys, leadgate_cli.main; print({'leadgate_service', 'sqlalchemy'} & set(sys.modules))"
    assert run(sys.executable, "-c", code, cwd=ROOT).strip() == "set()"
