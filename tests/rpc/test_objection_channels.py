"""An objection counts the same however it came, as often as it comes, and whoever it is about (R-017).

In which words it came is not for a call to say: that is read of a mail, by `leadgate objections mail`.
"""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any, TypeAlias

import pytest
import sqlalchemy as sa
from google.protobuf.message import Message
from leadgate.v1 import intake_service_pb2, lead_service_pb2, types_pb2
from leadgate.v1 import objection_service_pb2 as wire
from leadgate_service.storage import tables

from tests.builders import IDA
from tests.rpc.messages import annul, check, get, get_objection, ingest, item, object_, object_all
from tests.running_service import RunningService

CHANNELS = wire.ObjectionChannel.values()[1:]
SUPPRESSED = "NOT_STORED_REASON_SUPPRESSED"

Register: TypeAlias = Callable[[RunningService, str, Any], str]
"""Registers the objection of an address that came by a channel; returns its id."""


def alone(service: RunningService, email: str, channel: Any) -> str:
    """Register one objection; what is acknowledged is the same for all but in its id."""
    done = service.as_("support").send(object_(email, channel=channel)).read(wire.RegisterObjectionResponse)
    assert (done.matched_leads, len(done.receipts), done.linked_identifiers > 0) == (1, 2, True)
    return done.objection_id


def in_bulk(service: RunningService, email: str, channel: Any) -> str:
    """Register one objection of a batch."""
    answer = service.as_("support").send(object_all(email, channel=channel))
    (one,) = answer.read(wire.BatchRegisterObjectionsResponse).results
    assert (one.outcome, one.matched_leads) == (wire.OBJECTION_OUTCOME_REGISTERED, 1)
    return one.objection_id


def evidence(service: RunningService, objection_id: str) -> wire.GetObjectionResponse:
    """Read an objection and its receipts."""
    return service.as_("support").send(get_objection(objection_id)).read(wire.GetObjectionResponse)


def suppressed(service: RunningService, email: str) -> bool:
    """Ask whether somebody may not be processed."""
    return service.as_("support").send(check(email)).read(wire.CheckSuppressionResponse).suppressed


def shown(service: RunningService, email: str) -> bool:
    """Say whether anybody who reads people can read somebody, for any purpose."""
    reads = [service.as_("crm_sync").send(get(email, purpose)) for purpose in types_pb2.Purpose.values()[1:]]
    return any(one.body and one.read(lead_service_pb2.GetLeadResponse).HasField("lead") for one in reads)


def handed_in(service: RunningService, email: str, **facts: Any) -> str:
    """Hand in an answer about somebody, and say why it is not stored; empty if it is."""
    answer = service.as_("intake").send(ingest(item(email, **facts)))
    (one,) = answer.read(intake_service_pb2.BatchIngestLeadsResponse).results
    stored = one.outcome != intake_service_pb2.OUTCOME_NOT_STORED
    return "" if stored else intake_service_pb2.NotStoredReason.Name(one.not_stored_reason)


def rows(service: RunningService) -> dict[str, Counter[Any]]:
    """Count what the database holds of people and objections, but for tokens, ids and the channel."""
    suppressions, leads, changes = tables.suppressions.c, tables.leads.c, tables.changes.c
    objections = [one for one in tables.objections.c if one.name not in {"objection_id", "channel"}]
    wanted = {
        "suppressions": sa.select(suppressions.kind, suppressions.scope, suppressions.created_date),
        "leads": sa.select(leads.suppressed_time, leads.erase_time),
        "changes": sa.select(changes.kind, changes.reason),
        "objections": sa.select(*objections),
    }
    return {name: Counter(map(tuple, service.rows(clause))) for name, clause in wanted.items()}


def effect(service: RunningService, register: Register, number: int, channel: Any) -> list[Any]:
    """Hold somebody, register an objection, and say all that came of it, but for the channel and what is an id."""
    email = f"person{number}@harbour{number}.example.org"
    handed_in(service, email, name=f"Person N{number}")
    assert shown(service, email)
    before = rows(service)
    objection_id = register(service, email, channel)
    after = rows(service)
    told = evidence(service, objection_id)
    assert told.objection.channel == channel
    told.objection.ClearField("channel")
    return [
        re.sub(objection_id, "", str(told)),
        [(after[name] - before[name], before[name] - after[name]) for name in after],
        [shown(service, email), suppressed(service, email), handed_in(service, email)],
    ]


@pytest.mark.proves("R-017", "R-018")
@pytest.mark.parametrize("register", [alone, in_bulk])
def test_nothing_differs_but_the_recorded_channel(service: RunningService, register: Register) -> None:
    """Everybody objects by another channel: answer, rows, receipts, evidence and what is refused are the same."""
    effects = [effect(service, register, *one) for one in enumerate(CHANNELS)]
    assert len(effects) == len(wire.ObjectionChannel.values()) - 1
    assert [channel for channel, one in zip(CHANNELS, effects, strict=True) if one != effects[0]] == []
    assert effects[0][2] == [False, True, SUPPRESSED]


@pytest.mark.proves("R-017", "R-030")
def test_objecting_thrice_is_one_effect_with_three_proofs(service: RunningService) -> None:
    """Duplicates by three channels on three days: the first stops and erases, each is evidence (edge case 33)."""
    ways = list(zip(CHANNELS, (IDA, "Ida.Vermolen+news@northpier.example.com", f" {IDA.upper()} "), strict=False))
    handed_in(service, IDA)
    done = []
    for channel, written in ways:
        done.append(service.as_("support").send(object_(written, channel=channel)).read(wire.RegisterObjectionResponse))
        assert (shown(service, IDA), handed_in(service, IDA)) == (False, SUPPRESSED)
        service.clock.pass_time(days=1)
        service.loop.run(service.store.erase_due(now=service.clock()))
    assert [one.matched_leads for one in done] == [1, 0, 0]
    kinds = Counter(kind for (kind,) in service.rows(sa.select(tables.changes.c.kind)))
    assert (service.kept()["leads"], kinds["stop"], kinds["remove"]) == (0, 1, 1)

    told = [evidence(service, one.objection_id).objection for one in done]
    assert [(one.channel, one.received_time, one.state) for one in told] == [
        (channel, one.received_time, wire.OBJECTION_STATE_ERASED) for (channel, _), one in zip(ways, done, strict=True)
    ]
    days = [one.received_time.ToDatetime(UTC) - told[0].received_time.ToDatetime(UTC) for one in told]
    assert days == [timedelta(days=0), timedelta(days=1), timedelta(days=2)]
    for role in ("support", "privacy_officer"):
        service.as_(role).send(annul(done[0].objection_id))
    assert evidence(service, done[0].objection_id).objection.state == wire.OBJECTION_STATE_ANNULLED
    assert (suppressed(service, IDA), handed_in(service, IDA)) == (True, SUPPRESSED)


def shape(message: Message) -> str:
    """What a message looks like when every number and id in it is the same, and no count is none."""
    counts = r"(?m)^(?:matched_leads|linked_identifiers): .*\n"
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "#", re.sub(counts, "", str(message)))


@pytest.mark.proves("R-017", "R-027")
def test_who_was_never_held_is_answered_as_anybody(service: RunningService) -> None:
    """A stranger, perhaps invented: tokens, no profile, and an answer of the same shape (edge case 21).

    It gives no hint that a namesake is held.
    """
    stranger = "ida.vermolen@northpiers.example.com"
    handed_in(service, IDA)
    before = service.kept()
    desk = service.as_("support")
    preview = desk.send(object_(stranger, validate_only=True)).read(wire.RegisterObjectionResponse)
    assert (preview.matched_leads, list(preview.matches)) == (0, [])
    of_stranger = desk.send(object_(stranger)).read(wire.RegisterObjectionResponse)
    after = service.kept()
    assert {name for name in after if after[name] != before[name]} == {"objections", "requests", "suppressions"}
    assert (shown(service, IDA), suppressed(service, stranger)) == (True, True)
    assert handed_in(service, stranger, name="Eva Lind") == SUPPRESSED

    of_ida = desk.send(object_(IDA)).read(wire.RegisterObjectionResponse)
    assert shape(of_stranger) == shape(of_ida)
    told = [evidence(service, one.objection_id).receipts for one in (of_stranger, of_ida)]
    assert shape(told[0][0]) == shape(told[1][0])
    assert of_stranger.linked_identifiers == 0 < of_ida.linked_identifiers


@pytest.mark.proves("R-018", "R-020", "R-023")
def test_a_customer_s_objection_ends_enrichment_and_says_what_goes_on(service: RunningService) -> None:
    """What was bought of her is unreadable and then gone, and a new contract opens nothing (edge case 7, our part).

    The receipt says that her contract itself is no part of it.
    """
    day = types_pb2.Date(year=2026, month=11, day=20)
    contract = types_pb2.Contract(reference="C/1", start_date=day)
    customer: dict[str, Any] = {"origin": types_pb2.ORIGIN_CRM_CUSTOMER, "contract": contract}
    assert handed_in(service, IDA, **customer) == ""
    purpose = wire.OBJECTION_PURPOSE_DIRECT_MARKETING
    done = service.as_("support").send(object_(IDA, purpose=purpose)).read(wire.RegisterObjectionResponse)
    assert "Een lopende overeenkomst, facturen en berichten daarover vallen buiten" in done.receipts[0].text
    assert "A running contract, its invoices and messages about them are not part" in done.receipts[1].text
    assert not shown(service, IDA)
    service.clock.now = done.erase_time.ToDatetime(UTC)
    service.loop.run(service.store.erase_due(now=service.clock()))
    assert service.kept()["leads"] == 0
    contract.reference = "C/2"
    assert handed_in(service, IDA, **customer) == SUPPRESSED
