"""Names of persons, reduced to what two spellings of one name have in common (R-029)."""

import re
import unicodedata

from leadgate_service.domain.data import load

_APOSTROPHES = re.compile("['’‘`´ʼ′＇]")
_SPECIAL_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_MARKS = frozenset({"Mn", "Mc", "Me", "Cf"})
"""Unicode categories of marks and of invisible characters, of which ASCII has none."""

_PART = re.compile(r"[^\W_]+")

_TITLE_LIST = load("titles")
_TITLES = frozenset(_TITLE_LIST["address"] + _TITLE_LIST["academic"])
_DOTTED = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _TITLE_LIST['dotted']))})(?!\w)")


def canonical_name(full_name: str) -> str:
    """Reduces a name to its parts: lower case, no accents, no titles, in alphabetical order.

    "Vries, drs. Jan de" and "JAN DE VRIES" become `de jan vries`. Apostrophes join, everything else parts. Only for
    blocking: two people may share the result (R-031). Total and idempotent.

    Returns:
        The parts, parted by single spaces; empty if the name has neither letter nor digit.
    """
    parts = _PART.findall(_DOTTED.sub(" ", folded(full_name)) if "." in full_name else folded(full_name))
    named = [part for part in parts if part not in _TITLES] or parts
    return " ".join(sorted(named))


def folded(value: str) -> str:
    """Drops case, compatibility forms, marks, apostrophes and invisible characters. Total and idempotent."""
    while not value.isascii():
        step = _folded_once(value)
        if step == value:
            return value
        value = step
    return value.lower().replace("'", "").replace("`", "")


def _folded_once(value: str) -> str:
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", value).casefold())
    kept = "".join(char for char in decomposed if char.isascii() or unicodedata.category(char) not in _MARKS)
    return kept if kept.isascii() else unicodedata.normalize("NFKC", kept.translate(_SPECIAL_LETTERS))
