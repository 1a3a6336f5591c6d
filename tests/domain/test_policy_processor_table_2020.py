"""The processor table of the 2020 statement, as a register: it must not load (R-071)."""

import pytest

from tests.domain.policies import Path, changed, mistakes, written

PAPERS = {"document": "statement of 2020", "valid_from": "2020-01-01", "copy_at": "privacy@example.com"}
AS_PRINTED: dict[Path, object] = {
    ("sources", 0, "location"): "USA",
    ("sources", 0, "mechanism"): {"kind": "SCC", "version": "2010/87/EU"},
    ("recipients", 0, "location"): "UK (EU)",
    ("recipients", 0, "mechanism"): {"kind": "BCR"},
}
"""Clearbit: USA, standard contractual clauses. Salesforce: UK (EU), binding corporate rules."""


@pytest.mark.proves("R-071")
def test_the_table_as_printed_is_refused_in_both_rows() -> None:
    """Neither row has dates, a document or a way to get a copy, and neither location is a country."""
    paths = {mistake.path for mistake in mistakes(written(changed(AS_PRINTED)))}
    for party in ("sources[0]", "recipients[0]"):
        assert {f"{party}.location"} | {f"{party}.mechanism.{key}" for key in PAPERS} <= paths


@pytest.mark.proves("R-071")
def test_papers_alone_do_not_cure_the_table() -> None:
    """With papers added, the repealed clauses and the United Kingdom in the EU still stop it, and are named."""
    with_papers = changed(
        AS_PRINTED
        | {
            ("sources", 0, "location"): "US",
            ("sources", 0, "mechanism"): PAPERS | {"kind": "SCC", "version": "2010/87/EU"},
            ("recipients", 0, "mechanism"): PAPERS | {"kind": "BCR"},
        },
    )
    clauses, location = mistakes(written(with_papers))
    assert (clauses.path, clauses.remedy) == (
        "sources[0].mechanism.version",
        'sign the current clauses and write version: "2021/914"',
    )
    assert location.path == "recipients[0].location"
    assert "the United Kingdom is GB, and not in the EU" in location.remedy
