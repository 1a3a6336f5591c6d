"""The policy file: every mistake with its line, reason and remedy, and no text that surprises."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.errors import InvalidArgument
from leadgate_service.policy_file import BundledPolicy, bundled_text, parse
from leadgate_service.policy_mistakes import PolicyError

from tests.domain.policies import REMOVED, changed, mistakes, written

DEMO_TEXT = bundled_text(BundledPolicy.DEMO)
EXAMPLE_TEXT = bundled_text(BundledPolicy.EXAMPLE)
CANARY = "Zz-canary-7b1e@person.example.org"

OWN = "[demo-controller.example.net]"


def _edited(text: str, *replacements: tuple[str, str]) -> str:
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def _line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.parametrize("text", [DEMO_TEXT, EXAMPLE_TEXT], ids=["demo", "example"])
def test_the_bundled_policies_are_policies(text: str) -> None:
    """What comes with the package passes its own check, and is known by the digest of its bytes."""
    policy = parse(text)
    assert policy.version == 0
    assert policy.digest == hashlib.sha256(text.encode()).hexdigest()


def test_defaults_are_those_of_the_law_as_read_here() -> None:
    """Left out, the period is 42 days, the repeat 30, the notice immediate with 7 days' grace, the window 4 hours."""
    policy = parse(
        written(
            changed(
                {
                    ("retention",): {"zone": "UTC", "rule_version": 1},
                    ("notice",): {},
                    ("objections", "erase_after_hours"): REMOVED,
                    ("objections", "own_domains"): REMOVED,
                    ("demo",): REMOVED,
                },
            ),
        ),
    )
    assert (policy.retention.lead_days, policy.retention.repeat_after_days) == (42, 30)
    assert (policy.notice.release, policy.notice.grace_days) == ("immediate", 7)
    assert policy.objections.erase_after_hours == 4
    assert not policy.demo


def test_all_mistakes_are_reported_at_once_by_line() -> None:
    """Mistakes of shape and of meaning, in several sections, come in one answer, each on its own line."""
    text = _edited(
        EXAMPLE_TEXT,
        ("lead_days: 42", "lead_days: 57"),
        ("state: suspended", "state: supended"),
        ("published_date: 2026-10-01", "published_date: 2026-13-01"),
        ("DE: 28", "Germany: 28"),
        ("roles: [intake]", "rols: [intake]"),
        ("marketing_cap_months: 12", "marketing_cap_months: 13"),
    )
    found = mistakes(text)
    assert [(mistake.line, mistake.path) for mistake in found] == [
        (_line_of(text, "2026-13-01"), "statement.published_date"),
        (_line_of(text, "months: 13"), "statement.marketing_cap_months"),
        (_line_of(text, "Germany"), "retention.countries.Germany"),
        (_line_of(text, "supended"), "sources[1].state"),
        (_line_of(text, "name: web-forms"), "principals[0].roles"),
        (_line_of(text, "rols"), "principals[0].rols"),
    ]
    assert found[-1].remedy == "did you mean roles?"


def test_a_mistake_of_shape_does_not_hide_a_broken_rule_elsewhere() -> None:
    """Sections of the right shape are held to the rules although another section cannot be read."""
    text = _edited(DEMO_TEXT, ("lead_days: 42", "lead_days: 57"), ("erase_after_hours: 4", "erase_after_hours: 21"))
    assert [mistake.path for mistake in mistakes(text)] == ["retention.lead_days", "objections.erase_after_hours"]


@pytest.mark.parametrize("section", sorted(changed({}).keys() - {"demo"}))
def test_every_section_must_be_there(section: str) -> None:
    """A policy without one of its sections is refused, and the others are still checked."""
    found = mistakes(written(changed({(section,): REMOVED})))
    assert [(mistake.path, mistake.reason, mistake.remedy) for mistake in found] == [
        (section, "is missing", f"add {section}:"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "path", "part"),
    [
        pytest.param("demo: true", "demo: yes", "demo", "true or false", id="yes is not true"),
        pytest.param(
            "lead_days: 42", 'lead_days: "42"', "retention.lead_days", "digits without quotes", id="quoted number"
        ),
        pytest.param("lead_days: 42", "lead_days: 42.5", "retention.lead_days", "digits", id="fraction"),
        pytest.param("lead_days: 42", f"lead_days: {'9' * 5000}", "retention.lead_days", "digits", id="5000 digits"),
        pytest.param("lead_days: 42", "lead_days: 6", "retention.lead_days", "at least 7", id="too short a period"),
        pytest.param("version: demo", "version: 2020", "statement.version", "quotes", id="number for text"),
        pytest.param("version: demo", "version:", "statement.version", "quotes", id="nothing for text"),
        pytest.param("version: demo", 'version: " "', "statement.version", "write the text", id="blank text"),
        pytest.param("Europe/Amsterdam", "Europe/Amsterdan", "retention.zone", "Europe/Amsterdam", id="unknown zone"),
        pytest.param("Europe/Amsterdam", "../../etc/passwd", "retention.zone", "Europe/Amsterdam", id="zone as a path"),
        pytest.param("2026-01-01", "2026-02-30", "statement.published_date", "YYYY-MM-DD", id="impossible date"),
        pytest.param(
            "2026-01-01", "2026-01-01T00:00:00", "statement.published_date", "YYYY-MM-DD", id="instant for date"
        ),
        pytest.param("2026-01-01", "9999-12-31", "statement.published_date", "2199-12-31", id="date out of range"),
        pytest.param("2026-01-01", "20260101", "statement.published_date", "YYYY-MM-DD", id="number for date"),
        pytest.param("- name: demo-support", "- name: Demo Support", "principals[3].name", "hyphens", id="name's form"),
        pytest.param(OWN, "[Example]", "objections.own_domains[0]", "domain", id="domain's form"),
        pytest.param(OWN, "example.com", "objections.own_domains", "a dash", id="text for a list"),
        pytest.param("roles: [operator]", "roles: []", "principals[5].roles", "at least one", id="empty list"),
        pytest.param(
            "roles: [operator]", "roles: [partner]", "principals[5].roles[0]", "'operator'", id="unknown role"
        ),
        pytest.param("kind: person", "kind: human", "principals[3].kind", "'person' or 'job'", id="unknown kind"),
        pytest.param(
            "- full_name\n", "- e_mail\n", "assessment.coverage.fields[9]", "'full_name'", id="a twelfth field"
        ),
        pytest.param("  - name: hunter", "  - name: apollo", "sources[1].name", "'hunter'", id="unknown source"),
        pytest.param("kind: SCC", "kind: ART_49", "sources[0].mechanism.kind", "'SCC'", id="derogation"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_its_remedy(old: str, new: str, path: str, part: str) -> None:
    """No value is bent into another type; the remedy says what to write."""
    (mistake,) = mistakes(_edited(DEMO_TEXT, (old, new)))
    assert mistake.path == path
    assert part in mistake.remedy
    assert mistake.line == DEMO_TEXT.count("\n", 0, DEMO_TEXT.index(old)) + 1


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        pytest.param("", 1, "mapping of sections", id="empty"),
        pytest.param("# nothing\n", 1, "mapping of sections", id="comment only"),
        pytest.param("- statement\n", 1, "mapping of sections", id="a list"),
        pytest.param("demo: true\nstatement: [\n", 3, "not YAML", id="open bracket"),
        pytest.param("demo: true\n\tstatement: x\n", 2, "not YAML", id="tab"),
        pytest.param("demo: true\nnotice: \x07\n", 2, "not YAML", id="control character"),
        pytest.param("demo: true\nnotice: \ud800\n", 2, "not YAML", id="half a character"),
        pytest.param("demo: true\n---\ndemo: true\n", 2, "not YAML", id="two documents"),
        pytest.param("demo: true\nnotice: &a {}\n", 2, "anchor", id="anchor"),
        pytest.param("demo: true\nnotice: *a\n", 2, "anchor", id="alias"),
        pytest.param("demo: true\nnotice: !!python/object:os.system x\n", 2, "tag", id="tag"),
        pytest.param("demo: true\nnotice: !secret x\n", 2, "tag", id="local tag"),
        pytest.param("demo: true\n? [a]\n: b\n", 2, "key", id="list as key"),
        pytest.param("demo: " + "[" * 100_000, 1, "nested", id="deep nesting"),
        pytest.param("# " + "x" * 262_143, 1, "256 KiB", id="too long"),
    ],
)
def test_text_that_cannot_be_read_says_where(text: str, line: int, part: str) -> None:
    """What is not plain YAML is refused at the line where reading stopped, before it costs anything."""
    (mistake,) = mistakes(text)
    assert (mistake.line, mistake.path) == (line, "policy")
    assert part in mistake.reason


def test_a_few_lines_cannot_expand_to_gigabytes() -> None:
    """Aliases that multiply each other are refused at the first anchor."""
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20))
    (mistake,) = mistakes(bomb)
    assert mistake.line == 1


def test_a_key_that_occurs_twice_is_refused_at_the_second() -> None:
    """Nobody should have to guess which of two values counts."""
    text = _edited(DEMO_TEXT, ("  lead_days: 42\n", "  lead_days: 42\n  lead_days: 7\n"))
    assert [(mistake.line, mistake.path, mistake.reason) for mistake in mistakes(text)] == [
        (_line_of(text, "lead_days: 7"), "retention.lead_days", "occurs twice"),
    ]


@pytest.mark.proves("R-040")
def test_norway_is_a_country() -> None:
    """A country code that older YAML would read as `false` keeps its period."""
    text = _edited(DEMO_TEXT, ("  lead_days: 42\n", "  lead_days: 42\n  countries:\n    NO: 14\n"))
    assert parse(text).retention.countries == {"NO": 14}


@pytest.mark.parametrize("key", ["version", "digest", "daily_lookups", "<<"])
def test_a_file_says_nothing_that_has_no_effect(key: str) -> None:
    """Keys that the service does not read are refused, so that none can mislead; a version comes from the database."""
    found = mistakes(f"{key}: 1\n{DEMO_TEXT}")
    assert [(mistake.line, mistake.reason) for mistake in found] == [(1, "is not a key of the policy")]


def test_the_error_is_one_that_a_caller_meets() -> None:
    """The error is INVALID_ARGUMENT with POLICY_INVALID and the number of mistakes, and its text tells each."""
    with pytest.raises(InvalidArgument) as raised:
        parse(_edited(DEMO_TEXT, ("lead_days: 42", "lead_days: 57"), ("grace_days: 7", "grace_days: 8")))
    assert raised.value.reason == "POLICY_INVALID"
    assert raised.value.metadata == {"mistakes": "2"}
    assert "retention.lead_days is longer than the statement promises" in raised.value.message
    assert "notice.grace_days is too large; use at most 7" in raised.value.message


_JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.text(max_size=20),
    st.just(CANARY),
    st.just({CANARY: CANARY}),
    st.lists(st.sampled_from(["full_name", "clearbit", CANARY]), max_size=3),
    st.dictionaries(st.sampled_from(["allow", "kind", "name", "NO"]), st.integers() | st.just(CANARY), max_size=3),
    st.dates(),
)


def _places(part: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    steps: Any = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from _places(inner, (*path, step))


_PLACES = sorted(_places(changed({})), key=str)


@pytest.mark.proves("P21")
@given(place=st.sampled_from(_PLACES), junk=_JUNK, key=st.sampled_from([None, "lead_dais", CANARY]))
def test_any_nonsense_in_any_place_is_a_mistake_and_never_a_crash(
    place: tuple[str | int, ...],
    junk: object,
    key: str | None,
) -> None:
    """Whatever stands wherever, the answer is a policy or mistakes that say what to do and repeat no value."""
    data = changed({place: junk}) if key is None else _with_key(place, key, junk)
    text = written(data)
    for mistake in mistakes(text):
        assert 1 <= mistake.line <= text.count("\n")
        assert mistake.reason
        assert mistake.remedy
        assert "canary" not in str(mistake)


def _with_key(place: tuple[str | int, ...], key: str, junk: object) -> dict[str, Any]:
    """Add a key to the mapping nearest around the place."""
    data = changed({})
    part: Any = data
    nearest: dict[str, Any] = data
    for step in place:
        part = part[step]
        nearest = part if isinstance(part, dict) else nearest
    nearest[key] = junk
    return data


@given(text=st.text())
def test_any_text_is_refused_and_never_a_crash(text: str) -> None:
    """Text that is no policy is refused as such, whatever it is."""
    with pytest.raises(PolicyError):
        parse(text)
