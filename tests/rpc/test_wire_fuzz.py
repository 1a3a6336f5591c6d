"""Whatever bytes arrive, the caller gets a status that the contract documents, and the service goes on (F1, F2)."""

import os
import re
import zlib
from typing import Any

import grpc
import pytest
from leadgate_client import IngestItem, Origin, Overloaded, Unsupported
from leadgate_client._errors import error_from
from leadgate_service.app import MOST_MESSAGE_BYTES
from leadgate_service.rpc.convert_intake import MOST_JSON_BYTES

from tests.builders import IDA
from tests.house.sources import ROOT
from tests.rpc.messages import GOOD
from tests.rpc.mutation import Mutator
from tests.rpc.wire import METHODS, Answer, answers
from tests.running_service import RunningService

GOVERNANCE = "leadgate.v1.GovernanceService"
MESSAGES = 10_000 if os.environ.get("LEADGATE_SOAK") else 1_000
OF_EVERY_METHOD = {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT}
"""Any method may succeed, and any may be sent bytes that are no message."""


def documented(method: str) -> set[grpc.StatusCode]:
    """Read the statuses that the contract's comment on a method, or on its whole service, names."""
    descriptor = METHODS[method]
    text = (ROOT / "protos" / descriptor.containing_service.file.name).read_text(encoding="utf-8")
    comments = "".join(
        match[1]
        for name in (f"rpc {descriptor.name}\\(", f"service {descriptor.containing_service.name} ")
        for match in re.finditer(rf"((?:^ *//.*\n)+) *{name}", text, re.MULTILINE)
    )
    return {code for code in grpc.StatusCode if re.search(rf"\b{code.name}\b", comments)}


def assert_reasoned(answer: Answer) -> None:
    """A refusal names a reason of the contract, and where a field is wrong, the field and its rule."""
    assert answer.reason, answer
    if answer.code is grpc.StatusCode.INVALID_ARGUMENT and answer.reason != "POLICY_INVALID":
        assert answer.metadata.keys() >= {"field", "rule"}, answer
        assert answer.violations == ((answer.metadata["field"], answer.metadata["rule"]),)


@pytest.mark.proves("P21")
@pytest.mark.parametrize("method", METHODS)
def test_a_mutated_message_gets_a_documented_status(shared_service: RunningService, method: str) -> None:
    """A thousand broken messages per method end in no UNKNOWN, no INTERNAL, and no status that is not documented."""
    caller, mutator = shared_service.as_allowed(method), Mutator(seed=zlib.crc32(method.encode()))
    bodies = (mutator.mutated(GOOD[method]()) for _ in range(MESSAGES))
    ended = answers(caller.start_raw(method, body) for body in bodies)
    allowed = OF_EVERY_METHOD | documented(method)
    assert {answer.code for answer in ended} - allowed == set()
    for answer in ended:
        if answer.code is not grpc.StatusCode.OK:
            assert_reasoned(answer)


@pytest.mark.proves("P21")
@pytest.mark.parametrize("method", METHODS)
def test_a_message_drawn_from_the_contract_gets_a_documented_status(
    shared_service: RunningService, method: str
) -> None:
    """Any values that the types allow are accepted or refused with a reason, never an accident."""
    caller, mutator = shared_service.as_allowed(method), Mutator(seed=1)
    drawn = (mutator.drawn(METHODS[method].input_type) for _ in range(MESSAGES // 5))
    ended = answers(caller.start(message) for message in drawn)
    assert {answer.code for answer in ended} - OF_EVERY_METHOD - documented(method) == set()


@pytest.mark.proves("P21")
@pytest.mark.parametrize("method", METHODS)
def test_bytes_that_are_no_message_are_the_callers_error(shared_service: RunningService, method: str) -> None:
    """What cannot be decoded is INVALID_ARGUMENT with MESSAGE_UNREADABLE, text that is not UTF-8 included."""
    bodies = [b"\xff", b"\x0a\xff", b"\x0b" * 200, b"\x0f\x01", b"\x0a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"]
    texts = [field.number for field in METHODS[method].input_type.fields if field.type == field.TYPE_STRING]
    bodies += [bytes([number << 3 | 2, 2]) + b"\xc3\x28" for number in texts]
    for answer in answers(shared_service.as_allowed(method).start_raw(method, body) for body in bodies):
        assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MESSAGE_UNREADABLE")
        assert_reasoned(answer)


@pytest.mark.proves("P21")
@pytest.mark.parametrize("method", METHODS)
def test_a_frame_that_is_too_long_is_refused_by_size(shared_service: RunningService, method: str) -> None:
    """More than eight MiB is RESOURCE_EXHAUSTED before anybody reads it, packed as small as it may be."""
    caller, long = shared_service.as_allowed(method), b"\x00" * (MOST_MESSAGE_BYTES + 1)
    plain = caller.send_raw(method, long)
    packed = caller.start_raw(method, long, compression=grpc.Compression.Gzip).answer()
    for answer in (plain, packed):
        assert (answer.code, answer.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "")


def test_a_batch_that_is_too_long_is_told_so_by_the_sdk(shared_service: RunningService) -> None:
    """What gRPC refuses without a reason is an error of its own type, whose text says what to do."""
    longest = IngestItem(email=IDA, origin=Origin.ORIGIN_CRM_LEAD, source="clearbit", answer=b" " * MOST_JSON_BYTES)
    with shared_service.client("intake") as client:
        with pytest.raises(Overloaded, match="send fewer items at once") as refused:
            client.batch_ingest_leads([longest] * (MOST_MESSAGE_BYTES // MOST_JSON_BYTES))
        assert refused.value.reason is None
        assert len(list(client.ingest_leads([longest] * (MOST_MESSAGE_BYTES // MOST_JSON_BYTES)))) == 32


def test_a_method_that_the_service_lacks_is_told_so_by_the_sdk(shared_service: RunningService) -> None:
    """A client that is newer than the service learns that this is what is wrong."""
    call: Any = shared_service.channel.unary_unary(f"/{GOVERNANCE}/GetTomorrow")
    with pytest.raises(grpc.RpcError) as refused:
        call(b"", timeout=5)
    error = error_from(refused.value)
    assert isinstance(error, Unsupported)
    assert "older leadgate" in str(error)


@pytest.mark.proves("P21")
def test_metadata_that_is_too_long_is_refused_by_size(shared_service: RunningService) -> None:
    """Twenty kilobytes of metadata are RESOURCE_EXHAUSTED, and the next call is served."""
    caller = shared_service.as_("privacy_officer")
    method = f"{GOVERNANCE}/GetReadiness"
    big = caller.send_raw(method, b"", extra=(("x-note", "n" * 20_000),))
    assert big.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert caller.send_raw(method, b"").code is grpc.StatusCode.OK


@pytest.mark.proves("P21")
@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer  ", "Basic abc", "Bearer " + "x" * 5_000, "bearer ,;", "Bearer a b c"],
)
def test_any_authorization_is_read_or_refused(shared_service: RunningService, value: str) -> None:
    """A header that holds no token of ours is UNAUTHENTICATED, whatever it looks like."""
    answer = shared_service.with_token(None).send_raw(
        f"{GOVERNANCE}/GetReadiness", b"", extra=(("authorization", value),)
    )
    assert (answer.code, answer.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")


@pytest.mark.proves("P21")
def test_nothing_of_all_this_was_an_accident(shared_service: RunningService) -> None:
    """After all that the tests of this file have sent, the log knows of no incident and the audit trail is whole."""
    assert "incident" not in shared_service.log.getvalue()
    assert shared_service.findings() == ()
