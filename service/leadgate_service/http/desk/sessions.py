"""Sessions: who is signed in, sealed into a cookie, so that the server remembers nobody and any process can answer.

A cookie names the token that somebody signed in with by its hash alone. That the token is still good is asked at every
request; so revoking the token ends its sessions, too. Signing out has the browser forget the cookie, and this process
refuse it, should somebody have copied it. Another process of the same service learns nothing of that: there a copy is
good for as long as the session would have been.
"""

import hmac
import secrets
import struct
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from starlette.requests import Request
from starlette.responses import Response

from leadgate_service.keep_ring import KeepRing

COOKIE = "leadgate_desk"
PATH = "/desk"
"""Below which the cookie is sent."""

LIFE = timedelta(hours=8)
"""How long a session lasts: a day's work."""

IDLE = timedelta(minutes=30)
"""After how long without a request it is over."""

_USE = "desk session"
_FORM = "desk form"
_ID_BYTES = 16
_PAYLOAD = struct.Struct(f">32s{_ID_BYTES}sQQ")


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody's time at the desk.

    Attributes:
        token_hash: Of the token that they signed in with: see `usecases.access.token_hash`.
        session_id: Random bytes that tell it from every other.
        begun: When they signed in.
        seen: When they were last there.
    """

    token_hash: bytes
    session_id: bytes
    begun: datetime
    seen: datetime

    @classmethod
    def new(cls, token_hash: bytes, now: datetime) -> Self:
        """Begin a session."""
        return cls(token_hash, secrets.token_bytes(_ID_BYTES), now, now)

    def is_over(self, now: datetime) -> bool:
        """Say whether it has lasted too long, or nobody was there for too long."""
        return now - self.begun > LIFE or now - self.seen > IDLE


class Sessions:
    """Seals sessions into cookies, and opens them.

    Args:
        keep: Has the key.
        secure: The cookie is for TLS alone; False only in development.
    """

    def __init__(self, keep: KeepRing, *, secure: bool) -> None:
        self._keep = keep
        self._secure = secure
        self._ended: dict[bytes, datetime] = {}

    def read(self, request: Request, now: datetime) -> Session | None:
        """Return the session that a request belongs to; None if there is none, or it is over."""
        payload = self._keep.codes.open(_USE, request.cookies.get(COOKIE, ""))
        if payload is None:
            return None
        token_hash, session_id, begun, seen = _PAYLOAD.unpack(payload)
        session = Session(token_hash, session_id, datetime.fromtimestamp(begun, UTC), datetime.fromtimestamp(seen, UTC))
        return None if session.session_id in self._ended or session.is_over(now) else session

    def keep_on(self, response: Response, session: Session, now: datetime) -> None:
        """Let a response carry the session, in which somebody was there just now."""
        seen = replace(session, seen=now)
        times = (int(seen.begun.timestamp()), int(seen.seen.timestamp()))
        payload = _PAYLOAD.pack(seen.token_hash, seen.session_id, *times)
        response.set_cookie(
            COOKIE,
            self._keep.codes.close(_USE, payload),
            max_age=int(IDLE.total_seconds()),
            path=PATH,
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )

    def end(self, session: Session, now: datetime) -> None:
        """Refuse the session's cookie from now on; it is remembered as long as one of it could be in use."""
        lasting = {one: begun for one, begun in self._ended.items() if now - begun <= LIFE}
        self._ended = {**lasting, session.session_id: session.begun}

    def forget(self, response: Response) -> None:
        """Have the browser forget the session."""
        response.delete_cookie(COOKIE, path=PATH, secure=self._secure, httponly=True, samesite="strict")

    def form_token(self, session: Session) -> str:
        """Make what every form of the session carries, so that no other site can post for somebody."""
        return self._keep.evidence_token(_FORM, session.session_id).hex()

    def is_own(self, session: Session, form_token: str) -> bool:
        """Say whether a form was shown in this session."""
        return hmac.compare_digest(self.form_token(session).encode(), form_token.encode())

    def request_id(self, form_id: str, message: bytes) -> str:
        """Name a request of a form: sent twice it is the same one, and another one once something else is entered.

        Args:
            form_id: Made when the form was shown.
            message: What was entered.
        """
        return f"{form_id}-{self._keep.evidence_token(_FORM, message).hex()}"
