"""Open vocabularies of providers, brought to ours: how senior a job is, and what its function is."""

import re
import unicodedata

from leadgate_service.domain.data import load
from leadgate_service.domain.fields import Seniority

_MAX_FUNCTION = 50
_MAX_RAW = 4 * _MAX_FUNCTION
_MAX_DIGITS = 4  # a function carries none; a phone number in its place does

_FUNCTION = re.compile(r"[a-z]+(?:_[a-z]+)*")
_NOT_WORD = re.compile(r"[^a-z0-9]+")

_LEVELS = {word: Seniority(level) for level, words in load("seniority").items() for word in words}


def seniority(value: str) -> Seniority:
    """Maps a provider's word to a level; an unknown word is `OTHER`, never a guess. Total and idempotent."""
    level = _LEVELS.get(value)
    return level if level is not None else _LEVELS.get(_snake(value[:_MAX_RAW]), Seniority.OTHER)


def job_function(value: str) -> str | None:
    """Brings a job function to lower-snake ASCII. Total and idempotent.

    Returns:
        1 to 50 characters of `[a-z0-9_]` that begin with a letter; None if `value` is no such word, is longer (a cut
        word is another word), or looks like contact data.
    """
    if len(value) <= _MAX_FUNCTION and _FUNCTION.fullmatch(value):
        return value
    word = "" if len(value) > _MAX_RAW or "@" in value else _snake(value)
    is_word = len(word) <= _MAX_FUNCTION and word[:1].isalpha() and sum(map(str.isdigit, word)) <= _MAX_DIGITS
    return word if is_word else None


def _snake(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode("ascii")
    return _NOT_WORD.sub("_", plain.lower()).strip("_")
