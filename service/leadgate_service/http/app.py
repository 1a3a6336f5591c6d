"""The door as a whole: routes behind the guard."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from leadgate_service.counters import Counters
from leadgate_service.http.guard import READ_SECONDS, Guard
from leadgate_service.logs import Log


def build(routes: Sequence[BaseRoute], log: Log, counters: Counters, *, seconds: float = READ_SECONDS) -> Starlette:
    """Put routes together; whatever is none of them is 404 with an empty body, and nothing is redirected.

    Args:
        routes: What there is, each made by the module that is named after it.
        log: Where refusals and accidents go.
        counters: What is counted.
        seconds: How long a caller may take to send a request.
    """
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, log, counters, seconds)],
        exception_handlers={HTTPException: _nothing},
    )
    app.router.redirect_slashes = False
    return app


async def _nothing(_request: Request, error: Exception) -> Response:
    """Answer what no route answers, or not by this method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for nothing else
    return Response(status_code=error.status_code, headers=error.headers)
