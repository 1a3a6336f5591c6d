"""Who cannot prove to be the provider gets no address."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from leadgate_providers import HunterClient, Outcome, Query
from leadgate_simulators import HunterSimulator

from tests.providers.conftest import always


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate and its key in one file: right name and date, signed by nobody but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today)
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def impostor(certificate: Path) -> Iterator[HunterSimulator]:
    """A provider that speaks TLS under that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    simulator = HunterSimulator()
    simulator._server.socket = context.wrap_socket(simulator._server.socket, server_side=True)
    with simulator:
        yield simulator


def test_an_unproved_certificate_ends_the_look_up(impostor: HunterSimulator) -> None:
    """Nothing is sent to a server whose certificate nobody vouches for, and it is not tried again."""
    client = HunterClient(
        api_key=impostor.api_key, base_url=impostor.url.replace("http://127.0.0.1", "https://localhost")
    )
    reply = client.look_up(Query(email="zoe.quintave@northpier.example.com"), timeout=5, may_ask_again=always)

    assert (reply.outcome, reply.calls, impostor.requests) == (Outcome.UNREADABLE, 1, 0)
