"""Every page of the core, on a telephone and on a desktop: no barrier that axe can find, nothing cut off."""

import pytest
from django.urls import resolve

from sightline.core.routes import all_routes
from tests.journeys import test_dataset
from tests.journeys.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = {
    "sign-in": (None, "/account/login/"),
    "account-closed": (None, "/account/inactive/"),
    "accessibility": (None, "/accessibility"),
    "data-protection": (None, "/data-protection"),
    "missing": ("analyst", "/no-such-page"),
    "clocks": ("analyst", "/clocks/"),
    "home": ("analyst", "/"),
    "sign-out": ("analyst", "/account/logout/"),
    "change-password": ("analyst", "/account/password/"),
}

PROCESSES = (test_dataset,)
"""The journeys of the processes, each with its own PAGES."""

NOT_PAGES = {"health", "dataset:chart"}


def test_every_page_is_looked_at():
    of_core = [path for _, path in PAGES.values() if path != "/no-such-page"]
    of_processes = [path for module in PROCESSES for path in module.PAGES.values()]
    seen = {resolve(path.partition("?")[0]).view_name for path in of_core + of_processes}
    pages = all_routes().keys() - NOT_PAGES
    assert pages
    assert seen == pages, "add its address to PAGES here, or to those of its process's journey"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_barrier_and_fits(name, cast, signed_in_page, axe_violations, screenshot):
    who, path = PAGES[name]
    page = signed_in_page(getattr(cast, who) if who else None, path)
    for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
        page.set_viewport_size(size)
        screenshot(page, f"{name}-{width}")
        assert axe_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "scrolls sideways"


def test_nothing_is_refused_by_the_security_policy(cast, signed_in_page):
    complaints = []
    page = signed_in_page(cast.analyst, "/accessibility")
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(page.url_of("/account/password/"))
    page.wait_for_selector("body.govuk-frontend-supported")
    assert complaints == []


def test_an_analyst_signs_in_reads_home_and_signs_out(cast, browser_page, axe_violations, screenshot):
    page = browser_page
    page.goto(page.url_of("/"))
    assert page.title() == "Sign in – Addiscombe Vale Safeguarding Children Partnership – Sightline"
    page.get_by_label("E-mail address").fill(cast.analyst.email.upper())
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    assert page.title().startswith("Error: ")
    screenshot(page, "sign-in-error")
    assert axe_violations(page) == []
    page.get_by_label("E-mail address").fill(cast.analyst.email)
    page.get_by_label("Password", exact=True).fill("a-long-invented-phrase")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Home"
    assert page.get_by_role("heading", level=2, name="Waiting for you").is_visible()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in"


def test_the_pages_work_without_javascript(cast, live_server, browser):
    page = browser.browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/account/login/")
    page.get_by_label("E-mail address").fill(cast.member.email)
    page.get_by_label("Password", exact=True).fill("a-long-invented-phrase")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Home"
    page.close()
