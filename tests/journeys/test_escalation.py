"""A school disagrees at a browser: the hub answers, nobody answers higher up, and it ends.

Once with the mouse and once without JavaScript, looked at on a telephone and on a desktop.
"""

import pytest
from django.urls import reverse

from sightline.core.trust.actor import system_actor
from tests.invented_contacts import tell
from tests.invented_escalations import run_late
from tests.journeys.browser import DESKTOP, PHONE
from tests.journeys.visitors import ByMouse, WithoutJavaScript, ways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def looked_at(axe_violations, screenshot):
    """A function that looks at the page that is open, on a telephone and on a desktop."""

    def look(visitor, name: str) -> None:
        page = visitor.page
        for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
            page.set_viewport_size(size)
            screenshot(page, f"dispute-{name}-{width}")
            if visitor.javascript:
                assert axe_violations(page) == [], (name, width)
                fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
                assert fits, f"{name} scrolls sideways on a {width}"

    return look


def opened(visitor, path: str):
    """Open a page about people; who does so for the first time says what for."""
    visitor.go(path)
    if "/trust/purpose/" in visitor.page.url:
        visitor.tick("Protect or support a child")
        visitor.press("Continue")
    return visitor


@ways(WithoutJavaScript, ByMouse)
def test_a_school_disagrees_and_is_heard(kind, contact, front_line, visit, looked_at):
    with system_actor("the tests"):
        tell(contact)
    lead = visit(kind, front_line.designated_lead)
    raise_it(opened(lead, reverse("escalation:raise", kwargs={"pk": contact.dossier_id})), looked_at)
    hub = opened(visit(kind, front_line.hub_worker), "/escalation/")
    answer_it(hub, looked_at)
    lead.go("/")
    lead.follow("Read the answer in the dispute")
    lead.follow("Take it higher")
    lead.fill("Why is the answer not enough?", "Nobody asked the child")
    lead.press("Take it higher")
    lead.sees("It was taken to stage 2")
    manager = opened(visit(kind, front_line.hub_manager), "/escalation/")
    uphold_it(manager, looked_at)
    lead.page.reload()
    lead.sees("must decide again")
    looked_at(lead, "upheld")


def test_nobody_answers_and_one_click_takes_it_higher(escalation, front_line, visit, looked_at):
    run_late(escalation)
    lead = opened(visit(ByMouse, front_line.designated_lead), f"/escalation/{escalation.pk}/")
    lead.sees("Nobody has answered")
    looked_at(lead, "late")
    lead.press("Nobody answered: take it higher")
    lead.sees("It was taken to stage 2")


def raise_it(lead, looked_at) -> None:
    """Say what is disputed; what is missing is asked for beside its box."""
    lead.fill("What do you disagree with, and why?", "Nobody looked at the bruise")
    lead.press("Send it")
    box = "What keeps the child safe meanwhile?"
    lead.sees_problem(box, "Write what keeps the child safe meanwhile")
    looked_at(lead, "raise-error")
    lead.fill(box, "She stays with her teacher until she is fetched")
    lead.press("Send it")
    lead.sees("was asked to answer")
    looked_at(lead, "raised")


def answer_it(hub, looked_at) -> None:
    """Find it in the list, and answer it."""
    looked_at(hub, "list")
    hub.page.get_by_role("rowheader").get_by_role("link").click()
    hub.sees("Nobody looked at the bruise")
    hub.follow("Answer it")
    hub.fill("Your answer", "We looked at it again: it stands")
    looked_at(hub, "answer")
    hub.press("Send the answer")
    hub.sees("Your answer was sent")


def uphold_it(manager, looked_at) -> None:
    """Uphold it, with what is learnt."""
    manager.go("/worklist/?scope=team")
    manager.follow("Answer the dispute")
    manager.follow("Uphold it")
    manager.fill("How did it end?", "We decide again, and ask the child")
    manager.fill("What should change in how we work?", "Ask the child before no further action")
    looked_at(manager, "uphold")
    manager.press("Uphold it")
    manager.sees("must decide again")
    manager.go("/escalation/agencies/")
    manager.sees_heading("Disputes by agency")
    looked_at(manager, "use")
