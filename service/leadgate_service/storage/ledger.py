"""The working set of one intake transaction: what is known of its people and companies, and what will be written.

It is read once for all candidates of a flush, then judged candidate by candidate, so that a second candidate for the
same person sees what the first one did. At the end each table is written with one statement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from leadgate_service.domain import identity, retention, subject
from leadgate_service.domain.candidate import Candidate
from leadgate_service.domain.dates import today_in
from leadgate_service.domain.decision import Decision
from leadgate_service.domain.identity import STRONG_KINDS, TRADER_KINDS, Identifier, TokenKind
from leadgate_service.domain.policy import Policy
from leadgate_service.domain.register import SourceName
from leadgate_service.domain.standing import Acquisition, Standing
from leadgate_service.storage.aliases import AliasBook
from leadgate_service.storage.lead_book import LeadBook
from leadgate_service.storage.lead_rows import LeadRow
from leadgate_service.storage.lookups import LookupBook
from leadgate_service.storage.review import names_of_nobody
from leadgate_service.storage.suppressions import SELECT_SUPPRESSIONS, ListScope, Suppression, SuppressionList
from leadgate_service.storage.tokens import Tokens
from leadgate_service.storage.work import Step, Work, together


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What one transaction knows and does.

    Attributes:
        policy: The policy in force.
        now: The instant.
        today: Its civil day in the policy's zone.
        tokens: Of identifiers.
        leads: The leads that concern its people and companies.
        lookups: Their look-up records.
        aliases: What the people are known by else.
        suppressions: The part of the suppression list that concerns them.
        combined: What no answer told alone, and several tell together of a key's lead: not asked for yet.
        found_out: The ids of businesses' leads that an answer about somebody else showed to be an objector's.
    """

    policy: Policy
    now: datetime
    today: date
    tokens: Tokens
    leads: LeadBook
    lookups: LookupBook
    aliases: AliasBook
    suppressions: SuppressionList
    combined: list[tuple[Identifier, Identifier, LeadRow]] = field(default_factory=list)
    found_out: list[bytes] = field(default_factory=list)

    def as_known(self, candidate: Candidate) -> Candidate:
        """Return a candidate as what is known makes it: a company that was called one person's stays so (R-013)."""
        key = candidate.key
        if candidate.personal or candidate.intake.of_firm or key is None or key.kind is not TokenKind.COMPANY_KEY:
            return candidate
        traders = identity.trader_domains(key.canonical)
        known = self.aliases.known_of(self.tokens[key])
        if not any(self.tokens[trader] in known for trader in traders):
            return candidate
        return replace(candidate, personal=True)

    def standing(self, candidate: Candidate) -> Standing:
        """Say what is known of the person or company of a candidate."""
        row = self.leads.of(candidate)
        hits = self.suppressions.kinds(self.tokens[one] for one in (*candidate.identifiers, *candidate.beside))
        # What is known counts, whether or not it is said again: of a person all, of a company that it was called one
        # person's. Who is named is no business, and a legal person is nobody's.
        keys = {key for key in (candidate.intake.lookup_key, candidate.key) if key is not None}
        known = self.suppressions.kinds(token for key in keys for token in self.aliases.known_of(self.tokens[key]))
        if candidate.named or candidate.intake.of_firm or (row is not None and _is_named(row)):
            known -= TRADER_KINDS
        hits |= known if candidate.personal else known & TRADER_KINDS
        lookup = self.lookups.of(candidate)
        return Standing(
            suppressed=frozenset(hits),
            objected=row is not None and _objected(row, candidate),
            restricted=row is not None and row["restricted_time"] is not None,
            being_asked=lookup.being_asked,
            answered_date=self._day(lookup.answered_time) if lookup.answered_time is not None else None,
            acquisition=lookup.acquisition,
            lead=self.leads.held(row) if row is not None else None,
        )

    def taught(self, candidate: Candidate) -> list[Suppression]:
        """Return what the answer tells of somebody who objected, and the suppression list does not know yet."""
        return self.suppressions.taught(candidate, self.tokens)

    def store(self, candidate: Candidate, decision: Decision) -> bytes | None:
        """Note what a decision changes, and return the id of the lead that is held by it."""
        if decision.fields is None or decision.expire_date is None:
            return None
        row = self.leads.keep(candidate, decision)
        self._know(candidate, row)
        if row["personal"] and candidate.key != candidate.intake.lookup_key:
            self._remember_business(row, [candidate.source])
        return bytes(row["lead_id"])

    def remember(self, candidate: Candidate) -> None:
        """Note by what else whoever is asked about is known, and let what is linked by it share one clock (R-041)."""
        self.aliases.add(candidate.intake.lookup_key, [*candidate.held, *candidate.links])
        self._note_businesses(candidate)
        keys = self.aliases.linked_keys(candidate)
        acquisition = self.lookups.of(candidate).acquisition if keys else None
        if acquisition is not None:
            start, country = acquisition.first_obtained_date, candidate.intake.country_code
            for row in filter(None, map(self.leads.by_key, keys)):
                self.leads.begin_earlier(row, start)
            self.lookups.begin_earlier(
                candidate,
                start,
                lambda last_day: retention.shortened(last_day, start, country, self.policy, self.today),
            )

    def refer(self, candidate: Candidate) -> None:
        """Note a CRM record that the caller names for a lead which is held: it may be known only now."""
        row = self.leads.of(candidate)
        if row is None or row["suppressed_time"] is not None or row["restricted_time"] is not None:
            return
        if row["expire_date"] >= self.today and self.leads.refer(row, candidate.intake):
            self.leads.changed(row)

    def withhold(self, candidate: Candidate) -> bytes | None:
        """Make unreadable what is held under the key of a refused candidate, if the refusal shows whose it is.

        What stands for one person shows that, unless only a guess names it, or a company was asked about; the lead is
        due for erasure. At the domain of somebody who objected, a business that turns out to be a person is withheld,
        and not erased, unless it is known who has it (R-013, R-031).

        Returns:
            The lead's id, if it has become unreadable.
        """
        listed = [one for one in candidate.certain if self._listed(one)]
        withheld = self._withhold(candidate, listed)
        theirs = [one for one in listed if one.kind in STRONG_KINDS]
        if (candidate.personal or candidate.intake.of_person) and (theirs or _traded(listed)):
            # So that the next answer is refused, too, if it does not tell again; and it is known for what this one was.
            self.remember(candidate)
            self.aliases.add(candidate.intake.lookup_key, theirs)
        # Who works at a company that objected may be told only now, and not again.
        self.aliases.add(candidate.intake.lookup_key, _companies(listed))
        self._note_businesses(candidate)
        return withheld

    def _withhold(self, candidate: Candidate, listed: Sequence[Identifier]) -> bytes | None:
        row = self.leads.by_key(self.tokens[candidate.intake.lookup_key])
        if row is None or row["erase_time"] is not None or (row["suppressed_time"] is not None and not row["personal"]):
            return None
        erase_time = self.now + self.policy.objections.erase_after
        theirs = any(one.kind in STRONG_KINDS for one in listed)
        if theirs and (row["personal"] or candidate.personal):
            return self.leads.suppress(row, erase_time if row["personal"] else None)
        companies = [entry for one in _companies(listed) for entry in self._listed(one)]
        if companies:
            confirmed = any(entry.scope is ListScope.COMPANY for entry in companies)
            return self.leads.suppress(row, erase_time if confirmed else None)
        if row["suppressed_time"] is None and _traded(listed) and not _is_named(row):
            return self.leads.suppress(row, None, until_named=True)
        return None

    def reconsider(self) -> Work[list[bytes]]:
        """Ask for what several answers tell only together, such as a name and a line, and withhold whose it is.

        Returns:
            The ids of the leads that have become unreadable.
        """
        if not self.combined:
            return self.found_out
        listed = SuppressionList((yield SELECT_SUPPRESSIONS(tokens=[self.tokens[one] for one, _, _ in self.combined])))
        hits = [known for known in self.combined if listed.of(self.tokens[known[0]])]
        of_nobody = yield from names_of_nobody(self.tokens[one] for one, _, _ in hits)
        withheld = []
        for one, key, row in hits:
            self.aliases.add(key, [one])
            if one.kind in STRONG_KINDS:
                withheld.append(self.leads.suppress(row, self.now + self.policy.objections.erase_after))
            elif self.tokens[one] in of_nobody and row["erase_time"] is None:
                withheld.append(self.leads.suppress(row, None))
        return list(dict.fromkeys([*self.found_out, *withheld]))

    def write(self, besides: Iterable[Step]) -> Work[None]:
        """Write every table at once, and something else in the same message."""
        yield from self.leads.make_room()
        yield together(*self.leads.writes(), *self.aliases.writes(), *self.lookups.writes(), *besides)

    def _note_businesses(self, candidate: Candidate) -> None:
        """Note which companies are one person's, whoever's answer tells so (R-013).

        What is held of such a business is personal from now on; if its owner may have objected, from an address there,
        it is withheld, and not erased. Whoever is named there is somebody else, and not meant.
        """
        for domain in candidate.businesses:
            traders, key = identity.trader_domains(domain), identity.company_key(domain)
            self.aliases.add(key, traders)
            row = self.leads.by_key(self.tokens[key]) if traders else None
            if row is None or row["expire_date"] < self.today or row["suppressed_time"] is not None:
                continue
            self._remember_business(row, self.leads.make_personal(row))
            if any(map(self._listed, traders)):
                self.found_out.append(self.leads.suppress(row, None, until_named=True))

    def _remember_business(self, row: LeadRow, sources: Iterable[SourceName]) -> None:
        """Let a business that is a person have a look-up record of its own, whoever was asked about (R-092)."""
        dated = Acquisition(row["first_obtained_date"], row["expire_date"])
        self.lookups.make_personal(bytes(row["key_token"]), sources, dated)

    def _listed(self, identifier: Identifier) -> Sequence[Suppression]:
        return self.suppressions.of(self.tokens[identifier])

    def _know(self, candidate: Candidate, row: LeadRow) -> None:
        """Note what the content tells, as it is held now: an objection reaches all that was ever known."""
        if candidate.key is None:
            return
        held = subject.of_fields(row["fields"])
        self.aliases.add(candidate.key, subject.workplaces(held, candidate.key, candidate.intake.host))
        if row["personal"]:
            # What is only a guess may be somebody else's name; the number is held all the same.
            told = held._replace(full_name=None) if row["approximate"] else held
            known = subject.person_identifiers(told, candidate.intake.host)
            self.aliases.add(candidate.key, known)
            # A number that somebody objected by is dropped already, and tells with the name whose lead it is.
            lines = [one.canonical for one in candidate.certain if one.kind is TokenKind.PHONE_E164]
            with_lines = [identity.name_at_phone(told.full_name, line) for line in lines if told.full_name]
            new = (one for one in (*known, *with_lines) if one not in candidate.identifiers)
            self.combined.extend((one, candidate.key, row) for one in new)

    def _day(self, instant: datetime) -> date:
        return today_in(self.policy.retention.zone_info, instant)


def _companies(identifiers: Iterable[Identifier]) -> list[Identifier]:
    return [one for one in identifiers if one.kind is TokenKind.DOMAIN]


def _traded(identifiers: Iterable[Identifier]) -> bool:
    return any(one.kind in TRADER_KINDS for one in identifiers)


def trader_domains(candidate: Candidate) -> list[Identifier]:
    """Return where the owners of the businesses that a candidate tells of may have objected from."""
    return [one for domain in candidate.businesses for one in identity.trader_domains(domain)]


def _objected(row: LeadRow, candidate: Candidate) -> bool:
    """Whether a held lead's objection stands against a candidate, whatever else identifies it.

    What is only withheld as a business, for the domain of an address, is asked for by that domain again; an answer that
    names somebody there is not meant.
    """
    return row["suppressed_time"] is not None and not (row["until_named"] and candidate.named)


def _is_named(row: LeadRow) -> bool:
    """Whether what is held tells for certain who has it: he speaks for himself."""
    fields = row.get("fields")
    return fields is not None and fields.full_name is not None and not row["approximate"]
