"""The text that an objector is given: what happens, what remains, and where to complain (GDPR Art. 12(1); R-024)."""

import string
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import files
from types import MappingProxyType
from zoneinfo import ZoneInfo

from leadgate_service.domain.dates import tells_a_day
from leadgate_service.domain.objector import Basis, ContactScope

_DAYS = MappingProxyType({"nl": "%d-%m-%Y", "en": "%d %B %Y"})
"""How each language writes a day."""

_TIMES = MappingProxyType({"nl": f"{_DAYS['nl']} om %H:%M uur", "en": f"{_DAYS['en']} at %H:%M"})
"""How each language writes a moment."""

_UNCONFIRMED = MappingProxyType(
    {
        "nl": "zodra onze privacyfunctionaris dit heeft bevestigd",
        "en": "as soon as our privacy officer has confirmed it",
    }
)
"""How each language says when something happens that must be confirmed first."""

_CHANNELS = MappingProxyType(
    {
        "nl": {
            ContactScope.ALL: "niet meer, langs welke weg ook",
            ContactScope.EMAIL: "niet meer per e-mail (over andere wegen zei u niets: wilt u ook langs die niets meer "
            "horen, laat het ons dan weten)",
            ContactScope.PHONE: "niet meer per telefoon (over andere wegen zei u niets: wilt u ook langs die niets "
            "meer horen, laat het ons dan weten)",
        },
        "en": {
            ContactScope.ALL: "any more, by any channel",
            ContactScope.EMAIL: "by e-mail any more (you said nothing of other channels: if you want to hear nothing "
            "by those either, tell us)",
            ContactScope.PHONE: "by telephone any more (you said nothing of other channels: if you want to hear "
            "nothing by those either, tell us)",
        },
    }
)
"""How each language says by which channels nobody is approached any more."""

LANGUAGES = tuple(_TIMES)
"""In which languages there is a receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a receipt tells: nothing of the person.

    Attributes:
        objection_id: To quote.
        received: When the objection reached the organisation; the beginning of a day stands for the day.
        effective: Since when it is in effect.
        erased: When content is erased; None if that must be confirmed first.
        identifiers: By how many identifiers the person is recognised.
        linked: How many of them the person did not name.
        controller: Who answers.
        contact: Where the person can write to.
        authority: Where the person can complain.
        evidence_years: How long evidence is kept.
        backup_days: How long backups are kept.
        contact_scope: By which channels the person wants to hear nothing more; of others nothing is promised.
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
    contact_scope: ContactScope = ContactScope.ALL
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
    if tells_a_day(facts.received, zone):
        values["received"] = f"{facts.received.astimezone(zone):{_DAYS[language]}}"
    missing = [name for name, value in values.items() if not value.strip()]
    if missing:
        raise ValueError(f"a receipt needs {', '.join(missing)}")
    return _TEMPLATES[language, facts.basis].substitute(values)


def _written(value: object, language: str, zone: ZoneInfo) -> str:
    if value is None:
        return _UNCONFIRMED[language]
    if isinstance(value, ContactScope):
        return _CHANNELS[language][value]
    return value.astimezone(zone).strftime(_TIMES[language]) if isinstance(value, datetime) else str(value)


def _template(name: str) -> string.Template:
    return string.Template(files(__package__).joinpath(f"{name}.txt").read_text("utf-8"))


_TEMPLATES = {(language, basis): _template(f"{basis}.{language}") for language in LANGUAGES for basis in Basis}
