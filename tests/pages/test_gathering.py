"""What agencies are asked of a child: by whom, by when, who sees what, and what waits for an answer."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from sightline.core import worklist
from sightline.core.audit import System
from sightline.core.command import NotDone, Refused
from sightline.core.models import ClockRun, Team, TeamMember
from sightline.core.process import as_reader
from sightline.core.trust import dossiers
from sightline.core.trust.actor import system_actor, unguarded
from sightline.core.trust.models import Dossier, Grant
from sightline.core.worklist import Asked, Scope
from sightline.frontline.referral import deciding, gathering
from sightline.frontline.referral.models import Answer, Contact, Question, Request
from tests.invented_contacts import decide, screen, thresholds_in_force
from tests.invented_people import looking

BY = System("the tests")


@pytest.fixture
def at_work(signed_in):
    """A function that gives the browser of somebody whose session is for protecting a child."""

    def open_browser(user):
        client = signed_in(user)
        client.post("/trust/purpose/", {"purpose": "protect"})
        return client

    return open_browser


@pytest.fixture
def screened(contact):
    """A contact that the hub has looked at, and rated amber."""
    with system_actor("the tests"):
        screen(contact)
    return contact


def ask(contact, of, question="What do you know of this family?", by=BY) -> Request:
    with system_actor("the tests"):
        return gathering.ask(contact, agency=of.agency, of=of, question=question, by=by)


def text_of(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def waits_for(user) -> list[str]:
    """What the worklist says to somebody of their own work and of their team's."""
    with as_reader(user), looking(user):
        rows = [row for scope in (Scope.MINE, Scope.TEAM) for row in worklist.page(user, Asked(scope), 0, 50)]
        return [f"{row.work.doing.verb} {row.about}" for row in rows]


# Asking


def test_two_agencies_are_asked_with_one_button(screened, front_line, at_work):
    hub = at_work(front_line.hub_worker)
    address = f"/referral/{screened.pk}/asking/"
    assert "Addiscombe Vale police: Po Unit" in text_of(hub, address)
    assert "Hu Manager" not in text_of(hub, address).partition("<main")[2], "one's own agency was offered"
    of = [f"user-{front_line.police_unit.pk}", f"user-{front_line.health.pk}"]
    page = hub.post(address, {"of": of, "question": "Who lives there?"}, follow=True).content.decode()
    assert "Sent to Addiscombe Vale health and Addiscombe Vale police for checks" in page
    with looking(front_line.hub_worker):
        assert Contact.objects.get().state == "gathering"
        assert {one.agency.code for one in Request.objects.all()} == {"avpol", "avicb"}


def test_of_several_agencies_all_are_asked_or_none(screened, front_line, cast):
    several = [front_line.police_unit, cast.other_agency_lead]
    with system_actor("the tests"), pytest.raises(NotDone, match="cannot see this record"):
        gathering.ask_all(screened, of=several, question="Who lives there?", by=BY)
    with looking(front_line.hub_worker):
        assert not Request.objects.exists()


def test_nobody_is_asked_before_the_screening(contact, front_line):
    with system_actor("the tests"), pytest.raises(NotDone, match="Screen it first"):
        ask(contact, front_line.police_unit)


@pytest.mark.parametrize(("rating", "hours"), [("red", 4), ("amber", 24), ("green", 72), ("blue", None)])
def test_the_rating_says_by_when_and_the_clock_counts_from_the_asking(contact, front_line, rating, hours):
    with system_actor("the tests"):
        screen(contact, rating)
    request = ask(contact, front_line.police_unit)
    runs = ClockRun.objects.running().filter(subject_kind="referral_request", subject_key=str(request.pk))
    assert [run.clock for run in runs] == ([f"mash-response-{rating}"] if hours else [])
    for run in runs:
        assert abs(run.started_at - request.asked_at) < timedelta(seconds=5)


def test_an_agency_is_asked_again_once_it_has_answered(screened, front_line):
    first = ask(screened, front_line.police_unit)
    with pytest.raises(NotDone, match="was asked already"):
        ask(screened, front_line.police_unit)
    with system_actor("the tests"):
        gathering.answer(first, text="Two calls in May", by=BY)
    ask(screened, front_line.police_unit, "And since June?")
    with looking(front_line.hub_worker):
        assert Request.objects.count() == 2


def test_what_is_rated_red_is_told_at_once_and_names_no_child(contact, front_line, work):
    with system_actor("the tests"):
        screen(contact, "red")
    ask(contact, front_line.police_unit)
    work()
    (letter,) = [one for one in mail.outbox if one.to == [front_line.police_unit.email]]
    assert contact.dossier.reference in letter.body
    assert "CANARY" not in letter.body
    assert "Amira" not in letter.body


def test_a_team_is_asked_by_name_where_the_record_is_closed_off(screened, front_line):
    team = Team.objects.create(name="Police safeguarding", agency=front_line.police_unit.agency)
    TeamMember.objects.create(team=team, user=front_line.police_unit, from_on=timezone.localdate())
    with unguarded("the tests"):
        Dossier.objects.filter(pk=screened.dossier_id).update(restriction="restricted")
    with pytest.raises(NotDone, match="closed off"):
        ask(screened, team)
    ask(screened, front_line.police_unit)


# Answering


def test_a_partner_sees_the_child_the_worry_and_its_own_question_alone(screened, front_line, at_work):
    request = ask(screened, front_line.police_unit, "CANARY-for-police")
    ask(screened, front_line.health, "CANARY-for-health")
    assert waits_for(front_line.police_unit) == [
        f"Answer what is asked about contact {screened.dossier.reference}"
    ]
    page = text_of(at_work(front_line.police_unit), f"/referral/asked/{request.pk}/")
    assert "Amira" in page
    assert "CANARY-referral" in page
    assert "CANARY-for-police" in page
    assert "CANARY-for-health" not in page
    contact = text_of(at_work(front_line.police_unit), f"/referral/{screened.pk}/")
    assert "CANARY-for-police" in contact
    assert "CANARY-for-health" not in contact
    assert "Addiscombe Vale health" not in contact, "it tells who else was asked"
    assert at_work(front_line.health).get(f"/referral/asked/{request.pk}/").status_code == 404


def test_an_answer_is_sent_once_and_only_those_who_decide_see_it(screened, front_line, at_work):
    request = ask(screened, front_line.police_unit)
    address = f"/referral/asked/{request.pk}/"
    police = at_work(front_line.police_unit)
    empty = police.post(address, {"may_be_shared": "no"}).content.decode()
    assert "Write what your agency knows, or say that it knows nothing" in empty
    given = {"text": "CANARY-answer", "may_be_shared": "no"}
    sent = police.post(address, given, follow=True).content.decode()
    assert "Your answer was sent to the front door" in sent
    assert "was sent" in text_of(police, address)
    again = police.post(address, {**given, "text": "Once more"}).content.decode()
    assert "Po Unit answered this meanwhile" in again
    assert "Once more" in again, "what was typed is gone"
    for client in (police, at_work(front_line.designated_lead)):
        assert "CANARY-answer" not in text_of(client, f"/referral/{screened.pk}/")
    assert "CANARY-answer" in text_of(at_work(front_line.hub_worker), f"/referral/{screened.pk}/")
    with looking(front_line.hub_worker):
        assert Answer.objects.count() == 1
    runs = ClockRun.objects.running().filter(subject_key=str(request.pk))
    assert not runs.exists()


def test_that_nothing_is_known_is_an_answer(screened, front_line, at_work):
    request = ask(screened, front_line.health)
    health = at_work(front_line.health)
    health.post(f"/referral/asked/{request.pk}/", {"is_nothing_known": "on", "may_be_shared": "yes"})
    page = text_of(at_work(front_line.hub_worker), f"/referral/{screened.pk}/")
    assert "Nothing is known of them there" in page


@pytest.mark.parametrize("how", ["withdrawn", "decided"])
def test_who_answers_too_late_keeps_their_words_and_sees_the_contact_no_more(
    how, screened, front_line, at_work
):
    request = ask(screened, front_line.police_unit)
    address = f"/referral/asked/{request.pk}/"
    police = at_work(front_line.police_unit)
    assert police.get(address).status_code == 200
    with system_actor("the tests"):
        if how == "withdrawn":
            gathering.withdraw_request(request, by=BY)
        else:
            decide(screened)
    late = police.post(address, {"text": "Typed for an hour", "may_be_shared": "no"})
    page = late.content.decode()
    assert late.status_code == 200
    assert "Your answer was not sent" in page
    assert "Typed for an hour" in page
    assert "CANARY" not in page
    assert "Amira" not in page
    assert police.get(address).status_code == 404
    assert police.get(f"/referral/{screened.pk}/").status_code == 404


def test_nobody_else_learns_from_a_late_answer_that_somebody_was_asked(screened, front_line, at_work):
    request = ask(screened, front_line.police_unit)
    for other in (front_line.health, front_line.designated_officer):
        assert at_work(other).post(f"/referral/asked/{request.pk}/", {"text": "?"}).status_code == 404


def test_only_the_agency_that_was_asked_answers(screened, front_line):
    request = ask(screened, front_line.police_unit)
    with looking(front_line.hub_worker), pytest.raises(NotDone, match="Only Addiscombe Vale police"):
        gathering.answer(request, text="I know", by=front_line.hub_worker)
    with looking(front_line.health), pytest.raises(Refused):
        gathering.answer(request, text="I know", by=front_line.health)


@pytest.mark.parametrize("hours", [-1, 1])
def test_an_answer_is_neither_from_before_the_asking_nor_from_the_future(hours, screened, front_line):
    request = ask(screened, front_line.police_unit)
    at = timezone.now() + timedelta(hours=hours)
    with system_actor("the tests"), pytest.raises(NotDone):
        gathering.answer(request, text="I know", at=at, by=BY)


# Withdrawing, and what waits


def test_a_question_is_withdrawn_after_a_confirmation(screened, front_line, at_work):
    request = ask(screened, front_line.police_unit)
    hub = at_work(front_line.hub_worker)
    assert "no longer asked" in text_of(hub, f"/referral/asked/{request.pk}/withdrawal/")
    assert (
        "was withdrawn" in hub.post(f"/referral/asked/{request.pk}/withdrawal/", follow=True).content.decode()
    )
    with looking(front_line.police_unit):
        assert not Contact.objects.exists()
    assert waits_for(front_line.police_unit) == []


def test_withdrawing_one_question_leaves_another_agency_its_access(screened, front_line):
    police, health = ask(screened, front_line.police_unit), ask(screened, front_line.health)
    with system_actor("the tests"):
        gathering.withdraw_request(police, by=BY)
    with looking(front_line.health):
        assert Contact.objects.exists()
        assert Question.objects.filter(request=health.pk).exists()


def test_which_agency_keeps_how_many_waiting(screened, front_line, at_work):
    ask(screened, front_line.police_unit)
    ask(screened, front_line.health)
    page = text_of(at_work(front_line.hub_worker), "/referral/asked/")
    assert "Addiscombe Vale police: 1 waiting" in page
    assert "Addiscombe Vale health: 1 waiting" in page
    assert screened.dossier.reference in page


def test_nothing_waits_says_what_will_stand_there(front_line, at_work):
    assert "No agency keeps a question waiting" in text_of(at_work(front_line.hub_worker), "/referral/asked/")


def test_the_clock_of_the_server_goes_back_an_hour(screened, front_line, monkeypatch):
    """What was begun an hour ahead is ended all the same, and counts for nothing in between."""
    request = ask(screened, front_line.police_unit)
    back = timezone.now() - timedelta(hours=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: back)
    with system_actor("the tests"):
        gathering.withdraw_request(request, by=BY)
        thresholds_in_force()
        deciding.decide(screened, outcome="early-help", level=2, reasons="As told", by=BY)
    assert not ClockRun.objects.running().filter(subject_key=str(request.pk)).exists()
    monkeypatch.undo()
    of_request = Grant.objects.filter(dossier=screened.dossier_id, source="request")
    assert not of_request.live().exists()
    assert dossiers.holders(screened.dossier).exists()
