"""The repository read as text: its files, and its tests as syntax.

Reading instead of importing sees every test, whatever subset is being run, and costs milliseconds. Nothing here asks
git: a checkout that was copied without its history must pass too.
"""

import ast
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTest:
    """One test as written; a parametrised test counts once.

    Attributes:
        path: The file, relative to the repository, with forward slashes.
        name: The function's name, after its class's and `::` if it has one.
        sentence: The docstring's first line, empty if there is none.
        proves: The ids that its `proves` marks name: its module's, its class's and its own.
    """

    path: str
    name: str
    sentence: str
    proves: tuple[str, ...]


def python_files(*folders: str) -> list[Path]:
    """Every hand-written Python file under the folders, in order of name; generated stubs are left out."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "_pb2" not in path.name)


def parse(path: Path) -> ast.Module:
    """Reads a Python file as a syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def project_settings() -> dict[str, Any]:
    """Reads pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def dotted_name(node: ast.expr) -> str:
    """The name as written, such as `pytest.mark.proves`; empty for an expression that is not a plain name."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{dotted_name(value)}.{attribute}"
        case _:
            return ""


def written_tests() -> list[WrittenTest]:
    """Every test of the suite, in order of file and line.

    Raises:
        ValueError: A `proves` mark holds something else than a literal, so that a reader cannot see what it proves.
        TypeError: It holds a literal that is no text.
    """
    paths = [path for path in python_files("tests") if path.name.startswith("test_")]
    return [test for path in paths for test in read_tests(parse(path), path.relative_to(ROOT).as_posix())]


def read_tests(module: ast.Module, path: str) -> Iterator[WrittenTest]:
    """The tests of one file, in order of line.

    Raises:
        ValueError: See `written_tests`.
        TypeError: See `written_tests`.
    """
    marks = _module_marks(module)
    for node in module.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name.startswith("test_"):
                yield _written(node, path, name, marks)
            case ast.ClassDef(name=name, body=body) if name.startswith("Test"):
                inherited = (*marks, *_ids(node.decorator_list))
                for item in body:
                    if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and item.name.startswith("test_"):
                        yield _written(item, path, f"{name}::{item.name}", inherited)
            case ast.Assign(targets=[ast.Name(id=name)]) if name.startswith("Test"):
                # Hypothesis hands over a state machine's test as `TestX = Machine.TestCase`.
                yield WrittenTest(path=path, name=name, sentence="", proves=marks)
            case _:
                pass


def _written(
    node: ast.FunctionDef | ast.AsyncFunctionDef, path: str, name: str, inherited: tuple[str, ...]
) -> WrittenTest:
    sentence = (ast.get_docstring(node) or "").partition("\n")[0]
    return WrittenTest(path=path, name=name, sentence=sentence, proves=(*inherited, *_ids(node.decorator_list)))


def _module_marks(module: ast.Module) -> tuple[str, ...]:
    for node in module.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="pytestmark")], value=ast.List(elts=marks)):
                return _ids(marks)
            case ast.Assign(targets=[ast.Name(id="pytestmark")], value=mark):
                return _ids([mark])
            case _:
                pass
    return ()


def _ids(marks: Iterable[ast.expr]) -> tuple[str, ...]:
    calls = (mark for mark in marks if isinstance(mark, ast.Call) and dotted_name(mark.func) == "pytest.mark.proves")
    return tuple(_literal(argument) for call in calls for argument in call.args)


def _literal(argument: ast.expr) -> str:
    value = ast.literal_eval(argument)
    if not isinstance(value, str):
        raise TypeError(f'`proves` takes ids such as "R-018", not {ast.unparse(argument)}')
    return value
