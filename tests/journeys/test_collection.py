"""What the dataset cycle shows beside figures, in a browser: no barrier, nothing cut off."""

import pytest

from sightline.assurance.collection import commands
from tests.conftest import looked_at_once_more
from tests.journeys.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def no_barrier(page, name, axe_violations, screenshot) -> None:
    for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
        page.set_viewport_size(size)
        page.wait_for_load_state("networkidle")
        screenshot(page, f"cycle-{name}-{width}")
        assert axe_violations(page) == [], (name, width)
        fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert fits, f"{name} scrolls sideways on a {width}"


@looked_at_once_more
def test_what_stands_beside_the_figures_has_no_barrier(
    cast, collection, dataset, signed_in_page, axe_violations, screenshot
):
    commands.answer(collection.question, text="Reviews are attended by report.", by=cast.other_agency_lead)
    for name, path in {"gaps": "/dataset/", "beside": "/dataset/conference-attendance/", "home": "/"}.items():
        page = signed_in_page(cast.board_manager, path)
        no_barrier(page, f"panel-{name}", axe_violations, screenshot)
