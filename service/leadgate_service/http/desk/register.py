"""Registering an objection: a form, and what becomes of it."""

from leadgate.v1 import objection_service_pb2 as wire
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadgate_service.domain.objector import Scope
from leadgate_service.errors import FailedPrecondition, InvalidArgument, NotFound
from leadgate_service.http.desk import form_page
from leadgate_service.http.desk.entries import Entries
from leadgate_service.http.desk.visits import Desk, Visit

PATH = "/desk/register"
OF_COMPANY = "/desk/register/company"
AGAIN = "/desk/register/again"

_MORE_ROWS = 3


def routes(desk: Desk) -> tuple[Route, ...]:
    """Make the routes: an empty form for a person or a company, the form as it was, and what it is for."""
    return (
        desk.route(PATH, _person),
        desk.route(OF_COMPANY, _company),
        desk.route(AGAIN, _again, ["POST"]),
        desk.route(PATH, _register, ["POST"]),
    )


async def _person(visit: Visit) -> Response:
    return form_page.show(visit, form_page.empty(Scope.PERSON))


async def _company(visit: Visit) -> Response:
    return form_page.show(visit, form_page.empty(Scope.COMPANY))


async def _again(visit: Visit) -> Response:
    """Show the form with what was entered, to correct it or for more rows."""
    return form_page.show(visit, Entries.read(visit.form), spare=_MORE_ROWS if visit.form.one("rows") else 1)


async def _register(visit: Visit) -> Response:
    """Register, and show the receipt by an address of its own: reloading that registers nothing."""
    entries = Entries.read(visit.form)
    try:
        request = entries.message(visit.zone)
        request.request_id = visit.request_id(entries.form_id, request)
        answer = await visit.call("RegisterObjection", request)
    except (InvalidArgument, NotFound, FailedPrecondition) as error:
        return form_page.show(visit, entries, error=error)
    registered = wire.RegisterObjectionResponse.FromString(answer)
    return RedirectResponse(f"/desk/objections/{registered.objection_id}/receipt", 303)
