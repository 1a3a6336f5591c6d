"""What a job does again and again while the service runs."""

import asyncio
from collections.abc import Awaitable, Callable

from leadgate_service.errors import LeadgateError
from leadgate_service.logs import Log


async def every(seconds: float, name: str, act: Callable[[], Awaitable[object]], log: Log) -> None:
    """Do something at intervals, until cancelled. A failure is logged, and the next time tries again.

    Args:
        seconds: Between one time and the next.
        name: What the log calls it.
        act: What is done.
        log: Where a failure goes.
    """
    while True:
        await asyncio.sleep(seconds)
        try:
            await act()
        except LeadgateError as error:
            log.incident(name, error)
