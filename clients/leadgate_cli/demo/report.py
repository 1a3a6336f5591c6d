"""What a run of the demo is told as: figures for programs, tables for people."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from leadgate_service.usecases.readiness import trial_only

from leadgate_cli.demo.clock import BEGIN
from leadgate_cli.demo.roles import CONTENT, SHOWN_TO_MARKETING, Views
from leadgate_cli.demo.run import Performance
from leadgate_cli.demo.scenario import LAST_DAY
from leadgate_cli.demo.tally import Tally
from leadgate_cli.demo.ways import Way
from leadgate_cli.output import print_table

_MOST_PATHS = 6
_HALVES = ("person", "company")
_Rows = Iterator[Sequence[object]]


def figures(performance: Performance) -> dict[str, Any]:
    """Give the figures of a run. `requested` is `stored` and all of `dropped` together.

    Args:
        performance: The run.
    """
    tally, ending = performance.tally, performance.ending
    return {
        "requested": tally.requested,
        "stored": tally.stored.total(),
        "dropped": dict(tally.dropped.most_common()),
        "fields_dropped": dict(tally.attributes.most_common()),
        "objections": ending.objections,
        "blocked_by_suppression": tally.dropped["suppressed"],
        "expired": len(ending.expired),
        "remaining": len(ending.remaining),
        "provider_calls": ending.provider_calls,
        "seconds": round(performance.seconds, 2),
    }


def show(performance: Performance, kept: Path | None) -> None:
    """Print a summary for people.

    Args:
        performance: The run.
        kept: Where its files are; None if they are gone.
    """
    tally = performance.tally
    typer.echo(f"{LAST_DAY} days from {BEGIN:%d %B %Y} on, played in {performance.seconds:.1f} seconds.\n")
    _table("What came in", ("", "look-ups"), _way_in(tally))
    _table(
        "What the providers sent besides the eleven fields, or of a wrong type, all dropped",
        ("path", "values"),
        _attributes(tally),
    )
    _table("What was dropped of the eleven", ("field", "values", "why"), _fields(tally))
    _table(
        "Who objected, and what came of asking about them again",
        ("way in", "objected", "look-ups since", "stopped", "told to a provider since"),
        _by_way(performance),
    )
    _table("What objections and time did", ("", "number"), _what_is_left(performance))
    if performance.views is not None:
        _show_views(performance.views)
    for line in _notes(kept):
        typer.echo(line)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]] | _Rows) -> None:
    typer.secho(title, bold=True)
    print_table(columns, rows)
    typer.echo()


def _way_in(tally: Tally) -> _Rows:
    yield "requested, repeats included", tally.requested
    yield "stored or updated", tally.stored.total()
    for name, count in tally.stored.most_common():
        yield f"  {_spaced(name)}", count
    yield "not stored", tally.dropped.total()
    for name, count in tally.dropped.most_common():
        yield f"  {_spaced(name)}", count


def _attributes(tally: Tally) -> _Rows:
    """List the most frequent paths of each half of the answers, and the others together."""
    for half in _HALVES:
        counted = [(path, count) for path, count in tally.attributes.most_common() if path.startswith(f"{half}.")]
        yield from counted[:_MOST_PATHS]
        others = counted[_MOST_PATHS:]
        yield f"{len(others)} others of the {half}", sum(count for _, count in others)
    yield "not in the provider's documentation", tally.attributes["unknown"]


def _fields(tally: Tally) -> _Rows:
    for name in CONTENT:
        reasons = [(reason, count) for (field, reason), count in tally.fields.most_common() if field == name]
        if reasons:
            why = ", ".join(f"{_spaced(reason)} {count}" for reason, count in reasons)
            yield name, sum(count for _, count in reasons), why


def _by_way(performance: Performance) -> _Rows:
    tally, told = performance.tally, performance.ending.told_since
    for way in Way:
        if tally.objections[way]:
            yield way, tally.objections[way], tally.since[way], tally.stopped[way], told[way]


def _what_is_left(performance: Performance) -> _Rows:
    tally, ending = performance.tally, performance.ending
    yield "objections registered", ending.objections
    yield "look-ups that an objection stopped", tally.dropped["suppressed"]
    yield "requests that reached a provider", ending.provider_calls
    yield "leads ever held", len(tally.last_days)
    yield "  past their last day, unreadable", len(ending.expired)
    yield "  within their period, unreadable since the person objected", len(ending.suppressed)
    yield "  readable at the end", len(ending.remaining)


def _show_views(views: Views) -> None:
    callers = list(views.example)
    _table("What each role sees of one lead", ("", *map(_spaced, callers)), _example(views, callers))
    title = f"What marketing finds in the industry {views.industry}: {views.found} leads, the first of them"
    _table(title, SHOWN_TO_MARKETING, views.listed)


def _example(views: Views, callers: Sequence[str]) -> _Rows:
    for name in CONTENT:
        yield name, *(_cell(views.example[caller], name) for caller in callers)
    for what, seen in (("a lead past its last day", views.expired), ("a lead of an objector", views.objected)):
        if seen:
            yield what, *(seen[caller] for caller in callers)


def _cell(seen: Mapping[str, str] | str, name: str) -> str:
    """Write one field as a caller sees it; why it sees none is written once."""
    if isinstance(seen, str):
        return seen if name == CONTENT[0] else ""
    return seen[name]


def _notes(kept: Path | None) -> Iterator[str]:
    if kept is not None:
        yield f"Database, keys and logs are in {kept}; what the simulated providers saw is in {kept / 'simulators'}."
    trial = trial_only()
    if trial is not None:
        yield f"{trial.remedy} `leadgate doctor` says what is missing."


def _spaced(name: str) -> str:
    return name.replace("_", " ")
