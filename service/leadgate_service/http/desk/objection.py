"""One objection: how far it is, the receipts to hand over, and taking it back."""

import secrets

from leadgate.v1 import objection_service_pb2 as wire
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadgate_service.errors import FailedPrecondition, InvalidArgument, LeadgateError
from leadgate_service.http.desk.entries import number_of
from leadgate_service.http.desk.mistakes import mistake
from leadgate_service.http.desk.shown import REASONS, shown
from leadgate_service.http.desk.visits import Desk, Visit

PATH = "/desk/objections/{objection_id}"
RECEIPT = f"{PATH}/receipt"
ANNUL = f"{PATH}/annul"

_FORM_ID_BYTES = 12
_LANGUAGES = {"en": "English", "nl": "Nederlands"}


def routes(desk: Desk) -> tuple[Route, ...]:
    """Make the routes: the objection, its receipts, and annulling it."""
    return (desk.route(PATH, _show), desk.route(RECEIPT, _receipt), desk.route(ANNUL, _annul, ["POST"]))


async def _show(visit: Visit, error: LeadgateError | None = None) -> Response:
    return await _page(visit, "objection.html", error)


async def _receipt(visit: Visit) -> Response:
    return await _page(visit, "receipt.html", None)


async def _annul(visit: Visit) -> Response:
    """Propose to annul it, or agree; by whom it was proposed decides the ObjectionService."""
    objection_id, reason = visit.params["objection_id"], visit.form.one("reason")
    request = wire.AnnulObjectionRequest(
        objection_id=objection_id,
        reason=number_of(wire.AnnulmentReason, f"ANNULMENT_REASON_{reason}"),
    )
    request.request_id = visit.request_id(visit.form.one("form_id"), request)
    try:
        await visit.call("AnnulObjection", request)
    except (InvalidArgument, FailedPrecondition) as error:
        return await _show(visit, error)
    return RedirectResponse(PATH.format(objection_id=objection_id), 303)


async def _page(visit: Visit, template: str, error: LeadgateError | None) -> Response:
    request = wire.GetObjectionRequest(objection_id=visit.params["objection_id"])
    answer = wire.GetObjectionResponse.FromString(await visit.call("GetObjection", request))
    objection = shown(answer.objection, visit.zone)
    return visit.page(
        template,
        error=error,
        mistake=mistake(error) if error is not None else None,
        objection=objection,
        receipts=[(one.language, _LANGUAGES[one.language], one.text) for one in answer.receipts],
        zone=visit.zone.key,
        is_proposer=objection.proposed_by == visit.principal.name,
        reasons=REASONS,
        form_id=secrets.token_hex(_FORM_ID_BYTES),
    )
