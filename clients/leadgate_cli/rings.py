"""What `leadgate doctor` and `leadgate keys check` see of the key rings, by themselves and beside their database."""

from collections.abc import Iterator

from leadgate_service.app import open_driver, open_store
from leadgate_service.burn_ring import BurnRing
from leadgate_service.config import StoreConfig
from leadgate_service.errors import LeadgateError
from leadgate_service.keep_ring import KeepRing
from leadgate_service.keyfiles import check_rings_apart
from leadgate_service.storage.installation import is_founded_with, token_version
from leadgate_service.usecases.clock import Now
from leadgate_service.usecases.readiness import token_keys_to_review

from leadgate_cli.points import Point, Standing, blocking, of_service, refused, well


def on_disk(config: StoreConfig) -> Point:
    """Look at the rings' files: each is there, of the right size, and nobody else's to read."""
    try:
        check_rings_apart(config.keep_ring, config.burn_ring)
        KeepRing.open(config.keep_ring)
        BurnRing.open(config.burn_ring)
    except LeadgateError as error:
        return refused(error)
    return well("KEY_RINGS", "Both rings are complete, private and apart.")


def content_keys(config: StoreConfig) -> Point:
    """Say of which expiry dates there are content keys.

    Raises:
        KeyRingError: The burn ring cannot be read.
    """
    dates = BurnRing.open(config.burn_ring).dates()
    if not dates:
        return well("CONTENT_KEYS", "There are no content keys yet: nothing was sealed.")
    return well("CONTENT_KEYS", f"There are content keys of {len(dates)} expiry dates, {dates[0]} to {dates[-1]}.")


async def beside_database(config: StoreConfig, now: Now) -> list[Point]:
    """Look whether sound rings are this database's, and find who has objected. An empty database stays empty.

    Raises:
        LeadgateError: See `open_driver`.
    """
    newest, fingerprint = KeepRing.newest_token_version(config.keep_ring), KeepRing.open(config.keep_ring).fingerprint()
    driver = await open_driver(config.database_url, serving=False)
    try:
        matches = await driver.read(lambda: is_founded_with(fingerprint))
        version = await driver.read(token_version)
    finally:
        await driver.close()
    match matches:
        case None:
            remedy = "Found it: `leadgate serve --founding-policy FILE`."
            return [blocking("NOT_FOUNDED", "The database is empty: there is no policy.", remedy)]
        case False:
            remedy = "Restore the right ring from escrow, or name the right database."
            return [blocking("KEY_RING_INVALID", "The keep ring is not this database's.", remedy)]
    return [
        well("KEY_RING_MATCHES", "The keep ring is this database's."),
        *_versions(newest, version),
        await _canary(config, now),
    ]


def _versions(newest: int, version: int) -> Iterator[Point]:
    if newest > version:
        message = f"The ring has token-{newest}.key, and the database's tokens are under version {version} still."
        remedy = "Put the ring in escrow, then end the rotation: `leadgate keys rotate --escrowed`."
        yield Point(standing=Standing.OPEN, code="ROTATION_UNFINISHED", message=message, remedy=remedy)
    elif newest == version:
        yield well("TOKEN_KEYS", f"All tokens are under version {version}, and the ring has every key up to it.")
    review = token_keys_to_review(version)
    if review is not None:
        yield of_service(review)


async def _canary(config: StoreConfig, now: Now) -> Point:
    """Ask as the service does at its start."""
    try:
        store, _ = await open_store(config, now, serving=False)
    except LeadgateError as error:
        return refused(error)
    await store.close()
    return well("CANARY", "The canary objector is found on the suppression list, and so is everybody who objected.")
