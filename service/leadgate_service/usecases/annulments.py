"""The end of an objection: it was never theirs (R-091), or the person took it back (R-025)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leadgate_service.domain import identity
from leadgate_service.errors import FailedPrecondition
from leadgate_service.keep_ring import TOKEN_BYTES, KeepRing
from leadgate_service.records import Caller, Lift
from leadgate_service.store import Store
from leadgate_service.usecases.objections import Asker

CHALLENGE_LIFE = timedelta(hours=72)
"""How long a challenge is good: time enough to answer a mail over a weekend."""

_USE = "lift"
_EXPIRY_BYTES = 8


@dataclass(frozen=True, slots=True)
class Challenge:
    """What proves, when it comes back, that somebody reads the mail of an address.

    Attributes:
        code: To be delivered to that address and nowhere else.
        expire_time: Until when it is good.
    """

    code: str
    expire_time: datetime


async def challenge(store: Store, keep: KeepRing, asker: Asker, email: str) -> Challenge:
    """Make a challenge for an address, whether or not anybody objected by it; an audit entry is durable before.

    Raises:
        Unavailable: STORE_UNAVAILABLE, AUDIT_UNAVAILABLE.
    """
    token = keep.token(identity.email_identifiers(email)[0])
    groups = await store.objections_of(token)
    expire_time = (asker.now + CHALLENGE_LIFE).replace(microsecond=0)
    expiry = int(expire_time.timestamp()).to_bytes(_EXPIRY_BYTES, "big")
    await store.record(asker.entry("CHALLENGED", 0))
    return Challenge(keep.codes.close(_USE, expiry + groups + token), expire_time)


async def lift(  # noqa: PLR0913 - a command with its surroundings
    store: Store,
    keep: KeepRing,
    asker: Asker,
    caller: Caller,
    code: str,
    *,
    encode: Callable[[int], bytes],
) -> bytes:
    """End the objections that named the address to which a challenge was delivered. Nothing erased is restored.

    Raises:
        FailedPrecondition: REQUEST_ID_REUSED, or CHALLENGE_INVALID: it is not ours, is over, or the person has
            objected again since.
        Unavailable: STORE_UNAVAILABLE.
    """
    payload = keep.codes.open(_USE, code) or bytes(_EXPIRY_BYTES)
    expire_time = datetime.fromtimestamp(int.from_bytes(payload[:_EXPIRY_BYTES], "big"), UTC)
    if expire_time < asker.now:
        raise FailedPrecondition(
            "CHALLENGE_INVALID",
            "This challenge is not ours, or is over: make a new one, and deliver it, if the person still wishes.",
        )
    return await store.lift(
        Lift(
            caller=caller,
            address_token=payload[-TOKEN_BYTES:],
            groups=payload[_EXPIRY_BYTES:-TOKEN_BYTES],
            now=asker.now,
            policy_version=asker.policy.version,
            encode=encode,
        )
    )
