"""Takes out of a provider's free text what no field is for (R-008): contact data, and special categories in titles.

Screening sees the raw text and comes before normalising; what it gives back is visible text, not yet cut to length.
"""

import re

from leadgate_service.domain.characters import clean, plain
from leadgate_service.domain.contacts import contact_spans
from leadgate_service.domain.natural_persons import is_natural_person
from leadgate_service.domain.special_terms import special_term_spans

__all__ = ["company_description", "is_natural_person", "job_title"]

_MAX_READ = 512
"""Characters of a raw text that are looked at: a description is kept to 255, and searching long text is costly."""

_SENTENCE_END = re.compile(r"(?<=[\w)%'-]{4}[.!?])(?<!mevr\.)(?<!prof\.) (?=[^a-z])| [|•·] ")

_GAP = "\0"  # visible text never holds it
_FILLERS = (
    r"and|or|en|of|und|oder|et|ou|via|at|on|op|unter|au|tel|telefoon|telefon|telephone|phone|mob|mobile|mobiel|mobil"
    r"|e-?mail|mail|contact|kontakt|follow me|call me|dm|bel|call|[tmep]"
)
_AROUND_GAP = re.compile(
    rf"(?:[\s|,;/·•()\[\]<>–—&:+-]|\b(?:{_FILLERS})\b\.?)*{_GAP}(?:[\s|,;/·•()\[\]<>–—&:+.{_GAP}-]|\b(?:{_FILLERS})\b\.?)*",
    re.IGNORECASE,
)


def company_description(value: str) -> str | None:
    """Removes every sentence of a description that carries contact data of persons.

    The whole sentence goes, because what is left of it often still names the person. Total and idempotent.

    Returns:
        The remaining text; None if no letter remains.
    """
    text = clean(value[:_MAX_READ])
    is_cut = len(value) > _MAX_READ
    while is_cut or (spans := contact_spans(text)):
        sentences = _sentences(text)
        if is_cut:  # the last sentence may end inside an address
            sentences, is_cut = sentences[:-1], False
        else:
            sentences = [(start, end) for start, end in sentences if not any(a < end and start < b for a, b in spans)]
        text = " ".join(text[start:end] for start, end in sentences)
    return text if any(map(str.isalpha, text)) else None


def job_title(value: str) -> str | None:
    """Removes contact data from a job title, and terms that reveal the person's own belief, health or union office.

    The rest of the title stays. Total and idempotent.

    Returns:
        The remaining title; None if no letter remains, or if the text is far too long to be a title.
    """
    text = clean(value) if len(value) <= _MAX_READ else ""
    while spans := contact_spans(text) + special_term_spans(text):
        text = _without(text, spans)
    return text if any(map(str.isalpha, text)) else None


def _sentences(text: str) -> list[tuple[int, int]]:
    """Finds sentences and bulleted parts. In doubt, as after an abbreviation, it does not part."""
    ends = [match.span() for match in _SENTENCE_END.finditer(plain(text))]
    return list(zip([0, *(end for _, end in ends)], [*(start for start, _ in ends), len(text)], strict=True))


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """Cuts spans out together with the separators, labels and conjunctions that led to them."""
    covered = {place for start, end in spans for place in range(start, end)}
    gapped = "".join(_GAP if place in covered else char for place, char in enumerate(text))
    return _AROUND_GAP.sub(", ", gapped).strip(" ,")
