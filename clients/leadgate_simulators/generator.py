"""A seeded world of invented people and companies: the same seed and address always give the same answer."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from leadgate_simulators.companies import company
from leadgate_simulators.dice import dice
from leadgate_simulators.people import Traits, folded, person
from leadgate_simulators.vocabulary import COMPANY_ENDS, COMPANY_STARTS, FAMILY_NAMES, GIVEN_NAMES, PLACES, Place

_TOPS = ("com", "net", "org")
_COLLEAGUES = 3
_NEVER_EMPTY = frozenset({"email", "fullName"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How often what happens, as shares between 0 and 1.

    Attributes:
        miss: Of addresses: nobody is known.
        person_null: Of addresses: only the company is known.
        company_null: Of addresses: only the person is known.
        fuzzy: Of people: perhaps somebody else.
        sparse: Of people: every attribute null but full name and address.
        minor: Of people: under 18 by the year of birth.
        sensitive_title: Of people: the title tells of belief or union office.
        sole_trader: Of companies: a person trading under their own name.
        contact_in_description: Of companies: the description holds a person's address and number.
    """

    miss: float = 0.04
    person_null: float = 0.04
    company_null: float = 0.03
    fuzzy: float = 0.04
    sparse: float = 0.03
    minor: float = 0.01
    sensitive_title: float = 0.02
    sole_trader: float = 0.05
    contact_in_description: float = 0.08


class Generator:
    """Invents what a provider knows.

    Args:
        seed: Another seed is another world.
        mix: How often what happens.
        year: The year in which people are children or adults.
    """

    def __init__(self, seed: int, *, mix: Mix | None = None, year: int = 2026) -> None:
        self._seed = seed
        self._mix = mix or Mix()
        self._year = year

    def domains(self, count: int) -> list[str]:
        """Invent so many company domains, each once; a longer list begins with the shorter."""
        return list(islice(self._domains(), count))

    def emails(self, count: int) -> list[str]:
        """Invent so many work addresses, each once, some of colleagues; a longer list begins with the shorter."""
        return list(islice(self._emails(), count))

    def company(self, domain: str) -> dict[str, Any]:
        """Tell what is known of a company, in Clearbit's format.

        Args:
            domain: Any domain at all.
        """
        throw = dice(self._seed, "company", domain)
        return company(
            domain,
            self._place(domain),
            throw,
            is_sole=_happens(throw, self._mix.sole_trader),
            has_contact=_happens(throw, self._mix.contact_in_description),
        )

    def answer(self, email: str) -> dict[str, Any]:
        """Tell what is known of an address, in Clearbit's combined format.

        Args:
            email: Any address at all.

        Returns:
            `person` and `company`; both null where nobody is known, which goes over the wire as a 404.
        """
        throw = dice(self._seed, "person", email)
        employer = self.company(email.rpartition("@")[2])
        has_nothing = _happens(throw, self._mix.miss)
        has_person = not _happens(throw, self._mix.person_null)
        has_company = not _happens(throw, self._mix.company_null)
        return {
            "person": self._person(email, employer, throw) if has_person and not has_nothing else None,
            "company": employer if has_company and not has_nothing else None,
        }

    def _person(self, email: str, employer: dict[str, Any], throw: random.Random) -> dict[str, Any]:
        age = throw.randint(12, 16) if _happens(throw, self._mix.minor) else throw.randint(21, 66)
        traits = Traits(
            birth_year=self._year - age,
            is_fuzzy=_happens(throw, self._mix.fuzzy),
            is_sensitive=_happens(throw, self._mix.sensitive_title),
        )
        somebody = person(email, self._place(employer["domain"]), employer, throw, traits)
        return _emptied(somebody) if _happens(throw, self._mix.sparse) else somebody

    def _place(self, domain: str) -> Place:
        return dice(self._seed, "place", domain).choice(PLACES)

    def _domains(self) -> Iterator[str]:
        throw = dice(self._seed, "domains")
        known: set[str] = set()
        while True:
            label = (throw.choice(COMPANY_STARTS) + throw.choice(COMPANY_ENDS)).lower()
            label += "" if len(known) < len(COMPANY_STARTS) * len(COMPANY_ENDS) else str(throw.randrange(10**6))
            domain = f"{label}.example.{throw.choice(_TOPS)}"
            if domain not in known:
                known.add(domain)
                yield domain

    def _emails(self) -> Iterator[str]:
        throw = dice(self._seed, "emails")
        known: set[str] = set()
        for domain in self._domains():
            for _ in range(throw.randint(1, _COLLEAGUES)):
                email = f"{folded(throw.choice(GIVEN_NAMES))}.{folded(throw.choice(FAMILY_NAMES))}@{domain}"
                if email not in known:
                    known.add(email)
                    yield email


def _happens(throw: random.Random, share: float) -> bool:
    return throw.random() < share


def _emptied(part: dict[str, Any]) -> dict[str, Any]:
    """Null every attribute but those without which nobody is found; the keys stay, as providers leave them."""
    return {
        key: _emptied(value) if isinstance(value, dict) else value if key in _NEVER_EMPTY else None
        for key, value in part.items()
    }
