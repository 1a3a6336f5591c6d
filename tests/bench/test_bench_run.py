"""The bench as a whole: a tiny run of the real thing. What it measures is not looked at here, only that it does."""

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from leadgate_cli.bench import report
from leadgate_cli.bench.figures import Ratio, Window, figures
from leadgate_cli.bench.machine import this_machine
from leadgate_cli.bench.rows import ROW_IDS, windows_of

CPU = {"service_seconds": 0.5, "client_seconds": 0.2}
WEIGHED = {"S15a", "S15b"}
SHORTEST = ("--pairs", "1", "--seconds-per-side", "0.2", "--leads", "500", "--tokens", "20000", "--objections", "700")


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `leadgate bench`."""
    script = "from leadgate_cli.main import run; run()"
    return subprocess.run(
        [sys.executable, "-c", script, "bench", *arguments], capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What one short run of every row printed."""
    done = bench("--json", *SHORTEST)
    assert done.returncode == 0, done.stderr
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def test_every_row_has_a_value_a_goal_and_both_sides(found: dict[str, Any]) -> None:
    """Each row says what was measured, what limits it, how far apart the pairs were, and whether the goal is met."""
    assert [row["id"] for row in found["rows"]] == ["S1", "S2", "S4", "S13", "S15a", "S15b", "S16", "S12a", "S12b"]
    for row in found["rows"]:
        assert row["spread"]["min"] <= row["value"] <= row["spread"]["max"]
        assert row["at_most"] is (row["id"] in {"S13", *WEIGHED})
        assert row["reached"] is (row["value"] <= row["goal"] if row["at_most"] else row["value"] >= row["goal"])
        assert row["measured"]["median_rate"] > 0
        assert row["limit"]["median_rate"] > 0
        assert row["id"] in WEIGHED or row["measured"]["median_service_cpu_microseconds"] > 0


def test_goals_are_those_that_were_set(found: dict[str, Any]) -> None:
    """A goal that is not reached stays what it was."""
    goals = {row["id"]: row["goal"] for row in found["rows"]}

    assert goals == {
        "S1": 0.5,
        "S2": 0.6,
        "S4": 0.5,
        "S13": 1.2,
        "S15a": 1.0,
        "S15b": 1.0,
        "S16": 0.25,
        "S12a": 0.65,
        "S12b": 0.4,
    }


def test_a_row_says_how_long_the_lists_were(found: dict[str, Any]) -> None:
    """Nobody takes a list that was shortened for the goal's ten million tokens."""
    titles = {row["id"]: row["title"] for row in found["rows"]}

    assert "20,000 tokens, over one against 10,000" in titles["S13"]
    assert "import of 1,000 objections" in titles["S15b"]
    assert "4 tokens each" in titles["S16"]


def test_memory_is_told_in_mebibytes_beside_what_is_allowed(found: dict[str, Any]) -> None:
    """What a process holds and what it may are both there to be read, and the ratio is the one over the other."""
    rows = {row["id"]: row for row in found["rows"] if row["id"] in WEIGHED}
    for row_id, allowed in (("S15a", 120.0), ("S15b", 60.0)):
        measured, limit = rows[row_id]["measured"], rows[row_id]["limit"]
        assert (measured["unit"], limit["unit"], limit["median_rate"]) == ("MiB", "MiB", allowed)
        assert rows[row_id]["value"] == pytest.approx(measured["median_rate"] / allowed, abs=0.002)
    assert 50 < rows["S15a"]["measured"]["median_rate"] < 500
    assert any("streamed" in note for note in rows["S15b"]["notes"])


def test_a_short_run_says_that_it_is_no_figure_to_quote(found: dict[str, Any]) -> None:
    """One pair shows that the bench runs, and nothing else."""
    assert all(any("Fewer than 5 pairs" in note for note in row["notes"]) for row in found["rows"])


def test_the_machine_is_named(found: dict[str, Any]) -> None:
    """Whoever reads a ratio sees on what it was taken."""
    machine = found["machine"]

    assert machine["processors"] >= 1
    assert machine["load"] >= 0
    assert set(machine["versions"]) >= {"Python", "grpcio", "protobuf", "SQLAlchemy", "asyncpg", "PostgreSQL", "SQLite"}


def test_people_get_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """For people each ratio is a bar beside its goal, and below it is what the sides did and what must be known."""
    side = figures("GetLead", "calls/s", [Window(operations=900, calls=900, seconds=1, **CPU)])
    limit = figures("echo", "calls/s", [Window(operations=1_800, calls=1_800, seconds=1, **CPU)])
    row = Ratio(id="S1", title="", goal=0.75, next_goal=0.9, measured=side, limit=limit, pairs=(0.5, 0.4, 0.6))
    ceiling = replace(row, id="S13", goal=1.2, next_goal=None, at_most=True)

    report.show([row, ceiling], this_machine())

    printed = capsys.readouterr().out
    assert "█" * 10 + "·" * 5 + "┃" in printed
    assert "GetLead over echo" in printed
    assert "≤ 1.20" in printed
    assert "1,800 calls/s" in printed
    assert "S1: Fewer than 5 pairs" in printed
    assert "within this run" in printed


def test_an_unknown_row_is_refused_before_anything_starts() -> None:
    """A mistyped row names the rows that there are."""
    done = bench("--rows", "S1,S99")

    assert done.returncode == 2
    assert "--rows takes S1, S2, S4, S13, S15, S16, S12" in done.stderr
    assert "\n" not in done.stderr.strip()


def test_a_bar_shows_value_and_goal() -> None:
    """The bar is as long as the value, and the mark stands at the goal."""
    assert report.bar(0.5, 0.75) == "█" * 10 + "·" * 5 + "┃" + "·" * 4
    assert report.bar(2.0, 1.0) == "█" * 19 + "┃"


def test_progress_counts_every_window() -> None:
    """A row with two parts takes twice as many windows as the others, unless one run shows both."""
    assert windows_of(["S1"], 5) == 10
    assert windows_of(["S12"], 5) == 20
    assert windows_of(["S15"], 5) == 10
    assert windows_of(ROW_IDS, 1) == 16
