"""Loads in a browser: handed in by an agency, watched, confirmed and withdrawn; every page in every state."""

import pytest

from sightline.assurance.dataset import commands
from sightline.assurance.dataset.models import Load
from sightline.core.commands import delete_file
from sightline.core.models import StoredFile
from tests.conftest import looked_at_once_more
from tests.journeys.browser import DESKTOP, PHONE
from tests.pages.test_loads import LATER, POLICE, few_indicators, file  # noqa: F401  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def looked_at(axe_violations, screenshot):
    """A function that looks at a page on a telephone and on a desktop: no barrier, nothing cut off."""

    def look(page, name: str) -> None:
        for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
            page.set_viewport_size(size)
            screenshot(page, f"{name}-{width}")
            assert axe_violations(page) == [], (name, width)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, width)

    return look


@pytest.fixture
def handed_in(cast, work):
    """A function by which the police hand in a file; it is read unless it is said to wait."""

    def hand_in(content: bytes, name: str, *, is_read: bool = True) -> Load:
        load = commands.receive_load(
            cast.other_agency_lead.agency,
            uploads=[file(content, name)],
            extracted_on=None,
            by=cast.other_agency_lead,
        )
        if is_read:
            work()
        load.refresh_from_db()
        return load

    return hand_in


@looked_at_once_more
def test_the_pages_of_loads_have_no_barrier_and_fit(cast, handed_in, work, signed_in_page, looked_at):
    looked_at(signed_in_page(cast.analyst, "/dataset/loads/"), "loads-empty")
    first = handed_in(POLICE.replace(b"04/03/2026 22:10", b"31/02/2026 22:10", 1), "missing-2026-04-20.csv")
    looked_at(signed_in_page(cast.analyst, f"/dataset/loads/{first.pk}/confirm/"), "load-confirm")
    looked_at(signed_in_page(cast.analyst, "/"), "home-with-a-load")
    commands.confirm_load(first, by=cast.analyst)
    looked_at(signed_in_page(cast.analyst, f"/dataset/loads/{first.pk}/"), "load-counting")
    work()
    looked_at(signed_in_page(cast.analyst, f"/dataset/loads/{first.pk}/withdraw/"), "load-withdraw")
    second = handed_in(LATER, "missing-2026-05-20.csv")
    looked_at(signed_in_page(cast.analyst, f"/dataset/loads/{second.pk}/"), "load-read")
    looked_at(signed_in_page(cast.other_agency_lead, f"/dataset/loads/{second.pk}/discard/"), "load-discard")
    bad = handed_in(b"a,b\n1,2\n", "rubbish-2026-04-20.csv")
    looked_at(signed_in_page(cast.other_agency_lead, f"/dataset/loads/{bad.pk}/"), "load-unreadable")
    waits = handed_in(b"c,d\n1,2\n", "waits-2026-04-20.csv", is_read=False)
    looked_at(signed_in_page(cast.other_agency_lead, f"/dataset/loads/{waits.pk}/"), "load-waiting")
    looked_at(signed_in_page(cast.analyst, "/dataset/loads/"), "loads")
    page = signed_in_page(cast.analyst, "/dataset/loads/new/")
    looked_at(page, "load-new")
    page.get_by_role("button", name="Hand in").click()
    assert page.title().startswith("Error: ")
    looked_at(page, "load-new-error")


@looked_at_once_more
def test_the_pages_of_files_have_no_barrier_and_fit(cast, handed_in, signed_in_page, looked_at):
    handed_in(POLICE, "missing-2026-04-20.csv")
    stored = StoredFile.objects.get()
    page = signed_in_page(cast.other_agency_lead, f"/files/{stored.pk}/delete/")
    looked_at(page, "file-delete")
    page.get_by_role("button", name="Delete the file").click()
    assert page.title().startswith("Error: ")
    looked_at(page, "file-delete-error")
    delete_file(stored, reason="It names a child", by=cast.analyst)
    looked_at(signed_in_page(cast.other_agency_lead, f"/files/{stored.pk}/"), "file-deleted")


def test_a_page_of_a_load_moves_by_itself(cast, handed_in, work, signed_in_page):
    load = handed_in(POLICE, "missing-2026-04-20.csv", is_read=False)
    page = signed_in_page(cast.analyst, f"/dataset/loads/{load.pk}/")
    page.wait_for_selector("body.govuk-frontend-supported")
    assert page.get_by_text("Waiting for its turn").is_visible()
    Load.objects.filter(pk=load.pk).update(doing="Reading the files", done=0, steps=1)
    page.get_by_text("Reading the files: file 1 of 1").wait_for(timeout=8000)
    work()
    page.get_by_role("button", name="Confirm").wait_for(timeout=8000)
    assert page.locator("[data-app-poll]").count() == 0


def test_a_load_goes_from_file_to_figure_and_out_again_without_javascript(
    cast, work, live_server, browser, tmp_path
):
    sent = tmp_path / "missing-2026-04-20.csv"
    sent.write_bytes(POLICE)

    def page_of(user):
        page = browser.browser.new_context(java_script_enabled=False).new_page()
        page.goto(f"{live_server.url}/account/login/?next=/dataset/loads/")
        page.get_by_label("E-mail address").fill(user.email)
        page.get_by_label("Password", exact=True).fill("a-long-invented-phrase")
        page.get_by_role("button", name="Sign in").click()
        return page

    police = page_of(cast.other_agency_lead)
    police.get_by_role("button", name="Hand in files").click()
    police.get_by_label("Files").set_input_files(sent)
    police.get_by_role("button", name="Hand in").click()
    assert police.get_by_text("Waiting for its turn").is_visible()
    work()
    police.get_by_role("link", name="Look again").click()
    assert police.get_by_text("analyst looks at them now").is_visible()
    analyst = page_of(cast.analyst)
    analyst.get_by_role("link", name="Load").last.click()
    analyst.get_by_role("button", name="Confirm").click()
    analyst.get_by_role("button", name="Confirm").click()
    work()
    analyst.get_by_role("link", name="Look again").click()
    assert analyst.get_by_text("In the dataset").is_visible()
    analyst.get_by_role("button", name="Withdraw").click()
    assert analyst.get_by_text("This is the only load of the dataset").is_visible()
    analyst.get_by_label("Why").fill("A list of a test system")
    analyst.get_by_role("button", name="Withdraw").click()
    work()
    analyst.get_by_role("link", name="Look again").click()
    assert analyst.get_by_text("A list of a test system").is_visible()
    with police.expect_download() as fetched:
        police.get_by_role("link", name="missing-2026-04-20.csv", exact=True).click()
    assert fetched.value.suggested_filename == "missing-2026-04-20.csv"
    for page in (police, analyst):
        page.close()
