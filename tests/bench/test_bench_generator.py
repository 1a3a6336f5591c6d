"""The load generator: whose calls it makes, and that it takes no answer on trust."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import grpc
import pytest
from leadgate_cli.bench.generator import Job, drive
from leadgate_cli.bench.host import CPU_METHOD
from leadgate_cli.failures import Refused

METHOD = "/leadgate.bench.Bench/Upper"


class Upper(grpc.GenericRpcHandler):
    """Answers in capitals, and remembers who called."""

    def __init__(self) -> None:
        self.callers: set[str] = set()

    def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        """Find what answers a call."""
        if details.method == CPU_METHOD:
            return grpc.unary_unary_rpc_method_handler(lambda _request, _context: b"0.5")
        return grpc.unary_unary_rpc_method_handler(self._upper)

    def _upper(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        self.callers.add(str(dict(context.invocation_metadata())["authorization"]))
        return request.upper()


@pytest.fixture
def upper() -> Iterator[tuple[Upper, int]]:
    """A service that answers in capitals, and its port."""
    handler = Upper()
    server = grpc.server(ThreadPoolExecutor(4), handlers=[handler])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield handler, port
    server.stop(None).wait()


def test_those_in_flight_take_turns_with_the_tokens(upper: tuple[Upper, int]) -> None:
    """With more calls in flight than callers each of these calls, and every call counts."""
    handler, port = upper
    job = Job(
        port=port,
        tokens=("a", "b", "c"),
        method=METHOD,
        requests=[b"question"] * 40,
        in_flight=4,
        seconds=10.0,
        operations_per_call=1,
        answer=bytes.upper,
    )

    assert drive(job).calls == 40
    assert handler.callers == {"Bearer a", "Bearer b", "Bearer c"}


def test_a_wrong_answer_ends_the_bench(upper: tuple[Upper, int]) -> None:
    """A call that succeeds with another answer than the right one is not measured."""
    job = Job(
        port=upper[1],
        tokens=("a",),
        method=METHOD,
        requests=repeat(b"question"),
        in_flight=1,
        seconds=10.0,
        operations_per_call=1,
        answer=bytes.lower,
    )

    with pytest.raises(Refused, match="answered wrongly"):
        drive(job)
