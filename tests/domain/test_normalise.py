"""Names, titles, websites and vocabularies: one form each, whatever comes in."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.domain import hosts, normalise
from leadgate_service.domain.fields import Seniority

ANY_TEXT = st.text(st.characters(codec=None)) | st.text("Ab1 .-_@'&/\u200b", max_size=80)
HOST_LIKE = (
    ANY_TEXT
    | st.from_regex(r"[a-z0-9-]{1,8}(\.[a-z0-9-]{1,8}){1,3}", fullmatch=True)
    | st.from_regex(
        r"(www\.)?[aAéß1]{1,5}(\.|。)(xn--bcher-kva\.)?(nl|com|local|test|onion|c1|arpa)\.?", fullmatch=True
    )
)
NORMALISERS: list[Callable[[str], str | None]] = [
    normalise.company_name,
    normalise.company_description,
    normalise.company_industry,
    normalise.job_title,
    normalise.full_name,
    normalise.domain,
    normalise.website,
    normalise.seniority,
    normalise.job_function,
]


@pytest.mark.proves("P22")
@pytest.mark.parametrize("normaliser", NORMALISERS, ids=lambda function: function.__name__)
@given(value=HOST_LIKE)
def test_every_normaliser_is_total_and_idempotent(normaliser: Callable[[str], str | None], value: str) -> None:
    """No text makes a normaliser raise, and what it keeps it keeps unchanged."""
    kept = normaliser(value)

    assert kept is None or normaliser(kept) == kept


@given(HOST_LIKE)
def test_the_fast_way_of_reading_a_host_equals_the_library(value: str) -> None:
    """A host that is taken without asking the library is one that the library reads the same way."""
    assert normalise.domain(value) == hosts._read(value)


@pytest.mark.parametrize(
    ("normaliser", "limit"),
    [
        (normalise.company_name, 255),
        (normalise.company_industry, 100),
        (normalise.job_title, 128),
        (normalise.full_name, 200),
    ],
)
def test_a_text_over_its_limit_is_dropped_not_cut(normaliser: Callable[[str], str | None], limit: int) -> None:
    """A cut name is another name: what is too long is dropped, and what just fits is kept."""
    assert normaliser("é" * limit) == "é" * limit
    assert normaliser("é" * (limit + 1)) is None
    assert normaliser("a" * 1_000_000) is None


def test_a_description_is_cut_at_a_word() -> None:
    """A long description keeps its whole words within 255 characters."""
    assert normalise.company_description("word " * 100) == ("word " * 51).strip()
    assert normalise.company_description("x" * 300) == "x" * 255


@pytest.mark.parametrize("value", ["", " ", "-", "...", "\u200b", "\x00", "?"])
def test_a_text_that_says_nothing_is_dropped(value: str) -> None:
    """A field is a text with a letter or digit, or it is absent."""
    assert [normaliser(value) for normaliser in NORMALISERS[:5]] == [None] * 5


@pytest.mark.parametrize(
    "normaliser", [normalise.company_name, normalise.company_industry, normalise.full_name, normalise.job_function]
)
def test_an_address_never_takes_the_place_of_a_name(normaliser: Callable[[str], str | None]) -> None:
    """An e-mail address is not among the eleven fields, so a name that is one is dropped."""
    assert normaliser("jan@acme.example") is None
    assert normaliser("Jan de Vries <jan@acme.example>") is None


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Call +31 6 1234 5678 Anna", False),
        ("Anna de Vries (020-555 01 23)", False),
        ("Anna ٠٦١٢٣", False),
        ("Anna ⁰⁶¹²³", False),
        ("Anna de Vries 48213", False),
        ("Anna de Vries 2nd", True),
        ("Anna de Vries (1984)", True),
    ],
)
def test_a_number_never_hides_in_a_name(value: str, *, kept: bool) -> None:
    """A name with five digits or more is none: what stands beside it is a phone number or an id."""
    assert normalise.full_name(value) == (value if kept else None)


def test_a_name_with_a_sign_in_it_is_kept() -> None:
    """A company may spell its name with an at sign."""
    assert normalise.company_name("M@rketing & Co") == "M@rketing & Co"
    assert normalise.company_name("Sales @ Work") == "Sales @ Work"


@pytest.mark.parametrize(
    ("raw", "website"),
    [
        ("northpier.example.com", "https://northpier.example.com"),
        ("WWW.Northpier.Example.COM.", "https://northpier.example.com"),
        ("www.www.acme.nl", "https://acme.nl"),
        ("www.nl", "https://www.nl"),
        ("bücher.example", "https://xn--bcher-kva.example"),
        ("straße.example", "https://xn--strae-oqa.example"),
        ("XN--BCHER-KVA.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_website_is_built_from_the_company_domain(raw: str, website: str) -> None:
    """A website is `https://` and one spelling of the host, without `www.`."""
    assert normalise.website(raw) == website


@pytest.mark.parametrize(
    "value",
    [
        *[
            "",
            "acme",
            "http://acme.nl",
            "acme.nl/team",
            "acme.nl:443",
            "jan@acme.nl",
            "-acme.nl",
            "acme..nl",
            "1.2.3.4",
        ],
        *["[::1]", "a b.nl", "acme.local", "acme.onion", "xn--a.nl", "ab--c.nl", f"{'a' * 64}.nl", "a." * 200 + "nl"],
        *["<acme.nl>", "acme_x.nl", "acme.nl?x", "x" * 100_000],
    ],
)
def test_what_is_no_bare_host_is_refused(value: str) -> None:
    """Schemes, ports, paths, users, addresses and names that can be no company's host are not read."""
    assert normalise.domain(value) is None


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("executive", Seniority.EXECUTIVE),
        ("C-Suite", Seniority.EXECUTIVE),
        ("cxo", Seniority.EXECUTIVE),
        ("Founder", Seniority.OWNER),
        ("partner", Seniority.OWNER),
        ("Vice President", Seniority.VP),
        ("head", Seniority.DIRECTOR),
        ("Team Lead", Seniority.MANAGER),
        ("lead", Seniority.SENIOR),
        ("intern", Seniority.ENTRY),
        ("unpaid", Seniority.OTHER),
        ("grand wizard", Seniority.OTHER),
        ("", Seniority.OTHER),
        ("x" * 100_000, Seniority.OTHER),
    ],
)
def test_seniority_is_closed_and_never_guessed(word: str, level: Seniority) -> None:
    """Providers' words map to our levels by a reviewed list; an unknown one is `other`."""
    assert normalise.seniority(word) is level


def test_every_level_maps_to_itself() -> None:
    """Our own vocabulary is understood when it comes back."""
    assert [normalise.seniority(level) for level in Seniority] == list(Seniority)


@pytest.mark.parametrize(
    ("raw", "function"),
    [
        ("human_resources", "human_resources"),
        ("Sales & Marketing", "sales_marketing"),
        ("Ingénierie", "ingenierie"),
        ("tier-2 support", "tier_2_support"),
        ("a" * 51, None),
        ("06-55550123", None),
        ("sales 06 5555 0123", None),
        ("3d", None),
        ("営業", None),
    ],
)
def test_a_job_function_is_a_lower_snake_word(raw: str, function: str | None) -> None:
    """The vocabulary is open, its form is not; what looks like contact data is dropped."""
    assert normalise.job_function(raw) == function
