"""What the door answers: pages for people, JSON for systems, and errors as whichever is asked for."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response

from leadgate_service.errors import LeadgateError
from leadgate_service.keyfiles import RING_UNUSABLE, KeyRingError

STATUSES: Mapping[str, int] = {
    "INVALID_ARGUMENT": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "FAILED_PRECONDITION": 422,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
}
"""The HTTP status of each kind of error. Only what may succeed when it is sent again is 409, 429 or 503."""

RETRY_SECONDS = 10
"""When to come back after a 429 or 503."""

_AGAIN = frozenset({429, 503})
_TEMPLATES = Environment(
    loader=PackageLoader("leadgate_service.http"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Fill in a page of `templates/`; what is filled in is escaped.

    Args:
        template: Its file.
        status: Of the answer.
        values: What it shows; every name that the template uses must be given.
    """
    return HTMLResponse(_TEMPLATES.get_template(template).render(values), status)


def failed(error: LeadgateError, wanted: Headers) -> Response:
    """Tell of an error: reason and message, and the field where one breaks a rule; never a value.

    Args:
        error: What went wrong.
        wanted: The headers of the request, which say whether a person reads the answer.
    """
    status = STATUSES[error.status]
    message = RING_UNUSABLE if isinstance(error, KeyRingError) else error.message
    if "text/html" in wanted.get("accept", ""):
        answer = page("failed.html", status, message=message)
    else:
        answer = JSONResponse({"reason": error.reason, "message": message, **error.metadata}, status)
    if status in _AGAIN:
        answer.headers["retry-after"] = str(RETRY_SECONDS)
    return answer
