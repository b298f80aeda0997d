"""The worklist in a browser: narrowed, remembered, worked through; also by keyboard and without scripts."""

import pytest

from tests.conftest import looked_at_once_more
from tests.journeys.browser import DESKTOP, PHONE
from tests.journeys.visitors import ByKeyboard, ByMouse, WithoutJavaScript, ways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONFERENCES = "Police attendance at child protection conferences"


@ways(ByKeyboard, ByMouse, WithoutJavaScript)
def test_a_manager_finds_what_is_late_and_a_lead_does_what_waits(kind, cast, collection, visit):
    manager = visit(kind, cast.board_manager)
    manager.follow("Worklist")
    manager.sees("Nothing is waiting for you.")
    manager.follow("Everything I may see")
    manager.choose("When it is due", "Overdue")
    manager.choose("Part of the work", "Returns")
    manager.press("Apply filters")
    manager.sees("1 thing waits and fits the filters. 1 overdue, 0 due today.")
    manager.sees("See Commentary")
    manager.follow("Home")
    manager.follow("Worklist")
    manager.sees("1 thing waits and fits the filters.")
    manager.follow("Clear filters")
    manager.does_not_see("Clear filters")

    lead = visit(kind, cast.other_agency_lead)
    lead.follow("Worklist")
    lead.follow(f"Make the return: {CONFERENCES}")
    lead.sees_heading("Addiscombe Vale police")


@looked_at_once_more
def test_the_worklist_has_no_barrier(
    cast, collection, questionnaire, signed_in_page, axe_violations, screenshot
):
    for name, path in {
        "all": "?scope=all",
        "narrowed": "?scope=all&due=overdue",
        "empty": "?scope=mine",
    }.items():
        page = signed_in_page(cast.board_manager, f"/worklist/{path}")
        for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
            page.set_viewport_size(size)
            page.wait_for_load_state("networkidle")
            screenshot(page, f"worklist-{name}-{width}")
            assert axe_violations(page) == [], (name, width)
            fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert fits, f"{name} scrolls sideways on a {width}"
