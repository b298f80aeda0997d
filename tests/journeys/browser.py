"""A browser for tests: Debian's Chromium, driven by Playwright, with axe for accessibility.

def test_the_page(signed_in_page, axe_violations):
    page = signed_in_page(cast.analyst, "/dataset/")
    assert not axe_violations(page)
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium-headless-shell")
BUILT = Path(__file__).parents[2] / "sightline/govuk/static/govuk/app.css"
PHONE = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 900}
LAUNCH_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def why_no_browser() -> str | None:
    """Why the browser tests cannot run, by name, or None when they can."""
    if not CHROMIUM.exists():
        return f"skipped: Chromium is not installed ({CHROMIUM})"
    if not BUILT.exists():
        return "skipped: the styles are not built (make assets)"
    return None


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """One Chromium for the whole run, with a profile that is thrown away."""
    if reason := why_no_browser():
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    _look_once_the_page_is_there()
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, headless=True, args=LAUNCH_ARGUMENTS
        )
        yield context
        context.close()


def _look_once_the_page_is_there() -> None:
    """Have every click wait for the page that it leads to: Playwright waits only until that page begins."""
    from playwright.sync_api import Locator

    click = Locator.click

    def and_wait(self: Locator, **how: Any) -> None:
        click(self, **how)
        self.page.wait_for_load_state()

    Locator.click = and_wait  # type: ignore[method-assign]


@pytest.fixture
def browser_page(browser, live_server) -> Iterator[object]:
    """A fresh page, signed out, that knows the address of the running application (`page.url_of("/")`)."""
    browser.clear_cookies()
    page = browser.new_page()
    page.set_viewport_size(DESKTOP)
    page.url_of = lambda path: f"{live_server.url}{path}"
    yield page
    page.close()


@pytest.fixture
def signed_in_page(browser_page, signed_in):
    """A function that opens a path as a member of the cast (or as nobody) and gives the page."""

    def open_as(user, path: str):
        if user is not None:
            session = signed_in(user).cookies["sessionid"].value
            browser_page.context.add_cookies(
                [{"name": "sessionid", "value": session, "url": browser_page.url_of("/")}]
            )
        browser_page.goto(browser_page.url_of(path))
        return browser_page

    return open_as


@pytest.fixture
def axe_violations():
    """A function that gives axe's violations on a page, one line each: rule, help and the elements."""
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()

    def violations(page) -> list[str]:
        # axe is put into the page by the test itself, past the page's own security policy.
        options = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
        found = axe.run(page, options=options).response
        assert found["passes"], "axe has checked nothing"
        return [
            f"{item['id']}: {item['help']}: {[node['html'][:120] for node in item['nodes']]}"
            for item in found["violations"]
        ]

    return violations


@pytest.fixture
def screenshot():
    """A function that keeps a picture of a page in the folder `SIGHTLINE_SCREENSHOTS`, if that is set."""
    folder = os.environ.get("SIGHTLINE_SCREENSHOTS")

    def keep(page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return keep
