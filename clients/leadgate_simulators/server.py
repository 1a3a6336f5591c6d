"""The HTTP server that every simulated provider runs on, at 127.0.0.1 and a free port."""

import json
import socket
import struct
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, ClassVar, Self, TextIO
from urllib.parse import parse_qsl, urlsplit

from leadgate_simulators.answers import Answer, Delivery, serialised
from leadgate_simulators.faults import Course, Fault, FaultPlan, Step
from leadgate_simulators.fixtures import find, fixture
from leadgate_simulators.spoiling import spoiled

_CRUMBS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request, as it arrived.

    Attributes:
        target: Path and query, undecoded.
        path: The path.
        params: The query, decoded.
        headers: Names in lower case.
        status: What it was answered with.
    """

    target: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    status: int


class Simulator(ABC):
    """A simulated provider; serves as long as its `with` block lasts.

    Args:
        api_key: The only key that is let in.
        faults: What goes wrong.
        recorded: Answer every request with this fixture, by its file's name without ending.
        traffic_log: A file to which each request line and status is appended, addresses included.

    Raises:
        ValueError: The log's path does not say that a simulator wrote it.
    """

    name: ClassVar[str]

    def __init__(
        self,
        *,
        api_key: str,
        faults: FaultPlan | None = None,
        recorded: str | None = None,
        traffic_log: Path | None = None,
    ) -> None:
        if traffic_log is not None and "simulator" not in str(traffic_log):
            raise ValueError("the path of a traffic log contains `simulator`, so that no search takes it for ours")
        self.api_key = api_key
        self.seen: list[Seen] = []
        self._course = Course(faults or FaultPlan())
        self._recorded = recorded
        self._traffic_log = traffic_log
        self._lock = Lock()
        self._stopped = Event()
        self._server = _Server(self)

    @property
    def url(self) -> str:
        """Base URL, for each of the provider's hosts."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def requests(self) -> int:
        """Requests that came so far, bad ones included."""
        return len(self.seen)

    @property
    def statuses(self) -> Counter[int]:
        """How often each status was sent; 0 is a connection that was reset."""
        return Counter(one.status for one in self.seen)

    def then(self, *steps: Step) -> None:
        """Let the next requests meet these; see `FaultPlan.script`."""
        self._course.then(*steps)

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        """Decide what one request is answered with, and note it."""
        path, params = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
        answer = self._decide(path, params, headers)
        status = 0 if answer.delivery is Delivery.RESET else answer.status
        self._note(Seen(target=target, path=path, params=params, headers=headers, status=status))
        return answer

    def wait(self, seconds: float) -> bool:
        """Wait, or less if the simulator stops; tell whether it goes on."""
        return not self._stopped.wait(seconds)

    @property
    def slowness(self) -> float:
        """Seconds of the slow kinds of delivery."""
        return self._course.plan.slowness

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()

    @abstractmethod
    def _is_let_in(self, headers: Mapping[str, str]) -> bool:
        """Check the API key."""

    @abstractmethod
    def _plain(self, path: str, params: Mapping[str, str]) -> Answer:
        """Answer a good request in the absence of faults."""

    def _error(self, status: int) -> Answer:
        """Answer with a status: as recorded, or bare where nothing is."""
        for name in (f"{self.name}_error_{status}", f"{self.name}_{status}"):
            try:
                return self._paced(fixture(name).answer)
            except KeyError:
                continue
        return Answer(status=status, body=serialised({"error": {"type": "simulated", "message": "simulated"}}))

    def _found(self, path: str, params: Mapping[str, str]) -> Answer:
        """Answer as recorded for this very request, else that there is nobody."""
        match = find(self.name, path, params)
        return match.answer if match else self._error(404)

    def _decide(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        if not self._is_let_in(headers):
            return self._error(401)
        step, dice = self._course.next(params.get("email") or params.get("domain") or path)
        if isinstance(step, Answer):
            return step
        if isinstance(step, int):
            return self._error(step)
        plain = fixture(self._recorded).answer if self._recorded else self._plain(path, params)
        if step is None or (plain.status != 200 and step not in _FOR_ANY_STATUS):  # noqa: PLR2004  (plain HTTP)
            return plain
        return spoiled(step, plain, dice, f"{self.url}/elsewhere?email={params.get('email', '')}")

    def _paced(self, answer: Answer) -> Answer:
        asked = self._course.plan.retry_after
        if asked is None or "Retry-After" not in answer.headers:
            return answer
        return replace(answer, headers={**answer.headers, "Retry-After": asked})

    def _note(self, seen: Seen) -> None:
        with self._lock:
            self.seen.append(seen)
            if self._traffic_log is not None:
                with self._traffic_log.open("a") as log:
                    _write(log, seen)


_FOR_ANY_STATUS = frozenset({Fault.SLOW, Fault.DRIP, Fault.TRUNCATED, Fault.RESET, Fault.HTML, Fault.REDIRECT})


def _write(log: TextIO, seen: Seen) -> None:
    log.write(json.dumps({"request": f"GET {seen.target}", "status": seen.status}) + "\n")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """End the kept-alive connections too: a provider that is gone must not answer from one of them."""
        super().server_close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that hang up early are what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    headers: Message
    protocol_version = "HTTP/1.1"
    # One segment per answer, sent at once: or the kernel waits 40 ms for an acknowledgement between head and body.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.simulator.answer(self.path, headers)
        content = _head(answer) + answer.body
        match answer.delivery:
            case Delivery.RESET:
                self._reset()
            case Delivery.DRIP:
                self._drip(content)
            case Delivery.RAW:
                self._end_with(answer.body)
            case Delivery.TRUNCATED:
                self._end_with(content[: -len(answer.body) // 2])
            case Delivery.SLOW if not self.server.simulator.wait(self.server.simulator.slowness):
                self.close_connection = True
            case _:
                self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the parent's name)
        """Write nothing to stderr; the traffic log has it."""

    def _end_with(self, content: bytes) -> None:
        self.wfile.write(content)
        self.close_connection = True

    def _drip(self, content: bytes) -> None:
        pause = self.server.simulator.slowness / _CRUMBS
        size = max(1, len(content) // _CRUMBS)
        for start in range(0, len(content), size):
            self.wfile.write(content[start : start + size])
            self.wfile.flush()
            if not self.server.simulator.wait(pause):
                break

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()


def _head(answer: Answer) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} Simulated"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    lines += [f"Content-Length: {len(answer.body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1")
