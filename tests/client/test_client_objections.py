"""Objections through the SDK: one or many, of people and companies, and how each is taken back."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from leadgate.v1 import objection_service_pb2 as wire
from leadgate.v1 import types_pb2
from leadgate_client import (
    AnnulmentDiffers,
    AnnulmentReason,
    ChallengeInvalid,
    Client,
    Company,
    ContactScope,
    CrmReference,
    ImportAnnulled,
    NameAtCompany,
    NotFound,
    ObjectionChannel,
    ObjectionItem,
    ObjectionOutcome,
    ObjectionState,
    Objector,
    PhoneNumber,
    RequestIdReused,
)

from tests.client.fake_service import SECOND_TOKEN, Fakes
from tests.client.refusals import UNAVAILABLE

SUPPORT = ObjectionChannel.OBJECTION_CHANNEL_SUPPORT
WRONG_LIST = AnnulmentReason.ANNULMENT_REASON_WRONG_LIST
TEST = AnnulmentReason.ANNULMENT_REASON_TEST
ADA = Objector(emails=["ada@example.com"])
BO = Objector(emails=["bo@example.org"])


@pytest.fixture
def second(target: str) -> Iterator[Client]:
    """A client of another person."""
    with Client.connect(target, token=SECOND_TOKEN, insecure_local=True) as client:
        yield client


def items(*emails: str) -> list[ObjectionItem]:
    """An objection of each address."""
    return [ObjectionItem(objector=Objector(emails=[email])) for email in emails]


def test_a_company_objects_for_all_who_work_there(client: Client, fakes: Fakes) -> None:
    """A company is given in the place of a person, and goes out as its domains, with its scope."""
    client.register_objection(Company(domains=["example.com", "example.net"]), channel=SUPPORT)
    request = fakes.arrivals[0].request
    assert isinstance(request, wire.RegisterObjectionRequest)
    assert request.scope == wire.OBJECTION_SCOPE_COMPANY
    assert list(request.company_domains) == ["example.com", "example.net"]
    assert not request.HasField("objector")
    assert client.check_suppression(ADA) is True
    assert client.check_suppression(BO) is False


def test_a_person_who_objects_is_no_company(client: Client, fakes: Fakes) -> None:
    """A person goes out with the scope of a person and without any domain."""
    client.register_objection(ADA, channel=SUPPORT)
    request = fakes.arrivals[0].request
    assert isinstance(request, wire.RegisterObjectionRequest)
    assert (request.scope, list(request.company_domains)) == (wire.OBJECTION_SCOPE_PERSON, [])
    assert list(request.objector.emails) == ["ada@example.com"]


def test_a_batch_sends_all_that_the_caller_declares(client: Client, fakes: Fakes) -> None:
    """Every identifier, time, case number and scope of an item arrives, and so do channel and import of the batch."""
    everything = ObjectionItem(
        objector=Objector(
            emails=["ada@example.com"],
            phones=[PhoneNumber(number="020 555 0123", country_code="NL")],
            crm_references=[CrmReference(recipient="salesforce", object="Lead", record_id="00Q1")],
            lead_ids=["0197"],
            names=[NameAtCompany(full_name="Ada Example", company_domain="example.com")],
        ),
        received_time=datetime(2026, 3, 1, 12, tzinfo=UTC),
        reference="4711",
        contact_scope=ContactScope.CONTACT_SCOPE_PHONE,
    )
    client.batch_register_objections([everything], channel=SUPPORT, import_id="list-7", request_id="list-7.0")
    assert fakes.arrivals[0].request == wire.BatchRegisterObjectionsRequest(
        request_id="list-7.0",
        import_id="list-7",
        channel=wire.OBJECTION_CHANNEL_SUPPORT,
        items=[
            wire.ObjectionItem(
                objector=wire.Objector(
                    emails=["ada@example.com"],
                    phones=[wire.PhoneNumber(number="020 555 0123", country_code="NL")],
                    crm_references=[types_pb2.CrmReference(recipient="salesforce", object="Lead", record_id="00Q1")],
                    lead_ids=["0197"],
                    names=[wire.NameAtCompany(full_name="Ada Example", company_domain="example.com")],
                ),
                received_time={"seconds": 1_772_366_400},  # type: ignore[arg-type]  # the stub does not know this form
                reference="4711",
                contact_scope=wire.CONTACT_SCOPE_PHONE,
            )
        ],
    )


def test_a_bad_item_of_a_batch_stops_no_good_one(client: Client) -> None:
    """Each item gets its own result in order: what is wrong with one is in its result alone."""
    good, bad, nobody = client.batch_register_objections(
        [*items("ada@example.com", "ada"), ObjectionItem(objector=Objector())], channel=SUPPORT
    ).results
    assert good.outcome == ObjectionOutcome.OBJECTION_OUTCOME_REGISTERED
    assert (bad.field, bad.rule) == ("objector.emails[0]", "must be an e-mail address")
    assert nobody.outcome == ObjectionOutcome.OBJECTION_OUTCOME_NEEDS_IDENTIFIER
    assert client.get_objection(good.objection_id).objection.state == ObjectionState.OBJECTION_STATE_UNREADABLE
    assert client.check_suppression(ADA) is True


def test_a_batch_can_be_judged_and_nothing_done(client: Client, fakes: Fakes) -> None:
    """`validate_only` goes out, and what would be registered is valid."""
    good, bad = client.batch_register_objections(
        items("ada@example.com", "ada"), channel=SUPPORT, validate_only=True
    ).results
    assert good.outcome == ObjectionOutcome.OBJECTION_OUTCOME_VALID
    assert bad.outcome == ObjectionOutcome.OBJECTION_OUTCOME_INVALID
    assert fakes.book.objections == {}


def test_a_batch_whose_answer_was_lost_takes_effect_once(client: Client, fakes: Fakes) -> None:
    """A batch is tried again with its request id, and answered from the record."""
    fakes.after = [UNAVAILABLE]
    answer = client.batch_register_objections(items("ada@example.com", "bo@example.org"), channel=SUPPORT)
    assert len(fakes.arrivals) == 2
    assert [result.objection_id for result in answer.results] == list(fakes.book.objections)


def test_the_request_id_of_a_batch_is_the_callers_to_choose(client: Client, fakes: Fakes) -> None:
    """The same batch under the same id changes nothing; another batch under it is refused."""
    first = client.batch_register_objections(items("ada@example.com"), channel=SUPPORT, request_id="one")
    assert client.batch_register_objections(items("ada@example.com"), channel=SUPPORT, request_id="one") == first
    with pytest.raises(RequestIdReused):
        client.batch_register_objections(items("bo@example.org"), channel=SUPPORT, request_id="one")
    assert len(fakes.book.objections) == 1


def test_an_item_without_a_time_zone_is_not_sent(client: Client, fakes: Fakes) -> None:
    """A naive time of an item is the caller's mistake."""
    naive = ObjectionItem(objector=ADA, received_time=datetime(2026, 3, 1, 12))  # noqa: DTZ001 - the mistake under test
    with pytest.raises(ValueError, match="time zone"):
        client.batch_register_objections([naive], channel=SUPPORT)
    assert fakes.arrivals == []


def test_an_objection_is_asked_for_by_its_id(client: Client) -> None:
    """The answer has the objection and the text in each language; an unknown id is not found."""
    objection_id = client.register_objection(ADA, channel=SUPPORT, reference="4711").objection_id
    answer = client.get_objection(objection_id)
    assert (answer.objection.reference, answer.objection.channel) == ("4711", SUPPORT)
    assert [receipt.language for receipt in answer.receipts] == ["nl", "en"]
    with pytest.raises(NotFound):
        client.get_objection("unknown")


def test_objections_are_listed_page_after_page(client: Client, fakes: Fakes) -> None:
    """The newest come first, each once, as pages are needed, and only those that are asked for."""
    client.batch_register_objections(items(*(f"p{n}@example.com" for n in range(5))), channel=SUPPORT, import_id="a")
    client.batch_register_objections(items("q@example.com"), channel=SUPPORT, import_id="b")
    listed = client.list_objections(import_id="a", page_size=2)
    assert len(fakes.arrivals) == 2
    expected = [one for one in reversed(fakes.book.objections.values()) if one.import_id == "a"]
    assert list(listed) == expected
    assert len(fakes.arrivals) == 2 + 3
    page = next(listed.pages())
    assert list(client.list_objections(import_id="a", page_token=page.next_page_token)) == expected[2:]
    assert list(client.list_objections(reference="4711")) == []


def test_an_annulment_takes_two_people(client: Client, second: Client) -> None:
    """The first call proposes, and changes nothing; the second person's, for the same reason, annuls."""
    objection_id = client.register_objection(ADA, channel=SUPPORT).objection_id
    for _ in range(2):
        proposed = client.annul_objection(objection_id=objection_id, reason=TEST)
        assert proposed.state == ObjectionState.OBJECTION_STATE_ANNULMENT_PROPOSED
    assert client.check_suppression(ADA) is True
    with pytest.raises(AnnulmentDiffers):
        second.annul_objection(objection_id=objection_id, reason=WRONG_LIST)
    done = second.annul_objection(objection_id=objection_id, reason=TEST)
    assert (done.state, done.annulled_objections) == (ObjectionState.OBJECTION_STATE_ANNULLED, 1)
    assert client.check_suppression(ADA) is False


def test_a_whole_import_is_annulled_and_nothing_else(client: Client, second: Client) -> None:
    """What another objection supports stays."""
    client.batch_register_objections(items("ada@example.com", "bo@example.org"), channel=SUPPORT, import_id="a")
    client.register_objection(BO, channel=SUPPORT)
    client.annul_objection(import_id="a", reason=WRONG_LIST)
    assert second.annul_objection(import_id="a", reason=WRONG_LIST).annulled_objections == 2
    assert client.check_suppression(ADA) is False
    assert client.check_suppression(BO) is True
    with pytest.raises(ImportAnnulled):
        client.batch_register_objections(items("ada@example.com"), channel=SUPPORT, import_id="a")


def test_an_annulment_is_of_one_thing(client: Client, fakes: Fakes) -> None:
    """A call with both an objection and an import, or with neither, is the caller's mistake and is not sent."""
    with pytest.raises(TypeError, match="exactly one"):
        client.annul_objection(reason=TEST)
    with pytest.raises(TypeError, match="exactly one"):
        client.annul_objection(reason=TEST, objection_id="0197", import_id="a")
    assert fakes.arrivals == []


def test_a_suppression_is_lifted_by_what_the_person_sends_back(client: Client) -> None:
    """The challenge lifts what named the address it was made for; anything else is refused."""
    client.register_objection(ADA, channel=SUPPORT)
    sent = client.request_lift("ada@example.com")
    assert sent.expire_time > datetime.now(UTC) + timedelta(minutes=1)
    assert client.check_suppression(ADA) is True
    with pytest.raises(ChallengeInvalid):
        client.lift_suppression("invented")
    assert client.lift_suppression(sent.challenge) == 1
    assert client.check_suppression(ADA) is False


def test_every_write_has_a_request_id_of_its_own(client: Client, fakes: Fakes) -> None:
    """Whoever names no request id gets a random one for each logical call."""
    objection_id = client.register_objection(ADA, channel=SUPPORT).objection_id
    for _ in range(2):
        client.batch_register_objections(items("ada@example.com"), channel=SUPPORT)
        client.annul_objection(objection_id=objection_id, reason=TEST)
        client.lift_suppression(client.request_lift("ada@example.com").challenge)
    ids = [arrival.request.request_id for arrival in fakes.arrivals]  # type: ignore[attr-defined]  # each has one
    assert len(set(ids)) == len(ids) == 9
    assert all(ids)


def test_an_id_can_be_derived_from_content(client: Client, second: Client) -> None:
    """The same bytes give the same id to the same person, however they are cut; to others it says nothing."""
    derived = client.derive_id([b"email\n", b"ada@example.com\n"])
    assert client.derive_id([b"email\nada@example.com\n"]) == derived
    assert len({derived, second.derive_id([b"email\nada@example.com\n"]), client.derive_id([b"email\n"])}) == 3
    assert hashlib.sha256(b"email\nada@example.com\n").hexdigest()[:32] != derived
