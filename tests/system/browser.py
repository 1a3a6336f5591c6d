"""What somebody does in Chromium, by mouse or by keyboard alone, and what can be seen there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.running_service import PRINCIPALS, RunningService

AXE = files("selenium_axe_python").joinpath("axe-core", "axe.min.js").read_text("utf-8")
NARROW = 360
SECONDS = 10.0
MOST_TABS = 80
"""Further away is no control of any page."""


@dataclass(slots=True)
class Browser:
    """A Chromium at a desk."""

    driver: Chrome
    desk: RunningService

    def open(self, path: str) -> None:
        """Open a page."""
        self.driver.get(f"{self.desk.door}{path}")

    @property
    def heading(self) -> str:
        """The page's first heading."""
        return self.driver.find_element(By.TAG_NAME, "h1").text

    @property
    def text(self) -> str:
        """All that can be seen."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    @property
    def focused(self) -> WebElement:
        """What has the focus."""
        return self.driver.switch_to.active_element

    def type(self, control: str, text: str) -> None:
        """Fill in a control, by its id."""
        self.driver.find_element(By.ID, control).send_keys(text)

    def press(self, name: str) -> None:
        """Click a button, and wait for what comes."""
        with self._leaving():
            self.driver.find_element(By.XPATH, f"//button[normalize-space()='{name}']").click()

    def sign_in(self, role: str) -> None:
        """Sign in as the demo policy's principal of a role."""
        self.driver.delete_all_cookies()
        self.open("/desk")
        self.type("token", self.desk.token(PRINCIPALS[role]))
        self.press("Sign in")

    def keys(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def go(self, *keys: str) -> None:
        """Press keys that lead to another page, and wait for it."""
        with self._leaving():
            self.keys(*keys)

    def tab_to(self, wanted: str) -> None:
        """Go on by Tab to a control of an id, or a button or link of a text; every stop on the way can be seen."""
        for _ in range(MOST_TABS):
            self.keys(Keys.TAB)
            stop = self.focused
            assert stop.value_of_css_property("outline-style") == "solid", (
                f"no visible focus on {stop.get_attribute('outerHTML')}"
            )
            assert stop.is_displayed()
            if wanted in {stop.get_attribute("id"), stop.text.strip()}:
                return
        raise AssertionError(f"Tab does not lead to {wanted}")

    def narrow(self) -> None:
        """Look through a telephone."""
        metrics = {"width": NARROW, "height": 740, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def wide(self, height: int = 900) -> None:
        """Look at a screen."""
        metrics = {"width": 1200, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def prefer(self, scheme: str) -> None:
        """Prefer `light` or `dark`."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.driver.execute_script(script))

    def barriers(self) -> list[str]:
        """Let axe-core look at the page: what it finds, and where."""
        self.driver.execute_script(AXE)
        run = "axe.run(document, arguments[0]).then(arguments[1])"
        found = self.driver.execute_async_script(run, {"rules": {"target-size": {"enabled": True}}})
        return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found["violations"]]

    def complaints(self) -> list[str]:
        """What Chromium's console has said, such as of what a page may not load; not the statuses of answers."""
        said = [one["message"] for one in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]
        return [message for message in said if "Failed to load resource" not in message]

    @contextmanager
    def _leaving(self) -> Iterator[None]:
        """Do something that leads to another page, and wait until that is there."""
        before = self.driver.find_element(By.TAG_NAME, "html").id

        def is_there(driver: Chrome) -> bool:
            state = driver.execute_script("return document.readyState")
            return driver.find_element(By.TAG_NAME, "html").id != before and state == "complete"

        yield
        # While pages change, the driver may find itself between two documents.
        WebDriverWait(self.driver, SECONDS, ignored_exceptions=[WebDriverException]).until(is_there)
