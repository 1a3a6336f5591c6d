"""How the bench tells what it found: a table for people, an object for programs."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from leadgate_cli.bench.figures import Figures, Ratio
from leadgate_cli.bench.machine import Machine

BAR_WIDTH = 24
"""Characters for a ratio of 1."""

_DIGITS = 3


def as_object(ratios: Sequence[Ratio], machine: Machine) -> dict[str, Any]:
    """Write the findings as an object of plain values."""
    return {"rows": [_row(ratio) for ratio in ratios], "machine": asdict(machine)}


def show(ratios: Sequence[Ratio], machine: Machine, console: Console) -> None:
    """Print the findings as a table."""
    table = Table("", "What", "Ratio", "Goal", "", "Pairs", "Rates", "Service CPU", title="leadgate bench")
    for ratio in ratios:
        table.add_row(*_cells(ratio), end_section=True)
    notes = [f"{ratio.id}: {note}" for ratio in ratios for note in ratio.notes]
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    place = f"{machine.system}, {machine.processors} processors, load {machine.load:.1f} at the start; {versions}."
    rule = "Rates depend on the machine and the moment; only a ratio within this run means something."
    console.print(Group(table, *notes, place, rule))


def bar(value: float, goal: float) -> str:
    """Draw a ratio as a bar with a mark at its goal; what is beyond 1 is cut off."""
    filled, mark = (min(BAR_WIDTH, round(part * BAR_WIDTH)) for part in (value, goal))
    cells = ["█" if place < filled else "·" for place in range(BAR_WIDTH)]
    cells[min(mark, BAR_WIDTH - 1)] = "┃"
    return "".join(cells)


def _row(ratio: Ratio) -> dict[str, Any]:
    least, most = ratio.spread
    return {
        "id": ratio.id,
        "title": ratio.title,
        "value": round(ratio.value, _DIGITS),
        "goal": ratio.goal,
        "next_goal": ratio.next_goal,
        "reached": ratio.reached,
        "spread": {"min": round(least, _DIGITS), "max": round(most, _DIGITS)},
        "pairs": [round(pair, _DIGITS) for pair in ratio.pairs],
        "measured": _side(ratio.measured),
        "limit": _side(ratio.limit),
        "notes": list(ratio.notes),
    }


def _side(side: Figures) -> dict[str, Any]:
    return {
        "name": side.name,
        "unit": side.unit,
        "median_rate": round(side.rate, 1),
        "median_service_cpu_microseconds": _rounded(side.server_microseconds),
        "median_service_cpu_share": _rounded(side.server_share),
        "median_client_cpu_share": _rounded(side.client_share),
        "client_bound": side.client_bound,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def _cells(ratio: Ratio) -> tuple[Text | str, ...]:
    least, most = ratio.spread
    sides = (ratio.measured, ratio.limit)
    style = "green" if ratio.reached else "red"
    goals = f"{ratio.goal:.2f}" if ratio.next_goal is None else f"{ratio.goal:.2f}, then {ratio.next_goal:.2f}"
    return (
        ratio.id,
        ratio.title,
        Text(f"{ratio.value:.2f}", style=style),
        goals,
        Text(bar(ratio.value, ratio.goal), style=style),
        f"{len(ratio.pairs)}: {least:.2f} to {most:.2f}",
        "\n".join(f"{side.rate:,.0f} {side.unit} {side.name}" for side in sides),
        "\n".join("" if side.server_microseconds is None else f"{side.server_microseconds:,.0f} µs" for side in sides),
    )
