"""One province, one service and one browser for all tests of the console."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.integration.console.watched_province import PASSWORD, WatchedProvince
from tests.servers.mosquitto import Mosquitto
from tests.servers.process import find_binary


@pytest.fixture(scope="package")
def province(
    tmp_path_factory: pytest.TempPathFactory, mosquitto: Mosquitto
) -> Iterator[WatchedProvince]:
    with WatchedProvince(tmp_path_factory.mktemp("console"), mosquitto.port) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=20_000)  # the machine may be busy with other tests
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_binary("chromium", "chromium"), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@dataclass(slots=True)
class Screen:
    """A browser's window in front of the console, and what must never happen in one.

    Attributes:
        page: What is seen.
        complaints: What the page complained of.
        strangers: Hosts that were asked for something, besides our own.
    """

    page: Page
    complaints: list[str] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)

    @classmethod
    def in_front_of(cls, context: BrowserContext) -> Screen:
        """A new page, with nothing in it yet."""
        shown = cls(context.new_page())
        page, complaints, strangers = shown.page, shown.complaints, shown.strangers
        page.on(
            "console",
            lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: strangers.add(urlsplit(r.url).hostname or "data"))
        page.on("websocket", lambda w: strangers.add(urlsplit(w.url).hostname or ""))
        return shown

    def log_in(self, name: str, password: str = PASSWORD) -> None:
        """Fill in the form that is shown."""
        self.page.fill("input[name=name]", name)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")

    def open(self, path: str) -> None:
        """Go to a page, and wait until it is live."""
        self.page.goto(path)
        self.wait_until_live()

    def wait_until_live(self) -> None:
        """Until the page has heard from the service."""
        self.page.wait_for_function("window.omc?.alive === true")


@pytest.fixture(scope="package")
def laptop(browser: Browser, province: WatchedProvince) -> Iterator[BrowserContext]:
    """A browser whose cache is warm after its first page."""
    context = browser.new_context(base_url=province.url, viewport={"width": 1366, "height": 768})
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def screen(laptop: BrowserContext, province: WatchedProvince) -> Iterator[Screen]:
    """A window of a laptop, in English, with nobody logged in."""
    laptop.clear_cookies()
    laptop.add_cookies([{"name": "omc_language", "value": "en", "url": province.url}])
    shown = Screen.in_front_of(laptop)
    yield shown
    shown.page.close()
    assert shown.strangers <= {"127.0.0.1", "data"}


@pytest.fixture(scope="package")
def operators_session(laptop: BrowserContext) -> str:
    """The cookie of an operator who has logged in."""
    laptop.clear_cookies()
    shown = Screen.in_front_of(laptop)
    shown.page.goto("/")
    shown.log_in("lan")
    shown.wait_until_live()
    shown.page.close()
    return session_of(laptop)


@pytest.fixture
def operator(operators_session: str, screen: Screen, province: WatchedProvince) -> Screen:
    """The same, with an operator who is logged in and has not opened a page yet."""
    screen.page.context.add_cookies(
        [{"name": "omc_session", "value": operators_session, "url": province.url}]
    )
    return screen


def session_of(context: BrowserContext) -> str:
    """The cookie of whoever is logged in."""
    return next(c["value"] for c in context.cookies() if c["name"] == "omc_session")


def serious_findings(screen: Screen) -> list[str]:
    """What axe-core finds serious or worse."""
    found = Axe().run(screen.page)
    return [
        f"{finding['id']}: {finding['nodes'][0]['html'][:200]}"
        for finding in found.response["violations"]
        if finding["impact"] in ("serious", "critical")
    ]
