"""What happens in the demo, and on which day: decided before anything runs, by the number of leads and the seed.

Nothing here looks at what the service answers, and on one day nobody is asked for twice. So the order in which calls
that run at once arrive changes no decision, and a run with the same numbers has the same counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from leadgate_client import Origin
from leadgate_simulators import Generator

LAST_DAY = 50
"""The day on which the demo looks at what is left."""

_WAVES = (0.0, 0.3, 0.6, 0.8, 1.0)
_ORIGINS = (Origin.ORIGIN_CRM_LEAD, Origin.ORIGIN_WEB_FORM, Origin.ORIGIN_CRM_LEAD, Origin.ORIGIN_CRM_CUSTOMER)
_COMPANY_EVERY = 12
_UNKNOWN_COUNTRY_EVERY = 10
_OUTSIDERS_SHARE = 50


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Subject:
    """Whom or what the caller knows of, from a CRM or a form. Shows nothing when printed.

    Attributes:
        email: The person's work address; None for a company.
        domain: The company's domain; None for a person.
        origin: Where the caller has it from.
        country_code: ISO 3166-1 alpha-2; None if the caller does not know.
        record_id: The CRM's own id; None if it comes from a form.
    """

    email: str | None
    domain: str | None
    origin: Origin.ValueType
    country_code: str | None
    record_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Stop:
    """A day on which something happens.

    Attributes:
        day: Days since the beginning.
        objections: Addresses of people who object, before anything else happens that day.
        requests: For whom EnrichLead is called, each once.
    """

    day: int
    objections: tuple[str, ...] = ()
    requests: tuple[Subject, ...] = ()


def scenario(leads: int, generator: Generator) -> tuple[Stop, ...]:
    """Write the script of a run, under the demo policy's 42 days and its 30 between two look-ups of the same person.

    Args:
        leads: How many people and companies come in, at least 1.
        generator: Invents them.
    """
    outsiders = max(1, leads // _OUTSIDERS_SHARE)
    addresses = generator.emails(leads + outsiders)
    subjects = [_subject(number, email, generator) for number, email in enumerate(addresses[:leads])]
    first, second, third, fourth = (
        subjects[round(leads * begin) : round(leads * end)] for begin, end in pairwise(_WAVES)
    )
    objecting_first, objecting_second = _people(first)[::25], _people(second)[::25]
    objecting_late = (*_people(third)[2::20], *_people(fourth)[::25])
    return (
        # Some object before anybody has heard of them; a few of those come in later, the others never.
        Stop(day=0, objections=(*addresses[leads:], *_addresses(_people(third)[::20])), requests=tuple(first)),
        # Objectors are asked for again and refused, and so is who was asked about only yesterday.
        Stop(
            day=1,
            objections=_addresses(objecting_first),
            requests=(*second, *objecting_first, *_people(first)[1::20]),
        ),
        Stop(day=2, objections=_addresses(objecting_second), requests=tuple(objecting_second)),
        # After thirty days a living lead may be updated. Its last day does not move.
        Stop(day=33, requests=(*third, *_people(first)[2::10])),
        # The first two waves have expired. Asking again does not bring them back.
        Stop(day=46, requests=(*fourth, *_people(first)[3::10], *_people(third)[1::20])),
        Stop(day=49, objections=_addresses(objecting_late), requests=objecting_late),
    )


def _subject(number: int, email: str, generator: Generator) -> Subject:
    domain = email.rpartition("@")[2]
    is_company = number % _COMPANY_EVERY == _COMPANY_EVERY - 1
    origin = _ORIGINS[number % len(_ORIGINS)]
    country_code: str = generator.company(domain)["geo"]["countryCode"]
    return Subject(
        email=None if is_company else email,
        domain=domain if is_company else None,
        origin=origin,
        country_code=None if number % _UNKNOWN_COUNTRY_EVERY == 0 else country_code,
        record_id=None if origin == Origin.ORIGIN_WEB_FORM else f"00Q{number:012d}",
    )


def _people(subjects: Sequence[Subject]) -> Sequence[Subject]:
    return [subject for subject in subjects if subject.email is not None]


def _addresses(subjects: Sequence[Subject]) -> tuple[str, ...]:
    return tuple(subject.email for subject in subjects if subject.email is not None)
