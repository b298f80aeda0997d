"""One referral, the whole way under five logins: from a phone to a decision, a dispute and the figures.

A school refers, the hub rates it and asks the police and health, both answer, the manager decides, and the
school is told in time. It disagrees, is heard, and every look is on record. Then the figures of the month
move.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from html import unescape
from urllib.parse import urlparse

import pytest
from django.db.models import F
from django.urls import resolve
from django.utils import timezone

from sightline.assurance.dataset import commands as dataset
from sightline.assurance.dataset import jobs, own
from sightline.assurance.dataset.models import Figure, LoadedSnapshot
from sightline.core import chain
from sightline.core.audit import System
from sightline.core.models import AuditEvent, ClockRun
from sightline.core.trust.actor import system_actor
from sightline.frontline.escalation.models import Escalation
from sightline.frontline.referral.models import Contact, Decision, Request
from sightline.frontline.referral.pages.refer import views
from sightline.indicators.definitions import INDICATORS
from tests.journeys.visitors import ByMouse
from tests.pages.test_facts import LAST, LONG_AGO, Given, at, take

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BY = System("the tests")
PHONE = {"width": 360, "height": 740}
TOLD = "Amira came without lunch twice this week, and cried when it was time to go home."
WISHES = "I want to sleep at Nan’s, because it is quiet there and she makes tea for me."
QUESTION = "Do you know the home, and who lives there?"
KNOWN = "Two calls to the flat in May: a man who shouted at the door had gone."
SEEN = "The health visitor saw a full fridge in June."
REASONS = "Her mother has lost her job and asked for help herself. Nobody saw an injury."
WHY_NOT = "Her need is real, and the school can answer it with the family."
AMBER = "Amber: A child may be at risk of harm, and is not in danger today. No limit is set for it"
DISPUTED = "Nobody asked Amira why she cried."
WORDS = ("Amira Okafor", TOLD, WISHES, QUESTION, KNOWN, SEEN, REASONS, WHY_NOT, DISPUTED)
"""What was told, asked, answered, decided and disputed: where one of these stands, the record was read."""


@dataclass
class Story:
    """The people of the front door at their browsers; `shown` counts where each of them read of the child."""

    visit: object
    looked_at: object
    path: str = ""
    reference: str = ""
    windows: dict = field(default_factory=dict)
    shown: Counter = field(default_factory=Counter)

    def of(self, user, path: str = "") -> ByMouse:
        """Somebody's window, at a page; who opens a page about people for the first time says what for."""
        if user.pk not in self.windows:
            window = self.windows[user.pk] = self.visit(ByMouse, user)
            window.page.on("response", lambda response: self.note(user, response))
        window = self.windows[user.pk]
        window.go(path or self.path)
        if "/trust/purpose/" in window.page.url:
            window.tick("Protect or support a child")
            window.press("Continue")
        return window

    def note(self, user, response) -> None:
        """Remember a page that says anything of the child, once the record is there."""
        if response.request.resource_type != "document" or response.status != 200:
            return
        route = resolve(urlparse(response.url).path).view_name
        text = unescape(response.text())
        if not route.startswith("referral:refer") and any(words in text for words in WORDS):
            self.shown[user.pk, f"view:{route}"] += 1


@pytest.fixture
def looked_at(axe_violations, screenshot):
    """A function that looks at the page that is open: no barrier, and nothing cut off."""

    def look(visitor, name: str) -> None:
        screenshot(visitor.page, f"story-{name}")
        assert axe_violations(visitor.page) == [], name
        fits = visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert fits, f"{name} scrolls sideways"

    return look


@pytest.fixture
def story(visit, looked_at, threshold, front_line, monkeypatch):
    """The story, before it begins: thresholds in force, and nobody has told of anything."""
    monkeypatch.setattr(views, "LEAST_SECONDS", 0)
    return Story(visit, looked_at)


def test_a_school_is_told_in_time_disagrees_and_is_heard(story, front_line, cast, months, figures):
    before = figures()
    refer(story, front_line)
    screen_and_ask(story, front_line)
    for user, words in {front_line.police_unit: KNOWN, front_line.health: SEEN}.items():
        answer(story, user, words)
    decide(story, front_line, "No further action, with advice", REASONS)
    tell(story, front_line, WHY_NOT, "The breakfast club, and a family worker who calls on Friday.")
    in_time(story)
    disagree(story, front_line)
    uphold(story, front_line)
    every_read_is_on_record(story)

    move_into_the_last_month(story)
    assert moved(before, figures()) == {
        "contacts": (1, 1),
        "decision-in-one-working-day": (1, 1),
        "feedback-in-one-working-day": (1, 1),
        "referral-quality": (1, 1),
        "information-requests-in-time": (2, 2),
    }
    analyst = story.visit(ByMouse, cast.analyst)
    analyst.go("/dataset/contacts/")
    analyst.sees("Sightline front door")
    story.looked_at(analyst, "figure")


def refer(story: Story, front_line) -> None:
    """The school's lead refers from a phone, signed in, and keeps a receipt."""
    school = story.of(front_line.designated_lead, "/referral/")
    school.page.set_viewport_size(PHONE)
    school.follow("Make a referral")
    school.tick("No")
    story.looked_at(school, "refer-start")
    school.press("Start")
    school.fill("What happened?", TOLD)
    school.fill("When did it happen?", "Monday and today")
    school.tick("Neglect")
    story.looked_at(school, "refer-happened")
    school.press("Continue")
    school.fill("Given names", "Amira")
    school.fill("Family name", "Okafor")
    school.fill_day("Date of birth", date(2016, 3, 27))
    school.press("Continue")
    school.fill("Their father’s name", "Not known to the school")
    school.press("Continue")
    school.fill("What does the child say?", WISHES)
    school.press("Continue")
    school.fill("What has been tried to help?", "Breakfast club since September; she comes twice a week.")
    school.tick("Yes", within="Was an early help assessment made?")
    school.tick("Level 3: Complex: several agencies")
    story.looked_at(school, "refer-help")
    school.press("Continue")
    school.fill("What have the parents been told?", "Her mother was told on Monday, and agrees to this.")
    school.tick("Yes, they agree")
    school.press("Continue")
    school.press("Continue")
    story.looked_at(school, "refer-check")
    school.press("Send it")
    school.sees("was sent to Front door hub")
    story.looked_at(school, "receipt")
    story.path = school.page.url.removeprefix(school.home)
    story.reference = school.page.title().split()[1]
    story.shown[front_line.designated_lead.pk, "view:referral:contact"] = 1


def screen_and_ask(story: Story, front_line) -> None:
    """The hub finds it in its worklist, rates it, and asks the police and health."""
    hub = story.of(front_line.hub_worker, "/referral/")
    story.looked_at(hub, "queue")
    hub.go("/worklist/?scope=team")
    hub.follow(f"Screen contact {story.reference}")
    hub.tick(AMBER)
    hub.fill("Why", "Hungry twice in a week; no sign that she is in danger today.")
    story.looked_at(hub, "screen")
    hub.press("Rate it")
    hub.follow("Ask agencies")
    hub.tick("Addiscombe Vale police: Po Unit")
    hub.tick("Addiscombe Vale health: Hea Lth")
    hub.fill("What do you want to know?", QUESTION)
    story.looked_at(hub, "ask")
    hub.press("Send for checks")
    hub.sees("Sent to Addiscombe Vale health and Addiscombe Vale police for checks")


def answer(story: Story, user, words: str) -> None:
    """An agency answers in its own login, and sees no other agency's answer."""
    partner = story.of(user, "/referral/")
    partner.go("/worklist/")
    partner.follow(f"Answer what is asked about contact {story.reference}")
    partner.sees(WISHES)
    partner.fill("What does your agency know?", words)
    partner.tick("Yes", within="May the family be told this?")
    story.looked_at(partner, f"answer-{user.agency.code}")
    partner.press("Send to the front door")
    partner.sees("Your answer was sent to the front door")
    assert (KNOWN if words == SEEN else SEEN) not in partner.page.content()


def decide(story: Story, front_line, outcome: str, why: str) -> None:
    """The manager decides with all that is known on the same page."""
    manager = story.of(front_line.hub_manager)
    story.looked_at(manager, "contact")
    manager.follow("Decide")
    manager.sees(WISHES)
    manager.sees(KNOWN)
    manager.sees(SEEN)
    manager.tick("2: Early help")
    manager.tick(outcome)
    if outcome.startswith("No further"):
        manager.tick("The need is below the level asked for")
    manager.tick("3: Clear and complete, with the child's voice")
    manager.fill("Why?", why)
    story.looked_at(manager, "decide")
    manager.press("Decide")
    manager.sees(f"Decided: {outcome}")


def tell(story: Story, front_line, words: str, alternative: str = "") -> None:
    """The school reads what was decided, why and what is offered; not what was written for the record."""
    manager = story.windows[front_line.hub_manager.pk]
    manager.follow("Tell the referrer")
    manager.fill("What was decided, and why", words)
    manager.fill("What is offered instead", alternative)
    manager.press("See what they will read")
    story.looked_at(manager, "preview")
    manager.press("Tell the referrer")
    manager.sees("The referrer was told")
    school = story.of(front_line.designated_lead)
    school.sees(words)
    school.does_not_see(REASONS)


def in_time(story: Story) -> None:
    """The clock C02 ran, was stopped by telling the school, and was not late."""
    run = ClockRun.objects.get(clock="referrer-acknowledged", subject_key=story.path.split("/")[2])
    assert run.started_at < run.stopped_at <= run.due_at


def disagree(story: Story, front_line) -> None:
    """The school disagrees from the page on which it reads the decision."""
    school = story.of(front_line.designated_lead)
    story.looked_at(school, "told")
    school.follow("I disagree with the decision")
    school.fill("What do you disagree with, and why?", DISPUTED)
    school.fill("What keeps the child safe meanwhile?", "She stays with her teacher until she is fetched.")
    school.press("Send it")
    school.sees("Front door hub was asked to answer")
    story.looked_at(school, "disputed")


def uphold(story: Story, front_line) -> None:
    """The manager upholds it, decides anew and tells the school; then the dispute is over."""
    manager = story.of(front_line.hub_manager, "/worklist/?scope=team")
    manager.follow("Answer the dispute")
    dispute = manager.page.url.removeprefix(manager.home)
    manager.sees(DISPUTED)
    manager.follow("Uphold it")
    manager.fill("How did it end?", "Her teacher has asked her. We decide again.")
    manager.fill("What should change in how we work?", "Ask the child before no further action.")
    manager.press("Uphold it")
    manager.sees("must decide again")
    manager = story.of(front_line.hub_manager)
    manager.follow("Decide anew")
    manager.press("Take it up once more")
    decide(story, front_line, "Early help", "She is afraid of the nights alone, and says so.")
    tell(story, front_line, "A family worker takes it over, and comes to the school on Friday.")
    school = story.of(front_line.designated_lead, dispute)
    assert "must decide again" not in school.page.content()
    story.looked_at(school, "heard")
    with system_actor("the tests"):
        assert Escalation.objects.get().state == Escalation.States.CLOSED


def every_read_is_on_record(story: Story) -> None:
    """Every page that said anything of the child is one event of who read it, in a chain that is whole."""
    with system_actor("the tests"):
        contact = Contact.objects.get(pk=story.path.split("/")[2])
    events = AuditEvent.objects.filter(object_key=str(contact.dossier_id), action__startswith="view:")
    read = Counter(events.values_list("actor", "action"))
    assert len({user for user, _ in story.shown}) == 5
    assert story.shown.total() > 25
    assert {page: (times, read[page]) for page, times in story.shown.items() if read[page] < times} == {}
    assert {user for user, _ in read} == {user for user, _ in story.shown}, "somebody else has read it"
    verdict = chain.verify()
    assert verdict.is_intact, verdict.wrong


# Its figures, a month later.

COUNTED = (
    "contacts",
    "decision-in-one-working-day",
    "feedback-in-one-working-day",
    "referral-quality",
    "information-requests-in-time",
)


@pytest.fixture
def months(front_line, threshold):
    """One contact of long ago, since when the front door keeps records, and one of the last whole month."""
    take(front_line, timezone.make_aware(datetime.combine(LONG_AGO, time(9))), Given(decided=1, told=1))
    take(front_line, at(2), Given(decided=1, told=1, quality=1))


@pytest.fixture
def figures(work, monkeypatch):
    """A function that publishes what the front door recorded, and gives the figures of the last month."""
    for module in (jobs, dataset):
        monkeypatch.setattr(module, "INDICATORS", {key: INDICATORS[key] for key in COUNTED})

    def publish() -> dict[str, tuple[float, float]]:
        own.publish(by=BY)
        work()
        rows = Figure.objects.filter(
            snapshot=LoadedSnapshot.objects.current(), every="month", breakdown="", last_on=LAST
        )
        return {row.indicator: (row.numerator or 0, row.denominator or 0) for row in rows}

    return publish


def moved(before, after) -> dict[str, tuple[float, float]]:
    """By how much numerator and denominator of each figure moved."""
    return {key: tuple(new - old for new, old in zip(after[key], before[key], strict=True)) for key in after}


def move_into_the_last_month(story: Story) -> None:
    """Let all of it have happened some weeks ago, on the same day of the week, in the last whole month.

    Agencies had a day to answer, as a partnership sets it that rates a contact amber.
    """
    back = timedelta(weeks=timezone.localdate().day // 7 + 1)
    with system_actor("the tests"):
        contact = Contact.objects.get(pk=story.path.split("/")[2])
        of_it = {"dossier": contact.dossier_id}
        Contact.objects.filter(**of_it).update(
            received_at=F("received_at") - back,
            told_at=F("told_at") - back,
            decided_at=F("decided_at") - back,
        )
        Decision.objects.filter(**of_it).update(at=F("at") - back)
        asked = [str(key) for key in Request.objects.filter(**of_it).values_list("pk", flat=True)]
        Request.objects.filter(**of_it).update(
            asked_at=F("asked_at") - back, answered_at=F("answered_at") - back
        )
    ClockRun.objects.filter(subject_key__in=asked).update(due_at=F("started_at") - back + timedelta(days=1))
