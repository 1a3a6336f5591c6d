"""The policy as the gate reads it: what is in force, covered and usable on a day."""

from datetime import date

import pydantic
import pytest
from leadgate.v1 import types_pb2
from leadgate_service.domain.access import Purpose
from leadgate_service.domain.fields import Field
from leadgate_service.domain.register import Recipient, Source, SourceName, Unusable
from leadgate_service.policy_file import BundledPolicy, bundled_text, parse

from tests.domain.policies import REMOVED, policy

CLEARBIT = ("sources", 0)


@pytest.mark.proves("R-009")
@pytest.mark.parametrize(
    ("today", "is_in_force"),
    [("2026-11-30", False), ("2026-12-01", True), ("2027-12-01", True), ("2027-12-02", False)],
)
def test_an_assessment_is_in_force_from_its_approval_to_its_review(today: str, is_in_force: bool) -> None:  # noqa: FBT001 - a column of the table
    """Both named days belong to the period; before and after it nothing may be taken in."""
    assessment = policy(
        {("assessment", "approved_date"): date(2026, 12, 1), ("assessment", "review_date"): date(2027, 12, 1)},
    ).assessment
    assert assessment.in_force(date.fromisoformat(today)) is is_in_force


@pytest.mark.proves("R-027", "R-033")
@pytest.mark.parametrize(("today", "is_due"), [("2026-02-28", False), ("2027-02-28", False), ("2027-03-01", True)])
def test_the_suppression_list_is_reviewed_every_year(today: str, is_due: bool) -> None:  # noqa: FBT001 - a column of the table
    """Twelve months after the last review, the readiness says that another is due; before the first, it always is."""
    objections = policy({("objections", "list_reviewed_date"): date(2026, 2, 28)}).objections
    assert objections.review_due(date.fromisoformat(today)) is is_due
    assert policy({}).objections.review_due(date.fromisoformat(today))


@pytest.mark.proves("R-009")
def test_a_draft_is_never_in_force() -> None:
    """A draft keeps intake closed, even one that already carries its dates."""
    assert not policy({("assessment", "state"): "draft"}).assessment.in_force(date(2026, 11, 23))
    assert not parse(bundled_text(BundledPolicy.EXAMPLE)).assessment.in_force(date(2026, 11, 23))


@pytest.mark.proves("R-009")
def test_an_assessment_covers_only_what_it_names() -> None:
    """Source, field and purpose must all be named; one that is not makes the combination uncovered."""
    assessment = policy(
        {
            ("fields",): ["company_name"],
            ("relevance",): {"version": 1},
            ("principals",): [],
            ("sources", 1, "state"): "suspended",
            ("assessment", "coverage"): {
                "sources": ["clearbit"],
                "fields": ["company_name"],
                "purposes": ["relevance"],
            },
        },
    ).assessment
    assert assessment.covers(SourceName.CLEARBIT, Field.COMPANY_NAME, Purpose.RELEVANCE)
    assert not assessment.covers(SourceName.HUNTER, Field.COMPANY_NAME, Purpose.RELEVANCE)
    assert not assessment.covers(SourceName.CLEARBIT, Field.FULL_NAME, Purpose.RELEVANCE)
    assert not assessment.covers(SourceName.CLEARBIT, Field.COMPANY_NAME, Purpose.OUTREACH)


@pytest.mark.proves("R-009")
@pytest.mark.parametrize("name", BundledPolicy)
def test_every_field_of_the_contract_is_assessed(name: BundledPolicy) -> None:
    """A field that joins the contract without a line in the bundled assessments fails here."""
    contract = {field.removeprefix("FIELD_").lower() for field in types_pb2.Field.keys() if "UNSPEC" not in field}  # noqa: SIM118 - an enum wrapper of protobuf is no mapping
    assert contract == set(Field)
    assert parse(bundled_text(name)).assessment.coverage.fields == contract


@pytest.mark.proves("R-005", "R-070")
@pytest.mark.parametrize(
    ("changes", "today", "expected"),
    [
        pytest.param({}, "2026-11-23", None, id="all in order"),
        pytest.param({(*CLEARBIT, "state"): "suspended"}, "2026-11-23", Unusable.SOURCE_NOT_ACTIVE, id="suspended"),
        pytest.param(
            {(*CLEARBIT, "attestation", "valid_until"): date(2026, 11, 23)}, "2026-11-23", None, id="last day"
        ),
        pytest.param(
            {(*CLEARBIT, "attestation", "valid_until"): date(2026, 11, 22)},
            "2026-11-23",
            Unusable.ATTESTATION_LAPSED,
            id="attestation a day over",
        ),
        pytest.param(
            {(*CLEARBIT, "mechanism", "valid_until"): date(2026, 11, 23)}, "2026-11-23", None, id="last day too"
        ),
        pytest.param(
            {(*CLEARBIT, "mechanism", "valid_until"): date(2026, 11, 22)},
            "2026-11-23",
            Unusable.TRANSFER_MECHANISM_INVALID,
            id="mechanism a day over",
        ),
        pytest.param({}, "2026-01-01", None, id="mechanism's first day"),
        pytest.param({}, "2025-12-31", Unusable.TRANSFER_MECHANISM_INVALID, id="mechanism not begun"),
    ],
)
def test_a_source_is_usable_on_the_days_on_which_everything_holds(
    changes: dict[tuple[str | int, ...], object],
    today: str,
    expected: Unusable | None,
) -> None:
    """A source must be active, attested and covered by a mechanism on that very day; else the reason is named."""
    source = policy(changes).source(SourceName.CLEARBIT)
    assert source is not None
    assert source.usable(date.fromisoformat(today)) is expected


@pytest.mark.proves("R-070")
def test_a_recipient_is_usable_while_its_mechanism_holds() -> None:
    """The mechanism of a recipient is asked for its day just as a source's is."""
    (recipient,) = policy({("recipients", 0, "mechanism", "valid_until"): date(2026, 12, 31)}).recipients
    assert recipient.usable(date(2026, 12, 31)) is None
    assert recipient.usable(date(2027, 1, 1)) is Unusable.TRANSFER_MECHANISM_INVALID


@pytest.mark.proves("R-069")
def test_the_role_of_a_party_is_stated_per_flow() -> None:
    """A source has a role for what we send and one for what it supplies, a recipient one for what we deliver."""
    required = {name for name, field in Source.model_fields.items() if field.is_required()}
    assert {"role_query_data", "role_supplied_data"} <= required
    assert Recipient.model_fields["role_delivered_data"].is_required()


@pytest.mark.proves("R-005")
def test_a_source_that_is_not_registered_is_not_there() -> None:
    """A source that the register does not list cannot be found, hence not used."""
    without_hunter = policy({("sources", 1): REMOVED})
    assert without_hunter.source(SourceName.HUNTER) is None
    assert without_hunter.source(SourceName.CLEARBIT) is not None


@pytest.mark.parametrize("today", ["2026-11-23", "2030-02-28", "2045-06-01"])
def test_the_demo_works_on_any_day(today: str) -> None:
    """The demo's assessment and sources hold for decades, so that it can be tried whenever."""
    demo = parse(bundled_text(BundledPolicy.DEMO))
    day = date.fromisoformat(today)
    assert demo.demo
    assert demo.assessment.in_force(day)
    assert [source.usable(day) for source in demo.sources] == [None, None]


def test_the_example_is_for_real_use() -> None:
    """The example is not marked as a demo, so that a server accepts it."""
    assert not parse(bundled_text(BundledPolicy.EXAMPLE)).demo


def test_a_policy_cannot_be_changed_in_place() -> None:
    """What is in force stays as it was read; another version is another object."""
    draft = policy({})
    in_force = draft.numbered(7)
    assert (draft.version, in_force.version) == (0, 7)
    assert in_force.digest == draft.digest
    assert in_force.retention == draft.retention
    with pytest.raises(pydantic.ValidationError):
        in_force.retention.lead_days = 56
