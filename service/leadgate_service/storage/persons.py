"""Who somebody is, from anything that is known of them: all keys and tokens of one person, held or only looked up."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from leadgate_service.domain.identity import STRONG_KINDS, TokenKind
from leadgate_service.domain.objector import Objector
from leadgate_service.keys import KeepRing
from leadgate_service.storage import tables
from leadgate_service.storage.aliases import PERSONAL_LINKS, SELECT_BY_KEY, SELECT_BY_TOKEN, Alias
from leadgate_service.storage.aliases import read as aliases_of
from leadgate_service.storage.suppressions import Suppression
from leadgate_service.storage.withholding import Reach, reach
from leadgate_service.storage.work import Statement, Work, one_of

SELECT_KEYS = Statement(
    sa.select(tables.leads.c.key_token).where(tables.leads.c.personal, one_of(tables.leads.c.lead_id, "lead_ids")),
)


@dataclass(frozen=True, slots=True)
class Person:
    """One person who objects, as the store knows them.

    Attributes:
        keys: Under which they are known for certain; empty if nothing tells who it is.
        suppressions: Every identifier of theirs, as it goes on the list.
        named: How many identifiers the objection itself gave.
        names: The tokens of names at companies that the objection itself gave.
    """

    keys: frozenset[bytes]
    suppressions: tuple[Suppression, ...]
    named: int
    names: tuple[bytes, ...]

    def reach(self) -> Work[Reach]:
        """Find whom their objection reaches; a name reaches whoever has it as long as nothing tells whose it is."""
        return (yield from reach(self.suppressions, self.keys, homonyms=not self.keys))


def identify(keep: KeepRing, objector: Objector, group: bytes) -> Work[Person | None]:
    """Find all that is known of a person who objects (R-030).

    The person's own keys are those that were given, by themselves or by a lead, or have what was given as an alias.
    Another key belongs to the person if it shares a provider's id or a CRM record with one of these: one step, no
    further.

    Args:
        keep: Makes tokens.
        objector: What is known.
        group: Of the objection.

    Returns:
        The person; None if nothing was given but leads that are not held of any person.
    """
    identifiers = (*objector.identifiers, *objector.trader_domains)
    given = {keep.token(identifier): identifier.kind for identifier in identifiers}
    held = {bytes(key) for (key,) in (yield SELECT_KEYS(lead_ids=list(objector.lead_ids)))}
    if not given and not held:
        return None
    strong = [token for token, kind in given.items() if kind in STRONG_KINDS]
    own_keys = {*strong, *held, *(alias.key_token for alias in aliases_of((yield SELECT_BY_TOKEN(tokens=strong))))}
    own = aliases_of((yield SELECT_BY_KEY(keys=list(own_keys))))
    linking = [alias.token for alias in own if alias.kind in PERSONAL_LINKS]
    parents = {alias.key_token: alias.token for alias in aliases_of((yield SELECT_BY_TOKEN(tokens=linking)))}
    others = aliases_of((yield SELECT_BY_KEY(keys=list(parents.keys() - own_keys))))
    named = {**_kinds(own), **given}
    added = {token: kind for token, kind in _kinds(others).items() if token not in named}
    parent_of = {alias.token: parents[alias.key_token] for alias in others} | parents
    return Person(
        keys=frozenset({*own_keys, *parents}),
        suppressions=(
            *(Suppression(token, kind, group, None) for token, kind in named.items()),
            *(Suppression(token, kind, group, parent_of[token]) for token, kind in added.items()),
        ),
        named=len(given),
        names=tuple(token for token, kind in given.items() if kind is TokenKind.NAME_AT_DOMAIN),
    )


def _kinds(aliases: Iterable[Alias]) -> dict[bytes, TokenKind]:
    """Return the tokens of aliases and of their keys; a key with a mailbox among its aliases is an address.

    What is above the domain of a business is not its own.
    """
    found: dict[bytes, TokenKind] = {one.token: one.kind for one in aliases if one.kind is not TokenKind.EMAIL_ABOVE}
    by_address = {alias.key_token for alias in aliases if alias.kind is TokenKind.EMAIL_BASE}
    keys = {alias.key_token for alias in aliases}
    return found | {key: TokenKind.EMAIL_EXACT if key in by_address else TokenKind.COMPANY_KEY for key in keys}
