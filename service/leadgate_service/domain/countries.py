"""Which country codes there are: those of ISO 3166-1, as the phone library knows them, and where nobody has a phone."""

import phonenumbers

_WITHOUT_NUMBERS = frozenset({"AQ", "BV", "GS", "HM", "PN", "TF", "UM"})
"""Antarctica and small islands: assigned by ISO 3166-1, and in no numbering plan."""

_NO_COUNTRIES = frozenset({"AC", "TA", "XK"})
"""Have numbers, and no code that ISO 3166-1 assigns."""

COUNTRIES = (frozenset(phonenumbers.SUPPORTED_REGIONS) | _WITHOUT_NUMBERS) - _NO_COUNTRIES
"""Two upper-case letters each."""
