"""Pages of the core in a browser: no barrier that axe can find, nothing cut off; signing in and out."""

import pytest

from sightline.core.audit import Outcome, record_event
from tests.journeys.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STATES = {
    "missing": ("analyst", "/no-such-page"),
    "audit-narrowed": ("administrator", "/audit/?outcome=refused"),
    "audit-error": ("administrator", "/audit/?from_on_day=31&from_on_month=2&from_on_year=2026"),
}
"""Pages as they look in a certain state; each page as such is looked at in `test_no_barrier`."""


@pytest.mark.parametrize("name", STATES)
def test_a_page_has_no_barrier_and_fits(name, cast, signed_in_page, axe_violations, screenshot):
    who, path = STATES[name]
    page = signed_in_page(getattr(cast, who), path)
    for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
        page.set_viewport_size(size)
        screenshot(page, f"{name}-{width}")
        assert axe_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "scrolls sideways"


@pytest.mark.parametrize("query", ["", "?before=40", "?person=nobody"])
def test_a_filled_audit_log_has_no_barrier_and_fits(query, cast, signed_in_page, axe_violations, screenshot):
    for number in range(60):
        outcome = Outcome.REFUSED if number % 5 == 0 else Outcome.DONE
        record_event("core.give-role", cast.analyst, outcome=outcome, detail={"role": "member"})
    page = signed_in_page(cast.administrator, f"/audit/{query}")
    for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
        page.set_viewport_size(size)
        screenshot(page, f"audit-filled{query[1:]}-{width}")
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
