"""The service under test, in a process of its own: the real one, with a bare echo on the very same server."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import resources
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import grpc
import uvloop
from leadgate_service.app import App, tune_collector, utc_now
from leadgate_service.config import Config
from leadgate_service.keys import BurnRing, KeepRing
from leadgate_service.storage import migrations
from leadgate_service.usecases import access

ECHO_METHOD = "/leadgate.bench.Bench/Echo"
"""Returns the bytes it is sent: what a call costs that does nothing."""

CPU_METHOD = "/leadgate.bench.Bench/Cpu"
"""Returns the seconds of CPU time that the service has used, in ASCII."""

PRINCIPAL = "demo-crm-sync"
"""Whose calls the bench makes: one of the demo's policy, which may hand in and read."""


@dataclass(frozen=True, slots=True)
class Address:
    """How the service is reached.

    Attributes:
        port: On loopback.
        token: Of `PRINCIPAL`.
    """

    port: int
    token: str = field(repr=False)


def prepare(database_url: str, folder: Path) -> Config:
    """Make database, keys and settings of a service that nobody has used.

    Args:
        database_url: An empty database.
        folder: Where keys and checkpoints go.
    """
    migrations.upgrade(database_url)
    KeepRing.create(folder / "keep")
    BurnRing.create(folder / "burn")
    (folder / "checkpoints").mkdir()
    return Config(
        database_url=database_url,
        keep_ring=folder / "keep",
        burn_ring=folder / "burn",
        checkpoints=folder / "checkpoints",
        listen="127.0.0.1:0",
        dev=True,
        tls=None,
        clearbit=None,
        hunter=None,
        founding_policy=Path(str(resources.files("leadgate_service") / "policies" / "demo.yaml")),
        reflection=False,
    )


def run(config: Config, log: Path, parent: "Connection[Address, None]") -> None:
    """Serve until the parent closes its end of the pipe, or ends.

    Args:
        config: From `prepare`.
        log: Where the service's log goes.
        parent: Gets the address, once the service listens.
    """
    uvloop.run(_serve(config, log, parent))


async def _serve(config: Config, log: Path, parent: "Connection[Address, None]") -> None:
    with log.open("w", encoding="utf-8") as stream:
        app = await App.build(config, log=stream)
        # A second server would have a thread pool and a completion queue of its own, and be no fair limit.
        app._server.add_generic_rpc_handlers((_handlers(),))  # noqa: SLF001 - the echo belongs on this very server
        tune_collector()  # as `App.serve` does
        await app.start()
        token, _ = await access.issue(app.store, await app.policies.current(), PRINCIPAL, utc_now())
        parent.send(Address(app.port, token))
        with suppress(EOFError):
            await asyncio.to_thread(parent.recv)
        await app.stop()


def _handlers() -> grpc.GenericRpcHandler:
    service = ECHO_METHOD.split("/")[1]
    methods: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        "Echo": grpc.unary_unary_rpc_method_handler(_echo),
        "Cpu": grpc.unary_unary_rpc_method_handler(_cpu),
    }
    return grpc.method_handlers_generic_handler(service, methods)


async def _echo(request: bytes, _context: object) -> bytes:
    return request


async def _cpu(_request: bytes, _context: object) -> bytes:
    return repr(time.process_time()).encode()
