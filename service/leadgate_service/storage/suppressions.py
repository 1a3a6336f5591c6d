"""The suppression list as one transaction sees it: what is on it, and what a blocked item adds (R-027, R-030)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa

from leadgate_service.domain.candidate import Candidate
from leadgate_service.domain.identity import CANONICALISER_VERSION, STRONG_KINDS, Identifier, TokenKind
from leadgate_service.records import Admission, Asking
from leadgate_service.storage import tables
from leadgate_service.storage.work import Insert, Row, Statement, one_of

_suppressions = tables.suppressions.c

ENTRY = (
    _suppressions.token,
    _suppressions.kind,
    _suppressions.group_id,
    _suppressions.parent_token,
    _suppressions.scope,
)
"""The columns that `read` takes."""

SELECT_SUPPRESSIONS = Statement(sa.select(*ENTRY).where(one_of(_suppressions.token, "tokens")))
INSERT_SUPPRESSIONS = Insert(tables.suppressions, tuple(column.name for column in tables.suppressions.columns))

_CERTAIN = frozenset({TokenKind.EMAIL_EXACT, TokenKind.PROVIDER_PERSON_ID})
"""What tells for certain who somebody is; nothing else makes a link (design 4.2)."""

_OF_PERSON = STRONG_KINDS | {
    TokenKind.PHONE_E164,
    TokenKind.NAME_AT_DOMAIN,
    TokenKind.EMAIL_DOMAIN,
    TokenKind.PROVIDER_COMPANY_ID,
}
"""What a link may add: identifiers of the person, and of a business that is the person; never a company's."""


class ListScope(StrEnum):
    """Whose an entry of the list is; a company's may wait for a privacy officer before anything is erased.

    A name at a company is a namesake's where nobody was known here by what else the objection gave: then nothing told
    who is meant, and whoever has the name may be (R-031).
    """

    PERSON = "person"
    NAMESAKES = "namesakes"
    COMPANY = "company"
    UNCONFIRMED = "awaiting"


class Suppression(NamedTuple):
    """One identifier of one objecting person.

    Attributes:
        token: The identifier's.
        kind: What it is.
        group_id: The objecting person's.
        parent: The token it was added for; None for what the objection itself named.
        scope: Whose objection it is.
    """

    token: bytes
    kind: TokenKind
    group_id: bytes
    parent: bytes | None
    scope: ListScope = ListScope.PERSON

    def row(self, key_version: int, today: date) -> Row:
        """Return the row of the table."""
        kind, scope, version = self.kind.value, self.scope.value, CANONICALISER_VERSION
        return (self.token, self.group_id, kind, scope, self.parent, key_version, version, today)


def unconfirmed(one: Suppression) -> Suppression:
    """Return a company's entry as one that a privacy officer has not confirmed yet; a person's needs nobody."""
    return one._replace(scope=ListScope.UNCONFIRMED) if one.scope is ListScope.COMPANY else one


def gives_name(one: Suppression) -> bool:
    """Say whether an objection itself gave this, and it is a name at a company."""
    return one.kind is TokenKind.NAME_AT_DOMAIN and one.parent is None


@dataclass(frozen=True, slots=True)
class Taught:
    """What an answer, or a question, told of people who objected: to be remembered before anything else is done.

    Attributes:
        unit: What holds the answer, or the question.
        suppressions: What is not on the list yet.
    """

    unit: Admission | Asking
    suppressions: Sequence[Suppression]


def read(rows: Iterable[Row]) -> Iterator[Suppression]:
    """Read rows."""
    for token, kind, group_id, parent, scope in rows:
        whose = bytes(parent) if parent else None
        yield Suppression(bytes(token), TokenKind(kind), bytes(group_id), whose, ListScope(scope))


class SuppressionList:
    """The part of the list that concerns one transaction.

    Args:
        rows: What `SELECT_SUPPRESSIONS` found.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self._by_token: defaultdict[bytes, list[Suppression]] = defaultdict(list)
        for one in read(rows):
            self._by_token[one.token].append(one)

    def kinds(self, tokens: Iterable[bytes]) -> set[TokenKind]:
        """Return the kinds of those tokens that are on the list."""
        if not self._by_token:
            return set()
        return {one.kind for token in tokens for one in self.of(token)}

    def of(self, token: bytes) -> Sequence[Suppression]:
        """Return on whose behalf a token is on the list."""
        return self._by_token.get(token, ())

    def has(self, token: bytes, group_id: bytes) -> bool:
        """Say whether a token is on the list for this person."""
        return any(one.group_id == group_id for one in self.of(token))

    def taught(self, candidate: Candidate, tokens: Mapping[Identifier, bytes]) -> list[Suppression]:
        """Return what else a blocked answer, or question, tells of who objected.

        Only an exact address or provider's id links, only from what the objection itself named: one step, no further.
        """
        if not self._by_token:
            return []
        certain = [tokens[one] for one in candidate.certain if one.kind in _CERTAIN]
        originals = [one for token in certain for one in self.of(token) if one.parent is None]
        return [
            Suppression(tokens[identifier], identifier.kind, original.group_id, original.token)
            for original in originals
            for identifier in candidate.certain
            if identifier.kind in _OF_PERSON and not self.has(tokens[identifier], original.group_id)
        ]
