"""The rules of the house that no linter keeps."""

import ast
import fnmatch
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.sources import ROOT, dotted_name, parse, project_settings, python_files, written_tests

TOP_LEVEL = {
    "pyproject.toml", "README.md", "Makefile", "CHANGELOG.md", "LICENSE", "requirements.lock",
    "docs", "protos", "service", "clients", "migrations", "tests",
    ".ci", ".git", ".gitignore", ".gitattributes",
}  # fmt: skip

STEPS_ASIDE = r"pytest\.(skip|importorskip|xfail|mark\.(skip|skipif|xfail))|unittest\.skip.*|.*\.SkipTest"
STANDS_IN = r"unittest\.mock.*|(Magic|Async)?Mock|create_autospec|mocker(\..*)?|monkeypatch\.setattr"
DIGESTS = r"hashlib(\..*)?|(.*\.)?hashes\.Hash"
CLOCKS = r"(.*\.)?(datetime\.(now|utcnow|today)|date\.today|time\.time(_ns)?|uuid[147])"

MAY_DIGEST = {
    "clients/leadgate_cli/mails.py": "a mail, or the id that its program gave it, to name the request",
    "service/leadgate_service/audit.py": "chains entries that hold tokens already keyed",
    "service/leadgate_service/audit_checkpoints.py": "names files after signed text, and the public key",
    "service/leadgate_service/policy_file.py": "the text of a policy, which is public in the house",
    "service/leadgate_service/usecases/enrichment.py": "a caller's request id, to derive another",
    "service/leadgate_service/usecases/access.py": "access tokens, which are 256 random bits: nothing to guess",
}
"""The modules that use a plain digest, each with what it digests: never an identifier, for whoever has a list of all
phone numbers digests them all."""


def names_in(path: Path) -> Iterator[str]:
    """Every dotted name that the file imports or uses."""
    for node in ast.walk(parse(path)):
        match node:
            case ast.Import(names=aliases):
                yield from (alias.name for alias in aliases)
            case ast.ImportFrom(module=str(module), names=aliases):
                yield from (f"{module}.{alias.name}" for alias in aliases)
            case ast.Attribute() | ast.Name():
                yield dotted_name(node)
            case _:
                pass


def uses(pattern: str, *folders: str) -> set[tuple[str, str]]:
    """The files under the folders that use a name which the pattern matches, each with that name."""
    wanted = re.compile(pattern)
    files = python_files(*folders)
    assert files, f"nothing to look at in {folders}"
    return {
        (path.relative_to(ROOT).as_posix(), name) for path in files for name in names_in(path) if wanted.fullmatch(name)
    }


def locked_versions() -> dict[str, Version]:
    """The version of each package in requirements.lock."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return {name: Version(version) for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", lock, re.MULTILINE)}


def test_the_top_level_holds_nothing_else() -> None:
    """Whatever git does not ignore at the top is on the list; a new thing finds its place below."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    names = {entry.name for entry in ROOT.iterdir()}
    kept = {name for name in names if not any(fnmatch.fnmatch(name, line.strip("/")) for line in ignored)}
    assert kept - TOP_LEVEL == set()


def test_no_test_steps_aside() -> None:
    """No test is skipped or expected to fail: what does not hold is red."""
    assert uses(STEPS_ASIDE, "tests") == set()


def test_no_test_stands_a_mock_in() -> None:
    """Tests use the real thing or a fake that behaves; they assert on outcomes, not on calls."""
    assert uses(STANDS_IN, "tests") == set()


def test_every_test_says_what_holds() -> None:
    """Each test states in its docstring the behaviour that it proves."""
    functions = [test for test in written_tests() if test.name.rpartition("::")[2].startswith("test_")]
    assert functions
    assert [(test.path, test.name) for test in functions if not test.sentence] == []


@pytest.mark.proves("R-028")
def test_no_identifier_is_merely_digested() -> None:
    """Only modules that digest nothing personal reach for a plain hash; tokens are made with a key, by hmac."""
    assert {path for path, _ in uses(DIGESTS, "service", "clients")} == MAY_DIGEST.keys()


def test_the_law_has_no_clock_of_its_own() -> None:
    """Domain, use cases and storage get time and ids as arguments, so that a test or a demo can hold them."""
    folders = [f"service/leadgate_service/{name}" for name in ("domain", "usecases", "storage")]
    assert uses(CLOCKS, *folders) == set()


def test_migrations_do_not_follow_the_code() -> None:
    """A migration never imports the service: it must stay true when the tables have moved on."""
    assert uses(r"leadgate.*", "migrations/versions") == set()


@pytest.mark.proves("P31")
def test_every_locked_package_has_hashes_and_no_address() -> None:
    """Each package is pinned with its hashes, and the lock leaves it to the installer where to fetch it."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    packages = re.split(r"\n(?=[a-z])", lock)[1:]
    assert [package.partition(" ")[0] for package in packages if "--hash=sha256:" not in package] == []
    assert len(packages) == len(locked_versions())
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links|@ file", lock) == []


def test_the_lock_answers_what_the_project_asks() -> None:
    """Every dependency that pyproject.toml names is locked, at a version that it allows."""
    settings = project_settings()
    extras = settings["project"]["optional-dependencies"].values()
    asked = [settings["build-system"]["requires"], settings["project"]["dependencies"], *extras]
    locked = locked_versions()
    requirements = [Requirement(line) for lines in asked for line in lines]
    assert [str(wish) for wish in requirements if locked[canonicalize_name(wish.name)] not in wish.specifier] == []
