"""Who calls: a personal token, looked up by its hash, names a principal of the policy (R-077)."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadgate_service.domain.access import Principal
from leadgate_service.domain.dates import today_in
from leadgate_service.domain.policy import Policy
from leadgate_service.errors import InvalidArgument, Unauthenticated
from leadgate_service.records import AccessToken
from leadgate_service.store import Store
from leadgate_service.usecases.clock import Now
from leadgate_service.usecases.policy import PolicyInForce

TOKEN_LIFE = timedelta(days=90)
"""How long a token is good for."""

REMEMBERED = timedelta(seconds=2)
"""How long a token that was just accepted is not looked up again: a revocation takes effect within it."""

MOST_REMEMBERED = 10_000

_TOKEN_BYTES = 32
_TOKEN_PREFIX = "lg_"  # noqa: S105 - tells scanners of repositories what they have found
_TOKEN_ID_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class _Remembered:
    principal: str
    until: datetime


class Gatehouse:
    """Tells who a caller is.

    Args:
        store: Knows the tokens.
        policies: Know the principals.
        now: The clock.
    """

    def __init__(self, store: Store, policies: PolicyInForce, now: Now) -> None:
        self._store = store
        self._policies = policies
        self._now = now
        self._remembered: dict[bytes, _Remembered] = {}

    async def principal(self, token: str | None) -> Principal:
        """Return the principal that a token names.

        Raises:
            Unauthenticated: TOKEN_INVALID: there is no token, or it is unknown, expired or revoked, or names somebody
                whom the policy does not know.
            Unavailable: STORE_UNAVAILABLE.
        """
        if not token:
            raise _unauthenticated()
        return await self.principal_of(token_hash(token))

    async def principal_of(self, hashed: bytes) -> Principal:
        """Return the principal that the token of a hash names: all that a session at a desk remembers of it.

        Raises:
            Unauthenticated: See `principal`.
            Unavailable: STORE_UNAVAILABLE.
        """
        policy = await self._policies.current()
        principal = policy.principal(await self._name(hashed, policy) or "")
        if principal is None:
            raise _unauthenticated()
        return principal

    async def _name(self, hashed: bytes, policy: Policy) -> str | None:
        now = self._now()
        known = self._remembered.get(hashed)
        if known is not None and now < known.until <= now + REMEMBERED:
            return known.principal
        name = await self._store.principal_of(hashed, now=now, today=today_in(policy.retention.zone_info, now))
        if name is not None:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[hashed] = _Remembered(name, now + REMEMBERED)
        return name


def token_hash(token: str) -> bytes:
    """Hash a token. It has 256 random bits, so that nothing slower than SHA-256 is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


async def issue(store: Store, policy: Policy, principal: str, now: datetime) -> tuple[str, AccessToken]:
    """Make a token for a principal of the policy.

    Returns:
        The token itself, which is shown once and never stored, and what is stored of it.

    Raises:
        InvalidArgument: FIELD_INVALID: the policy knows no such principal.
    """
    if policy.principal(principal) is None:
        raise InvalidArgument(
            "FIELD_INVALID",
            "principal must be one of the policy's principals: add it there first.",
            field="principal",
            rule="must be one of the policy's principals",
        )
    token = _TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    hashed = token_hash(token)
    kept = AccessToken(
        token_id=hashed.hex()[:_TOKEN_ID_CHARACTERS],
        principal=principal,
        issued_time=now,
        expire_time=now + TOKEN_LIFE,
        last_used_date=None,
        revoked_time=None,
    )
    await store.issue_token(kept, hashed)
    return token, kept


def bearer_token(metadata: Mapping[str, str | bytes]) -> str | None:
    """Read the token out of a call's metadata."""
    value = metadata.get("authorization")
    if not isinstance(value, str):
        return None
    scheme, _, token = value.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _unauthenticated() -> Unauthenticated:
    return Unauthenticated(
        "TOKEN_INVALID",
        "The call needs a valid token: send `authorization: Bearer TOKEN`, issued with `leadgate token issue`.",
    )
