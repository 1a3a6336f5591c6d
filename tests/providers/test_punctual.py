"""Time spent on one byte is gone for the next: the read timeout runs once for a whole answer."""

import socket
import time
from collections.abc import Iterator

import pytest
from leadgate_providers.punctual import _PunctualStream

TIMEOUT = 0.2


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a connection; the first has a timeout."""
    here, there = socket.socketpair()
    here.settimeout(TIMEOUT)
    with here, there:
        yield here, there


def test_the_time_left_shrinks(ends: tuple[socket.socket, socket.socket]) -> None:
    """A byte that came late leaves only the rest of the time for the next."""
    here, there = ends
    with _PunctualStream(socket.SocketIO(here, "r"), here) as stream:
        time.sleep(TIMEOUT / 2)
        there.send(b"ab")
        assert stream.read(1) == b"a"
        assert 0 < (here.gettimeout() or 0) <= TIMEOUT / 2


def test_after_the_time_nothing_is_read(ends: tuple[socket.socket, socket.socket]) -> None:
    """A byte that waits already is refused when the time is up."""
    here, there = ends
    with _PunctualStream(socket.SocketIO(here, "r"), here) as stream:
        there.send(b"a")
        time.sleep(TIMEOUT)
        with pytest.raises(TimeoutError):
            stream.read(1)
