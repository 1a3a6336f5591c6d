"""The desk as a whole."""

from collections.abc import Sequence

from starlette.routing import Route

from leadgate_service.http.desk import listing, objection, preview, register, style
from leadgate_service.http.desk.sign_in import SignIn
from leadgate_service.http.desk.visits import Desk


def routes(desk: Desk) -> Sequence[Route]:
    """Put the desk's routes together, for `app.build`."""
    return [
        *SignIn(desk).routes,
        style.route(),
        *register.routes(desk),
        preview.route(desk),
        listing.route(desk),
        *objection.routes(desk),
    ]
