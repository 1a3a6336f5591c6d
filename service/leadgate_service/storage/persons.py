"""Who somebody is, from anything that is known of them: all keys and tokens of one person, held or only looked up."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import sqlalchemy as sa

from leadgate_service.domain.identity import NAME_KINDS, STRONG_KINDS, TokenKind
from leadgate_service.domain.objector import Objector
from leadgate_service.keep_ring import KeepRing
from leadgate_service.storage import tables
from leadgate_service.storage.aliases import (
    PERSONAL_LINKS,
    SELECT_BY_KEY,
    SELECT_BY_TOKEN,
    Alias,
    by_key,
    by_token,
)
from leadgate_service.storage.parties import Party
from leadgate_service.storage.suppressions import ListScope, Suppression, gives_name
from leadgate_service.storage.work import Statement, Work, one_of, together

SELECT_KEYS = Statement(
    sa.select(tables.leads.c.lead_id, tables.leads.c.key_token).where(
        tables.leads.c.personal, one_of(tables.leads.c.lead_id, "lead_ids")
    ),
)

_COMPANY_KINDS = frozenset({TokenKind.DOMAIN, TokenKind.EMAIL_ABOVE})
"""What is known of a person and is not theirs: where they work, and what is above the domain of a business."""


@dataclass(slots=True)
class _Sought:
    """One person on the way to being identified.

    Attributes:
        group: Of the objection.
        given: The tokens of what the objection gave.
        keys: The person's own keys: those that were given, and those that have what was given as an alias.
        linked: The keys of others who share a provider's id or a CRM record with these, each with that token.
    """

    group: bytes
    given: Mapping[bytes, TokenKind]
    keys: set[bytes]
    linked: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def strong(self) -> list[bytes]:
        return [token for token, kind in self.given.items() if kind in STRONG_KINDS]


def identify(keep: KeepRing, objectors: Sequence[tuple[Objector, bytes]]) -> Work[list[Party | None]]:
    """Find all that is known of persons who object (R-030).

    The person's own keys are those that were given, by themselves or by a lead, or have what was given as an alias.
    Another key belongs to the person if it shares a provider's id or a CRM record with one of these: one step, no
    further.

    Args:
        keep: Makes tokens.
        objectors: What is known of each, and the group of the objection.

    Returns:
        The persons; None for whom nothing was given but leads that are not held of any person.
    """
    lead_ids = [lead_id for objector, _ in objectors for lead_id in objector.lead_ids]
    held = {bytes(lead_id): bytes(key) for lead_id, key in (yield SELECT_KEYS(lead_ids=lead_ids))} if lead_ids else {}
    sought = [_begin(keep, objector, group, held) for objector, group in objectors]
    given = [key for one in sought for key in one.keys]
    owned, known = yield together(
        SELECT_BY_TOKEN(tokens=[token for one in sought for token in one.strong]), SELECT_BY_KEY(keys=given)
    )
    owners, own = by_token(owned), by_key(known)
    for one in sought:
        one.keys.update(alias.key_token for token in one.strong for alias in owners[token])
    own |= yield from _known({key for one in sought for key in one.keys} - set(given))
    linking = {key: [alias.token for alias in known if alias.kind in PERSONAL_LINKS] for key, known in own.items()}
    links = [token for tokens in linking.values() for token in tokens]
    others = by_token((yield SELECT_BY_TOKEN(tokens=links))) if links else {}
    for one in sought:
        for token in (token for key in one.keys for token in linking.get(key, ())):
            one.linked |= {alias.key_token: token for alias in others[token]}
    theirs = yield from _known({key for one in sought for key in one.linked.keys() - one.keys})
    return [_party(one, own, theirs) for one in sought]


def _known(keys: AbstractSet[bytes]) -> Work[dict[bytes, list[Alias]]]:
    return by_key((yield SELECT_BY_KEY(keys=list(keys)))) if keys else {}


def _begin(keep: KeepRing, objector: Objector, group: bytes, held: Mapping[bytes, bytes]) -> _Sought:
    identifiers = (*objector.identifiers, *objector.trader_domains)
    given = {keep.token(identifier): identifier.kind for identifier in identifiers}
    given |= dict.fromkeys(objector.address_tokens, TokenKind.EMAIL_EXACT)
    keys = {held[lead_id] for lead_id in objector.lead_ids if lead_id in held}
    one = _Sought(group, given, keys)
    one.keys.update(one.strong)
    return one


def _party(one: _Sought, own: Mapping[bytes, list[Alias]], theirs: Mapping[bytes, list[Alias]]) -> Party | None:
    if not one.given and not one.keys:
        return None
    known = [alias for key in one.keys for alias in own.get(key, ())]
    named = {**_kinds(known), **one.given}
    # Whom nothing of this is known of may be anybody of that name; else a key is somebody's, or a lead.
    is_known = bool(known) or not one.keys <= one.given.keys()
    # A name that is only known of the person tells nobody whose it is who has it elsewhere.
    derived = {
        alias.token: alias.key_token for alias in known if alias.kind in NAME_KINDS and alias.token not in one.given
    }
    others = [alias for key in one.linked.keys() - one.keys for alias in theirs.get(key, ())]
    added = {token: kind for token, kind in _kinds(others).items() if token not in named}
    parent_of = {alias.token: one.linked[alias.key_token] for alias in others} | one.linked
    theirs_alone = [Suppression(token, kind, one.group, derived.get(token)) for token, kind in named.items()]
    return Party(
        suppressions=(
            *(theirs_alone if is_known else map(_of_namesakes, theirs_alone)),
            *(Suppression(token, kind, one.group, parent_of[token]) for token, kind in added.items()),
        ),
        keys=frozenset({*one.keys, *one.linked}),
        named=len(one.given),
    )


def _of_namesakes(one: Suppression) -> Suppression:
    return one._replace(scope=ListScope.NAMESAKES) if gives_name(one) else one


def _kinds(aliases: Iterable[Alias]) -> dict[bytes, TokenKind]:
    """Return the tokens of aliases and of their keys; a key with a mailbox among its aliases is an address."""
    known = list(aliases)
    found: dict[bytes, TokenKind] = {one.token: one.kind for one in known if one.kind not in _COMPANY_KINDS}
    by_address = {alias.key_token for alias in known if alias.kind is TokenKind.EMAIL_BASE}
    keys = {alias.key_token for alias in known}
    return found | {key: TokenKind.EMAIL_EXACT if key in by_address else TokenKind.COMPANY_KEY for key in keys}
