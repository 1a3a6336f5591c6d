"""The wire as any client sees it: bytes in; status, details and metadata out. Nothing here raises on a refusal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from leadgate.v1 import (
    governance_service_pb2,
    intake_service_pb2,
    lead_service_pb2,
    objection_service_pb2,
)

Detail = TypeVar("Detail", error_details_pb2.ErrorInfo, error_details_pb2.BadRequest)
Response = TypeVar("Response", bound=Message)

SERVICES = tuple(
    service
    for module in (intake_service_pb2, lead_service_pb2, objection_service_pb2, governance_service_pb2)
    for service in module.DESCRIPTOR.services_by_name.values()
)
METHODS: Mapping[str, MethodDescriptor] = {
    f"{method.containing_service.full_name}/{method.name}": method for service in SERVICES for method in service.methods
}
"""Every method of the contract, by its full name, such as `leadgate.v1.LeadService/GetLead`."""

_OF_REQUEST = {method.input_type.full_name: name for name, method in METHODS.items()}
SECONDS = 20.0
MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back of one call.

    Attributes:
        code: The status.
        body: The response's bytes; empty after a refusal.
        text: The status' message.
        trailing: Keys and values of the trailing metadata.
        metadata: Of the ErrorInfo.
        reason: Of the ErrorInfo; empty if there is none.
        violations: Field and description of each violation of the BadRequest.
    """

    code: grpc.StatusCode
    body: bytes = b""
    text: str = ""
    trailing: tuple[tuple[str, str | bytes], ...] = ()
    metadata: Mapping[str, str]
    reason: str = ""
    violations: tuple[tuple[str, str], ...] = ()

    def read(self, response: type[Response]) -> Response:
        """Read the response.

        Raises:
            AssertionError: The call was refused.
        """
        assert self.code is grpc.StatusCode.OK, self
        return response.FromString(self.body)

    @property
    def everything(self) -> bytes:
        """All that came back, for searches."""
        said = [self.text, *(part for pair in self.trailing for part in pair)]
        return b"\n".join([self.body, *(part.encode() if isinstance(part, str) else part for part in said)])


@dataclass(frozen=True, slots=True)
class Caller:
    """A connection with a token.

    Attributes:
        channel: The connection.
        token: What it calls with; None for nothing.
    """

    channel: grpc.Channel
    token: str | None

    def send(self, request: Message, *, seconds: float = SECONDS) -> Answer:
        """Call the method that takes this request, and wait."""
        return self.start(request, seconds=seconds).answer()

    def start(self, request: Message, *, seconds: float = SECONDS) -> "Pending":
        """Call the method that takes this request."""
        return self.start_raw(method_of(request), request.SerializeToString(), seconds=seconds)

    def send_raw(self, method: str, body: bytes, **how: Any) -> Answer:
        """Send bytes to a method, and wait."""
        return self.start_raw(method, body, **how).answer()

    def start_raw(
        self,
        method: str,
        body: bytes,
        *,
        seconds: float = SECONDS,
        extra: Sequence[tuple[str, str | bytes]] = (),
        compression: grpc.Compression | None = None,
    ) -> "Pending":
        """Send bytes to a method, with more metadata if wanted."""
        known = (("authorization", f"Bearer {self.token}"),) if self.token is not None else ()
        call: Any = self.channel.unary_unary(f"/{method}", request_serializer=None, response_deserializer=None)
        return Pending(call.future(body, timeout=seconds, metadata=(*known, *extra), compression=compression))


class Pending:
    """A call under way."""

    def __init__(self, call: Any) -> None:
        self._call = call

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return bool(self._call.done())

    def give_up(self) -> None:
        """Cancel it."""
        self._call.cancel()

    def answer(self) -> Answer:
        """Wait for its end."""
        code = self._call.code()
        if code is grpc.StatusCode.OK:
            return Answer(code=code, body=self._call.result(), trailing=_pairs(self._call), metadata={})
        status = rpc_status.from_call(self._call)
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        for packed in status.details if status is not None else ():
            for detail in (info, bad):
                if packed.Is(detail.DESCRIPTOR):
                    packed.Unpack(detail)
        return Answer(
            code=code,
            text=self._call.details() or "",
            trailing=_pairs(self._call),
            metadata=dict(info.metadata),
            reason=info.reason,
            violations=tuple((one.field, one.description) for one in bad.field_violations),
        )


def answers(pending: Iterable[Pending], *, at_once: int = 64) -> list[Answer]:
    """Wait for many calls, so many of them under way at once."""
    waiting: list[Pending] = []
    ended: list[Answer] = []
    for one in pending:
        waiting.append(one)
        if len(waiting) >= at_once:
            ended += [done.answer() for done in waiting]
            waiting.clear()
    return ended + [done.answer() for done in waiting]


def method_of(request: Message) -> str:
    """Name the method that takes a request."""
    return _OF_REQUEST[request.DESCRIPTOR.full_name]


def request_class(method: str) -> type[Message]:
    """The request's class of a method."""
    return GetMessageClass(METHODS[method].input_type)


def response_class(method: str) -> type[Message]:
    """The response's class of a method."""
    return GetMessageClass(METHODS[method].output_type)


def _pairs(call: Any) -> tuple[tuple[str, str | bytes], ...]:
    return tuple((pair.key, pair.value) for pair in call.trailing_metadata() or ())
