"""That tokens give nobody away without the key, and that a key ring is never made up."""

import hashlib
import hmac
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from leadgate_service.burn_ring import BurnRing
from leadgate_service.domain.identity import Identifier, TokenKind
from leadgate_service.errors import InvalidArgument
from leadgate_service.keep_ring import MOST_TOKEN_KEYS, KeepRing
from leadgate_service.keyfiles import KeyRingError, check_rings_apart

LEAD = bytes(range(16))

ATTACKS: dict[str, Callable[[str, bytes], bytes]] = {
    "plain digest": lambda _kind, word: hashlib.sha256(word).digest(),
    "labelled digest": lambda kind, word: hashlib.sha256(kind.encode() + b"\0" + word).digest(),
    "empty key": lambda kind, word: hmac.digest(b"", kind.encode() + b"\0" + word, "sha256"),
    "key of zeros": lambda kind, word: hmac.digest(bytes(32), kind.encode() + b"\0" + word, "sha256"),
}


@pytest.fixture
def keep(tmp_path: Path) -> KeepRing:
    """A new keep ring."""
    return KeepRing.create(tmp_path / "keep")


def tokens_of(ring: KeepRing, kind: TokenKind, words: Iterable[str]) -> set[bytes]:
    """What a stolen suppression list would show of these words."""
    return {ring.token(Identifier(kind=kind, canonical=word)) for word in words}


@pytest.mark.proves("P18", "R-028")
def test_a_stolen_list_gives_no_address_away_without_the_key(keep: KeepRing, tmp_path: Path) -> None:
    """Twenty thousand guesses against a dump: none hits without the key, all that are listed hit with it."""
    words = [f"person{number}@example.com" for number in range(20_000)]
    objectors = words[::40]
    dump = tokens_of(keep, TokenKind.EMAIL_EXACT, objectors)
    for attack in ATTACKS.values():
        guesses = {attack(TokenKind.EMAIL_EXACT, word.encode())[:16] for word in words}
        assert not dump & guesses
    assert not dump & tokens_of(KeepRing.create(tmp_path / "other"), TokenKind.EMAIL_EXACT, words)
    assert len(dump & tokens_of(keep, TokenKind.EMAIL_EXACT, words)) == len(objectors)


@pytest.mark.proves("R-028")
def test_a_whole_telephone_exchange_can_be_tried_in_vain(keep: KeepRing) -> None:
    """A number's range is small enough to try entirely; without the key that finds nobody."""
    exchange = [f"+1503555{line:04}" for line in range(10_000)]
    dump = tokens_of(keep, TokenKind.PHONE_E164, ["+15035550142"])
    for attack in ATTACKS.values():
        assert not dump & {attack(TokenKind.PHONE_E164, number.encode())[:16] for number in exchange}
    assert dump <= tokens_of(keep, TokenKind.PHONE_E164, exchange)


@pytest.mark.proves("R-028")
def test_the_kind_is_part_of_the_token(keep: KeepRing) -> None:
    """The same text as another kind is another token, so that no kind can stand in for another."""
    tokens = [keep.token(Identifier(kind=kind, canonical="example.com")) for kind in TokenKind]
    assert len(set(tokens)) == len(TokenKind)
    assert {len(token) for token in tokens} == {16}


@pytest.mark.proves("R-027")
def test_every_use_of_the_ring_has_a_key_of_its_own(keep: KeepRing) -> None:
    """Evidence, groups, bodies and tokens of the same bytes have nothing in common that would link them."""
    given_out = {
        keep.token(Identifier(kind=TokenKind.DOMAIN, canonical="x")),
        keep.evidence_token("domain", b"x"),
        keep.group_id(b"domain\0x"),
        keep.body_mac(b"domain\0x")[:16],
    }
    assert len(given_out) == 4


def test_a_reopened_ring_finds_everybody_again(keep: KeepRing, tmp_path: Path) -> None:
    """Every answer of the ring is the same after a restart."""
    again = KeepRing.open(tmp_path / "keep")
    person = Identifier(kind=TokenKind.EMAIL_EXACT, canonical="ada@example.org")
    assert again.token(person) == keep.token(person)
    assert again.evidence_token("lead", LEAD) == keep.evidence_token("lead", LEAD)
    assert again.group_id(LEAD) == keep.group_id(LEAD)
    assert again.body_mac(LEAD) == keep.body_mac(LEAD)
    assert again.open_page(keep.sign_page(LEAD)) == LEAD
    assert again.checkpoint_public_key == keep.checkpoint_public_key
    assert (again.fingerprint(), again.token_version) == (keep.fingerprint(), 1)


@pytest.mark.proves("R-034")
def test_tokens_do_not_change_from_release_to_release() -> None:
    """A token computed otherwise than before would find nobody who has objected: known ones are fixed here."""
    key = bytes(range(32))
    ring = KeepRing(token_keys=[key], evidence_key=key, checkpoint_key=key)
    person = Identifier(kind=TokenKind.EMAIL_EXACT, canonical="ada@example.com")
    assert ring.token(person).hex() == "4635b9620fb2026dc51d1d3e3071a49b"
    assert ring.evidence_token("lead", bytes(16)).hex() == "7050cf8349534e252d45a8761a45154a"
    assert ring.group_id(bytes(16)).hex() == "90840925172bb8d2a2f2ab82f2d1f2a5"


@pytest.mark.proves("R-034")
@pytest.mark.parametrize("lost", ["token-1.key", "evidence.key", "checkpoint.key"])
@pytest.mark.usefixtures("keep")
def test_a_lost_key_stops_the_service_and_is_not_made_anew(tmp_path: Path, lost: str) -> None:
    """Without its keys nobody can tell who objected: opening fails, creates nothing and says what to restore."""
    (tmp_path / "keep" / lost).unlink()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(KeyRingError, match=r"token-<version>\.key|" + lost):
        KeepRing.open(tmp_path / "keep")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.proves("R-034")
@pytest.mark.parametrize("ring", [KeepRing, BurnRing])
def test_a_ring_that_is_not_there_is_never_made_by_opening_it(tmp_path: Path, ring: type[KeepRing | BurnRing]) -> None:
    """A directory that is missing, or empty because its disk is not mounted, is refused as it is."""
    (tmp_path / "empty").mkdir(mode=0o700)
    for name in ("missing", "empty"):
        with pytest.raises(KeyRingError):
            ring.open(tmp_path / name)
    assert list(tmp_path.rglob("*")) == [tmp_path / "empty"]


@pytest.mark.proves("R-034")
@pytest.mark.parametrize(
    ("swapped", "foreign"), [("token-1.key", True), ("evidence.key", False), ("checkpoint.key", False)]
)
def test_a_ring_is_known_by_its_token_key(keep: KeepRing, tmp_path: Path, swapped: str, *, foreign: bool) -> None:
    """The database can tell a ring that would find nobody; one whose other keys were exchanged is still its own."""
    KeepRing.create(tmp_path / "other")
    shutil.copy(tmp_path / "other" / swapped, tmp_path / "keep" / swapped)
    assert (KeepRing.open(tmp_path / "keep").fingerprint() != keep.fingerprint()) is foreign


@pytest.mark.proves("R-032")
def test_a_wrapped_token_is_what_the_newer_ring_makes(keep: KeepRing, tmp_path: Path) -> None:
    """What is at rest is wrapped without its plaintext, and is then what the new ring makes of the plaintext."""
    rings = [keep]
    for version in (2, 3, 4):
        KeepRing.add_token_key(tmp_path / "keep", version)
        rings.append(KeepRing.open(tmp_path / "keep"))
    assert [ring.token_version for ring in rings] == [1, 2, 3, 4]
    for kind in TokenKind:
        tokens = [ring.token(Identifier(kind=kind, canonical="x")) for ring in rings]
        assert len(set(tokens)) == 4
        for older in range(4):
            for newer in range(older, 4):
                assert rings[newer].wrap(tokens[older], since=older + 1) == tokens[newer]


@pytest.mark.proves("R-032")
def test_a_link_that_somebody_was_sent_outlives_rotations(keep: KeepRing, tmp_path: Path) -> None:
    """Whoever clicks it years later is found by it, under whichever key it was made."""
    person = Identifier(kind=TokenKind.EMAIL_EXACT, canonical="ada@example.org")
    links = [keep.unsubscribe_token(keep.token(person))]
    for version in (2, 3):
        KeepRing.add_token_key(tmp_path / "keep", version)
        ring = KeepRing.open(tmp_path / "keep")
        links.append(ring.unsubscribe_token(ring.token(person)))
    assert [ring.open_unsubscribe_token(link) for link in links] == [ring.token(person)] * 3
    assert keep.open_unsubscribe_token(links[0]) == keep.token(person)


@pytest.mark.proves("R-034")
def test_wrapped_tokens_do_not_change_from_release_to_release() -> None:
    """A chain computed otherwise than before would find nobody after a rotation: known tokens are fixed here."""
    keys = [bytes([version]) * 32 for version in (1, 2, 3)]
    ring = KeepRing(token_keys=keys, evidence_key=bytes(32), checkpoint_key=bytes(32))
    person = Identifier(kind=TokenKind.EMAIL_EXACT, canonical="ada@example.com")
    assert ring.token(person).hex() == "cbbbb4170b3868a15c9027a706c6b63f"


@pytest.mark.proves("R-032")
def test_a_rotation_changes_tokens_and_nothing_else(keep: KeepRing, tmp_path: Path) -> None:
    """The ring is the same database's still; evidence, groups, page tokens and signatures are what they were."""
    KeepRing.add_token_key(tmp_path / "keep", 2)
    newer = KeepRing.open(tmp_path / "keep")
    assert newer.fingerprint() == keep.fingerprint()
    assert newer.evidence_token("lead", LEAD) == keep.evidence_token("lead", LEAD)
    assert newer.group_id(LEAD) == keep.group_id(LEAD)
    assert newer.body_mac(LEAD) == keep.body_mac(LEAD)
    assert newer.open_page(keep.sign_page(LEAD)) == LEAD
    assert newer.checkpoint_public_key == keep.checkpoint_public_key


@pytest.mark.proves("R-032")
def test_a_token_key_that_is_there_is_never_made_anew(keep: KeepRing, tmp_path: Path) -> None:
    """A rotation that was cut short goes on with its key; one beyond the database's version is left alone."""
    path = KeepRing.add_token_key(tmp_path / "keep", 2)
    secret = path.read_bytes()
    assert (len(secret), path.stat().st_mode & 0o777) == (32, 0o600)
    assert KeepRing.add_token_key(tmp_path / "keep", 2).read_bytes() == secret
    person = Identifier(kind=TokenKind.EMAIL_EXACT, canonical="ada@example.org")
    at_first = KeepRing.open(tmp_path / "keep", token_version=1)
    assert (at_first.token_version, at_first.token(person)) == (1, keep.token(person))


@pytest.mark.proves("R-034")
@pytest.mark.parametrize("lost", [1, 2, 3])
@pytest.mark.usefixtures("keep")
def test_a_ring_without_one_token_key_is_refused(tmp_path: Path, lost: int) -> None:
    """Whichever key of the chain is gone, the first, one between or the last that the database uses: no start."""
    for version in (2, 3):
        KeepRing.add_token_key(tmp_path / "keep", version)
    (tmp_path / "keep" / f"token-{lost}.key").unlink()
    with pytest.raises(KeyRingError, match=f"token-{lost}.key"):
        KeepRing.open(tmp_path / "keep", token_version=3)


@pytest.mark.usefixtures("keep")
def test_a_chain_has_an_end(tmp_path: Path) -> None:
    """Each key makes every token dearer for good, so there is a most; the one beyond is not made."""
    for version in range(2, MOST_TOKEN_KEYS + 1):
        KeepRing.add_token_key(tmp_path / "keep", version)
    with pytest.raises(KeyRingError, match=f"{MOST_TOKEN_KEYS} token keys"):
        KeepRing.add_token_key(tmp_path / "keep", MOST_TOKEN_KEYS + 1)
    assert KeepRing.newest_token_version(tmp_path / "keep") == MOST_TOKEN_KEYS


def test_no_other_text_stands_for_a_page_token(keep: KeepRing) -> None:
    """Its last character has bits to spare: a token that differs in them alone is not ours."""
    token = keep.sign_page(b"")
    assert keep.open_page(token) == b""
    spare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    place = token.index("=") - 1
    altered = token[:place] + spare[spare.index(token[place]) ^ 1] + token[place + 1 :]
    with pytest.raises(InvalidArgument):
        keep.open_page(altered)


@pytest.mark.parametrize("size", [0, 31, 33])
@pytest.mark.usefixtures("keep")
def test_a_key_of_another_length_is_refused(tmp_path: Path, size: int) -> None:
    """A truncated or grown key file is not used as a shorter or longer key."""
    (tmp_path / "keep" / "evidence.key").write_bytes(bytes(size))
    with pytest.raises(KeyRingError, match=f"{size} bytes"):
        KeepRing.open(tmp_path / "keep")


@pytest.mark.usefixtures("keep")
@pytest.mark.parametrize("name", ["keep", "keep/token-1.key", "keep/evidence.key", "keep/checkpoint.key"])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, name: str) -> None:
    """The directory is made 0700 and its files 0600; anything more open is named and not used."""
    path = tmp_path / name
    assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
    path.chmod(0o740)
    with pytest.raises(KeyRingError, match=f"{path} is open to other users"):
        KeepRing.open(tmp_path / "keep")


@pytest.mark.parametrize("ring", [KeepRing, BurnRing])
def test_creating_a_ring_overwrites_nothing(tmp_path: Path, ring: type[KeepRing | BurnRing]) -> None:
    """Where anything is, no ring is created; what is there stays as it is."""
    (tmp_path / "there").mkdir(mode=0o700)
    (tmp_path / "there" / "file").write_text("kept")
    with pytest.raises(KeyRingError, match="not empty"):
        ring.create(tmp_path / "there")
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["file"]


@pytest.mark.proves("R-054")
def test_the_rings_lie_apart(tmp_path: Path) -> None:
    """A backup takes one ring and leaves the other, so neither may lie in the other, links followed."""
    check_rings_apart(tmp_path / "keep", tmp_path / "burn")
    check_rings_apart(tmp_path / "keys", tmp_path / "keys-burn")
    (tmp_path / "link").symlink_to(tmp_path / "keep")
    for burn in ("keep", "keep/burn", ".", "link"):
        with pytest.raises(KeyRingError, match="share a directory"):
            check_rings_apart(tmp_path / "keep", tmp_path / burn)


@given(payload=st.binary(max_size=100), position=st.integers(0, 10_000), character=st.sampled_from("Ab9-_=é/ "))
def test_a_page_token_is_ours_or_refused(payload: bytes, position: int, character: str) -> None:
    """What was signed opens; with any character changed it names the field and says what to do."""
    ring = KeepRing(token_keys=[bytes(32)], evidence_key=bytes(32), checkpoint_key=bytes(32))
    token = ring.sign_page(payload)
    assert ring.open_page(token) == payload
    place = position % len(token)
    altered = token[:place] + character + token[place + 1 :]
    assume(altered != token)
    with pytest.raises(InvalidArgument) as caught:
        ring.open_page(altered)
    assert caught.value.reason == "PAGE_TOKEN_INVALID"
    assert caught.value.metadata["field"] == "page_token"


@pytest.mark.parametrize("token", ["", "=", "AAAA", "a" * 5000, "\ud800"])
def test_a_made_up_page_token_is_refused(keep: KeepRing, token: str) -> None:
    """Text that was never a page token is refused in the same way, whatever it is."""
    with pytest.raises(InvalidArgument):
        keep.open_page(token)
