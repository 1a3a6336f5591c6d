"""No operation refuses, weighs or delays an objection, whatever state it is in and whatever is said (R-020, R-022)."""

import re
from collections.abc import Iterator

import grpc
import pytest
from google.protobuf.descriptor import Descriptor
from leadgate.v1 import objection_service_pb2 as wire

from tests.builders import IDA
from tests.rpc.messages import annul, check, get_objection, lift, object_
from tests.running_service import RunningService

WEIGHING = re.compile(r"refus|reject|deny|approv|weigh|ground|compelling|legal_claim|suspend|postpone|delay")
PAPERS = re.compile(r"passport|identity_(card|document)|document|bsn|social_security|attachment|proof_of|copy_of|birth")


def names_of(message: Descriptor, seen: set[str]) -> Iterator[str]:
    """List the names of a message's fields and enum values, and of all messages inside it."""
    if message.full_name in seen:
        return
    seen.add(message.full_name)
    for field in message.fields:
        yield field.name
        if field.enum_type is not None:
            yield from (value.name.lower() for value in field.enum_type.values)
        if field.message_type is not None:
            yield from names_of(field.message_type, seen)


def words() -> list[str]:
    """List every word of the objection service's contract: methods, fields and values of what callers send."""
    service = wire.DESCRIPTOR.services_by_name["ObjectionService"]
    seen: set[str] = set()
    found = [method.name.lower() for method in service.methods]
    return found + [name for method in service.methods for name in names_of(method.input_type, seen)]


@pytest.mark.proves("R-020", "R-022")
def test_the_contract_has_no_word_for_refusing() -> None:
    """No method, field or value lets anybody refuse or weigh an objection, or ask for papers."""
    found = words()
    assert "registerobjection" in found
    assert "objection_purpose_other" in found
    assert [word for word in found if WEIGHING.search(word)] == []
    assert [word for word in found if PAPERS.search(word)] == []


@pytest.mark.proves("R-020")
def test_no_one_person_can_undo_an_objection(service: RunningService) -> None:
    """Whatever one of the staff calls, alone and as often as they like, the person stays unprocessable."""
    registered = service.as_("support").send(object_(IDA)).read(wire.RegisterObjectionResponse)
    reasons = [number for number in wire.AnnulmentReason.values() if number]
    for reason in (*reasons, *reasons):
        service.as_("support").send(annul(registered.objection_id, reason=reason))
    officer = service.as_("privacy_officer")
    officer.send(lift(IDA))
    assert officer.send(lift(challenge="made up")).code is grpc.StatusCode.FAILED_PRECONDITION
    assert officer.send(check(IDA)).read(wire.CheckSuppressionResponse).suppressed
    seen = officer.send(get_objection(registered.objection_id)).read(wire.GetObjectionResponse)
    assert seen.objection.state == wire.OBJECTION_STATE_ANNULMENT_PROPOSED
