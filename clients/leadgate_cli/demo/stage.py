"""The stage of the demo: providers, service and callers in one process, talking over loopback HTTP and gRPC."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, TextIO, TypeVar

import uvloop
from leadgate_client import Client
from leadgate_service.app import App
from leadgate_service.burn_ring import BurnRing
from leadgate_service.config import ClearbitAccess, Config, DoorConfig, HunterAccess
from leadgate_service.keep_ring import KeepRing
from leadgate_service.policy_file import BundledPolicy, bundled_text
from leadgate_service.storage import migrations
from leadgate_service.usecases.access import issue
from leadgate_service.usecases.clock import Now
from leadgate_simulators import ClearbitSimulator, Fault, FaultPlan, Generator, HunterSimulator

from leadgate_cli.demo.door import PUBLIC_URL, Door

Result = TypeVar("Result")

PRINCIPALS = {
    "enrichment": "demo-enrichment",
    "crm_sync": "demo-crm-sync",
    "marketing": "demo-marketing",
    "support": "demo-support",
}
"""The callers, and what the demo policy calls them."""

_SLOWNESS = 0.05
_PERSON_OBJECTED = 451

# Both providers throw the same dice for the same address, so who meets trouble at the first may meet it at the second:
# 451, 400 and HTML fall on addresses for which Clearbit has no answer either.
_CLEARBIT_FAULTS: Mapping[Fault | int, float] = {
    422: 0.020,
    Fault.BROKEN_JSON: 0.010,
    Fault.HTML: 0.010,
    Fault.OVERSIZE: 0.003,
    Fault.NAN: 0.005,
    429: 0.020,
    500: 0.006,
    202: 0.006,
    Fault.RESET: 0.003,
    Fault.TRUNCATED: 0.003,
    Fault.SLOW: 0.020,
    Fault.DRIP: 0.010,
    Fault.DRIFT: 0.030,
    Fault.UNKNOWN_ATTRIBUTES: 0.030,
    Fault.HOSTILE: 0.030,
}
_HUNTER_FAULTS: Mapping[Fault | int, float] = {451: 0.004, 400: 0.006, Fault.SLOW: 0.015, Fault.HTML: 0.005}


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that takes part in a run.

    Attributes:
        app: The service.
        clearbit: A simulated provider.
        hunter: Another, which is asked when the first has no answer.
        clients: A client for each caller, by the names of `PRINCIPALS`.
        door: The service's HTTP door, from outside.
    """

    app: App
    clearbit: ClearbitSimulator
    hunter: HunterSimulator
    clients: Mapping[str, Client]
    door: Door

    def told_to_providers(self) -> Counter[str]:
        """Count by address how often a provider was told of it, from what the simulators themselves saw."""
        seen = (*self.clearbit.seen, *self.hunter.seen)
        return Counter(one.params["email"] for one in seen if "email" in one.params)

    def told_by_provider(self) -> frozenset[str]:
        """Return the addresses of people who, a provider said, objected there. Asked about a domain it names nobody."""
        seen = self.hunter.seen
        return frozenset(
            one.params["email"] for one in seen if one.status == _PERSON_OBJECTED and "email" in one.params
        )


@contextmanager
def staged(folder: Path, now: Now, *, generator: Generator, seed: int) -> Iterator[Stage]:
    """Set up service and providers in a folder, and take them down at the end. The files stay.

    Args:
        folder: An empty directory, for database, keys, logs, and the simulators' own traffic log.
        now: The clock.
        generator: Whom the providers know.
        seed: Decides which requests the providers answer badly.

    Raises:
        LeadgateError: See `App.build`.
    """
    traffic = folder / "simulators"
    traffic.mkdir()
    with ExitStack() as stack:
        clearbit = ClearbitSimulator(
            generator,
            faults=FaultPlan(seed=seed, shares=_CLEARBIT_FAULTS, retry_after="0", slowness=_SLOWNESS),
            traffic_log=traffic / "clearbit.jsonl",
        )
        hunter = HunterSimulator(
            generator,
            faults=FaultPlan(seed=seed, shares=_HUNTER_FAULTS, slowness=_SLOWNESS),
            traffic_log=traffic / "hunter.jsonl",
        )
        stack.enter_context(clearbit)
        stack.enter_context(hunter)
        secret = secrets.token_urlsafe()
        config = _founded(folder, clearbit, hunter, secret)
        log = stack.enter_context((folder / "logs" / "service.jsonl").open("w", encoding="utf-8"))
        # The driver leaves its lock, because removing one that others may be waiting for is unsafe. Here nobody is.
        stack.callback((folder / "leadgate.db.serving").unlink, missing_ok=True)
        app, tokens = stack.enter_context(_served(config, now, log))
        clients = {
            caller: stack.enter_context(Client.connect(f"127.0.0.1:{app.port}", token=token, insecure_local=True))
            for caller, token in tokens.items()
        }
        assert app.door is not None  # noqa: S101 - the settings below have one
        yield Stage(app, clearbit, hunter, clients, Door(app.door.address, secret, now))


def _founded(folder: Path, clearbit: ClearbitSimulator, hunter: HunterSimulator, secret: str) -> Config:
    """Do what an operator does before the first start: `keys init`, `db upgrade`, write policy and settings.

    Args:
        folder: Where the files go.
        clearbit: A provider.
        hunter: The other.
        secret: What Zendesk signs with; it is in no file.
    """
    config = Config(
        database_url=f"sqlite:///{folder / 'leadgate.db'}",
        keep_ring=folder / "keys" / "keep",
        burn_ring=folder / "keys" / "burn",
        checkpoints=folder / "checkpoints",
        listen="127.0.0.1:0",
        dev=True,
        tls=None,
        clearbit=ClearbitAccess(key=clearbit.api_key, person_url=clearbit.url, company_url=clearbit.url),
        hunter=HunterAccess(key=hunter.api_key, url=hunter.url),
        founding_policy=folder / "policy.yaml",
        reflection=True,
        door=DoorConfig(listen="127.0.0.1:0", url=PUBLIC_URL, tls=None, zendesk_secret=secret),
    )
    (folder / "policy.yaml").write_text(bundled_text(BundledPolicy.DEMO), encoding="utf-8")
    config.checkpoints.mkdir()
    (folder / "logs").mkdir()
    KeepRing.create(config.keep_ring)
    BurnRing.create(config.burn_ring)
    migrations.upgrade(config.database_url)
    return config


@contextmanager
def _served(config: Config, now: Now, log: TextIO) -> Iterator[tuple[App, Mapping[str, str]]]:
    """Serve from a thread of its own; give the service, and a token for each caller."""
    with _event_loop() as run:
        app = run(App.build(config, now, log=log))
        run(app.start())
        try:
            yield app, {caller: run(_token(app, principal, now)) for caller, principal in PRINCIPALS.items()}
        finally:
            run(app.stop())


@contextmanager
def _event_loop() -> Iterator[Callable[[Coroutine[Any, Any, Result]], Result]]:
    """Run an event loop in a thread; give the function that has a coroutine run there and waits for its result."""
    loop = uvloop.new_event_loop()
    thread = Thread(target=loop.run_forever, name="leadgate-demo-service")

    def run(work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    thread.start()
    try:
        yield run
    finally:
        asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _token(app: App, principal: str, now: Now) -> str:
    token, _ = await issue(app.store, await app.policies.current(), principal, now())
    return token
