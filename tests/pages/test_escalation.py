"""A dispute about a decision: who raises it, who answers, when it goes higher, and how it ends."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sightline.core.audit import System
from sightline.core.command import NotDone, Refused
from sightline.core.models import Agency, AuditEvent, RoleAssignment, User
from sightline.core.trust import dossiers
from sightline.core.trust.actor import system_actor
from sightline.core.trust.models import Dossier
from sightline.core.worklist import Asked, Scope
from sightline.frontline.escalation import commands, sides
from sightline.frontline.escalation.counting import use_by_agency
from sightline.frontline.escalation.models import Escalation, Words, WorkersWords, readable
from sightline.frontline.escalation.panel import disputes_of
from sightline.frontline.referral.commands import close_contact
from sightline.frontline.referral.deciding import reopen
from tests.invented_contacts import tell
from tests.invented_escalations import (
    answered,
    clock_of,
    disputed,
    ended,
    run_in_time,
    run_late,
    taken_higher,
)
from tests.invented_people import looking
from tests.pages.test_access import at_work
from tests.pages.test_worklist import read


@pytest.fixture
def manager(front_line):
    """A manager of another team, who sees nothing of the record until they are named."""
    agency = Agency.objects.get(code="avcsc")
    user = User.objects.create(email="tea.manager@addiscombe-vale.example", name="Tea Manager", agency=agency)
    since = timezone.localdate() - timedelta(days=30)
    RoleAssignment.objects.create(user=user, role="team-manager", from_on=since)
    return user


@pytest.fixture
def referrer_s(contact, front_line):
    """A dispute of a referrer who has no account, as the page of their link raises it."""
    with system_actor("the tests"):
        tell(contact)
        return commands.raise_escalation(
            contact.dossier,
            disputed="CANARY-disputed",
            safety_meanwhile="",
            raised_as="A neighbour",
            by=System("a receipt"),
        )


def at_stage_3(dispute, front_line, manager):
    """Take a dispute of the school to the manager who is named."""
    answered(dispute, front_line.hub_worker)
    taken_higher(dispute, front_line.designated_lead)
    answered(dispute, front_line.hub_manager)
    taken_higher(dispute, front_line.designated_lead, to=manager)


def of(dispute):
    """The reference of the record that a dispute is in."""
    with system_actor("the tests"):
        return Dossier.objects.get(pk=dispute.dossier_id).reference


def of_team(user):
    """What the worklist says of the work of this person's team."""
    return read(user, Asked(Scope.TEAM))


def said_in(model, user):
    with looking(user):
        return [one.text for one in model.objects.visible_to(user)]


# Raised and answered


def test_a_school_disputes_a_decision_and_reads_the_hub_s_answer(escalation, front_line):
    answered(escalation, front_line.hub_worker, words="We looked at it again")
    with looking(front_line.designated_lead):
        (dispute,) = readable(front_line.designated_lead)
    assert (dispute.state, dispute.stage, dispute.raised_by_agency.code) == ("answered", 1, "avsch")
    said = said_in(Words, front_line.designated_lead)
    assert said == ["CANARY-disputed", "CANARY-safety", "We looked at it again"]


def test_it_says_what_is_disputed_and_what_keeps_the_child_safe(contact, front_line):
    lead = front_line.designated_lead
    with looking(lead):
        for words, field in (({"disputed": " "}, "disputed"), ({"safety_meanwhile": ""}, "safety_meanwhile")):
            given = {"disputed": "No", "safety_meanwhile": "School looks out", **words}
            with pytest.raises(NotDone) as refusal:
                commands.raise_escalation(contact.dossier, by=lead, **given)
            assert refusal.value.field == field
        assert not Escalation.objects.exists()


def test_only_one_dispute_is_open_at_a_time(escalation, front_line):
    with pytest.raises(NotDone, match="disputed already"):
        disputed(escalation.dossier, front_line.designated_lead)
    ended(escalation, front_line.designated_lead, is_upheld=False)
    assert disputed(escalation.dossier, front_line.designated_lead).state == "raised"


def test_who_sees_nothing_of_a_record_disputes_nothing_in_it(contact, front_line):
    with looking(front_line.health), pytest.raises(Refused):
        commands.raise_escalation(
            Dossier(pk=contact.dossier_id), disputed="No", safety_meanwhile="No", by=front_line.health
        )


def test_a_referrer_sees_nothing_of_a_dispute_among_workers(contact, front_line):
    dispute = disputed(contact.dossier, front_line.hub_worker)
    assert dispute.is_among_workers
    assert len(said_in(WorkersWords, front_line.hub_manager)) == 2
    with looking(front_line.designated_lead):
        assert not readable(front_line.designated_lead).exists()
        assert not said_in(WorkersWords, front_line.designated_lead)
    assert disputed(contact.dossier, front_line.designated_lead).stage == 1, "and may dispute it themselves"


def test_nobody_answers_their_own_dispute(contact, front_line):
    dispute = disputed(contact.dossier, front_line.hub_manager)
    with pytest.raises(NotDone, match="not yours to answer"):
        answered(dispute, front_line.hub_manager)
    answered(dispute, front_line.hub_worker)


def test_it_is_answered_once(escalation, front_line):
    answered(escalation, front_line.hub_worker)
    with pytest.raises(NotDone, match="moved on"):
        answered(escalation, front_line.hub_manager)


# Higher


def test_the_second_stage_is_a_manager_s(escalation, front_line):
    answered(escalation, front_line.hub_worker)
    taken_higher(escalation, front_line.designated_lead)
    assert (escalation.stage, escalation.state) == (2, "raised")
    with pytest.raises(NotDone, match="not yours to answer"):
        answered(escalation, front_line.hub_worker)
    answered(escalation, front_line.hub_manager)


def test_from_the_third_stage_a_named_manager_answers_and_sees_the_words(escalation, front_line, manager):
    with looking(manager):
        assert not readable(manager).exists()
    at_stage_3(escalation, front_line, manager)
    assert "CANARY-disputed" in said_in(Words, manager)
    assert read(manager) == [f"Answer the dispute in {of(escalation)}"]
    with pytest.raises(NotDone, match="not yours"):
        answered(escalation, front_line.hub_manager)
    ended(escalation, manager, is_upheld=True)
    assert said_in(Words, manager) == [], "named to answer, and no longer once it has ended"
    assert f"Decide again after the dispute in {of(escalation)}" in of_team(front_line.hub_manager)


def test_whoever_was_named_before_sees_it_no_longer(escalation, front_line, manager):
    at_stage_3(escalation, front_line, manager)
    answered(escalation, manager)
    taken_higher(escalation, front_line.designated_lead, to=front_line.hub_manager)
    assert said_in(Words, manager) == []
    answered(escalation, front_line.hub_manager)


def test_only_managers_whom_nothing_keeps_out_can_be_named(escalation, front_line, manager):
    answered(escalation, front_line.hub_worker)
    taken_higher(escalation, front_line.designated_lead)
    answered(escalation, front_line.hub_manager)
    with looking(front_line.designated_lead):
        assert list(sides.who_can_be_named(escalation)) == [front_line.hub_manager, manager]
    for to in (None, front_line.hub_worker):
        with pytest.raises(NotDone) as refusal:
            taken_higher(escalation, front_line.designated_lead, to=to)
        assert refusal.value.field == "to"
    with system_actor("the tests"):
        dossiers.exclude(escalation.dossier, manager, "related", by=System("the tests"))
    with pytest.raises(NotDone, match="cannot answer"):
        taken_higher(escalation, front_line.designated_lead, to=manager)


def test_nobody_is_let_into_a_sealed_record_by_way_of_a_dispute(escalation, front_line, manager):
    with system_actor("the tests"):
        Dossier.objects.filter(pk=escalation.dossier_id).update(restriction="sealed")
        escalation.dossier.refresh_from_db()
        assert list(sides.who_can_be_named(escalation)) == []
        dossiers.give(escalation.dossier, manager, 4, dossiers.Source.INVITATION, by=System("the tests"))
        assert list(sides.who_can_be_named(escalation)) == [manager]


def test_silence_past_the_limit_is_a_breach_and_takes_it_higher_without_a_word(escalation, front_line):
    run_in_time(escalation)
    with pytest.raises(NotDone, match="has not passed"):
        taken_higher(escalation, front_line.designated_lead, words="")
    run_late(escalation)
    assert read(front_line.designated_lead) == [f"Take higher the dispute in {of(escalation)}"]
    taken_higher(escalation, front_line.designated_lead, words="")
    assert escalation.stage == 2


def test_each_stage_has_a_clock_of_its_own(escalation, front_line):
    first = clock_of(escalation).get()
    answered(escalation, front_line.hub_worker)
    assert clock_of(escalation).get() == first, "an answer settles nothing yet"
    taken_higher(escalation, front_line.designated_lead)
    second = clock_of(escalation).get()
    first.refresh_from_db()
    assert second != first
    assert first.stopped_at is not None
    ended(escalation, front_line.hub_manager, is_upheld=True)
    assert not clock_of(escalation).exists()


def test_an_answer_is_taken_higher_with_a_reason(escalation, front_line):
    answered(escalation, front_line.hub_worker)
    with pytest.raises(NotDone, match="not enough"):
        taken_higher(escalation, front_line.designated_lead, words=" ")
    with pytest.raises(NotDone, match="Only whoever raised it"):
        taken_higher(escalation, front_line.hub_manager)


def test_after_the_fifth_stage_there_is_none(escalation, front_line, manager):
    at_stage_3(escalation, front_line, manager)
    for following in (4, 5):
        answered(escalation, manager)
        taken_higher(escalation, front_line.designated_lead, to=manager)
        assert escalation.stage == following
    answered(escalation, manager)
    with pytest.raises(NotDone, match="last stage"):
        taken_higher(escalation, front_line.designated_lead, to=manager)
    ended(escalation, manager, is_upheld=False)
    assert escalation.state == "closed"


# Ended


def test_an_upheld_dispute_asks_the_team_to_decide_again(escalation, front_line):
    ended(escalation, front_line.hub_worker, is_upheld=True, learning="CANARY-learning")
    assert (escalation.state, escalation.is_upheld, escalation.has_learning) == ("upheld", True, True)
    wanted = f"Decide again after the dispute in {of(escalation)}"
    assert wanted in of_team(front_line.hub_worker)
    with looking(front_line.hub_worker):
        commands.note_decided_again(escalation, by=front_line.hub_worker)
    assert escalation.state == "closed"
    assert wanted not in of_team(front_line.hub_worker)


def test_a_contact_stays_open_until_its_dispute_is_settled(escalation, contact, front_line):
    """Upheld, decided again and told: then nothing is left to note, and the contact can be closed."""
    by = System("the tests")
    with system_actor("the tests"), pytest.raises(NotDone, match="settle the dispute first"):
        close_contact(contact, by=by)
    ended(escalation, front_line.hub_worker, is_upheld=True)
    with system_actor("the tests"):
        with pytest.raises(NotDone, match="settle the dispute first"):
            close_contact(contact, by=by)
        reopen(contact, by=by)
        tell(contact)
        escalation.refresh_from_db()
        assert escalation.state == "closed"
        close_contact(contact, by=by)


def test_whoever_raised_it_can_be_content_and_cannot_uphold_it(escalation, front_line):
    answered(escalation, front_line.hub_worker)
    assert read(front_line.designated_lead) == [f"Read the answer in the dispute in {of(escalation)}"]
    with pytest.raises(NotDone, match="can uphold it"):
        ended(escalation, front_line.designated_lead, is_upheld=True)
    ended(escalation, front_line.designated_lead, is_upheld=False)
    assert (escalation.state, escalation.is_upheld) == ("closed", False)
    assert read(front_line.designated_lead) == []


def test_who_answers_does_not_let_it_rest_while_it_can_be_taken_higher(escalation, front_line):
    for before in (lambda: None, lambda: answered(escalation, front_line.hub_worker)):
        before()
        with pytest.raises(NotDone, match="leave whoever raised it the time"):
            ended(escalation, front_line.hub_manager, is_upheld=False)
    run_late(escalation)
    ended(escalation, front_line.hub_manager, is_upheld=False)
    assert escalation.state == "closed"


def test_a_third_person_does_not_end_it(escalation, front_line):
    with system_actor("the tests"):
        dossiers.give(escalation.dossier, front_line.health, 2, dossiers.Source.INVITATION, by=System("x"))
    with pytest.raises(NotDone, match="Only whoever raised it, or whoever answers it"):
        ended(escalation, front_line.health, is_upheld=False)


def test_the_team_speaks_for_a_referrer_without_an_account_once_there_is_an_answer(referrer_s, front_line):
    with looking(front_line.hub_worker):
        assert {one.name for one in Words.objects.all()} == {"A neighbour"}
    with pytest.raises(NotDone, match="Answer it first"):
        ended(referrer_s, front_line.hub_worker, is_upheld=False)
    answered(referrer_s, front_line.hub_worker)
    assert f"Tell the referrer of the dispute in {of(referrer_s)}" in of_team(front_line.hub_worker)
    ended(referrer_s, front_line.hub_worker, is_upheld=False)
    assert referrer_s.state == "closed"


# Pages


def page(signed_in, user, route, **keys):
    return at_work(signed_in(user)).get(reverse(route, kwargs=keys)).content.decode()


def test_the_page_of_a_dispute_says_what_each_side_may_do(escalation, front_line, signed_in):
    run_in_time(escalation)
    of_hub = page(signed_in, front_line.hub_worker, "escalation:escalation", pk=escalation.pk)
    of_school = page(signed_in, front_line.designated_lead, "escalation:escalation", pk=escalation.pk)
    assert "Answer it" in of_hub
    assert "Uphold it" in of_hub
    assert "higher" not in of_hub
    assert "Answer it" not in of_school
    assert "Nobody answered" not in of_school
    assert "Withdraw it" in of_school
    run_late(escalation)
    late = page(signed_in, front_line.designated_lead, "escalation:escalation", pk=escalation.pk)
    assert "Nobody answered: take it higher" in late
    assert "late" in late


def test_one_click_takes_an_unanswered_dispute_higher_and_a_second_does_nothing(
    escalation, front_line, signed_in
):
    client = at_work(signed_in(front_line.designated_lead))
    address = reverse("escalation:raise-higher", kwargs={"pk": escalation.pk})
    assert client.post(address, {"stage": "1"}).status_code == 302
    again = client.post(address, {"stage": "1"})
    assert "has moved on meanwhile" in again.content.decode()
    with system_actor("the tests"):
        escalation.refresh_from_db()
    assert escalation.stage == 2


def test_the_list_shows_no_words(escalation, front_line, signed_in):
    ended(escalation, front_line.hub_worker, is_upheld=True, learning="CANARY-learning")
    told = page(signed_in, front_line.hub_worker, "escalation:escalations")
    assert escalation.dossier.reference in told
    assert "Upheld, with something to learn" in " ".join(told.split())
    assert "CANARY" not in told


def test_low_use_is_also_a_question(escalation, front_line, cast, signed_in):
    use = {one.agency: one.raised for one in use_by_agency(Agency.objects.all())}
    assert use == {
        "Addiscombe Vale children's social care": 0,
        "Addiscombe Vale health": 0,
        "Addiscombe Vale police": 0,
        "Addiscombe Vale schools": 1,
        "Referrers without an account": 0,
    }
    told = page(signed_in, cast.board_manager, "escalation:use")
    assert "Addiscombe Vale police" in told
    assert escalation.dossier.reference not in told


def test_the_page_of_a_record_shows_its_disputes(escalation, front_line):
    lead = front_line.designated_lead
    with looking(lead):
        panel = disputes_of(lead, escalation.dossier)
        assert (panel.context["disputes"], panel.context["may_raise"]) == ([escalation], False)
    ended(escalation, lead, is_upheld=False)
    with looking(lead):
        assert disputes_of(lead, escalation.dossier).context["may_raise"]
        assert not disputes_of(lead, escalation.dossier, may_disagree=False).context["may_raise"]


def test_the_log_says_who_did_what_and_none_of_the_words(escalation, front_line):
    answered(escalation, front_line.hub_worker, words="CANARY-answer")
    ended(escalation, front_line.designated_lead, is_upheld=False, learning="CANARY-learning")
    events = AuditEvent.objects.filter(action__startswith="escalation.")
    assert [one.action for one in events] == [
        "escalation.raise-escalation",
        "escalation.answer",
        "escalation.resolve",
    ]
    assert not any("CANARY" in str(one.detail) for one in events)
