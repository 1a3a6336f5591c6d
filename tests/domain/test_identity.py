"""Identifiers: one canonical form each, kinds that never collide, and lists that tell companies from consumers."""

import re
import unicodedata
from collections.abc import Callable
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.domain import emails, identity, names, normalise
from leadgate_service.domain.identity import Identifier, TokenKind
from leadgate_service.errors import InvalidArgument

LOCAL = st.from_regex(r"[A-Za-z0-9._+ß-]{1,8}", fullmatch=True)
HOST = st.from_regex(
    r"[a-zA-Z0-9é-]{1,6}(\.[a-z0-9-]{1,6}){1,2}(\.(nl|com|test|local|onion|arpa|C0M|xn--p1ai))?\.?", fullmatch=True
)
EMAIL_LIKE = (
    st.builds(lambda local, host: f"{local}@{host}", LOCAL, HOST)
    | st.from_regex(emails._CANONICAL, alphabet=st.characters(codec="ascii"), fullmatch=True)
    | st.emails()
    | st.text(st.characters(codec=None))
)


def read(value: str) -> str | InvalidArgument:
    """Reads an address as the lookup of a request; a refusal is given back."""
    try:
        return identity.canonical_email(value, field="lookup.email")
    except InvalidArgument as refusal:
        return refusal


@pytest.mark.proves("P22")
@given(EMAIL_LIKE)
def test_reading_an_address_is_total_and_idempotent(value: str) -> None:
    """An address is read to a form that reads as itself, or is refused by a typed error that does not repeat it."""
    outcome = read(value)

    if isinstance(outcome, InvalidArgument):
        assert (outcome.reason, outcome.metadata["field"]) == ("FIELD_INVALID", "lookup.email")
        assert len(value) < 4 or value not in f"{outcome.message}{outcome.metadata}"
    else:
        assert read(outcome) == outcome
        assert len(outcome) <= 254
        assert identity.canonical_domain(identity.email_domain(outcome))


@given(EMAIL_LIKE)
def test_the_fast_way_of_reading_an_address_equals_the_library(value: str) -> None:
    """An address that is taken without asking the library is one that the library reads the same way."""
    assert emails.canonical_address(value) == emails._read(value)


@pytest.mark.parametrize(
    "value",
    [
        *["", "jan", "jan@", "@acme.nl", "jan@acme", "jan@@acme.nl", "jan devries@acme.nl", "jan..devries@acme.nl"],
        *[".jan@acme.nl", "jan.@acme.nl", "jan@-acme.nl", "jan@acme..nl", "jan@[127.0.0.1]", '"jan"@acme.nl'],
        *["jan@test", "Jan <jan@acme.nl>", "jan@acme.local", "jan@1.2.3.4", "jan@xn--a.nl", "jan@acme.nl,piet@acme.nl"],
        *["jan\x00", f"{'a' * 250}@acme.nl", "j@" + "a" * 64 + ".nl", "\ud800@acme.nl", "x" * 100_000],
        "jan@acme.nl\njan@acme.nl",
    ],
)
def test_what_is_no_address_is_refused_by_name(value: str) -> None:
    """The refusal names the field and the rule, and never holds the value."""
    with pytest.raises(InvalidArgument) as refusal:
        identity.canonical_email(value)

    rule = "must be an e-mail address of at most 254 characters"
    assert refusal.value.metadata == {"field": "email", "rule": rule}
    assert refusal.value.message == f"email {rule}."
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize(
    ("read", "value"),
    [
        *((identity.canonical_email, value) for value in ("j\x00an@acme.nl", "jan\t@acme.nl", "jan@\n\x9facme.nl")),
        *((identity.canonical_email, value) for value in ("\x00jan@acme.nl", "jan@acme.nl\x7f", "\u200bj\x85@acme.nl")),
        *((identity.canonical_domain, value) for value in ("ac\x1bme.nl", "acme.nl\x00", "\x9facme.nl")),
    ],
)
def test_a_control_character_is_refused_by_name(read: Callable[[str], str], value: str) -> None:
    """Nobody types a control character into an address or a domain, nor pastes one, but as white space around it."""
    with pytest.raises(InvalidArgument) as refusal:
        read(value)

    assert refusal.value.metadata["rule"] == "must not have control characters"


@pytest.mark.proves("R-029")
@pytest.mark.parametrize("around", ["\t{}\r\n", "\ufeff\t{}", "{}\x85\u202c", " {}\u2028\x1f\u200b"])
def test_what_copying_leaves_around_an_identifier_is_forgiven(around: str) -> None:
    """White space at the ends may be a control character, and format characters may stand beside it."""
    assert identity.canonical_email(around.format("j\u00adan@ac\u200bme.nl")) == "jan@acme.nl"
    assert identity.canonical_domain(around.format("ac\u2060me.nl")) == "acme.nl"


@pytest.mark.parametrize("value", ["", "acme", "https://acme.nl", "acme.nl/x", "acme.local"])
def test_what_is_no_domain_is_refused_by_name(value: str) -> None:
    """The refusal names the field and the rule, and never holds the value."""
    with pytest.raises(InvalidArgument) as refusal:
        identity.canonical_domain(value, field="lookup.domain")

    assert refusal.value.reason == "FIELD_INVALID"
    assert refusal.value.metadata["field"] == "lookup.domain"
    assert not value or value not in refusal.value.message


@pytest.mark.proves("P22")
@given(st.text(st.characters(codec=None)) | st.text("Jan dr.'’- ÅßøłĳŉIİ", max_size=30))
def test_reducing_a_name_is_total_and_idempotent(value: str) -> None:
    """A name's parts are lower case and sorted, and reducing them again changes nothing."""
    name = identity.canonical_name(value)

    assert identity.canonical_name(name) == name
    assert name.split() == sorted(name.split())
    assert not re.search(r"[A-Z'’_.]", name)


def test_folding_may_pass_ascii_by() -> None:
    """No ASCII character is a mark, invisible, or a special letter; so folding looks at the others only."""
    assert names._MARKS.isdisjoint(map(unicodedata.category, map(chr, range(128))))
    assert not any(chr(code).isascii() for code in names._SPECIAL_LETTERS)


@given(st.text(st.characters(codec=None)) | st.text("Dr. ing/'’-_", max_size=12))
def test_a_name_that_is_kept_can_be_blocked(value: str) -> None:
    """A name that the service keeps never reduces to nothing, so that nameless people are not all one."""
    assert normalise.full_name(value) is None or identity.canonical_name(value)


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("Dr.", "dr"),
        ("Prof. Dr.", "dr prof"),
        ("Dr. Vries", "vries"),
        ("O`Hara", "ohara"),
        ("O'Hara", "ohara"),
        ("Łukasz Sørensen", "lukasz sorensen"),
        ("...", ""),
    ],
)
def test_a_name_keeps_what_is_not_a_title(raw: str, canonical: str) -> None:
    """Titles go unless there is nothing else; apostrophes join; letters of other alphabets of Europe become plain."""
    assert identity.canonical_name(raw) == canonical


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("Straße@acme.nl", "strasse@acme.nl"),
        ("jan@Straße.example", "jan@xn--strae-oqa.example"),
        ("a" * 70 + "@acme.nl", "a" * 70 + "@acme.nl"),
        ("JAN@ACME.TEST", "jan@acme.test"),
    ],
)
def test_a_local_part_is_folded_and_a_host_is_not(raw: str, canonical: str) -> None:
    """Local parts are compared without case in every alphabet; for hosts IDNA decides."""
    assert identity.canonical_email(raw) == canonical


def test_a_mailbox_has_one_base() -> None:
    """Tags go everywhere; dots and other names of a domain only where the provider says they do not matter."""
    assert emails.mailbox("jan+crm@acme.nl") == "jan@acme.nl"
    assert emails.mailbox("jan.devries@acme.nl") == "jan.devries@acme.nl"
    assert emails.mailbox("j.a.n+x@googlemail.com") == "jan@gmail.com"
    assert emails.mailbox("j_a-n@pm.me") == "jan@proton.me"
    assert emails.mailbox("jan.d@me.com") == "jan.d@icloud.com"
    assert emails.mailbox("+tag@acme.nl") == "+tag@acme.nl"


@given(EMAIL_LIKE)
def test_the_base_of_a_base_is_itself(value: str) -> None:
    """Reducing an address to its mailbox twice changes nothing, and the mailbox is still an address."""
    address = emails.canonical_address(value)
    if address is not None:
        base = emails.mailbox(address)

        assert emails.mailbox(base) == base
        assert base.rpartition("@")[0]


def test_an_address_has_an_exact_and_a_base_identifier() -> None:
    """Exact tells people apart for disclosure, base blocks."""
    assert identity.email_identifiers("jan+crm@acme.nl") == (
        Identifier(TokenKind.EMAIL_EXACT, "jan+crm@acme.nl"),
        Identifier(TokenKind.EMAIL_BASE, "jan@acme.nl"),
    )


def test_every_kind_is_strong_weak_or_of_a_company() -> None:
    """Strong kinds stand for one person, weak ones may be shared, the others are a company's."""
    companies = {TokenKind.DOMAIN, TokenKind.COMPANY_KEY}
    weak = {TokenKind.PHONE_E164, TokenKind.NAME_AT_DOMAIN} | identity.TRADER_KINDS
    assert set(TokenKind) - weak - companies == identity.STRONG_KINDS


def test_an_identifier_never_shows_its_value() -> None:
    """An identifier that ends up in a log or a traceback says its kind only."""
    assert repr(identity.phone("+31205550123")) == f"Identifier(kind={TokenKind.PHONE_E164!r})"


def test_identifiers_of_several_parts_do_not_collide() -> None:
    """Two pairs that are written alike when joined are still two identifiers, and so are two kinds."""
    built = [
        identity.provider_person_id("clearbit", "1"),
        identity.provider_person_id("hunter", "1"),
        identity.crm_record("salesforce", "Lead", "1"),
        identity.crm_record("salesforce", "Contact", "1"),
        identity.crm_record("salesforce", "lead1", ""),
        identity.name_at_domain("Jan", "acme.nl"),
        identity.name_at_phone("Jan", "+31205550123"),
        identity.phone("+31205550123"),
        identity.company_key("acme.nl"),
        identity.domain_and_parents("acme.nl")[0],
    ]

    assert len(set(built)) == len(built)
    assert identity.crm_record("salesforce", "Lead", "1") == identity.crm_record("salesforce", "lead", " 1 ")


LETTERS = f"{digits}{ascii_letters}"
SHORT = st.text(LETTERS, min_size=15, max_size=15)
CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def in_salesforce(record_id: str) -> Identifier:
    """What a record of Salesforce is known by."""
    return identity.crm_record("salesforce", "Lead", record_id)


def lengthened(short: str) -> str:
    """Write a Salesforce id in 18 characters: each of the last three numbers the capitals of five, lowest first."""
    capitals = "".join("1" if letter.isupper() else "0" for letter in reversed(short))
    return short + "".join(CHECK[int(capitals[start : start + 5], 2)] for start in (10, 5, 0))


@pytest.mark.proves("R-029", "R-030")
@given(SHORT)
def test_both_ways_of_writing_a_salesforce_id_name_one_record(short: str) -> None:
    """The 15 characters and the 18 are one identifier, and so are the 18 with white space around."""
    assert in_salesforce(short) == in_salesforce(lengthened(short)) == in_salesforce(f" {lengthened(short)}\n")
    assert in_salesforce(short).canonical.endswith(short)


@pytest.mark.proves("R-029")
@given(SHORT, SHORT)
def test_different_salesforce_ids_name_different_records(one: str, other: str) -> None:
    """Ids that differ, be it by one capital, are two records in either way of writing."""
    for changed in (other, one.swapcase()):
        if changed != one:
            assert in_salesforce(changed) != in_salesforce(one)
            assert in_salesforce(lengthened(changed)) != in_salesforce(lengthened(one))
            assert in_salesforce(lengthened(changed)) != in_salesforce(one)


@given(SHORT, st.text(LETTERS, max_size=5))
def test_an_id_whose_check_does_not_fit_is_left_whole(short: str, rest: str) -> None:
    """Nothing is cut off an id of another form: it may be another CRM's."""
    if short + rest != lengthened(short):
        assert in_salesforce(short + rest).canonical.endswith(short + rest)


@pytest.mark.parametrize(
    ("written", "known_as"),
    [
        ("a0D30000001n7PiEAI", "a0D30000001n7Pi"),
        ("0019000000B98deAAB", "0019000000B98de"),
        ("0019000000B98deAAC", "0019000000B98deAAC"),
        ("0019000000B98deaab", "0019000000B98deaab"),
        ("0019000000b98deAAB", "0019000000b98deAAB"),
        ("123456789012345678", "123456789012345678"),
        ("00000000000000AAAA", "00000000000000AAAA"),
        ("00000000000000AAAQ", "00000000000000A"),
        ("Ä019000000B98deBAB", "Ä019000000B98deBAB"),
    ],
)
def test_a_salesforce_id_is_known_by_its_check(written: str, known_as: str) -> None:
    """The last three of 18 characters say where the capitals are; if they do not, the id is none of Salesforce's."""
    assert in_salesforce(written).canonical.endswith(f"\x1f{known_as}")


@pytest.mark.parametrize(
    ("domain", "covered"),
    [
        ("acme.nl", ["acme.nl"]),
        ("mail.shop.acme.co.uk", ["mail.shop.acme.co.uk", "shop.acme.co.uk", "acme.co.uk"]),
        ("co.uk", []),
        ("nl", []),
        ("shop.github.io", ["shop.github.io"]),
        ("www.northpier.example.com", ["www.northpier.example.com", "northpier.example.com", "example.com"]),
        ("a.xn--bcher-kva.example", ["a.xn--bcher-kva.example", "xn--bcher-kva.example"]),
        ("city.kawasaki.jp", ["city.kawasaki.jp"]),
        ("x.kawasaki.jp", []),
    ],
)
def test_a_company_opt_out_covers_sub_domains_up_to_the_public_suffix(domain: str, covered: list[str]) -> None:
    """A sub-domain carries the identifiers of the domains above it, never of a suffix that strangers share."""
    assert [each.canonical for each in identity.domain_and_parents(domain)] == covered
    assert {each.kind for each in identity.domain_and_parents(domain)} <= {TokenKind.DOMAIN}
    assert identity.is_bare_suffix(domain) is (not covered)


@pytest.mark.parametrize("domain", ["gmail.com", "googlemail.com", "ziggo.nl", "web.de", "orange.fr", "proton.me"])
def test_free_mail_domains_are_known(domain: str) -> None:
    """A domain that hands out mailboxes to consumers is never a company's."""
    assert identity.is_free_mail(domain)


@pytest.mark.parametrize("domain", ["example.com", "northpier.example.com", "acme.test"])
def test_company_domains_are_not_free_mail(domain: str) -> None:
    """An ordinary domain may be a company's."""
    assert not identity.is_free_mail(domain)
