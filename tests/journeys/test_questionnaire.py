"""Questionnaires in a browser: no barrier, nothing cut off; answered with JavaScript and without."""

import pytest
from playwright.sync_api import expect

from tests.conftest import PASSWORD
from tests.journeys.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# State of a page: who opens it, and where; `numbered` fills in which response.
OPENED = {
    "responses-all": ("board_manager", "/questionnaire/?state=open"),
    "responses-empty": ("other_agency_lead", "/questionnaire/?state=accepted"),
    "response-accepted": ("agency_lead", "/questionnaire/1/"),
    "section-other-kinds": ("agency_lead", "/questionnaire/2/section/2/"),
}


def numbered(path: str, made) -> str:
    """The path with the numbers that the database has given."""
    numbers = {"/1/": made.earlier.pk, "/2/": made.response.pk, "/4/": made.handed_in.pk}
    for sample, pk in numbers.items():
        if path.startswith(f"/questionnaire{sample}"):
            path = path.replace(f"/questionnaire{sample}", f"/questionnaire/{pk}/")
            break
    return path.replace("/evidence/1/", f"/evidence/{made.evidence.pk}/")


@pytest.mark.parametrize("name", OPENED)
def test_a_page_has_no_barrier_and_fits(
    name, cast, questionnaire, signed_in_page, axe_violations, screenshot
):
    who, path = OPENED[name]
    page = signed_in_page(getattr(cast, who), numbered(path, questionnaire))
    assert page.locator("h1").count() == 1
    assert "does not exist" not in page.locator("h1").inner_text()
    for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
        page.set_viewport_size(size)
        page.wait_for_load_state("networkidle")
        screenshot(page, f"questionnaire-{name}-{width}")
        assert axe_violations(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width


def test_what_is_typed_is_saved_and_brings_up_questions(cast, questionnaire, signed_in_page, screenshot):
    page = signed_in_page(cast.agency_lead, f"/questionnaire/{questionnaire.response.pk}/section/1/")
    lost = page.get_by_label("How many plants were lost?")
    assert lost.is_visible()
    page.get_by_label("No", exact=True).check()
    assert not lost.is_visible()
    page.get_by_label("Yes", exact=True).check()
    lost.fill("seven")
    page.get_by_text("Not saved: Enter a number").wait_for()
    lost.fill("7")
    page.get_by_text("Saved at ").wait_for()
    page.get_by_label("Rake").check()
    page.get_by_label("What happened, and what did you do?").fill("A cold night.")
    page.get_by_label("What happened, and what did you do?").blur()
    expect(page.locator("[name=seen-story]")).to_have_value("1")
    expect(page.locator("[name=seen-tools]")).to_have_value("1")
    answers = questionnaire.response.answers()
    assert {key: one.value for key, one in answers.items()} == {
        "frost": "yes",
        "lost": "7",
        "story": "A cold night.",
        "tools": ["rake"],
    }
    screenshot(page, "questionnaire-saved")


def test_two_people_who_write_at_once_see_both_texts(cast, questionnaire, signed_in_page, screenshot):
    from sightline.assurance.questionnaire import commands

    page = signed_in_page(cast.agency_lead, f"/questionnaire/{questionnaire.response.pk}/section/1/")
    commands.save_answer(
        questionnaire.response, question="story", value="Theirs.", seen=0, by=cast.agency_lead
    )
    page.get_by_label("What happened, and what did you do?").fill("Mine.")
    page.get_by_text("It now says: “Theirs.”").wait_for()
    screenshot(page, "questionnaire-two-writers")
    page.get_by_role("button", name="Put mine in its place").click()
    expect(page.locator("[name=seen-story]")).to_have_value("2")
    assert questionnaire.response.answers()["story"].value == "Mine."


def test_a_text_outlives_the_session_and_is_saved_after_signing_in_again(cast, questionnaire, signed_in_page):
    page = signed_in_page(cast.agency_lead, f"/questionnaire/{questionnaire.response.pk}/section/1/")
    page.evaluate("window.stillHere = true")
    page.context.clear_cookies(name="sessionid")
    story = page.get_by_label("What happened, and what did you do?")
    story.fill("Written for a long time.")
    page.get_by_text("you have been signed out").wait_for()
    assert story.input_value() == "Written for a long time."
    other = page.context.new_page()
    other.goto(page.url_of("/account/login/"))
    other.get_by_label("E-mail address").fill(cast.agency_lead.email)
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.get_by_role("heading", level=1, name="Home").wait_for()
    other.close()
    page.get_by_text("Saved at ").wait_for(timeout=40_000)
    assert page.evaluate("window.stillHere")
    assert questionnaire.response.answers()["story"].value == "Written for a long time."


def test_a_response_is_answered_submitted_and_sent_back_without_javascript(
    cast, questionnaire, live_server, browser
):
    made = questionnaire
    lead = signed_in_without_javascript(browser, live_server, cast.agency_lead)
    lead.get_by_role("link", name="Answer Garden check: Year 2").click()
    lead.get_by_role("link", name="The beds").click()
    lead.get_by_label("No", exact=True).check()
    lead.get_by_role("button", name="Save and continue").click()
    lead.get_by_role("link", name="Garden check: Year 2").click()
    lead.get_by_role("link", name="The beds").click()
    assert not lead.get_by_label("How many plants were lost?").is_visible()
    lead.get_by_label("Yes", exact=True).check()
    lead.get_by_role("button", name="Save and continue").click()
    assert "bring up 2 more questions" in lead.get_by_role("region").first.inner_text()
    lead.get_by_text("What you said last time").first.click()
    lead.get_by_role("button", name="Use last time’s answer to: How many plants were lost?").click()
    assert lead.get_by_label("How many plants were lost?").input_value() == "12"
    assert lead.get_by_text("Carried forward from Year 1").is_visible()
    lead.get_by_role("button", name="Save and continue").click()
    lead.get_by_label("Day", exact=True).fill("31")
    lead.get_by_label("Month").fill("2")
    lead.get_by_label("Year").fill("2026")
    lead.get_by_role("button", name="Save and continue").click()
    assert lead.title().startswith("Error: ")
    lead.get_by_label("Day", exact=True).fill("27")
    lead.get_by_role("button", name="Save and continue").click()
    lead.get_by_role("link", name="Check your answers and submit").click()
    lead.get_by_label("What is said here is right as far as we know.").check()
    lead.get_by_role("button", name="Submit").click()
    assert "Answer “How far do you trust these figures?”" in lead.get_by_role("alert").inner_text()
    lead.get_by_role("link", name="Change answer to: How far do you trust these figures?").click()
    lead.get_by_label("Fully").check()
    lead.get_by_role("button", name="Save and continue").click()
    lead.get_by_role("link", name="Check your answers and submit").click()
    lead.get_by_label("What is said here is right as far as we know.").check()
    lead.get_by_role("button", name="Submit").click()
    assert made.response.__class__.objects.get(pk=made.response.pk).state == "submitted"
    lead.close()
    checker = signed_in_without_javascript(browser, live_server, cast.analyst)
    checker.get_by_role("link", name="Check Garden check: Year 2 from Addiscombe Vale children's").click()
    checker.get_by_text("Ask for a change to: How many plants were lost?").click()
    checker.get_by_label("Ask for a change here").nth(1).fill("Twelve again?")
    checker.get_by_label("Ask for changes", exact=True).check()
    checker.get_by_role("button", name="Send decision").click()
    assert "Sent back to" in checker.get_by_role("alert").inner_text()
    assert made.response.__class__.objects.get(pk=made.response.pk).state == "changes-requested"
    checker.close()


def signed_in_without_javascript(browser, live_server, user):
    page = browser.browser.new_context(java_script_enabled=False).new_page()
    page.set_default_timeout(8_000)
    page.goto(f"{live_server.url}/account/login/?next=/")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    return page
