"""The load generator: keeps so many calls in flight and does nothing per call but send and count.

It runs in a process of its own, the same for both sides of a comparison.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator
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
        token: Whose calls they are.
        method: Full path, such as `/leadgate.v1.LeadService/GetLead`.
        requests: Serialised requests; when they end, the job does.
        in_flight: How many calls at once.
        seconds: For how long calls are begun.
        operations_per_call: What one call counts as.
    """

    port: int
    token: str = field(repr=False)
    method: str
    requests: Iterable[bytes]
    in_flight: int
    seconds: float
    operations_per_call: int


def drive(job: Job) -> Window:
    """Do a job.

    Raises:
        Refused: A call failed; names the status and its message. Then nothing was measured.
    """
    return uvloop.run(_drive(job))


async def _drive(job: Job) -> Window:
    metadata = (("authorization", f"Bearer {job.token}"),)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{job.port}") as channel:
        method: Method = channel.unary_unary(job.method)
        service_cpu: Method = channel.unary_unary(CPU_METHOD)
        requests = iter(job.requests)
        service_before = float(await service_cpu(b"", timeout=CALL_SECONDS))
        client_before, started = time.process_time(), time.perf_counter()
        ends = started + job.seconds
        calls = await asyncio.gather(*(_call(method, metadata, requests, ends) for _ in range(job.in_flight)))
        seconds, client_after = time.perf_counter() - started, time.process_time()
        service_after = float(await service_cpu(b"", timeout=CALL_SECONDS))
    return Window(
        operations=sum(calls) * job.operations_per_call,
        calls=sum(calls),
        seconds=seconds,
        service_seconds=service_after - service_before,
        client_seconds=client_after - client_before,
    )


async def _call(
    method: Method,
    metadata: tuple[tuple[str, str], ...],
    requests: Iterator[bytes],
    ends: float,
) -> int:
    """Call until the time is over, and return how often; every call is awaited, and one that fails ends the bench."""
    calls = 0
    while time.perf_counter() < ends and (request := next(requests, None)) is not None:
        try:
            await method(request, metadata=metadata, timeout=CALL_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise Refused(f"A call failed, so nothing is measured: {error.code().name}, {error.details()}") from None
        calls += 1
    return calls
