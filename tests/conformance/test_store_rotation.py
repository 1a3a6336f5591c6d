"""What every store does when the token key is rotated: nobody is missed, and an old key finds nobody (R-032, R-034)."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from leadgate_service.audit import ChainedEntry
from leadgate_service.domain import identity
from leadgate_service.domain.candidate import Candidate
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.domain.identity import Identifier
from leadgate_service.domain.objector import Objector
from leadgate_service.errors import Unavailable
from leadgate_service.keep_ring import KeepRing
from leadgate_service.keyfiles import KeyRingError
from leadgate_service.records import LeadKey, Settlement
from leadgate_service.storage import tables
from leadgate_service.storage.aliases import KEEP_ALIASES
from leadgate_service.storage.installation import CANARY
from leadgate_service.storage.rotation import KEYS_AT_ONCE, TOKEN_TABLES
from leadgate_service.storage.work import Row, Statement, one_of

from tests.builders import IDA, candidate, company, crm_record, intake, person
from tests.copies import fill_with_copies
from tests.stores import Rings
from tests.worlds import World

OBJECTORS = 10_000 if os.environ.get("LEADGATE_SOAK") else 200
BEN = "ben.okafor@northpier.example.com"
ELSEWHERE = "i.vermolen@oldharbour.example.org"

MISSED = Decision(outcome=Outcome.NOT_STORED, reason=Reason.NOT_FOUND)

NO_TOKENS = {("suppressions", "group_id")}
"""Columns of the size of a token that hold none: made with the evidence key, and not of an identifier."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the keys are."""
    return tmp_path


@pytest.fixture
def rings(folder: Path) -> Rings:
    """Keys of this world alone, to which others are added."""
    return Rings.made(folder)


def newer(folder: Path, world: World) -> KeepRing:
    """Make the next token key, and open the ring with it."""
    KeepRing.add_token_key(folder / "keep", world.rings.keep.token_version + 1)
    return KeepRing.open(folder / "keep", token_version=world.rings.keep.token_version + 1)


def address(number: int) -> str:
    """The address of an invented person."""
    return f"person{number}@harbour{number}.example.org"


def answer(number: int, email: str | None = None) -> Candidate:
    """An answer about that person, perhaps for another address."""
    return candidate(said=intake(email or address(number)), person=person(f"Person N{number}", id=f"person-{number}"))


def in_batches(numbers: range, item: Callable[[int], Candidate]) -> Iterator[list[Candidate]]:
    """Answers in batches as large as a caller's may be."""
    for start in range(0, len(numbers), 500):
        yield [item(number) for number in numbers[start : start + 500]]


def tokens_at_rest(world: World) -> set[bytes]:
    """Every token that a stolen database shows."""
    columns = [one.table.c[name] for one in TOKEN_TABLES for name in one.tokens]
    return {bytes(token) for column in columns for (token,) in world.rows(sa.select(column)) if token is not None}


class Killed(Exception):
    """The process is gone."""


def kill(_done: int, _total: int) -> None:
    """Be killed while rows are written."""
    raise Killed


@pytest.mark.proves("R-032")
def test_three_rotations_miss_nobody_who_objected(world: World, folder: Path) -> None:
    """Hundreds object, the key is rotated three times, once after a kill: whoever comes in again is blocked.

    They are blocked by their address and, under another one, by the provider's id that was known of half of them.
    """
    everybody, held = range(OBJECTORS), range(0, OBJECTORS, 2)
    for batch in in_batches(held, answer):
        world.admit(*batch)
    for number in everybody:
        world.register(address(number))
    world.rotate(newer(folder, world))
    second = newer(folder, world)
    with pytest.raises(Killed):
        world.rotate(second, kill)
    assert world.run(world.another_store(world.driver).is_suppressed(identity.email_identifiers(address(0))))
    world.rotate(newer(folder, world))
    assert world.rings.keep.token(CANARY) == second.token(CANARY)
    world.rotate(newer(folder, world))
    assert world.rings.keep.token_version == 4
    told = [one for batch in in_batches(everybody, answer) for one in world.admit(*batch)]
    told += [
        one
        for batch in in_batches(held, lambda n: answer(n, f"new{n}@quay.example.org"))
        for one in world.admit(*batch)
    ]
    assert {one.reason for one in told} == {Reason.SUPPRESSED}
    assert len(told) == OBJECTORS + len(held)
    bystander = world.admit(candidate(said=intake(BEN), person=person("Ben Okafor", id="person-ben")))[0]
    assert bystander.outcome is Outcome.STORED
    assert world.findings() == ()


@pytest.mark.proves("R-032", "R-028")
def test_a_leaked_key_alone_finds_nobody(world: World, folder: Path) -> None:
    """Each token key by itself, and each part of the chain, makes no token that is at rest; only all of them do."""
    everybody = [
        Identifier(kind, canonical)
        for number in range(50)
        for kind, canonical in identity.email_identifiers(address(number))
    ]
    for number in range(50):
        world.register(address(number))
    for _ in range(3):
        world.rotate(newer(folder, world))
    keys = [(folder / "keep" / f"token-{version}.key").read_bytes() for version in (1, 2, 3, 4)]
    at_rest = tokens_at_rest(world)

    def found(chain: list[bytes]) -> int:
        ring = KeepRing(token_keys=chain, evidence_key=bytes(32), checkpoint_key=bytes(32))
        return len({ring.token(identifier) for identifier in everybody} & at_rest)

    parts = [keys[first:last] for first in range(4) for last in range(first + 1, 5) if last - first < 4]
    assert [found(part) for part in parts] == [0] * len(parts)
    assert found(keys) == len(everybody)


@pytest.mark.proves("R-032")
def test_every_token_is_wrapped_once_and_nothing_else_changes(world: World, folder: Path) -> None:
    """Every row of every table is what it was, but for its tokens; more rows than are walked at once among them."""
    world.admit(answer(1))
    keys = fill_with_copies(world, KEYS_AT_ONCE + 1)
    world.execute(KEEP_ALIASES([(key, key[::-1], "phone_e164") for key in keys]))
    world.pass_days(1)  # so that the next ids are not the copies'
    world.admit(
        candidate(said=intake(crm_record=crm_record()), person=person(phone="+31 20 555 0123"), company=company()),
        candidate(said=intake(ELSEWHERE), person=person()),
    )
    world.register(ELSEWHERE)
    world.admit(candidate(said=intake("new@quay.example.org"), person=person()))
    before = {table.name: world.rows(sa.select(table)) for table in tables.metadata.tables.values()}
    progress: list[tuple[int, int]] = []
    ring = newer(folder, world)
    rows = world.rotate(ring, lambda done, total: progress.append((done, total)))
    assert rows > 2 * KEYS_AT_ONCE
    assert progress[-1] == (rows, rows)
    assert [done for done, _ in progress] == sorted(done for done, _ in progress)
    for table in tables.metadata.tables.values():
        if table.name not in {"audit_chains", "audit_entries", "installation"}:
            expected = {_wrapped(table, row, ring) for row in before[table.name]}
            assert {tuple(row) for row in world.rows(sa.select(table))} == expected
    assert world.rows(sa.select(tables.installation.c.token_version)) == [(2,)]
    assert any(row[4] is not None for row in before["suppressions"])


def _wrapped(table: sa.Table, row: Row, ring: KeepRing) -> tuple[Any, ...]:
    def value(column: sa.Column[Any], old: Any) -> Any:
        if column.type is tables.Token and (table.name, column.name) not in NO_TOKENS and old is not None:
            return ring.wrap(bytes(old), since=1)
        return ring.token_version if column.name == "key_version" else old

    return tuple(value(column, old) for column, old in zip(table.columns, row, strict=True))


@pytest.mark.proves("R-032", "R-041", "R-092")
def test_what_is_held_is_found_as_before(world: World, folder: Path) -> None:
    """Leads by address, id and CRM record, their clocks, links and look-up records; an objection reaches them all."""
    (first,) = world.admit(candidate(said=intake(crm_record=crm_record()), person=person()))
    asking = world.asking(intake(BEN))
    world.run(world.store.claim(asking))
    world.settle(asking, "miss", MISSED)
    world.pass_days(5)
    world.rotate(newer(folder, world))
    assert first.lead_id is not None
    assert {world.held(key).lead_id for key in (IDA, first.lead_id, crm_record())} == {first.lead_id}
    refused = world.claim(intake(BEN))
    assert refused is not None
    assert refused.reason is Reason.NOT_REPEATED
    (again,) = world.admit(candidate(said=intake(crm_record=crm_record()), person=person(title="Chief of Freight")))
    assert (again.outcome, again.lead_id) == (Outcome.UPDATED, first.lead_id)
    world.rotate(newer(folder, world))
    world.admit(candidate(said=intake(ELSEWHERE), obtained_time=world.now, person=person()))
    assert world.held(ELSEWHERE).first_obtained_date == world.held(IDA).first_obtained_date
    assert world.register(ELSEWHERE).matched_leads == 2
    assert world.listed() == []
    counts = world.counts()
    assert (counts["leads"], counts["crm_references"], counts["lead_sources"]) == (2, 1, 2)


@pytest.mark.proves("R-032")
def test_a_rotation_is_on_record(world: World, folder: Path) -> None:
    """The audit trail says that it happened, to which version and over how many rows, and that an operator did it."""
    world.register(IDA)
    rows = world.rotate(newer(folder, world))
    entries = [
        row.entry
        for chain in world.run(world.store.audit_chains())
        for row in chain.rows
        if isinstance(row, ChainedEntry)
    ]
    (entry,) = [entry for entry in entries if entry.action == "token_key_rotated"]
    assert (entry.principal, entry.count, entry.detail) == ("(operator)", rows, "version=2")
    assert world.findings() == ()


@contextmanager
def refused() -> Iterator[None]:
    """Expect the refusal of a process whose token key was rotated."""
    with pytest.raises(Unavailable) as refusal:
        yield
    assert refusal.value.reason == "TOKEN_KEY_ROTATED"


@pytest.mark.proves("R-032", "R-034")
def test_a_process_with_the_old_key_stores_nothing_and_answers_nothing(world: World, folder: Path) -> None:
    """A second process goes on with the old ring: by its tokens nobody is suppressed, so whatever needs them fails."""
    world.admit(candidate(said=intake(crm_record=crm_record()), person=person()))
    asking = world.asking(intake(BEN))
    world.run(world.store.claim(asking))
    old = world.another_store(world.driver)
    world.rotate(newer(folder, world))
    world.register(IDA)
    settlement = Settlement(asking=asking, outcome="miss", decision=MISSED, final=True, releases=False)
    before = world.counts()
    calls = (
        lambda: old.claim(world.asking(intake())),
        lambda: old.settle(settlement),
        lambda: old.admit(world.admission(candidate(person=person()))),
        lambda: old.register_objections(world.objection(BEN)),
        lambda: old.erase_due(now=world.now),
        lambda: old.is_suppressed(identity.email_identifiers(IDA)),
        lambda: old.objection_matches(Objector(emails=(BEN,)), today=world.today),
        lambda: old.lead(LeadKey(identifier=identity.email_identifiers(IDA)[0])),
        lambda: old.lead(LeadKey(crm_record=crm_record())),
        lambda: old.apply_policy(world.policy_change({("retention", "lead_days"): 30})),
        old.check_ring,
        lambda: old.rotate_token_key(world.rings.keep, lambda _done, _total: None),
    )
    for call in calls:
        with refused():
            world.run(call())
    assert world.counts() == before
    assert world.run(old.policy()) is not None
    assert world.run(old.audit_heads())
    assert world.run(world.store.is_suppressed(identity.email_identifiers(IDA)))


@pytest.mark.proves("R-034")
def test_without_its_canary_a_database_is_refused(world: World) -> None:
    """The canary is on the list from the founding on, as nobody's objection; where it is gone, the others may be."""
    assert world.counts()["suppressions"] == 1
    assert world.counts()["objections"] == 0
    assert world.run(world.store.is_suppressed([CANARY]))
    suppressions = tables.suppressions.c
    world.execute(
        Statement(sa.delete(tables.suppressions).where(one_of(suppressions.kind, "kinds")))(kinds=["email_exact"])
    )
    with pytest.raises(KeyRingError, match="canary"):
        world.run(world.store.check_ring())


@pytest.mark.proves("R-034")
def test_another_later_key_finds_no_canary(world: World, folder: Path) -> None:
    """The ring's first key is the right one and a later one is not: the canary is not found, and nobody would be."""
    world.rotate(newer(folder, world))
    (folder / "keep" / "token-2.key").write_bytes(bytes(32))
    world.rings = Rings(KeepRing.open(folder / "keep"), world.rings.burn)
    with pytest.raises(KeyRingError, match="canary"):
        world.run(world.another_store(world.driver).check_ring())


@pytest.mark.proves("R-032", "R-034")
def test_a_rotation_that_would_lose_the_canary_is_undone(world: World, folder: Path) -> None:
    """The list is asked for the canary before the commit: a list that does not have it is left as it was."""
    world.register(IDA)
    before = tokens_at_rest(world)
    other = KeepRing(token_keys=[bytes(32), bytes(32)], evidence_key=bytes(32), checkpoint_key=bytes(32))
    with pytest.raises(KeyRingError, match="canary"):
        world.run(world.store.rotate_token_key(other, lambda _done, _total: None))
    assert tokens_at_rest(world) == before
    world.rotate(newer(folder, world))


def test_every_column_with_tokens_is_known(world: World) -> None:
    """A table that gets a column for tokens is wrapped with the rest, or says here why it holds none."""
    assert world is not None
    columns = {
        (table.name, column.name)
        for table in tables.metadata.tables.values()
        for column in table.columns
        if column.type is tables.Token
    }
    assert columns == {(one.table.name, name) for one in TOKEN_TABLES for name in one.tokens} | NO_TOKENS
