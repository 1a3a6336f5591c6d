"""Links that name nobody: what is sealed comes back, and nothing else opens."""

import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.keys import KeepRing
from leadgate_service.links import LINK_CHARACTERS, LinkSeal

SEAL = LinkSeal(b"k" * 32)
TOKEN = bytes(range(16))
LONGEST_LOCAL_PART = 64


@pytest.mark.proves("R-027")
def test_a_link_is_opened_by_its_own_ring_alone(tmp_path: Path) -> None:
    """The token comes back under any letter case; another installation's ring opens nothing."""
    ours, theirs = KeepRing.create(tmp_path / "ours"), KeepRing.create(tmp_path / "theirs")
    link = ours.unsubscribe_token(TOKEN)
    assert ours.open_unsubscribe_token(link) == ours.open_unsubscribe_token(link.upper()) == TOKEN
    assert theirs.open_unsubscribe_token(link) is None


def test_a_person_s_link_stays_the_same() -> None:
    """A copy in a CRM need never be written again; links of different people have nothing in common."""
    assert SEAL.seal(TOKEN, 1) == SEAL.seal(TOKEN, 1)
    links = {SEAL.seal(secrets.token_bytes(16), 1)[:8] for _ in range(50)}
    assert len(links) == 50


def test_a_link_fits_into_an_address() -> None:
    """`unsubscribe+TOKEN` is no longer than the local part of an address may be, and survives small letters."""
    link = SEAL.seal(TOKEN, 1)
    assert len(f"unsubscribe+{link}") == LONGEST_LOCAL_PART
    assert link == link.lower()


def test_a_link_is_bound_to_its_version() -> None:
    """A token that was made under another version of the token key is not taken for one of this."""
    assert [SEAL.open(SEAL.seal(TOKEN, 2), version) for version in (1, 2, 3)] == [None, TOKEN, None]


@given(st.integers(0, LINK_CHARACTERS - 2), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_link_that_was_changed_opens_nothing(place: int, letter: str) -> None:
    """Every letter counts, but for what the last one has to spare."""
    link = SEAL.seal(TOKEN, 1)
    changed = link[:place] + letter + link[place + 1 :]
    assert SEAL.open(changed, 1) == (TOKEN if changed == link else None)


@given(st.one_of(st.text(max_size=60), st.text(min_size=LINK_CHARACTERS, max_size=LINK_CHARACTERS)))
def test_no_other_text_opens(text: str) -> None:
    """Whatever stands in an address, it is no link, and no accident."""
    assert SEAL.open(text, 1) is None
