"""The HTTP server of the door: uvicorn in the service's loop, with its own socket, silent but for accidents."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from leadgate_service.config import ConfigError, DoorConfig, Tls
from leadgate_service.http.guard import READ_SECONDS
from leadgate_service.logs import Log

MOST_CONNECTIONS = 200
"""How many connections there are at once; a request on one more is 503."""

MOST_HEADER_BYTES = 16 * 1024

DRAIN_SECONDS = 5
"""How long requests in flight may go on after the end was asked for; Zendesk waits for 10."""

_LOGGER = "uvicorn.error"


class DoorServer:
    """Listens, and hands requests to the routes.

    Args:
        config: Where, and how it is secured.
        app: The routes.
        log: Where accidents go.
        seconds: How long a caller may take to send the headers of a request.

    Attributes:
        port: Where it listens, once started.
    """

    def __init__(self, config: DoorConfig, app: ASGIApp, log: Log, *, seconds: float = READ_SECONDS) -> None:
        self._config = config
        self._app = app
        self._seconds = seconds
        self._log = _Handler(log)
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self.port = 0

    @property
    def address(self) -> str:
        """Host and port, once started."""
        return f"{self._config.listen.rpartition(':')[0]}:{self.port}"

    async def start(self) -> None:
        """Listen.

        Raises:
            ConfigError: The address cannot be listened on, or a file of the certificate cannot be used.
        """
        context = _context(self._config.tls)
        bound = _bound(self._config.listen)
        self.port = bound.getsockname()[1]
        logger = logging.getLogger(_LOGGER)
        logger.propagate = False
        logger.addHandler(self._log)
        self._server = _Server(_settings(self._app, context, _protocol(self._seconds)))
        self._serving = asyncio.create_task(self._server.serve([bound]))
        await self._server.listening.wait()

    async def stop(self) -> None:
        """Let requests in flight end, and listen no more."""
        if self._server is None or self._serving is None:
            return
        self._server.should_exit = True
        with suppress(asyncio.CancelledError):
            await self._serving
        logging.getLogger(_LOGGER).removeHandler(self._log)


class _Server(uvicorn.Server):
    """A server that leaves signals to the service, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


def _protocol(seconds: float) -> type[H11Protocol]:
    """Make the protocol HTTP, with an end to patience for those who connect and do not send a request."""

    class Protocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its base does
            super().connection_made(transport)
            self.loop.call_later(seconds, self._give_up)

        def _give_up(self) -> None:
            if self.cycle is None:
                self.transport.close()

    return Protocol


class _Handler(logging.Handler):
    """Writes what uvicorn warns of into the service's log: where, and never its words, which may hold an address."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.library(record.name, record.exc_info[1] if record.exc_info else None)


def _settings(app: ASGIApp, context: ssl.SSLContext | None, protocol: type[H11Protocol]) -> uvicorn.Config:
    def secured(*_: Any) -> ssl.SSLContext:
        assert context is not None  # noqa: S101 - it is asked for nothing else
        return context

    return uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        ssl_context_factory=secured if context is not None else None,
    )


def _bound(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    try:
        family = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host.strip("[]"), int(port)), family=family)
    except OSError:
        raise ConfigError("LEADGATE_DOOR_LISTEN", "must be a free address of this machine") from None


def _context(tls: Tls | None) -> ssl.SSLContext | None:
    if tls is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(tls.certificate, tls.key, password="")  # nobody is there to be asked for one
    except (OSError, ssl.SSLError):
        rule = "must name a certificate that can be read, and LEADGATE_DOOR_TLS_KEY its key, without a password"
        raise ConfigError("LEADGATE_DOOR_TLS_CERTIFICATE", rule) from None
    return context
