"""What is known of a person or company when the gate decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from leadgate_service.domain.fields import Field
from leadgate_service.domain.identity import TokenKind
from leadgate_service.domain.register import SourceName


@dataclass(frozen=True, slots=True)
class Acquisition:
    """What the look-up records say of a person's first acquisition (R-092).

    Attributes:
        first_obtained_date: Its day.
        expire_date: The last day of what was acquired; None if nothing of the person was stored.
    """

    first_obtained_date: date
    expire_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLead:
    """A lead that is held and may be read.

    Attributes:
        first_obtained_date: The clock's start.
        expire_date: The last day held.
        country_code: Of the lead, or None if unknown.
        suppliers: Which source supplies a field's present value.
        obtained_times: When each source's last answer was obtained.
        pinned: Fields that the person corrected (R-059).
        readable: Its content can be opened, and so be updated.
    """

    first_obtained_date: date
    expire_date: date
    country_code: str | None = None
    suppliers: Mapping[Field, SourceName]
    obtained_times: Mapping[SourceName, datetime] = field(default_factory=dict)
    pinned: frozenset[Field] = frozenset()
    readable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of the person or company when the decision is taken.

    Attributes:
        suppressed: Kinds of identifiers of the candidate that are on the suppression list.
        objected: What is held under its key is unreadable for an objection, which stands against the candidate, too.
        restricted: The lead is restricted (Art. 18).
        being_asked: Another call is asking a provider about the same key.
        answered_date: Day of the last answer to a look-up of the same key.
        acquisition: The first acquisition of the person, by this key or a linked one.
        lead: The lead that is held under the candidate's key.
    """

    suppressed: frozenset[TokenKind] = frozenset()
    objected: bool = False
    restricted: bool = False
    being_asked: bool = False
    answered_date: date | None = None
    acquisition: Acquisition | None = None
    lead: HeldLead | None = None
