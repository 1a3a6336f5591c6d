"""Seals: links and codes that name nobody. What is sealed comes back, and nothing else opens."""

import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.keep_ring import KeepRing
from leadgate_service.seals import LINK_CHARACTERS, CodeSeal, LinkSeal, Seal

SECRET = b"k" * 32
SEAL = LinkSeal(SECRET)
CODES = CodeSeal(SECRET)
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
    assert SEAL.close(TOKEN, 1) == SEAL.close(TOKEN, 1)
    links = {SEAL.close(secrets.token_bytes(16), 1)[:8] for _ in range(50)}
    assert len(links) == 50


def test_a_link_fits_into_an_address() -> None:
    """`unsubscribe+TOKEN` is no longer than the local part of an address may be, and survives small letters."""
    link = SEAL.close(TOKEN, 1)
    assert len(f"unsubscribe+{link}") == LONGEST_LOCAL_PART
    assert link == link.lower()


def test_a_link_is_bound_to_its_version() -> None:
    """A token that was made under another version of the token key is not taken for one of this."""
    assert [SEAL.open(SEAL.close(TOKEN, 2), version) for version in (1, 2, 3)] == [None, TOKEN, None]


@given(st.integers(0, LINK_CHARACTERS - 2), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_link_that_was_changed_opens_nothing(place: int, letter: str) -> None:
    """Every letter counts, but for what the last one has to spare."""
    link = SEAL.close(TOKEN, 1)
    changed = link[:place] + letter + link[place + 1 :]
    assert SEAL.open(changed, 1) == (TOKEN if changed == link else None)


@given(st.one_of(st.text(max_size=60), st.text(min_size=LINK_CHARACTERS, max_size=LINK_CHARACTERS)))
def test_no_other_text_opens(text: str) -> None:
    """Whatever stands in an address, it is no link, and no accident."""
    assert SEAL.open(text, 1) is None


def test_what_an_earlier_release_sealed_still_opens() -> None:
    """Links lie in mailboxes, and content in the database, for years: no release reads them differently."""
    assert SEAL.close(TOKEN, 1) == "q3lwdojss3s7oauugnnsnhdlrv3puqfzmkd7gph7d2ef3nznmlpq"
    assert CODES.open("lift", "pqgBY_W6L98e795lxO_kE7Zs0WYG4uwyviPSJFlqmTPpLAJv98apzbfp0JQ") == TOKEN
    content = bytes.fromhex("6a5fe4e73cacfba1283b807e029da7748e4cfa0816c045d42aba5cc0453dce21671116b5b17e2a09d4")
    assert Seal(SECRET, "content 2027-01-01").open(content, TOKEN + b"2027-01-01") == b"sealed fields"


def test_a_code_opens_for_its_use_alone() -> None:
    """A challenge is no session; each code is another text, and one that was cut short or altered opens nothing."""
    code = CODES.close("lift", TOKEN)
    assert CODES.open("lift", code) == TOKEN
    assert CODES.open("desk session", code) is None
    assert CODES.close("lift", TOKEN) != code
    altered = ("B" if code[0] == "A" else "A") + code[1:]
    assert [CODES.open("lift", text) for text in (code[:-1], code[:9], "", altered, "é" * 60)] == [None] * 5
