"""What the store asks of a database: to run one unit of work, whole or not at all."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from leadgate_service.errors import Unavailable
from leadgate_service.storage.work import Latch, Row, Together, Work

Result = TypeVar("Result")

MOST_ATTEMPTS = 5
"""How often a unit of work is tried whose transaction lost a race against another process."""


class Driver(Protocol):
    """A database that runs units of work.

    A unit of work may be run again from its start when its transaction lost a race; it must not have effects of its
    own besides what it yields and returns.
    """

    async def transact(self, work: Callable[[], Work[Result]], latch: Latch) -> Result:
        """Run a unit of work in one transaction, durable before this returns.

        Raises:
            Unavailable: STORE_UNAVAILABLE: nothing was committed.
            CommitUnknown: The connection was lost while committing.
            Rejected: Nothing was committed, nor would be if it were sent again.
        """
        ...

    async def at_once(self, steps: Together) -> list[Row]:
        """Do several things in one message, which is a transaction of its own.

        Returns:
            The rows of each step.

        Raises:
            CommitUnknown: The connection was lost; whether the inserts happened is not known.
            Rejected: See `transact`.
        """
        ...

    async def read(self, work: Callable[[], Work[Result]]) -> Result:
        """Run a unit of work that only reads; each statement sees what is committed when it starts.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
            Rejected: Nor would sending it again help.
        """
        ...

    async def close(self) -> None:
        """Give back connections, threads and locks."""
        ...


class Collision(Exception):
    """The transaction lost a race and was rolled back; the driver tries again."""


class Rejected(Exception):
    """The database does not take what was sent: a mistake of ours, and no outage.

    Of its own words only the class of the error is kept, since they may quote the row (P17).
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(type(error).__name__)


class CommitUnknown(Unavailable):
    """Whether the transaction committed is not known. The same request, sent again, takes effect once."""

    def __init__(self) -> None:
        super().__init__(
            "STORE_UNAVAILABLE",
            "The database was lost while committing: send the same request with the same id again.",
        )


def store_unavailable() -> Unavailable:
    """Say that the database cannot answer, without a word of what it said itself (P17)."""
    return Unavailable("STORE_UNAVAILABLE", "The database cannot answer now: send the same request again.")
