"""That docs/proofs.md tells the truth about the tests."""

import pytest

from tests.house.proofs import ARTICLES, PAGE, UNPROVED, Proof, Row, State, page, read_proofs, read_rows, unproved
from tests.house.sources import WrittenTest, written_tests

ROW = Row(id="R-018", starred=True, articles="21(3)", rule="An objection is honoured at once.", lacking="")
TEST = WrittenTest(path="tests/test_x.py", name="test_x", sentence="", proves=("R-018",))


def test_the_page_names_the_tests_as_they_are() -> None:
    """docs/proofs.md is what `make proofs` would write now, so every proof it names exists."""
    assert page(read_proofs()) == PAGE.read_text(encoding="utf-8"), "run `make proofs`"


def test_the_service_knows_what_is_not_proved() -> None:
    """What `doctor` and GetReadiness call unproved is what the tests leave unproved, starred rows alone."""
    assert unproved(read_proofs()) == UNPROVED.read_text(encoding="utf-8"), "run `make proofs`"


def test_every_mark_names_a_known_requirement() -> None:
    """A test proves only requirements and promises that the table knows, so that no proof is lost to a typing error."""
    known = {row.id for row in read_rows()}
    assert [(test.name, id_) for test in written_tests() for id_ in test.proves if id_ not in known] == []


def test_the_table_knows_every_requirement_and_promise() -> None:
    """R-001 to R-094 and P1 to P34 are there once each, but for the withdrawn P25."""
    requirements = [f"R-{number:03}" for number in range(1, 95)]
    promises = [f"P{number}" for number in range(1, 35) if number != 25]
    assert [row.id for row in read_rows()] == requirements + promises


def test_every_requirement_is_found_by_its_articles() -> None:
    """Each requirement appears under at least one article, and each article that a row names has a line of its own."""
    requirements = [row for row in read_rows() if row.is_requirement]
    assert [row.id for row in requirements if not row.references] == []
    assert {reference for row in requirements for reference in row.references} == set(ARTICLES)


@pytest.mark.parametrize(
    ("lacking", "tests", "state"),
    [
        ("", (TEST,), State.PROVED),
        ("the CRM", (TEST,), State.IN_PART),
        ("", (), State.NOT_YET),
        ("the CRM", (), State.NOT_YET),
    ],
)
def test_a_row_claims_no_more_than_its_tests_prove(lacking: str, tests: tuple[WrittenTest, ...], state: State) -> None:
    """A row is proved only by tests, and only in part while something is missing."""
    row = Row(id=ROW.id, starred=ROW.starred, articles=ROW.articles, rule=ROW.rule, lacking=lacking)
    assert Proof(row=row, tests=tests).state is state
