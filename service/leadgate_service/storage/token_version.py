"""Under which version of the token key the database's tokens are, asked wherever tokens are compared with it (R-032).

A service process keeps the version that it started with. Once a rotation has brought the database to another, that
process would find nobody by its tokens, and so nobody suppressed: it stores nothing and answers nothing by them any
more, until it is started again. The question travels in a message that is sent anyway, after
the latch if there is one: a rotation closes it. Reads do not wait for a rotation.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import sqlalchemy as sa

from leadgate_service.errors import Unavailable
from leadgate_service.storage import tables
from leadgate_service.storage.driver import Driver
from leadgate_service.storage.work import Hold, Latch, Row, Statement, Step, Together, Work, together

Result = TypeVar("Result")

SELECT_TOKEN_VERSION = Statement(sa.select(tables.installation.c.token_version))


def require_version(rows: Sequence[Row], token_version: int) -> None:
    """Refuse to go on with tokens of another version than the database's.

    Args:
        rows: What `SELECT_TOKEN_VERSION` found.
        token_version: That of the tokens.

    Raises:
        Unavailable: TOKEN_KEY_ROTATED.
    """
    if [version for (version,) in rows] != [token_version]:
        raise Unavailable(
            "TOKEN_KEY_ROTATED",
            "The token key was rotated, and this service process must be started again: send the same request then.",
        )


class AtTokenVersion:
    """A database, of which what depends on tokens is refused once they have another version.

    Args:
        driver: The database.
        token_version: That of the ring in use.
    """

    def __init__(self, driver: Driver, token_version: int) -> None:
        self._driver = driver
        self._token_version = token_version

    async def transact(self, work: Callable[[], Work[Result]], latch: Latch) -> Result:
        """Run a unit of work in one transaction; the version cannot change while it holds the latch.

        Raises:
            Unavailable: TOKEN_KEY_ROTATED, if it has to do with the latch; nothing was committed. See also
                `Driver.transact`.
        """
        if latch is Latch.NONE:
            return await self._driver.transact(work, latch)
        return await self._driver.transact(lambda: _checked(work(), self._token_version, throughout=False), latch)

    async def at_once(self, steps: Together) -> list[Row]:
        """Do several things in one message, unchecked. See `Driver.at_once`."""
        return await self._driver.at_once(steps)

    async def read(self, work: Callable[[], Work[Result]]) -> Result:
        """Run a unit of work that only reads, and not by tokens. See `Driver.read`."""
        return await self._driver.read(work)

    async def read_by_tokens(self, work: Callable[[], Work[Result]]) -> Result:
        """Run a unit of work that only reads; each of its messages is checked, since no latch is held between them.

        Raises:
            Unavailable: TOKEN_KEY_ROTATED. See also `Driver.read`.
        """
        return await self._driver.read(lambda: _checked(work(), self._token_version, throughout=True))

    async def close(self) -> None:
        """See `Driver.close`."""
        await self._driver.close()


def _checked(work: Work[Result], token_version: int, *, throughout: bool) -> Work[Result]:
    """Run a unit of work with the check in its first message, or in each."""
    checked = False
    rows: list[Row] | None = None
    while True:
        try:
            step = next(work) if rows is None else work.send(rows)
        except StopIteration as finished:
            result: Result = finished.value
            return result
        if isinstance(step, Hold) or (checked and not throughout):
            rows = yield step
        else:
            rows = yield from _with_check(step, token_version)
            checked = True


def _with_check(step: Step | Together, token_version: int) -> Work[list[Row]]:
    """Do a step and the check in one message."""
    steps = step.steps if isinstance(step, Together) else (step,)
    versions, *rows = yield together(SELECT_TOKEN_VERSION(), *steps)
    require_version(versions, token_version)
    return rows if isinstance(step, Together) else list(rows[0])
