"""`python -m leadgate_service`: the service alone, told by the environment. `leadgate serve` does the same."""

import os
import sys

import uvloop

from leadgate_service.app import App
from leadgate_service.config import Config
from leadgate_service.errors import LeadgateError


async def main() -> None:
    """Serve until the process is told to end."""
    app = await App.build(Config.from_environment(os.environ))
    await app.serve()


if __name__ == "__main__":
    try:
        uvloop.run(main())
    except LeadgateError as error:
        sys.exit(f"{error.reason}: {error.message}")
