"""What else a person is known by: tokens that are added and never replaced (R-030), and what they link (R-041)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa

from leadgate_service.domain import identity
from leadgate_service.domain.candidate import Candidate
from leadgate_service.domain.identity import Identifier, TokenKind
from leadgate_service.storage import tables
from leadgate_service.storage.work import Insert, Row, Statement, Step, one_of

_aliases = tables.aliases.c
_COLUMNS = ("key_token", "token", "kind")

_ALIAS = [_aliases[name] for name in _COLUMNS]

PERSONAL_LINKS = frozenset({TokenKind.PROVIDER_PERSON_ID, TokenKind.CRM_RECORD})
"""What links two keys of one person; names, lines and domains are shared, and link nobody (R-031)."""

LINKING_KINDS = PERSONAL_LINKS | {TokenKind.PROVIDER_COMPANY_ID}
"""What lets two keys share a clock: besides a person's own, the id of a business that is a person (R-041)."""

_TELLING = (TokenKind.EMAIL_DOMAIN, TokenKind.DOMAIN, TokenKind.NAME_AT_PHONE)
"""Where a business has mail, where somebody works, and a name with a line: link nobody, and tell who objected."""

_linking = one_of(_aliases.kind, "kinds")
_first = (
    sa.select(_aliases.key_token)
    .where((one_of(_aliases.token, "tokens") & _linking) | one_of(_aliases.key_token, "keys"))
    .cte("reached", recursive=True)
)
_known, _shared = tables.aliases.alias("known"), tables.aliases.alias("shared")
_reached = _first.union(
    sa.select(_shared.c.key_token)
    .join(_known, _known.c.token == _shared.c.token)
    .join(_first, _first.c.key_token == _known.c.key_token)
    .where(one_of(_known.c.kind, "kinds")),
)
SELECT_LINKED = Statement(
    sa.select(*_ALIAS)
    .join(_reached, _reached.c.key_token == _aliases.key_token)
    .where(one_of(_aliases.kind, "kinds") | sa.or_(*(_aliases.kind == kind.value for kind in _TELLING))),
)
"""All links of those who are known by some tokens or keys, and of those whom they are linked to, however far; and what
else of theirs counts when it is not said again."""

SELECT_BY_KEY = Statement(sa.select(*_ALIAS).where(one_of(_aliases.key_token, "keys")))
SELECT_BY_TOKEN = Statement(sa.select(*_ALIAS).where(one_of(_aliases.token, "tokens")))
KEEP_ALIASES = Insert(tables.aliases, _COLUMNS, conflict="keep")


class Alias(NamedTuple):
    """One other identifier of whoever is known under a key."""

    key_token: bytes
    token: bytes
    kind: TokenKind


def read(rows: Iterable[Row]) -> list[Alias]:
    """Read rows."""
    return [Alias(bytes(key), bytes(token), TokenKind(kind)) for key, token, kind in rows]


def by_key(rows: Iterable[Row]) -> defaultdict[bytes, list[Alias]]:
    """Read rows, and sort them by whom they are of."""
    found = defaultdict[bytes, list[Alias]](list)
    for alias in read(rows):
        found[alias.key_token].append(alias)
    return found


def by_token(rows: Iterable[Row]) -> defaultdict[bytes, list[Alias]]:
    """Read rows, and sort them by the identifier."""
    found = defaultdict[bytes, list[Alias]](list)
    for alias in read(rows):
        found[alias.token].append(alias)
    return found


class AliasBook:
    """The aliases of one transaction: which keys belong to one person, and what it adds.

    Args:
        tokens: The token of every identifier.
        rows: What `select_links` found.
    """

    def __init__(self, tokens: Mapping[Identifier, bytes], rows: Iterable[Row]) -> None:
        self._tokens = tokens
        self._keys: defaultdict[bytes, set[bytes]] = defaultdict(set)
        self._links: defaultdict[bytes, set[bytes]] = defaultdict(set)
        self._known: defaultdict[bytes, set[bytes]] = defaultdict(set)
        self._new: dict[Alias, None] = {}
        for alias in read(rows):
            self._learn(alias)

    @property
    def keys(self) -> set[bytes]:
        """All keys that are linked to anybody of the transaction."""
        return set(self._links)

    @property
    def tokens(self) -> set[bytes]:
        """Everything by which anybody of the transaction is known, as far as that is read."""
        return {token for known in self._known.values() for token in known}

    def known_of(self, key: bytes) -> set[bytes]:
        """Return by what else whoever has a key is known, as far as that is read."""
        return self._known.get(key, set())

    def linked_keys(self, candidate: Candidate) -> set[bytes]:
        """Return the keys of the same person, however many links away; the candidate's own perhaps among them."""
        if not candidate.personal:
            return set()
        found: set[bytes] = set()
        own = self._links.get(self._tokens[candidate.intake.lookup_key], set())
        ahead = own | {self._tokens[link] for link in candidate.links}
        while ahead:
            keys = {key for token in ahead for key in self._keys.get(token, ())} - found
            ahead = {token for key in keys for token in self._links[key]}
            found |= keys
        return found

    def add(self, key: Identifier, others: Iterable[Identifier]) -> None:
        """Note that whoever is known under a key is also known by others."""
        for other in others:
            alias = Alias(self._tokens[key], self._tokens[other], other.kind)
            self._new[alias] = None
            self._learn(alias)

    def writes(self) -> list[Step]:
        """Return what stores what was noted."""
        rows = [(key, token, kind.value) for key, token, kind in self._new]
        return [KEEP_ALIASES(rows)] if rows else []

    def _learn(self, alias: Alias) -> None:
        self._known[alias.key_token].add(alias.token)
        if alias.kind in LINKING_KINDS:
            self._keys[alias.token].add(alias.key_token)
            self._links[alias.key_token].add(alias.token)


def linking_tokens(candidates: Iterable[Candidate], tokens: Mapping[Identifier, bytes]) -> frozenset[bytes]:
    """Return what links the persons among the candidates to other keys."""
    return frozenset(tokens[link] for candidate in candidates if candidate.personal for link in candidate.links)


def known_by(candidates: Iterable[Candidate]) -> set[Identifier]:
    """Return the keys under which the candidates, and the businesses that they tell of, may be known."""
    keys = {key for one in candidates for key in (one.intake.lookup_key, one.key) if key is not None}
    return keys | {identity.company_key(domain) for one in candidates for domain in one.businesses}


def select_links(
    candidates: Iterable[Candidate],
    linking: frozenset[bytes],
    tokens: Mapping[Identifier, bytes],
) -> Step:
    """Read what links the candidates to others, by what is said now and by what is known."""
    keys = [tokens[key] for key in known_by(candidates)]
    return SELECT_LINKED(keys=keys, tokens=list(linking), kinds=[kind.value for kind in LINKING_KINDS])
