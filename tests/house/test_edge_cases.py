"""That the nasty edge cases of objections are tried: whoever looks for one by its number finds the test."""

import ast
import re

from tests.house.sources import parse, python_files

OF_OBJECTIONS = {1, 3, 4, 5, 6, 7, 8, 18, 19, 20, 21, 33}
"""By their numbers in the requirements; of 7 and 19 what is the gate's own, without the CRM."""


def test_every_edge_case_of_objections_is_named_by_a_test() -> None:
    """A docstring names the number of each, as in "(edge case 33)"."""
    files = [path for path in python_files("tests") if path.name.startswith("test_")]
    tests = [node for path in files for node in parse(path).body if isinstance(node, ast.FunctionDef)]
    named = {
        int(number)
        for test in tests
        if test.name.startswith("test_")
        for number in re.findall(r"\(edge case (\d+)\b", ast.get_docstring(test) or "")
    }
    assert sorted(OF_OBJECTIONS - named) == []
