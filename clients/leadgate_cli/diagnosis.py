"""What `leadgate doctor` looks at. It reads, and never founds, creates or repairs anything."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from leadgate_service.app import open_store
from leadgate_service.burn_ring import BurnRing
from leadgate_service.config import Config, Settings
from leadgate_service.counters import Counters
from leadgate_service.errors import LeadgateError
from leadgate_service.providers import Providers
from leadgate_service.storage import migrations
from leadgate_service.usecases.clock import Now
from leadgate_service.usecases.policy import PolicyInForce
from leadgate_service.usecases.readiness import open_points, trial_only

from leadgate_cli import rings
from leadgate_cli.database import REMEDIES as SCHEMA_REMEDIES
from leadgate_cli.points import Point, Standing, any_blocks, blocking, of_service, refused, well
from leadgate_cli.postgres_log import REQUIRED, talkative

_TOLD = frozenset({"TRIAL_ONLY", "TOKEN_KEYS_REVIEW_DUE"})
"""Points of the service's own that are found before the policy is looked at."""


def diagnose(environment: Mapping[str, str], now: Now) -> list[Point]:
    """Look at everything that can be looked at.

    Args:
        environment: The variables of the service.
        now: The clock.
    """
    trial = trial_only()
    points = [of_service(trial)] if trial is not None else []
    try:
        config = Settings.from_environment(environment)
    except LeadgateError as error:
        return [*points, refused(error)]
    points += [_together(environment), *_tls(config), *_checkpoints(config)]
    keys, schema = rings.on_disk(config), _schema(config)
    points += [keys, schema]
    if schema.standing is Standing.OK and config.database_url.startswith("postgresql://"):
        points += _own_log(config)
    if not any_blocks((keys, schema)):
        points += asyncio.run(_in_database(config, now))
    return points


def _together(environment: Mapping[str, str]) -> Point:
    """Look whether settings that can be read may be served with; if not, the rest can be looked at all the same."""
    try:
        Config.from_environment(environment)
    except LeadgateError as error:
        return blocking(error.reason, error.message, "Set or correct the variable.")
    return well("CONFIG", "The settings can be read.")


def _tls(config: Settings) -> Iterator[Point]:
    if config.tls is None:
        if config.dev:
            yield well("TLS", "There is no TLS: this is a development server, on loopback only.")
        return
    for path in (config.tls.certificate, config.tls.key, config.tls.client_ca):
        if path is not None and not os.access(path, os.R_OK):
            yield blocking("TLS", f"{path} cannot be read.", "Put it there, and let the service's user read it.")


def _checkpoints(config: Settings) -> Iterator[Point]:
    folder = config.checkpoints
    if not folder.is_dir():
        yield blocking("CHECKPOINTS", f"{folder} is no directory.", "Make or mount it, on another disk than the data.")
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield blocking("CHECKPOINTS", f"{folder} cannot be written.", "Let the service's user write there.")
    elif any(folder.resolve().is_relative_to(data) for data in _data_folders(config)):
        remedy = "Move them where nobody who can write to the data can remove them."
        yield blocking("CHECKPOINTS", f"{folder} lies within the data that it is to vouch for.", remedy)
    else:
        yield well("CHECKPOINTS", "Checkpoints can be written, outside the data.")


def _data_folders(config: Settings) -> Iterator[Path]:
    yield config.keep_ring.resolve()
    yield config.burn_ring.resolve()
    if config.database_url.startswith("sqlite:///"):
        yield Path(config.database_url.removeprefix("sqlite:///")).resolve().parent


def _schema(config: Settings) -> Point:
    try:
        state = migrations.check(config.database_url)
    except LeadgateError as error:
        return refused(error)
    if state.standing is migrations.Standing.CURRENT:
        return well("SCHEMA", f"The database is at revision {state.current}, as this release needs it.")
    found = f"The schema of the database is {state.standing}: {state.current or 'none'} where {state.head} is needed."
    return blocking("SCHEMA", found, SCHEMA_REMEDIES[state.standing])


def _own_log(config: Settings) -> list[Point]:
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
    return points or [well("DATABASE_LOG", "PostgreSQL's own log receives neither tokens nor content of rows.")]


async def _in_database(config: Settings, now: Now) -> list[Point]:
    points = await rings.beside_database(config, now)
    return points if any_blocks(points) else [*points, *await _policy(config, now)]


async def _policy(config: Settings, now: Now) -> list[Point]:
    store, keep = await open_store(config, now, serving=False)
    providers = Providers.configured(config, Counters())
    try:
        policies = PolicyInForce(store, now, dev=config.dev)
        burn = BurnRing(config.burn_ring)
        found = await open_points(store, burn, keep.token_version, policies, providers.sources, now)
    finally:
        providers.close()
        await store.close()
    points = [of_service(point) for point in found if point.code not in _TOLD]
    return points or [well("POLICY", "The policy is in force, with its assessment, sources and recipients.")]
