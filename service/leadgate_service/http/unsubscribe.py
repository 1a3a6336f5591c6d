"""One-click unsubscribe (RFC 8058): a POST to the link is an objection, a GET shows a page with a button.

The token in the link says who objects, to those who have the key alone. There is no cookie, no sign-in and no
redirect; a token that is not ours is a page that does not exist.
"""

from collections.abc import Callable
from email import message_from_bytes
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadgate_service.domain.objector import Objector
from leadgate_service.http.answers import page
from leadgate_service.http.registrar import Registrar
from leadgate_service.records import Caller

PATH = "/u/{token}"
PRINCIPAL = "door:one_click"
"""Whom evidence names; no policy can have a principal of this name."""

_FIELD, _VALUE = "List-Unsubscribe", "One-Click"


def link_to(base_url: str, token: str) -> str:
    """Return the address of a person's link."""
    return f"{base_url}{PATH.format(token=token)}"


class OneClick:
    """The route.

    Args:
        registrar: Registers objections.
        open_link: Returns the token of an address of which a link was made; None if it was not made here.
        evidence: Makes a token that stands for a value: see `KeepRing.evidence_token`.
    """

    def __init__(
        self,
        registrar: Registrar,
        open_link: Callable[[str], bytes | None],
        evidence: Callable[[str, bytes], bytes],
    ) -> None:
        self._registrar = registrar
        self._open_link = open_link
        self._evidence = evidence

    @property
    def route(self) -> Route:
        """The route, for `app.build`."""
        return Route(PATH, self._answer, methods=["GET", "POST"])

    async def _answer(self, request: Request) -> Response:
        token = self._open_link(request.path_params["token"])
        if token is None:
            return Response(status_code=404)
        if request.method != "POST":  # scanners of mail follow every link
            return page("unsubscribe.html", field=_FIELD, value=_VALUE)
        if not _is_meant(request.headers.get("content-type", ""), await request.body()):
            return Response(status_code=400)
        objection_id = await self._registrar.register(
            self._caller(token), Objector(address_tokens=(token,)), channel="one_click"
        )
        policy = await self._registrar.policy()
        return page(  # the only confirmation that a person gets who clicks; a mail client reads no more than the status
            "unsubscribed.html",
            objection_id=objection_id,
            receipt=policy.objections.receipt,
            evidence_years=policy.statement.evidence_years,
        )

    def _caller(self, token: bytes) -> Caller:
        """Name the request: one person's clicks of one day are one objection."""
        day = self._registrar.now().date().isoformat()
        return Caller(PRINCIPAL, f"POST {PATH}", self._evidence("one_click", day.encode() + token).hex(), token)


def _is_meant(content_type: str, body: bytes) -> bool:
    """Say whether the body is that of RFC 8058, in either of the encodings of a form."""
    if content_type.startswith("multipart/form-data"):
        form = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
        return any(
            part.get_param("name", header="content-disposition") == _FIELD and str(part.get_payload()).strip() == _VALUE
            for part in form.walk()
        )
    return parse_qs(body.decode("latin-1").strip()).get(_FIELD) == [_VALUE]
