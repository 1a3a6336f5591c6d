"""What every request to the desk goes through: who it is, whether they may be here, and whose form they sent."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadgate_service.counters import Counters
from leadgate_service.domain.access import Principal, authorise
from leadgate_service.domain.dates import today_in
from leadgate_service.domain.policy import Policy
from leadgate_service.errors import LeadgateError, PermissionDenied, Unauthenticated, invalid
from leadgate_service.http import answers
from leadgate_service.http.desk import forms
from leadgate_service.http.desk.forms import Form
from leadgate_service.http.desk.sessions import Session, Sessions
from leadgate_service.http.failures import failure
from leadgate_service.http.registrar import Registrar
from leadgate_service.logs import Log
from leadgate_service.usecases.access import Gatehouse

HOME = "/desk"
SIGN_IN = "/desk/sign-in"
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field

Calls = Callable[[Principal, str, Message], Awaitable[bytes]]
"""Calls a method of the ObjectionService as a principal, by the same steps as over the wire."""

_USED = "leadgate.v1.ObjectionService/ListObjections"
"""The method whose roles may use the desk: support and privacy officers."""

_OVER = "You are not signed in, or not any more. Nothing was done: sign in, and do it again."


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in.

    Attributes:
        principal: Who it is.
        policy: In force.
        form: What they posted; empty if they posted nothing.
        params: What the path names.
    """

    principal: Principal
    policy: Policy
    form: Form
    params: Mapping[str, str]
    _desk: "Desk"
    _session: Session
    _route: str
    _started: float

    @property
    def zone(self) -> ZoneInfo:
        """The policy's zone, in which the desk reads and writes times."""
        return self.policy.retention.zone_info

    @property
    def today(self) -> date:
        """The civil day in that zone."""
        return today_in(self.zone, self._desk.registrar.now())

    async def call(self, method: str, request: Message) -> bytes:
        """Call a method of the ObjectionService; the answer is still to be parsed.

        Raises:
            LeadgateError: See the contract.
        """
        return await self._desk.calls(self.principal, method, request)

    def request_id(self, form_id: str, request: Message) -> str:
        """Name a request of a form: see `Sessions.request_id`."""
        return self._desk.sessions.request_id(form_id, request.SerializeToString(deterministic=True))

    def page(self, template: str, *, error: LeadgateError | None = None, **values: Any) -> Response:
        """Fill in a page of `templates/desk/`.

        Args:
            template: Its file.
            error: What went wrong, which the page shows; it decides the status, and the log has its reason.
            values: What else the page shows.
        """
        if error is not None:
            self._desk.note(self._route, error, self._started)
        shown = {
            "principal": self.principal.name,
            FORM_TOKEN: self._desk.sessions.form_token(self._session),
            "here": self._route.partition(" ")[2],
            **values,
        }
        return answers.page(f"desk/{template}", error, **shown)


Answer = Callable[[Visit], Awaitable[Response]]


class Desk:
    """Lets people in, and makes routes for them.

    Args:
        gatehouse: Tells who comes.
        registrar: Has policy and clock, and leaves audit entries.
        sessions: Who is signed in.
        calls: Calls the ObjectionService.
        log: Where refusals go.
        counters: What is counted.
    """

    def __init__(  # noqa: PLR0913 - what a desk stands on
        self,
        *,
        gatehouse: Gatehouse,
        registrar: Registrar,
        sessions: Sessions,
        calls: Calls,
        log: Log,
        counters: Counters,
    ) -> None:
        self.registrar = registrar
        self.sessions = sessions
        self.calls = calls
        self._gatehouse = gatehouse
        self._log = log
        self._counters = counters

    def route(
        self,
        path: str,
        answer: Answer,
        methods: Sequence[str] = ("GET",),
        *,
        leaves: bool = False,
    ) -> Route:
        """Make a route for those who are signed in; everybody else is shown the page to sign in.

        Args:
            path: Its pattern.
            answer: Answers a visit.
            methods: GET, POST or both.
            leaves: The session ends with the visit.
        """

        async def entered(request: Request) -> Response:
            return await self._enter(request, f"{request.method} {path}", answer, leaves=leaves)

        return Route(path, entered, methods=list(methods))

    async def admit(self, token_hash: bytes, action: str) -> Principal:
        """Return whom a token names, if they may use the desk. Who may not leaves an audit entry.

        Raises:
            Unauthenticated: TOKEN_INVALID.
            PermissionDenied: METHOD_NOT_ALLOWED: neither support nor a privacy officer.
            Unavailable: STORE_UNAVAILABLE, AUDIT_UNAVAILABLE.
        """
        principal = await self._gatehouse.principal_of(token_hash)
        try:
            authorise(principal, _USED)
        except PermissionDenied as refusal:
            await self.registrar.leave_entry(principal.name, action, refusal)
            raise
        return principal

    def note(self, route: str, error: LeadgateError, started: float) -> None:
        """Log and count what was refused: its reason, and nothing of what was typed.

        Args:
            route: What was asked for.
            error: The refusal.
            started: When the request came, by the monotonic clock.
        """
        self._log.refused(route, error, seconds=time.monotonic() - started)
        self._counters.count(f"refused.{error.reason}")

    def signing_in(self, message: str = "", error: LeadgateError | None = None) -> Response:
        """Show the page to sign in; whoever was signed in is not any more.

        Args:
            message: What they are told.
            error: Why nobody is let in; None if they come of their own.
        """
        response = answers.page("desk/sign_in.html", error, message=message, action=SIGN_IN)
        self.sessions.forget(response)
        return response

    def refuse(self, route: str, refusal: LeadgateError, started: float, message: str = _OVER) -> Response:
        """Let somebody not in: they are told to sign in.

        Args:
            route: What was asked for.
            refusal: Why they are not let in.
            started: See `note`.
            message: What they are told.
        """
        self.note(route, refusal, started)
        return self.signing_in(message, refusal)

    async def _enter(self, request: Request, route: str, answer: Answer, *, leaves: bool) -> Response:
        started, now = time.monotonic(), self.registrar.now()
        session = self.sessions.read(request, now)
        if session is None:
            unknown = Unauthenticated("TOKEN_INVALID", _OVER)
            return RedirectResponse(HOME, 303) if request.method == "GET" else self.refuse(route, unknown, started)
        try:
            principal = await self.admit(session.token_hash, route)
        except (Unauthenticated, PermissionDenied) as refusal:
            return self.refuse(route, refusal, started)
        form, policy = await forms.read(request), await self.registrar.policy()
        visit = Visit(principal, policy, form, request.path_params, self, session, route, started)
        try:
            if request.method == "POST" and not self.sessions.is_own(session, form.one(FORM_TOKEN)):
                raise await self._forged(principal, route)
            response = await answer(visit)
        except LeadgateError as error:
            response = visit.page("failed.html", error=error, failure=failure(error))
        if leaves:
            self.sessions.end(session, now)
            self.sessions.forget(response)
        else:
            self.sessions.keep_on(response, session, now)
        return response

    async def _forged(self, principal: Principal, route: str) -> LeadgateError:
        refusal = invalid("form", "must be one that the desk showed since you signed in: open the page again")
        await self.registrar.leave_entry(principal.name, route, refusal)
        return refusal
