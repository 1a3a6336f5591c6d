"""Invented people, with every attribute that Clearbit documents and some that only real answers hold."""

import random
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadgate_simulators.canaries import Canaries
from leadgate_simulators.dice import identifier
from leadgate_simulators.vocabulary import FAMILY_NAMES, GIVEN_NAMES, SENSITIVE_TITLES, Place

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "ı": "i", "đ": "d"})


def folded(name: str) -> str:
    """Write a name in the letters of an address: `Åsa` as `asa`, `D'Alvano` as `dalvano`."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


_GIVEN = {folded(name): name for name in GIVEN_NAMES}
_FAMILY = {folded(name): name for name in FAMILY_NAMES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What is decided of a person beforehand.

    Attributes:
        birth_year: Sent in an attribute that is not documented.
        is_fuzzy: The provider is not sure that it is the same person.
        is_sensitive: The job title tells of belief or union office.
    """

    birth_year: int
    is_fuzzy: bool
    is_sensitive: bool


def person(
    email: str, place: Place, employer: Mapping[str, Any], dice: random.Random, traits: Traits
) -> dict[str, Any]:
    """Invent the person behind an address.

    Args:
        email: The address; `given.family` before the `@` becomes the name.
        place: Where they are.
        employer: The company.
        dice: Decides the rest.
        traits: What is decided already.
    """
    canary = Canaries(dice)
    return {
        "id": identifier(dice),
        "name": _name(email, dice),
        "email": email,
        **_whereabouts(place, canary),
        "bio": f"Sails, {canary.text('bio')}.",
        "site": f"https://{canary.text('site')}.example.net",
        "avatar": f"https://img.example.net/{canary.text('photo')}.png",
        "employment": _employment(place, employer, dice, is_sensitive=traits.is_sensitive),
        **_channels(canary),
        "gender": canary.text("gender"),
        "birthYear": traits.birth_year,
        "personalEmail": f"{canary.text('mail')}@private.example.net",
        "fuzzy": traits.is_fuzzy,
        "emailProvider": False,
        "indexedAt": "2026-10-02T00:00:00.000Z",
    }


def _name(email: str, dice: random.Random) -> dict[str, str]:
    first, _, last = email.partition("@")[0].partition(".")
    given = _GIVEN.get(first) or dice.choice(GIVEN_NAMES)
    family = _FAMILY.get(last) or dice.choice(FAMILY_NAMES)
    return {"fullName": f"{given} {family}", "givenName": given, "familyName": family}


def _whereabouts(place: Place, canary: Canaries) -> dict[str, Any]:
    latitude, longitude = place.degrees
    return {
        "location": f"{canary.text('location')}, {place.country_code}",
        "timeZone": place.zone,
        "utcOffset": place.utc_offset,
        "geo": {
            "city": canary.text("city"),
            "state": canary.text("state"),
            "stateCode": None,
            "country": place.country,
            "countryCode": place.country_code,
            "lat": canary.coordinate(latitude),
            "lng": canary.coordinate(longitude),
        },
    }


def _employment(
    place: Place, employer: Mapping[str, Any], dice: random.Random, *, is_sensitive: bool
) -> dict[str, Any]:
    job = dice.choice(place.jobs)
    return {
        "domain": employer["domain"],
        "name": employer["name"],
        "title": dice.choice(SENSITIVE_TITLES) if is_sensitive else job.title,
        "role": job.role,
        "subRole": job.sub_role,
        "seniority": job.seniority,
    }


def _channels(canary: Canaries) -> dict[str, Any]:
    photo = f"https://img.example.net/{canary.text('photo')}.png"
    return {
        "facebook": {"handle": canary.text("handle")},
        "github": {
            "handle": canary.text("handle"),
            "id": canary.text("id"),
            "avatar": photo,
            "company": canary.text("employer"),
            "blog": f"https://{canary.text('blog')}.example.net",
            "followers": 7,
            "following": 9,
        },
        "twitter": {
            "handle": canary.text("handle"),
            "id": canary.text("id"),
            "bio": canary.text("bio"),
            "followers": 12,
            "following": 30,
            "statuses": 4,
            "favorites": 2,
            "location": canary.text("location"),
            "site": f"https://{canary.text('site')}.example.net",
            "avatar": photo,
        },
        "linkedin": {"handle": f"in/{canary.text('handle')}"},
        "googleplus": {"handle": canary.text("handle")},
        "angellist": {"handle": canary.text("handle"), "bio": canary.text("bio")},
        "aboutme": {"handle": canary.text("handle"), "bio": canary.text("bio")},
        "gravatar": {
            "handle": canary.text("handle"),
            "urls": [{"value": f"https://{canary.text('site')}.example.net", "title": canary.text("title")}],
            "avatar": photo,
            "avatars": [{"url": photo, "type": "thumbnail"}],
        },
    }
