"""How the door is told where to stand; what is wrong is refused at the start, by the variable's name."""

import ssl
from pathlib import Path

import pytest
import requests
from leadgate_service.config import ZENDESK_TEST_SECRET, Config, ConfigError, Tls

from tests.client.certificates import Authority
from tests.door.conftest import Start
from tests.door.visitor import door
from tests.rpc.test_transport_security import REQUIRED

DEV = {**REQUIRED, "LEADGATE_DEV": "1"}
DOOR = {"LEADGATE_DOOR_LISTEN": "127.0.0.1:8080", "LEADGATE_DOOR_URL": "https://privacy.example.com/"}


def test_the_door_is_shut_unless_it_is_told() -> None:
    """Without any of its variables there is none."""
    assert Config.from_environment(DEV).door is None


def test_a_door_is_read_from_its_variables() -> None:
    """Address, public address and secret; the secret is in no printed settings."""
    config = Config.from_environment({**DEV, **DOOR, "LEADGATE_ZENDESK_SECRET": "lgcanary"})
    assert config.door is not None
    assert (config.door.url, config.door.zendesk_secret) == ("https://privacy.example.com", "lgcanary")
    assert "lgcanary" not in repr(config)


def test_the_desk_is_shut_unless_it_is_told() -> None:
    """`1` opens it, `0` is as good as nothing, and without a door it has nowhere to stand."""
    told = [Config.from_environment({**DEV, **DOOR, **desk}).door for desk in ({}, {"LEADGATE_DESK": "1"})]
    assert [one is not None and one.desk for one in told] == [False, True]
    assert Config.from_environment({**DEV, "LEADGATE_DESK": "0"}).door is None
    with pytest.raises(ConfigError, match="LEADGATE_DOOR_LISTEN must be set"):
        Config.from_environment({**DEV, "LEADGATE_DESK": "1"})


@pytest.mark.parametrize(
    ("wrong", "variable"),
    [
        ({"LEADGATE_DOOR_URL": ""}, "LEADGATE_DOOR_URL"),
        ({"LEADGATE_DOOR_LISTEN": ""}, "LEADGATE_DOOR_LISTEN"),
        ({"LEADGATE_DOOR_LISTEN": "", "LEADGATE_DOOR_URL": "", "LEADGATE_ZENDESK_SECRET": "a"}, "LEADGATE_DOOR_LISTEN"),
        ({"LEADGATE_DOOR_URL": "privacy.example.com"}, "LEADGATE_DOOR_URL"),
        ({"LEADGATE_DOOR_URL": "https://privacy.example.com/path"}, "LEADGATE_DOOR_URL"),
        ({"LEADGATE_DOOR_URL": "http://privacy.example.com"}, "LEADGATE_DOOR_URL"),
        ({"LEADGATE_DOOR_LISTEN": "8080"}, "LEADGATE_DOOR_LISTEN"),
        ({"LEADGATE_DOOR_LISTEN": "0.0.0.0:8080"}, "LEADGATE_DOOR_TLS_CERTIFICATE"),
        ({"LEADGATE_DOOR_TLS_CERTIFICATE": "a"}, "LEADGATE_DOOR_TLS_KEY"),
        ({"LEADGATE_ZENDESK_SECRET": ZENDESK_TEST_SECRET}, "LEADGATE_ZENDESK_SECRET"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(wrong: dict[str, str], variable: str) -> None:
    """The message names the variable and its rule; the secret that all know is refused like any mistake."""
    served = {**REQUIRED, "LEADGATE_TLS_CERTIFICATE": "a", "LEADGATE_TLS_KEY": "b"}
    with pytest.raises(ConfigError) as refused:
        Config.from_environment({**served, **DOOR, **wrong})
    assert refused.value.metadata["variable"] == variable
    assert ZENDESK_TEST_SECRET not in refused.value.message


def test_development_may_do_without_https() -> None:
    """On a laptop the public address may be http."""
    config = Config.from_environment({**DEV, **DOOR, "LEADGATE_DOOR_URL": "http://localhost:8080"})
    assert config.door is not None
    assert config.door.url == "http://localhost:8080"


@pytest.mark.proves("R-077")
def test_the_door_speaks_tls(sqlite_url: str, start: Start, tmp_path: Path) -> None:
    """With a certificate it is served over TLS 1.2 or later, and not in clear."""
    authority = Authority()
    pair = authority.issue("door")
    for name, pem in (("door.pem", pair.certificate), ("door.key", pair.key), ("ca.pem", authority.pem)):
        (tmp_path / name).write_bytes(pem)
    tls = Tls(certificate=tmp_path / "door.pem", key=tmp_path / "door.key", client_ca=None)
    service = start(sqlite_url, door=door(tls=tls))
    url = service.door.replace("http://", "https://")
    assert requests.get(f"{url}/nowhere", timeout=5, verify=str(tmp_path / "ca.pem")).status_code == 404
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{service.door}/nowhere", timeout=5)


def test_a_certificate_that_does_not_fit_is_refused(sqlite_url: str, start: Start, tmp_path: Path) -> None:
    """A key of another certificate, an encrypted one or a missing file is told by the variable's name."""
    one, other = Authority().issue("one"), Authority().issue("other")
    (tmp_path / "one.pem").write_bytes(one.certificate)
    (tmp_path / "other.key").write_bytes(other.key)
    for key in (tmp_path / "other.key", tmp_path / "missing.key"):
        tls = Tls(certificate=tmp_path / "one.pem", key=key, client_ca=None)
        with pytest.raises(ConfigError, match="LEADGATE_DOOR_TLS_CERTIFICATE"):
            start(sqlite_url, door=door(tls=tls))
    assert ssl.OPENSSL_VERSION_INFO >= (3, 0), "AES-SIV needs it"
