"""Relevance: closed comparisons that keep or discard, and nothing that names a person."""

from dataclasses import fields, replace

import pytest
from leadgate_service.domain.fields import EmployeeBand, RevenueBand, Seniority
from leadgate_service.domain.relevance import RelevanceDecision, RelevanceFacts, decide_relevance

from tests.domain.policies import changed, mistakes, policy, written

PROFILE = policy(
    {
        ("relevance",): {
            "version": 3,
            "industries": {"allow": ["Retail"], "when_absent": "discard"},
            "job_functions": {"allow": ["marketing", "sales"], "when_absent": "keep"},
            "seniorities": {"allow": ["director"], "when_absent": "discard"},
            "employee_bands": {"allow": ["from_51", "from_251"], "when_absent": "discard"},
            "revenue_bands": {"allow": ["from_10m"], "when_absent": "keep"},
        },
    },
).relevance
WANTED = RelevanceFacts(
    industry="Retail",
    job_function="sales",
    seniority=Seniority.DIRECTOR,
    employee_band=EmployeeBand.FROM_51,
    revenue_band=RevenueBand.FROM_10M,
)


@pytest.mark.proves("R-014")
@pytest.mark.parametrize(
    ("facts", "failed_rule"),
    [
        pytest.param(WANTED, None, id="all wanted"),
        pytest.param(replace(WANTED, industry="RETAIL"), None, id="case of the industry"),
        pytest.param(replace(WANTED, industry="Mining"), "industries", id="industry"),
        pytest.param(replace(WANTED, industry=None), "industries", id="no industry"),
        pytest.param(replace(WANTED, job_function="legal"), "job_functions", id="function"),
        pytest.param(replace(WANTED, job_function=None), None, id="no function"),
        pytest.param(replace(WANTED, seniority=Seniority.ENTRY), "seniorities", id="seniority"),
        pytest.param(replace(WANTED, seniority=None), "seniorities", id="no seniority"),
        pytest.param(replace(WANTED, employee_band=EmployeeBand.FROM_1), "employee_bands", id="head count"),
        pytest.param(replace(WANTED, employee_band=None), "employee_bands", id="no head count"),
        pytest.param(replace(WANTED, revenue_band=RevenueBand.FROM_1B), "revenue_bands", id="revenue"),
        pytest.param(replace(WANTED, revenue_band=None), None, id="no revenue"),
        pytest.param(RelevanceFacts(), "industries", id="nothing known"),
    ],
)
def test_a_lead_is_relevant_when_every_comparison_passes(facts: RelevanceFacts, failed_rule: str | None) -> None:
    """The first comparison that fails is named; absence means what the profile says it means."""
    decision = decide_relevance(PROFILE, facts)
    assert decision == RelevanceDecision(failed_rule=failed_rule)
    assert decision.is_relevant is (failed_rule is None)


@pytest.mark.proves("R-014")
def test_without_comparisons_everything_is_relevant() -> None:
    """A profile that compares nothing keeps every lead."""
    profile = policy({("relevance",): {"version": 1}}).relevance
    assert decide_relevance(profile, RelevanceFacts()).is_relevant


@pytest.mark.proves("R-015")
def test_relevance_sees_only_industry_size_function_and_seniority() -> None:
    """No name, phone number or title can reach a comparison: there is no place for one."""
    assert {field.name for field in fields(RelevanceFacts)} == {
        "industry",
        "job_function",
        "seniority",
        "employee_band",
        "revenue_band",
    }


@pytest.mark.proves("R-015")
@pytest.mark.parametrize(
    "key",
    ["full_name", "names", "phone_number", "phones", "job_titles", "country_codes", "company_name", "score"],
)
def test_the_loader_refuses_to_compare_anything_else(key: str) -> None:
    """A profile that would look at a name, a phone number or anything else unlisted is refused, and told why."""
    text = written(changed({("relevance", key): {"allow": ["x"], "when_absent": "keep"}}))
    (mistake,) = mistakes(text)
    assert mistake.path == f"relevance.{key}"
    assert "R-015" in mistake.reason


@pytest.mark.proves("R-015")
def test_a_decision_says_keep_or_discard_and_no_score() -> None:
    """The outcome is a rule that failed or none: nothing that could rank people, set a price or a credit."""
    assert [field.name for field in fields(RelevanceDecision)] == ["failed_rule"]
