"""That a lead's sealed fields open for that lead until its date's key is destroyed, and never after."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.burn_ring import BurnRing, ContentDamaged, ContentKeyGone
from leadgate_service.keyfiles import KeyRingError

DAY = date(2027, 3, 14)
LEAD = bytes(range(16))
SECRET = b"Grace Example, +1 503-555-0142"


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> BurnRing:
    """A burn ring for many examples, ready for DAY."""
    ring = BurnRing.create(tmp_path_factory.mktemp("ring") / "burn")
    ring.prepare([DAY])
    return ring


@pytest.fixture
def burn(tmp_path: Path) -> BurnRing:
    """A new burn ring, ready for DAY."""
    ring = BurnRing.create(tmp_path / "burn")
    ring.prepare([DAY])
    return ring


@pytest.mark.proves("R-054")
def test_the_burn_ring_asks_backups_to_pass_it_over(burn: BurnRing, tmp_path: Path) -> None:
    """The directory carries the tag by which common backup tools know what to leave out."""
    assert (tmp_path / "burn" / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")
    assert burn.dates() == [DAY]


@pytest.mark.usefixtures("burn")
@pytest.mark.parametrize("name", ["burn", "burn/CACHEDIR.TAG", "burn/2027-03-14.key"])
def test_a_content_key_that_others_can_read_is_refused(tmp_path: Path, name: str) -> None:
    """The directory is made 0700 and its files 0600; anything more open is named and not used."""
    path = tmp_path / name
    assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
    path.chmod(0o740)
    with pytest.raises(KeyRingError, match=f"{path} is open to other users"):
        BurnRing.open(tmp_path / "burn").seal(DAY, LEAD, SECRET)


@given(plaintext=st.binary(max_size=400), lead=st.binary(min_size=16, max_size=16))
def test_what_was_sealed_opens_for_its_lead_and_date(ring: BurnRing, plaintext: bytes, lead: bytes) -> None:
    """Sealing keeps every byte, adds 28, and never gives the same bytes twice."""
    blob = ring.seal(DAY, lead, plaintext)
    assert ring.unseal(DAY, lead, blob) == plaintext
    assert len(blob) == len(plaintext) + 28
    assert ring.seal(DAY, lead, plaintext) != blob


@pytest.mark.usefixtures("burn")
def test_content_sealed_by_an_earlier_release_opens(tmp_path: Path) -> None:
    """How content is sealed does not change unnoticed: a known key opens a known blob."""
    path = tmp_path / "burn" / f"{DAY}.key"
    path.write_bytes(bytes(range(32)))
    blob = bytes.fromhex("000000000000000000000000c527ef8b7fe7b0706dd3e2b79a7bf7f0fcc8650ab4892bf828a5a3d78e")
    assert BurnRing.open(tmp_path / "burn").unseal(DAY, LEAD, blob) == b"Grace Example"


@pytest.mark.proves("R-054", "P16")
def test_a_destroyed_key_opens_nothing_again(burn: BurnRing, tmp_path: Path) -> None:
    """After its date's key is destroyed, sealed content cannot be opened, not even under a new key of that date."""
    blob, stolen = burn.seal(DAY, LEAD, SECRET), (tmp_path / "burn" / f"{DAY}.key").read_bytes()
    os.link(tmp_path / "burn" / f"{DAY}.key", tmp_path / "burn" / f"{DAY}.key.0123.new")  # as a crash may leave it
    burn.destroy(DAY)
    for ring in (burn, BurnRing.open(tmp_path / "burn")):
        with pytest.raises(ContentKeyGone):
            ring.unseal(DAY, LEAD, blob)
        with pytest.raises(ContentKeyGone):
            ring.seal(DAY, LEAD, SECRET)
    assert burn.dates() == []
    assert all(stolen not in path.read_bytes() for path in (tmp_path / "burn").iterdir())
    burn.prepare([DAY])
    with pytest.raises(ContentDamaged):
        burn.unseal(DAY, LEAD, blob)


@pytest.mark.proves("R-054")
def test_destroying_reaches_hard_links_and_spares_other_dates(burn: BurnRing, tmp_path: Path) -> None:
    """The key's bytes are overwritten, not only unlinked; a neighbour's content stays readable; twice is once."""
    neighbour = DAY + timedelta(days=1)
    burn.prepare([neighbour])
    blob, path = burn.seal(neighbour, LEAD, SECRET), tmp_path / "burn" / f"{DAY}.key"
    before = path.read_bytes()
    os.link(path, tmp_path / "elsewhere")
    burn.destroy(DAY)
    burn.destroy(DAY)
    assert (tmp_path / "elsewhere").read_bytes() != before
    assert burn.unseal(neighbour, LEAD, blob) == SECRET


@pytest.mark.proves("R-054")
def test_another_process_forgets_a_destroyed_key_at_its_next_sweep(burn: BurnRing, tmp_path: Path) -> None:
    """A key held in memory goes when the sweep sees that its file is gone."""
    other = BurnRing.open(tmp_path / "burn")
    blob = other.seal(DAY, LEAD, SECRET)
    burn.destroy(DAY)
    assert other.dates() == []
    with pytest.raises(ContentKeyGone):
        other.unseal(DAY, LEAD, blob)


def test_leftovers_of_a_crash_are_listed_and_destroyed(burn: BurnRing, tmp_path: Path) -> None:
    """A half-made key is key material too: its date is listed until it is destroyed."""
    leftover = tmp_path / "burn" / "2027-03-15.key.89ab.new"
    leftover.write_bytes(b"half")
    assert burn.dates() == [DAY, date(2027, 3, 15)]
    burn.destroy(date(2027, 3, 15))
    assert burn.dates() == [DAY]
    assert not leftover.exists()


def test_an_unmounted_ring_is_not_taken_for_keys_destroyed(burn: BurnRing, tmp_path: Path) -> None:
    """Without its marker the directory is no ring: nothing is said to be erased, created or destroyed."""
    (tmp_path / "burn").rename(tmp_path / "unmounted")
    (tmp_path / "burn").mkdir(mode=0o700)
    other = DAY + timedelta(days=1)
    for act in (
        lambda: burn.unseal(other, LEAD, bytes(40)),
        lambda: burn.prepare([other]),
        lambda: burn.destroy(DAY),
        burn.dates,
    ):
        with pytest.raises(KeyRingError, match="Mount it"):
            act()
    assert not list((tmp_path / "burn").iterdir())


@given(position=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_any_changed_byte_is_noticed(ring: BurnRing, position: int, flip: int) -> None:
    """A sealed blob with one byte changed does not open, whichever byte it is."""
    blob = bytearray(ring.seal(DAY, LEAD, SECRET))
    blob[position % len(blob)] ^= flip
    with pytest.raises(ContentDamaged):
        ring.unseal(DAY, LEAD, bytes(blob))


def test_a_blob_opens_for_no_other_lead_or_date_and_not_in_part(burn: BurnRing, tmp_path: Path) -> None:
    """Sealed content that is moved to another row, to another date's key, or cut, does not open; the error is bare."""
    other = DAY + timedelta(days=1)
    burn.prepare([other])
    shutil.copy(tmp_path / "burn" / f"{DAY}.key", tmp_path / "burn" / f"{other}.key")
    renamed = BurnRing.open(tmp_path / "burn")
    blob = burn.seal(DAY, LEAD, SECRET)
    for ring, day, lead, bytes_ in [
        (burn, DAY, bytes(16), blob),
        (burn, other, LEAD, blob),
        (renamed, other, LEAD, blob),
        *((burn, DAY, LEAD, blob[:length]) for length in range(len(blob))),
    ]:
        with pytest.raises(ContentDamaged) as caught:
            ring.unseal(day, lead, bytes_)
        assert SECRET.decode() not in str(caught.value)


RACER = """
import sys
from datetime import date, timedelta
from pathlib import Path
from leadgate_service.burn_ring import BurnRing
ring = BurnRing.open(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for day in (date(2027, 3, 14) + timedelta(days=number) for number in range(40)):
    ring.prepare([day])
    print(ring.seal(day, bytes(16), b"sealed").hex(), flush=True)
"""


def test_processes_that_race_for_a_date_share_one_key(tmp_path: Path) -> None:
    """Four processes start sealing under the same new dates at once; any of them opens what any of them sealed."""
    ring = BurnRing.create(tmp_path / "burn")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(tmp_path / "burn")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    outputs = [
        output.split() for output, _ in ThreadPoolExecutor(4).map(lambda racer: racer.communicate("go\n"), racers)
    ]
    days = ring.dates()
    assert len(days) == 40
    assert [len(blobs) for blobs in outputs] == [40] * 4
    for blobs in outputs:
        for day, blob in zip(days, blobs, strict=True):
            assert ring.unseal(day, bytes(16), bytes.fromhex(blob)) == b"sealed"


def test_threads_that_race_for_a_date_share_one_key(tmp_path: Path) -> None:
    """Threads of one process, each with or without a ring of its own, use one key per date and leave no drafts."""
    BurnRing.create(tmp_path / "burn")
    rings = [BurnRing.open(tmp_path / "burn") for _ in range(4)]
    days = [DAY + timedelta(days=number) for number in range(20)]

    def seal_all(ring: BurnRing) -> list[bytes]:
        ring.prepare(days)
        return [ring.seal(day, LEAD, SECRET) for day in days]

    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(seal_all, rings * 2))
    for blobs in sealed:
        assert [rings[0].unseal(day, LEAD, blob) for day, blob in zip(days, blobs, strict=True)] == [SECRET] * 20
    assert len(list((tmp_path / "burn").iterdir())) == 21
