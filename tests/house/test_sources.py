"""That no test escapes the eye that the proofs and the house rules look with."""

import ast

import pytest

from tests.house.sources import read_tests

MODULE = '''
import pytest

pytestmark = [pytest.mark.proves("P7"), pytest.mark.usefixtures("store")]

@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.proves("R-001", "R-002")
def test_a(n):
    """A sentence.

    And its reasons.
    """

@pytest.mark.proves("R-003")
class TestB:
    @pytest.mark.proves("R-004")
    async def test_c(self): ...

    def helper(self): ...

TestMachine = Machine.TestCase

def helper(): ...
'''


def test_marks_of_module_class_and_function_add_up() -> None:
    """A test proves what its module, its class and itself are marked with; helpers are no tests."""
    seen = {test.name: test.proves for test in read_tests(ast.parse(MODULE), "test_module.py")}
    assert seen == {
        "test_a": ("P7", "R-001", "R-002"),
        "TestB::test_c": ("P7", "R-003", "R-004"),
        "TestMachine": ("P7",),
    }


def test_the_sentence_is_the_first_line_of_the_docstring() -> None:
    """What a test says of itself is its docstring's first line."""
    assert [test.sentence for test in read_tests(ast.parse(MODULE), "test_module.py")] == ["A sentence.", "", ""]


@pytest.mark.parametrize(("mark", "error"), [("IDS[0]", ValueError), ("18", TypeError)])
def test_a_mark_that_cannot_be_read_is_an_error(mark: str, error: type[Exception]) -> None:
    """An id that is computed, or is no text, is refused rather than overlooked."""
    module = ast.parse(f"@pytest.mark.proves({mark})\ndef test_a(): ...")
    with pytest.raises(error):
        list(read_tests(module, "test_module.py"))
