"""S15: how much memory one serving process holds, idle and while objections are imported, of what it may.

Memory is no rate, and nothing that runs beside the service would be a fair limit. So the limit of these rows is what
is allowed, in MiB, and the ratio is how much of it is used.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leadgate_cli.bench.figures import Ratio, amounts
from leadgate_cli.bench.generator import Job, ask, drive
from leadgate_cli.bench.host import MEMORY_METHOD, Address
from leadgate_cli.bench.place import BATCH, BATCH_CALLS, OBJECTION_METHOD, Place
from leadgate_cli.bench.workload import Objections
from leadgate_cli.failures import Refused

IDLE_MIB = 120.0
"""What a process may hold that serves and has nothing to do."""

IMPORT_MIB = 60.0
"""What an import of any length may add."""

_UNMEASURED = "The third part of S15, memory while changes are streamed, waits for the feed that streams them."
_KIB_PER_MIB = 1024


@dataclass(frozen=True, slots=True)
class Weighing:
    """Weighs a serving process: one for each pair, started for it, because memory that was used once is kept.

    Attributes:
        place: Where the database and the load generator are.
    """

    place: Place

    def take(self, *, pairs: int, seconds: float, advance: Callable[[], None]) -> Sequence[Ratio]:
        """Weigh; see `Comparison.take`. A process idles for so many seconds; how long the import takes does not matter.

        Raises:
            Refused: A call failed, or objections are missing in the database.
        """
        idle: list[float] = []
        added: list[float] = []
        for _ in range(pairs):
            self.place.reset()
            with self.place.another() as address:
                time.sleep(seconds)
                now, _most = self._memory(address)
                advance()
                self._import(address)
                _now, most = self._memory(address)
                advance()
            idle.append(now)
            added.append(most - now)
        self.place.reset()
        return (
            _row("S15a", "Resident memory of an idle service process", "idle", idle, IDLE_MIB),
            _row(
                "S15b",
                f"Resident memory that an import of {self._objections:,} objections adds, {BATCH} per call",
                f"import of {self._objections:,}",
                added,
                IMPORT_MIB,
                _UNMEASURED,
            ),
        )

    @property
    def _objections(self) -> int:
        """How many are imported: whole batches."""
        return -(-self.place.scale.objections // BATCH) * BATCH

    def _memory(self, address: Address) -> tuple[float, float]:
        """Return how many MiB are resident, and how many were at most."""
        now, most = map(int, self.place.generator.submit(ask, address.port, MEMORY_METHOD).result().split())
        return now / _KIB_PER_MIB, most / _KIB_PER_MIB

    def _import(self, address: Address) -> None:
        before = self.place.count("objections")
        job = Job(
            port=address.port,
            tokens=address.tokens[:1],
            method=OBJECTION_METHOD,
            requests=Objections(next(self.place.numbers), items=BATCH, requests=self._objections // BATCH),
            in_flight=BATCH_CALLS,
            seconds=float("inf"),
            operations_per_call=BATCH,
        )
        self.place.generator.submit(drive, job).result()
        if self.place.count("objections") - before != self._objections:
            raise Refused(f"The import of {self._objections:,} objections left another number of them.")


def _row(row_id: str, title: str, name: str, used: Sequence[float], allowed: float, *remarks: str) -> Ratio:
    return Ratio(
        id=row_id,
        title=f"{title}, over the {allowed:.0f} MiB allowed (PostgreSQL)",
        goal=1.0,
        next_goal=None,
        measured=amounts(name, "MiB", used),
        limit=amounts("what is allowed", "MiB", [allowed]),
        pairs=tuple(one / allowed for one in used),
        at_most=True,
        remarks=remarks,
    )
