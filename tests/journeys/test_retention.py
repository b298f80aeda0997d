"""A record's last way, at a browser: on hold, due, proposed by one person and certified by another."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sightline.core.trust.actor import system_actor, unguarded
from sightline.core.trust.models import Disposal, Dossier
from tests.invented_contacts import close
from tests.journeys.browser import DESKTOP, PHONE
from tests.pages.test_retention import CONTACT, cover, settle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def looked_at(axe_violations, screenshot):
    """A function that looks at the page that is open, on a telephone and on a desktop."""

    def look(page, name: str) -> None:
        for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
            page.set_viewport_size(size)
            screenshot(page, f"retention-{name}-{width}")
            assert axe_violations(page) == [], (name, width)
            fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert fits, f"{name} scrolls sideways on a {width}"

    return look


@pytest.fixture
def closed(contact):
    """A contact that was closed seven years ago."""
    with system_actor("the tests"):
        close(contact)
        Dossier.objects.filter(pk=contact.dossier_id).update(closed_at=timezone.now() - timedelta(days=2600))
    return cover(contact)


def test_a_record_is_held_freed_proposed_and_certified(closed, front_line, signed_in_page, looked_at):
    page = signed_in_page(front_line.governance, "/trust/retention/")
    looked_at(page, "empty")
    settle(CONTACT)
    page.get_by_role("link", name="Place a legal hold").click()
    page.get_by_role("button", name="Place the hold").click()
    looked_at(page, "hold-wrong")
    page.get_by_label("Reference of the record").fill(closed.reference)
    page.get_by_label("Why it must be kept").fill("A public inquiry into the years from 2010")
    page.get_by_role("button", name="Place the hold").click()
    looked_at(page, "held")
    page.get_by_role("link", name=f"Lift the hold on {closed.reference}").click()
    looked_at(page, "lift")
    page.get_by_label("Why").fill("The inquiry has reported")
    page.get_by_role("button", name="Lift the hold").click()
    page.get_by_role("link", name=f"Propose the disposal of {closed.reference}").click()
    looked_at(page, "propose")
    page.get_by_role("button", name="Propose the disposal").click()
    page.get_by_role("link", name=f"See the disposal of {closed.reference}").click()
    looked_at(page, "proposed-by-me")

    page = signed_in_page(front_line.hub_manager, "/trust/retention/")
    page.get_by_label("Protect or support a child").check()
    page.get_by_role("button", name="Continue").click()
    looked_at(page, "due")
    page.get_by_role("link", name=f"Certify or withdraw the disposal of {closed.reference}").click()
    looked_at(page, "to-certify")
    page.get_by_role("button", name="Certify the disposal").click()
    page.get_by_text("its key destroyed").wait_for()
    looked_at(page, "certificate")
    assert Disposal.objects.get().state == "certified"
    page.goto(page.url_of("/trust/retention/"))
    looked_at(page, "gone")
    with unguarded("the tests"):
        assert Dossier.objects.filter(pk=closed.pk).exists()
