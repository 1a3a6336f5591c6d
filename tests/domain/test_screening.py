"""What no field is for is taken out of free text, and ordinary text is left alone (R-008)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.domain import contacts, screening
from leadgate_service.domain.characters import clean
from leadgate_service.domain.data import load

CORPORA = Path(__file__).parent / "corpora"
SCREENS: dict[str, Callable[[str], str | None]] = {
    "descriptions": screening.company_description,
    "titles": screening.job_title,
}
SNIPPETS = st.lists(
    st.sampled_from(
        [
            *["jan@acme.example", "Bel", "06-55550123", "Acme.", "shop", "steward", "(at)", "@jan", "Contact", "[at]"],
            *["Jan de Vries", "+31 20 555 0123", "and", "imam", "Raadslid", "VVD", ",", "|", "tel:", "x.com/jan"],
            "bouwt fietsen.",
        ]
    )
    | st.text(max_size=5)
).map(" ".join)
RULES = (*contacts._MARK_RULES, *contacts._WORD_RULES)


def lines(name: str) -> list[str]:
    """Reads a corpus, one string per line, without its heading."""
    text = (CORPORA / name).read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line and not line.startswith("#")]


def caught() -> list[tuple[str, str, list[str]]]:
    """Returns kind, text and the parts that must not come through, of every string that must be caught."""
    rows = [(kind, line.split("\t")) for kind in SCREENS for line in lines(f"caught_{kind}.tsv")]
    return [(kind, parts[0], parts[1:]) for kind, parts in rows]


def ordinary() -> list[tuple[str, str]]:
    """Returns kind and text of every ordinary string."""
    return [(kind, line) for kind in SCREENS for line in lines(f"ordinary_{kind}.txt")]


@pytest.mark.proves("R-008")
def test_contact_data_and_special_terms_are_caught() -> None:
    """Of 200 texts with contact data, or with the person's own belief, health or union office, no such part is kept."""
    kept = [
        (text, part)
        for kind, text, parts in caught()
        for part in parts
        if part.lower() in (SCREENS[kind](text) or "").lower()
    ]

    assert len(caught()) == 200
    assert all(part in text.lower() or part in clean(text) for _, text, parts in caught() for part in parts)
    assert kept == []


@pytest.mark.proves("R-008")
def test_ordinary_text_is_left_alone() -> None:
    """Of 1,000 ordinary Dutch, English, German and French titles and descriptions at most five are touched."""
    touched = [text for kind, text in ordinary() if SCREENS[kind](text) != text]

    assert len({text for _, text in ordinary()}) == 1_000
    assert len(touched) <= 5, touched


@pytest.mark.proves("P22")
@pytest.mark.parametrize("kind", SCREENS)
@given(value=st.text(st.characters(codec=None)) | SNIPPETS)
def test_screening_is_total_and_idempotent(kind: str, value: str) -> None:
    """No text makes screening raise, and what it kept it keeps."""
    kept = SCREENS[kind](value)

    assert kept is None or SCREENS[kind](kept) == kept
    assert kept is None or kept == clean(kept)


@pytest.mark.parametrize("number", range(len(RULES)))
@given(data=st.data())
def test_no_find_is_lost_to_a_short_cut(number: int, data: st.DataObject) -> None:
    """Whatever a rule's pattern matches holds one of the hints without which the rule is not tried."""
    rule = RULES[number]
    text = data.draw(st.from_regex(rule.pattern, alphabet=st.characters(codec="ascii"), fullmatch=True))

    assert any(hint in text.lower() for hint in rule.hints)
    assert rule in contacts._WORD_RULES or contacts._MARKS.search(text)


def test_the_rest_of_a_title_stays() -> None:
    """A title loses the term or number and its separators, not its job."""
    assert screening.job_title("Software Engineer & Shop Steward") == "Software Engineer"
    assert screening.job_title("Founder & CEO, founder@start.test, Twitter: @foundr") == "Founder & CEO"
    assert screening.job_title("Inkoper | mobiel 06 5555 0207 | Zwolle") == "Inkoper, Zwolle"


def test_the_rest_of_a_description_stays() -> None:
    """A description loses the whole sentence with contact data, and keeps the others."""
    text = "Acme bouwt fietsen. Bel Jan de Vries op 06-55550123 voor een proefrit. Sinds 1923 in Zwolle."

    assert screening.company_description(text) == "Acme bouwt fietsen. Sinds 1923 in Zwolle."


def test_a_description_is_read_to_a_limit_without_halving_an_address() -> None:
    """Text beyond the limit is dropped with the sentence that crosses it, so that no half of an address stays."""
    start = "Acme builds bicycles of steel. " * 16
    text = f"{start}Write to jan.devries@acme.example for more."

    assert len(start) < 512 < len(text)
    assert screening.company_description(text) == start.strip()
    assert screening.company_description("x" * 100_000) is None


@pytest.mark.parametrize("text", ["", " ", "06-55550123", "jan@acme.example", "!", "Tel: 020 555 0123"])
def test_a_text_that_says_nothing_more_is_dropped(text: str) -> None:
    """When no letter remains the field is absent."""
    assert screening.company_description(text) is None
    assert screening.job_title(text) is None


@pytest.mark.proves("R-008")
def test_every_listed_term_is_removed_and_has_a_reason() -> None:
    """Each term of the reviewed list is removed, alone and beside a job; each group says why it is there."""
    groups = load("special_terms")["groups"]
    words = [word for group in groups for word in group["words"]]

    assert all(group["reason"] for group in groups)
    assert [word for word in words if screening.job_title(word) is not None] == []
    assert [word for word in words if screening.job_title(f"Accountant / {word.title()}") != "Accountant"] == []


@pytest.mark.proves("R-008")
def test_an_office_goes_only_beside_a_party_or_union() -> None:
    """A mandate is no opinion until a party's name stands beside it."""
    assert screening.job_title("Gemeenteraadslid") == "Gemeenteraadslid"
    assert screening.job_title("Gemeenteraadslid, VVD") is None
    assert screening.job_title("Accountant bij FNV") == "Accountant bij FNV"
