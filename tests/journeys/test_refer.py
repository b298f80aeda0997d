"""Somebody tells the hub about a child from a phone, without an account; the whole form, with a browser."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from sightline.core.audit import System
from sightline.core.trust.actor import system_actor
from sightline.frontline.escalation import commands
from sightline.frontline.escalation.models import Escalation
from sightline.frontline.referral.models import Concern, Contact, Told, Unsent
from tests import invented_contacts
from tests.invented_people import looking
from tests.pages.test_access import at_work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BY = System("the tests")
SMALL = {"width": 360, "height": 740}
HEAVIEST = 60 * 1024
MOST_PAGES = 10


@pytest.fixture
def phone(browser_page, monkeypatch):
    """A phone's browser, with a count of the pages that it was shown and the weight of each."""
    from sightline.frontline.referral.pages.refer import views

    monkeypatch.setattr(views, "LEAST_SECONDS", 0)
    browser_page.set_viewport_size(SMALL)
    browser_page.weights = {}

    def weigh(response):
        if response.request.resource_type == "document" and response.status == 200:
            browser_page.weights[response.url] = len(response.body())

    browser_page.on("response", weigh)
    return browser_page


@pytest.fixture
def looked_at(phone, axe_violations, screenshot):
    """A function that looks at the page that is open: no barrier, nothing cut off."""

    def look(name):
        assert not axe_violations(phone)
        wide = phone.evaluate("document.documentElement.scrollWidth")
        assert wide <= SMALL["width"], f"{name} is {wide} wide"
        screenshot(phone, f"{name}-360")
        phone.set_viewport_size({"width": 1280, "height": 900})
        screenshot(phone, f"{name}-1280")
        phone.set_viewport_size(SMALL)

    return look


def test_a_teacher_refers_from_a_phone(phone, looked_at, threshold, front_line):
    phone.goto(phone.url_of("/refer/"))
    looked_at("1-start")
    phone.get_by_label("No", exact=True).check()
    phone.get_by_label("I work with children or families").check()
    phone.get_by_role("button", name="Start").click()

    phone.get_by_label("What happened?").fill("He came in with a bruise")
    phone.get_by_role("button", name="Continue").click()
    assert "Can you say more?" in phone.inner_text("main")
    looked_at("2-happened")
    phone.get_by_label("What happened?").fill(
        "He came in with a bruise on his left cheek, in the form of a hand, and would not say from whom."
    )
    phone.get_by_label("When did it happen?").fill("This morning, Monday")
    phone.get_by_label("Physical abuse").check()
    phone.get_by_role("button", name="Continue").click()

    phone.get_by_label("Given names").fill("Zeynep")
    phone.get_by_label("Day").fill("31")
    phone.get_by_label("Month").fill("2")
    phone.get_by_label("Year").fill("2017")
    phone.get_by_role("button", name="Continue").click()
    assert "Enter a real date" in phone.inner_text("main")
    assert phone.get_by_label("Given names").input_value() == "Zeynep"
    looked_at("3-children-wrong")
    phone.get_by_label("Day").fill("3")
    phone.get_by_role("button", name="Add another child").click()
    phone.get_by_label("Given names").nth(1).fill("Emre")
    looked_at("3-children")
    phone.get_by_role("button", name="Continue").click()

    phone.get_by_label("Where do the children live?").fill("1 Elm Row")
    phone.get_by_label("Their father’s name").fill("Kaan Demir")
    looked_at("4-home")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_label("What does the child say?").fill("I want to stay here until it is dark, can I please")
    looked_at("5-voice")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_label("Level 4: Statutory").check()
    assert "A social worker must look into it." in phone.inner_text("main")
    looked_at("6-help")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_label("No, they were asked and did not agree").check()
    looked_at("7-parents")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_label("Your name").fill("Tea Cher")
    phone.get_by_label("Your e-mail address").fill("tea.cher@school.example")
    phone.get_by_label("Your agency").select_option("Addiscombe Vale schools")
    looked_at("8-you")
    phone.get_by_role("button", name="Continue").click()
    shown = phone.inner_text("main")
    assert "Without the date of birth the hub must search before it can act." in shown
    assert "The reason must stand on the record." in shown
    looked_at("9-check")
    phone.get_by_role("button", name="Send it").click()
    reference = re.search(r"[A-Z]\d\d-[0-9A-F]{8}", phone.inner_text("main"))[0]
    looked_at("10-receipt")

    assert len({url.partition("?")[0] for url in phone.weights}) <= MOST_PAGES
    assert max(phone.weights.values()) <= HEAVIEST
    (letter,) = mail.outbox
    assert letter.to == ["tea.cher@school.example"]
    assert reference in letter.body
    assert "Zeynep" not in f"{letter.subject}{letter.body}"
    assert not Unsent.objects.exists()
    with looking(front_line.hub_worker):
        assert Contact.objects.get().dossier.owner_team == front_line.hub
        assert [str(one) for one in Told.objects.all()] == ["Zeynep", "Emre", "Kaan Demir"]
        concern = Concern.objects.get()
        assert concern.level_asked == 4
        assert concern.agency.code == "avsch"


def test_the_referrer_disagrees_with_one_click(phone, looked_at, front_line):
    phone.goto(phone.url_of("/refer/receipt/no-such-key/"))
    looked_at("dead-link")
    phone.goto(phone.url_of("/refer/"))
    phone.get_by_label("Yes, or I think so").check()
    phone.get_by_role("button", name="Start").click()
    phone.get_by_label("What is happening?").fill("He was left alone again, and he is four")
    phone.get_by_role("button", name="Send now").click()
    with system_actor("the tests"):
        invented_contacts.tell(Contact.objects.get())
    phone.reload()
    looked_at("receipt-decided")
    phone.get_by_role("button", name="I disagree with this decision").click()
    looked_at("disagree")
    phone.get_by_role("button", name="Send it").click()
    assert "Write what you disagree with, and why" in phone.inner_text("main")
    looked_at("disagree-wrong")
    phone.get_by_label("What do you disagree with, and why?").fill("Nobody asked why he was alone")
    phone.get_by_role("button", name="Send it").click()
    assert "We look at it again, and answer you here" in phone.inner_text("main")
    looked_at("receipt-disputed")
    with system_actor("the tests"):
        commands.answer(Escalation.objects.get(), words="We asked: his aunt was there", by=BY)
    phone.reload()
    assert "We asked: his aunt was there" in phone.inner_text("main")
    looked_at("receipt-answered")


def test_the_hub_enters_a_call(phone, looked_at, threshold, front_line, signed_in):
    session = at_work(signed_in(front_line.hub_worker)).cookies["sessionid"].value
    phone.context.add_cookies([{"name": "sessionid", "value": session, "url": phone.url_of("/")}])
    phone.goto(phone.url_of("/referral/"))
    phone.get_by_role("button", name="Enter a contact").click()
    phone.get_by_role("button", name="Start").click()
    assert "Select how it came" in phone.inner_text("main")
    looked_at("hub-start-wrong")
    phone.get_by_label("No", exact=True).check()
    phone.get_by_label("By telephone").check()
    looked_at("hub-start")
    phone.get_by_role("button", name="Start").click()
    phone.get_by_label("What happened?").fill("A boy of four was alone in the flat until after midnight")
    looked_at("hub-happened")
    phone.get_by_text("Saved at").wait_for()
    for _ in range(6):
        phone.get_by_role("button", name="Continue").click()
    phone.get_by_label("Their name").fill("Gina Park")
    phone.get_by_label("What are they?").select_option("Health visitor")
    looked_at("hub-caller")
    phone.get_by_role("button", name="Continue").click()
    looked_at("hub-check")
    phone.get_by_role("button", name="Send it").click()
    assert "was sent to Front door hub" in phone.inner_text("main")
    with looking(front_line.hub_worker):
        assert Contact.objects.get().channel == "phone"
        assert Concern.objects.get().source == "3B"


def test_a_token_that_has_changed_meanwhile_is_no_hindrance(phone, front_line):
    phone.goto(phone.url_of("/refer/"))
    phone.get_by_label("No", exact=True).check()
    phone.get_by_label("A member of the public").check()
    phone.get_by_role("button", name="Start").click()
    phone.evaluate("document.querySelector('main [name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    phone.get_by_label("What happened?").fill("She cries at night")
    phone.get_by_text("Saved at").wait_for()
    Unsent.objects.all().delete()
    phone.get_by_label("What happened?").fill("She cries at night and nobody comes")
    phone.get_by_text("Not saved: your text is still on this page. Press the button below").wait_for()


def test_in_danger_anything_at_all_is_sent_at_once(phone, looked_at, front_line):
    phone.goto(phone.url_of("/refer/"))
    phone.get_by_label("Yes, or I think so").check()
    phone.get_by_role("button", name="Start").click()
    looked_at("danger")
    phone.get_by_role("button", name="Send now").click()
    assert "Your reference is" in phone.inner_text("main")
    with looking(front_line.hub_worker):
        assert Contact.objects.get().is_immediate


def test_what_is_typed_survives_a_lost_network_and_a_closed_browser(phone, looked_at, front_line):
    phone.goto(phone.url_of("/refer/"))
    phone.get_by_label("No", exact=True).check()
    phone.get_by_label("A member of the public").check()
    phone.get_by_role("button", name="Start").click()
    box = phone.get_by_label("What happened?")
    box.fill("She cries at night")
    phone.get_by_text("Saved at").wait_for()
    phone.context.set_offline(True)
    box.fill("She cries at night and nobody comes")
    phone.get_by_text("Not saved: no connection").wait_for()
    phone.get_by_role("button", name="Continue").click()
    assert "There is no connection" in phone.inner_text("main")
    phone.context.set_offline(False)
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.reload()
    expect(box).to_have_value("She cries at night and nobody comes")
    phone.wait_for_function("Object.values(sessionStorage).every(one => JSON.parse(one).sent)")
    kept = [one for one in phone.context.cookies() if one["name"] == "sightline-refer"]
    assert kept[0]["httpOnly"]
    assert kept[0]["expires"] > 0, "a closed browser would forget it"
    phone.evaluate("sessionStorage.clear()")
    phone.goto(phone.url_of("/refer/"))
    looked_at("start-again")
    phone.get_by_role("link", name="Go on with it").click()
    phone.get_by_role("link", name="Back", exact=True).click()
    phone.goto(phone.url_of("/refer/happened/"))
    assert box.input_value() == "She cries at night and nobody comes"


def test_a_page_older_than_what_was_saved_shows_the_later_text(phone, front_line):
    """Reloaded while it is being saved: the page was made before, and comes after."""
    phone.goto(phone.url_of("/refer/"))
    phone.get_by_label("No", exact=True).check()
    phone.get_by_label("A member of the public").check()
    phone.get_by_role("button", name="Start").click()
    older, box = phone.request.get(phone.url).text(), phone.get_by_label("What happened?")
    box.fill("She cries at night")
    phone.get_by_text("Saved at").wait_for()
    phone.route(phone.url, lambda route: route.fulfill(body=older, content_type="text/html"), times=1)
    phone.reload()
    expect(box).to_have_value("She cries at night")
    box.fill("She cries at night and nobody comes")
    phone.get_by_text("Saved at").wait_for()
    phone.reload()
    expect(box).to_have_value("She cries at night and nobody comes")


def test_a_neighbour_tells_without_scripts(phone, looked_at, front_line):
    phone.route("**/*.js", lambda route: route.abort())
    phone.goto(phone.url_of("/refer/"))
    phone.get_by_label("No", exact=True).check()
    phone.get_by_label("A member of the public").check()
    phone.get_by_role("button", name="Start").click()
    phone.get_by_label("What happened?").fill(
        "I hear a small child cry for hours each night, and nobody comes"
    )
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_label("What else helps us find the right child").fill("A girl of about three")
    phone.keyboard.press("Enter")
    phone.get_by_role("heading", level=1, name="The home").wait_for()
    phone.get_by_role("link", name="Back", exact=True).click()
    assert phone.get_by_label("What else helps us find the right child").input_value()
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_role("button", name="Continue").click()
    looked_at("words")
    phone.get_by_role("button", name="Continue").click()
    looked_at("you-public")
    phone.get_by_role("link", name="Save and finish later").click()
    looked_at("later")
    phone.get_by_label("E-mail address").fill("neighbour@home.example")
    phone.get_by_role("button", name="Send me the link").click()
    looked_at("link-sent")
    phone.context.clear_cookies()
    link = re.search(r"https?://[^/]+(/refer/resume/\S+)", mail.outbox[0].body)[1]
    phone.goto(phone.url_of(link))
    looked_at("resume")
    phone.get_by_role("button", name="Go on with it").click()
    phone.get_by_label("I am a friend or a neighbour").check()
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_role("button", name="Send it").click()
    assert "Your reference is" in phone.inner_text("main")
    assert len({url.partition("?")[0] for url in phone.weights}) <= MOST_PAGES + 3
    assert max(phone.weights.values()) <= HEAVIEST
    with looking(front_line.hub_worker):
        assert Told.objects.get().remarks == "A girl of about three"
        assert Concern.objects.get().source == "1B"
