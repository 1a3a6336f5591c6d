"""What a reader may see of a lead: nothing, a warning to stop, or some of its fields (R-011, R-036, R-044)."""

from dataclasses import fields
from datetime import date
from enum import StrEnum

from leadgate_service.domain.access import Role
from leadgate_service.domain.fields import PERSON_FIELDS, Field, LeadFields, PhoneKind
from leadgate_service.domain.retention import is_expired


class Withheld(StrEnum):
    """Why a lead may not be processed, by its name in the contract."""

    SUPPRESSED = "SUPPRESSED"
    RESTRICTED = "RESTRICTED"
    EXPIRED = "EXPIRED"


TOLD_WITHHELD = frozenset({Role.CRM_SYNC, Role.SUPPORT, Role.PRIVACY_OFFICER})
"""Roles that learn that a person may not be processed, because they must stop. To marketing it looks like unknown."""


GIVEN_LINK = frozenset({Role.CRM_SYNC, Role.MARKETING})
"""Roles that write to people, and so get the link by which a person objects with one click."""


def withheld(*, suppressed: bool, restricted: bool, expire_date: date, today: date) -> Withheld | None:
    """Say why a lead is withheld, the person's own word first; None if it may be read."""
    if suppressed:
        return Withheld.SUPPRESSED
    if restricted:
        return Withheld.RESTRICTED
    return Withheld.EXPIRED if is_expired(expire_date, today) else None


def only_visible(content: LeadFields, visible: frozenset[Field]) -> LeadFields:
    """Leave out what the reader may not see (GDPR Art. 25(2))."""
    if visible.issuperset(Field):
        return content
    shown = {one.name: getattr(content, one.name) for one in fields(LeadFields) if one.name in visible}
    phone_kind = content.phone_kind if "phone_number" in shown else None
    return LeadFields(**shown, phone_kind=phone_kind)


def initials(full_name: str) -> str:
    """Shorten a name to what is enough to recognise a person whom one knows already."""
    return " ".join(f"{part[0]}." for part in full_name.split())


_ALWAYS: tuple[Field, ...] = (Field.COMPANY_ESTIMATED_REVENUE,)
_GUESSED: tuple[Field, ...] = tuple(field for field in Field if field in {*_ALWAYS, *PERSON_FIELDS})
_GUESSED_WITH_LINE = (*_GUESSED, Field.PHONE_NUMBER)


def estimated(content: LeadFields, *, approximate: bool) -> tuple[Field, ...]:
    """List the fields whose value is a machine's estimate: revenue always, a person's if they were guessed (R-007)."""
    guessed = _ALWAYS
    if approximate:
        guessed = _GUESSED_WITH_LINE if content.phone_kind is PhoneKind.DIRECT else _GUESSED
    return tuple(field for field in guessed if getattr(content, field.value) is not None)
