"""What the objector is told: everything that the law asks for, in Dutch and English, and nothing of the person."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from leadgate.v1 import objection_service_pb2 as wire
from leadgate_service.domain.objector import Basis
from leadgate_service.policy_file import BundledPolicy, bundled_text, parse
from leadgate_service.receipts import LANGUAGES, Facts, receipt

from tests.builders import IDA
from tests.domain.policies import REMOVED, changed, mistakes, written
from tests.rpc.messages import get_objection, ingest, item, object_
from tests.running_service import RunningService

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FACTS = Facts(
    objection_id="0197aaaa-0000-7000-8000-000000000001",
    received=datetime(2026, 3, 27, 23, 30, tzinfo=UTC),
    effective=datetime(2026, 3, 29, 8, 0, tzinfo=UTC),
    erased=datetime(2026, 3, 29, 12, 0, tzinfo=UTC),
    identifiers=7,
    linked=4,
    controller="Northpier",
    contact="privacy@example.com",
    authority="the authority",
    evidence_years=5,
    backup_days=35,
)


@pytest.mark.proves("R-024")
@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "nl",
            ["28-03-2026 om 00:30 uur", "sinds 29-03-2026 om 10:00 uur", "29-03-2026 om 14:00 uur",
             "met u was verbonden (aantal kenmerken: 4)", "5 jaar", "35 dagen",
             "een klacht indienen bij de toezichthouder: the authority"],
        ),
        (
            "en",
            ["28 March 2026 at 00:30", "since 29 March 2026 at 10:00", "29 March 2026 at 14:00",
             "connected with you before (identifiers: 4)", "5 years", "35 days",
             "complain to the supervisory authority: the authority"],
        ),
    ],
)  # fmt: skip
def test_a_receipt_names_effect_remainder_and_complaint(language: str, told: list[str]) -> None:
    """Times are the zone's own, across the change of the clocks; every element has its place, and none is left open."""
    text = receipt(language, FACTS, AMSTERDAM)
    for element in (*told, FACTS.objection_id, FACTS.contact, FACTS.controller):
        assert element in text
    assert "$" not in text


@pytest.mark.proves("R-024")
@pytest.mark.parametrize("basis", Basis)
@pytest.mark.parametrize(
    ("language", "day"), [("nl", "bereikt op 28-03-2026. Het geldt"), ("en", "reached us on 28 March 2026. It has")]
)
def test_a_day_is_told_as_a_day(language: str, day: str, basis: Basis) -> None:
    """Who knows only the day on which it came names its beginning: no receipt makes a time of that, in Dutch or not."""
    for beginning in (datetime(2026, 3, 28, tzinfo=AMSTERDAM), datetime(2026, 3, 28, tzinfo=UTC)):
        assert day in receipt(language, replace(FACTS, basis=basis, received=beginning), AMSTERDAM)


@pytest.mark.proves("R-024")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("element", ["objection_id", "controller", "contact", "authority"])
def test_a_receipt_without_an_element_is_not_written(language: str, element: str) -> None:
    """An empty element is no element: the receipt is refused by name, and not sent with a hole in it."""
    empty: dict[str, Any] = {element: " "}
    with pytest.raises(ValueError, match=element):
        receipt(language, replace(FACTS, **empty), AMSTERDAM)


@pytest.mark.proves("R-024")
@pytest.mark.parametrize(
    ("language", "told", "unconfirmed"),
    [
        ("nl", "domeinen ervan (3)", "zodra onze privacyfunctionaris"),
        ("en", "its domains (3)", "as soon as our privacy officer"),
    ],
)
def test_a_company_is_told_what_is_done_for_it(language: str, told: str, unconfirmed: str) -> None:
    """Its receipt speaks of its domains; where a privacy officer must confirm the erasure, it says so."""
    facts = replace(FACTS, basis=Basis.COMPANY, identifiers=3)
    assert told in receipt(language, facts, AMSTERDAM)
    assert unconfirmed in receipt(language, replace(facts, erased=None), AMSTERDAM)


@pytest.mark.proves("R-024")
@pytest.mark.parametrize("element", ["controller", "contact", "authority", "backup_days"])
def test_a_policy_without_an_element_is_refused(element: str) -> None:
    """The policy must say who answers, where to write, where to complain and how long backups live."""
    text = written(changed({("objections", "receipt", element): REMOVED}))
    assert [mistake.path for mistake in mistakes(text)] == [f"objections.receipt.{element}"]


def test_the_example_policy_has_every_element() -> None:
    """Whoever starts from the example has only to put their own words in."""
    elements = parse(bundled_text(BundledPolicy.EXAMPLE)).objections.receipt
    assert elements.controller
    assert elements.backup_days == 35


@pytest.mark.proves("R-024", "R-031")
@pytest.mark.parametrize(
    ("objector", "told", "state"),
    [
        (
            {"names": [{"full_name": "Ida Vermolen", "company_domain": "northpier.example.com"}]},
            ("wissen het nog niet", "do not erase it yet"),
            wire.OBJECTION_STATE_WITHHELD,
        ),
        (
            {"phones": [{"number": "+31 20 555 0123"}]},
            ("wissen wij niet", "erase no other data"),
            wire.OBJECTION_STATE_ERASED,
        ),
    ],
    ids=["a name", "a number"],
)
def test_nobody_is_promised_what_is_not_done(
    service: RunningService, objector: dict[str, Any], told: tuple[str, str], state: int
) -> None:
    """By a name or a number alone nothing is erased: receipts, answer and state say so, and how to be told apart."""
    service.as_("intake").send(ingest(item(IDA)))
    support = service.as_("support")
    done = support.send(object_(objector=wire.Objector(**objector))).read(wire.RegisterObjectionResponse)
    assert not done.HasField("erase_time")
    for one, words in zip(done.receipts, told, strict=True):
        assert words in one.text
        assert "$" not in one.text
    seen = support.send(get_objection(done.objection_id)).read(wire.GetObjectionResponse)
    assert (seen.objection.state, list(seen.receipts)) == (state, list(done.receipts))


ANYWHERE = {"nl": "langs welke weg ook", "en": "by any channel"}
CHANNELS = [
    # What they want to hear nothing by; what the receipts say of it, and of which channel they say nothing.
    (wire.CONTACT_SCOPE_ALL, ANYWHERE, {"nl": "andere wegen", "en": "other channels"}),
    (wire.CONTACT_SCOPE_EMAIL, {"nl": "niet meer per e-mail (over andere", "en": "by e-mail any more (you"}, ANYWHERE),
    (wire.CONTACT_SCOPE_PHONE, {"nl": "niet meer per telefoon (over", "en": "by telephone any more (you"}, ANYWHERE),
]


@pytest.mark.proves("R-024")
@pytest.mark.parametrize("objector", [
    {"emails": [IDA]},
    {"names": [{"full_name": "Ida Vermolen", "company_domain": "northpier.example.com"}]},
    {"phones": [{"number": "+31 20 555 0123"}]},
    {"emails": ["ida@unknown.example.net"],
     "names": [{"full_name": "Ida Vermolen", "company_domain": "northpier.example.com"}]},
    None,
], ids=["a person", "a name", "a number", "a name and more", "a company"])  # fmt: skip
def test_no_channel_is_promised_that_was_not_asked_for(
    service: RunningService, objector: dict[str, Any] | None
) -> None:
    """Who wants no telephone call is not told that nobody writes any more either; when it is read again, neither."""
    support = service.as_("support")
    who: dict[str, Any] = {"objector": wire.Objector(**objector)} if objector is not None else {
        "objector": None, "scope": wire.OBJECTION_SCOPE_COMPANY, "company_domains": ["southmole.example.org"]
    }  # fmt: skip
    for contact_scope, told, not_told in CHANNELS:
        done = support.send(object_(contact_scope=contact_scope, **who)).read(wire.RegisterObjectionResponse)
        seen = support.send(get_objection(done.objection_id)).read(wire.GetObjectionResponse)
        assert list(seen.receipts) == list(done.receipts)
        for one in done.receipts:
            assert told[one.language] in one.text
            assert not_told[one.language] not in one.text
            assert "$" not in one.text


@pytest.mark.proves("R-024", "R-031")
def test_who_names_an_address_that_nobody_knows_is_told_what_that_comes_to(service: RunningService) -> None:
    """Asked for an address after a name alone, she gives a private one: nothing is held under it, and nothing erased.

    What is held under the name stays unreadable: texts, answer and state say so, and no time is told.
    """
    service.as_("intake").send(ingest(item(IDA)))
    support = service.as_("support")
    names = [{"full_name": "Ida Vermolen", "company_domain": "northpier.example.com"}]
    support.send(object_(objector=wire.Objector(names=names)))  # type: ignore[arg-type]
    both = wire.Objector(names=names, emails=["ida.private@gmail.com"])  # type: ignore[arg-type]
    done = support.send(object_(objector=both)).read(wire.RegisterObjectionResponse)
    assert not done.HasField("erase_time")
    for one, words in zip(done.receipts, ("hebben wij niets van u", "we hold nothing of you"), strict=True):
        assert words in one.text
        assert "is erased on" not in one.text
        assert "wordt gewist op" not in one.text
    seen = support.send(get_objection(done.objection_id)).read(wire.GetObjectionResponse)
    assert list(seen.receipts) == list(done.receipts)
    assert (seen.objection.state, seen.objection.remaining_leads) == (wire.OBJECTION_STATE_WITHHELD, 1)
    assert not seen.objection.HasField("erase_time")
    known = wire.Objector(names=names, emails=[IDA])  # type: ignore[arg-type]
    assert support.send(object_(objector=known)).read(wire.RegisterObjectionResponse).HasField("erase_time")
    seen = support.send(get_objection(done.objection_id)).read(wire.GetObjectionResponse)
    assert seen.objection.state == wire.OBJECTION_STATE_UNREADABLE


@pytest.mark.proves("R-024")
def test_a_company_is_told_when_its_erasure_was_confirmed(service: RunningService) -> None:
    """Support registers it, and the privacy officer after it: the first receipt tells the time from then on."""
    many = [item(f"person{number}@northpier.example.com", name=f"Person N{number}") for number in range(21)]
    service.as_("intake").send(ingest(*many))
    company: dict[str, Any] = {
        "objector": None,
        "scope": wire.OBJECTION_SCOPE_COMPANY,
        "company_domains": ["northpier.example.com"],
    }
    support, officer = service.as_("support"), service.as_("privacy_officer")
    first = support.send(object_(**company)).read(wire.RegisterObjectionResponse)
    assert "as soon as our privacy officer" in first.receipts[1].text
    second = officer.send(object_(**company)).read(wire.RegisterObjectionResponse)
    seen = support.send(get_objection(first.objection_id)).read(wire.GetObjectionResponse)
    assert seen.objection.erase_time == second.erase_time
    assert "as soon as our privacy officer" not in seen.receipts[1].text
    assert "zodra onze privacyfunctionaris" not in seen.receipts[0].text


@pytest.mark.proves("R-024", "R-030")
def test_the_acknowledgement_brings_the_text_to_hand_over(service: RunningService) -> None:
    """Both languages, with what was linked; sent again under the same id it is the same text; no name, no address."""
    service.as_("intake").send(ingest(item(IDA)))
    request = object_(IDA)
    first = service.as_("support").send(request).read(wire.RegisterObjectionResponse)
    assert [one.language for one in first.receipts] == ["nl", "en"]
    for one in first.receipts:
        assert first.objection_id in one.text
        assert f": {first.linked_identifiers})" in one.text
        assert "Vermolen" not in one.text
        assert IDA not in one.text
    assert 0 < first.linked_identifiers < first.identifiers
    assert service.as_("support").send(request).read(wire.RegisterObjectionResponse) == first
