"""A call at a browser: it becomes a referral, the school reads the advice, and sees itself in the mirror."""

import pytest

from tests.conftest import looked_at_once_more
from tests.journeys.browser import DESKTOP, PHONE
from tests.journeys.visitors import ByMouse, WithoutJavaScript, ways
from tests.pages.test_mirror import agency, decided, referred

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def looked_at(axe_violations, screenshot):
    """A function that looks at the page that is open, on a telephone and on a desktop."""

    def look(page, name: str) -> None:
        for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
            page.set_viewport_size(size)
            screenshot(page, f"calls-{name}-{width}")
            assert axe_violations(page) == [], (name, width)
            fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert fits, f"{name} scrolls sideways on a {width}"

    return look


def says_what_for(window) -> None:
    """Say what the session with records about people is for."""
    window.tick("Protect or support a child")
    window.press("Continue")


@ways(ByMouse, WithoutJavaScript)
def test_a_call_becomes_a_referral_and_the_school_reads_the_advice(kind, front_line, visit, looked_at):
    look = looked_at if kind.javascript else lambda page, name: None
    hub = visit(kind, front_line.hub_worker)
    hub.follow("Calls")
    says_what_for(hub)
    hub.follow("Log a call that nobody answered")
    look(hub.page, "gave-up")
    hub.fill("How long they waited", "4:10")
    hub.press("Count the call")
    hub.follow("Log a call")
    hub.press("Save the call")
    look(hub.page, "log-wrong")
    hub.fill("How long they waited", "0:40")
    hub.fill("Who rang", "Des Lead")
    hub.fill("What they told you and asked", "He sleeps on the floor. Shall I ask his mother?")
    hub.fill("What you advised", "Yes, ask her.")
    hub.fill("The child's given names", "Ola")
    hub.choose("Their account here", "Des Lead (Addiscombe Vale schools)")
    look(hub.page, "log")
    hub.press("Save the call")
    look(hub.page, "call")
    hub.press("Make it a referral")
    hub.sees("The call became referral")
    hub.sees("He sleeps on the floor")
    hub.follow("Calls")
    look(hub.page, "list")
    school = visit(kind, front_line.designated_lead)
    school.follow("Calls")
    says_what_for(school)
    school.follow(": Ola")
    school.sees("Yes, ask her.")
    look(school.page, "advice")
    school.follow("Front door")
    school.follow("See how your agency refers")
    school.sees("1 referral, of which 0 are decided")


@looked_at_once_more
def test_the_mirror_has_no_barrier(front_line, cast, signed_in_page, looked_at):
    from sightline.core.trust.actor import system_actor
    from tests.invented_contacts import thresholds_in_force

    with system_actor("the tests"):
        thresholds_in_force()
        for number in range(12):
            made = referred(front_line.hub, agency("avsch"), days_ago=number * 31, level=1 + number % 4)
            if number > 1:
                why = "below-threshold" if number % 3 == 0 else ""
                decided(made, level=1 + number % 3, not_accepted=why, score=number % 4, told=number % 2 == 0)
        for _ in range(7):
            decided(referred(front_line.hub, agency("avpol")))
    page = signed_in_page(cast.board_manager, "/referral/mirror/")
    looked_at(page, "mirrors")
    looked_at(signed_in_page(cast.board_manager, "/referral/mirror/?agency=avsch"), "mirror")
    looked_at(signed_in_page(cast.agency_lead, "/referral/mirror/"), "mirror-empty")
    looked_at(signed_in_page(cast.board_manager, "/dataset/"), "scorecard")
