"""What a policy must keep to beyond its shape: each rule broken once."""

from datetime import date

import pytest
from leadgate_service.domain.access import ROLE_PURPOSES
from leadgate_service.domain.policy import PolicyDocument
from leadgate_service.domain.policy_rules import RULES, Rule

from tests.domain.policies import REMOVED, Path, changed, mistakes, policy, written

ALL_FIELDS = changed({})["fields"]


def _marketing(fields: list[str]) -> dict[Path, object]:
    return {("principals", 2, "marketing", "fields"): fields}


BROKEN = [
    pytest.param(
        {("statement", "lead_period_days"): 41},
        "retention.lead_days",
        "longer than the statement promises",
        marks=pytest.mark.proves("R-040"),
        id="period above the statement's",
    ),
    pytest.param(
        {("retention", "countries"): {"DE": 43}},
        "retention.countries.DE",
        "not shorter",
        marks=pytest.mark.proves("R-040"),
        id="longer by country",
    ),
    pytest.param(
        {("retention", "countries"): {"DE": 42}},
        "retention.countries.DE",
        "not shorter",
        marks=pytest.mark.proves("R-040"),
        id="as long by country",
    ),
    pytest.param(
        {("assessment", "approved_by"): REMOVED},
        "assessment.approved_by",
        "nobody answers",
        marks=pytest.mark.proves("R-009"),
        id="approved by nobody",
    ),
    pytest.param(
        {("assessment", "approved_date"): REMOVED},
        "assessment.approved_date",
        "nobody answers",
        marks=pytest.mark.proves("R-009"),
        id="approved on no day",
    ),
    pytest.param(
        {("assessment", "review_date"): REMOVED},
        "assessment.review_date",
        "nobody answers",
        marks=pytest.mark.proves("R-009"),
        id="approved for ever",
    ),
    pytest.param(
        {("assessment", "review_date"): date(2025, 12, 31)},
        "assessment.review_date",
        "before it begins",
        marks=pytest.mark.proves("R-009"),
        id="reviewed before approved",
    ),
    *(
        pytest.param(
            {("assessment", step): "  "},
            f"assessment.{step}",
            "is empty",
            marks=pytest.mark.proves("R-009"),
            id=f"no {step}",
        )
        for step in ("interest", "necessity", "balancing")
    ),
    *(
        pytest.param(
            {("assessment", "coverage", "fields"): [other for other in ALL_FIELDS if other != field]},
            "assessment.coverage.fields",
            f"does not cover {field}",
            marks=pytest.mark.proves("R-009"),
            id=f"{field} not assessed",
        )
        for field in ALL_FIELDS
    ),
    pytest.param(
        {("assessment", "coverage", "sources"): ["clearbit"]},
        "assessment.coverage.sources",
        "does not cover hunter",
        marks=pytest.mark.proves("R-009"),
        id="active source not assessed",
    ),
    pytest.param(
        {("assessment", "coverage", "purposes"): ["relevance", "outreach"]},
        "assessment.coverage.purposes",
        "does not cover customer_needs",
        marks=pytest.mark.proves("R-009"),
        id="purpose not assessed",
    ),
    pytest.param(
        {
            ("relevance", "job_functions"): {"allow": ["sales"], "when_absent": "keep"},
            ("fields",): [*ALL_FIELDS[:6], "job_title", "seniority"],
        }
        | _marketing(["company_name"]),
        "relevance.job_functions",
        "compares job_function",
        id="comparison of a field that is not kept",
    ),
    pytest.param(
        {("relevance", "seniorities", "when_absent"): REMOVED},
        "relevance.seniorities.when_absent",
        "is missing",
        marks=pytest.mark.proves("R-014"),
        id="absence without a meaning",
    ),
    pytest.param(
        {("principals", 3, "purposes"): ["outreach"]},
        "principals[3].purposes",
        "none of the roles has",
        marks=pytest.mark.proves("R-011"),
        id="purpose beyond the role",
    ),
    pytest.param(
        {("principals", 2, "marketing"): REMOVED},
        "principals[2].marketing",
        "registered with its name and its fields",
        marks=pytest.mark.proves("R-066"),
        id="marketing without a registered tool",
    ),
    pytest.param(
        {("principals", 2, "marketing", "tool"): REMOVED},
        "principals[2].marketing.tool",
        "is missing",
        marks=pytest.mark.proves("R-066"),
        id="marketing tool without a name",
    ),
    pytest.param(
        {("principals", 3, "marketing"): {"tool": "Mailer", "fields": ["company_name"]}},
        "principals[3].marketing",
        "no effect without the role",
        id="tool without the role",
    ),
    *(
        pytest.param(
            _marketing(["company_name", field]),
            "principals[2].marketing.fields",
            f"lists {field}, which marketing cannot have",
            marks=pytest.mark.proves("R-012"),
            id=f"{field} for marketing",
        )
        for field in ("full_name", "phone_number")
    ),
    pytest.param(
        {("fields",): [field for field in ALL_FIELDS if field != "company_website"]},
        "principals[2].marketing.fields",
        "lists company_website, which the policy does not keep",
        id="marketing field that is not kept",
    ),
    pytest.param(
        {("principals", 3, "entity"): {"name": "Example Group Services Ltd"}},
        "principals[3].entity.agreement",
        "is missing",
        marks=pytest.mark.proves("R-066"),
        id="group entity without an agreement",
    ),
]


@pytest.mark.parametrize(("changes", "path", "part"), BROKEN)
def test_a_broken_rule_is_refused_where_it_is_broken(changes: dict[Path, object], path: str, part: str) -> None:
    """Each rule, broken once in a policy that is otherwise in order, gives exactly one mistake at its place."""
    (mistake,) = mistakes(written(changed(changes)))
    assert mistake.path == path
    assert part in mistake.reason


@pytest.mark.parametrize("section", ["sources", "recipients", "principals"])
def test_two_entries_cannot_share_a_name(section: str) -> None:
    """A name that occurs twice is a mistake at both entries."""
    entries = changed({})[section]
    found = mistakes(written(changed({(section,): [*entries, entries[0]]})))
    assert [mistake.path for mistake in found] == [f"{section}[0].name", f"{section}[{len(entries)}].name"]


@pytest.mark.proves("R-066")
def test_a_group_entity_with_an_agreement_is_accepted() -> None:
    """A company of the same group may be registered once the intra-group agreement is named."""
    entity = {"name": "Example Group Services Ltd", "agreement": "intra-group 2026/3"}
    registered = policy({("principals", 3, "entity"): entity}).principal("demo-support")
    assert registered is not None
    assert registered.entity is not None
    assert registered.entity.agreement == "intra-group 2026/3"


def test_narrower_purposes_need_less_assessment() -> None:
    """A purpose that no principal is left with need not be covered."""
    narrowed = policy(
        {
            ("principals", 1, "purposes"): ["outreach"],
            ("assessment", "coverage", "purposes"): ["relevance", "outreach"],
        },
    )
    assert "customer_needs" not in narrowed.assessment.coverage.purposes


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.check.__name__.strip("_"))
def test_a_rule_reads_only_the_sections_that_it_names(rule: Rule) -> None:
    """A rule works on a document of which only its own sections could be read."""
    whole = policy({})
    document = PolicyDocument.model_construct(**{section: getattr(whole, section) for section in rule.sections})
    assert list(rule.check(document)) == []


def test_every_role_has_a_line_of_purposes() -> None:
    """The rules look up the purposes of any role that a file can name."""
    assert all(role in ROLE_PURPOSES for principal in policy({}).principals for role in principal.roles)
