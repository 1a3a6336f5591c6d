"""The one way every call takes: token, deadline, typed error."""

import hmac
import re
import uuid
from collections.abc import Iterable
from typing import TypeVar

import grpc

from leadgate_client._errors import error_from

READ_SECONDS = 5.0
"""Default deadline of a read, with all its retries."""

OBJECTION_SECONDS = 10.0
"""Default deadline of an objection: long enough to wait for the database, short enough for a person on the phone."""

MANY_OBJECTIONS_SECONDS = 60.0
"""Default deadline of what can concern many objections at once: a batch of them, and the annulment of an import."""

POLICY_SECONDS = 10.0
"""Default deadline of a change of policy."""

INTAKE_SECONDS = 30.0
"""Default deadline of an intake: a provider may take its time."""

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


class Calls:
    """Base of the calls of one service.

    Args:
        channel: The open channel.
        token: The principal's token.

    Raises:
        ValueError: The token is not made of visible ASCII characters.
    """

    def __init__(self, channel: grpc.Channel, token: str) -> None:
        if not re.fullmatch(r"[!-~]+", token):
            raise ValueError("a token is visible ASCII characters without spaces or line breaks")
        self._channel = channel
        self._metadata = (("authorization", f"Bearer {token}"),)
        self._key = token.encode("ascii")

    def derive_id(self, content: Iterable[bytes]) -> str:
        """Derive an id from content, such as a file, so that the same content can be sent again under the same ids.

        It is keyed with the token: who has the content, but not the token, cannot recognise one by the other.

        Args:
            content: The bytes, in parts of any size.

        Returns:
            32 hexadecimal digits, the same for the same bytes and the same token.
        """
        digest = hmac.new(self._key, digestmod="sha256")
        for part in content:
            digest.update(part)
        return digest.hexdigest()[:32]

    def _call(
        self, method: "grpc.UnaryUnaryMultiCallable[_Request, _Response]", request: _Request, timeout: float
    ) -> _Response:
        try:
            return method(request, timeout=timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            # gRPC's own error quotes texts that we do not know; it stays reachable as __context__, out of tracebacks.
            raise error_from(error) from None


def request_id_or_new(request_id: str | None) -> str:
    """The caller's id, or a random one. One id serves a logical call through all its retries."""
    return uuid.uuid4().hex if request_id is None else request_id
