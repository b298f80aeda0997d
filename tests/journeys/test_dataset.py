"""The dataset in a browser, on a telephone and on a desktop: no barrier that axe finds, nothing cut off."""

import pytest

from tests.conftest import looked_at_once_more
from tests.journeys.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STATES = {
    "home-with-signals": "/",
    "scorecard-publishable": "/dataset/?version=publishable",
    "indicator-refused": "/dataset/looked-after-children/",
    "indicator-agencies-returned": "/dataset/conference-attendance/",
}
"""Pages as they look in a certain state; each page as such is looked at in `test_no_barrier`."""


@looked_at_once_more
def test_the_pages_have_no_barrier_and_fit(cast, dataset, signed_in_page, axe_violations, screenshot):
    for name, path in STATES.items():
        page = signed_in_page(cast.board_manager, path)
        for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
            page.set_viewport_size(size)
            page.wait_for_load_state("networkidle")
            screenshot(page, f"{name}-{width}")
            assert axe_violations(page) == [], (name, width)
            fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert fits, f"{name} scrolls sideways on a {width}"


def test_a_member_reads_a_number_down_to_its_file_without_javascript(cast, dataset, live_server, browser):
    page = browser.browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/account/login/?next=/dataset/")
    page.get_by_label("E-mail address").fill(cast.member.email)
    page.get_by_label("Password", exact=True).fill("a-long-invented-phrase")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Show").select_option("Signals only")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Return home interviews within 72 hours").click()
    assert "episodes that ended" in page.locator("p.govuk-body-l").inner_text()
    page.wait_for_load_state("networkidle")
    assert page.locator("img.app-chart").evaluate("image => image.complete && image.naturalWidth > 0")
    page.get_by_label("Split by").select_option("Missing from")
    page.get_by_role("button", name="Show").click()
    assert page.get_by_role("table", name="By missing from").is_visible()
    page.get_by_text("The SQL that counted it").click()
    assert page.get_by_label("SQL").is_visible()
    page.get_by_role("link", name="missing-list-2026-04-10").click()
    assert page.get_by_role("heading", level=1).inner_text() == "missing-list-2026-04-10"
    page.close()
