"""The objection desk as people meet it: in Chromium, by keyboard, on a telephone, in the dark, without JavaScript."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from selenium.webdriver.common.keys import Keys

from tests.system.browser import Browser

SEE = "See whom this reaches"


@contextmanager
def each_page(browser: Browser) -> Iterator[Callable[[str], None]]:
    """Collect names of pages that were looked at in every way, and at the end say that nothing was in the way."""
    found: dict[str, object] = {}

    def look(name: str) -> None:
        for scheme in ("light", "dark"):
            browser.prefer(scheme)
            for turn in (browser.wide, browser.narrow):
                turn()
                found[f"{name}, {scheme}, {turn.__name__}"] = (browser.barriers(), browser.overflow())
        browser.wide()

    yield look
    assert {name: seen for name, seen in found.items() if seen != ([], 0)} == {}
    assert browser.complaints() == []


def test_no_page_has_a_barrier(browser: Browser) -> None:
    """axe-core finds nothing on any page, light or dark, wide or 360 px; nothing is wider than the window."""
    with each_page(browser) as look:
        browser.open("/desk")
        look("sign in")
        browser.type("token", "wrong")
        browser.press("Sign in")
        look("sign in refused")
        browser.sign_in("support")
        look("a person")
        browser.press(SEE)
        look("a person, mistaken")
        browser.type("email-1", "ida@northpier.example.com")
        browser.type("reference", "CASE-7")
        browser.press(SEE)
        look("preview")
        browser.press("Register")
        look("receipt")
        path = browser.driver.current_url.removeprefix(browser.desk.door).removesuffix("/receipt")
        browser.open("/desk/register/company")
        look("a company")
        browser.open("/desk/objections")
        look("list")
        browser.open(path)
        look("objection")
        browser.press("Annul")
        look("objection, no reason")
        browser.driver.find_element("id", "reason").click()
        browser.press("Annul")
        look("objection, proposed")
        browser.sign_in("privacy_officer")
        browser.open(path)
        look("objection, to be confirmed")
        browser.press("Confirm annulment")
        look("objection, annulled")
        browser.open("/desk/objections/01900000-0000-7000-8000-000000000000")
        look("nothing")


def test_everything_goes_by_keyboard(browser: Browser) -> None:
    """From signing in to an annulment without a mouse; every stop can be seen, and a mistake has the focus."""
    browser.wide()
    browser.open("/desk")
    browser.tab_to("token")
    browser.go(browser.desk.token("demo-support"), Keys.ENTER)
    assert browser.heading == "A person objects"
    browser.tab_to(SEE)
    browser.go(Keys.ENTER)
    assert browser.focused.get_attribute("role") == "alert"
    browser.keys(Keys.TAB, Keys.ENTER)
    browser.keys("ben@northpier.example.com")
    assert browser.driver.find_element("id", "email-1").get_attribute("value") == "ben@northpier.example.com"
    browser.tab_to(SEE)
    browser.go(Keys.ENTER)
    assert browser.heading == "Whom this reaches"
    assert "B. O." in browser.text
    browser.tab_to("Register")
    browser.go(Keys.SPACE)
    assert browser.heading == "Registered"
    browser.tab_to("receipt-nl")
    browser.tab_to("To this objection")
    browser.go(Keys.ENTER)
    browser.tab_to("reason")
    browser.keys(Keys.ARROW_DOWN)
    browser.tab_to("Annul")
    browser.go(Keys.ENTER)
    assert "until a second person confirms" in browser.text
    browser.tab_to("Sign out")
    browser.go(Keys.ENTER)
    assert browser.heading == "Sign in"
    browser.open("/desk/register")
    browser.keys(Keys.TAB, Keys.ENTER)
    assert browser.driver.current_url.endswith("#content")


def test_everything_works_without_javascript(browser_without_scripts: Browser) -> None:
    """Chromium runs no script, and the desk needs none, from signing in to an annulment by two people."""
    browser = browser_without_scripts
    browser.driver.get("data:text/html,<title>off</title><h1>a</h1><script>document.title = 'on'</script>")
    assert browser.driver.title == "off"
    browser.sign_in("support")
    browser.type("email-1", "noor@northpier.example.com")
    browser.press("Add rows")
    browser.type("email-4", "noor@example.org")
    browser.press(SEE)
    assert "1 lead becomes unreadable" in browser.text
    browser.press("Change")
    browser.type("reference", "CASE-9")
    browser.press(SEE)
    browser.press("Register")
    assert browser.heading == "Registered"
    browser.driver.refresh()
    assert browser.heading == "Registered"
    path = browser.driver.current_url.removeprefix(browser.desk.door).removesuffix("/receipt")
    browser.open("/desk/objections")
    browser.type("reference", "CASE-9")
    browser.press("Find")
    browser.driver.find_element("link text", path.rpartition("/")[2]).click()
    browser.driver.find_element("id", "reason-3").click()
    browser.press("Annul")
    browser.sign_in("privacy_officer")
    browser.open(path)
    browser.press("Confirm annulment")
    assert "Annulled" in browser.text
