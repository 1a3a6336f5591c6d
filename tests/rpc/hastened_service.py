"""The service, in whose time an hour passes in a second, and which looks all the time for what is to be erased.

Run as a program; the environment tells it what it tells the service, and in HASTENED_SINCE when its time left ours.
"""

import os
import time
from datetime import UTC, datetime

import uvloop
from leadgate_service.app import App
from leadgate_service.config import Config
from leadgate_service.jobs import erasures

SINCE = "HASTENED_SINCE"
SPEED = 3_600.0


def hastened_now() -> datetime:
    """Tell the time, which is the same in every process that was given the same beginning."""
    since = float(os.environ[SINCE])
    return datetime.fromtimestamp(since + SPEED * (time.time() - since), UTC)


async def main() -> None:
    """Serve until the process is told to end."""
    app = await App.build(Config.from_environment(os.environ), hastened_now)
    await app.serve()


if __name__ == "__main__":
    erasures.EVERY_SECONDS = 0.02
    uvloop.run(main())
