"""Units of work of an installation: that database and keep ring belong together, and that objectors are found.

The *canary* is an objector whom nobody is: an invented address that goes on the suppression list when the database is
founded, and through every rotation with the rest. A service that does not find it would find nobody else (R-034).
"""

from datetime import date, datetime

import sqlalchemy as sa

from leadgate_service.domain.identity import Identifier, TokenKind
from leadgate_service.keep_ring import KeepRing
from leadgate_service.keyfiles import KeyRingError
from leadgate_service.storage import tables
from leadgate_service.storage.suppressions import INSERT_SUPPRESSIONS, Suppression
from leadgate_service.storage.token_version import SELECT_TOKEN_VERSION, require_version
from leadgate_service.storage.work import Insert, Statement, Step, Work, together

CANARY = Identifier(TokenKind.EMAIL_EXACT, "canary@leadgate.invalid")
"""The address of nobody: no address ends in `.invalid` (RFC 2606)."""

CANARY_OBJECTION = bytes(16)
"""The id of the objection that nobody made: the canary's group is its own, and no table knows an objection of it."""

SELECT_FINGERPRINT = Statement(sa.select(tables.installation.c.keep_fingerprint))
INSERT_INSTALLATION = Insert(
    tables.installation, ("installation_id", "keep_fingerprint", "token_version", "founded_time")
)


def token_version() -> Work[int]:
    """Read the version of the database's tokens; the first, if it was not founded yet."""
    rows = yield SELECT_TOKEN_VERSION()
    return int(rows[0][0]) if rows else 1


def is_founded_with(fingerprint: bytes) -> Work[bool | None]:
    """Say whether the database was founded with this ring; None if it was not founded yet."""
    rows = yield SELECT_FINGERPRINT()
    return bytes(rows[0][0]) == fingerprint if rows else None


def check_ring(keep: KeepRing, now: datetime) -> Work[None]:
    """Compare the ring with the one the database was founded with; found an empty database with it.

    Raises:
        KeyRingError: It is another ring.
        Unavailable: TOKEN_KEY_ROTATED: it is the right one, at another version.
    """
    match (yield from is_founded_with(keep.fingerprint())):
        case None:
            yield together(
                INSERT_INSTALLATION([(1, keep.fingerprint(), keep.token_version, now)]), _list_canary(keep, now.date())
            )
        case False:
            raise KeyRingError(
                "The keep ring is not the one this database was founded with: every objection would be forgotten. "
                "Restore the right ring from escrow.",
            )
        case True:
            require_version((yield SELECT_TOKEN_VERSION()), keep.token_version)


def canary_lost() -> KeyRingError:
    """Say that nobody who objected would be found."""
    return KeyRingError(
        "The canary objector is not found on the suppression list, and so nobody would be who objected. Restore the "
        "keep ring from escrow, or the database from a backup: they do not belong together.",
    )


def _list_canary(keep: KeepRing, today: date) -> Step:
    canary = Suppression(keep.token(CANARY), CANARY.kind, keep.group_id(CANARY_OBJECTION), None)
    return INSERT_SUPPRESSIONS([canary.row(keep.token_version, today)])
