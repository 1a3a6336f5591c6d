"""The one style sheet of the desk."""

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PATH = "/desk/style.css"

_SHEET = files("leadgate_service.http").joinpath("static", "desk.css").read_bytes()


def route() -> Route:
    """Make the route, which is open: there is nothing in a style sheet."""
    return Route(PATH, _sheet, methods=["GET"])


async def _sheet(_request: Request) -> Response:
    return Response(_SHEET, media_type="text/css")
