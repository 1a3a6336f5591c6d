"""What a page says of an error: what happened, and what to do about it, in English and Dutch.

The messages of errors are for whoever writes a client. Here each reason that a page meets has words for people; any
other is told by its message, and by whether the same may succeed in a minute. None of them has a value that was typed.
"""

from collections.abc import Mapping
from string import Template
from typing import NamedTuple

from leadgate_service.errors import LeadgateError, ResourceExhausted, Unavailable


class Words(NamedTuple):
    """The same in each language."""

    en: str
    nl: str


class Failure(NamedTuple):
    """What a page says of an error.

    Attributes:
        reason: A name of the contract's `ErrorReason`, to be passed on.
        happened: What the matter is.
        remedy: What to do.
    """

    reason: str
    happened: Words
    remedy: Words


_AGAIN = Words(
    "Wait a minute, then reload this page: what is sent twice counts once. If it stays so, tell whoever runs this "
    "service.",
    "Wacht een minuut en laad deze pagina opnieuw: wat twee keer wordt verstuurd, telt één keer. Blijft het zo, meld "
    "het dan aan wie deze dienst beheert.",
)
_TELL = Words(
    "Tell whoever runs this service. Until they have acted, trying again does not help.",
    "Meld het aan wie deze dienst beheert. Zolang die niets heeft gedaan, helpt opnieuw proberen niet.",
)
_CORRECT = Words(
    "Go back, correct it, and send it again. As it is, trying again does not help.",
    "Ga terug, verbeter het en verstuur het nog eens. Zo helpt opnieuw proberen niet.",
)

_SAID: Mapping[str, tuple[Words, Words]] = {
    "STORE_UNAVAILABLE": (
        Words(
            "The database does not answer. Whether something that you sent was done is not certain.",
            "De database antwoordt niet. Of iets dat u verstuurde is gedaan, is niet zeker.",
        ),
        _AGAIN,
    ),
    "AUDIT_UNAVAILABLE": (
        Words(
            "The audit trail cannot be written, and without it nothing is shown.",
            "Het auditspoor kan niet worden geschreven, en zonder dat wordt er niets getoond.",
        ),
        _AGAIN,
    ),
    "TOKEN_KEY_ROTATED": (
        Words(
            "The service was given a new key, and does nothing until it is started again.",
            "De dienst kreeg een nieuwe sleutel en doet niets tot die opnieuw is gestart.",
        ),
        _AGAIN,
    ),
    "RATE_LIMITED": (
        Words(
            "There were too many questions about people within a minute, so this one is not answered.",
            "Er waren te veel vragen over mensen binnen een minuut, dus deze wordt niet beantwoord.",
        ),
        Words(
            "Wait $retry_after_seconds seconds, then reload this page.",
            "Wacht $retry_after_seconds seconden en laad deze pagina opnieuw.",
        ),
    ),
    "FIELD_INVALID": (
        Words(
            "What was sent breaks a rule: $field $rule.",
            "Wat is verstuurd, klopt niet; wat er mis is, staat hierboven in het Engels.",
        ),
        _CORRECT,
    ),
    "OBJECTION_NOT_FOUND": (
        Words("There is no such objection.", "Dit bezwaar bestaat niet."),
        Words(
            "Check its id, or look for it in the list.",
            "Controleer het kenmerk, of zoek het op in de lijst.",
        ),
    ),
    "KEY_RING_INVALID": (
        Words("A key of the service is missing.", "Er ontbreekt een sleutel van de dienst."),
        _TELL,
    ),
    "POLICY_MISSING": (
        Words("The service has no policy yet.", "De dienst heeft nog geen beleid."),
        _TELL,
    ),
    "POLICY_FOR_DEMO": (
        Words(
            "The service's policy is for invented people only.",
            "Het beleid van de dienst is alleen voor verzonnen mensen.",
        ),
        _TELL,
    ),
    "INTERNAL": (
        Words(
            "Something failed here that should not, and it is written down as incident $incident.",
            "Er ging hier iets mis dat niet mis mag gaan; het is genoteerd als incident $incident.",
        ),
        Words(
            "Tell whoever runs this service that number. Trying again is not likely to help.",
            "Geef dat nummer door aan wie deze dienst beheert. Opnieuw proberen helpt waarschijnlijk niet.",
        ),
    ),
}
"""What happened and what to do, by reason; `$` stands before a name in the error's metadata."""


def failure(error: LeadgateError) -> Failure:
    """Say of an error what a page shows."""
    passes = isinstance(error, Unavailable | ResourceExhausted)
    unnamed = Words(error.message, "Dit is niet gelukt."), _AGAIN if passes else _TELL
    happened, remedy = (_filled(words, error.metadata) for words in _SAID.get(error.reason, unnamed))
    return Failure(error.reason, happened, remedy)


def _filled(words: Words, facts: Mapping[str, str]) -> Words:
    return Words(*(Template(text).safe_substitute(facts) for text in words))
