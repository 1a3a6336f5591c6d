"""The register of sources and recipients: each of its rules broken once."""

from datetime import date

import pytest

from tests.domain.policies import REMOVED, Path, changed, mistakes, policy, written

HUNTER = ("sources", 1)
US_HUNTER = {(*HUNTER, "location"): "US"}

BROKEN = [
    pytest.param(
        {(*HUNTER, "attestation", "excludes_visibility_restricted"): False},
        "sources[1].attestation.excludes_visibility_restricted",
        "must be true",
        marks=pytest.mark.proves("R-005"),
        id="restricted profiles not excluded",
    ),
    pytest.param(
        {(*HUNTER, "attestation"): REMOVED},
        "sources[1].attestation",
        "is missing",
        marks=pytest.mark.proves("R-005"),
        id="no attestation",
    ),
    *(
        pytest.param(
            {(*HUNTER, flow): REMOVED},
            f"sources[1].{flow}",
            "is missing",
            marks=pytest.mark.proves("R-069"),
            id=f"no {flow}",
        )
        for flow in ("role_query_data", "role_supplied_data")
    ),
    pytest.param(
        {("recipients", 0, "role_delivered_data"): REMOVED},
        "recipients[0].role_delivered_data",
        "is missing",
        marks=pytest.mark.proves("R-069"),
        id="no role of the recipient",
    ),
    *(
        pytest.param(
            {("sources", 0, "mechanism", "version"): version},
            "sources[0].mechanism.version",
            "repealed",
            marks=pytest.mark.proves("R-071"),
            id=f"clauses {version if isinstance(version, str) else 'unnamed'}",
        )
        for version in ("2001/497/EC", "2004/915/EC", "2010/87/EU", REMOVED)
    ),
    pytest.param(
        {(*HUNTER, "location"): "GB", (*HUNTER, "mechanism", "kind"): "ADEQUACY"},
        "sources[1].mechanism.valid_until",
        "sunset",
        marks=pytest.mark.proves("R-071"),
        id="adequacy without sunset",
    ),
    pytest.param(
        US_HUNTER | {(*HUNTER, "mechanism", "kind"): "US_FRAMEWORK"},
        "sources[1].mechanism.valid_until",
        "current certification",
        marks=pytest.mark.proves("R-071"),
        id="framework without certification",
    ),
    pytest.param(
        US_HUNTER
        | {
            (*HUNTER, "mechanism", "kind"): "US_FRAMEWORK",
            (*HUNTER, "mechanism", "valid_until"): date(2027, 1, 2),
        },
        "sources[1].mechanism.valid_until",
        "current certification",
        marks=pytest.mark.proves("R-071"),
        id="certification longer than a year",
    ),
    pytest.param(
        {(*HUNTER, "mechanism", "copy_at"): REMOVED},
        "sources[1].mechanism.copy_at",
        "is missing",
        marks=pytest.mark.proves("R-071"),
        id="no way to get a copy",
    ),
    pytest.param(
        {(*HUNTER, "mechanism", "document"): REMOVED},
        "sources[1].mechanism.document",
        "is missing",
        marks=pytest.mark.proves("R-070"),
        id="no document",
    ),
    pytest.param(
        {(*HUNTER, "mechanism", "valid_from"): REMOVED},
        "sources[1].mechanism.valid_from",
        "is missing",
        marks=pytest.mark.proves("R-070"),
        id="no date",
    ),
    pytest.param(
        {(*HUNTER, "mechanism", "valid_until"): date(2025, 1, 1)},
        "sources[1].mechanism.valid_until",
        "before it begins",
        id="mechanism ends before it begins",
    ),
    pytest.param(
        US_HUNTER,
        "sources[1].mechanism.kind",
        "does not exist for this location",
        marks=pytest.mark.proves("R-070"),
        id="the US in the EEA",
    ),
    pytest.param(
        {("recipients", 0, "location"): "GB"},
        "recipients[0].mechanism.kind",
        "does not exist for this location",
        marks=pytest.mark.proves("R-070"),
        id="the United Kingdom in the EEA",
    ),
    pytest.param(
        US_HUNTER
        | {(*HUNTER, "mechanism", "kind"): "ADEQUACY", (*HUNTER, "mechanism", "valid_until"): date(2030, 1, 1)},
        "sources[1].mechanism.kind",
        "does not exist for this location",
        marks=pytest.mark.proves("R-070"),
        id="the US adequate without a certification",
    ),
    pytest.param(
        {
            (*HUNTER, "mechanism", "kind"): "US_FRAMEWORK",
            (*HUNTER, "mechanism", "valid_until"): date(2026, 12, 31),
        },
        "sources[1].mechanism.kind",
        "does not exist for this location",
        marks=pytest.mark.proves("R-070"),
        id="the US framework in France",
    ),
    pytest.param(
        {("statement", "sources"): ["Clearbit"]},
        "sources[1].named_in_statement",
        "not a name that the statement gives",
        id="active source not in the statement",
    ),
    pytest.param(
        {(*HUNTER, "named_in_statement"): REMOVED},
        "sources[1].named_in_statement",
        "not a name that the statement gives",
        id="active source without a public name",
    ),
    pytest.param(
        {("statement", "recipients"): []},
        "recipients[0].named_in_statement",
        "not a name that the statement gives",
        marks=pytest.mark.proves("R-066"),
        id="recipient not in the statement",
    ),
]


@pytest.mark.parametrize(("changes", "path", "part"), BROKEN)
def test_a_party_without_its_papers_is_refused(changes: dict[Path, object], path: str, part: str) -> None:
    """Each rule of the register, broken once in a policy otherwise in order, gives one mistake at its place."""
    (mistake,) = mistakes(written(changed(changes)))
    assert mistake.path == path
    assert part in mistake.reason


@pytest.mark.proves("R-070", "R-071")
@pytest.mark.parametrize(
    ("location", "mechanism"),
    [
        pytest.param("NO", {"kind": "EEA"}, id="EEA beyond the Union"),
        pytest.param("GB", {"kind": "ADEQUACY", "valid_until": date(2031, 12, 27)}, id="adequacy with its sunset"),
        pytest.param("US", {"kind": "SCC", "version": "2021/914"}, id="clauses in force"),
        pytest.param("IN", {"kind": "BCR"}, id="binding corporate rules"),
        pytest.param("US", {"kind": "US_FRAMEWORK", "valid_until": date(2027, 1, 1)}, id="certified this year"),
    ],
)
def test_every_mechanism_that_is_dated_and_documented_is_accepted(location: str, mechanism: dict[str, object]) -> None:
    """Each of the five mechanisms can be used where it exists."""
    papers = {"document": "contract", "valid_from": date(2026, 1, 1), "copy_at": "privacy@example.com"}
    source = policy({(*HUNTER, "location"): location, (*HUNTER, "mechanism"): papers | mechanism}).sources[1]
    assert source.usable(date(2026, 11, 23)) is None


def test_a_suspended_source_may_wait_for_its_assessment_and_its_name() -> None:
    """A source that is not in use needs neither the assessment's cover nor a place in the statement yet."""
    waiting = policy(
        {
            (*HUNTER, "state"): "suspended",
            (*HUNTER, "named_in_statement"): REMOVED,
            ("statement", "sources"): ["Clearbit"],
            ("assessment", "coverage", "sources"): ["clearbit"],
        },
    )
    assert len(waiting.sources) == 2
