"""Signing in with a personal token, which is posted once and kept nowhere; and signing out."""

import time

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadgate_service.errors import PermissionDenied, Unauthenticated, invalid
from leadgate_service.http.desk import forms
from leadgate_service.http.desk.sessions import Session
from leadgate_service.http.desk.visits import HOME, SIGN_IN, Desk, Visit
from leadgate_service.usecases.access import token_hash

FIRST = "/desk/register"
"""Where somebody who has signed in begins."""

SIGN_OUT = "/desk/sign-out"

_ACTION = f"POST {SIGN_IN}"
_UNKNOWN = "This token is unknown, expired or revoked: ask the operator for one (`leadgate token issue`)."
_NOT_HERE = "This token is not for the desk: support and privacy officers have one that is."


class SignIn:
    """The routes.

    Args:
        desk: Lets people in.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes, for `app.build`."""
        return (
            Route(HOME, self._show, methods=["GET"]),
            Route(SIGN_IN, self._sign_in, methods=["POST"]),
            self._desk.route(SIGN_OUT, self._sign_out, ["POST"], leaves=True),
        )

    async def _show(self, request: Request) -> Response:
        if self._desk.sessions.read(request, self._desk.registrar.now()) is not None:
            return RedirectResponse(FIRST, 303)
        return self._desk.signing_in()

    async def _sign_in(self, request: Request) -> Response:
        started, form = time.monotonic(), await forms.read(request)
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":  # all browsers send it over TLS
            raise invalid("sec-fetch-site", "must be same-origin: sign in on the desk's own page")
        hashed = token_hash(form.one("token"))
        try:
            await self._desk.admit(hashed, _ACTION)
        except (Unauthenticated, PermissionDenied) as refusal:
            message = _UNKNOWN if isinstance(refusal, Unauthenticated) else _NOT_HERE
            return self._desk.refuse(_ACTION, refusal, started, message)
        now, response = self._desk.registrar.now(), RedirectResponse(FIRST, 303)
        self._desk.sessions.keep_on(response, Session.new(hashed, now), now)
        return response

    async def _sign_out(self, _visit: Visit) -> Response:
        return RedirectResponse(HOME, 303)
