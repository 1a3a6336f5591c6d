"""The load generator: keeps so many calls in flight and does nothing per call but send and count.

It runs in a process of its own, the same for both sides of a comparison.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import grpc
import uvloop

from leadgate_cli.bench.figures import Window
from leadgate_cli.bench.host import CPU_METHOD
from leadgate_cli.failures import Refused

Method: TypeAlias = "grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]"

CALL_SECONDS = 60.0
"""How long one call may take before the bench fails: far longer than any should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to call, with what, for how long.

    Attributes:
        port: Of the service, on loopback.
        tokens: Whose calls they are: those in flight take turns.
        method: Full path, such as `/leadgate.v1.LeadService/GetLead`.
        requests: Serialised requests; when they end, the job does.
        in_flight: How many calls at once.
        seconds: For how long calls are begun.
        operations_per_call: What one call counts as.
        answer: Says what a request must be answered with; None where the status says enough.
    """

    port: int
    tokens: Sequence[str] = field(repr=False)
    method: str
    requests: Iterable[bytes]
    in_flight: int
    seconds: float
    operations_per_call: int
    answer: Callable[[bytes], bytes] | None = None


def drive(job: Job) -> Window:
    """Do a job.

    Raises:
        Refused: A call failed, which names the status and its message, or its answer was wrong. Then nothing was
            measured.
    """
    return uvloop.run(_drive(job))


async def _drive(job: Job) -> Window:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{job.port}") as channel:
        method: Method = channel.unary_unary(job.method)
        service_cpu: Method = channel.unary_unary(CPU_METHOD)
        requests, tokens = iter(job.requests), itertools.cycle(job.tokens)
        service_before = float(await service_cpu(b"", timeout=CALL_SECONDS))
        client_before, started = time.process_time(), time.perf_counter()
        ends = started + job.seconds
        callers = [_Caller(method, requests, next(tokens), job.answer) for _ in range(job.in_flight)]
        calls = await asyncio.gather(*(caller.call_until(ends) for caller in callers))
        seconds, client_after = time.perf_counter() - started, time.process_time()
        service_after = float(await service_cpu(b"", timeout=CALL_SECONDS))
    return Window(
        operations=sum(calls) * job.operations_per_call,
        calls=sum(calls),
        seconds=seconds,
        service_seconds=service_after - service_before,
        client_seconds=client_after - client_before,
    )


def ask(port: int, method: str) -> bytes:
    """Call a method of the bench's own, with no load.

    Args:
        port: Of the service, on loopback.
        method: Full path.

    Raises:
        Refused: The call failed.
    """
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
        try:
            return call(b"", timeout=CALL_SECONDS)
        except grpc.RpcError:
            raise Refused("The service did not answer, so nothing is measured.") from None


@dataclass(frozen=True, slots=True)
class _Caller:
    """One of the calls in flight, again and again; see `Job` for what is not explained here."""

    method: Method
    requests: Iterator[bytes]
    token: str = field(repr=False)
    answer: Callable[[bytes], bytes] | None

    async def call_until(self, ends: float) -> int:
        """Call until the time is over, and return how often; every call is awaited, and a bad one ends the bench."""
        metadata, calls = (("authorization", f"Bearer {self.token}"),), 0
        while time.perf_counter() < ends and (request := next(self.requests, None)) is not None:
            try:
                answer = await self.method(request, metadata=metadata, timeout=CALL_SECONDS)
            except grpc.aio.AioRpcError as error:
                raise Refused(
                    f"A call failed, so nothing is measured: {error.code().name}, {error.details()}"
                ) from None
            if self.answer is not None and answer != self.answer(request):
                raise Refused("A call was answered wrongly, so nothing is measured.")
            calls += 1
        return calls
