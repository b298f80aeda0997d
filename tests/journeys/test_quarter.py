"""A whole quarter in a browser, from what is agreed to the published scorecard and the audit log.

Nothing is done but what a person does at a page; only the worker's jobs are done by the test.
"""

import re
from contextlib import nullcontext
from datetime import date, timedelta
from io import BytesIO
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from django.core import mail
from typer.testing import CliRunner

from sightline.assurance.collection.models import Quarter, Question
from sightline.clocks.calendar import add_months
from sightline.config.cli.audit import app
from sightline.core.models import AuditEvent
from tests.invented_cycle import LATE, NOT_LATE, allegations_file, last_quarter
from tests.journeys.visitors import ByKeyboard, ByMouse, WithoutJavaScript, ways
from tests.pages.test_loads import missing_list

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CARE = "Addiscombe Vale children's social care"
POLICE = "Addiscombe Vale police"
HEALTH = "Addiscombe Vale integrated care board"
HOUSING = "Addiscombe Vale housing"

ALLEGATIONS = "Allegations list"
MISSING = "Police missing list with return interviews"
CONFERENCES = "Police attendance at child protection conferences"
INITIAL = "Police attendance at initial conferences"
DECIDED = "Contacts decided within one working day"
COMMENTARY = "Commentary"

EXTRACT = "An extract from its own system"
FIGURE = "A plain figure for each month"
THE_COMMENTARY = "The quarterly commentary"

SAID = "Reviews are attended by report, as was agreed."
WHY = "Reviews are left out: count them as well"
ASKED = "Why do the police come to so few conferences?"
ANSWER = "They come to every initial conference; to a review they send a report."
GAP = f"{HOUSING} has not returned {COMMENTARY}"
NEW_PASSWORD = "another-long-invented-phrase"

STORY = (
    ("Ad Min", "account:sign-in core.add-agency core.enter-agencies"),
    ("Ad Min", "core.add-person core.give-role core.invite-person"),
    ("the system", "account:send-password-link"),
    ("Hel Health", "account:change-password account:sign-in"),
    ("Bo Manager", "account:sign-in collection.agree"),
    ("the system", "questionnaire.keep-version"),
    ("Bo Manager", "questionnaire.assign"),
    ("the system", "questionnaire.keep-version"),
    ("Bo Manager", "questionnaire.assign collection.open-quarter"),
    ("Lou Police", "account:sign-in dataset.receive-load collection.hand-in"),
    ("the system", "dataset.finish-reading"),
    ("Lou Police", "collection.type-figures questionnaire.save-answer questionnaire.submit"),
    ("Lou Police", "collection.sign-off"),
    ("Lee Care", "account:sign-in collection.type-figures collection.sign-off"),
    ("Hel Health", "collection.type-figures collection.sign-off"),
    ("Ana Lyst", "account:sign-in collection.send-back"),
    ("Lou Police", "collection.type-figures collection.sign-off"),
    ("Ana Lyst", "dataset.confirm-load collection.check questionnaire.accept collection.check"),
    ("the system", "dataset.settle-load"),
    ("Bo Manager", "collection.publish-quarter"),
    ("the system", "dataset.receive-load collection.hand-in-returns dataset.finish-reading"),
    ("the system", "dataset.confirm-load dataset.settle-load dataset.publish-snapshot"),
    ("the system", "collection.finish-publication"),
    ("Lay Ember", "account:sign-in collection.ask"),
    ("Lou Police", "collection.answer"),
    ("Bo Manager", "collection.close"),
    ("Lay Ember", "export:dataset:download"),
    ("Bo Manager", "view:audit"),
)
"""Who does what in the quarter, one after the other, as the audit log names it."""


@pytest.fixture
def quarter() -> SimpleNamespace:
    """The last quarter that has ended: its days, its name, and its months as the forms write them."""
    first = last_quarter()
    last = add_months(first, 3) - timedelta(days=1)
    months = [f"{add_months(first, n):%B %Y}" for n in range(3)]
    return SimpleNamespace(
        first=first, last=last, name=str(Quarter(first_on=first, last_on=last)), months=months
    )


@pytest.fixture
def extract(quarter, tmp_path) -> Path:
    """The police's list of children who were missing in the quarter."""
    covers = (quarter.first.isoformat(), quarter.last.isoformat())
    day = add_months(quarter.first, 1).strftime("%d/%m/%Y")
    file = tmp_path / f"missing-{quarter.last + timedelta(days=9)}.csv"
    file.write_bytes(missing_list(covers, "QX1", "QX2", "QX3", day=day))
    return file


@pytest.fixture
def look(screenshot):
    """A function that keeps a picture of what a visitor sees, numbered in the order of the story."""
    taken = []

    def keep(visitor, name: str) -> None:
        taken.append(name)
        screenshot(visitor.page, f"quarter-{len(taken):02}-{name}")

    return keep


def agree(manager, agency: str, kind: str, item: str, limit: str, about: str = "") -> None:
    """Record an agreement as the executive minuted it."""
    manager.go("/collection/agreements/new/")
    manager.choose("Agency", agency)
    manager.tick(kind, within="What it returns")
    if item:
        manager.choose({EXTRACT: "Which extract", FIGURE: "Which figure"}[kind], item)
    if about:
        manager.tick(about, within="Which figures the commentary is asked about")
    manager.fill("By when, after the end of the quarter", limit)
    manager.fill_day("In force from", date(2024, 1, 1))
    manager.choose("Agreed by", "Executive")
    manager.fill_day("Agreed on", date(2023, 12, 4))
    manager.press("Save the agreement")
    manager.sees("Agreed: ")


def type_months(lead, quarter, numerators, out_of: int = 20) -> None:
    """Type the figures of the three months and save them."""
    for month, count in zip(quarter.months, numerators, strict=True):
        lead.fill(f"{month}: how many", count)
        lead.fill(f"{month}: out of how many", out_of)
    lead.press("Save")


def upload(lead, title: str, extract: Path, work) -> None:
    """Upload an extract and wait until the worker has read it."""
    lead.follow(title)
    lead.attach("Files", extract)
    lead.press("Upload")
    lead.sees("the file is still being read")
    work()
    lead.follow("Look again")
    lead.sees("It is ready to be signed off")
    lead.follow("Back to your returns")


def comment(lead) -> None:
    """Answer the questions of the quarterly commentary, section by section, and submit the answers."""
    lead.follow(COMMENTARY)
    lead.follow("What changed")
    lead.fill("What changed this quarter for the children and families you work with, and why?", "Nothing.")
    lead.tick("No")
    lead.press("Save and continue")
    lead.sees_heading("How far you trust your figures")
    lead.tick("Fully")
    lead.press("Save and continue")
    lead.sees_heading("What children and families say")
    lead.tick("No, none was gathered")
    lead.press("Save and continue")
    lead.sees_heading("The figures one by one")
    lead.fill(f"What should a reader know about: {CONFERENCES}?", SAID)
    lead.press("Save and continue")
    lead.follow("Check your answers and submit")
    lead.sees(SAID)
    lead.tick("This is my agency's account of the quarter.")
    lead.press("Submit")


def sign_off(lead) -> None:
    """Sign off whatever is ready."""
    lead.follow("Sign off what is ready")
    lead.tick("I have checked these returns, and they are what my agency has to say for this quarter")
    lead.press("Sign off")
    lead.sees("Signed off. The analyst checks it now")


def decide(analyst, title: str, decision: str, text: str = "") -> None:
    """Open a return from the home page, and accept it or send it back."""
    analyst.follow("Home")
    analyst.follow(f"Check {title}")
    analyst.tick(decision)
    if text:
        analyst.fill("What must be put right, or a note", text)
    analyst.press("Save the decision")


def publish(manager, work) -> None:
    """Publish a quarter with a gap that is known, and wait until the worker has done it."""
    manager.go("/collection/")
    manager.follow("Publish this quarter")
    manager.sees(GAP)
    manager.tick(
        "I know that these are missing. They will be named as missing wherever the figures are shown"
    )
    manager.press("Publish")
    manager.sees("The worker counts every figure anew")
    work()
    manager.follow("Look again")
    manager.sees("Published on")


def health_gets_a_lead(administrator, visit, work) -> ByMouse:
    """The administrator enters the agencies and adds a person, who chooses a password and signs in."""
    administrator.go("/partnership/agencies/")
    administrator.follow("Enter them")
    administrator.press("Enter them")
    administrator.go("/partnership/people/")
    administrator.follow("Add a person")
    administrator.fill("Full name", "Hel Health")
    administrator.fill("E-mail address", "hel.health@addiscombe-vale.example")
    administrator.choose("Agency", HEALTH)
    administrator.tick("Agency lead")
    administrator.press("Add and send the link")
    administrator.sees("was sent to hel.health@addiscombe-vale.example")
    work()
    health = visit(ByMouse)
    health.go(re.search(r"http://localhost:8000(\S+)", mail.outbox[-1].body)[1])
    health.fill("New password", NEW_PASSWORD)
    health.fill("New password again", NEW_PASSWORD)
    health.press("Save the password")
    health.sign_in("hel.health@addiscombe-vale.example", NEW_PASSWORD)
    return health


def test_a_quarter_is_played_from_agreement_to_published_scorecard(
    cast,
    quarter,
    extract,
    visit,
    work,
    look,
):
    """Social care and health are in time, the police are sent back, housing never comes."""
    health = health_gets_a_lead(visit(ByMouse, cast.administrator), visit, work)

    manager = visit(ByMouse, cast.board_manager)
    agree(manager, POLICE, EXTRACT, MISSING, NOT_LATE)
    agree(manager, POLICE, FIGURE, CONFERENCES, NOT_LATE)
    agree(manager, POLICE, THE_COMMENTARY, "", NOT_LATE, about=CONFERENCES)
    agree(manager, CARE, FIGURE, DECIDED, NOT_LATE)
    agree(manager, HEALTH, FIGURE, INITIAL, NOT_LATE)
    agree(manager, HOUSING, THE_COMMENTARY, "", LATE)
    look(manager, "agreements")
    manager.go("/collection/quarters/new/")
    manager.tick(quarter.name)
    manager.press("Open the quarter")
    manager.sees("every agency can see what it owes")
    look(manager, "opened")

    police = visit(ByMouse, cast.other_agency_lead)
    police.follow("Make the return")
    upload(police, MISSING, extract, work)
    police.follow(CONFERENCES)
    type_months(police, quarter, (29, 11, 10))
    wrong = f"{quarter.months[0]}: how many"
    police.sees_problem(wrong, f"{quarter.months[0].split()[0]}: ")
    look(police, "wrong-figure")
    type_months(police, quarter, (9, 11, 10))
    police.sees(f"Saved: {CONFERENCES}")
    comment(police)
    look(police, "commentary-submitted")
    police.go("/")
    police.follow("Sign off")
    look(police, "ready")
    sign_off(police)

    for lead, title, counts in (
        (visit(ByMouse, cast.agency_lead), DECIDED, (15, 16, 17)),
        (health, INITIAL, (19, 18, 20)),
    ):
        lead.go("/")
        lead.follow("Make the return")
        lead.follow(title)
        type_months(lead, quarter, counts)
        sign_off(lead)

    analyst = visit(ByMouse, cast.analyst)
    look(analyst, "analyst-home")
    decide(analyst, CONFERENCES, "Send it back", WHY)
    analyst.sees(f"Sent back: {CONFERENCES}")
    police.go("/")
    police.follow("Put right")
    police.sees(WHY)
    look(police, "sent-back")
    police.follow(CONFERENCES)
    type_months(police, quarter, (17, 18, 16))
    sign_off(police)

    analyst.follow("Home")
    analyst.follow(f"Check {MISSING}")
    analyst.follow("Uploaded")
    analyst.sees("rows read")
    look(analyst, "quality-report")
    for title in (MISSING, COMMENTARY, DECIDED, INITIAL, CONFERENCES):
        decide(analyst, title, "Accept it")
        analyst.sees(f"Accepted: {title}")
    work()
    look(analyst, "accepted")

    publish(manager, work)
    look(manager, "published")

    lay = visit(ByMouse, cast.lay_member)
    lay.follow("Dataset")
    lay.sees(GAP)
    lay.sees(f"Published as {quarter.name}")
    look(lay, "scorecard")
    lay.follow(CONFERENCES)
    lay.sees("16 of the 20")
    lay.sees(SAID)
    lay.does_not_see("Addiscombe vale police")
    look(lay, "indicator")
    lay.follow("Ask a question about this figure")
    lay.fill("Your question", ASKED)
    lay.choose("Which agency is asked", POLICE)
    lay.press("Ask")
    lay.sees("Your question was raised")

    police.go("/")
    police.follow(f"Answer a question about {CONFERENCES}")
    police.follow("Answer it")
    police.fill("Answer", ANSWER)
    police.press("Answer")
    manager.go("/")
    manager.follow(f"Say what followed from the question about {CONFERENCES}")
    manager.follow("Say what followed")
    manager.tick("The answer was accepted, nothing more is needed")
    manager.press("Save and close the question")
    look(manager, "question-closed")
    assert Question.objects.get().state == Question.States.CLOSED
    lay.go("/dataset/conference-attendance/")
    lay.sees(ANSWER)

    lay.go("/dataset/downloads/")
    with lay.page.expect_download() as fetched:
        lay.page.get_by_role("button", name="Download").click()
    book = openpyxl.load_workbook(BytesIO(Path(fetched.value.path()).read_bytes()))
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any(GAP in cell for cell in cells), "the download does not name the gap"

    manager.go("/audit/")
    manager.sees("Audit log")
    look(manager, "audit-log")
    assert story() == [(who, deed) for who, deeds in STORY for deed in deeds.split()]
    found = CliRunner().invoke(app, ["verify"])
    assert found.exit_code == 0, found.output


def story() -> list[tuple[str, str]]:
    """Who did what, in the order of the audit log; what somebody did several times running is told once."""
    events = AuditEvent.objects.order_by("seq").select_related("actor")
    told = [(one.actor.name if one.actor else "the system", one.action) for one in events]
    return [key for key, _ in groupby(told)]


@ways(WithoutJavaScript, ByKeyboard)
def test_the_same_cycle_works(kind, cast, collection, quarter, visit, work, tmp_path):
    """Social care uploads, the police type and comment, housing and health never come."""
    sent = allegations_file(collection.quarter)
    file = tmp_path / sent.name
    file.write_bytes(sent.read())

    care = visit(kind, cast.agency_lead)
    care.follow("Make the return")
    upload(care, ALLEGATIONS, file, work)
    sign_off(care)

    police = visit(kind, cast.other_agency_lead)
    police.follow("Make the return")
    police.follow(CONFERENCES)
    type_months(police, quarter, (29, 11, 10))
    police.sees_problem(f"{quarter.months[0]}: how many", quarter.months[0].split()[0])
    type_months(police, quarter, (17, 18, 16))
    comment(police)
    police.follow("Home")
    police.follow("Sign off")
    sign_off(police)

    analyst = visit(kind, cast.analyst)
    decide(analyst, CONFERENCES, "Send it back", WHY)
    police.follow("Home")
    police.follow("Put right")
    police.sees(WHY)
    sign_off(police)
    for title in (ALLEGATIONS, COMMENTARY, CONFERENCES):
        decide(analyst, title, "Accept it")
        analyst.sees(f"Accepted: {title}")
    work()

    publish(visit(kind, cast.board_manager), work)

    member = visit(kind, cast.member)
    member.follow("Dataset")
    member.sees(GAP)
    member.follow(CONFERENCES)
    member.sees("16 of the 20")
    member.sees(SAID)


@pytest.mark.parametrize(
    ("link", "fails"),
    [
        ('<a href="#here">Further</a>', ""),
        ('<a href="#here" tabindex="-1">Further</a>', "cannot be reached"),
        ('<a href="#here" style="outline: none; box-shadow: none">Further</a>', "nothing shows"),
    ],
)
def test_a_link_that_a_keyboard_does_not_reach_or_show_is_found_out(link, fails, visit):
    visitor = visit(ByKeyboard)
    visitor.page.set_content(f'<p><a href="#first">First</a> {link} <a href="#last">Last</a></p>')
    with pytest.raises(AssertionError, match=fails) if fails else nullcontext():
        visitor.follow("Further")
        assert visitor.page.url.endswith("#here")
