"""Units of work of an objection: from its commit on, the person is unprocessable (R-018)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa

from leadgate_service.audit import Entry
from leadgate_service.burn_ring import BurnRing
from leadgate_service.domain.fields import PhoneKind
from leadgate_service.domain.identity import Identifier
from leadgate_service.domain.objector import MOST_COMPANY_LEADS, Basis, Company, Objector
from leadgate_service.errors import FailedPrecondition, LeadgateError
from leadgate_service.ids import NewId
from leadgate_service.keep_ring import TOKEN_BYTES, KeepRing
from leadgate_service.records import Effect, LeadRecord, Match, Objection, Registered, Registration
from leadgate_service.storage import tables
from leadgate_service.storage.aliases import SELECT_BY_TOKEN, read
from leadgate_service.storage.confirmations import confirmed_times
from leadgate_service.storage.journal import Record
from leadgate_service.storage.lead_reads import open_records
from leadgate_service.storage.parties import Party, of_company, of_groups
from leadgate_service.storage.persons import identify
from leadgate_service.storage.requests import open_book
from leadgate_service.storage.review import review
from leadgate_service.storage.suppressions import (
    INSERT_SUPPRESSIONS,
    SELECT_SUPPRESSIONS,
    Suppression,
    SuppressionList,
    Taught,
    unconfirmed,
)
from leadgate_service.storage.withholding import SELECT_MATCHED, SELECT_UNREADABLE, Reach, reach, withhold
from leadgate_service.storage.work import Insert, Row, Statement, Step, Work, one_of, together

MOST_MATCHES = 100
"""How many leads of each effect a preview shows."""

SELECT_REACHED = Statement(
    sa.select(*tables.leads.columns)
    .where(
        one_of(tables.leads.c.key_token, "keys"),
        tables.leads.c.personal | sa.bindparam("of_company", type_=sa.Boolean()),
        tables.leads.c.suppressed_time.is_(None),
        tables.leads.c.expire_date >= sa.bindparam("today"),
    )
    .order_by(tables.leads.c.lead_id)
    .limit(MOST_MATCHES),
)
_of_import = tables.objections.c.import_id == sa.bindparam("import_id")
_annulled = tables.objections.c.annulled_by.is_not(None)
SELECT_STANDING = Statement(sa.select(sa.literal(1)).where(_of_import, ~_annulled).limit(1))
SELECT_ANNULLED = Statement(sa.select(sa.literal(1)).where(_of_import, _annulled).limit(1))
INSERT_OBJECTIONS = Insert(tables.objections, tuple(column.name for column in tables.objections.columns))

_ERASING = frozenset({Basis.PERSON, Basis.COMPANY})

LINKED = "objection_linked"
"""The act of the audit entry when a blocked answer brought identifiers that were not on the list."""


@dataclass(frozen=True, slots=True)
class _Named:
    """An objection of somebody who can be told apart."""

    objection_id: bytes
    objection: Objection
    party: Party

    @property
    def basis(self) -> Basis:
        """What it tells, now that it is known whether anybody whom it names is known here."""
        if not self.party.keys:
            return self.objection.objector.basis
        return Basis.UNKNOWN if self.party.homonyms else Basis.PERSON


@dataclass(frozen=True, slots=True)
class Objections:
    """The units of work of objections, with the keys and ids that they use."""

    keep: KeepRing
    burn: BurnRing
    new_id: NewId

    def register(self, registration: Registration, record: Record) -> Work[bytes | LeadgateError]:
        """Suppress people. See `Store.register_objections`; runs with the latch closed."""
        book = yield from open_book([registration.caller], self.keep, registration.now)
        earlier = book.earlier(registration.caller)
        if isinstance(earlier, LeadgateError):
            return earlier
        # When all of it was annulled or lifted since, it is an objection again: no old answer may say that it stands.
        if earlier is not None and (yield from self._stand(registration, earlier)):
            return earlier
        if (yield from _is_annulled(registration.import_id, has_ended=earlier is not None)):
            return _import_annulled()
        ids = [self.new_id().bytes for _ in registration.objections]
        parties = yield from self._identify([one.objector for one in registration.objections], ids)
        found = zip(ids, registration.objections, parties, strict=True)
        named = [_Named(one_id, objection, party) for one_id, objection, party in found if party is not None]
        answers, withheld = yield from self._suppress(registration, named)
        response = registration.encode([answers.get(one_id) for one_id in ids])
        if isinstance(response, LeadgateError):
            return response
        book.remember(registration.caller, response)
        yield together(*book.writes())
        record(self._entry(registration, answers.keys(), withheld))
        return response

    def matches(self, objector: Objector | Company, today: date) -> Work[list[Match] | None]:
        """Say which readable leads an objection would reach. See `Store.objection_matches`."""
        (party,) = yield from self._identify([objector], [b""])
        if party is None:
            return None
        (whom,) = yield from reach([party])
        found: list[Match] = []
        for effect, keys in (
            (Effect.SUPPRESSED, whom.suppressed),
            (Effect.WITHHELD, whom.withheld),
            (Effect.NUMBER_WITHHELD, whom.lines - whom.withheld),
        ):
            rows = yield SELECT_REACHED(keys=list(keys), today=today, of_company=whom.of_company)
            found += [Match(effect, record) for record in open_records(self.burn, rows, [], [])]
        return [match for match in found if match.effect is not Effect.NUMBER_WITHHELD or _shows_line(match.lead)]

    def is_suppressed(self, identifiers: Iterable[Identifier], lead_ids: Sequence[bytes]) -> Work[bool]:
        """Say whether any identifier is on the list, or belongs to a lead that is unreadable for an objection."""
        tokens = [self.keep.token(identifier) for identifier in identifiers]
        unreadable = SELECT_UNREADABLE(keys=tokens, lead_ids=list(lead_ids))
        return any((yield together(SELECT_SUPPRESSIONS(tokens=tokens), unreadable)))

    def learn(self, taught: Taught, record: Record) -> Work[None]:
        """Remember what an answer or a question told of people who objected, and make unreadable what it reaches.

        Runs with the latch closed: afterwards no answer is stored under what was added, in either order.
        """
        unit = taught.unit
        rows = yield SELECT_SUPPRESSIONS(
            tokens=list(
                {token for one in taught.suppressions for token in (one.token, one.parent) if token is not None}
            ),
        )
        listed = SuppressionList(rows)
        new = {
            (one.token, one.group_id): one
            for one in taught.suppressions
            if one.parent is not None
            and listed.has(one.parent, one.group_id)  # not lifted meanwhile
            and not listed.has(one.token, one.group_id)
        }
        if not new:
            return
        yield self._insert(new.values(), unit.today)
        whom = yield from reach([Party(suppressions=tuple(new.values()))])
        withheld = yield from withhold(whom, unit.now, unit.now + unit.policy.objections.erase_after)
        record(
            Entry(
                time=unit.now,
                principal=unit.caller.principal,
                action=LINKED,
                purpose=None,
                outcome="OK",
                count=len(withheld),
                detail=f"identifiers={len(new)}",
                policy_version=unit.policy.version,
                tokens=self._tokens(withheld.values()),
            ),
        )

    def _stand(self, registration: Registration, answer: bytes) -> Work[bool]:
        """Say whether any objection of an answer is in effect still, or there never was one."""
        groups = [self.keep.group_id(objection_id) for objection_id in registration.registered(answer)]
        return not groups or bool((yield from of_groups(groups)))

    def _identify(self, objectors: Sequence[Objector | Company], ids: Sequence[bytes]) -> Work[list[Party | None]]:
        """Find all that is known of those who object; None for whom nothing was given that is held."""
        groups = [self.keep.group_id(objection_id) for objection_id in ids]
        both = list(zip(objectors, groups, strict=True))
        found = yield from identify(self.keep, [(one, group) for one, group in both if isinstance(one, Objector)])
        of_persons = iter(found)
        return [
            of_company(self.keep, one, group) if isinstance(one, Company) else next(of_persons) for one, group in both
        ]

    def _suppress(
        self, registration: Registration, named: Sequence[_Named]
    ) -> Work[tuple[dict[bytes, Registered], Iterable[bytes]]]:
        """Put people on the list, and make unreadable what it reaches.

        Returns:
            What is acknowledged, by objection, and the ids of the leads that became unreadable.
        """
        if not named:
            return {}, ()
        whom = yield from reach([one.party for one in named])
        erase_time = registration.erase_time if (yield from _may_erase(registration, whom)) else None
        listed = (one for party in named for one in party.party.suppressions)
        yield self._insert(listed if erase_time else map(unconfirmed, listed), registration.today)
        withheld = yield from withhold(whom, registration.now, erase_time)
        yield from _release({name for one in named for name in one.party.names - one.party.homonyms}, registration.now)
        answers = {
            one.objection_id: Registered(
                objection_id=one.objection_id,
                effective_time=registration.now,
                # By a name or a line nobody is erased: nothing tells whose it is.
                erase_time=erase_time if one.basis in _ERASING else None,
                matched_leads=sum(key in withheld for key in reached.suppressed | reached.withheld),
                received_time=one.objection.received_time,
                identifiers=len(one.party.suppressions),
                linked_identifiers=len(one.party.suppressions) - one.party.named,
            )
            for one, reached in zip(named, whom, strict=True)
        }
        yield INSERT_OBJECTIONS([_row(one, answers[one.objection_id], registration) for one in named])
        if erase_time is None:
            # It may have been confirmed before: that is told, and not noted, so that it ends with the confirmation.
            times = yield from confirmed_times(self.keep, [one.party for one in named])
            told_times = zip(answers, times, strict=True)
            answers = {one_id: replace(answers[one_id], erase_time=time) for one_id, time in told_times}
        return answers, withheld.values()

    def _insert(self, suppressions: Iterable[Suppression], today: date) -> Step:
        return INSERT_SUPPRESSIONS([one.row(self.keep.token_version, today) for one in suppressions])

    def _tokens(self, lead_ids: Iterable[bytes]) -> bytes:
        return b"".join(self.keep.evidence_token("lead", lead_id) for lead_id in lead_ids)

    def _entry(self, registration: Registration, objection_ids: Collection[bytes], withheld: Iterable[bytes]) -> Entry:
        tokens = self._tokens(withheld)
        channels = ",".join(sorted({one.channel for one in registration.objections}))
        return Entry(
            time=registration.now,
            principal=registration.caller.principal,
            action=registration.caller.action,
            purpose=None,
            outcome="OK",
            count=len(tokens) // TOKEN_BYTES,
            detail=f"channel={channels} objections={len(objection_ids)}",
            policy_version=registration.policy_version,
            tokens=b"".join(self.keep.evidence_token("objection", one) for one in objection_ids) + tokens,
        )


def _is_annulled(import_id: str | None, *, has_ended: bool) -> Work[bool]:
    """Say whether an import was annulled as a whole, or, of one whose batch has ended, is being annulled."""
    if import_id is None:
        return False
    if not has_ended and (yield SELECT_STANDING(import_id=import_id)):
        return False
    return bool((yield SELECT_ANNULLED(import_id=import_id)))


def _import_annulled() -> LeadgateError:
    return FailedPrecondition(
        "IMPORT_ANNULLED",
        "Two people annulled this import, and nothing of it is registered again: end the job that sends it. If these "
        "are objections after all, import them under another name (`leadgate objections import`: another --label).",
        field="import_id",
    )


def _may_erase(registration: Registration, whom: Iterable[Reach]) -> Work[bool]:
    """Whether what is reached may be erased without another's word: a company's slip may cost many."""
    if registration.confirmed:
        return True
    keys = {key for one in whom if one.of_company for key in one.suppressed}
    return not keys or len((yield SELECT_MATCHED(keys=list(keys)))) <= MOST_COMPANY_LEADS


def _release(names: Collection[bytes], now: datetime) -> Work[None]:
    """Make readable again who was withheld for a name, now that it is known for certain whose it is (R-031)."""
    if names:
        named = {alias.key_token for alias in read((yield SELECT_BY_TOKEN(tokens=list(names))))}
        yield from review(named, now, "objection", due=False)


def _shows_line(lead: LeadRecord) -> bool:
    """Whether there is a direct line that can still be withheld; a number that was known before may have gone."""
    return lead.fields is not None and lead.fields.phone_kind is PhoneKind.DIRECT


def _row(one: _Named, registered: Registered, registration: Registration) -> Row:
    objection = one.objection
    return (
        registered.objection_id,
        registered.received_time,
        registered.effective_time,
        registered.erase_time,
        one.basis,
        objection.channel,
        objection.contact_scope,
        objection.purpose,
        objection.reference,
        objection.import_id,
        registration.caller.principal,
        registered.matched_leads,
        registered.identifiers,
        registered.linked_identifiers,
        None,
        None,
        None,
    )
