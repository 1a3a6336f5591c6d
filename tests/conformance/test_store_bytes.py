"""What lies on the disk of every database: no address, no sealed value, nothing that a provider said besides."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import sqlalchemy as sa
from leadgate_service.domain import identity
from leadgate_service.domain.decision import Outcome, Reason
from leadgate_service.domain.identity import Identifier
from leadgate_service.domain.register import SourceName
from leadgate_service.records import Caller
from leadgate_service.storage import tables

from tests.builders import IDA, LAST_DAY, candidate, company, crm_record, intake, person
from tests.databases import Postgres
from tests.stores import SQLITE, Rings
from tests.worlds import World

CONTROL = b"lgcontrol Harbour Works"
"""A company's name, which is kept in clear: it must be found, or the search does not work."""

ADDRESS = "lgcanary.address@harbour.example.org"
TAGGED = "lgcanary.address+lgcanary-tag@harbour.example.org"
SECRETS = [b"lgcanary", b"Lgcanary", b"LGCANARY", b"+31205550177", b"020 555 0177", b"5550177"]


@pytest.fixture
def files(request: pytest.FixtureRequest, world: World) -> Path:
    """The folder that holds every byte of the database: its files, its write-ahead log, its server's log."""
    if world.url.startswith(SQLITE):
        return Path(world.url.removeprefix(SQLITE)).parent
    server: Postgres = request.getfixturevalue("postgres")
    return server.folder


def found(files: Path, wanted: bytes) -> list[str]:
    """The files in which bytes are found."""
    return [str(path) for path in files.rglob("*") if path.is_file() and wanted in path.read_bytes()]


def canary_person() -> dict[str, object]:
    """A person with a canary at every place that is not kept in clear."""
    return person(
        "Lgcanary Fullname",
        title="Lgcanary Title",
        phone="+31 20 555 0177",
        id="lgcanary-person-id",
        email=ADDRESS,
        bio="lgcanary-bio",
        location="lgcanary-location",
        birthYear=1977,
        lgcanaryAttribute="x",
        linkedin={"handle": "lgcanary-handle"},
    )


def fill(world: World) -> None:
    """Take every path that is given a person's values: asked, stored, updated, refused, objected to, sent again."""
    said = intake(ADDRESS, crm_record=crm_record("00Q-plain"))
    firm = company("harbour.example.org", name=CONTROL.decode(), id="lgcanary-company-id", tags=["lgcanary-tag"])
    caller = Caller("demo-enrichment", "enrich", "asked", ADDRESS.encode())
    assert world.claim(said, SourceName.HUNTER, caller=caller) is None
    item = candidate(said=said, source=SourceName.HUNTER, person=canary_person(), company=firm)
    for claimed in (True, False):
        world.admit(item, caller=caller, claimed=claimed)
    assert world.admit(item)[0].outcome is Outcome.UPDATED
    young = candidate(said=intake(TAGGED), person={**canary_person(), "age": 12}, company=firm)
    assert world.admit(young)[0].reason is Reason.INELIGIBLE
    world.register(TAGGED)
    assert world.admit(item)[0].reason is Reason.SUPPRESSED


@pytest.mark.proves("R-001", "R-003", "R-076", "R-074")
def test_no_address_and_nothing_unasked_is_in_any_byte(world: World, files: Path) -> None:
    """Search every file for every canary: none. The control, stored in clear, shows that the search works."""
    fill(world)
    assert found(files, CONTROL) != []
    for secret in (*SECRETS, b"1977-", b"birthYear"):
        assert found(files, secret) == []
    content = world.content(ADDRESS)
    assert (content.full_name, content.phone_number) == ("Lgcanary Fullname", "+31205550177")


@pytest.mark.proves("R-054", "P16")
def test_without_the_day_s_key_sealed_fields_are_gone(database_url: str, tmp_path: Path) -> None:
    """Destroy the key of one day: leads of that day do not open any more, a lead of another day does."""
    with World.founded(database_url, Rings.made(tmp_path / "own")) as world:
        world.admit(candidate(person=person()))
        world.pass_days(1)
        other = "ben.okafor@northpier.example.com"
        world.admit(
            candidate(said=intake(other), obtained_time=world.now, person=person("Ben Okafor", id="person-ben")),
        )
        world.rings.burn.destroy(LAST_DAY)
        assert world.held(IDA).fields is None
        assert world.content(other).full_name == "Ben Okafor"


def stolen(world: World) -> bytes:
    """What a thief has: the SQLite file with its write-ahead log, or a dump of PostgreSQL's rows."""
    if world.url.startswith(SQLITE):
        database = Path(world.url.removeprefix(SQLITE))
        return b"".join(path.read_bytes() for path in database.parent.glob(database.name + "*"))
    values = [
        value for table in tables.metadata.tables.values() for row in world.rows(sa.select(table)) for value in row
    ]
    return b"\n".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in values
    )


DIGESTS: list[Callable[[bytes], bytes]] = [
    lambda value: hashlib.sha256(value).digest(),
    lambda value: hashlib.sha512(value).digest(),
    lambda value: hashlib.sha1(value).digest(),  # noqa: S324 - what an attacker would try
    lambda value: hashlib.md5(value).digest(),  # noqa: S324 - same
    lambda value: hmac.digest(b"", value, "sha256"),
    lambda value: hmac.digest(b"leadgate token", value, "sha256"),
]


WINDOW = 16
"""How many bytes of a digest are looked for: as many as a token has."""


def hits(database: bytes, guesses: Iterable[Identifier], made_of: Callable[[Identifier], list[bytes]]) -> set[str]:
    """Find the guesses of which something lies anywhere in a database, as it is or written in hexadecimal or base64."""
    wanted = {
        form[:WINDOW]: guess.canonical
        for guess in guesses
        for made in made_of(guess)
        for form in (made, made.hex().encode(), base64.b64encode(made))
    }
    windows = (database[place : place + WINDOW] for place in range(len(database) - WINDOW + 1))
    return {wanted[window] for window in windows if window in wanted}


def digests(guess: Identifier) -> list[bytes]:
    """What whoever has no key makes of a guess."""
    texts = (guess.canonical.encode(), f"{guess.kind}\0{guess.canonical}".encode())
    return [digest(text) for digest in DIGESTS for text in texts]


@pytest.mark.proves("R-028", "P18")
def test_a_stolen_database_does_not_yield_to_guessing(world: World) -> None:
    """Guess addresses and mobile numbers, the right ones among them, as whoever has all bytes but not the key does."""
    number = 31612341500
    addresses = [f"person{place}@harbour.example.org" for place in range(500)]
    objector, bystander = addresses[123], addresses[321]
    world.admit(
        candidate(said=intake(objector), source=SourceName.HUNTER, person=person(phone=f"+{number}")),
        candidate(said=intake(bystander), person=person("Ben Okafor", id="person-ben")),
    )
    world.register(objector)
    guesses = [identity.phone(f"+{guess}") for guess in range(number - 1_000, number + 1_000)]
    guesses += [one for address in addresses for one in identity.email_identifiers(address)]
    right = {f"+{number}", *(one.canonical for who in (objector, bystander) for one in identity.email_identifiers(who))}
    database = stolen(world)
    assert hits(database, guesses, digests) == set()
    assert [text for text in right if text.encode() in database] == []
    assert hits(database, guesses, lambda guess: [world.rings.keep.token(guess)]) == right
