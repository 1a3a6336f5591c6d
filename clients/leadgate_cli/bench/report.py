"""How the bench tells what it found: tables for people, one object for programs."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from leadgate_cli.bench.figures import PRINTED_DIGITS, Figures, Ratio
from leadgate_cli.bench.machine import Machine

BAR_WIDTH = 20
"""Characters for a ratio of 1."""

_WIDE = 160
"""Columns for a table that goes to a file or a pipe."""


def as_object(ratios: Sequence[Ratio], machine: Machine) -> dict[str, Any]:
    """Write the findings as an object of plain values."""
    return {"rows": [_row(ratio) for ratio in ratios], "machine": asdict(machine)}


def show(ratios: Sequence[Ratio], machine: Machine) -> None:
    """Print the findings for people."""
    console = Console(width=None if sys.stdout.isatty() else _WIDE)
    console.print(_ratios(ratios), _sides(ratios), sep="\n")
    for ratio in ratios:
        for note in ratio.notes:
            console.print(f"{ratio.id}: {note}", highlight=False)
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    console.print(
        f"{machine.system}, {machine.processors} processors, load {machine.load:.1f} at the start; {versions}.",
        "Only ratios mean something, and only within this run.",
        sep="\n",
        highlight=False,
    )


def bar(value: float, goal: float) -> str:
    """Draw a ratio as a bar with a mark at its goal; what is beyond 1 is cut off."""
    filled = min(BAR_WIDTH, round(value * BAR_WIDTH))
    mark = min(BAR_WIDTH - 1, round(goal * BAR_WIDTH))
    cells = ["█"] * filled + ["·"] * (BAR_WIDTH - filled)
    cells[mark] = "┃"
    return "".join(cells)


def _ratios(ratios: Sequence[Ratio]) -> Table:
    table = _table("ROW", "RATIO", "GOAL", "THEN", "0 TO 1", "LEAST", "MOST", "PAIRS", "WHAT")
    for ratio in ratios:
        least, most = ratio.spread
        style = "green" if ratio.reached else "red"
        table.add_row(
            ratio.id,
            Text(f"{ratio.value:.2f}", style=style),
            f"{'≤ ' if ratio.at_most else ''}{ratio.goal:.2f}",
            "" if ratio.next_goal is None else f"{ratio.next_goal:.2f}",
            Text(bar(ratio.value, ratio.goal), style=style),
            f"{least:.2f}",
            f"{most:.2f}",
            str(len(ratio.pairs)),
            f"{ratio.measured.name} over {ratio.limit.name}",
        )
    return table


def _sides(ratios: Sequence[Ratio]) -> Table:
    table = _table("ROW", "SIDE", "MEDIAN RATE", "SERVICE CPU EACH", "SERVICE BUSY", "CLIENT BUSY")
    for ratio in ratios:
        for side in (ratio.measured, ratio.limit):
            cpu, busy = side.service_microseconds, side.service_share
            table.add_row(
                ratio.id,
                side.name,
                f"{side.rate:,.0f} {side.unit}",
                "" if cpu is None else f"{cpu:,.0f} µs",
                "" if busy is None else f"{busy:.0%}",
                "" if side.client_share is None else f"{side.client_share:.0%}",
            )
    return table


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, pad_edge=False, header_style="bold")


def _row(ratio: Ratio) -> dict[str, Any]:
    least, most = ratio.spread
    return {
        "id": ratio.id,
        "title": ratio.title,
        "value": round(ratio.value, PRINTED_DIGITS),
        "goal": ratio.goal,
        "next_goal": ratio.next_goal,
        "at_most": ratio.at_most,
        "reached": ratio.reached,
        "spread": {"min": round(least, PRINTED_DIGITS), "max": round(most, PRINTED_DIGITS)},
        "pairs": [round(pair, PRINTED_DIGITS) for pair in ratio.pairs],
        "measured": _side(ratio.measured),
        "limit": _side(ratio.limit),
        "notes": list(ratio.notes),
    }


def _side(side: Figures) -> dict[str, Any]:
    return {
        "name": side.name,
        "unit": side.unit,
        "median_rate": round(side.rate, 1),
        "median_service_cpu_microseconds": _rounded(side.service_microseconds),
        "median_service_cpu_share": _rounded(side.service_share),
        "median_client_cpu_share": _rounded(side.client_share),
        "client_bound": side.client_bound,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, PRINTED_DIGITS)
