"""Who objects, as the store knows them: a person or a company, with all that is on the suppression list for them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from leadgate_service.domain.identity import TokenKind
from leadgate_service.domain.objector import Company
from leadgate_service.keep_ring import KeepRing
from leadgate_service.storage import tables
from leadgate_service.storage.suppressions import ENTRY, ListScope, Suppression, gives_name, read
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
    """

    suppressions: tuple[Suppression, ...]
    keys: frozenset[bytes] = frozenset()
    named: int = 0

    @property
    def names(self) -> frozenset[bytes]:
        """The tokens of names at companies that the objection itself gave."""
        return frozenset(one.token for one in self.suppressions if gives_name(one))

    @property
    def homonyms(self) -> frozenset[bytes]:
        """Those of the names that reach whoever has them, since nothing tells whose they are (R-031)."""
        return frozenset(one.token for one in self.suppressions if one.scope is ListScope.NAMESAKES)

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
    return {group: Party(suppressions=tuple(known)) for group, known in found.items()}
