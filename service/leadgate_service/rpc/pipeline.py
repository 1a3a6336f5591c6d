"""The steps of every call: limit, authenticate, authorise, parse, run, answer.

Whatever goes wrong in them leaves as a typed status (F1, F2). The handlers take raw bytes, so that the steps before
parsing see nothing of them and undecodable ones are the caller's error. A method without a rule is refused; a method
without a behaviour stops the server from starting.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from leadgate_service.counters import Counters
from leadgate_service.domain.access import Principal, authorise
from leadgate_service.errors import (
    Internal,
    InvalidArgument,
    LeadgateError,
    NotFound,
    ResourceExhausted,
    Unavailable,
)
from leadgate_service.logs import Log
from leadgate_service.records import Caller
from leadgate_service.rpc.status import to_grpc_status
from leadgate_service.store import Store
from leadgate_service.usecases.access import Gatehouse, bearer_token
from leadgate_service.usecases.clock import Now
from leadgate_service.usecases.policy import PolicyInForce
from leadgate_service.usecases.refusals import refused

MOST_IN_FLIGHT = 1_000
"""How many calls run at once; one more is told at once to come back (P27)."""

DEFAULT_SECONDS = 30.0
"""The deadline of a call that has none."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a behaviour knows of a call besides its request.

    Attributes:
        principal: Who calls.
        method: Full name, such as `leadgate.v1.LeadService/GetLead`.
        body: The request's bytes, without undeclared fields.
        seconds: How long the caller still waits.
    """

    principal: Principal
    method: str
    body: bytes
    seconds: float

    def caller(self, request_id: str) -> Caller:
        """Name the request for idempotency."""
        return Caller(self.principal.name, self.method, request_id, self.body)


Behaviour = Callable[[Any, Call], Awaitable[Message | bytes]]

Within = Callable[[Principal, str, Message], Awaitable[bytes]]
"""Calls a method of a service, by its short name, as a principal whom another door let in."""


@dataclass(frozen=True, slots=True)
class _Method:
    name: str
    request_class: type[Message]
    behaviour: Behaviour


class Context(Protocol):
    """What the pipeline uses of grpc.aio's context."""

    def invocation_metadata(self) -> Any:
        """Return the metadata that the caller sent."""
        ...

    def time_remaining(self) -> float | None:
        """Return the seconds until the deadline, or None."""
        ...

    async def abort_with_status(self, status: grpc.Status) -> None:
        """End the call with an error."""
        ...


class Pipeline:
    """Wraps behaviours into gRPC handlers.

    Args:
        gatehouse: Tells who calls.
        store: Keeps the audit entries of refusals.
        policies: The policy in force, named in those entries.
        now: The clock.
        log: Where failures go.
        counters: What is counted.
    """

    def __init__(  # noqa: PLR0913 - the steps of a call
        self,
        *,
        gatehouse: Gatehouse,
        store: Store,
        policies: PolicyInForce,
        now: Now,
        log: Log,
        counters: Counters,
    ) -> None:
        self._gatehouse = gatehouse
        self._store = store
        self._policies = policies
        self._now = now
        self._log = log
        self._counters = counters
        self._in_flight = 0

    def handlers(self, service: ServiceDescriptor, servicer: object) -> grpc.GenericRpcHandler:
        """Make the handlers of one service.

        Args:
            service: From the contract.
            servicer: Has a method of the same name for each RPC.

        Raises:
            AttributeError: It lacks one.
        """
        methods: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            name: grpc.unary_unary_rpc_method_handler(self._handler(method))
            for name, method in _methods(service, servicer).items()
        }
        return grpc.method_handlers_generic_handler(service.full_name, methods)

    def within(self, service: ServiceDescriptor, servicer: object) -> Within:
        """Make the way to call one service from within the process, in which roles, audit and all rules are the same.

        Args:
            service: From the contract.
            servicer: Has a method of the same name for each RPC.

        Raises:
            AttributeError: It lacks one.
        """
        methods = _methods(service, servicer)

        async def call(principal: Principal, name: str, request: Message) -> bytes:
            raw = request.SerializeToString(deterministic=True)
            return await self._perform(methods[name], principal, raw, DEFAULT_SECONDS)

        return call

    def _handler(self, method: _Method) -> Any:
        async def handle(raw: bytes, context: Context) -> bytes:
            self._in_flight += 1
            started = time.monotonic()
            try:
                return await self._steps(method, raw, context)
            except LeadgateError as error:
                failure = error
            except Exception as error:  # noqa: BLE001 - nothing leaves unmapped: its text may hold a personal value
                failure = Internal()
                self._log.incident(failure.metadata["incident"], error)
            finally:
                self._in_flight -= 1
            self._log.refused(method.name, failure, seconds=time.monotonic() - started)
            self._counters.count(f"refused.{failure.reason}")
            await context.abort_with_status(to_grpc_status(failure))
            raise AssertionError(method.name)

        return handle

    async def _steps(self, method: _Method, raw: bytes, context: Context) -> bytes:
        if self._in_flight > MOST_IN_FLIGHT:
            raise ResourceExhausted("TOO_MANY_CALLS", "Too many calls are in flight: send the same request again.")
        principal = await self._gatehouse.principal(bearer_token(dict(context.invocation_metadata())))
        remaining = context.time_remaining()
        seconds = DEFAULT_SECONDS if remaining is None else remaining
        return await self._perform(method, principal, raw, seconds)

    async def _perform(self, method: _Method, principal: Principal, raw: bytes, seconds: float) -> bytes:
        """Take the steps that are the same by whichever door the call came."""
        try:
            authorise(principal, method.name)
            request, body = self._parse(method.request_class, raw)
            answer = await method.behaviour(request, Call(principal, method.name, body, seconds))
        except (NotFound, Unavailable):
            raise  # the use case has left its entry, or nothing can be left
        except LeadgateError as refusal:
            entry = await refused(self._policies, self._now, principal.name, method.name, refusal.reason)
            await self._store.record(entry)
            raise
        return answer if isinstance(answer, bytes) else answer.SerializeToString()

    def _parse(self, request_class: type[Message], raw: bytes) -> tuple[Message, bytes]:
        """Parse the request, and discard what the contract does not declare before anybody sees it (R-002)."""
        try:
            request = request_class.FromString(raw)
        except DecodeError:
            raise InvalidArgument(
                "MESSAGE_UNREADABLE",
                "The bytes are not a message of this method's request type.",
                field="request",
                rule="must be a valid message",
            ) from None
        received = request.ByteSize()
        request.DiscardUnknownFields()
        if request.ByteSize() == received:
            return request, raw
        self._counters.count("undeclared_bytes", received - request.ByteSize())
        return request, request.SerializeToString(deterministic=True)


def _methods(service: ServiceDescriptor, servicer: object) -> Mapping[str, _Method]:
    return {
        method.name: _Method(
            f"{service.full_name}/{method.name}", GetMessageClass(method.input_type), getattr(servicer, method.name)
        )
        for method in service.methods
    }
