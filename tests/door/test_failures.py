"""What people are told of an error: what happened and what to do, each reason in words of its own, in two languages."""

import re

import pytest
from leadgate_service.errors import (
    FailedPrecondition,
    LeadgateError,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    Unavailable,
    invalid,
)
from leadgate_service.http.failures import failure
from leadgate_service.keyfiles import KeyRingError

from tests.door.clerk import Clerk
from tests.door.conftest import Start
from tests.door.visitor import ONE_CLICK, door, take_in, visit
from tests.rpc.faulty_store import Faults
from tests.rpc.messages import check
from tests.rpc.test_nothing_leaks import SECRET, Unforeseen, assert_clean

NOWHERE = "01900000-0000-7000-8000-000000000000"
PASSING = [
    Unavailable("STORE_UNAVAILABLE", "Said to a client."),
    Unavailable("AUDIT_UNAVAILABLE", "Said to a client."),
    Unavailable("TOKEN_KEY_ROTATED", "Said to a client."),
    ResourceExhausted("RATE_LIMITED", "Said to a client.", retry_after_seconds="7"),
]
STANDING = [
    invalid("form", "must be whole"),
    NotFound("OBJECTION_NOT_FOUND", "Said to a client."),
    FailedPrecondition("POLICY_MISSING", "Said to a client."),
    FailedPrecondition("POLICY_FOR_DEMO", "Said to a client."),
    KeyRingError(f"/srv/keep/{SECRET} is missing."),
]
WITHOUT_WORDS = [
    (Unavailable("SOMETHING_NEW", "The printer is out of paper."), True),
    (PermissionDenied("SOMETHING_NEW", "The printer is not yours."), False),
]


def reason_of(error: LeadgateError) -> str:
    """Name the case."""
    return error.reason


@pytest.mark.parametrize("error", [*PASSING, *STANDING], ids=reason_of)
def test_a_reason_is_told_in_its_own_words(error: LeadgateError) -> None:
    """What happened and what to do, in each language, whole, and neither in words meant for a client nor a file's."""
    said = failure(error)
    texts = [*said.happened, *said.remedy]
    assert all(text.endswith(".") for text in texts)
    assert len(set(texts)) == 4
    assert not any("$" in text or "Said to a client" in text or SECRET in text for text in texts)
    assert said.reason == error.reason
    others = [failure(other).happened for other in (*PASSING, *STANDING) if other is not error]
    assert said.happened not in others


@pytest.mark.parametrize(
    ("error", "passes"),
    [*((error, True) for error in PASSING), *((error, False) for error in STANDING), *WITHOUT_WORDS],
)
def test_only_what_passes_is_to_be_tried_again(error: LeadgateError, *, passes: bool) -> None:
    """To reload the page is the advice where it may help, and nowhere else, in both languages."""
    remedy = failure(error).remedy
    assert ("reload this page" in remedy.en, "laad deze pagina opnieuw" in remedy.nl) == (passes, passes)


def test_what_has_no_words_yet_is_told_by_its_message() -> None:
    """An error that nobody foresaw on a page is told as a client would be."""
    for error, _ in WITHOUT_WORDS:
        assert failure(error).happened.en == error.message


def test_the_desk_says_what_the_matter_is(sqlite_url: str, start: Start) -> None:
    """An id of nothing, one that is none, too many questions, no database, no key: each page says which, and why."""
    faults = Faults()
    service = start(sqlite_url, wrap=faults.over, door=door(desk=True))
    clerk = Clerk.of(service, "support")
    page = clerk.open(f"/desk/objections/{NOWHERE}")
    assert page.alert == "There is no such objection. Check its id, or look for it in the list."
    assert "OBJECTION_NOT_FOUND" in page.text
    assert "What was sent breaks a rule: objection_id must be" in clerk.open("/desk/objections/x").alert
    faults.failing["objections"] = Unavailable("STORE_UNAVAILABLE", "Said to a client.")
    assert clerk.open("/desk/objections").alert.startswith("The database does not answer. Whether something that you")
    faults.failing["objections"] = KeyRingError(f"/srv/{SECRET} is missing.")
    page = clerk.open("/desk/objections")
    assert page.alert.startswith("A key of the service is missing. Tell whoever runs this service.")
    assert_clean(clerk.last.text)
    faults.failing.clear()
    for number in range(118):
        service.as_("support").send(check(f"p{number}@example.com"))
    page = clerk.open("/desk/objections")
    wait = clerk.last.headers["retry-after"]
    assert (clerk.last.status_code, f"Wait {wait} seconds, then reload this page." in page.alert) == (429, True)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (Unavailable("STORE_UNAVAILABLE", "Said to a client."), ("The database does not answer.", "De database")),
        (FailedPrecondition("POLICY_MISSING", "Said to a client."), ("has no policy yet.", "heeft nog geen beleid.")),
    ],
)
def test_who_clicks_a_link_is_told_in_two_languages(
    sqlite_url: str, start: Start, broken: LeadgateError, told: tuple[str, str]
) -> None:
    """What happened, and whether to come again, to whoever unsubscribes with a browser."""
    faults = Faults()
    service = start(sqlite_url, wrap=faults.over)
    path = take_in(service)
    faults.failing["register_objections"] = broken
    answer = visit(service, "POST", path, data=ONE_CLICK, headers={"Accept": "text/html"})
    for words in (*told, *failure(broken).remedy, broken.reason):
        assert words in answer.text
    assert "Said to a client" not in answer.text


def test_an_accident_is_told_with_its_number(sqlite_url: str, start: Start) -> None:
    """Whoever runs the service finds the number in the log; the page has nothing else of it, and promises nothing."""
    faults = Faults()
    service = start(sqlite_url, wrap=faults.over, door=door(desk=True))
    clerk = Clerk.of(service, "support")
    faults.failing["objections"] = Unforeseen()
    answer = visit(
        service,
        "GET",
        "/desk/objections",
        headers={"Accept": "text/html"},
        cookies={"leadgate_desk": str(clerk.cookie)},
    )
    (incident,) = set(re.findall(r"incident ([0-9a-f]{16})\.", answer.text))
    assert f'"{incident}"' in service.log.getvalue()
    assert "Tell whoever runs this service that number." in answer.text
    assert "reload" not in answer.text
    assert_clean(answer.text)
