"""A business that is a natural person is personal data, whatever field it stands in (R-013)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.domain.screening import is_natural_person


@pytest.mark.proves("R-013")
@pytest.mark.parametrize(
    "form",
    [
        *["eenmanszaak", "Eenmanszaak", "ZZP", "zzp'er", "V.O.F.", "maatschap"],
        *["sole trader", "Sole Proprietorship", "freelancer"],
        *["Einzelunternehmen", "e.K.", "Eingetragene Kauffrau", "GbR", "Freiberufler", "natürliche Person"],
        *["auto-entrepreneur", "micro-entreprise", "Entreprise individuelle", "EIRL"],
    ],
)
def test_a_legal_form_of_a_natural_person_is_known(form: str) -> None:
    """Dutch, English, German and French forms without legal personality make the company's fields personal data."""
    assert is_natural_person(form, "Northpier", None)


@pytest.mark.parametrize("form", [None, "", "B.V.", "N.V.", "GmbH", "SARL", "Ltd", "Inc.", "stichting", "EK-GmbH", "?"])
def test_a_company_with_legal_personality_is_none(form: str | None) -> None:
    """A legal person under its own name is no natural person."""
    assert not is_natural_person(form, "Northpier Analytics", "Marisol Quintave")


@pytest.mark.proves("R-013")
@pytest.mark.parametrize(
    ("company", "person"),
    [
        ("Jan de Vries", "Jan de Vries"),
        ("JAN DE VRIES", "Vries, drs. Jan de"),
        ("Jan de Vries Consultancy", "Jan de Vries"),
        ("Timmerbedrijf J. Visser", "J. Visser"),
        ("Rene Muller Fotografie", "René Müller"),
        ("O’Hara & Tom", "Tom O'Hara"),
    ],
)
def test_a_company_named_after_the_person_is_that_person(company: str, person: str) -> None:
    """A company whose name holds the person's whole name speaks of the person."""
    assert is_natural_person(None, company, person)


@pytest.mark.parametrize(
    ("company", "person"),
    [
        ("De Vries Bouw", "Jan de Vries"),
        ("Vries", "Vries"),
        ("Janssen Smits", "Jan Smit"),
        ("Northpier", ""),
        ("", "Jan de Vries"),
        ("Werkform Anlagenbau", "Tobias Lindqvarn"),
    ],
)
def test_a_part_of_a_name_is_not_enough(company: str, person: str) -> None:
    """A family name alone names many companies."""
    assert not is_natural_person(None, company, person)


@pytest.mark.proves("R-013")
@pytest.mark.parametrize(
    "company", ["Bäckerei Krüger e.K.", "Vogel e. K.", "Eenmanszaak Smit", "Klusbedrijf Ab (zzp)", "Bakker & Zn VOF"]
)
def test_a_form_inside_the_name_counts(company: str) -> None:
    """A company that writes its form into its name tells it there."""
    assert is_natural_person(None, company, None)


@pytest.mark.proves("P22")
@given(st.none() | st.text(), st.text(), st.none() | st.text())
def test_the_question_is_total(form: str | None, company: str, person: str | None) -> None:
    """No text makes it raise."""
    assert is_natural_person(form, company, person) in {True, False}
