"""The register of sources and recipients: who they are to us, where they are, and what makes the transfer lawful.

The register is a gate at run time, not a document (GDPR Art. 28, 44-49; R-005, R-069, R-070, R-071). Every
mechanism is dated, and asked again on the day of the call.
"""

from datetime import date
from enum import StrEnum

from leadgate_service.domain.section import CivilDate, CountryCode, KebabName, Section, Text

# fmt: off
EEA_COUNTRIES = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
})
# fmt: on
"""Where no mechanism is needed: the European Economic Area. The United Kingdom left it."""

CURRENT_CLAUSES_VERSION = "2021/914"
"""The standard contractual clauses in force; every older set has been repealed."""


class SourceName(StrEnum):
    """A provider whose answers the service can read."""

    CLEARBIT = "clearbit"
    HUNTER = "hunter"


class SourceState(StrEnum):
    """Whether a source may be asked at all."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class PartyRole(StrEnum):
    """What the other side is for one flow of data (GDPR Art. 4(7)-(8), 26; R-069)."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"
    JOINT_CONTROLLER = "joint_controller"


class MechanismKind(StrEnum):
    """What makes a transfer lawful. The derogations of Art. 49 are not here: they carry no routine flow (R-070)."""

    EEA = "EEA"
    ADEQUACY = "ADEQUACY"
    SCC = "SCC"
    BCR = "BCR"
    US_FRAMEWORK = "US_FRAMEWORK"


class Unusable(StrEnum):
    """Why nothing may be sent to or taken from a party today: names of the contract's error reasons."""

    SOURCE_NOT_ACTIVE = "SOURCE_NOT_ACTIVE"
    ATTESTATION_LAPSED = "ATTESTATION_LAPSED"
    TRANSFER_MECHANISM_INVALID = "TRANSFER_MECHANISM_INVALID"


class Mechanism(Section):
    """A transfer mechanism with its dates (GDPR Art. 44-49; R-070, R-071).

    Attributes:
        kind: Which of the five.
        document: Reference of the signed contract, decision, approval or certification.
        version: For SCC the decision that adopted the clauses; free for the others.
        valid_from: The first day on which it may be relied on.
        valid_until: The last day; required where the mechanism has a sunset or must be renewed.
        copy_at: How a person gets a copy (Art. 13(1)(f), 14(1)(f)).
    """

    kind: MechanismKind
    document: Text
    version: Text | None = None
    valid_from: CivilDate
    valid_until: CivilDate | None = None
    copy_at: Text

    def valid_on(self, day: date) -> bool:
        """Whether a transfer may rely on it on this day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class Attestation(Section):
    """The provider's word on how it collected what it supplies (GDPR Art. 5(1)(a), 6(1)(f); R-005).

    Attributes:
        reference: Where the signed text is.
        valid_until: The last day on which it counts.
        excludes_visibility_restricted: That profiles with restricted visibility are left out; must be true.
    """

    reference: Text
    valid_until: CivilDate
    excludes_visibility_restricted: bool


class Party(Section):
    """What sources and recipients have in common.

    Attributes:
        location: Where the party processes.
        mechanism: What makes the transfer there lawful.
        named_in_statement: The name under which the public statement names it; None while it does not.
    """

    location: CountryCode
    mechanism: Mechanism
    named_in_statement: Text | None = None

    def usable(self, today: date) -> Unusable | None:
        """Return why nothing may be sent to the party today, or None if it may."""
        return None if self.mechanism.valid_on(today) else Unusable.TRANSFER_MECHANISM_INVALID


class Source(Party):
    """An enrichment provider.

    Attributes:
        name: Which format its answers have.
        state: Active or suspended.
        attestation: Its word on lawful collection.
        role_query_data: What it is for the identifiers that we send.
        role_supplied_data: What it is for the answers that it gives.
    """

    name: SourceName
    state: SourceState
    attestation: Attestation
    role_query_data: PartyRole
    role_supplied_data: PartyRole

    def usable(self, today: date) -> Unusable | None:
        """Return why the source may not be asked, nor its answers taken, today; or None if both are allowed."""
        if self.state is not SourceState.ACTIVE:
            return Unusable.SOURCE_NOT_ACTIVE
        if today > self.attestation.valid_until:
            return Unusable.ATTESTATION_LAPSED
        return super().usable(today)


class Recipient(Party):
    """A system outside the service that leads are disclosed to.

    Attributes:
        name: What the delivery ledger calls it.
        role_delivered_data: What it is for the leads that we deliver.
    """

    name: KebabName
    role_delivered_data: PartyRole
