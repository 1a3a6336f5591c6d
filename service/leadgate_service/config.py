"""What a service needs to be told, read once from the environment and refused at the start if it is wrong."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Self, TypeVar

from leadgate_service.errors import FailedPrecondition

Value = TypeVar("Value")

PREFIX = "LEADGATE_"
"""What every variable's name begins with."""

ZENDESK_TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 - published by Zendesk
"""What Zendesk signs with until a webhook exists; whoever knows it could object for everybody."""

_MOST_PORT = 65535
_BASE_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?")
_DOOR = ("DOOR_LISTEN", "DOOR_URL", "DOOR_TLS_CERTIFICATE", "DOOR_TLS_KEY", "ZENDESK_SECRET")
"""The variables of the HTTP door. One of them alone is a mistake, and not a door that stays shut."""


class ConfigError(FailedPrecondition):
    """A setting is missing or wrong; the message names the variable, its rule, and never its value."""

    def __init__(self, variable: str, rule: str) -> None:
        super().__init__("CONFIG_INVALID", f"{variable} {rule}.", variable=variable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """The server's certificate, and whose client certificates it asks for.

    Attributes:
        certificate: PEM chain.
        key: PEM private key.
        client_ca: PEM of the CA that client certificates must come from; None asks for none.
    """

    certificate: Path
    key: Path
    client_ca: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearbitAccess:
    """How Clearbit, or a provider that speaks its format, is reached."""

    key: str = field(repr=False)
    person_url: str
    company_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HunterAccess:
    """How Hunter is reached."""

    key: str = field(repr=False)
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorConfig:
    """The HTTP door, for people and systems that speak no gRPC.

    Attributes:
        listen: Host and port of its own; port 0 takes a free one.
        url: Where the world reaches it, without a slash at the end: what links to unsubscribe begin with.
        tls: How the connection is secured; None only on loopback, where a proxy that ends TLS may stand in front.
        zendesk_secret: The signing secret of Zendesk's webhook; None if there is none.
        desk: The objection desk is open.
    """

    listen: str
    url: str
    tls: Tls | None
    zendesk_secret: str | None = field(repr=False)
    desk: bool = False

    def __post_init__(self) -> None:
        if self.tls is None and not _is_loopback(self.listen):
            rule = "must name the door's certificate, unless LEADGATE_DOOR_LISTEN is a loopback address"
            raise ConfigError("LEADGATE_DOOR_TLS_CERTIFICATE", rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreConfig:
    """Where the data and its keys are: all that a command beside the service needs.

    Attributes:
        database_url: `sqlite:///PATH` or `postgresql://...`.
        keep_ring: Directory of the keep ring.
        burn_ring: Directory of the burn ring.
    """

    database_url: str = field(repr=False)
    keep_ring: Path
    burn_ring: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(StoreConfig):
    """Everything that a service is told, each setting sound by itself. Only a `Config` may be served with.

    Attributes:
        checkpoints: Directory for signed audit checkpoints, outside the database.
        listen: Host and port; port 0 takes a free one.
        dev: Development: no TLS, loopback only, and a policy for invented people is accepted.
        tls: How the connection is secured; None only with `dev`.
        clearbit: None if Clearbit is not used.
        hunter: None if Hunter is not used.
        founding_policy: A policy file that founds an empty database.
        reflection: The contract may be read from the server itself.
        door: None if there is no HTTP door.
    """

    checkpoints: Path
    listen: str
    dev: bool
    tls: Tls | None
    clearbit: ClearbitAccess | None
    hunter: HunterAccess | None
    founding_policy: Path | None
    reflection: bool
    door: DoorConfig | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            ConfigError: A variable is missing or wrong; for a `Config`, also if it is wrong beside the others.
        """
        read = _Reader(environment)
        return cls(
            database_url=read.required("DATABASE_URL", _database_url),
            keep_ring=read.required("KEEP_RING", Path),
            burn_ring=read.required("BURN_RING", Path),
            checkpoints=read.required("CHECKPOINTS", Path),
            listen=read.optional("LISTEN", _address) or "127.0.0.1:8443",
            dev=read.flag("DEV", default=False),
            tls=_tls(read, "TLS", client_ca=read.optional("TLS_CLIENT_CA", Path)),
            clearbit=_clearbit(read),
            hunter=_hunter(read),
            founding_policy=read.optional("FOUNDING_POLICY", Path),
            reflection=read.flag("REFLECTION", default=True),
            door=_door(read),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(Settings):
    """Settings that a service may be started with.

    Raises:
        ConfigError: Together they would serve people's data in the clear.
    """

    def __post_init__(self) -> None:
        if self.tls is None and not self.dev:
            raise ConfigError("LEADGATE_TLS_CERTIFICATE", "must name the server's certificate, or serve with --dev")
        if self.dev and not _is_loopback(self.listen):
            raise ConfigError("LEADGATE_LISTEN", "must be a loopback address with --dev, such as 127.0.0.1:8443")
        if self.door is not None and not self.dev and not self.door.url.startswith("https://"):
            raise ConfigError("LEADGATE_DOOR_URL", "must begin with https://, or serve with --dev")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads variables by name without the prefix."""

    environment: Mapping[str, str]

    def optional(self, name: str, parse: Callable[[str], Value]) -> Value | None:
        value = self.environment.get(PREFIX + name, "")
        try:
            return parse(value) if value else None
        except ValueError as error:
            raise ConfigError(PREFIX + name, str(error)) from None

    def required(self, name: str, parse: Callable[[str], Value]) -> Value:
        value = self.optional(name, parse)
        if value is None:
            raise ConfigError(PREFIX + name, "must be set")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.optional(name, str)
        if value not in {None, "0", "1"}:
            raise ConfigError(PREFIX + name, "must be 0 or 1")
        return default if value is None else value == "1"


def _database_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return value


def _address(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _MOST_PORT:
        raise ValueError("must be a host and a port, such as 127.0.0.1:8443")
    return value


def _tls(read: _Reader, name: str, *, client_ca: Path | None = None) -> Tls | None:
    certificate = read.optional(f"{name}_CERTIFICATE", Path)
    if certificate is None:
        return None
    return Tls(certificate=certificate, key=read.required(f"{name}_KEY", Path), client_ca=client_ca)


def _door(read: _Reader) -> DoorConfig | None:
    desk = read.flag("DESK", default=False)
    if not desk and not any(read.environment.get(PREFIX + name) for name in _DOOR):
        return None
    return DoorConfig(
        listen=read.required("DOOR_LISTEN", _address),
        url=read.required("DOOR_URL", _base_url),
        tls=_tls(read, "DOOR_TLS"),
        zendesk_secret=read.optional("ZENDESK_SECRET", _zendesk_secret),
        desk=desk,
    )


def _base_url(value: str) -> str:
    if not _BASE_URL.fullmatch(value):
        raise ValueError("must be a scheme and a host, such as https://privacy.example.com, without a path")
    return value.removesuffix("/")


def _zendesk_secret(value: str) -> str:
    if value == ZENDESK_TEST_SECRET:
        raise ValueError("must be the webhook's own signing secret: this one is Zendesk's for tests, which all know")
    return value


def _clearbit(read: _Reader) -> ClearbitAccess | None:
    key = read.optional("CLEARBIT_KEY", str)
    if key is None:
        return None
    return ClearbitAccess(
        key=key,
        person_url=read.optional("CLEARBIT_PERSON_URL", str) or "https://person.clearbit.com",
        company_url=read.optional("CLEARBIT_COMPANY_URL", str) or "https://company.clearbit.com",
    )


def _hunter(read: _Reader) -> HunterAccess | None:
    key = read.optional("HUNTER_KEY", str)
    if key is None:
        return None
    return HunterAccess(key=key, url=read.optional("HUNTER_URL", str) or "https://api.hunter.io")


def _is_loopback(listen: str) -> bool:
    host = listen.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
