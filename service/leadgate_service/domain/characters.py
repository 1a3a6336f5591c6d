"""What text may be made of: every value that comes in from outside is reduced to visible characters first."""

import functools
import re
import unicodedata

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""A control character: C0, DEL or C1."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Unicode categories that show nothing or nothing certain: controls, format characters (bidirectional overrides,
zero-width characters, soft hyphens), lone surrogates and private use."""


def clean(value: str) -> str:
    """Reduces text to visible characters in NFC, parted by single spaces.

    Invisible characters are taken out rather than refused: they are debris of copying far more often than malice, and
    without them nothing can hide behind them. Total and idempotent.
    """
    if _is_clean(value):
        return value
    visible = "".join(" " if char.isspace() else char for char in value if _is_visible(char))
    return " ".join(unicodedata.normalize("NFC", visible).split())


def _is_clean(value: str) -> bool:
    """Says without looking at single characters that `clean` has nothing to do; False where only it can tell."""
    spaced = "  " not in value and value[:1] != " " and value[-1:] != " "
    # What is printable is visible, and the plain space is the only white space among it.
    return spaced and value.isprintable() and unicodedata.is_normalized("NFC", value)


def _is_visible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in _INVISIBLE


def has_inner_controls(value: str) -> bool:
    """Says whether a control character stands inside a text.

    White space and format characters around the text come with copying from a page; they are not inside.
    """
    if not CONTROLS.search(value):
        return False
    without_format = "".join(char for char in value if unicodedata.category(char) != "Cf")
    return CONTROLS.search(without_format.strip()) is not None


def caseless(value: str) -> str:
    """Folds case and compatibility forms (full-width letters, ligatures) for comparison; idempotent."""
    while (folded := unicodedata.normalize("NFKC", value.casefold())) != value:
        value = folded
    return value


def plain(text: str) -> str:
    """Writes each character in its plainest form, accents dropped, and keeps every character's place.

    Patterns are searched in the plain text and applied to the original, so the length must not change; a character
    whose plain form is longer stays as it is. `plain(text).lower()` has the same length too.
    """
    return text if text.isascii() else "".join(map(_plain_character, text))


@functools.lru_cache(maxsize=1024)  # single characters, of which a language has a few dozen
def _plain_character(char: str) -> str:
    bare = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    return bare if len(bare) == 1 else char
