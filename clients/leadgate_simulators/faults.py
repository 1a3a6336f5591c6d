"""When a simulator misbehaves, and how: a plan that is seeded, or spelled out."""

import random
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

from leadgate_simulators.answers import Answer
from leadgate_simulators.dice import dice


class Fault(StrEnum):
    """One way of misbehaving. Statuses are not among them: a plan names those by number."""

    SLOW = "slow"
    """Nothing for `FaultPlan.slowness` seconds, then the plain answer."""
    DRIP = "drip"
    """The plain answer in crumbs, over about `FaultPlan.slowness` seconds."""
    TRUNCATED = "truncated"
    """Half the body, then the end."""
    RESET = "reset"
    """The connection is reset before a status."""
    HTML = "html"
    """A web page, as gateways send."""
    OVERSIZE = "oversize"
    """3 MB of JSON."""
    ZIPPED = "zipped"
    """100 MB of JSON in 100 kB of gzip, which nobody asked for."""
    WRONG_TYPE = "wrong_type"
    """The plain answer, said to be text."""
    REDIRECT = "redirect"
    """302 to another path of the same server, with the query."""
    BROKEN_JSON = "broken_json"
    """JSON that ends too early, though the body is complete."""
    BOMB = "bomb"
    """JSON nested fifty thousand levels deep, within half a megabyte."""
    NAN = "nan"
    """A number that JSON does not have."""
    DRIFT = "drift"
    """Values of other types than documented: a text where a number was, a list where a text was."""
    UNKNOWN_ATTRIBUTES = "unknown_attributes"
    """Attributes that nobody documented, some with names made to do harm; each holds a canary."""
    HOSTILE = "hostile"
    """Texts made to do harm: control characters, overrides, markup, statements, 10 kB, lone surrogates."""


Step = Fault | int | Answer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """What goes wrong.

    Attributes:
        seed: Decides which requests meet a fault. The n-th request for the same address always meets the same.
        shares: Share of all requests, 0 to 1, for each fault or HTTP status; the rest are answered plainly.
        script: What the first requests meet, in order, before shares count: a fault, an HTTP status, an answer to send
            as it is, or None for a plain answer.
        retry_after: The header's value in answers 429; None leaves what the fixture says.
        slowness: Seconds of the slow kinds of delivery.
    """

    seed: int = 0
    shares: Mapping[Fault | int, float] = field(default_factory=dict)
    script: tuple[Step, ...] = ()
    retry_after: str | None = None
    slowness: float = 1.0


class Course:
    """The plan as it unfolds over the requests; safe for threads."""

    def __init__(self, plan: FaultPlan) -> None:
        self.plan = plan
        self._script = deque(plan.script)
        self._asked: Counter[str] = Counter()
        self._lock = Lock()

    def then(self, *steps: Step) -> None:
        """Put steps at the end of the script."""
        with self._lock:
            self._script.extend(steps)

    def next(self, subject: str) -> tuple[Step, random.Random]:
        """Decide the fate of one request.

        Args:
            subject: The address or domain asked for.

        Returns:
            What it meets, and the dice for the details.
        """
        with self._lock:
            self._asked[subject] += 1
            if self._script:
                return self._script.popleft(), dice(self.plan.seed, "script", subject)
            throw = dice(self.plan.seed, "fault", subject, self._asked[subject])
        return _drawn(self.plan.shares, throw.random()), throw


def _drawn(shares: Mapping[Fault | int, float], point: float) -> Step:
    for step, share in shares.items():
        point -= share
        if point < 0:
            return step
    return None
