"""Finds words of a job title that reveal the person's own belief, health or union office (R-008, GDPR Art. 9(1))."""

import re
from collections.abc import Iterable

from leadgate_service.domain.characters import plain
from leadgate_service.domain.data import load


def _any_of(words: Iterable[str]) -> str:
    """Returns a pattern of alternatives, the longest first, so that a phrase wins over its beginning."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_LIST = load("special_terms")
_WORDS = [word for group in _LIST["groups"] for word in group["words"]]
_MANDATES = _LIST["mandates"]["words"]
_NAMES = _any_of(_LIST["organisations"]["names"])
_ORGANISATION = rf"[ ,(/-]*(?:(?:bij|van|voor|der|de la|de|du|for|at|in|of|the|die|namens) )*(?:{_NAMES})"

_TERM = re.compile(
    rf"(?<!\w)(?:(?:{_any_of(_WORDS)})(?:{_ORGANISATION}(?!\w)\)?)?"
    rf"|(?:{_any_of(_MANDATES)}){_ORGANISATION}\)?"
    rf"|(?:{_NAMES})[ -](?:{_any_of(_MANDATES)}))(?!\w)"
)
_WORD = re.compile(r"\w+")
_FIRST_WORDS = frozenset(_WORD.findall(term)[0] for term in (*_WORDS, *_MANDATES))


def special_term_spans(text: str) -> list[tuple[int, int]]:
    """Finds the listed terms as whole words, without regard to case and accents.

    Args:
        text: Visible text, as `characters.clean` gives it.

    Returns:
        Start and end of each find.
    """
    lower = plain(text).lower()
    if _FIRST_WORDS.isdisjoint(_WORD.findall(lower)):
        return []
    return [match.span() for match in _TERM.finditer(lower)]
