"""The hub at work: the queue that refreshes itself, and one contact on one screen and on paper."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from sightline.core.audit import System
from sightline.core.trust.actor import system_actor
from sightline.core.trust.dossiers import link
from sightline.frontline.referral import commands, gathering
from sightline.people.commands import enter_person
from tests.invented_contacts import screen, thresholds_in_force
from tests.journeys.visitors import ByMouse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BY = System("the tests")
NOOR = {
    "given_names": "Noor",
    "family_name": "Aziz",
    "born_on": date(2015, 2, 1),
    "address": "4 Elm Row, Addiscombe, CR0 7AA",
    "school": "Elm Row Primary School",
}
LONG = "She was seen outside the shop after ten at night, without a coat, and did not want to go home. " * 12


def raised(front_line, days=0, told=NOOR, **more):
    """A contact about Noor, as a school made it by telephone."""
    with system_actor("the tests"):
        return commands.open_contact(
            team=front_line.hub,
            told=[told, {"part": "carer", "given_names": "Rana", "family_name": "Aziz"}],
            concern={
                "referrer": "Elm Row Primary School",
                "narrative": LONG,
                "wishes": "I want Mum to stop shouting. I like it at Nan’s, she has a cat and it is quiet. "
                * 6,
                "early_help": "Breakfast club since May",
                "parents_told": "Mum was told on Monday",
                "consent": "given",
                "level_asked": 3,
            },
            referrer={"role": "Head teacher", "telephone": "020 7946 0000", "stays_unnamed": True},
            worries=("T18", "T16"),
            channel="phone",
            at=timezone.now() - timedelta(days=days),
            by=BY,
            **more,
        )


@pytest.fixture
def third(front_line):
    """The third contact about Noor in a year, rated, named, and with the police asked."""
    thresholds_in_force()
    raised(front_line, 200), raised(front_line, 90)
    contact = raised(front_line)
    with system_actor("the tests"):
        noor = enter_person(team=front_line.hub, known={name: NOOR[name] for name in list(NOOR)[:3]}, by=BY)
        link(contact.dossier, noor.dossier, "subject")
        screen(contact, "red")
        police = front_line.police_unit
        gathering.ask(contact, agency=police.agency, of=police, question="Calls to the address?", by=BY)
    return contact


def at_the_front_door(visit, user, path="/referral/") -> ByMouse:
    """Somebody's window at a page, once they have said what the session is for."""
    window = visit(ByMouse, user)
    window.go(path)
    window.tick("Protect or support a child")
    window.press("Continue")
    return window


def test_the_queue_refreshes_itself_and_keeps_place_and_focus(contact, front_line, visit, screenshot):
    page = at_the_front_door(visit, front_line.hub_worker).page
    page.clock.install()
    page.reload()
    focused = page.get_by_role("link", name=contact.dossier.reference)
    focused.focus()
    new = raised(front_line, is_immediate=True)
    page.clock.run_for(31_000)
    expect(page.get_by_role("link", name=new.dossier.reference)).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("1 new in the list.")
    expect(focused).to_be_focused()
    screenshot(page, "hub-queue")


def test_voice_earlier_contacts_and_decision_stand_on_one_screen(third, front_line, visit, screenshot):
    page = at_the_front_door(visit, front_line.hub_manager, f"/referral/{third.pk}/").page
    page.set_viewport_size({"width": 1280, "height": 720})
    page.reload()
    for name in ("What the child says and wants", "Earlier contacts", "Decision"):
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_in_viewport()
    expect(page.get_by_role("button", name="Decide", exact=True)).to_be_in_viewport()
    expect(page.get_by_text("What worries Elm Row Primary School")).to_be_in_viewport()
    screenshot(page, "hub-contact")


def test_the_pack_is_for_paper(third, front_line, visit):
    page = at_the_front_door(visit, front_line.hub_manager, f"/referral/{third.pk}/pack/").page
    page.emulate_media(media="print")
    expect(page.get_by_text("This is for paper")).to_be_hidden()
    expect(page.get_by_role("link", name="Front door").first).to_be_hidden()
    expect(page.get_by_role("heading", name="What the child says and wants")).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
