"""Canaries: values that nobody else writes, in every place of an answer that must not be kept (R-001, P17).

A canary reads `lgcanary-<kind>-<ten hex digits>`, alone or inside a longer value. Coordinates cannot hold letters, so
they carry the digits 731007 behind the point; a year of birth can carry nothing, so its attribute's name is the canary.
"""

import json
import random
import re
from typing import Any

CANARY = re.compile(rb"lgcanary-[a-z]+-[0-9a-f]{10}|\d+\.731007\d{6}|birth_?year", re.IGNORECASE)
"""Finds every canary in raw bytes."""

ADDRESS = re.compile(rb"[\w.+-]+(?:@|%40)[\w-]+\.example\.(?:com|net|org)", re.IGNORECASE)
"""Finds every e-mail address of an invented person in raw bytes, quoted for a URL or not."""


class Canaries:
    """Makes the canaries of one person or company.

    Args:
        dice: Decides the digits, so that the same person has the same canaries.
    """

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    def text(self, kind: str) -> str:
        """Make a canary of lower-case letters, digits and hyphens.

        Args:
            kind: What it stands for, in lower-case letters.
        """
        return f"lgcanary-{kind}-{self._dice.getrandbits(40):010x}"

    def coordinate(self, degrees: int) -> float:
        """Make a coordinate within the degree, in twelve places, the last of them not 0."""
        return float(f"{degrees}.731007{self._dice.randrange(10**5):05d}{self._dice.randint(1, 9)}")


def canaries(answer: Any) -> list[bytes]:
    """List the canaries of a provider's answer, sorted, each once."""
    return sorted(set(CANARY.findall(json.dumps(answer).encode())))
