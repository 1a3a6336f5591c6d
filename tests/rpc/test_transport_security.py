"""Nothing travels in clear outside development, and nobody gets in without a certificate where one is asked (R-077)."""

from collections.abc import Mapping
from pathlib import Path

import grpc
import pytest
from leadgate_service.config import Config, ConfigError, Tls

from tests.client.certificates import Authority, Pair
from tests.domain.policies import REMOVED
from tests.rpc.conftest import Start
from tests.rpc.messages import get
from tests.rpc.policies import founding
from tests.rpc.wire import Answer, Caller
from tests.running_service import PRINCIPALS, RunningService

OURS, THEIRS = Authority(), Authority()
REQUIRED = {
    "LEADGATE_DATABASE_URL": "sqlite:///leadgate.db",
    "LEADGATE_KEEP_RING": "keep",
    "LEADGATE_BURN_RING": "burn",
    "LEADGATE_CHECKPOINTS": "checkpoints",
}


def written(folder: Path, pair: Pair, client_ca: bytes | None = None) -> Tls:
    """Write a certificate and its key to files, and whom it trusts."""
    (folder / "tls.pem").write_bytes(pair.certificate)
    (folder / "tls.key").write_bytes(pair.key)
    if client_ca is not None:
        (folder / "client-ca.pem").write_bytes(client_ca)
    ca = folder / "client-ca.pem" if client_ca is not None else None
    return Tls(certificate=folder / "tls.pem", key=folder / "tls.key", client_ca=ca)


def asked(service: RunningService, credentials: grpc.ChannelCredentials | None) -> Answer:
    """Ask for a lead over a connection of one's own."""
    if credentials is None:
        channel = grpc.insecure_channel(service.target)
    else:
        channel = grpc.secure_channel(service.target, credentials)
    with channel:
        return Caller(channel, service.token(PRINCIPALS["crm_sync"])).send(get(), seconds=5)


def trusting(authority: Authority, client: Pair | None = None) -> grpc.ChannelCredentials:
    """Trust an authority, and show a certificate of one's own if there is one."""
    key, certificate = (client.key, client.certificate) if client is not None else (None, None)
    return grpc.ssl_channel_credentials(authority.pem, key, certificate)


@pytest.mark.proves("R-077")
def test_calls_go_over_tls(sqlite_url: str, start: Start, tmp_path: Path) -> None:
    """A client that trusts the service's authority is served; one that trusts another, or speaks in clear, is not."""
    service = start(
        sqlite_url,
        dev=False,
        tls=written(tmp_path, OURS.issue("leadgate")),
        founding_policy=founding(tmp_path, {("demo",): REMOVED}),
    )
    assert asked(service, trusting(OURS)).reason == "LEAD_NOT_FOUND"
    assert asked(service, trusting(THEIRS)).code is grpc.StatusCode.UNAVAILABLE
    assert asked(service, None).code is grpc.StatusCode.UNAVAILABLE


@pytest.mark.proves("R-077", "P26")
def test_a_client_certificate_is_asked_for_where_configured(sqlite_url: str, start: Start, tmp_path: Path) -> None:
    """Only a certificate of the configured authority lets a client in; a token alone does not."""
    tls = written(tmp_path, OURS.issue("leadgate"), OURS.pem)
    service = start(sqlite_url, tls=tls)
    assert asked(service, trusting(OURS, OURS.issue("crm"))).reason == "LEAD_NOT_FOUND"
    assert asked(service, trusting(OURS)).code is grpc.StatusCode.UNAVAILABLE
    assert asked(service, trusting(OURS, THEIRS.issue("crm"))).code is grpc.StatusCode.UNAVAILABLE
    assert asked(service, None).code is grpc.StatusCode.UNAVAILABLE


@pytest.mark.proves("R-077")
@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({}, "LEADGATE_TLS_CERTIFICATE"),
        ({"LEADGATE_LISTEN": "0.0.0.0:8443"}, "LEADGATE_TLS_CERTIFICATE"),
        ({"LEADGATE_DEV": "1", "LEADGATE_LISTEN": "0.0.0.0:8443"}, "LEADGATE_LISTEN"),
        ({"LEADGATE_DEV": "1", "LEADGATE_LISTEN": "[::]:8443"}, "LEADGATE_LISTEN"),
        ({"LEADGATE_DEV": "1", "LEADGATE_LISTEN": "leadgate.example.com:8443"}, "LEADGATE_LISTEN"),
        ({"LEADGATE_DEV": "yes"}, "LEADGATE_DEV"),
        ({"LEADGATE_TLS_CERTIFICATE": "tls.pem"}, "LEADGATE_TLS_KEY"),
    ],
)
def test_a_service_without_tls_does_not_start(changes: Mapping[str, str], variable: str) -> None:
    """Without a certificate only a development server starts, and only on a loopback address; the refusal names why."""
    with pytest.raises(ConfigError) as refused:
        Config.from_environment({**REQUIRED, **changes})
    assert (refused.value.reason, refused.value.metadata) == ("CONFIG_INVALID", {"variable": variable})


@pytest.mark.proves("R-077")
@pytest.mark.parametrize("address", ["127.0.0.1:0", "localhost:0", "[::1]:0"])
def test_a_development_server_is_for_this_machine(address: str) -> None:
    """On a loopback address a development server needs no certificate."""
    told = {**REQUIRED, "LEADGATE_DEV": "1", "LEADGATE_LISTEN": address}
    assert Config.from_environment(told).listen == address


@pytest.mark.proves("R-077")
@pytest.mark.parametrize("broken", ["certificate", "key", "client_ca"])
def test_a_service_with_a_broken_certificate_does_not_start(
    sqlite_url: str, start: Start, tmp_path: Path, broken: str
) -> None:
    """A file that is missing, or is no certificate or key, stops the start: never does it fall back to clear text."""
    tls = written(tmp_path, OURS.issue("leadgate"), OURS.pem)
    for content in (b"no certificate", None):
        path: Path = getattr(tls, broken)
        path.unlink() if content is None else path.write_bytes(content)
        with pytest.raises(ConfigError):
            start(sqlite_url, tls=tls)
