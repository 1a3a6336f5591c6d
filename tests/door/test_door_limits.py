"""What the door withstands: long bodies, slow senders, nonsense; and what every answer carries."""

import io
import socket
import time
from collections.abc import Iterator

import pytest
import requests
from leadgate_service.config import ConfigError
from leadgate_service.counters import Counters
from leadgate_service.http import app
from leadgate_service.http.guard import READ_SECONDS
from leadgate_service.http.server import DoorServer
from leadgate_service.logs import Log
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.door.visitor import ONE_CLICK, door, take_in, visit
from tests.running_service import Loop, RunningService

PATIENCE = 0.7
ACCIDENT = "somebody@northpier.example.com fell over"


class OwnDoor:
    """A door of its own, with a route that reads and one that fails."""

    def __init__(self, loop: Loop, seconds: float = READ_SECONDS) -> None:
        self.log = io.StringIO()
        routes = [Route("/length", _length, methods=["POST"]), Route("/fails/{what}", _fails)]
        log = Log(self.log)
        built = app.build(routes, log, Counters(), seconds=seconds)
        self._server = DoorServer(door(), built, log, seconds=seconds)
        self._loop = loop
        loop.run(self._server.start())
        self.address = ("127.0.0.1", self._server.port)

    def close(self) -> None:
        """Stop it."""
        self._loop.run(self._server.stop())

    def talk(self, *parts: bytes) -> bytes:
        """Send bytes, with a pause after each part, and read until the other side has had enough."""
        with socket.create_connection(self.address, timeout=5) as line:
            for part in parts:
                line.sendall(part)
                time.sleep(0.05)
            answer = b""
            while more := line.recv(65536):
                answer += more
        return answer


async def _length(request: Request) -> Response:
    return Response(str(len(await request.body())))


async def _fails(_request: Request) -> Response:
    raise ValueError(ACCIDENT)


@pytest.fixture
def own(loop: Loop) -> Iterator[OwnDoor]:
    """The door of the test."""
    own = OwnDoor(loop)
    yield own
    own.close()


def test_a_body_has_an_end(own: OwnDoor) -> None:
    """64 KiB are read; one byte more is 413, whether it was announced or came in pieces."""
    url = f"http://127.0.0.1:{own.address[1]}/length"
    assert requests.post(url, data=b"x" * 65536, timeout=5).text == "65536"
    assert requests.post(url, data=b"x" * 65537, timeout=5).status_code == 413
    assert requests.post(url, data=iter([b"x" * 40_000] * 2), timeout=5).status_code == 413


def test_a_slow_sender_is_not_waited_for(loop: Loop) -> None:
    """Neither for headers nor for a body: the connection ends, and the body's sender is told 408."""
    own, before = OwnDoor(loop, PATIENCE), time.monotonic()
    assert own.talk(b"POST /length HTTP/1.1\r\nHost: a\r\n") == b""
    assert own.talk(b"") == b""
    late = own.talk(b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", b"ab")
    assert late.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - before < READ_SECONDS
    own.close()


def test_what_is_no_http_is_refused_and_not_repeated(own: OwnDoor) -> None:
    """Nonsense and headers without end are 400; the log says that something came, and not what."""
    assert b" 400 " in own.talk(b"lgcanary-1 is no HTTP\r\n\r\n")
    assert b" 400 " in own.talk(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"lgcanary-2" * 2000)
    assert '"event": "library"' in own.log.getvalue()
    assert "lgcanary" not in own.log.getvalue()


def test_an_accident_is_an_incident_without_a_word_of_it(own: OwnDoor) -> None:
    """500 with an id; the log has the id, the type and the route's pattern, and not what was asked for."""
    url = f"http://127.0.0.1:{own.address[1]}/fails/lgcanary-3"
    answer = requests.get(url, timeout=5)
    assert (answer.status_code, answer.json()["reason"]) == (500, "INTERNAL")
    log = own.log.getvalue()
    assert answer.json()["incident"] in log
    assert "ValueError" in log
    assert "GET /fails/{what}" in log
    for text in (answer.text, log):
        assert "lgcanary" not in text
        assert "northpier" not in text


def test_every_answer_is_kept_nowhere_and_framed_by_nobody(shared: RunningService) -> None:
    """Pages, refusals and what does not exist: all have the headers, none says what it is served by."""
    path = take_in(shared)
    answers = [
        visit(shared, "GET", path),
        visit(shared, "POST", path, data=ONE_CLICK),
        visit(shared, "POST", path),
        visit(shared, "GET", "/nowhere"),
        visit(shared, "DELETE", "/hooks/zendesk"),
        visit(shared, "POST", "/hooks/zendesk", data=b"{}"),
        visit(shared, "POST", "/hooks/zendesk", data=b"x" * 70_000),
    ]
    assert [one.status_code for one in answers] == [200, 200, 400, 404, 405, 401, 413]
    for one in answers:
        assert one.headers["cache-control"] == "no-store"
        assert one.headers["content-security-policy"].startswith("default-src 'none'; form-action 'self'")
        assert "frame-ancestors 'none'" in one.headers["content-security-policy"]
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["referrer-policy"] == "no-referrer"
        assert not {"server", "set-cookie", "location"} & {name.lower() for name in one.headers}


def test_a_door_that_cannot_listen_is_refused(loop: Loop, shared: RunningService) -> None:
    """A taken address is told by the variable's name."""
    taken = door(listen=shared.door.removeprefix("http://"))
    log = Log(io.StringIO())
    with pytest.raises(ConfigError, match="LEADGATE_DOOR_LISTEN must be a free address"):
        loop.run(DoorServer(taken, app.build([], log, Counters()), log).start())
