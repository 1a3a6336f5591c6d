"""The place of the bench: what is written while something is measured is gone before the next pair."""

from leadgate_cli.bench.generator import Job, drive
from leadgate_cli.bench.place import BATCH, INTAKE_METHOD, OBJECTION_METHOD, Scale, on_sqlite
from leadgate_cli.bench.workload import OBJECTORS, Intakes, Objections

TABLES = ("leads", "aliases", "suppressions", "objections", "requests")


def test_every_pair_finds_the_same() -> None:
    """Leads, aliases and objections of a window go; the canary and those who objected to begin with stay."""
    with on_sqlite(Scale(leads=BATCH, tokens=0, objections=0)) as place:
        before = {table: place.count(table) for table in TABLES}
        for method, requests in (
            (INTAKE_METHOD, Intakes(next(place.numbers), items=10, requests=1)),
            (OBJECTION_METHOD, Objections(next(place.numbers), items=10, requests=1)),
        ):
            drive(
                Job(
                    port=place.address.port,
                    tokens=place.address.tokens[:1],
                    method=method,
                    requests=requests,
                    in_flight=1,
                    seconds=10.0,
                    operations_per_call=10,
                )
            )
        assert all(place.count(table) > before[table] for table in TABLES)

        place.reset()

        assert {table: place.count(table) for table in TABLES} == before
        assert before["suppressions"] == 1 + 4 * len(OBJECTORS)
