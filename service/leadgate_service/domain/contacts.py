"""Finds contact data of persons in free text (R-008): addresses, numbers, profiles, and whom to ask for.

Each rule names the substrings without which it cannot match. Nearly every text has none of them, so that the rules
themselves hardly ever run.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from phonenumbers import Leniency, PhoneNumberMatcher

from leadgate_service.domain.characters import plain


class _Rule(NamedTuple):
    """A pattern, searched only in text that holds one of `hints` (lower case)."""

    hints: tuple[str, ...]
    pattern: re.Pattern[str]


_AT = r"(?:@|&#0*64;|&#x0*40;|&commat;|%40)"
_OPEN, _CLOSE = r" ?[\[({<] ?", r" ?[\])}>] ?"
_DOT = rf"(?:\.|{_OPEN}(?:dot|punk?t|point|\.){_CLOSE}| (?:dot|punk?t|point) )"

# Local parts are at most 64 characters, so a longer run cannot make a search slow.
_LOCAL = r"(?<![\w.+-])[\w.+-]{1,64}"

_ADDRESS = _Rule(
    ("@", "&#", "&commat", "%40"),
    re.compile(rf"{_LOCAL}{_AT}(?:[\w-]+\.)+\w{{2,}}|(?<![\w.+-])[\w.+-]{{2,64}}{_AT}\w[\w-]+", re.IGNORECASE),
)

_MARKS = re.compile(r"[@&%:=/\[({<]")
"""Characters of which every rule but the spoken ones needs one."""

_MARK_RULES = (
    _ADDRESS,
    # jan (at) acme.test, jan [at] acme [dot] test. The dot is required: "(AT)" alone is also Austria.
    _Rule(
        ("at", "@", "apenstaart", "arobas", "klammeraffe"),
        re.compile(
            rf"{_LOCAL}{_OPEN}(?:at|@|apenstaart(?:je)?|arobase?|klammeraffe){_CLOSE}[\w-]+(?:{_DOT}[\w-]+)+",
            re.IGNORECASE,
        ),
    ),
    # jan @ acme.test, in lower case only: "Head of Sales @ Acme.com" names an employer.
    _Rule(("@ ", " @"), re.compile(r"(?<![\w.])[a-z0-9][a-z0-9._-]{0,63}(?: @ ?|@ )[a-z0-9-]+(?:\.[a-z0-9-]+)+")),
    # A handle, with or without its server.
    _Rule(("@",), re.compile(r"(?<![\w@.&/])@\w[\w.]+(?:@[\w.-]+\w)?")),
    # A link with a path may lead to a person; a bare host is the company's own.
    _Rule(("://", "www."), re.compile(r"(?:\bhttps?://[^\s/]+|\bwww\.[^\s/]+)/\S*\w/?", re.IGNORECASE)),
    _Rule(
        (".com/", ".in/", ".net/", ".me/", ".app/"),
        re.compile(
            r"(?<![\w-])(?:(?:linkedin|xing|viadeo|facebook|fb|instagram|twitter|x|tiktok|medium|github|calendly)\.com"
            r"|lnkd\.in|threads\.net|t\.me|wa\.me|bsky\.app|about\.me|signal\.me)/\S*\w",
            re.IGNORECASE,
        ),
    ),
    _Rule(("mailto:", "tel:", "skype:"), re.compile(r"\b(?:mailto|tel|skype):\S*\w", re.IGNORECASE)),
    # A network's name, then the person's name there.
    _Rule(
        (":", "="),
        re.compile(
            r"\b(?:skype|telegram|whats ?app|threema|discord|snapchat|instagram|insta|twitter|linkedin|xing|tiktok"
            r"|mastodon|bluesky|icq|wechat|signal)(?: ?id)? ?[:=] ?[\w@+][\w@.+#-]*",
            re.IGNORECASE,
        ),
    ),
)

_NAME = (
    r"(?:(?:[Dd]e heer|[Dd]hr|[Mm]evrouw|[Mm]evr|[Mm]w|Herrn?|Frau|Mrs?|Ms|Mme|Mlle|M|Monsieur|Madame|[Dd]rs?)\.? )*"
    r"[A-Z][\w'’.-]*(?: (?:van|von|vom|zu|de|der|den|des|te|ten|ter|la|le|du|el|al|'t|[A-Z][\w'’.-]*)){0,4}"
    r" [A-Z][\w'’-]+"
)
_WORD_RULES = (
    # jan at acme dot test, as it is spoken. "at ... point" is left out: it is ordinary English.
    _Rule(
        (" at ", " apenstaart", " arobas", " klammeraffe"),
        re.compile(
            rf"{_LOCAL} (?:at (?!the |our |a )[\w-]+(?: (?:dot|punk?t) [\w-]+)+"
            rf"|(?:apenstaart(?:je)?|arobase?|klammeraffe) [\w-]+(?:(?:\.| (?:dot|punk?t|point) )[\w-]+)+)",
            re.IGNORECASE,
        ),
    ),
    # Contact person: Jan de Vries
    _Rule(
        ("contact", "kontakt", "ansprech", "aanspreek", "interlocut", "attn", "t.a.v.", "attenti", "z.hd", "z. hd"),
        re.compile(
            r"\b(?:(?i:(?:uw |your |ihre? |votre )?(?:contact ?person(?:en)?|contactpersoon|ansprechpartner(?:in)?"
            r"|kontaktperson|aanspreekpunt|interlocut(?:eur|rice)|personne (?:de|a) contact(?:er)?"
            r"|(?:uw|your|ihr|votre) (?:contact|kontakt)|t\.a\.v\.|ter attentie van|for the attention of|attn\.?"
            r"|z\. ?hd\.?|a l'attention de))(?: ?[:=-] ?| is | ist | est | )|(?:Contact|Kontakt) ?: ?)" + _NAME
        ),
    ),
    # Please contact Jan de Vries
    _Rule(
        (
            "contact",
            "kontakt",
            " sie ",
            "ask for",
            "vraag naar",
            "reach out",
            "bel met",
            "mail ",
            "adresse",
            "demandez",
        ),
        re.compile(
            r"\b(?i:please (?:contact|e-?mail)|(?:neem|zoek) contact (?:op )?met|wenden sie sich (?:bitte )?an"
            r"|kontaktieren sie|contactez|ask for|vraag naar|reach out to|bel met|mail naar|adressez-vous a"
            r"|s'adresser a|rufen sie|fragen sie nach|demandez) " + _NAME
        ),
    ),
    # Contact Jan de Vries for a demo. "Contact Center Solutions" is a product.
    _Rule(
        ("contact ", "bel ", "call ", "mail "),
        re.compile(
            r"\b(?:Contact|Bel|Call|E?-?[Mm]ail) "
            r"(?!Cent(?:er|re)|Lens|Us|Manage|Form|Sales|Data|Energ|Trac|Order|Market|Room|Service|Point)"
            + _NAME
            + r" (?:for|voor|on|at|via|op|unter|au|today|nu|om|to)\b"
        ),
    ),
)

_ENOUGH_DIGITS = re.compile(r"\d(?:\W{0,4}\d){6}")
_LABEL = (
    r"(?:tel(?:efoon|efon|ephone)?(?:nummer|nr)?|phone|mobi(?:le|el|l)|mobilfunk|mob|gsm|handy|fon|fax|cell|portable"
    r"|bel(?: met)?|call|ring|doorkies(?:nummer)?|durchwahl|ligne directe|whats ?app|sms|app|op|unter|at|on|au)"
)
_BEFORE_NUMBER = re.compile(rf"\b{_LABEL}\.? ?[:.]? ?(?:nr\.? ?)?\Z", re.IGNORECASE)
_ANNOUNCED_NUMBER = re.compile(
    r"\b(?:tel(?:efoon|efon|ephone)?(?:nummer|nr)?|phone|mobi(?:le|el|l)|mob|gsm|handy|fon|fax|whats ?app)"
    r"\.? ?[:.]? ?(?:nr\.? ?)?\+?\(?\d(?:[ ./()-]{0,3}\d){6,14}",
    re.IGNORECASE,
)
_REGIONS = ("NL", "DE", "FR", "GB", "US")
"""By whose habits a number without a calling code is looked for; neighbours write theirs alike."""


def mentions_address(text: str) -> bool:
    """Says whether the text holds an e-mail address that is not spelled out in words."""
    return _ADDRESS.pattern.search(plain(text)) is not None


def contact_spans(text: str) -> list[tuple[int, int]]:
    """Finds contact data of persons.

    Args:
        text: Visible text, as `characters.clean` gives it.

    Returns:
        Start and end of each find, in no order; finds may overlap.
    """
    flat = plain(text)
    lower = flat.lower()
    rules = _MARK_RULES + _WORD_RULES if _MARKS.search(flat) else _WORD_RULES
    spans: list[tuple[int, int]] = []
    for hints, pattern in rules:
        for hint in hints:
            if hint in lower:
                spans.extend(match.span() for match in pattern.finditer(flat))
                break
    if _ENOUGH_DIGITS.search(flat):
        spans.extend(_number_spans(flat))
    return spans


def _number_spans(flat: str) -> Iterator[tuple[int, int]]:
    """Finds phone numbers: valid ones in any habit, possible ones with a calling code, and announced ones."""
    searches = [PhoneNumberMatcher(flat, region, leniency=Leniency.VALID) for region in _REGIONS]
    if "+" in flat:
        searches.append(PhoneNumberMatcher(flat, None, leniency=Leniency.POSSIBLE))
    for search in searches:
        for number in search:
            label = _BEFORE_NUMBER.search(flat[: number.start])
            yield (label.start() if label else number.start, number.end)
    for match in _ANNOUNCED_NUMBER.finditer(flat):
        yield match.span()
