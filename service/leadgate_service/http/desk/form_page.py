"""The form about an objection, empty or as somebody filled it in."""

import secrets
from collections.abc import Sequence

from starlette.responses import Response

from leadgate_service.domain.objector import MOST_IDENTIFIERS, Scope
from leadgate_service.errors import LeadgateError
from leadgate_service.http.desk.entries import CHANNELS, CONTACT_SCOPES, OBJECTS, Entries, Row
from leadgate_service.http.desk.mistakes import mistake
from leadgate_service.http.desk.visits import Visit

LEAST_ROWS = 2
"""How many rows of each kind there are at first."""

_FORM_ID_BYTES = 12


def empty(scope: Scope) -> Entries:
    """Make an empty form: one, so that whatever is sent from it twice is one objection."""
    return Entries(scope=scope, form_id=secrets.token_hex(_FORM_ID_BYTES), channel="SUPPORT", contact_scope="ALL")


def show(visit: Visit, entries: Entries, *, spare: int = 1, error: LeadgateError | None = None) -> Response:
    """Show the form.

    Args:
        visit: Who sees it.
        entries: What is in it.
        spare: How many empty rows of each kind there are at least.
        error: What has to be corrected.
    """

    def rows(filled: Sequence[Row], width: int) -> list[Row]:
        most = min(max(len(filled) + spare, LEAST_ROWS), max(len(filled), MOST_IDENTIFIERS))
        return [*filled, *[("",) * width] * (most - len(filled))]

    return visit.page(
        "register.html",
        error=error,
        mistake=mistake(error) if error is not None else None,
        entries=entries,
        of_company=entries.scope is Scope.COMPANY,
        emails=rows(entries.emails, 1),
        phones=rows(entries.phones, 2),
        records=rows(entries.records, 3),
        leads=rows(entries.leads, 1),
        names=rows(entries.names, 2),
        domains=rows(entries.domains, 1),
        channels=CHANNELS,
        contact_scopes=CONTACT_SCOPES,
        objects=[(name, name) for name in OBJECTS],
        recipients=[(recipient.name, recipient.name) for recipient in visit.policy.recipients],
        today=visit.today.isoformat(),
    )
