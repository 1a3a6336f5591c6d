"""That units share a flush without waiting for one another, and that nobody's end is anybody else's."""

import asyncio
from collections.abc import Sequence

import pytest
from leadgate_service.errors import Unavailable
from leadgate_service.storage.batcher import Lane


class Flushes:
    """A flush that doubles numbers, holds still while it is told to, and fails on what it is told to fail on.

    Attributes:
        seen: The units of every flush, in order.
        gate: A flush waits until it is set.
        defect: The unit that it raises for.
        error: What it raises then.
    """

    def __init__(self, *, defect: int | None = None, error: Exception | None = None) -> None:
        self.seen: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.defect = defect
        self.error = error or ValueError("a defect")

    async def __call__(self, units: Sequence[int]) -> Sequence[int]:
        """Flush."""
        self.seen.append(list(units))
        await self.gate.wait()
        if self.defect in units:
            raise self.error
        return [2 * unit for unit in units]


async def queued(lane: Lane[int, int], units: Sequence[int]) -> list[asyncio.Task[int]]:
    """Submit units while the first of them is being flushed."""
    tasks = [asyncio.create_task(lane.submit(unit)) for unit in units]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


def test_a_unit_alone_is_flushed_at_once() -> None:
    """Without company there is nothing to wait for: no timer, one flush a unit."""

    async def scenario() -> None:
        flushes = Flushes()
        lane = Lane(flushes, most=10)
        assert [await lane.submit(unit) for unit in (1, 2, 3)] == [2, 4, 6]
        assert flushes.seen == [[1], [2], [3]]

    asyncio.run(scenario())


def test_what_queues_during_a_flush_shares_the_next() -> None:
    """While one flush runs the others gather; each caller gets its own answer, in order."""

    async def scenario() -> None:
        flushes = Flushes()
        flushes.gate.clear()
        lane = Lane(flushes, most=10)
        tasks = await queued(lane, [1])
        tasks += await queued(lane, [2, 3, 4, 5])
        flushes.gate.set()
        assert await asyncio.gather(*tasks) == [2, 4, 6, 8, 10]
        assert flushes.seen == [[1], [2, 3, 4, 5]]

    asyncio.run(scenario())


def test_a_flush_takes_no_more_than_its_weight() -> None:
    """Units go together up to the largest weight; one that weighs more travels alone; nobody is overtaken."""

    async def scenario() -> None:
        flushes = Flushes()
        flushes.gate.clear()
        lane = Lane(flushes, most=5)
        tasks = [asyncio.create_task(lane.submit(unit, weight=unit)) for unit in (1, 2, 3, 9, 1, 4, 5)]
        for _ in range(3):
            await asyncio.sleep(0)
        flushes.gate.set()
        await asyncio.gather(*tasks)
        assert flushes.seen == [[1, 2], [3], [9], [1, 4], [5]]

    asyncio.run(scenario())


@pytest.mark.proves("P4")
def test_a_caller_that_gives_up_cancels_nobody() -> None:
    """The flush that a caller no longer waits for goes on, for the others and to its end."""

    async def scenario() -> None:
        flushes = Flushes()
        flushes.gate.clear()
        lane = Lane(flushes, most=10)
        first, second = await queued(lane, [1]), await queued(lane, [2, 3])
        first[0].cancel()
        second[0].cancel()
        await asyncio.sleep(0)
        flushes.gate.set()
        assert await second[1] == 6
        assert flushes.seen == [[1], [3]]

    asyncio.run(scenario())


def test_when_all_have_given_up_nothing_is_flushed() -> None:
    """A queue of callers that are gone costs no transaction, and the lane goes on."""

    async def scenario() -> None:
        flushes = Flushes()
        flushes.gate.clear()
        lane = Lane(flushes, most=10)
        await queued(lane, [1])
        for task in await queued(lane, [2, 3]):
            task.cancel()
        await asyncio.sleep(0)
        flushes.gate.set()
        await lane.drain()
        assert flushes.seen == [[1]]
        assert await lane.submit(4) == 8

    asyncio.run(scenario())


def test_one_unit_s_defect_fails_that_unit() -> None:
    """Where a flush of several raises, each is tried alone, and the error reaches the one whose it is."""

    async def scenario() -> None:
        flushes = Flushes(defect=3)
        flushes.gate.clear()
        lane = Lane(flushes, most=10)
        tasks = await queued(lane, [1]) + await queued(lane, [2, 3, 4])
        flushes.gate.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(answer) for answer in answers] == [int, int, ValueError, int]
        assert flushes.seen == [[1], [2, 3, 4], [2], [3], [4]]

    asyncio.run(scenario())


def test_a_database_that_cannot_answer_is_not_asked_once_more_for_each() -> None:
    """Where the database is away, all callers of the flush are told so at once, and none is tried again unasked."""

    async def scenario() -> None:
        away = Unavailable("STORE_UNAVAILABLE", "away")
        flushes = Flushes(defect=3, error=away)
        flushes.gate.clear()
        lane = Lane(flushes, most=10)
        tasks = await queued(lane, [1]) + await queued(lane, [2, 3, 4])
        flushes.gate.set()
        assert await asyncio.gather(*tasks, return_exceptions=True) == [2, away, away, away]
        assert flushes.seen == [[1], [2, 3, 4]]
        assert await lane.submit(5) == 10

    asyncio.run(scenario())


def test_draining_waits_for_all_that_is_queued() -> None:
    """When the lane has drained, everybody has an answer."""

    async def scenario() -> None:
        flushes = Flushes()
        flushes.gate.clear()
        lane = Lane(flushes, most=2)
        tasks = await queued(lane, [1, 2, 3, 4, 5])
        asyncio.get_running_loop().call_soon(flushes.gate.set)
        await lane.drain()
        await asyncio.sleep(0)
        assert [task.result() for task in tasks] == [2, 4, 6, 8, 10]
        await lane.drain()

    asyncio.run(scenario())
