"""Every text that comes in is reduced to visible characters."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.domain import characters

EVERY_CHARACTER = list(map(chr, range(sys.maxunicode + 1)))
ANY_TEXT = st.text(st.characters(codec=None))


@pytest.mark.proves("P22")
@given(ANY_TEXT)
def test_cleaning_is_total_and_idempotent(value: str) -> None:
    """Whatever comes in, what comes out is visible, single-spaced, in NFC, and cleaning it again changes nothing."""
    cleaned = characters.clean(value)

    assert characters.clean(cleaned) == cleaned
    assert cleaned == " ".join(cleaned.split())
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not {unicodedata.category(char) for char in cleaned} & {"Cc", "Cf", "Cs", "Co"}


@given(ANY_TEXT)
def test_the_fast_way_of_cleaning_equals_the_full_one(value: str) -> None:
    """A text that is taken as clean without a closer look is one that the closer look would not change."""
    assert not characters._is_clean(value) or " ".join(value.split()) == value
    assert not characters._is_clean(value) or all(map(characters._is_visible, value))
    assert not characters._is_clean(value) or unicodedata.normalize("NFC", value) == value


def test_a_printable_character_is_visible_and_no_white_space() -> None:
    """The fast way asks whether text is printable: for every character there is, that means visible, and no gap."""
    printable = [char for char in EVERY_CHARACTER if char.isprintable()]

    assert [char for char in printable if char.isspace() or not characters._is_visible(char)] == [" "]


@pytest.mark.parametrize(
    ("raw", "visible"),
    [
        ("Acme\x00 B.V.\x07", "Acme B.V."),
        (" Acme", "Acme"),
        ("Acme ", "Acme"),
        ("Acme  B.V.", "Acme B.V."),
        ("  Acme\t\r\n B.V.\u2028", "Acme B.V."),
        ("Ac\u200bme\ufeff", "Acme"),
        ("\u202eAcme\u202c", "Acme"),
        ("Ac\ud800me", "Acme"),
        ("Cafe\u0301", "Café"),
        ("\u0000\u200d", ""),
    ],
)
def test_what_hides_in_text_is_taken_out(raw: str, visible: str) -> None:
    """Controls, zero-width characters, bidirectional overrides and lone surrogates never reach a field."""
    assert characters.clean(raw) == visible


def test_plain_text_keeps_every_place() -> None:
    """For every character there is, plain text and its lower case are one character long: finds can be cut out."""
    assert [char for char in EVERY_CHARACTER if len(characters.plain(char).lower()) != 1] == []


def test_caseless_is_idempotent_for_every_character() -> None:
    """Folding case once is enough, whatever the character."""
    folded = map(characters.caseless, EVERY_CHARACTER)

    assert [text for text in folded if characters.caseless(text) != text] == []
