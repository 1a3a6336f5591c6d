"""Natural batching: a flush takes whatever queued while the one before it ran. No timer, no added wait.

At one call in flight a flush holds one unit; at sixty-four it holds dozens, and the cost of a transaction is shared.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from leadgate_service.errors import Unavailable

Unit = TypeVar("Unit")
Answer = TypeVar("Answer")


class Lane(Generic[Unit, Answer]):
    """A queue whose units are flushed together, one flush at a time.

    A flush runs in a task of its own: a caller that gives up, or whose deadline passes, never cancels a transaction
    that others share or a COMMIT that may already have happened (P4).

    Args:
        flush: Answers each unit, in order, or raises and has no effect. `Unavailable` reaches every caller of that
            flush; after anything else each unit is flushed alone, so that its error reaches nobody else.
        most: Largest total weight of a flush. A single unit may weigh more and then travels alone.
    """

    def __init__(self, flush: Callable[[Sequence[Unit]], Awaitable[Sequence[Answer]]], *, most: int) -> None:
        self._flush = flush
        self._most = most
        self._queue: deque[tuple[Unit, int, asyncio.Future[Answer]]] = deque()
        self._flushing: asyncio.Task[None] | None = None

    async def submit(self, unit: Unit, *, weight: int = 1) -> Answer:
        """Queue a unit and wait for its answer.

        Args:
            unit: What to do.
            weight: Its share of a flush, such as its number of leads.

        Returns:
            What the flush answered for this unit.
        """
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append((unit, weight, future))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._run())
        return await future

    async def drain(self) -> None:
        """Wait until everything that is queued has been answered."""
        while self._flushing is not None:
            await asyncio.wait([self._flushing])

    async def _run(self) -> None:
        try:
            while self._queue:
                await self._let_others_join()
                if taken := self._take():
                    await self._flush_some(taken)
        finally:
            self._flushing = None

    async def _let_others_join(self) -> None:
        """Let every call that is ready go on, for as long as that brings more units: they share what a flush costs.

        Nobody waits for a call that may come; at one call in flight this is one empty turn of the loop.
        """
        queued = 0
        while queued < len(self._queue) < self._most:
            queued = len(self._queue)
            await asyncio.sleep(0)

    def _take(self) -> list[tuple[Unit, asyncio.Future[Answer]]]:
        taken: list[tuple[Unit, asyncio.Future[Answer]]] = []
        total = 0
        while self._queue and (not taken or total + self._queue[0][1] <= self._most):
            unit, weight, future = self._queue.popleft()
            if not future.done():
                taken.append((unit, future))
                total += weight
        return taken

    async def _flush_some(self, taken: list[tuple[Unit, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._flush([unit for unit, _ in taken])
        except Unavailable as error:
            _fail(taken, error)
        except Exception as error:  # noqa: BLE001 - the caller gets it and maps it
            if len(taken) == 1:
                _fail(taken, error)
                return
            # Nothing was committed, and one unit's defect is no reason to fail the others.
            for one in taken:
                await self._flush_some([one])
        else:
            for (_, future), answer in zip(taken, answers, strict=True):
                if not future.done():
                    future.set_result(answer)


def _fail(taken: Sequence[tuple[Any, asyncio.Future[Any]]], error: Exception) -> None:
    for _, future in taken:
        if not future.done():
            future.set_exception(error)
