"""What every store does for those who govern: policy versions, tokens, key rings and the audit trail."""

import secrets
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from leadgate_service.audit import ChainHeader, Entry
from leadgate_service.audit_checkpoints import Checkpoint, Checkpoints
from leadgate_service.audit_verify import verify
from leadgate_service.errors import Aborted
from leadgate_service.keep_ring import KeepRing
from leadgate_service.keyfiles import KeyRingError
from leadgate_service.records import AccessToken, Caller
from leadgate_service.storage import tables
from leadgate_service.storage.work import Statement

from tests.builders import IDA, NOON, candidate, person
from tests.domain.policies import changed, written
from tests.stores import Rings
from tests.worlds import World

HASH = secrets.token_bytes(32)


def token(**others: object) -> AccessToken:
    """A token of the support desk for ninety days."""
    facts = {
        "token_id": "0a1b2c3d",
        "principal": "demo-support",
        "issued_time": NOON,
        "expire_time": NOON + timedelta(days=90),
        "last_used_date": None,
        "revoked_time": None,
        **others,
    }
    return AccessToken(**facts)  # type: ignore[arg-type]  # each value has its field's type


def entry(world: World, count: int) -> Entry:
    """An entry of a read."""
    return Entry(
        time=world.now,
        principal="demo-marketing",
        action="leadgate.v1.LeadService/QueryLeads",
        purpose="outreach",
        outcome="OK",
        count=count,
        detail="filters=",
        policy_version=1,
        tokens=b"",
    )


def name_of(world: World, token_hash: bytes = HASH) -> str | None:
    """Whom a token names now."""
    return world.run(world.store.principal_of(token_hash, now=world.now, today=world.today))


def test_the_highest_version_is_in_force(world: World) -> None:
    """Each policy gets the next number; the store gives back the newest with who applied it and when."""
    world.pass_days(1)
    world.apply({("retention", "lead_days"): 30}, caller=Caller("demo-officer", "apply", "apply", b""))
    applied = world.run(world.store.policy())
    assert applied is not None
    assert (applied.version, applied.applied_time, applied.applied_by) == (2, world.now, "demo-officer")
    assert applied.yaml == written(changed({("retention", "lead_days"): 30}))
    versions = world.rows(sa.select(tables.policies.c.version).order_by(tables.policies.c.version))
    assert [version for (version,) in versions] == [1, 2]


def test_who_saw_an_older_policy_does_not_overwrite_the_newer(world: World) -> None:
    """A draft made against a version that is no longer in force is refused, and says which one is."""
    stale = world.policy_change({("retention", "lead_days"): 14})
    world.apply({("retention", "lead_days"): 30})
    with pytest.raises(Aborted) as refused:
        world.run(world.store.apply_policy(stale))
    assert (refused.value.reason, refused.value.metadata["version"]) == ("POLICY_CHANGED", "2")
    assert world.counts()["policies"] == 2


def test_a_store_without_a_policy_says_so(database_url: str, rings: Rings) -> None:
    """An empty database has none, which is not an error of the store."""
    empty = World(database_url, rings)
    try:
        assert empty.run(empty.store.policy()) is None
    finally:
        empty.close()


@pytest.mark.proves("R-077")
def test_a_token_names_its_principal_until_it_expires(world: World) -> None:
    """From its issue to the last microsecond of its life; a hash that was never issued names nobody."""
    world.run(world.store.issue_token(token(), HASH))
    assert name_of(world) == "demo-support"
    assert name_of(world, secrets.token_bytes(32)) is None
    world.now = NOON + timedelta(days=90) - timedelta(microseconds=1)
    assert name_of(world) == "demo-support"
    world.now = NOON + timedelta(days=90)
    assert name_of(world) is None


@pytest.mark.proves("R-077")
def test_a_revoked_token_names_nobody_from_then_on(world: World) -> None:
    """Revoking is by the token's short id; to revoke what was never issued is told apart; the first time counts."""
    world.run(world.store.issue_token(token(), HASH))
    assert not world.run(world.store.revoke_token("ffffffff", now=world.now))
    assert name_of(world) == "demo-support"
    assert world.run(world.store.revoke_token("0a1b2c3d", now=world.now))
    assert name_of(world) is None
    world.pass_days(1)
    assert world.run(world.store.revoke_token("0a1b2c3d", now=world.now))
    (kept,) = world.run(world.store.tokens())
    assert kept.revoked_time == NOON


def test_tokens_show_when_they_were_last_used(world: World) -> None:
    """The list is the oldest first, with each token's last day of use and never the token."""
    world.run(
        world.store.issue_token(
            token(token_id="newer000", issued_time=NOON + timedelta(hours=1)), secrets.token_bytes(32)
        )
    )
    world.run(world.store.issue_token(token(), HASH))
    world.pass_days(3)
    for _ in range(2):
        name_of(world)
    assert list(world.run(world.store.tokens())) == [
        token(last_used_date=world.today),
        token(token_id="newer000", issued_time=NOON + timedelta(hours=1)),
    ]


@pytest.mark.proves("R-034")
def test_another_key_ring_is_refused(world: World, tmp_path: Path) -> None:
    """With the ring of the founding the store starts again; with another it would see an empty suppression list."""
    world.run(world.store.check_ring())
    world.register(IDA)
    world.rings = Rings(KeepRing.create(tmp_path / "another"), world.rings.burn)
    stranger = world.another_store(world.driver)
    with pytest.raises(KeyRingError, match="every objection would be forgotten"):
        world.run(stranger.check_ring())
    assert world.counts()["installation"] == 1


@pytest.mark.proves("R-074")
def test_entries_of_every_writer_verify(world: World) -> None:
    """Intake, objections and reads write a chain each, whole, in order and verifiable; heads are the last of each."""
    world.admit(candidate(person=person()))
    world.register(IDA)
    for count in range(3):
        world.run(world.store.record(entry(world, count)))
    chains = world.run(world.store.audit_chains())
    assert {
        chain.header.writer: len(list(chain.rows)) for chain in chains if isinstance(chain.header, ChainHeader)
    } == {
        "intake": 1,
        "objections": 2,
        "access": 3,
    }
    heads = world.run(world.store.audit_heads())
    signed = Checkpoints(signed=(Checkpoint(time=world.now, heads=tuple(heads)),), rejected=())
    report = verify(world.run(world.store.audit_chains()), signed)
    assert (report.chains, report.rows, report.findings) == (3, 6, ())


@pytest.mark.proves("R-074", "P30")
@pytest.mark.parametrize(("column", "value"), [("count", 7), ("principal", "somebody"), ("outcome", "OK.")])
def test_an_altered_entry_is_found_in_the_database(world: World, column: str, value: object) -> None:
    """Change one cell of one row behind the store's back: the verifier names the row."""
    for count in range(3):
        world.run(world.store.record(entry(world, count)))
    entries = tables.audit_entries
    alter = Statement(
        sa.update(entries).where(entries.c.sequence == 2, entries.c.action.contains("Query")).values({column: value}),
    )
    world.execute(alter())
    (finding,) = world.findings()
    assert finding.sequence == 2


def test_a_second_run_opens_chains_of_its_own(database_url: str, rings: Rings) -> None:
    """A process continues nobody's chain: after a restart the trail has two, and both verify."""
    with World.founded(database_url, rings) as world:
        world.admit(candidate(person=person()))
    again = World(database_url, rings)
    again.policy = again.policy.numbered(1)
    try:
        again.admit(candidate(person=person()), caller=again.caller("after the restart"))
        chains = again.run(again.store.audit_chains())
        writers = sorted(chain.header.writer for chain in chains if isinstance(chain.header, ChainHeader))
        assert writers == ["intake", "intake", "objections"]
        assert len({chain.chain_id for chain in chains}) == 3
        assert all(isinstance(chain.chain_id, UUID) for chain in chains)
        assert again.findings() == ()
    finally:
        again.close()
