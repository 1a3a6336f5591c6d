"""An objection is found again however the identifier is written, and never hits somebody else (R-029).

For each kind of identifier: forty ways to write the objector's, all blocked, and twenty near-misses, none blocked.
"""

import pytest
from leadgate_service.domain import identity, phones
from leadgate_service.domain.identity import Identifier


def by_email(value: str) -> set[Identifier]:
    """Returns what an address blocks and is blocked by."""
    return set(identity.email_identifiers(identity.canonical_email(value)))


def by_phone(value: str) -> set[Identifier]:
    """Returns what a Dutch caller's number blocks and is blocked by, alone and with a name; nothing if it is none."""
    number = phones.phone(value, "NL")
    return {identity.phone(number), identity.name_at_phone("Jan de Vries", number)} if number else set()


def by_name(value: str) -> set[Identifier]:
    """Returns what a name at one company blocks and is blocked by."""
    return {identity.name_at_domain(value, "acme.nl")}


def by_domain(value: str) -> set[Identifier]:
    """Returns what a company's domain is blocked by."""
    return set(identity.domain_and_parents(identity.canonical_domain(value)))


EMAILS = [
    "jan.devries@bücher.example",
    "JAN.DEVRIES@BÜCHER.EXAMPLE",
    "Jan.deVries@Bücher.Example",
    "jan.devries@xn--bcher-kva.example",
    "jan.devries@XN--BCHER-KVA.EXAMPLE",
    "jan.devries@bu\u0308cher.example",
    "JAN.DEVRIES@BU\u0308CHER.example",
    "  jan.devries@bücher.example",
    "jan.devries@bücher.example  ",
    "\tjan.devries@bücher.example\r\n",
    "\u00a0jan.devries@bücher.example\u00a0",
    "\u3000jan.devries@bücher.example",
    "jan.devries @bücher.example",
    "jan.devries@ bücher.example",
    "jan.devries @ bücher.example",
    "jan.devries@bücher.example.",
    "jan.devries＠bücher.example",
    "ｊａｎ.devries@bücher.example",
    "ｊａｎ．ｄｅｖｒｉｅｓ＠ｂüｃｈｅｒ．ｅｘａｍｐｌｅ",
    "jan.devries@bücher．example",
    "jan.devries@bücher。example",
    "jan.devries@bücher｡example",
    "jan.devries﹫bücher.example",
    "\ufeffjan.devries@bücher.example",
    "jan.de\u200bvries@bücher.example",
    "jan.de\u00advries@bücher.example",
    "jan.devries\u2060@bücher.example",
    "\u202ejan.devries@bücher.example\u202c",
    "\u2066jan.devries@bücher.example\u2069",
    "jan.devries@bücher\u200b.example",
    "𝐣𝐚𝐧.devries@bücher.example",
    "ⓙⓐⓝ.devries@bücher.example",
    "jan.deⅴries@bücher.example",
    "jan.devrieſ@bücher.example",
    "jan.devries+crm@bücher.example",
    "jan.devries+@bücher.example",
    "Jan.deVries+News.2026@BÜCHER.example",
    "jan.devries+a+b@xn--bcher-kva.example",
    " ＪＡＮ.devries+spam@bu\u0308cher.example. ",
    "jan.devries＋crm@bücher.example",
]
OTHER_EMAILS = [
    "jandevries@bücher.example",
    "jan.de.vries@bücher.example",
    "jan_devries@bücher.example",
    "jan-devries@bücher.example",
    "j.devries@bücher.example",
    "jan.devriess@bücher.example",
    "jan.devrie@bücher.example",
    "jan.devries1@bücher.example",
    "jan.devries2+crm@bücher.example",
    "jan.devríes@bücher.example",
    "jаn.devries@bücher.example",
    "devries.jan@bücher.example",
    "jan@bücher.example",
    "crm+jan.devries@bücher.example",
    "jan.devries@bucher.example",
    "jan.devries@buecher.example",
    "jan.devries@bücher.example.org",
    "jan.devries@shop.bücher.example",
    "jan.devries@bücher.test",
    "jan.devries@büchers.example",
]
PHONES = [
    "+31205550123",
    "+31 20 555 0123",
    "+31 20 5550123",
    "+31 (0)20 555 0123",
    "+31(0)205550123",
    "+31-20-555-0123",
    "+31.20.555.0123",
    "+31/20/5550123",
    "+31 20 555 01 23",
    "+ 31 20 555 0123",
    "0031205550123",
    "0031 20 555 0123",
    "00 31 20 555 0123",
    "00-31-20-555-0123",
    "0205550123",
    "020 5550123",
    "020 555 0123",
    "020 555 01 23",
    "020-5550123",
    "020-555-0123",
    "020.555.0123",
    "020/5550123",
    "(020) 5550123",
    "(020) 555 0123",
    "(020)555-0123",
    "(0)20 555 0123",
    "0 2 0 5 5 5 0 1 2 3",
    "205550123",
    "31205550123",
    "tel:+31205550123",
    "tel:+31-20-555-0123",
    "Tel. 020 555 0123",
    "020 555 0123 ext. 12",
    "+31 20 555 0123 x7",
    "\u00a0020\u00a0555\u00a00123",
    "\u202a+31 20 555 0123\u202c",
    "＋３１ ２０ ５５５ ０１２３",
    "０２０ ５５５ ０１２３",
    "020‑555‑0123",
    "+31 20 555\u20130123",
]
OTHER_PHONES = [
    "+31205550124",
    "+31205550132",
    "+31205551023",
    "+31215550123",
    "+31105550123",
    "+32205550123",
    "+49205550123",
    "+1 205 555 0123",
    "0205550122",
    "020 555 0133",
    "020 555 1123",
    "030 555 0123",
    "070 555 0123",
    "06 2055 5012",
    "+31 6 20555012",
    "020 555 012",
    "020 555 01234",
    "0044 20 5550 0123",
    "+33 2 05 55 01 23",
    "0123",
]
NAMES = [
    "René van 't Hof-Müller",
    "rené van 't hof-müller",
    "RENÉ VAN 'T HOF-MÜLLER",
    "Rene van 't Hof-Muller",
    "Rene\u0301 van 't Hof-Mu\u0308ller",
    "René van ’t Hof-Müller",
    "René van ‘t Hof-Müller",
    "René van `t Hof-Müller",
    "René van ´t Hof-Müller",
    "René van ʼt Hof-Müller",
    "René van t Hof-Müller",
    "René van 't Hof Müller",
    "René van 't Hof–Müller",
    "René van 't Hof\u2011Müller",
    "René van 't Hof - Müller",
    "  René   van 't Hof-Müller ",
    "René\u00a0van\u00a0't\u00a0Hof-Müller",
    "René\tvan 't Hof-Müller",
    "Hof-Müller, René van 't",
    "Van 't Hof-Müller, René",
    "van 't Hof-Müller René",
    "Müller-van 't Hof, René",
    "Hof-Müller; René van 't",
    "Dr. René van 't Hof-Müller",
    "dr René van 't Hof-Müller",
    "Drs. René van 't Hof-Müller",
    "Prof. dr. ir. René van 't Hof-Müller",
    "Ing. René van 't Hof-Müller",
    "Mr. René van 't Hof-Müller",
    "Dhr. René van 't Hof-Müller",
    "Herr Dr. René van 't Hof-Müller",
    "Monsieur René van 't Hof-Müller",
    "René van 't Hof-Müller MSc",
    "René van 't Hof-Müller, Ph.D.",
    "René van 't Hof-Müller, M.B.A.",
    "van 't Hof-Müller, dr. René, MBA",
    "Ｒｅｎé van 't Hof-Müller",
    "Re\u200bné van 't Hof-Müller",
    "\u202eRené van 't Hof-Müller\u202c",
    "𝐑ené van 't Hof_Müller",
]
OTHER_NAMES = [
    "René van 't Hof",
    "René Müller",
    "René Hof-Müller",
    "R. van 't Hof-Müller",
    "Renée van 't Hof-Müller",
    "Renate van 't Hof-Müller",
    "Réné-Jan van 't Hof-Müller",
    "René van 't Hoff-Müller",
    "René van 't Hof-Mülder",
    "René van 't Hof-Mueller",
    "René van der Hof-Müller",
    "René vant Hof-Müller",
    "René van 't Hofmüller",
    "René van 't Hof-Müller jr",
    "René van 't Hof-Müller II",
    "Jan van 't Hof-Müller",
    "Rene van 't Hot-Muller",
    "Erné van 't Hof-Müller",
    "René van 't Hof-Müllers",
    "van 't Hof-Müller",
]
DOMAINS = [
    "bücher.example",
    "BÜCHER.EXAMPLE",
    "Bücher.Example",
    "bu\u0308cher.example",
    "BU\u0308CHER.example",
    "xn--bcher-kva.example",
    "XN--BCHER-KVA.EXAMPLE",
    "Xn--Bcher-Kva.Example",
    "www.bücher.example",
    "WWW.BÜCHER.example",
    "Www.xn--bcher-kva.example",
    "www.www.bücher.example",
    "bücher.example.",
    "www.bücher.example.",
    "  bücher.example",
    "bücher.example  ",
    "\tbücher.example\n",
    "\u00a0bücher.example",
    "\u3000bücher.example",
    "ｂüｃｈｅｒ.example",
    "ｂüｃｈｅｒ．ｅｘａｍｐｌｅ",
    "ＷＷＷ.bücher.example",
    "ｗｗｗ．bücher．example",
    "bücher。example",
    "bücher｡example",
    "www。bücher。example",
    "\ufeffbücher.example",
    "bü\u200bcher.example",
    "bü\u00adcher.example",
    "\u2060bücher.example",
    "\u202abücher.example\u202c",
    "𝐛ücher.example",
    "ⓑücher.example",
    "bücher.eⅹample",
    "shop.bücher.example",
    "SHOP.Bücher.example",
    "mail.shop.bücher.example",
    "www.shop.bücher.example",
    "shop.xn--bcher-kva.example",
    "de.bu\u0308cher.example.",
]
OTHER_DOMAINS = [
    "bucher.example",
    "buecher.example",
    "büchers.example",
    "büche.example",
    "bücher.test",
    "bücher.example.org",
    "bücher-shop.example",
    "shopbücher.example",
    "shop-bücher.example",
    "example.com",
    "bücher.co.example.net",
    "bûcher.example",
    "bùcher.example",
    "bücherei.example",
    "büch.er.example",
    "xn--bcher-kvaa.test",
    "wwwbücher.example",
    "www-bücher.example",
    "bųcher.example",
    "bücher.examples",
]
TABLES = {
    "email": (by_email, EMAILS, OTHER_EMAILS),
    "phone": (by_phone, PHONES, OTHER_PHONES),
    "name": (by_name, NAMES, OTHER_NAMES),
    "domain": (by_domain, DOMAINS, OTHER_DOMAINS),
}


@pytest.mark.proves("R-029")
@pytest.mark.parametrize("kind", TABLES)
def test_forty_ways_to_write_it_are_all_blocked(kind: str) -> None:
    """Case, Unicode form, IDN, spaces, tags and formatting do not hide an objector."""
    blocked_by, variants, _ = TABLES[kind]
    objector = blocked_by(variants[0])

    assert len(set(variants)) == 40
    assert [variant for variant in variants if not objector & blocked_by(variant)] == []


@pytest.mark.proves("R-029")
@pytest.mark.parametrize("kind", TABLES)
def test_twenty_near_misses_are_not_blocked(kind: str) -> None:
    """Somebody else with nearly the same identifier stays untouched."""
    blocked_by, variants, others = TABLES[kind]
    objector = blocked_by(variants[0])

    assert len(set(others)) == 20
    assert [other for other in others if objector & blocked_by(other)] == []


@pytest.mark.proves("R-029")
@pytest.mark.parametrize(
    "variant",
    ["jandevries@gmail.com", "Jan.deVries@gmail.com", "j.a.n.devries+x@gmail.com", "jan.devries@googlemail.com"],
)
def test_dots_that_a_provider_ignores_do_not_hide_an_objector(variant: str) -> None:
    """At a provider of the reviewed list the dots, and its other domain, reach the same mailbox."""
    assert by_email("jan.devries@gmail.com") & by_email(variant)


@pytest.mark.proves("R-029")
@pytest.mark.parametrize("other", ["jan-devries@gmail.com", "jan.devries@gmail.test", "jan.devrie@gmail.com"])
def test_what_a_provider_does_not_ignore_tells_people_apart(other: str) -> None:
    """Only what the provider's own word covers is ignored."""
    assert not by_email("jan.devries@gmail.com") & by_email(other)
