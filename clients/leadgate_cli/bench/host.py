"""The service under test, in a process of its own: the real one, with a bare echo on the very same server."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import grpc
import uvloop
import yaml
from leadgate_service.app import App, tune_collector, utc_now
from leadgate_service.burn_ring import BurnRing
from leadgate_service.config import Config
from leadgate_service.keep_ring import KeepRing
from leadgate_service.policy_file import BundledPolicy, bundled_text
from leadgate_service.storage import migrations
from leadgate_service.usecases import access

PROCESS_STATUS = Path("/proc/self/status")
"""Where a process reads how much memory it has; Linux alone has it."""

ECHO_METHOD = "/leadgate.bench.Bench/Echo"
"""Returns the bytes it is sent: what a call costs that does nothing."""

CPU_METHOD = "/leadgate.bench.Bench/Cpu"
"""Returns the seconds of CPU time that the service has used, in ASCII."""

MEMORY_METHOD = "/leadgate.bench.Bench/Memory"
"""Returns the KiB of memory that are resident in the service now, and the most that ever were, in ASCII."""

CALLERS = 32
"""How many principals may call. Each may ask about people only so often (R-027); together they may more often than one
process answers."""

QUESTIONS_PER_MINUTE = 10_000
"""How often one of them may: as often as a policy can allow."""

PRINCIPAL = "demo-crm-sync"
"""The first of them: one of the demo's policy, which may hand in, read and ask."""


@dataclass(frozen=True, slots=True)
class Address:
    """How the service is reached.

    Attributes:
        port: On loopback.
        tokens: Of `CALLERS` principals with the same roles, `PRINCIPAL` first.
    """

    port: int
    tokens: Sequence[str] = field(repr=False)


def prepare(database_url: str, folder: Path) -> Config:
    """Make database, keys and settings of a service that nobody has used.

    Args:
        database_url: An empty database.
        folder: Where keys, policy and checkpoints go.
    """
    migrations.upgrade(database_url)
    KeepRing.create(folder / "keep")
    BurnRing.create(folder / "burn")
    (folder / "checkpoints").mkdir()
    (folder / "policy.yaml").write_text(_policy(), encoding="utf-8")
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
        founding_policy=folder / "policy.yaml",
        reflection=False,
        door=None,
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
        policy = await app.policies.current()
        issued = [await access.issue(app.store, policy, name, utc_now()) for name in _callers()]
        parent.send(Address(app.port, [token for token, _ in issued]))
        with suppress(EOFError):
            await asyncio.to_thread(parent.recv)
        await app.stop()


def _policy() -> str:
    """Write the demo's policy with more of the same caller."""
    policy = yaml.safe_load(bundled_text(BundledPolicy.DEMO))
    (caller,) = (one for one in policy["principals"] if one["name"] == PRINCIPAL)
    policy["principals"] += [{**caller, "name": name} for name in _callers()[1:]]
    policy["objections"]["questions_per_minute"] = QUESTIONS_PER_MINUTE
    return json.dumps(policy, default=str)  # JSON is YAML, too, and has none of the aliases that a policy may not have


def _callers() -> list[str]:
    return [PRINCIPAL, *(f"bench-{number}" for number in range(1, CALLERS))]


def _handlers() -> grpc.GenericRpcHandler:
    service = ECHO_METHOD.split("/")[1]
    methods: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        "Echo": grpc.unary_unary_rpc_method_handler(_echo),
        "Cpu": grpc.unary_unary_rpc_method_handler(_cpu),
        "Memory": grpc.unary_unary_rpc_method_handler(_memory),
    }
    return grpc.method_handlers_generic_handler(service, methods)


async def _echo(request: bytes, _context: object) -> bytes:
    return request


async def _cpu(_request: bytes, _context: object) -> bytes:
    return repr(time.process_time()).encode()


async def _memory(_request: bytes, _context: object) -> bytes:
    return _resident()


def _resident() -> bytes:
    lines = PROCESS_STATUS.read_text(encoding="ascii").splitlines()
    sizes = dict(line.split(":", 1) for line in lines)
    return " ".join(sizes[name].removesuffix("kB").strip() for name in ("VmRSS", "VmHWM")).encode()
