"""Typed text is never lost, in a browser: closed, without a network, signed out, refused; two who write."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from sightline.frontline.referral.models import PoliceIntelligence
from tests.conftest import PASSWORD
from tests.invented_people import looking
from tests.journeys.browser import DESKTOP, PHONE
from tests.pages.test_access import at_work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "He shouts when she comes home late"
ENTRY = "Police intelligence"


@pytest.fixture
def open_page(browser, live_server, signed_in, contact):
    """A function that opens the form as somebody, in a browser of their own."""
    contexts = []

    def open_as(user, address=None, **options):
        context = browser.browser.new_context(**options)
        contexts.append(context)
        session = at_work(signed_in(user)).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(8_000)
        address = address or reverse("referral:add-intelligence", kwargs={"pk": contact.pk})
        page.goto(live_server.url + address)
        return page

    yield open_as
    for context in contexts:
        context.close()


def sign_in_elsewhere(page, user):
    """Sign in again in another tab, and say what for."""
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("E-mail address").fill(user.email)
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.get_by_label("Protect or support a child").check()
    other.get_by_role("button", name="Continue").click()
    other.get_by_label(ENTRY).wait_for()
    other.close()


def added(user):
    with looking(user):
        return [one.text for one in PoliceIntelligence.objects.all()]


def test_a_closed_browser_loses_nothing(open_page, front_line, screenshot, axe_violations):
    page = open_page(front_line.hub_worker)
    page.get_by_label(ENTRY).fill(WORDS)
    page.get_by_text("Kept at ").wait_for()
    page.context.close()
    page = open_page(front_line.hub_worker)
    expect(page.get_by_label(ENTRY)).to_have_value(WORDS)
    assert page.get_by_text("was kept, and is filled in below").is_visible()
    for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
        page.set_viewport_size(size)
        screenshot(page, f"kept-{width}")
        assert axe_violations(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_label(ENTRY)).to_have_value("")
    screenshot(page, "kept-started-again")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_label(ENTRY)).to_have_value(WORDS)
    page.get_by_role("button", name="Add it").click()
    page.get_by_text("The intelligence was added").wait_for()
    page.go_back()
    page.reload()
    expect(page.get_by_label(ENTRY)).to_have_value("")
    assert not page.get_by_text("was kept").is_visible()
    assert WORDS in added(front_line.hub_worker)


def test_without_a_network_the_text_stays_and_is_kept_once_it_is_back(open_page, front_line, screenshot):
    page = open_page(front_line.hub_worker)
    page.context.set_offline(True)
    page.get_by_label(ENTRY).fill(WORDS)
    page.get_by_text("Not kept: no connection.").wait_for()
    screenshot(page, "kept-offline")
    page.get_by_role("button", name="Add it").click()
    page.get_by_text("Not sent. Not kept: no connection.").wait_for()
    expect(page.get_by_label(ENTRY)).to_have_value(WORDS)
    assert WORDS in page.evaluate("Object.values(sessionStorage).join()")
    page.context.set_offline(False)
    page.get_by_text("Kept at ").wait_for(timeout=30_000)
    assert page.evaluate("sessionStorage.length") == 0
    page.get_by_role("button", name="Add it").click()
    page.get_by_text("The intelligence was added").wait_for()
    assert WORDS in added(front_line.hub_worker)


def test_a_page_loaded_anew_before_the_network_is_back_still_has_the_text(open_page, front_line):
    page = open_page(front_line.hub_worker)
    page.on("dialog", lambda dialog: dialog.accept())
    page.route("**/keep/", lambda route: route.abort())
    page.get_by_label(ENTRY).fill(WORDS)
    page.get_by_text("Not kept: no connection.").wait_for()
    page.unroute("**/keep/")
    page.reload()
    expect(page.get_by_label(ENTRY)).to_have_value(WORDS)
    page.get_by_text("Kept at ").wait_for()


def test_a_text_outlives_the_session(open_page, front_line, screenshot):
    page = open_page(front_line.hub_worker)
    Session.objects.all().delete()
    page.get_by_label(ENTRY).fill(WORDS)
    page.get_by_text("Not kept: you have been signed out.").wait_for()
    screenshot(page, "kept-signed-out")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_label(ENTRY)).to_have_value(WORDS)
    sign_in_elsewhere(page, front_line.hub_worker)
    page.get_by_text("Kept at ").wait_for(timeout=40_000)
    page.get_by_role("button", name="Add it").click()
    page.get_by_text("The intelligence was added").wait_for()
    assert WORDS in added(front_line.hub_worker)


def test_two_who_write_see_each_other_and_not_each_others_words(open_page, front_line, screenshot):
    one, other = open_page(front_line.hub_worker), open_page(front_line.hub_manager)
    one.get_by_label(ENTRY).fill(WORDS)
    one.get_by_text("Kept at ").wait_for()
    other.get_by_label(ENTRY).fill("Another thing")
    other.get_by_text("Hu Worker is writing on this page too, last at").wait_for()
    assert WORDS not in other.content()
    one.get_by_label(ENTRY).press_sequentially(".")
    one.get_by_text("Hu Manager is writing on this page too, last at").wait_for()
    screenshot(one, "kept-two-writers")
    for page in (one, other):
        page.get_by_role("button", name="Add it").click()
        page.get_by_text("The intelligence was added").wait_for()
    assert {WORDS + ".", "Another thing"} <= set(added(front_line.hub_worker))


def test_a_call_that_is_not_logged_yet_is_kept_too(open_page, front_line):
    where = reverse("consultation:log")
    page = open_page(front_line.hub_worker, where)
    page.get_by_label("What they told you and asked").fill(WORDS)
    page.get_by_label("Day", exact=True).first.fill("31")
    page.get_by_text("Kept at ").wait_for()
    page.context.close()
    page = open_page(front_line.hub_worker, where)
    expect(page.get_by_label("What they told you and asked")).to_have_value(WORDS)
    expect(page.get_by_label("Day", exact=True).first).to_have_value("31")


def test_without_javascript_a_form_sent_after_the_session_ended_is_sent_again(
    open_page, front_line, screenshot, axe_violations
):
    page = open_page(front_line.hub_worker, java_script_enabled=False)
    page.get_by_label(ENTRY).fill(WORDS)
    Session.objects.all().delete()
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("heading", name="Your text is still here").wait_for()
    screenshot(page, "kept-still-here")
    sign_in_elsewhere(page, front_line.hub_worker)
    page.get_by_role("button", name="Send it again").click()
    page.get_by_text("You have signed in again since this page was opened").wait_for()
    page.get_by_role("button", name="Send it again").click()
    page.get_by_text("The intelligence was added").wait_for()
    assert WORDS in added(front_line.hub_worker)


def test_two_who_correct_the_same_details_see_both(open_page, front_line, people, screenshot, axe_violations):
    where = reverse("people:correct", kwargs={"pk": people.pk})
    one, other = (open_page(user, where) for user in (front_line.hub_worker, front_line.hub_manager))
    for page, name in ((one, "Amira Rose"), (other, "Amirah")):
        page.get_by_label("Given names").fill(name)
        page.get_by_role("button", name="Save").click()
        page.wait_for_load_state()
    other.get_by_text("Hu Worker changed these details on").first.wait_for()
    assert other.get_by_role("cell", name="Amira Rose").is_visible()
    for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
        other.set_viewport_size(size)
        screenshot(other, f"kept-both-{width}")
        assert axe_violations(other) == [], width
        assert other.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
    other.get_by_role("button", name="Save").click()
    other.get_by_role("heading", name="Amirah", exact=False).first.wait_for()
