"""Who objects by mail: the one who wrote it, or whom a colleague forwards; and no mail is an accident."""

import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_cli.mails import MOST_TOKENS, MOST_WRITERS, Mail, read

OWN = ("leadgov.example.com",)
IDA = "ida.vermolen@northpier.example.com"
COLLEAGUE = "Agnes Baas <agnes@leadgov.example.com>"


def mail(*headers: str, text: str = "stop", charset: str = "utf-8") -> bytes:
    """Write a mail."""
    lines = [*headers, f"Content-Type: text/plain; charset={charset}", "", text]
    return "\r\n".join(lines).encode()


def forwarded(text: str, *, kind: str = "plain") -> Mail:
    """Read what a colleague forwards."""
    message = EmailMessage()
    message["From"], message["To"] = COLLEAGUE, "privacy@leadgov.example.com"
    message.set_content(text, subtype=kind)
    return read(message.as_bytes(), OWN)


@pytest.mark.parametrize(
    "sender",
    [
        IDA,
        f"Ida Vermolen <{IDA}>",
        f'"Vermolen, Ida (she)" <{IDA}>',
        f"=?utf-8?q?Ida_Verm=C3=B6len?= <{IDA}>",
        "=?utf-8?b?SWRhIDxpZGEudmVybW9sZW5Abm9ydGhwaWVyLmV4YW1wbGUuY29tPg==?=",
        f"=?x-unknown?q?=FF?= <{IDA}>",
        f'"agnes@leadgov.example.com" <{IDA}>',
        f"Idä <{IDA}>",
        f"agnes@leadgov.example.com, {IDA}",
        f"Ida\r\n <{IDA}>",
    ],
)
def test_whoever_wrote_it_objects(sender: str) -> None:
    """The address is found however the name before it is written; a name that looks like an address is none."""
    assert read(mail(f"From: {sender}"), OWN).addresses == (IDA,)


@pytest.mark.proves("R-017")
def test_everybody_who_wrote_it_objects() -> None:
    """Two people in one header, or in two, are both heard, each once; a colleague among them is nobody who objects."""
    ben = "ben@werkform.example.org"
    for headers in ((f"From: {IDA}, {COLLEAGUE}, {ben}, IDA.{IDA[4:]}",), (f"From: {IDA}", f"From: Ben <{ben}>")):
        assert [one.lower() for one in read(mail(*headers), OWN).addresses] == [IDA, ben]
    many = ", ".join(f"p{number}@a.example" for number in range(MOST_WRITERS + 1))
    assert len(read(mail(f"From: {many}"), OWN).addresses) == MOST_WRITERS


OF_OWN_LIST = "List-Id: Privacy <privacy.leadgov.example.com>"
OF_LIST = "List-ID: <news.lists.example.org>"


@pytest.mark.proves("R-017")
@pytest.mark.parametrize(
    "headers",
    [
        (OF_OWN_LIST, "From: 'Ida' via Privacy <privacy@leadgov.example.com>", f"Reply-To: Ida <{IDA}>"),
        (OF_LIST, "From: Ida via News <news@lists.example.org>", f"Reply-To: News <news@lists.example.org>, {IDA}"),
        (OF_LIST, "From: <bounce+ida@lists.example.org>", f"Reply-To: =?utf-8?q?Ida?= <{IDA}>"),
        (OF_LIST, f"From: {IDA}", "Reply-To: news@lists.example.org"),
        (OF_LIST, f"From: {IDA}", "Reply-To: somebody@elsewhere.example.org"),
        ("List-Id: <team.northpier.example.com>", f"From: {IDA}", "Reply-To: team@northpier.example.com"),
        ("List-Id: <team.northpier.example.com>", f"From: {IDA}"),
        ("List-Id: nothing", f"From: {IDA}", "Reply-To: somebody@elsewhere.example.org"),
        (f"From: {IDA}", "Reply-To: somebody@elsewhere.example.org"),
    ],
)
def test_a_list_stands_for_nobody(headers: tuple[str, ...]) -> None:
    """Where a list wrote itself in as the sender, whom the answer would go to wrote it; else the sender did."""
    assert read(mail(*headers), OWN).addresses == (IDA,)


@pytest.mark.parametrize(
    "block",
    [
        f"---------- Forwarded message ---------\nFrom: Ida Vermolen <{IDA}>\nDate: Mon, 23 Nov 2026\nSubject: stop",
        f"---------- Doorgestuurd bericht ---------\nVan: Ida <{IDA}>\nDatum: ma 23 nov.\nAan: <a@leadgov.example.com>",
        f"-----Ursprüngliche Nachricht-----\nVon: Vermolen, Ida [mailto:{IDA}]\nGesendet: Montag",
        f"-----Message d'origine-----\nDe : Ida Vermolen <{IDA}>\nEnvoyé : lundi",
        f"De\u00a0: {IDA}\nDate\u00a0: lundi",
        f"Begin forwarded message:\n\n> From: Ida Vermolen <{IDA}>\n> Subject: stop",
        f"-------- Doorgestuurd bericht --------\nOnderwerp: \tstop\nVan: \tIda <{IDA}>",
        f"*From:* Ida Vermolen <{IDA}>\n*Sent:* Monday",
        f"Van: Agnes <agnes@leadgov.example.com>\n\nzie onder\n\nVan: Ida <{IDA}>",
        f"Zie onder.\n\nOp ma 23 nov 2026 om 15:10 schreef Ida Vermolen <{IDA}>:\n> stop",
        f"On Mon, Nov 23, 2026 at 3:10 PM Ida Vermolen\n<{IDA}> wrote:\n> stop",
        f"Am Mo., 23. Nov. 2026 um 15:10 Uhr schrieb Ida <{IDA}>:",
        f"Le lun. 23 nov. 2026 à 15:10, Ida <{IDA}> a écrit :",
        f"From: Ida Vermolen\n <{IDA}>\nSent: Monday",
    ],
)
def test_a_forwarded_mail_is_whose_it_was(block: str) -> None:
    """A colleague is nobody who objects: the block that the mail program quotes says who does."""
    assert forwarded(f"Hi, please handle.\n\nAgnes\n\n{block}\n\nPlease stop.").addresses == (IDA,)


def test_a_forwarded_page_is_whose_it_was() -> None:
    """Where there is HTML alone, its text is read."""
    page = f"<div><p>Zie onder</p><b>Van:</b> Ida &lt;<a href='mailto:{IDA}'>{IDA}</a>&gt;<br><b>Datum:</b> ma</div>"
    assert forwarded(page, kind="html").addresses == (IDA,)


def test_an_attached_mail_is_whose_it_was() -> None:
    """Also in an attachment of an attachment; it came when it came to the colleague."""
    original = EmailMessage()
    original["Received"] = "from a by mx.leadgov.example.com; Mon, 16 Nov 2026 09:00:00 +0100"
    original["From"] = IDA
    original.set_content("stop")
    between, outer = EmailMessage(), EmailMessage()
    for message, inner in ((between, original), (outer, between)):
        message["Received"] = "from b by mx.leadgov.example.com; Mon, 23 Nov 2026 09:00:00 +0100"
        message["From"] = COLLEAGUE
        message.set_content("see below")
        message.add_attachment(inner)
    found = read(outer.as_bytes(), OWN)
    assert (found.addresses, found.received) == ((IDA,), datetime(2026, 11, 16, 8, tzinfo=UTC))


@pytest.mark.proves("R-017")
def test_each_mail_that_a_colleague_attaches_is_an_objection() -> None:
    """Two are forwarded at once: both people are named; what one of them attached is nobody's objection."""
    messages = [EmailMessage(), EmailMessage(), EmailMessage()]
    for message, sender in zip(
        messages, (IDA, "piet@oldharbour.example.org", "third@oldharbour.example.org"), strict=True
    ):
        message["From"] = sender
        message.set_content("stop")
    ida, piet, third = messages
    piet.add_attachment(third)
    outer = EmailMessage()
    outer["From"] = COLLEAGUE
    outer.set_content("see both")
    outer.add_attachment(ida)
    outer.add_attachment(piet)
    assert read(outer.as_bytes(), OWN).addresses == (IDA, "piet@oldharbour.example.org")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n\n",
        b"\x00\xff" * 100,
        mail(f"From: {COLLEAGUE}"),
        mail("From: Agnes <agnes@sub.LEADGOV.example.com>"),
        mail("From: <>"),
        mail("From: Mail Delivery System"),
        mail("To: x@leadgov.example.com"),
        mail(f"From: {COLLEAGUE}", text="From: agnes@leadgov.example.com\nVan: nobody\nDe la part de tous: oui"),
    ],
)
def test_who_is_not_named_is_not_guessed(raw: bytes) -> None:
    """Nothing, nonsense, or colleagues alone: there is neither address nor token."""
    found = read(raw, OWN)
    assert (found.addresses, found.tokens) == ((), ())


@pytest.mark.parametrize("header", ["To", "Delivered-To", "X-Original-To", "Cc"])
def test_a_link_s_address_decides_alone(header: str) -> None:
    """Who wrote the mail does not matter, then: it may come from any mailbox."""
    found = read(mail(f"From: {IDA}", f"{header}: <Unsubscribe+abc234@leadgov.example.com>"), OWN)
    assert found.tokens == ("abc234",)


@pytest.mark.proves("R-017")
def test_every_link_s_address_is_read() -> None:
    """Of one header or several, each once, in any case, and no more than one objection may name."""
    first, other = "<unsubscribe+abc@leadgov.example.com>", "Unsubscribe+DEF@leadgov.example.com"
    found = read(mail(f"From: {IDA}", f"To: {first}, {other}", "Cc: unsubscribe+ABC@leadgov.example.com"), OWN)
    assert found.tokens == ("abc", "def")
    many = ", ".join(f"unsubscribe+t{number}@leadgov.example.com" for number in range(100))
    assert read(mail(f"From: {IDA}", f"To: {many}"), OWN).tokens == tuple(f"t{number}" for number in range(MOST_TOKENS))


def test_the_same_mail_has_the_same_name() -> None:
    """By its bytes, which the name tells nothing of: whatever a sender copies, another mail is another objection."""
    one, other = (read(mail(f"From: {IDA}", "Message-ID: <1@a.example>", f"X: {n}"), OWN) for n in range(2))
    assert one.request_id != other.request_id
    assert read(mail(f"From: {IDA}"), OWN).request_id == read(mail(f"From: {IDA}"), OWN).request_id
    assert (len(one.request_id) <= 64, "example" in one.request_id) == (True, False)


@pytest.mark.proves("R-083")
@pytest.mark.parametrize(
    ("stamp", "received"),
    [
        ("Mon, 23 Nov 2026 15:10:00 +0100", datetime(2026, 11, 23, 14, 10, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 15:10:00 -0000", datetime(2026, 11, 23, 15, 10, tzinfo=UTC)),
        ("yesterday", None),
        ("Mon, 99 Nov 2026 15:10:00 +0100", None),
        ("Tue, 23 Nov 1999 15:10:00 +0100", None),
        ("", None),
    ],
)
def test_the_clock_ran_from_the_mailbox(stamp: str, received: datetime | None) -> None:
    """The header that our own server put on top counts; what cannot be read means now."""
    older = "Received: from x by y; Mon, 2 Nov 2026 15:10:00 +0100"
    raw = mail(f"Received: from a by mx.leadgov.example.com; {stamp}", older, "Date: 1 Jan 2020", f"From: {IDA}")
    assert read(raw, OWN).received == received


@pytest.mark.parametrize("charset", ["latin-1", "no-such", "undefined", "rot13", "idna", "utf-7", '"', "utf-16"])
def test_a_broken_charset_hides_nobody_in_ascii(charset: str) -> None:
    """What the text is said to be written in is not believed further than it goes."""
    raw = mail(f"From: {COLLEAGUE}", text=f"\nFrom: Idä <{IDA}>\n", charset=charset)
    found = read(raw, OWN)
    assert found.addresses == (IDA,) or charset in {"utf-16", "utf-7"}


def test_a_mail_that_goes_on_and_on_is_read() -> None:
    """Five megabytes of lines, of one line, of brackets, or of parts in parts end soon, and never with a traceback."""
    size = 5_000_000
    header = f"From: {COLLEAGUE}"
    html = header + "\r\nContent-Type: text/html\r\n\r\n"
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(20_000))
    before = time.process_time()
    for raw in (
        mail(header, text="From: \n" * (size // 7)),
        mail(header, text="From: " + "a@" * (size // 2)),
        mail(header, text="x" * size + f"\nFrom: {IDA}"),
        (html + "<" * size).encode(),
        (html + "<br" * (size // 3)).encode(),
        (html + "&lt;" * (size // 4)).encode(),
        f"{header}\r\n{deep}".encode(),
        mail(header, text=("am " + "wrote " * 160 + "\n") * (size // 970)),
        b"To: " + b"unsubscribe+" * (size // 12),
        b"From: " + b"<" * size,
        b"From: " + b'"\\' * (size // 2),
    ):
        assert read(raw, OWN).addresses in {(), (IDA,)}
    assert time.process_time() - before < 20


HEADERS = st.sampled_from(
    ["From", "To", "Reply-To", "List-Id", "Received", "Message-ID", "Content-Type", "Content-Transfer-Encoding"]
)
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from([
        "multipart/mixed; boundary=b", "message/rfc822", "text/html; charset=x", "base64", "x-uuencode",
        "text/plain; charset*=utf-8''%FF", "=?utf-8?b?AAA?=", "a@[", '"', "<a@b.c", "; 1 Jan", "(" * 40,
    ]),
)  # fmt: skip


@given(st.lists(st.tuples(HEADERS, VALUES), max_size=6), st.one_of(st.binary(max_size=300), st.text().map(str.encode)))
def test_no_mail_is_an_accident(headers: list[tuple[str, str]], body: bytes) -> None:
    """Any bytes at all name somebody, or nobody."""
    head = "".join(f"{name}: {value}\n" for name, value in headers).encode("utf-8", "surrogatepass")
    for raw in (body, head + b"\n" + body, head + b"\n--b\n" + head + b"\n" + body):
        assert len(read(raw, OWN).request_id) <= 64
