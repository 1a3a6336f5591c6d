"""Zendesk's trigger webhook: a ticket that an agent's trigger takes for an objection is one, whatever its wording.

The signature is checked over the bytes as they came, before anything is read in them. docs/zendesk.md has the body
that the trigger is to send. Keys that it does not list are not looked at.
"""

import base64
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leadgate_service.domain import identity, normalise
from leadgate_service.domain.identity import canonical_name
from leadgate_service.domain.objector import NameAtCompany, Objector
from leadgate_service.domain.policy import Policy
from leadgate_service.errors import InvalidArgument, LeadgateError, Unauthenticated, Unavailable, invalid
from leadgate_service.http.registrar import Registrar
from leadgate_service.records import Caller

PATH = "/hooks/zendesk"
PRINCIPAL = "door:zendesk"
"""Whom evidence names; no policy can have a principal of this name."""

MOST_AGE = timedelta(minutes=5)
"""How old a signature may be, and how far ahead Zendesk's clock."""

INVOCATION = "X-Zendesk-Webhook-Invocation-Id"

_ACTION = f"POST {PATH}"
_SIGNATURE = "X-Zendesk-Webhook-Signature"
_TIMESTAMP = "X-Zendesk-Webhook-Signature-Timestamp"
_EVENT = "zen:event-type:"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_TICKET = re.compile(r"[A-Za-z0-9-]{1,64}")
_MOST_NAME_CHARACTERS = 200
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


class ZendeskHook:
    """The route.

    Args:
        registrar: Registers objections.
        secret: The webhook's signing secret, as text.
    """

    def __init__(self, registrar: Registrar, secret: str) -> None:
        self._registrar = registrar
        self._secret = secret.encode()

    @property
    def route(self) -> Route:
        """The route, for `app.build`."""
        return Route(PATH, self._answer, methods=["POST"])

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        self._authenticate(request.headers, body)
        try:
            objection_id = await self._register(request.headers, body)
        except Unavailable:
            raise  # nothing can be left
        except LeadgateError as refusal:
            await self._registrar.leave_entry(PRINCIPAL, _ACTION, refusal)
            raise
        return JSONResponse({"objection_id": objection_id})

    def _authenticate(self, headers: Headers, body: bytes) -> None:
        """Make sure that Zendesk sent this, just now."""
        stamp = headers.get(_TIMESTAMP, "")
        made = base64.b64encode(hmac.digest(self._secret, stamp.encode("latin-1") + body, "sha256"))
        sound = hmac.compare_digest(made, headers.get(_SIGNATURE, "").encode("latin-1"))
        sent = _instant(stamp)
        if not sound or sent is None or abs(self._registrar.now() - sent) > MOST_AGE:
            raise Unauthenticated(
                "SIGNATURE_INVALID",
                "The signature is missing, wrong or older than five minutes: set LEADGATE_ZENDESK_SECRET to this "
                "webhook's signing secret, and check the clock.",
            )

    async def _register(self, headers: Headers, body: bytes) -> str:
        invocation = headers.get(INVOCATION, "")
        if not _REQUEST_ID.fullmatch(invocation):
            raise invalid(INVOCATION, "must be the id that Zendesk sends")
        document = _document(body)
        return await self._registrar.register(
            Caller(PRINCIPAL, _ACTION, invocation, body),
            _objector(document, await self._registrar.policy()),
            channel="support",
            received_time=_received(document),
            reference=_ticket(document),
        )


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InvalidArgument(
            "MESSAGE_UNREADABLE",
            "The body is no JSON object: send the one of docs/zendesk.md.",
            field="body",
            rule="must be a JSON object",
        )
    if str(document.get("type", "")).startswith(_EVENT):
        rule = "must be absent: an event has no e-mail address; connect the webhook to a trigger, with our body"
        raise invalid("type", rule)
    return document


def _objector(document: Mapping[str, Any], policy: Policy) -> Objector:
    """Read who objects. What cannot be read beside an identifier is left out, and refuses nobody (R-017)."""
    number = normalise.phone(_text(document, "requester_phone"), None)
    try:
        email = identity.canonical_email(_text(document, "requester_email"), field="requester_email")
    except InvalidArgument:
        if number is None:
            raise
        return Objector(phones=(number,))
    host = identity.email_domain(email)
    if any(f".{host}".endswith(f".{own}") for own in policy.objections.own_domains):
        raise invalid("requester_email", "must be the objector's, not a colleague's: correct the ticket's requester")
    name = _text(document, "requester_name")
    named = canonical_name(name) and len(name) <= _MOST_NAME_CHARACTERS
    shared = identity.is_free_mail(host) or identity.is_bare_suffix(host)
    return Objector(
        emails=(email,),
        phones=(number,) if number is not None else (),
        names=(NameAtCompany(name, host),) if named and not shared else (),
    )


def _ticket(document: Mapping[str, Any]) -> str | None:
    """Read the ticket's id, by which the objection is found; without one it counts all the same."""
    ticket = _text(document, "ticket_id")
    return ticket if _TICKET.fullmatch(ticket) else None


def _received(document: Mapping[str, Any]) -> datetime | None:
    """Read when the ticket came; an unreadable time refuses nobody."""
    created = _instant(_text(document, "created_at"))
    return created if created is not None and created >= _FIRST else None


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return str(value).strip() if isinstance(value, str | int) else ""


def _instant(value: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(value)
        return instant.astimezone(UTC) if instant.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
