"""Who objects by mail: read from one message as it came, which is kept nowhere.

What a mail says does not matter, only from whom it is: any mail to the address for objections is one (R-017). A mail
from a colleague is somebody else's, forwarded; who that is stands in the attached message, or in the lines that mail
programs quote. What came through a mailing list that writes its own address as the sender's is whose the answer would
go to. Nothing in a mail is an accident: what cannot be read names nobody.
"""

import hashlib
import html
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from itertools import pairwise

MOST_BYTES = 32 * 1024 * 1024
"""The longest mail that is read; mail servers take none as long."""

MOST_TOKENS = 20
"""The most links of one mail: as many as one objection may name."""

MOST_WRITERS = 20
"""The most people whom one mail is from; nobody writes with more."""

_RECIPIENTS = frozenset({"to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to"})
_PLUS = re.compile(r"unsubscribe\+([^@\s<>\"',;:]{1,100})@", re.IGNORECASE)
_LIST = re.compile(r"<([^\s<>]{1,253})>")
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:@*]{1,64}@[^\s<>()\[\]\"',;:@*]{1,253}\.[^\s<>()\[\]\"',;:@*]{2,63}")
_QUOTED = re.compile(
    r"[\s>|*_]*(?:from|van|von|de|da|fra|från|afzender|absender|expéditeur)[\s*_]*:(.*)", re.IGNORECASE
)
_ON = re.compile(r"[\s>|*_]*(?:on|op|am|le)\b", re.IGNORECASE)
_WROTE = re.compile(r"\b(?:wrote|schreef|schrieb|écrit)\b", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|hr)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_MOST_LINE = 1_000
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Mail:
    """What a mail tells. Shows nothing when printed.

    Attributes:
        request_id: The same for the same bytes. Nothing that a sender chooses decides it alone: two mails that say to
            be one are two objections, and neither is lost.
        tokens: What links to unsubscribe end with, of all to which the mail was sent; at most MOST_TOKENS.
        addresses: Of the people who wrote, mostly one, at most MOST_WRITERS; none if nobody is named.
        received: When the mail reached the organisation, if a server of its own wrote that down.
    """

    request_id: str
    tokens: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    received: datetime | None = None


def read(raw: bytes, own_domains: Collection[str]) -> Mail:
    """Read a mail (RFC 822).

    Args:
        raw: As it came.
        own_domains: Of the organisation: who writes from there, or from below, is a colleague and nobody who objects.
    """
    try:
        return _read(message_from_bytes(raw), raw, frozenset(domain.lower() for domain in own_domains))
    except RecursionError:  # parts in parts in parts
        return Mail(request_id=_named(raw))


def _read(message: Message, raw: bytes, own: frozenset[str]) -> Mail:
    links = (plus[1].lower() for value in _headers(message, _RECIPIENTS) for plus in _PLUS.finditer(value))
    return replace(_written(message, raw, own), tokens=tuple(dict.fromkeys(links))[:MOST_TOKENS])


def _written(message: Message, raw: bytes, own: frozenset[str]) -> Mail:
    """Say who wrote a mail, or what it forwards."""
    request_id = _named(raw)
    written = list(_others(message, own))
    if written:
        writers = {address.lower(): address for _, theirs in written for address in theirs}
        first, _ = written[0]
        addresses = tuple(writers.values())[:MOST_WRITERS]
        return Mail(request_id=request_id, addresses=addresses, received=_received(first))
    for text in _texts(message):
        for address in _quoted(text):
            if not _is_own(address, own):
                return Mail(request_id=request_id, addresses=(address,), received=_received(message))
    return Mail(request_id=request_id, received=_received(message))


def _named(told: bytes) -> str:
    told = told.replace(b"\r\n", b"\n")  # what line ends become on the way makes no other mail
    return f"mail:{hashlib.sha256(told).hexdigest()[:48]}"


def _headers(message: Message, names: Collection[str]) -> Iterator[str]:
    """Yield headers as text: mail programs write UTF-8 where they should not."""
    for name, value in message.raw_items():
        if name.lower() in names:
            yield str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _others(message: Message, own: frozenset[str]) -> Iterator[tuple[Message, Sequence[str]]]:
    """Find who wrote a mail; of a colleague's, who wrote each message that is attached to it.

    What somebody else attaches is theirs to tell, and nobody's objection.
    """
    theirs = [address for address in _writers(message) if not _is_own(address, own)]
    if theirs:
        yield message, theirs
    elif message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _others(part, own)


def _writers(message: Message) -> Sequence[str]:
    """Say who wrote a mail: its senders, but for a list that stands there in a person's place."""
    senders, of_list = _named_in(message, "from"), _LIST.search(next(_headers(message, {"list-id"}), ""))
    if of_list is None:
        return senders
    name = of_list[1].lower()
    people = [address for address in senders if not f".{name}".endswith(f".{_host(address)}")]
    answered = [address for address in _named_in(message, "reply-to") if address.lower().replace("@", ".") != name]
    return people or answered or senders


def _named_in(message: Message, header: str) -> list[str]:
    # Encoded words stand for names only; where a whole address is encoded, the mail program was wrong.
    values = _headers(message, {header})
    return [address for value in values for address in _addresses(value) or _addresses(_decoded(value))]


def _addresses(value: str) -> list[str]:
    try:
        found = [address for _, address in getaddresses([value[:_MOST_LINE]])]
    except (IndexError, ValueError):
        found = []
    return [address for address in found if _ADDRESS.fullmatch(address)]


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        return ""


def _is_own(address: str, own: frozenset[str]) -> bool:
    host = _host(address)
    return any(f".{host}".endswith(f".{domain}") for domain in own)


def _host(address: str) -> str:
    return address.rpartition("@")[2].lower().rstrip(".")


def _received(message: Message) -> datetime | None:
    """Read when the last server took the mail: the header on top is our own server's."""
    stamp = next(_headers(message, {"received"}), "").rpartition(";")[2]
    try:
        moment = parsedate_to_datetime(stamp)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment >= _FIRST else None


def _texts(message: Message) -> Iterator[str]:
    """Yield what people read of a mail, plain before HTML."""
    for kind in ("text/plain", "text/html"):
        for part in message.walk():
            if part.get_content_type() == kind:
                text = _text(part)
                yield text if kind == "text/plain" else html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))


def _text(part: Message) -> str:
    try:
        payload = part.get_payload(decode=True)
    except ValueError:
        return ""
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        return payload.decode("latin-1")


def _quoted(text: str) -> Iterator[str]:
    """Yield the senders whom mail programs name when they forward or quote, from the top."""
    lines = [line[:_MOST_LINE] for line in text.splitlines()]
    for line, after in pairwise([*lines, ""]):
        header = _QUOTED.match(line)
        if header is not None:
            yield from _first(header[1], after)
        elif _ON.match(line) and (_attributes(line) or _attributes(f"{line} {after}")):
            yield from _first(line, after)


def _attributes(line: str) -> bool:
    """Say whether somebody "wrote:" what follows."""
    return line.rstrip().endswith(":") and _WROTE.search(line) is not None


def _first(*lines: str) -> Iterable[str]:
    """Return the first address of some lines; long ones are broken in two."""
    for line in lines:
        if found := _ADDRESS.findall(line.replace("mailto:", " ")):
            return found[:1]
    return ()
