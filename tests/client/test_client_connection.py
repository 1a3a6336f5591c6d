"""Who is connected to whom, and how."""

from pathlib import Path

import grpc
import pytest
from leadgate_client import Client, DeadlineExceeded, Unavailable

from tests.client.certificates import Authority, Pair
from tests.client.fake_service import TOKEN, Fakes, serving

NO_CONNECTION = (Unavailable, DeadlineExceeded)
"""Which of the two depends on whether the last try or the deadline comes first."""


@pytest.fixture(scope="module")
def authority() -> Authority:
    """The authority that signs what the service shows."""
    return Authority()


def server_credentials(authority: Authority, pair: Pair, *, ask_client: bool = False) -> grpc.ServerCredentials:
    """Credentials of a service that may ask its clients for certificates."""
    return grpc.ssl_server_credentials(
        [(pair.key, pair.certificate)],
        root_certificates=authority.pem if ask_client else None,
        require_client_auth=ask_client,
    )


def test_tls_with_the_authority_that_signed(fakes: Fakes, authority: Authority, tmp_path: Path) -> None:
    """A client that is given the authority's file talks to the service it signed for."""
    ca = tmp_path / "ca.pem"
    ca.write_bytes(authority.pem)
    credentials = server_credentials(authority, authority.issue("service"))
    with (
        serving(fakes, credentials=credentials) as port,
        Client.connect(f"127.0.0.1:{port}", token=TOKEN, ca=ca) as client,
    ):
        assert client.get_policy().version == 1


def test_tls_with_another_authority_sends_nothing(fakes: Fakes, authority: Authority) -> None:
    """A service that somebody else signed for never sees the token or a request."""
    credentials = server_credentials(authority, authority.issue("service"))
    with (
        serving(fakes, credentials=credentials) as port,
        Client.connect(f"127.0.0.1:{port}", token=TOKEN, ca=Authority().pem) as client,
        pytest.raises(NO_CONNECTION),
    ):
        client.get_policy(timeout=0.5)
    assert fakes.arrivals == []


def test_a_client_certificate_is_shown_where_asked_for(fakes: Fakes, authority: Authority) -> None:
    """With its certificate a client is let in, without it not."""
    credentials = server_credentials(authority, authority.issue("service"), ask_client=True)
    own = authority.issue("sync job")
    with serving(fakes, credentials=credentials) as port:
        target = f"127.0.0.1:{port}"
        with Client.connect(
            target, token=TOKEN, ca=authority.pem, client_certificate=own.certificate, client_key=own.key
        ) as client:
            assert client.get_policy().version == 1
        with Client.connect(target, token=TOKEN, ca=authority.pem) as stranger, pytest.raises(NO_CONNECTION):
            stranger.get_policy(timeout=0.5)


def test_tls_is_the_default(target: str, fakes: Fakes) -> None:
    """A client that is told nothing speaks TLS, and says nothing to a service that does not."""
    with Client(target, token=TOKEN) as client, pytest.raises(NO_CONNECTION):
        client.get_policy(timeout=0.5)
    assert fakes.arrivals == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_without_tls_this_machine_may_be_called(host: str) -> None:
    """Development needs no certificates as long as nothing leaves the machine."""
    Client.connect(f"{host}:50051", token=TOKEN, insecure_local=True).close()


@pytest.mark.parametrize(
    "target",
    [
        "leadgate.example.com:443",
        "192.0.2.7:50051",
        "0.0.0.0:50051",
        "[2001:db8::1]:50051",
        "localhost.example.com:50051",
        "dns:///localhost:50051",
        "ipv4:127.0.0.1:50051,192.0.2.7:50051",
        "localhost",
        "",
    ],
)
def test_without_tls_nobody_else_may_be_called(target: str) -> None:
    """A token and personal data never travel in clear; the error names the target."""
    with pytest.raises(ValueError, match="loopback") as caught:
        Client.connect(target, token=TOKEN, insecure_local=True)
    assert target in str(caught.value)


def test_this_machine_is_never_asked_for_through_a_proxy(
    client: Client, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An HTTP proxy in the environment, which could be elsewhere, gets nothing of a local call."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with Client.connect(target, token=TOKEN, insecure_local=True) as fresh:
        assert fresh.get_policy() == client.get_policy()


def test_certificates_without_tls_are_a_contradiction(authority: Authority) -> None:
    """Whoever gives a certificate believes in TLS, and is not silently left without."""
    with pytest.raises(ValueError, match="certificates"):
        Client.connect("localhost:50051", token=TOKEN, ca=authority.pem, insecure_local=True)


def test_a_client_certificate_needs_its_key(authority: Authority) -> None:
    """Half a pair is the caller's mistake."""
    with pytest.raises(ValueError, match="go together"):
        Client.connect("localhost:50051", token=TOKEN, client_certificate=authority.issue("sync job").certificate)


@pytest.mark.parametrize("token", ["", "two words", "with-a-break\n", "naïve"])
def test_a_token_that_cannot_be_sent_is_refused_without_showing_it(token: str) -> None:
    """A token with a line break, as read from a file, is told at once, and not repeated."""
    with pytest.raises(ValueError, match="visible ASCII") as caught:
        Client.connect("localhost:50051", token=token, insecure_local=True)
    assert not token or token not in str(caught.value)


def test_a_closed_client_calls_nobody(target: str, fakes: Fakes) -> None:
    """After the `with` the connection is gone, and using it says so."""
    with Client.connect(target, token=TOKEN, insecure_local=True) as client:
        client.get_policy()
    with pytest.raises(ValueError, match="closed"):
        client.get_policy()
    assert len(fakes.arrivals) == 1
