"""Whom an objection would reach, before anything is done."""

from leadgate.v1 import objection_service_pb2 as wire
from starlette.responses import Response
from starlette.routing import Route

from leadgate_service.domain.access import Role
from leadgate_service.domain.objector import MOST_COMPANY_LEADS, Scope
from leadgate_service.errors import InvalidArgument, NotFound, ResourceExhausted
from leadgate_service.http.desk import form_page
from leadgate_service.http.desk.entries import CHANNELS, CONTACT_SCOPES, Entries
from leadgate_service.http.desk.shown import EFFECTS
from leadgate_service.http.desk.visits import Desk, Visit

PATH = "/desk/preview"


def route(desk: Desk) -> Route:
    """Make the route. What was entered is posted to it, and stands in no address."""
    return desk.route(PATH, _preview, ["POST"])


async def _preview(visit: Visit) -> Response:
    entries = Entries.read(visit.form)
    try:
        request = entries.message(visit.zone)
        request.request_id, request.validate_only = visit.request_id(entries.form_id, request), True
        answer = wire.RegisterObjectionResponse.FromString(await visit.call("RegisterObjection", request))
    except (InvalidArgument, NotFound, ResourceExhausted) as error:
        return form_page.show(visit, entries, error=error)
    of_company = entries.scope is Scope.COMPANY
    return visit.page(
        "preview.html",
        entries=entries,
        of_company=of_company,
        channel=CHANNELS[entries.channel],
        contact_scope=CONTACT_SCOPES.get(entries.contact_scope, CONTACT_SCOPES["ALL"]),
        received=entries.received or visit.today.isoformat(),
        reached=answer.matched_leads,
        matches=[(EFFECTS[one.effect], one.company_name, one.initials) for one in answer.matches],
        needs_officer=of_company and answer.matched_leads > MOST_COMPANY_LEADS,
        is_officer=Role.PRIVACY_OFFICER in visit.principal.roles,
        most=MOST_COMPANY_LEADS,
    )
