"""Who objects, as the store knows them: a person or a company, with all that is on the suppression list for them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import sqlalchemy as sa

from leadgate_service.domain.identity import STRONG_KINDS, TokenKind
from leadgate_service.domain.objector import Company
from leadgate_service.keep_ring import KeepRing
from leadgate_service.storage import tables
from leadgate_service.storage.suppressions import ENTRY, ListScope, Suppression, read
from leadgate_service.storage.work import Statement, Work, one_of

_suppressions = tables.suppressions.c

SELECT_GROUPS = Statement(sa.select(*ENTRY).where(one_of(_suppressions.group_id, "groups")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One person, or one company, who objects.

    Attributes:
        suppressions: Every identifier of theirs, as it goes on the list.
        keys: Of leads and look-ups that are theirs, beside what the list tells.
        named: How many identifiers the objection itself gave.
        names: The tokens of names at companies that the objection itself gave.
        homonyms: A name at a company reaches whoever has it, since nothing tells whose it is (R-031).
    """

    suppressions: tuple[Suppression, ...]
    keys: frozenset[bytes] = frozenset()
    named: int = 0
    names: tuple[bytes, ...] = ()
    homonyms: bool = False

    @classmethod
    def listed(cls, suppressions: Iterable[Suppression]) -> Self:
        """Know somebody again by what is on the list for them."""
        known = tuple(suppressions)
        return cls(suppressions=known, homonyms=all(one.kind not in STRONG_KINDS for one in known))

    @property
    def of_company(self) -> bool:
        """Whether a company objects: its own leads are meant, too, and those of all who work there."""
        return any(one.kind is TokenKind.DOMAIN for one in self.suppressions)


def of_company(keep: KeepRing, company: Company, group: bytes) -> Party:
    """Put a company's domains on the list; sub-domains are found by them, too."""
    tokens = [keep.token(identifier) for identifier in company.identifiers]
    listed = tuple(Suppression(token, TokenKind.DOMAIN, group, None, ListScope.COMPANY) for token in tokens)
    return Party(suppressions=listed, named=len(listed))


def of_groups(groups: Sequence[bytes]) -> Work[dict[bytes, Party]]:
    """Know again, by their groups, those for whom something is on the list still."""
    found = defaultdict[bytes, list[Suppression]](list)
    for one in read((yield SELECT_GROUPS(groups=list(groups)))):
        found[one.group_id].append(one)
    return {group: Party.listed(known) for group, known in found.items()}
