"""Rules of the register: mechanisms that exist for their place and time, parties that the statement names."""

from collections.abc import Iterator

from leadgate_service.domain.dates import add_months
from leadgate_service.domain.policy import PolicyDocument
from leadgate_service.domain.register import (
    CURRENT_CLAUSES_VERSION,
    EEA_COUNTRIES,
    Mechanism,
    MechanismKind,
    Party,
    SourceState,
)
from leadgate_service.domain.violation import Path, Violation, end_follows_start, names_are_unique

_CERTIFICATION_MONTHS = 12


def sources_are_lawful(document: PolicyDocument) -> Iterator[Violation]:
    """Every source has its own name, a mechanism that fits, and an attestation without restricted profiles."""
    yield from names_are_unique("sources", [source.name for source in document.sources])
    for index, source in enumerate(document.sources):
        path: Path = ("sources", index)
        yield from _mechanism_fits(source, path)
        if not source.attestation.excludes_visibility_restricted:
            yield Violation(
                path=(*path, "attestation", "excludes_visibility_restricted"),
                reason="must be true: profiles with restricted visibility may not be bought (R-005)",
                remedy="obtain an attestation that excludes them, or remove the source",
            )


def recipients_are_lawful(document: PolicyDocument) -> Iterator[Violation]:
    """Every recipient has a name of its own and a mechanism that fits."""
    yield from names_are_unique("recipients", [recipient.name for recipient in document.recipients])
    for index, recipient in enumerate(document.recipients):
        yield from _mechanism_fits(recipient, ("recipients", index))


def sources_are_public(document: PolicyDocument) -> Iterator[Violation]:
    """Every active source is named in the public statement (GDPR Art. 14(2)(f))."""
    for index, source in enumerate(document.sources):
        is_active = source.state is SourceState.ACTIVE
        yield from _statement_names(source, document.statement.sources, ("sources", index), required=is_active)


def recipients_are_public(document: PolicyDocument) -> Iterator[Violation]:
    """Every recipient is named in the public statement (GDPR Art. 14(1)(e))."""
    for index, recipient in enumerate(document.recipients):
        yield from _statement_names(recipient, document.statement.recipients, ("recipients", index), required=True)


def _mechanism_fits(party: Party, path: Path) -> Iterator[Violation]:
    mechanism = party.mechanism
    at = (*path, "mechanism")
    yield from end_follows_start(
        mechanism.valid_from,
        mechanism.valid_until,
        path=(*at, "valid_until"),
        remedy="use a date on or after valid_from",
    )
    match mechanism.kind:
        case MechanismKind.SCC:
            yield from _clauses_are_current(mechanism, at)
        case MechanismKind.ADEQUACY:
            yield from _adequacy_has_sunset(mechanism, at)
        case MechanismKind.US_FRAMEWORK:
            yield from _certification_is_yearly(mechanism, at)
    yield from _kind_fits_location(party, at)


def _clauses_are_current(mechanism: Mechanism, at: Path) -> Iterator[Violation]:
    if mechanism.version != CURRENT_CLAUSES_VERSION:
        yield Violation(
            path=(*at, "version"),
            reason="is not the clauses in force: older sets are repealed (R-071)",
            remedy=f'sign the current clauses and write version: "{CURRENT_CLAUSES_VERSION}"',
        )


def _adequacy_has_sunset(mechanism: Mechanism, at: Path) -> Iterator[Violation]:
    if mechanism.valid_until is None:
        yield Violation(
            path=(*at, "valid_until"),
            reason="is missing: an adequacy decision has a sunset (R-071)",
            remedy="add the day on which the decision ends or is reviewed",
        )


def _certification_is_yearly(mechanism: Mechanism, at: Path) -> Iterator[Violation]:
    latest = add_months(mechanism.valid_from, _CERTIFICATION_MONTHS)
    if mechanism.valid_until is None or mechanism.valid_until > latest:
        yield Violation(
            path=(*at, "valid_until"),
            reason="does not show a current certification, which is renewed every year (R-071)",
            remedy="write the day on which the certification is due again, at most a year after valid_from",
        )


def _kind_fits_location(party: Party, at: Path) -> Iterator[Violation]:
    fits = {
        MechanismKind.EEA: party.location in EEA_COUNTRIES,
        MechanismKind.ADEQUACY: party.location != "US",
        MechanismKind.US_FRAMEWORK: party.location == "US",
    }
    if not fits.get(party.mechanism.kind, True):
        yield Violation(
            path=(*at, "kind"),
            reason="does not exist for this location (R-070)",
            remedy="EEA is for the EEA's countries, US_FRAMEWORK for the US, ADEQUACY for other countries",
        )


def _statement_names(party: Party, named: frozenset[str], path: Path, *, required: bool) -> Iterator[Violation]:
    if party.named_in_statement is None and not required:
        return
    if party.named_in_statement not in named:
        yield Violation(
            path=(*path, "named_in_statement"),
            reason="is not a name that the statement gives (GDPR Art. 14(1)(e), (2)(f))",
            remedy="publish a statement that names it and list the name under statement, or do not use it yet",
        )
