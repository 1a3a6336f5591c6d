"""One HTTP GET to a provider: bounded in time and size, without redirects, and silent."""

import http.client
import logging
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from leadgate_providers.punctual import PunctualAdapter

MAX_BODY = 1 << 20
"""Bytes of an answer. The largest documented one has some 10 kB."""

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 10.0
"""Seconds for one request, before the look-up's own deadline cuts them shorter. Clearbit's own client waits ten."""

_CONNECTIONS = 32
_SUCCESS = frozenset({200, 201})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_BROKEN = (OSError, HTTPError, http.client.HTTPException)


class Unanswered(Exception):
    """No complete answer came; another attempt may bring one."""


class Untrusted(Exception):
    """The other side could not prove who it is; nothing was sent, and nothing will be."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: The HTTP status.
        retry_after: The header of that name, as sent.
        body: The bytes of a success, as sent. None for any other status, and for what is not JSON or too large.
    """

    status: int
    retry_after: str | None = field(repr=False)
    body: bytes | None = field(repr=False)


def checked_url(url: str) -> str:
    """Return a base URL without its trailing slash.

    Raises:
        ValueError: It is not `https://host[:port][/path]`; plain HTTP is for loopback only (Art. 32 GDPR).
    """
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not is_safe or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("a provider's base URL is https://host[:port][/path]; plain http is for loopback only")
    return url.rstrip("/")


def checked_key(key: str) -> str:
    """Return an API key that a header can carry.

    Raises:
        ValueError: It is empty, or holds spaces, line breaks or other characters that no header takes.
    """
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("an API key is non-empty printable ASCII without spaces; mind a line break at its end")
    return key


class Transport:
    """Sends requests; may be shared by threads.

    It sits on the adapter beneath `requests.Session`, not on the session: the adapter follows no redirect, keeps no
    cookie, reads no proxy variable and no .netrc, and shares no state between threads but its connection pool.

    Args:
        headers: Sent with every request; the place of the API key, for a URL ends in logs.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._adapter = PunctualAdapter(pool_connections=2, pool_maxsize=_CONNECTIONS)
        # Only unencoded answers, and none is ever decoded: MAX_BODY bounds what is held, and nothing can inflate.
        self._headers = {
            "User-Agent": "leadgate",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            **headers,
        }

    def get(self, url: str, params: Mapping[str, str], *, timeout: float) -> Answer:
        """Send one request and read the whole answer.

        Args:
            url: Where to, without a query.
            params: The query.
            timeout: Seconds until the last byte must be there; above 0.

        Raises:
            Unanswered: Refused, reset, cut short, not HTTP, or too slow.
            Untrusted: The certificate does not hold.
        """
        request = requests.Request("GET", url, params=dict(params), headers=self._headers).prepare()
        limits: Any = Timeout(connect=CONNECT_TIMEOUT, read=READ_TIMEOUT, total=timeout)  # unknown to the type stubs
        try:
            with closing(self._adapter.send(request, stream=True, timeout=limits)) as response:
                return Answer(response.status_code, response.headers.get("Retry-After"), _body(response))
        except requests.exceptions.SSLError:
            raise Untrusted from None
        except _BROKEN:
            # `from None`: the cause's text holds the URL, and the URL the address.
            raise Unanswered from None

    def close(self) -> None:
        """Close the idle connections."""
        self._adapter.close()


def _body(response: requests.Response) -> bytes | None:
    if response.status_code not in _SUCCESS:
        # Nobody reads an error's text; taking it off the wire frees the connection for the next look-up.
        with suppress(*_BROKEN):
            response.raw.read(MAX_BODY, decode_content=False)
        return None
    if not _is_json(response.headers):
        return None
    body: bytes = response.raw.read(MAX_BODY + 1, decode_content=False)
    if len(body) > MAX_BODY:
        return None
    if response.raw.length_remaining:
        raise Unanswered
    return body


def _is_json(headers: Mapping[str, str]) -> bool:
    media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return media_type == "application/json"


def _nothing(_record: logging.LogRecord) -> bool:
    return False


def _silence_urllib3() -> None:
    """Drop every record of urllib3: at DEBUG it writes request lines, and ours hold an address (R-003, R-078).

    A filter on each of its loggers holds whatever level, handler or configuration is set later, above or on them; one
    on the parent would not see its children's records. What failed is told by the outcome.
    """
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "urllib3":
            logging.getLogger(name).addFilter(_nothing)


_silence_urllib3()
