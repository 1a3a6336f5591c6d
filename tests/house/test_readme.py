"""That README.md tells the truth about objections."""

import pytest

from tests.house.readme import BEGIN, END, README, table, with_table


def test_the_table_names_the_rows_as_they_are_tried() -> None:
    """README.md is what `make proofs` would write now."""
    text = README.read_text(encoding="utf-8")
    assert with_table(text) == text, "run `make proofs`"


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_the_table_needs_one_place(text: str) -> None:
    """Without it, or with two, nothing is written."""
    with pytest.raises(ValueError, match="one line"):
        with_table(text)


def test_what_is_around_the_table_stays() -> None:
    """Only what lies between the marks is written anew."""
    assert with_table(f"before\n{BEGIN}old\n{END}after\n") == f"before\n{BEGIN}\n{table()}\n{END}after\n"
