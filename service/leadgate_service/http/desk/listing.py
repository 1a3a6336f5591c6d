"""The list of objections, and how far each is."""

from leadgate.v1 import objection_service_pb2 as wire
from starlette.responses import Response
from starlette.routing import Route

from leadgate_service.errors import InvalidArgument
from leadgate_service.http.desk.mistakes import mistake
from leadgate_service.http.desk.shown import shown
from leadgate_service.http.desk.visits import Desk, Visit

PATH = "/desk/objections"
PAGE_SIZE = 25


def route(desk: Desk) -> Route:
    """Make the route. A case number that is looked for is posted to it, as whatever somebody types."""
    return desk.route(PATH, _list, ["GET", "POST"])


async def _list(visit: Visit) -> Response:
    request = wire.ListObjectionsRequest(
        page_size=PAGE_SIZE,
        page_token=visit.form.one("page_token"),
        reference=visit.form.one("reference"),
        import_id=visit.form.one("import_id"),
    )
    found, error = wire.ListObjectionsResponse(), None
    try:
        found = wire.ListObjectionsResponse.FromString(await visit.call("ListObjections", request))
    except InvalidArgument as refusal:
        error = refusal
    return visit.page(
        "objections.html",
        error=error,
        mistake=mistake(error) if error is not None else None,
        objections=[shown(one, visit.zone) for one in found.objections],
        zone=visit.zone.key,
        reference=request.reference,
        import_id=request.import_id,
        is_first=not request.page_token,
        next_page_token=found.next_page_token,
    )
