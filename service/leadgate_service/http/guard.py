"""What every request to the door goes through: limits before it is read, and answers that give nothing away.

The body is read whole, within a limit of bytes and of seconds, before any route sees it. Whatever goes wrong behind
leaves as a typed answer: no traceback, no text of a driver or library. The log names the route by its pattern, never
the address that was asked for, because tokens stand in it.
"""

import asyncio
import time
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadgate_service.counters import Counters
from leadgate_service.errors import Internal, LeadgateError
from leadgate_service.http.answers import failed
from leadgate_service.logs import Log

MOST_BODY_BYTES = 64 * 1024
"""The longest body; a longer one is 413."""

READ_SECONDS = 10.0
"""How long a caller may take to send a request; then the answer is 408, or none if not even the headers came."""

HEADERS: Mapping[str, str] = {
    "cache-control": "no-store",
    "connection": "close",  # nobody comes twice, and a connection that ends cannot be held open
    "content-security-policy": "default-src 'none'; form-action 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
}
"""Of every answer."""


class Guard:
    """Stands in front of the routes.

    Args:
        app: The routes.
        log: Where refusals and accidents go.
        counters: What is counted.
        seconds: How long a caller may take to send a request.
    """

    def __init__(self, app: ASGIApp, log: Log, counters: Counters, seconds: float) -> None:
        self._app = app
        self._log = log
        self._counters = counters
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started, begun = time.monotonic(), False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        try:
            async with asyncio.timeout(self._seconds):
                body = await _read(scope, receive)
        except TimeoutError:
            await Response(status_code=408)(scope, receive, answer)
            return
        if body is None:
            await Response(status_code=413)(scope, receive, answer)
            return
        try:
            await self._app(scope, _replayed(body, receive), answer)
        except LeadgateError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - nothing leaves unmapped: its text may hold a personal value
            failure = Internal()
            self._log.incident(failure.metadata["incident"], error)
        else:
            return
        self._log.refused(_named(scope), failure, seconds=time.monotonic() - started)
        self._counters.count(f"refused.{failure.reason}")
        if not begun:
            await failed(failure, Headers(scope=scope))(scope, receive, answer)


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """Read the whole body; None if it is or says to be too long, or if its sender has gone."""
    announced = Headers(scope=scope).get("content-length", "")
    if announced.isdecimal() and int(announced) > MOST_BODY_BYTES:
        return None
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if message["type"] == "http.disconnect" or len(body) > MOST_BODY_BYTES:
            return None
    return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Hand over what was read, and then whatever comes."""
    read = False

    async def again() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _named(scope: Scope) -> str:
    """Name method and route as they are written in the code."""
    route = scope.get("route")
    return f"{scope['method']} {route.path}" if route is not None else "door"
