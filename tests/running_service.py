"""A whole leadgate, served over real loopback gRPC, with simulated providers behind it and a clock that tests move.

The service runs as it does in production, on uvloop, in a thread of its own; tests call it like any client. Rows are
read beside the service only to be counted.
"""

import asyncio
import io
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any, Self, TypeVar

import grpc
import sqlalchemy as sa
import uvloop
from leadgate_client import Client
from leadgate_service.app import App, open_store
from leadgate_service.audit import ChainHeader, Entry
from leadgate_service.audit_checkpoints import Checkpoints
from leadgate_service.audit_verify import Finding, StoredChain, verify
from leadgate_service.burn_ring import BurnRing
from leadgate_service.config import Config
from leadgate_service.keep_ring import KeepRing
from leadgate_service.storage import tables
from leadgate_service.storage.access import OPERATOR
from leadgate_service.storage.sql_store import SqlStore
from leadgate_service.storage.work import Row, Statement, Work
from leadgate_service.store import Store
from leadgate_service.usecases.access import issue

from tests.builders import NOON
from tests.rpc.wire import Caller
from tests.simulated_providers import Providers, access_to

Result = TypeVar("Result")
Wrap = Callable[[Store], Store]

DEMO_POLICY = Path(str(files("leadgate_service") / "policies" / "demo.yaml"))
PRINCIPALS = {
    "intake": "demo-enrichment",
    "crm_sync": "demo-crm-sync",
    "marketing": "demo-marketing",
    "support": "demo-support",
    "privacy_officer": "demo-officer",
    "operator": "demo-operator",
}
"""The demo policy's principal of each role; the CRM sync may also take leads in."""

PATIENCE = 30.0
"""Seconds after which a test gives up on what should take milliseconds."""


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def pass_time(self, **span: float) -> None:
        """Move on, by the keywords of `timedelta`."""
        self.now += timedelta(**span)


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="service", daemon=True)
        self._thread.start()

    def run(self, call: Coroutine[Any, Any, Result]) -> Result:
        """Wait for a call that runs in the loop."""
        return self.begin(call).result(PATIENCE)

    def begin(self, call: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Begin a call that runs in the loop."""
        return asyncio.run_coroutine_threadsafe(call, self._loop)

    def close(self) -> None:
        """End the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()


def settings(folder: Path, database_url: str, providers: Providers | None, **changes: Any) -> Config:
    """Say what a service in a folder is told; its rings are made there by the first call.

    Args:
        folder: Of this service alone.
        database_url: A migrated database.
        providers: Whom it can ask; None for nobody.
        changes: Attributes of `Config` that differ.
    """
    if not (folder / "keep").exists():
        KeepRing.create(folder / "keep")
        BurnRing.create(folder / "burn")
        (folder / "checkpoints").mkdir()
    told = Config(
        database_url=database_url,
        keep_ring=folder / "keep",
        burn_ring=folder / "burn",
        checkpoints=folder / "checkpoints",
        listen="127.0.0.1:0",
        dev=True,
        tls=None,
        **access_to(providers),
        founding_policy=DEMO_POLICY,
        reflection=True,
        door=None,
    )
    return replace(told, **changes)


def _is_of_access(chain: StoredChain) -> bool:
    return isinstance(chain.header, ChainHeader) and chain.header.writer == "access"


@dataclass(slots=True, kw_only=True)
class RunningService:
    """A started service.

    Attributes:
        app: The service.
        store: Its store, without what a test put in between.
        clock: Its time.
        loop: Where it runs.
        log: What it has logged.
    """

    app: App
    store: SqlStore
    clock: Clock
    loop: Loop
    log: io.StringIO
    _tokens: dict[str, str] = field(default_factory=dict)
    _channel: grpc.Channel | None = None
    _stopped: bool = False

    @classmethod
    def started(cls, config: Config, clock: Clock, loop: Loop, wrap: Wrap = lambda store: store) -> Self:
        """Build and start a service.

        Args:
            config: What it is told.
            clock: Its time.
            loop: Where it runs.
            wrap: Puts something between the service and its store.
        """
        log = io.StringIO()

        async def start() -> tuple[App, SqlStore]:
            store, keep = await open_store(config, clock, serving=True)
            try:
                app = await App.over(wrap(store), keep, config, clock, log=log)
                await app.start()
            except BaseException:
                await store.close()
                raise
            return app, store

        app, store = loop.run(start())
        return cls(app=app, store=store, clock=clock, loop=loop, log=log)

    @property
    def target(self) -> str:
        """Its address."""
        return f"127.0.0.1:{self.app.port}"

    @property
    def door(self) -> str:
        """The address of its HTTP door."""
        assert self.app.door is not None
        return f"http://{self.app.door.address}"

    @property
    def channel(self) -> grpc.Channel:
        """A connection to it, opened by the first who asks."""
        if self._channel is None:
            self._channel = grpc.insecure_channel(self.target)
        return self._channel

    def stop(self, seconds: float = 1.0) -> None:
        """Stop it, once."""
        if not self._stopped:
            self.stopping(seconds).result(PATIENCE)
            if self._channel is not None:
                self._channel.close()

    def stopping(self, seconds: float = 1.0) -> Future[None]:
        """Begin to stop it."""
        self._stopped = True
        return self.loop.begin(self.app.stop(seconds))

    def token(self, principal: str) -> str:
        """Return a token of a principal of the policy in force, issued at the first call."""
        if principal not in self._tokens:
            self._tokens[principal] = self.new_token(principal)
        return self._tokens[principal]

    def new_token(self, principal: str) -> str:
        """Issue another token."""

        async def issued() -> str:
            policy = await self.app.policies.current()
            token, _ = await issue(self.store, policy, principal, self.clock())
            return token

        return self.loop.run(issued())

    def as_(self, role: str) -> Caller:
        """Call as the demo policy's principal of a role."""
        return self.as_principal(PRINCIPALS[role])

    def as_allowed(self, method: str) -> Caller:
        """Call as a principal that may call a method."""
        if "Intake" in method:
            return self.as_("intake")
        return self.as_("crm_sync" if "LeadService" in method else "privacy_officer")

    def as_principal(self, name: str) -> Caller:
        """Call as a principal of the policy in force."""
        return Caller(self.channel, self.token(name))

    def with_token(self, token: str | None) -> Caller:
        """Call with a token of one's own, or with none."""
        return Caller(self.channel, token)

    def client(self, role: str) -> Client:
        """Make an SDK client of the demo policy's principal of a role."""
        return Client.connect(self.target, token=self.token(PRINCIPALS[role]), insecure_local=True)

    def audit(self) -> list[Entry]:
        """Read the audit entries of calls: of what was written, then of what was read or refused.

        The tokens that the tests issue leave some besides.
        """
        chains = sorted(self.loop.run(self.store.audit_chains()), key=_is_of_access)
        entries = [row.entry for chain in chains for row in chain.rows if not isinstance(row, Exception)]  # type: ignore[union-attr]
        return [entry for entry in entries if entry.principal != OPERATOR]

    def findings(self) -> tuple[Finding, ...]:
        """Verify the audit trail."""
        return verify(self.loop.run(self.store.audit_chains()), Checkpoints(signed=(), rejected=())).findings

    def rows(self, clause: sa.Select[*tuple[Any, ...]]) -> list[Row]:
        """Read rows as they lie in the database."""

        def work() -> Work[list[Row]]:
            rows = yield Statement(clause)()
            return rows

        return self.loop.run(self.store._driver.read(work))

    def kept(self) -> Mapping[str, int]:
        """Count the rows of every table but the audit trail's and the tokens'."""
        return {name: count for name, count in self.counts().items() if not name.startswith(("audit_", "access_"))}

    def counts(self) -> Mapping[str, int]:
        """Count the rows of every table."""
        counted = (sa.select(sa.literal(name), sa.func.count()).select_from(table) for name, table in _tables())
        return {name: self.rows(clause)[0][1] for (name, _), clause in zip(_tables(), counted, strict=True)}


@cache
def _tables() -> list[tuple[str, sa.Table]]:
    return sorted(tables.metadata.tables.items())
