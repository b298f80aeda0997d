"""A contact decided at a browser: police asked, the manager decides, the school told, a team takes it over.

Once with the mouse, looked at by axe on a telephone and on a desktop; once without JavaScript.
"""

import pytest
from django.utils import timezone

from sightline.core.models import RoleAssignment, Team, TeamMember
from sightline.core.trust.actor import system_actor
from tests.invented_contacts import screen
from tests.journeys.browser import DESKTOP, PHONE
from tests.journeys.visitors import ByMouse, WithoutJavaScript, ways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PROTECT = "Protect or support a child"
NAMED = "Addiscombe Vale police: Po Unit"
REASON = "He was seen at the house twice, and she says that she is afraid of him."


@pytest.fixture
def looked_at(axe_violations, screenshot):
    """A function that looks at the page that is open, on a telephone and on a desktop, where scripts run."""

    def look(visitor, name: str) -> None:
        if not visitor.javascript:
            return
        for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
            visitor.page.set_viewport_size(size)
            screenshot(visitor.page, f"deciding-{name}-{width}")
            assert axe_violations(visitor.page) == [], (name, width)
            fits = visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert fits, f"{name} scrolls sideways on a {width}"

    return look


@pytest.fixture
def receiver(cast, front_line):
    """A social worker of the assessment team."""
    since = timezone.localdate()
    team = Team.objects.create(name="Assessment team", agency=front_line.hub.agency)
    RoleAssignment.objects.create(user=cast.stranger, role="social-worker", from_on=since)
    TeamMember.objects.create(team=team, user=cast.stranger, from_on=since)
    return cast.stranger


@ways(ByMouse, WithoutJavaScript)
def test_a_contact_is_decided(kind, contact, threshold, front_line, receiver, visit, looked_at):
    with system_actor("the tests"):
        screen(contact)

    def at(user, path=f"/referral/{contact.pk}/"):
        window = visit(kind, user)
        window.go(path)
        if "/trust/purpose/" in window.page.url:
            window.tick(PROTECT)
            window.press("Continue")
        return window

    hub = at(front_line.hub_worker)
    hub.follow("Ask agencies")
    looked_at(hub, "ask")
    hub.tick(NAMED)
    hub.fill("What do you want to know?", "Who has been called to the house since May?")
    hub.press("Send for checks")
    hub.sees("Sent to Addiscombe Vale police for checks")
    hub.go("/referral/asked/")
    hub.sees("Addiscombe Vale police: 1 waiting")
    looked_at(hub, "asked")

    police = at(front_line.police_unit, "/referral/")
    police.go("/worklist/")
    police.follow(f"Answer what is asked about contact {contact.dossier.reference}")
    looked_at(police, "answer")
    police.fill("What does your agency know?", "Two calls, on 3 and 9 May: the father was at the house.")
    police.tick("No", within="May the family be told this?")
    police.press("Send to the front door")
    police.sees("Your answer was sent to the front door")
    looked_at(police, "answered")

    manager = at(front_line.hub_manager)
    looked_at(manager, "contact")
    manager.follow("Decide")
    manager.sees("the father was at the house")
    looked_at(manager, "decide")
    manager.tick("3: Complex: several agencies")
    manager.tick("No further action, with advice")
    manager.sees("Why is it not accepted?")
    manager.press("Decide")
    manager.sees_problem("Why?", "Write why")
    looked_at(manager, "decide-wrong")
    manager.tick("Assessment by social care")
    manager.fill("Why?", REASON)
    manager.press("Decide")
    manager.sees("Decided: Assessment by social care")
    looked_at(manager, "decided")

    manager.follow("Tell the referrer")
    looked_at(manager, "tell")
    manager.fill("What was decided, and why", "A social worker visits the family this week.")
    manager.press("See what they will read")
    manager.sees_heading("Check what they will read")
    looked_at(manager, "preview")
    manager.press("Tell the referrer")
    manager.sees("The referrer was told")
    school = at(front_line.designated_lead)
    school.sees("A social worker visits the family this week.")
    school.does_not_see(REASON)
    looked_at(school, "receipt")

    manager.follow("Hand it over")
    looked_at(manager, "offer")
    manager.choose("Which team takes it over?", "Assessment team")
    manager.fill("What do you ask them to do?", "See the child at school before anybody calls at home.")
    manager.press("Offer it")
    manager.sees("Your team holds it until they accept")
    team = at(receiver, f"/referral/{contact.pk}/")
    team.follow("Accept it or send it back")
    looked_at(team, "reply")
    team.tick("Accept it")
    team.press("Send your answer")
    team.sees("You accepted it")
    looked_at(team, "taken-over")
