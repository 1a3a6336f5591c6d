"""What is printed, whatever is in it."""

import json
from datetime import UTC, date, datetime

import pytest
from leadgate_cli.output import print_facts, print_json, print_table


def test_nothing_in_a_value_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """What somebody else wrote is shown as it is: no markup is read in it, and no control character goes out."""
    print_table(["NAME"], [["[red]Ida[/red] \x1b[31m\u202eVermolen"]])
    assert (
        capsys.readouterr().out
        == "NAME\n[red]Ida[/red] \N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}Vermolen\n"
    )


def test_a_row_that_goes_to_a_pipe_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nobody's window ends, no value is cut off or wrapped, so that lines can be counted and searched."""
    print_table(["A", "B"], [["a" * 150, "b" * 150], [None, "c"]])
    _, long, blank = capsys.readouterr().out.splitlines()
    assert long.split() == ["a" * 150, "b" * 150]
    assert blank.split() == ["c"]


def test_facts_leave_out_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    """What is None has no line; zero has one."""
    print_facts([("name", None), ("count", 0)])
    assert capsys.readouterr().out == "count  0\n"


def test_days_and_instants_are_iso_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Dates and times are printed in ISO 8601; what has no form in JSON is an error rather than a guess."""
    print_json({"day": date(2026, 11, 23), "time": datetime(2026, 11, 23, 11, tzinfo=UTC)})
    assert json.loads(capsys.readouterr().out) == {"day": "2026-11-23", "time": "2026-11-23T11:00:00+00:00"}
    with pytest.raises(TypeError, match="bytes"):
        print_json(b"")
