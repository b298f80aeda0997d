"""One invented child, seen by seven people: each sees what is theirs, and every look is on record.

A school raises a contact; the hub rates it, names the child, adds what is closely held, lets others in,
restricts it, decides it, tells the school and closes it. Once with the mouse, with everybody who may see
something of it or nothing; once by keyboard alone, and once without JavaScript.
"""

from dataclasses import dataclass, field

import pytest
from typer.testing import CliRunner

from sightline.config.cli.audit import app
from sightline.core.models import AuditEvent
from sightline.frontline.referral.pages.refer import views
from tests.journeys.visitors import ByKeyboard, ByMouse, WithoutJavaScript, ways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PROTECT = "Protect or support a child"
TOLD = "Amira came without lunch and was afraid to go home"
WISHES = "I want to sleep at Nan’s"
KNOWN = "Two calls to the old address in May"
HIDDEN = "Room 5, Fernside House"
NEVER = "Her father and his brothers"
OUTCOME = "A family worker visits her grandmother today"
AMBER = "Amber: A child may be at risk of harm, and is not in danger today. No limit is set for it"

SECTIONS = {
    "who": "Amira Okafor",
    "told": TOLD,
    "wishes": WISHES,
    "person": "Amira CANARY-person",
    "intelligence": KNOWN,
    "address": HIDDEN,
    "outcome": OUTCOME,
}
"""What there is to see of the child, each by a text that stands nowhere else."""
RECEIPT = {"who", "told", "wishes"}
PART = RECEIPT | {"person"}
WHOLE = PART | {"intelligence", "address"}
TELL_TALE = ("olice intelligence", "rotected address", "Who looked", "Allocate", "Close it")
"""Words that would tell whoever may not see a section that it is there."""


@dataclass
class Story:
    """The people of the front line at their browsers, and where the contact is that they talk about."""

    visit: object
    kind: type[ByMouse]
    screenshot: object
    path: str = ""
    reference: str = ""
    windows: dict = field(default_factory=dict)
    purposes: dict = field(default_factory=dict)

    def of(self, user, path: str = "") -> ByMouse:
        """Somebody's window, at a page; who opens a page about people for the first time says what for."""
        if user.pk not in self.windows:
            self.windows[user.pk] = self.visit(self.kind, user)
        window = self.windows[user.pk]
        window.go(path or self.path)
        if window.page.url.partition("?")[0].endswith("/trust/purpose/"):
            window.tick(self.purposes.get(user.pk, PROTECT))
            window.press("Continue")
        return window

    def picture(self, user, name: str) -> set[str]:
        """Which sections somebody sees on the contact's page; none where it is not there for them."""
        window = self.of(user)
        self.screenshot(window.page, f"one-child-{name}")
        if window.page.title().startswith("Page not found"):
            return set()
        html = window.page.content()
        return {section for section, text in SECTIONS.items() if text in html}


@pytest.fixture
def story(visit, screenshot, threshold, monkeypatch):
    """A function that begins the story, played in one way."""
    monkeypatch.setattr(views, "LEAST_SECONDS", 0)
    return lambda kind: Story(visit, kind, screenshot)


def raise_it(story: Story, front_line) -> None:
    """The school says what worries it; what it leaves out is asked for, and what it typed is kept."""
    school = story.of(front_line.designated_lead, "/referral/")
    school.follow("Make a referral")
    school.tick("No")
    school.press("Start")
    school.press("Continue")
    school.sees_problem("What happened?", "Write what happened")
    school.fill("What happened?", TOLD)
    school.press("Continue")
    school.fill("Given names", "Amira")
    school.fill("Family name", "Okafor")
    school.press("Continue")
    school.press("Continue")
    school.fill("What does the child say?", WISHES)
    school.press("Continue")
    school.sees("You wrote a few words. Can you say more?")
    for _ in range(4):
        school.press("Continue")
    school.press("Send it")
    school.sees("was sent to Front door hub")
    school.sees_heading("Amira Okafor")
    story.path = school.page.url.removeprefix(school.home)
    story.reference = school.page.title().split()[1]


def work_on_it(story: Story, front_line, people) -> None:
    """The hub's manager finds it on the worklist, rates and allocates it, names the child; its worker adds to
    it."""
    manager = story.of(front_line.hub_manager, "/referral/")
    manager.go("/worklist/?scope=team")
    manager.follow(f"Screen contact {story.reference}")
    manager.tick(AMBER)
    manager.fill("Why", "Hungry and afraid; not in danger today")
    manager.press("Rate it")
    manager.follow("Allocate it")
    manager.tick("Hu Worker")
    manager.press("Allocate it")
    manager.sees("Hu Worker answers for it")
    manager.follow("Say who Amira Okafor is")
    manager.fill("Name or reference", "canary-person")
    manager.press("Find")
    manager.tick(f"Amira CANARY-person, date of birth not known, {people.dossier.reference}")
    manager.tick("The child that it is about")
    manager.press("Name them")
    worker = story.of(front_line.hub_worker, "/referral/")
    worker.go("/worklist/")
    worker.follow(f"See contact {story.reference}")
    worker.follow("Add police intelligence")
    worker.fill("Police intelligence", KNOWN)
    worker.press("Add it")
    worker.follow("Protect an address")
    worker.fill("Address", HIDDEN)
    worker.press("Protect it")
    worker.sees_problem("Who must never learn it", "Enter who must never learn it")
    worker.fill("Who must never learn it", NEVER)
    worker.press("Protect it")
    worker.sees(f"Never tell: {NEVER}")


def let_in(story: Story, front_line, holder: str, level: str) -> None:
    """The manager lets somebody see it, up to a level."""
    manager = story.of(front_line.hub_manager)
    manager.follow("Let somebody see it")
    manager.choose("Who", holder)
    manager.tick(level)
    manager.fill("Why", "They know the family")
    manager.press("Let them see it")
    manager.sees("They see it from now on")


def close_it(story: Story, front_line) -> None:
    """The manager decides, tells the school and closes it; the school reads it, and nothing can be added."""
    manager = story.of(front_line.hub_manager)
    manager.follow("Decide")
    manager.tick("2: Early help")
    manager.tick("No further action, with advice")
    manager.tick("The need is below the level asked for")
    manager.fill("Why?", "Her grandmother looks after her")
    manager.press("Decide")
    manager.follow("Tell the referrer")
    manager.fill("What was decided, and why", OUTCOME)
    manager.fill("What is offered instead", "Breakfast at school")
    manager.press("See what they will read")
    manager.press("Tell the referrer")
    manager.follow("Close it")
    manager.press("Close it")
    manager.sees("The contact was closed")
    school = story.of(front_line.designated_lead)
    school.sees(OUTCOME)
    assert "Name a person" not in story.of(front_line.hub_worker).page.content()


@ways(ByKeyboard, WithoutJavaScript)
def test_a_contact_from_a_school_to_its_outcome(kind, story, front_line, people):
    told = story(kind)
    raise_it(told, front_line)
    work_on_it(told, front_line, people)
    close_it(told, front_line)
    verified()


def test_seven_people_see_seven_pictures_of_one_child(story, front_line, people, cast, colleague):
    told = story(ByMouse)
    raise_it(told, front_line)
    assert told.picture(front_line.designated_lead, "school") == RECEIPT
    for stranger in (front_line.health, front_line.police_unit, front_line.designated_officer):
        assert told.picture(stranger, "nobody") == set()
    work_on_it(told, front_line, people)
    assert told.picture(front_line.hub_worker, "hub-worker") == WHOLE
    assert told.picture(colleague, "colleague") == WHOLE

    let_in(told, front_line, "Hea Lth (Addiscombe Vale health): all of it", CONTRIBUTORS)
    assert told.picture(front_line.health, "health") == PART
    assert told.picture(front_line.police_unit, "police-before") == set()
    let_in(told, front_line, "Po Unit (Addiscombe Vale police): all of it", ALL)
    assert told.picture(front_line.police_unit, "police-after") == WHOLE

    restrict(told, front_line)
    assert told.picture(front_line.hub_manager, "hub-manager") == WHOLE
    told.of(front_line.hub_manager).sees("Restricted record")
    told.of(front_line.hub_manager).does_not_see("Front door hub (team): their team holds it")
    assert told.picture(front_line.hub_worker, "hub-worker-restricted") == WHOLE, "it is allocated to her"
    assert told.picture(colleague, "colleague-restricted") == set(), "a team does not count any more"

    assert told.picture(front_line.designated_officer, "allegations-officer") == set()
    assert told.picture(cast.board_manager, "board-manager") == set()
    assert told.of(cast.board_manager, "/referral/").page.title().startswith("Page not found")
    close_it(told, front_line)
    assert told.picture(front_line.designated_lead, "school-outcome") == RECEIPT | {"outcome"}
    nothing_tells(told, front_line)
    who_looked(told, front_line, colleague)
    verified()


CONTRIBUTORS = "What those see who contribute to it"
ALL = "All of it, with what is closely held"


@pytest.fixture
def colleague(front_line):
    """Another worker of the hub, who does not answer for the contact."""
    from sightline.core.models import RoleAssignment, TeamMember, User

    other = User.objects.get(pk=front_line.hub_worker.pk)
    other.pk, other.email, other.name = None, "col.league@addiscombe-vale.example", "Col League"
    other.save()
    since = TeamMember.objects.filter(user=front_line.hub_worker).get().from_on
    RoleAssignment.objects.create(user=other, role="hub-worker", from_on=since)
    TeamMember.objects.create(team=front_line.hub, user=other, from_on=since)
    return other


def restrict(story: Story, front_line) -> None:
    """The manager restricts it to those who are named."""
    manager = story.of(front_line.hub_manager)
    manager.follow("Restrict or seal it")
    manager.sees("Hu Worker")
    manager.tick("Restricted: only people who are named")
    manager.fill("Why", "Somebody who works in the hub lives next door")
    manager.press("Save")


def nothing_tells(story: Story, front_line) -> None:
    """The school and health find no trace of the sections that are not theirs."""
    for user in (front_line.designated_lead, front_line.health):
        page = story.of(user).page.content()
        assert [word for word in TELL_TALE if word in page] == [], user


def who_looked(story: Story, front_line, colleague) -> None:
    """Governance finds everybody who looked, and nothing of what they saw."""
    story.purposes[front_line.governance.pk] = "Check the quality of practice"
    assert story.picture(front_line.governance, "governance-contact") == set()
    governance = story.of(front_line.governance, "/trust/governance/")
    governance.fill("Reference of the record", story.reference)
    governance.press("Show who looked")
    story.screenshot(governance.page, "one-child-governance")
    page = governance.page.content()
    lookers = (front_line.designated_lead, front_line.hub_worker, front_line.hub_manager)
    for user in (*lookers, front_line.health, front_line.police_unit, colleague):
        looks = AuditEvent.objects.filter(action="view:referral:contact", actor=user)
        assert looks, f"{user.name} has looked, and it is in no event"
        assert user.name in page
    assert [text for text in SECTIONS.values() if text in page] == []
    for user in (front_line.designated_officer, front_line.governance):
        assert not AuditEvent.objects.filter(action="view:referral:contact", actor=user)


def verified() -> None:
    """Every look and every deed is in the chain, and nobody has touched it."""
    found = CliRunner().invoke(app, ["verify"])
    assert found.exit_code == 0, found.output
    assert AuditEvent.objects.filter(action="view:referral:contact").count() > 5
