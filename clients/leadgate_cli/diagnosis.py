"""What `leadgate doctor` looks at. It reads, and never founds, creates or repairs anything."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from leadgate_service.app import open_driver, open_store
from leadgate_service.config import Config
from leadgate_service.counters import Counters
from leadgate_service.errors import LeadgateError
from leadgate_service.keyfiles import check_rings_apart
from leadgate_service.keys import BurnRing, KeepRing
from leadgate_service.providers import Providers
from leadgate_service.storage import migrations
from leadgate_service.storage.access import is_founded_with
from leadgate_service.usecases.clock import Now
from leadgate_service.usecases.policy import PolicyInForce
from leadgate_service.usecases.readiness import OpenPoint, open_points, trial_only

from leadgate_cli.database import REMEDIES as SCHEMA_REMEDIES
from leadgate_cli.postgres_log import REQUIRED, talkative


class Standing(StrEnum):
    """How a point stands."""

    OK = "ok"
    OPEN = "open"
    """Somebody should look at it."""
    BLOCKS = "blocks"
    """The service does not start, or takes nothing in, because of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that was looked at.

    Attributes:
        standing: How it stands.
        code: UPPER_SNAKE.
        message: What was found.
        remedy: What to do; empty if it is well.
    """

    standing: Standing
    code: str
    message: str
    remedy: str = ""


def diagnose(environment: Mapping[str, str], now: Now) -> list[Point]:
    """Look at everything that can be looked at.

    Args:
        environment: The variables of the service.
        now: The clock.
    """
    trial = trial_only()
    points = [_open(trial)] if trial is not None else []
    try:
        config = Config.from_environment(environment)
    except LeadgateError as error:
        return [*points, _refused(error)]
    points.append(_well("CONFIG", "The settings can be read."))
    points += [*_tls(config), *_checkpoints(config)]
    rings = list(_rings(config))
    schema = _schema(config)
    points += [*rings, schema]
    if schema.standing is Standing.OK and config.database_url.startswith("postgresql://"):
        points += _own_log(config)
    if all(point.standing is Standing.OK for point in (*rings, schema)):
        points += asyncio.run(_in_database(config, now))
    return points


def _tls(config: Config) -> Iterator[Point]:
    if config.tls is None:
        yield _well("TLS", "There is no TLS: this is a development server, on loopback only.")
        return
    for path in (config.tls.certificate, config.tls.key, config.tls.client_ca):
        if path is not None and not os.access(path, os.R_OK):
            yield _blocking("TLS", f"{path} cannot be read.", "Put it there, and let the service's user read it.")


def _checkpoints(config: Config) -> Iterator[Point]:
    folder = config.checkpoints
    if not folder.is_dir():
        yield _blocking("CHECKPOINTS", f"{folder} is no directory.", "Make or mount it, on another disk than the data.")
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield _blocking("CHECKPOINTS", f"{folder} cannot be written.", "Let the service's user write there.")
    elif any(folder.resolve().is_relative_to(data) for data in _data_folders(config)):
        remedy = "Move them where nobody who can write to the data can remove them."
        yield _blocking("CHECKPOINTS", f"{folder} lies within the data that it is to vouch for.", remedy)
    else:
        yield _well("CHECKPOINTS", "Checkpoints can be written, outside the data.")


def _data_folders(config: Config) -> Iterator[Path]:
    yield config.keep_ring.resolve()
    yield config.burn_ring.resolve()
    if config.database_url.startswith("sqlite:///"):
        yield Path(config.database_url.removeprefix("sqlite:///")).resolve().parent


def _rings(config: Config) -> Iterator[Point]:
    try:
        check_rings_apart(config.keep_ring, config.burn_ring)
        KeepRing.open(config.keep_ring)
        BurnRing.open(config.burn_ring)
    except LeadgateError as error:
        yield _refused(error)
    else:
        yield _well("KEY_RINGS", "Both rings are complete, private and apart.")


def _schema(config: Config) -> Point:
    try:
        state = migrations.check(config.database_url)
    except LeadgateError as error:
        return _refused(error)
    if state.standing is migrations.Standing.CURRENT:
        return _well("SCHEMA", f"The database is at revision {state.current}, as this release needs it.")
    found = f"The schema of the database is {state.standing}: {state.current or 'none'} where {state.head} is needed."
    return _blocking("SCHEMA", found, SCHEMA_REMEDIES[state.standing])


def _own_log(config: Config) -> list[Point]:
    """Look at what the database itself logs: it stands beside the service's own log, which holds nothing personal."""
    found = talkative(config.database_url)
    points = [
        Point(
            standing=Standing.OPEN,
            code=name.upper(),
            message=f"{name} is {value}: PostgreSQL's own log receives tokens and content of rows.",
            remedy=f"ALTER SYSTEM SET {name} = '{REQUIRED[name]}'; SELECT pg_reload_conf();",
        )
        for name, value in found.items()
    ]
    return points or [_well("DATABASE_LOG", "PostgreSQL's own log receives neither tokens nor content of rows.")]


async def _in_database(config: Config, now: Now) -> list[Point]:
    driver = await open_driver(config.database_url, serving=False)
    try:
        fingerprint = KeepRing.open(config.keep_ring).fingerprint()
        matches = await driver.read(lambda: is_founded_with(fingerprint))
    finally:
        await driver.close()
    match matches:
        case None:
            remedy = "Found it: `leadgate serve --founding-policy FILE`."
            return [_blocking("NOT_FOUNDED", "The database is empty: there is no policy.", remedy)]
        case False:
            remedy = "Restore the right ring from escrow, or name the right database."
            return [_blocking("KEY_RING_INVALID", "The keep ring is not this database's.", remedy)]
    return [_well("KEY_RING_MATCHES", "The keep ring is this database's."), *await _policy(config, now)]


async def _policy(config: Config, now: Now) -> list[Point]:
    store, _ = await open_store(config, now, serving=False)
    providers = Providers.configured(config, Counters())
    try:
        policies = PolicyInForce(store, now, dev=config.dev)
        found = await open_points(policies, providers.sources, now)
    finally:
        providers.close()
        await store.close()
    points = [_open(point) for point in found if point.code != "TRIAL_ONLY"]
    return points or [_well("POLICY", "The policy is in force, with its assessment, sources and recipients.")]


def _well(code: str, message: str) -> Point:
    return Point(standing=Standing.OK, code=code, message=message)


def _blocking(code: str, message: str, remedy: str) -> Point:
    return Point(standing=Standing.BLOCKS, code=code, message=message, remedy=remedy)


def _refused(error: LeadgateError) -> Point:
    return _blocking(error.reason, error.message, _REMEDIES.get(error.reason, "Mend that, and run it again."))


def _open(point: OpenPoint) -> Point:
    standing = Standing.BLOCKS if point.blocking else Standing.OPEN
    return Point(standing=standing, code=point.code, message=point.message, remedy=point.remedy)


_REMEDIES = {
    "CONFIG_INVALID": "Set the variable, then run this again: nothing else was looked at.",
    "KEY_RING_INVALID": "Mount the ring or restore it; `leadgate keys init` is for a new installation only.",
    "DATABASE_URL_INVALID": "Correct LEADGATE_DATABASE_URL.",
    "STORE_UNAVAILABLE": "Start the database, or correct LEADGATE_DATABASE_URL.",
}
