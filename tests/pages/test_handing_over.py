"""Handing over what was decided: the receiver accepts or sends back, and somebody holds it all the while."""

import pytest
from django.utils import timezone

from sightline.core.audit import System
from sightline.core.command import NotDone, Refused
from sightline.core.models import RoleAssignment, Team, TeamMember
from sightline.core.trust.actor import system_actor, unguarded
from sightline.core.trust.models import Dossier
from sightline.frontline.referral import commands, deciding, handing_over
from sightline.frontline.referral.models import Contact, HandOver
from tests.invented_contacts import decide, tell
from tests.invented_people import looking
from tests.pages.test_gathering import at_work, text_of, waits_for  # noqa: F401

BY = System("the tests")


@pytest.fixture
def assessment(cast, front_line):
    """A team of the council's social care, with one social worker in it: who answers for nothing else."""
    since = timezone.localdate()
    team = Team.objects.create(name="Assessment team", agency=front_line.hub.agency)
    worker = cast.stranger
    worker.agency = front_line.hub.agency
    worker.save()
    RoleAssignment.objects.create(user=worker, role="social-worker", from_on=since)
    TeamMember.objects.create(team=team, user=worker, from_on=since)
    return team


@pytest.fixture
def decided(contact, threshold):
    """A contact that leads to an assessment."""
    with system_actor("the tests"):
        decide(contact, "assessment")
    return contact


def offer(contact, team, words="See them this week") -> HandOver:
    with system_actor("the tests"):
        return handing_over.hand_over(contact, to_team=team, words=words, by=BY)


def test_a_contact_is_offered_accepted_and_closed(decided, assessment, cast, front_line, at_work):  # noqa: F811
    manager, receiver = at_work(front_line.hub_manager), at_work(cast.stranger)
    reference = decided.dossier.reference
    assert f"Hand over contact {reference}" in waits_for(front_line.hub_manager)
    address = f"/referral/{decided.pk}/handing-over/"
    assert "Choose the team that takes it over" in manager.post(address, {"words": "?"}).content.decode()
    given = {"to_team": assessment.pk, "words": "See them this week"}
    said = manager.post(address, given, follow=True).content.decode()
    assert "Your team holds it until they accept" in said
    assert f"Hand over contact {reference}" not in waits_for(front_line.hub_manager)
    assert f"Accept or send back contact {reference}" in waits_for(cast.stranger)
    assert f"Accept or send back contact {reference}" not in waits_for(front_line.hub_manager)
    offered = key_of(decided)
    page = text_of(receiver, f"/referral/offered/{offered}/")
    assert "See them this week" in page
    assert "CANARY-referral" in page
    assert (
        "You accepted it"
        in receiver.post(
            f"/referral/offered/{offered}/", {"reply": "accept", "words": "Visit on Monday"}, follow=True
        ).content.decode()
    )
    assert "Visit on Monday" in text_of(manager, f"/referral/{decided.pk}/")
    with system_actor("the tests"):
        tell(decided)
        commands.close_contact(decided, by=BY)
    assert receiver.get(f"/referral/{decided.pk}/").status_code == 200, "who took it over sees it no more"


def key_of(contact):
    with unguarded("the tests"):
        return HandOver.objects.get(dossier=contact.dossier_id, state="offered").pk


def test_it_is_sent_back_with_a_reason_and_the_manager_decides_anew(
    decided,
    assessment,
    cast,
    front_line,
    at_work,  # noqa: F811
):
    offered = offer(decided, assessment)
    receiver, address = at_work(cast.stranger), f"/referral/offered/{offered.pk}/"
    silent = receiver.post(address, {"reply": "send-back"}).content.decode()
    assert "Write why it is sent back" in silent
    said = receiver.post(address, {"reply": "send-back", "words": "They live in Oakham"}, follow=True)
    assert "It was sent back" in said.content.decode()
    assert receiver.get(f"/referral/{decided.pk}/").status_code == 404
    again = f"Decide anew on contact {decided.dossier.reference}"
    assert again in waits_for(front_line.hub_manager)
    manager = at_work(front_line.hub_manager)
    assert "They live in Oakham" in text_of(manager, f"/referral/{decided.pk}/")
    assert (
        "taken up once more"
        in manager.post(f"/referral/{decided.pk}/reopening/", follow=True).content.decode()
    )
    assert again not in waits_for(front_line.hub_manager)
    with system_actor("the tests"):
        deciding.decide(decided, outcome="early-help", level=2, reasons="A plan is enough", by=BY)
    assert f"Hand over contact {decided.dossier.reference}" in waits_for(front_line.hub_manager)


def test_two_answer_and_the_second_is_told_who_was_first(decided, assessment, cast, at_work):  # noqa: F811
    address = f"/referral/offered/{offer(decided, assessment).pk}/"
    receiver = at_work(cast.stranger)
    receiver.post(address, {"reply": "accept"})
    late = receiver.post(address, {"reply": "send-back", "words": "Typed meanwhile"}).content.decode()
    assert "This was accepted meanwhile by Stran Ger" in late
    assert "Typed meanwhile" in late


def test_nobody_answers_for_another_team(decided, assessment, front_line, at_work):  # noqa: F811
    offered = offer(decided, assessment)
    address = f"/referral/offered/{offered.pk}/"
    assert at_work(front_line.hub_manager).get(address).status_code == 404
    with looking(front_line.hub_manager), pytest.raises(NotDone, match="Only the team"):
        handing_over.accept(offered, by=front_line.hub_manager)
    with looking(front_line.designated_lead), pytest.raises(Refused):
        handing_over.accept(offered, by=front_line.designated_lead)


def test_of_another_authority_the_hub_notes_the_answer(contact, threshold, front_line, at_work):  # noqa: F811
    with system_actor("the tests"):
        decide(contact, "other-authority")
    manager, address = at_work(front_line.hub_manager), f"/referral/{contact.pk}/handing-over/"
    assert "Name the authority" in manager.post(address, {"words": "?"}).content.decode()
    manager.post(address, {"authority": "Oakham", "words": "They moved on Friday"})
    reply = f"/referral/offered/{key_of(contact)}/"
    assert "Note what the authority answered" in text_of(at_work(front_line.hub_worker), reply)
    at_work(front_line.hub_worker).post(reply, {"reply": "accept", "words": "Taken by Ms Example"})
    page = text_of(manager, f"/referral/{contact.pk}/")
    assert "Oakham" in page
    assert "Taken by Ms Example" in page


@pytest.mark.parametrize("outcome", ["early-help", "assessment", "strategy-discussion", "open-case"])
def test_nothing_is_closed_before_somebody_has_accepted_it(outcome, contact, assessment, threshold):
    with system_actor("the tests"):
        decide(contact, outcome)
        tell(contact)
        for _ in range(2):
            with pytest.raises(NotDone, match="Nobody has accepted it yet"):
                commands.close_contact(contact, by=BY)
            offered = HandOver.objects.filter(state="offered").first()
            offered = offered or handing_over.hand_over(contact, to_team=assessment, words="Please", by=BY)
        handing_over.accept(offered, by=BY)
        commands.close_contact(contact, by=BY)


def test_what_was_accepted_for_a_decision_before_counts_no_more(decided, assessment):
    with system_actor("the tests"):
        handing_over.accept(offer(decided, assessment), by=BY)
        deciding.reopen(decided, by=BY)
        decide(decided, "early-help")
        tell(decided)
        with pytest.raises(NotDone, match="Nobody has accepted it yet"):
            commands.close_contact(decided, by=BY)


def test_no_further_action_is_handed_to_nobody(contact, assessment, threshold, front_line):
    with system_actor("the tests"):
        decide(contact)
    with pytest.raises(NotDone, match="nothing to hand over"):
        offer(contact, assessment)
    assert not [said for said in waits_for(front_line.hub_manager) if said.startswith("Hand over")]


def test_it_is_offered_only_where_somebody_can_accept_it(decided, front_line, assessment):
    empty = Team.objects.create(name="Nobody yet", agency=front_line.hub.agency)
    with pytest.raises(NotDone, match="cannot see this record"):
        offer(decided, empty)
    with pytest.raises(NotDone, match="Your own team holds it"):
        offer(decided, front_line.hub)
    with unguarded("the tests"):
        Dossier.objects.filter(pk=decided.dossier_id).update(restriction="restricted")
    with pytest.raises(NotDone, match="closed off"):
        offer(decided, assessment)


def test_it_is_not_decided_anew_while_it_is_on_offer(decided, assessment):
    offer(decided, assessment)
    with system_actor("the tests"), pytest.raises(NotDone, match="Assessment team has it on offer"):
        deciding.reopen(decided, by=BY)
    with pytest.raises(NotDone, match="offered already"):
        offer(decided, assessment)


def test_the_sender_holds_it_until_and_after_it_is_accepted(decided, assessment, front_line):
    """The work passes; the contact stays the hub's, which still tells its referrer and closes it."""
    offered = offer(decided, assessment)
    for _ in ("offered", "accepted"):
        with looking(front_line.hub_manager):
            assert Contact.objects.get().dossier.owner_team == front_line.hub
        with system_actor("the tests"):
            if offered.state == "offered":
                handing_over.accept(offered, by=BY)
