"""The composition root: the one place that picks the real parts and puts them together."""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TextIO

import grpc
from grpc_reflection.v1alpha import reflection
from leadgate.v1 import governance_service_pb2, intake_service_pb2, lead_service_pb2, objection_service_pb2

from leadgate_service.burn_ring import BurnRing
from leadgate_service.config import Config, ConfigError, DoorConfig, StoreConfig, Tls
from leadgate_service.counters import Counters
from leadgate_service.errors import Unavailable
from leadgate_service.http import app as door
from leadgate_service.http.desk.routes import routes as desk_routes
from leadgate_service.http.desk.sessions import Sessions
from leadgate_service.http.desk.visits import Desk
from leadgate_service.http.registrar import Registrar
from leadgate_service.http.server import DoorServer
from leadgate_service.http.unsubscribe import OneClick, link_to
from leadgate_service.http.zendesk import ZendeskHook
from leadgate_service.ids import Uuid7
from leadgate_service.jobs import checkpoints, erasures, sight
from leadgate_service.jobs.checkpoints import Checkpoints
from leadgate_service.jobs.erasures import Erasures
from leadgate_service.jobs.every import every
from leadgate_service.jobs.sight import Sight
from leadgate_service.keep_ring import KeepRing
from leadgate_service.keyfiles import check_rings_apart
from leadgate_service.logs import Log
from leadgate_service.policy_file import parse
from leadgate_service.providers import Providers
from leadgate_service.records import Caller, PolicyChange
from leadgate_service.rpc import probes
from leadgate_service.rpc.convert_leads import MakeLink
from leadgate_service.rpc.governance import GovernanceService
from leadgate_service.rpc.intake import IntakeService
from leadgate_service.rpc.leads import LeadService
from leadgate_service.rpc.objections import ObjectionService
from leadgate_service.rpc.pipeline import Pipeline
from leadgate_service.rpc.probes import Probes
from leadgate_service.storage.driver import Driver
from leadgate_service.storage.installation import token_version
from leadgate_service.storage.migrations import require_current
from leadgate_service.storage.postgres import PostgresDriver
from leadgate_service.storage.rotation import Progress
from leadgate_service.storage.sql_store import SqlStore
from leadgate_service.storage.sqlite import SqliteDriver
from leadgate_service.store import Store
from leadgate_service.usecases.access import Gatehouse
from leadgate_service.usecases.clock import Now
from leadgate_service.usecases.enrichment import Enrichment
from leadgate_service.usecases.policy import PolicyInForce

MOST_MESSAGE_BYTES = 8 * 1024 * 1024
"""The longest request; a longer one is RESOURCE_EXHAUSTED before anybody reads it."""

MOST_METADATA_BYTES = 16 * 1024

DRAIN_SECONDS = 10.0
"""How long calls in flight may go on after the end was asked for."""

_OPTIONS = (
    ("grpc.max_receive_message_length", MOST_MESSAGE_BYTES),
    ("grpc.max_metadata_size", MOST_METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", MOST_METADATA_BYTES),
    ("grpc.so_reuseport", 0),  # else a second service could listen here too, and would answer some of the calls
)

_SERVICES = tuple(
    module.DESCRIPTOR.services_by_name[name]
    for module, name in (
        (intake_service_pb2, "IntakeService"),
        (lead_service_pb2, "LeadService"),
        (objection_service_pb2, "ObjectionService"),
        (governance_service_pb2, "GovernanceService"),
    )
)

_GOVERNANCE = "leadgate.v1.GovernanceService"
"""The service that needs no tokens: it tells what is the matter when the others cannot serve."""

_OBJECTIONS = objection_service_pb2.DESCRIPTOR.services_by_name["ObjectionService"]


def utc_now() -> datetime:
    """Read the system's clock."""
    return datetime.now(UTC)


async def open_store(config: StoreConfig, now: Now, *, serving: bool) -> tuple[SqlStore, KeepRing]:
    """Open keys and database, and make sure that they belong together, and that objectors are found.

    Args:
        config: Where they are.
        now: The clock.
        serving: True for the service itself, False for a command beside it.

    Raises:
        KeyRingError: The keep ring is missing, incomplete, or not this database's.
        LeadgateError: See `open_driver` and `Store.check_ring`.
    """
    check_rings_apart(config.keep_ring, config.burn_ring)
    KeepRing.open(config.keep_ring)
    # Without content keys nothing is taken in or shown; objections need none, so the service opens all the same.
    burn = BurnRing(config.burn_ring)
    driver = await open_driver(config.database_url, serving=serving)
    try:
        keep = KeepRing.open(config.keep_ring, token_version=await driver.read(token_version))
        store = SqlStore(driver, keep=keep, burn=burn, now=now, new_id=Uuid7(now))
        await store.check_ring()
    except BaseException:
        await driver.close()
        raise
    return store, keep


async def rotate_token_key(config: StoreConfig, now: Now, progressed: Progress) -> tuple[int, int]:
    """Bring every token of the database under the next token key of the keep ring, which is there already (R-032).

    Args:
        config: Where keys and database are.
        now: The clock.
        progressed: Told how many rows of how many are done.

    Returns:
        The new version, and how many rows hold tokens.

    Raises:
        KeyRingError: The next token key is missing.
        FailedPrecondition: DATABASE_IN_USE: a service is serving this SQLite file.
        LeadgateError: See `open_store` and `SqlStore.rotate_token_key`.
    """
    store, keep = await open_store(config, now, serving=True)
    try:
        newer = KeepRing.open(config.keep_ring, token_version=keep.token_version + 1)
        return newer.token_version, await store.rotate_token_key(newer, progressed)
    finally:
        await store.close()


async def open_driver(database_url: str, *, serving: bool) -> Driver:
    """Open a database, to serve it or beside the service; no key is needed, as a verifier of the trail has none.

    Raises:
        InvalidArgument: DATABASE_URL_INVALID.
        FailedPrecondition: SCHEMA_OUTDATED, SCHEMA_AHEAD or DATABASE_IN_USE.
        Unavailable: STORE_UNAVAILABLE.
    """
    try:
        await asyncio.to_thread(require_current, database_url)
        file = database_url.removeprefix("sqlite:///")
        if file != database_url:
            return SqliteDriver(Path(file), exclusive=serving)
        return await PostgresDriver.connect(database_url)
    except Unavailable as error:
        raise _unopened(error) from None


def _unopened(error: Unavailable) -> Unavailable:
    """Tell the operator, who has sent no request that could be sent again, where to look."""
    if error.reason != "STORE_UNAVAILABLE":
        return error
    code = error.metadata.get("code")
    refused = f"refused with {code}" if code is not None else "cannot be reached"
    return Unavailable(
        error.reason,
        f"The database that LEADGATE_DATABASE_URL names {refused}: start it, or correct the variable.",
        **error.metadata,
    )


@dataclass(slots=True)
class App:
    """A service, put together. Made by `App.build`.

    Attributes:
        config: What it was told.
        store: Its store.
        policies: The policy in force.
        counters: What it counts.
        door: The HTTP door; None if there is none.
        port: Where it listens, once started.
    """

    config: Config
    store: Store
    policies: PolicyInForce
    counters: Counters
    door: DoorServer | None
    _log: Log
    _enrichment: Enrichment
    _providers: Providers
    _checkpoints: Checkpoints
    _erasures: Erasures
    _sight: Sight
    _probes: Probes
    _server: Any
    port: int = 0
    _jobs: tuple[asyncio.Task[None], ...] = ()

    @classmethod
    async def build(cls, config: Config, now: Now = utc_now, *, log: TextIO = sys.stdout) -> Self:
        """Put a service together.

        Args:
            config: What it is told.
            now: The clock; nothing else in the service reads time.
            log: Where log lines go.

        Raises:
            LeadgateError: See `open_store`.
            ConfigError: A folder or file of the settings cannot be used.
            PolicyError: The founding policy has mistakes.
            FailedPrecondition: POLICY_FOR_DEMO: the policy is for invented people, and this is no development server.
        """
        if not config.checkpoints.is_dir():
            raise ConfigError("LEADGATE_CHECKPOINTS", "must name a directory that exists, away from the database")
        store, keep = await open_store(config, now, serving=True)
        try:
            return await cls.over(store, keep, config, now, log=log)
        except BaseException:
            await store.close()
            raise

    @classmethod
    async def over(cls, store: Store, keep: KeepRing, config: Config, now: Now, *, log: TextIO) -> Self:
        """Put a service together over an open store, which it closes in the end."""
        logger, counters = Log(log), Counters()
        policies = PolicyInForce(store, now, dev=config.dev)
        await _found(store, policies, config, now)
        await policies.refresh()
        providers = Providers.configured(config, counters)
        gatehouse = Gatehouse(store, policies, now)
        pipeline = Pipeline(
            gatehouse=gatehouse,
            store=store,
            policies=policies,
            now=now,
            log=logger,
            counters=counters,
        )
        enrichment = Enrichment(store, policies, now, providers.sources, providers.ask)
        objections = ObjectionService(store, keep, policies, now)
        servicers = (
            IntakeService(store, enrichment, policies, now),
            LeadService(store, keep, policies, now, _links(config, keep)),
            objections,
            GovernanceService(store, BurnRing(config.burn_ring), keep.token_version, policies, providers.sources, now),
        )
        server = grpc.aio.server(options=_OPTIONS)
        handlers = [pipeline.handlers(*pair) for pair in zip(_SERVICES, servicers, strict=True)]
        server.add_generic_rpc_handlers(tuple(handlers))
        told = _add_common_services(server, reflect=config.reflection)
        desk = Desk(
            gatehouse=gatehouse,
            registrar=Registrar(store, policies, now),
            sessions=Sessions(keep, secure=not config.dev),
            calls=pipeline.within(_OBJECTIONS, objections),
            log=logger,
            counters=counters,
        )
        entrance = _door(config.door, desk, keep, logger, counters)
        return cls(
            config=config,
            store=store,
            policies=policies,
            counters=counters,
            door=entrance,
            _log=logger,
            _enrichment=enrichment,
            _providers=providers,
            _checkpoints=Checkpoints(store, keep, config.checkpoints, now),
            _erasures=Erasures(store, now),
            _sight=Sight(store, told, logger),
            _probes=told,
            _server=server,
        )

    async def start(self) -> None:
        """Listen.

        Raises:
            ConfigError: An address cannot be listened on, or a file of a certificate cannot be used.
        """
        self.port = self._bind(_credentials(self.config.tls))
        if self.door is not None:
            await self.door.start()
        await self._server.start()
        await self._probes.begin()
        self._jobs = (
            asyncio.create_task(every(checkpoints.EVERY_SECONDS, "checkpoint", self._checkpoints.write, self._log)),
            asyncio.create_task(every(erasures.EVERY_SECONDS, "erasure", self._erasures.erase, self._log)),
            asyncio.create_task(every(sight.EVERY_SECONDS, "sight", self._sight.look, self._log)),
        )
        self._log.started(self.address)

    @property
    def address(self) -> str:
        """Host and port, once started."""
        return f"{self.config.listen.rpartition(':')[0]}:{self.port}"

    def _bind(self, credentials: Any) -> int:
        try:
            if credentials is None:
                return int(self._server.add_insecure_port(self.config.listen))
            return int(self._server.add_secure_port(self.config.listen, credentials))
        except RuntimeError:
            rule = "must be a free address of this machine, and the certificate must be sound and belong to its key"
            raise ConfigError("LEADGATE_LISTEN", rule) from None

    async def stop(self, seconds: float = DRAIN_SECONDS) -> None:
        """Say so to probes, let calls in flight end, write the last checkpoint, close everything.

        Args:
            seconds: How long calls may go on.
        """
        await self._probes.end()
        if self.door is not None:
            await self.door.stop()
        await self._server.stop(seconds)
        await self._enrichment.drain()
        for job in self._jobs:
            job.cancel()
            with suppress(asyncio.CancelledError):
                await job
        self._providers.close()
        await self._checkpoints.write()
        await self.store.close()
        self._log.stopped(self.counters.snapshot())

    async def serve(self, started: Callable[[Self], None] = lambda _: None) -> None:
        """Start, and stop when the process is told to end.

        Args:
            started: Called once it listens.

        Raises:
            ConfigError: See `start`.
        """
        tune_collector()
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, ended.set)
        try:
            await self.start()
            started(self)
            await ended.wait()
        finally:
            await self.stop()


async def _found(store: Store, policies: PolicyInForce, config: Config, now: Now) -> None:
    """Put the founding policy in force, in a database that has none."""
    if config.founding_policy is None or await store.policy() is not None:
        return
    yaml = (await asyncio.to_thread(_read, "LEADGATE_FOUNDING_POLICY", config.founding_policy)).decode(errors="replace")
    policies.accepted(await asyncio.to_thread(parse, yaml))
    caller = Caller("founder", "leadgate serve", "founding", b"")
    await store.apply_policy(
        PolicyChange(caller=caller, yaml=yaml, expected_version=0, now=now(), encode=lambda version: b"%d" % version),
    )


def tune_collector() -> None:
    """Look for cycles rarely: a batch makes many short-lived objects and no cycles, and looking took a third of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _door(config: DoorConfig | None, desk: Desk, keep: KeepRing, log: Log, counters: Counters) -> DoorServer | None:
    """Put the HTTP door together, if there is to be one: a route here is a route that is open."""
    if config is None:
        return None
    routes = [OneClick(desk.registrar, keep.open_unsubscribe_token, keep.evidence_token).route]
    if config.zendesk_secret is not None:
        routes.append(ZendeskHook(desk.registrar, config.zendesk_secret).route)
    if config.desk:
        routes += desk_routes(desk)
    return DoorServer(config, door.build(routes, log, counters), log)


def _links(config: Config, keep: KeepRing) -> MakeLink:
    """Make links for those who write to people; where nobody could answer them there are none."""
    base = config.door.url if config.door is not None else None
    return lambda token: link_to(base, keep.unsubscribe_token(token)) if base is not None else ""


def _add_common_services(server: Any, *, reflect: bool) -> Probes:
    """Add health, which probes and balancers ask without a token, and reflection, which shows the public contract."""
    names = [service.full_name for service in _SERVICES]
    if reflect:
        reflection.enable_server_reflection([*names, probes.NAME, reflection.SERVICE_NAME], server)
    return Probes(server, services=names, seeing=[name for name in names if name != _GOVERNANCE])


def _credentials(tls: Tls | None) -> Any:
    if tls is None:
        return None
    client_ca = _read("LEADGATE_TLS_CLIENT_CA", tls.client_ca) if tls.client_ca is not None else None
    return grpc.ssl_server_credentials(
        [(_read("LEADGATE_TLS_KEY", tls.key), _read("LEADGATE_TLS_CERTIFICATE", tls.certificate))],
        root_certificates=client_ca,
        require_client_auth=client_ca is not None,
    )


def _read(variable: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(variable, f"must name a file that can be read: {error.strerror}") from None
