"""Somebody at the objection desk, with a browser that has cookies, follows redirects and knows no JavaScript."""

from dataclasses import dataclass, field

import requests

from tests.door.pages import Page, Sending
from tests.door.visitor import SECONDS
from tests.running_service import PRINCIPALS, RunningService


@dataclass(slots=True)
class Clerk:
    """A person with a browser.

    Attributes:
        service: With a desk at its door.
        seen: Every answer, redirects included.
    """

    service: RunningService
    seen: list[requests.Response] = field(default_factory=list)
    _browser: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self._browser.headers["Accept"] = "text/html"

    def open(self, path: str) -> Page:
        """Open a page."""
        return self._ended(self._browser.get(f"{self.service.door}{path}", timeout=SECONDS))

    def send(self, sending: Sending) -> Page:
        """Press a button, and see what comes."""
        url = f"{self.service.door}{sending.action}"
        return self._ended(self._browser.post(url, data=list(sending.fields), timeout=SECONDS))

    def sign_in(self, token: str) -> Page:
        """Sign in with a token."""
        return self.send(self.open("/desk").press("Sign in", token=token))

    @classmethod
    def of(cls, service: RunningService, role: str) -> "Clerk":
        """Return somebody who is signed in as the demo policy's principal of a role."""
        clerk = cls(service)
        page = clerk.sign_in(service.token(PRINCIPALS[role]))
        assert page.heading == "A person objects"
        return clerk

    @property
    def last(self) -> requests.Response:
        """The last answer."""
        return self.seen[-1]

    @property
    def cookie(self) -> str | None:
        """What the browser keeps of the session."""
        return self._browser.cookies.get("leadgate_desk")

    @cookie.setter
    def cookie(self, value: str) -> None:
        self._browser.cookies.clear()
        self._browser.cookies.set("leadgate_desk", value, domain="127.0.0.1", path="/desk")

    def register(self, email: str, **typed: str) -> Page:
        """Register an objection by an address, and see the receipt."""
        form = self.open("/desk/register")
        preview = self.send(form.press("See whom this reaches", email_1=email, **typed))
        return self.send(preview.press("Register"))

    def _ended(self, answer: requests.Response) -> Page:
        self.seen += [*answer.history, answer]
        page = Page(answer.text)
        assert page.mistakes() == [], answer.url
        return page
