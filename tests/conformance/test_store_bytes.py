"""What lies on the disk of every database: no address, no sealed value, nothing that a provider said besides."""

from pathlib import Path

import pytest
from leadgate_service.domain.gate import Outcome, Reason
from leadgate_service.domain.register import SourceName
from leadgate_service.store import Caller

from tests.builders import IDA, LAST_DAY, candidate, company, crm_record, intake, person
from tests.databases import Postgres
from tests.worlds import SQLITE, Rings, World

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


@pytest.mark.proves("R-001", "R-003", "R-076", "R-074", "P17", "P20")
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
