"""Thresholds at a browser, without JavaScript: written, approved, tried on invented cases, and compared."""

import pytest
from django.utils import timezone

from sightline.frontline.threshold.models import Level, Rating
from tests.invented_thresholds import TEXTS, VIGNETTES
from tests.journeys.browser import DESKTOP, PHONE
from tests.journeys.visitors import WithoutJavaScript

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = {str(level): f"{level}: {level.label}" for level in Level}
LEVELS = {"police_unit": "122344", "health": "122334", "hub_worker": "123344"}


@pytest.fixture
def looked_at(axe_violations, screenshot):
    """A function that looks at the page that is open, on a telephone and on a desktop."""

    def look(page, name: str) -> None:
        for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
            page.set_viewport_size(size)
            screenshot(page, f"thresholds-{name}-{width}")
            assert axe_violations(page) == [], (name, width)
            fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert fits, f"{name} scrolls sideways on a {width}"

    return look


def test_thresholds_are_written_and_tried_on_cases(cast, front_line, visit):
    keeper = visit(WithoutJavaScript, cast.board_manager)
    keeper.follow("Thresholds")
    write(keeper)
    keeper.follow("Thresholds")
    draft_exercise(keeper)
    keeper.follow("Open the exercise")
    keeper.press("Open it")
    for part, levels in LEVELS.items():
        rater = visit(WithoutJavaScript, getattr(front_line, part))
        rater.follow("Rate the cases of Autumn")
        for place, level in enumerate(levels, 1):
            rater.tick(NAMES[level], within=f"Level of case {place}")
        rater.press("Save your levels")
        rater.sees("Your levels were saved")
        assert "Kappa" not in rater.page.content()
    keeper.go("/threshold/")
    keeper.follow("Autumn")
    keeper.follow("Close the exercise")
    keeper.press("Close it")
    keeper.sees("Fleiss’ kappa")
    assert Rating.objects.count() == 18


def write(keeper) -> None:
    """Draft a version, write its levels, and record that it was approved."""
    keeper.follow("Draft a version")
    keeper.fill("Title", "2026")
    keeper.press("Draft it")
    for level, words in TEXTS.items():
        keeper.follow(f"Change level {level}")
        keeper.fill("How to tell that a need is of this level", words)
        keeper.press("Save it")
    keeper.follow("Put it out for consultation")
    keeper.press("Put it out")
    keeper.follow("Record the approval")
    keeper.tick("Executive")
    for day in ("Approved on", "In force from"):
        keeper.fill_day(day, timezone.localdate())
    keeper.press("Record it")
    keeper.sees("In force")


def draft_exercise(keeper) -> None:
    """Paste the cases."""
    keeper.follow("Draft an exercise")
    keeper.fill("Title", "Autumn")
    keeper.fill("Cases", "\n---\n".join(VIGNETTES))
    keeper.fill_day("Rate by", timezone.localdate())
    keeper.press("Draft it")


def test_no_page_of_them_has_a_barrier(threshold, cast, front_line, signed_in_page, looked_at):
    pages = {
        "start": "",
        "draft": f"versions/{threshold.draft.pk}/",
        "level": f"versions/{threshold.draft.pk}/levels/2/",
        "approval": f"versions/{threshold.consulted.pk}/approval/",
        "closed": f"exercises/{threshold.closed.pk}/",
        "new": "exercises/new/",
    }
    for name, address in pages.items():
        page = signed_in_page(cast.board_manager, f"/threshold/{address}")
        looked_at(page, name)
    page.get_by_role("button", name="Draft it").click()
    looked_at(page, "new-wrong")
    page = signed_in_page(front_line.police_unit, f"/threshold/exercises/{threshold.open.pk}/rating/")
    looked_at(page, "rate")
    page.get_by_role("button", name="Save your levels").click()
    looked_at(page, "rate-wrong")
