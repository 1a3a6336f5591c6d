"""Invented companies, with every attribute that Clearbit documents."""

import random
from typing import Any

from leadgate_simulators.canaries import Canaries
from leadgate_simulators.dice import identifier, number
from leadgate_simulators.vocabulary import (
    EMPLOYEE_RANGES,
    FAMILY_NAMES,
    GIVEN_NAMES,
    INDUSTRIES,
    REVENUE_RANGES,
    Industry,
    Place,
)

DESCRIPTION_LIMIT = 255


def company(domain: str, place: Place, dice: random.Random, *, is_sole: bool, has_contact: bool) -> dict[str, Any]:
    """Invent the company of a domain.

    Args:
        domain: Its domain, whose first label makes its name.
        place: Where it is.
        dice: Decides the rest.
        is_sole: It is one person trading under their own name, and so personal data throughout.
        has_contact: Its description holds the address and number of a person (R-008).
    """
    canary = Canaries(dice)
    industry = dice.choice(INDUSTRIES)
    owner = f"{dice.choice(GIVEN_NAMES)} {dice.choice(FAMILY_NAMES)}"
    name = owner if is_sole else f"{domain.partition('.')[0].capitalize()} {industry.noun}"
    contact = _contact(canary, place, dice) if has_contact else ""
    return {
        "id": identifier(dice),
        "name": name,
        "legalName": f"{name} {place.sole_form if is_sole else place.legal_form}",
        "domain": domain,
        "site": {
            "phoneNumbers": [number(dice, place.phone)],
            "emailAddresses": [f"{canary.text('colleague')}@{domain}"],
        },
        "category": _category(industry),
        "tags": ["B2B", industry.noun],
        "description": (industry.description.format(name=name) + contact)[:DESCRIPTION_LIMIT],
        "foundedYear": dice.randint(1950, 2022),
        **_whereabouts(place, canary),
        "logo": f"https://logo.example.net/{canary.text('logo')}.png",
        **_channels(canary),
        "type": "personal" if is_sole else "private",
        "phone": number(dice, place.phone),
        "metrics": _metrics(dice, is_sole=is_sole),
        **_alike_for_all(),
    }


def _alike_for_all() -> dict[str, Any]:
    return {
        "domainAliases": [],
        "emailProvider": False,
        "ticker": None,
        "identifiers": {"usEIN": None, "usCIK": None},
        "indexedAt": "2026-09-20T04:21:11.456Z",
        "tech": ["nginx", "postgresql"],
        "techCategories": ["web_servers", "database"],
        "parent": {"domain": None},
        "ultimateParent": {"domain": None},
    }


def _category(industry: Industry) -> dict[str, Any]:
    return {
        "sector": industry.sector,
        "industryGroup": industry.group,
        "industry": industry.industry,
        "subIndustry": industry.industry,
        "gicsCode": "45103010",
        "sicCode": "73",
        "sic4Codes": ["7372"],
        "naicsCode": "51",
        "naics6Codes": ["511210"],
        "naics6Codes2022": ["513210"],
    }


def _contact(canary: Canaries, place: Place, dice: random.Random) -> str:
    return f" Contact: {canary.text('contact')}@mail.example.org, {number(dice, place.phone)}."


def _whereabouts(place: Place, canary: Canaries) -> dict[str, Any]:
    street = canary.text("street")
    latitude, longitude = place.degrees
    return {
        "location": f"12 {street}, {place.city}, {place.country}",
        "timeZone": place.zone,
        "utcOffset": place.utc_offset,
        "geo": {
            "streetNumber": "12",
            "streetName": street,
            "subPremise": None,
            "streetAddress": f"12 {street}",
            "city": place.city,
            "postalCode": canary.text("postcode"),
            "state": canary.text("state"),
            "stateCode": None,
            "country": place.country,
            "countryCode": place.country_code,
            "lat": canary.coordinate(latitude),
            "lng": canary.coordinate(longitude),
        },
    }


def _channels(canary: Canaries) -> dict[str, Any]:
    return {
        "facebook": {"handle": canary.text("handle"), "likes": 41},
        "linkedin": {"handle": f"company/{canary.text('handle')}"},
        "twitter": {
            "handle": canary.text("handle"),
            "id": canary.text("id"),
            "bio": canary.text("bio"),
            "followers": 120,
            "following": 80,
            "location": canary.text("location"),
            "site": None,
            "avatar": f"https://img.example.net/{canary.text('photo')}.png",
        },
        "crunchbase": {"handle": f"organization/{canary.text('handle')}"},
    }


def _metrics(dice: random.Random, *, is_sole: bool) -> dict[str, Any]:
    size = 0 if is_sole else min(int(dice.expovariate(0.5)), len(EMPLOYEE_RANGES) - 1)
    fewest, most, words = EMPLOYEE_RANGES[size]
    return {
        "alexaUsRank": None,
        "alexaGlobalRank": None,
        "trafficRank": "low",
        "employees": 1 if is_sole else dice.randint(fewest, most),
        "employeesRange": words,
        "marketCap": None,
        "raised": None,
        "annualRevenue": None,
        "estimatedAnnualRevenue": REVENUE_RANGES[size],
        "fiscalYearEnd": None,
    }
