"""The text that an objector is given: what happens, what remains, and where to complain (GDPR Art. 12(1); R-024)."""

import string
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import files
from types import MappingProxyType
from zoneinfo import ZoneInfo

from leadgate_service.domain.objector import Basis

_TIMES = MappingProxyType({"nl": "%d-%m-%Y om %H:%M uur", "en": "%d %B %Y at %H:%M"})
"""How each language writes a moment."""

_UNCONFIRMED = MappingProxyType(
    {
        "nl": "zodra onze privacyfunctionaris dit heeft bevestigd",
        "en": "as soon as our privacy officer has confirmed it",
    }
)
"""How each language says when something happens that must be confirmed first."""

LANGUAGES = tuple(_TIMES)
"""In which languages there is a receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a receipt tells: nothing of the person.

    Attributes:
        objection_id: To quote.
        received: When the objection reached the organisation.
        effective: Since when it is in effect.
        erased: When content is erased; None if that must be confirmed first.
        identifiers: By how many identifiers the person is recognised.
        linked: How many of them the person did not name.
        controller: Who answers.
        contact: Where the person can write to.
        authority: Where the person can complain.
        evidence_years: How long evidence is kept.
        backup_days: How long backups are kept.
        basis: What the objection told of whom it is by.
    """

    objection_id: str
    received: datetime
    effective: datetime
    erased: datetime | None
    identifiers: int
    linked: int
    controller: str
    contact: str
    authority: str
    evidence_years: int
    backup_days: int
    basis: Basis = Basis.PERSON


def receipt(language: str, facts: Facts, zone: ZoneInfo) -> str:
    """Write a receipt.

    Args:
        language: `nl` or `en`.
        facts: What it tells.
        zone: In which times are written.

    Raises:
        ValueError: An element is empty: a receipt that leaves one out is not given (R-024).
    """
    values = {name: _written(value, language, zone) for name, value in asdict(facts).items()}
    missing = [name for name, value in values.items() if not value.strip()]
    if missing:
        raise ValueError(f"a receipt needs {', '.join(missing)}")
    return _TEMPLATES[language, facts.basis].substitute(values)


def _written(value: object, language: str, zone: ZoneInfo) -> str:
    if value is None:
        return _UNCONFIRMED[language]
    return value.astimezone(zone).strftime(_TIMES[language]) if isinstance(value, datetime) else str(value)


def _template(name: str) -> string.Template:
    return string.Template(files(__package__).joinpath(f"{name}.txt").read_text("utf-8"))


_TEMPLATES = {(language, basis): _template(f"{basis}.{language}") for language in LANGUAGES for basis in Basis}
