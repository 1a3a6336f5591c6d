"""What the door answers: pages for people, JSON for systems, and errors as whichever is asked for."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response

from leadgate_service.errors import LeadgateError
from leadgate_service.http.failures import failure
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


def page(template: str, error: LeadgateError | None = None, **values: Any) -> Response:
    """Fill in a page of `templates/`; what is filled in is escaped.

    Args:
        template: Its file.
        error: What went wrong, which decides the status; None if nothing did.
        values: What it shows; every name that the template uses must be given.
    """
    return _of(error, HTMLResponse(_TEMPLATES.get_template(template).render(values)))


def failed(error: LeadgateError, wanted: Headers) -> Response:
    """Tell of an error, never with a value that was sent: people what to do, systems its reason, message and metadata.

    Args:
        error: What went wrong.
        wanted: The headers of the request, which say whether a person reads the answer.
    """
    if "text/html" in wanted.get("accept", ""):
        return page("failed.html", error, failure=failure(error))
    return _of(error, JSONResponse({"reason": error.reason, "message": told(error), **error.metadata}))


def told(error: LeadgateError) -> str:
    """Return what a caller is told of an error: its message, unless that is for the operator alone."""
    return RING_UNUSABLE if isinstance(error, KeyRingError) else error.message


def _of(error: LeadgateError | None, response: Response) -> Response:
    """Give a response the status of an error, and say when to come back."""
    if error is not None:
        response.status_code = STATUSES[error.status]
        if response.status_code in _AGAIN:
            response.headers["retry-after"] = error.metadata.get("retry_after_seconds", str(RETRY_SECONDS))
    return response
