"""The synchronous client."""

from pathlib import Path
from types import TracebackType
from typing import Self

import grpc

from leadgate_client._channel import local_credentials, open_channel, tls
from leadgate_client._governance import GovernanceCalls
from leadgate_client._intake import IntakeCalls
from leadgate_client._leads import LeadCalls
from leadgate_client._objections import ObjectionCalls


class Client(IntakeCalls, LeadCalls, ObjectionCalls, GovernanceCalls):
    """A connection to leadgate, safe to share between threads. Use it in a `with`, or close it.

    Every call carries the token and a deadline, is tried again while the service is unavailable, and keeps its request
    id meanwhile. Beside what its own docstring names, every call may raise Unauthenticated, NotAllowed, Overloaded,
    Unavailable, DeadlineExceeded, Internal, or their base LeadgateClientError.

    Args:
        target: Address of the service, as `host:port`.
        token: The principal's token. An operator issues one with `leadgate token issue`.
        credentials: How the service proves itself; None means TLS with the certificate authorities of gRPC. To read
            certificates from files, or to go without TLS on this machine, use `Client.connect`.

    Raises:
        ValueError: The token is not made of visible ASCII characters.
    """

    def __init__(self, target: str, *, token: str, credentials: grpc.ChannelCredentials | None = None) -> None:
        super().__init__(open_channel(target, credentials or tls(None, None, None)), token)
        self._target = target

    @classmethod
    def connect(  # noqa: PLR0913 - one keyword for each way to prove who is who
        cls,
        target: str,
        *,
        token: str,
        ca: Path | bytes | None = None,
        client_certificate: Path | bytes | None = None,
        client_key: Path | bytes | None = None,
        insecure_local: bool = False,
    ) -> Self:
        """Make a client from PEM files or bytes, or without TLS for a service on this machine.

        Args:
            target: Address of the service, as `host:port`.
            token: The principal's token.
            ca: Certificate authority that signed the service's certificate; None means those of gRPC.
            client_certificate: Our own certificate, where the service asks for one.
            client_key: Its private key.
            insecure_local: Go without TLS. Only to `localhost` or a loopback address.

        Raises:
            OSError: A file cannot be read.
            ValueError: *insecure_local* with a target elsewhere or with certificates; a client certificate without its
                key; or a token that is not made of visible ASCII characters.
        """
        if not insecure_local:
            return cls(target, token=token, credentials=tls(ca, client_certificate, client_key))
        if ca or client_certificate or client_key:
            raise ValueError("without TLS there is no use for certificates: leave them or insecure_local out")
        return cls(target, token=token, credentials=local_credentials(target))

    def close(self) -> None:
        """Close the connection. Calls under way end; later ones raise ValueError."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._target}>"
