"""Opens the channel: who may listen, how often is tried again, how long a dead peer goes unnoticed."""

import ipaddress
import json
from pathlib import Path

import grpc

MAX_MESSAGE_BYTES = 16 * 2**20
"""The largest message sent or accepted."""

_KEEPALIVE_MS = 5 * 60 * 1000  # a gRPC server hangs up on clients that ping an idle connection more often
_KEEPALIVE_TIMEOUT_MS = 20 * 1000  # also how long the kernel waits for a vanished peer

_BACKOFF = {"initialBackoff": "0.25s", "maxBackoff": "4s", "backoffMultiplier": 2}
_RECONNECT_MS = (("grpc.initial_reconnect_backoff_ms", 250), ("grpc.max_reconnect_backoff_ms", 4000))
# In step with _BACKOFF: gRPC's own second between two connects would outlast most tries.


def _retried(service: str, *codes: str) -> dict[str, object]:
    # Five attempts are the most that gRPC allows. Writes may be repeated: they carry a request id.
    policy = _BACKOFF | {"maxAttempts": 5, "retryableStatusCodes": codes}
    return {"name": [{"service": service}], "retryPolicy": policy}


SERVICE_CONFIG = json.dumps(
    {
        "methodConfig": [
            # The intake aborts a call only because one with the same request id is under way (REQUEST_IN_PROGRESS).
            _retried("leadgate.v1.IntakeService", "UNAVAILABLE", "ABORTED"),
            _retried("leadgate.v1.LeadService", "UNAVAILABLE"),
            _retried("leadgate.v1.ObjectionService", "UNAVAILABLE"),
            _retried("leadgate.v1.GovernanceService", "UNAVAILABLE"),
        ]
    }
)
"""gRPC's own retry, within the deadline of the call and with the request as it was first sent."""

_OPTIONS = (
    ("grpc.service_config", SERVICE_CONFIG),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", _KEEPALIVE_MS),
    ("grpc.keepalive_timeout_ms", _KEEPALIVE_TIMEOUT_MS),
    *_RECONNECT_MS,
)


def open_channel(target: str, credentials: grpc.ChannelCredentials) -> grpc.Channel:
    """Opens a channel; the connection is made with the first call.

    A server on this machine is never asked for through an HTTP proxy, which could be elsewhere.
    """
    proxy = (("grpc.enable_http_proxy", 0),) if is_loopback(target) else ()
    return grpc.secure_channel(target, credentials, options=(*_OPTIONS, *proxy))


def is_loopback(target: str) -> bool:
    """Whether *target*, as `host:port`, is `localhost` or a loopback address. Anything else that gRPC takes is not."""
    host = target.rpartition(":")[0].removeprefix("[").removesuffix("]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def local_credentials(target: str) -> grpc.ChannelCredentials:
    """Credentials without TLS, for a server on this machine.

    gRPC itself checks the peer again at each connect, so a name that resolves elsewhere gets no call and no token.

    Raises:
        ValueError: *target* is not `localhost` or a loopback address.
    """
    if not is_loopback(target):
        raise ValueError(f"without TLS only localhost or a loopback address may be called, not {target}")
    return grpc.local_channel_credentials(grpc.LocalConnectionType.LOCAL_TCP)


def tls(
    ca: Path | bytes | None, client_certificate: Path | bytes | None, client_key: Path | bytes | None
) -> grpc.ChannelCredentials:
    """Credentials for TLS from PEM files or bytes.

    Raises:
        OSError: A file cannot be read.
        ValueError: Only one of certificate and key is given.
    """
    if (client_certificate is None) != (client_key is None):
        raise ValueError("a client certificate and its key go together")
    return grpc.ssl_channel_credentials(
        root_certificates=_pem(ca), private_key=_pem(client_key), certificate_chain=_pem(client_certificate)
    )


def _pem(source: Path | bytes | None) -> bytes | None:
    return source.read_bytes() if isinstance(source, Path) else source
