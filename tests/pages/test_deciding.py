"""Deciding on a contact: what it is impossible without, who is told, what stands when two decide at once."""

import threading
from contextlib import suppress

import pytest
from django.core import mail
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sightline.core.audit import System
from sightline.core.command import NotDone
from sightline.core.models import ClockRun, Team, TeamMember
from sightline.core.trust import dossiers
from sightline.core.trust.actor import system_actor, unguarded
from sightline.core.trust.models import Dossier
from sightline.frontline.referral import commands, deciding, gathering, handing_over
from sightline.frontline.referral.models import (
    Contact,
    Decision,
    Dissent,
    Feedback,
    HandOver,
    Outcome,
    Referrer,
    Request,
)
from tests.invented_contacts import screen, tell, thresholds_in_force
from tests.invented_people import looking
from tests.pages.test_gathering import ask, at_work, screened, text_of  # noqa: F401

BY = System("the tests")
WHOLE = {
    "outcome": "no-further-action",
    "level": 2,
    "reasons": "She is safe with her aunt",
    "not_accepted": "below-threshold",
    "quality_score": 2,
}


def address(contact, what="decision") -> str:
    return f"/referral/{contact.pk}/{what}/"


# What a decision is impossible without


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ({"level": ""}, "Select the level of need"),
        ({"reasons": "  "}, "Write why"),
        ({"outcome": ""}, "Select what is decided"),
        ({"not_accepted": ""}, "Select why it is not accepted"),
    ],
)
def test_a_decision_is_impossible_without(without, said, screened, threshold, front_line, at_work):  # noqa: F811
    page = at_work(front_line.hub_manager).post(address(screened), {**WHOLE, **without}).content.decode()
    assert said in page
    if "reasons" not in without:
        assert "She is safe with her aunt" in page, "what was typed is gone"
    with looking(front_line.hub_manager):
        assert Contact.objects.get().state == "screened"
        assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "without",
    [{"level": 5}, {"reasons": " "}, {"outcome": "tea"}, {"not_accepted": ""}, {"quality_score": 4}],
)
def test_no_way_around_the_page_decides_without_it_either(without, screened, threshold):  # noqa: F811
    with system_actor("the tests"), pytest.raises(NotDone):
        deciding.decide(screened, **{**WHOLE, **without}, by=BY)


def test_a_decision_is_impossible_without_thresholds_in_force(screened, front_line, at_work):  # noqa: F811
    manager = at_work(front_line.hub_manager)
    assert "No thresholds are in force" in text_of(manager, address(screened))
    with system_actor("the tests"), pytest.raises(NotDone, match="No thresholds are in force"):
        deciding.decide(screened, **WHOLE, by=BY)


def test_other_thresholds_came_into_force_while_the_page_was_open(screened, threshold, front_line, at_work):  # noqa: F811
    old = threshold.in_force.pk + 1000
    page = at_work(front_line.hub_manager).post(address(screened), {**WHOLE, "thresholds": old})
    assert "Other thresholds came into force" in page.content.decode()
    said = at_work(front_line.hub_manager).post(
        address(screened), {**WHOLE, "thresholds": threshold.in_force.pk}, follow=True
    )
    assert "Decided: No further action" in said.content.decode()


def test_a_worker_does_not_decide(screened, threshold, front_line, at_work):  # noqa: F811
    assert at_work(front_line.hub_worker).get(address(screened)).status_code == 404


@pytest.mark.parametrize(
    ("outcome", "is_immediate", "goes"),
    [
        ("early-help", False, False),
        ("assessment", False, False),
        ("open-case", False, True),
        ("strategy-discussion", False, True),
        ("assessment", True, True),
    ],
)
def test_danger_and_an_open_case_wait_for_no_screening(outcome, is_immediate, goes, contact, threshold):
    with system_actor("the tests"):
        Contact.objects.filter(pk=contact.pk).update(is_immediate=is_immediate)
        with suppress(NotDone):
            deciding.decide(contact, outcome=outcome, level=4, reasons="In danger", by=BY)
        assert Contact.objects.get().state == ("decided" if goes else "received")


# What the manager has before them


def test_what_a_decision_rests_on_stands_on_its_page(screened, threshold, front_line, at_work):  # noqa: F811
    request = ask(screened, front_line.police_unit, "CANARY-question")
    with system_actor("the tests"):
        gathering.answer(request, text="CANARY-answer", by=BY)
    page = text_of(at_work(front_line.hub_manager), address(screened))
    for known in ("CANARY-referral", "CANARY-identity", "CANARY-question", "CANARY-answer"):
        assert known in page, known
    assert "Several agencies work to one plan." in page, "the threshold's text is not beside the level"
    assert "What the child says and wants" in page
    assert "Earlier contacts" in page


def test_a_reason_against_counts_for_no_further_action_alone(screened, threshold, front_line, at_work):  # noqa: F811
    given = {**WHOLE, "outcome": "early-help"}
    page = at_work(front_line.hub_manager).post(address(screened), given, follow=True).content.decode()
    assert "Decided: Early help" in page
    with looking(front_line.hub_manager):
        assert Decision.objects.get().not_accepted == ""


# Two at once, and once more


def test_the_second_to_decide_is_told_who_did_and_keeps_the_text(screened, threshold, front_line, at_work):  # noqa: F811
    first, second = at_work(front_line.hub_manager), at_work(front_line.hub_manager)
    first.post(address(screened), WHOLE)
    page = second.post(address(screened), {**WHOLE, "reasons": "Written meanwhile"}).content.decode()
    assert "Hu Manager decided on this contact meanwhile" in page
    assert "No further action" in page
    assert "Written meanwhile" in page
    with looking(front_line.hub_manager):
        assert Decision.objects.get().reasons == "She is safe with her aunt"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_in_the_same_moment_one_does(contact, threshold):
    with system_actor("the tests"):
        screen(contact)
    start, refused = threading.Barrier(2), []

    def run() -> None:
        with unguarded("the tests"):
            mine = Contact.objects.get(pk=contact.pk)
            start.wait()
            try:
                deciding.decide(mine, **WHOLE, by=BY)
            except NotDone as refusal:
                refused.append(str(refusal))
        connection.close()

    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    with unguarded("the tests"):
        assert Decision.objects.count() == 1
    assert len(refused) == 1
    assert "decided on this contact meanwhile" in refused[0]


def test_a_decision_anew_replaces_the_one_before_which_stays(screened, threshold, front_line, at_work):  # noqa: F811
    manager = at_work(front_line.hub_manager)
    manager.post(address(screened), WHOLE)
    manager.post(address(screened, "reopening"))
    anew = {**WHOLE, "outcome": "early-help", "reasons": "The aunt cannot go on"}
    manager.post(address(screened), {key: value for key, value in anew.items() if key != "quality_score"})
    with looking(front_line.hub_manager):
        before, now = Decision.objects.all()
        assert before.replaced_at
        assert not now.replaced_at
        assert now.quality_score == before.quality_score == 2, "the referral is as good as it was"
        assert Contact.objects.get().state == "decided"
    page = text_of(manager, f"/referral/{screened.pk}/")
    assert "Decisions before this one" in page
    assert "She is safe with her aunt" in page


def test_agencies_are_asked_no_more_and_see_no_more_once_it_is_decided(screened, threshold, front_line):  # noqa: F811
    ask(screened, front_line.police_unit)
    with system_actor("the tests"):
        deciding.decide(screened, **WHOLE, by=BY)
        assert Request.objects.get().state == "withdrawn"
    with looking(front_line.police_unit):
        assert not Contact.objects.exists()


def test_who_took_part_disagrees_and_it_stands_beside_the_decision(screened, threshold, front_line, at_work):  # noqa: F811
    worker = at_work(front_line.hub_worker)
    early = worker.post(address(screened, "dissent"), {"words": "Too soon"}).content.decode()
    assert "There is no decision yet" in early
    assert "Too soon" in early
    at_work(front_line.hub_manager).post(address(screened), WHOLE)
    page = worker.post(
        address(screened, "dissent"), {"words": "The aunt is ill"}, follow=True
    ).content.decode()
    assert "does not agree" in page
    assert "The aunt is ill" in page
    with looking(front_line.hub_worker):
        assert Dissent.objects.get().agency == front_line.hub_worker.agency
    school = text_of(at_work(front_line.designated_lead), f"/referral/{screened.pk}/")
    assert "The aunt is ill" not in school


# Telling the referrer


def test_the_referrer_reads_what_was_seen_before_it_was_sent(screened, threshold, front_line, at_work, work):  # noqa: F811
    at_work(front_line.hub_manager).post(address(screened), WHOLE)
    worker, told = at_work(front_line.hub_worker), address(screened, "telling")
    words = {"words": "She stays with her aunt", "quality": "You wrote down her own words"}
    assert "Say what is offered instead" in worker.post(told, words).content.decode()
    words["alternative"] = "The family hub in North"
    preview = worker.post(told, words).content.decode()
    assert "Check what they will read" in preview
    assert "The need is below the level asked for" in preview
    assert "The family hub in North" in worker.post(told, {**words, "change": "yes"}).content.decode()
    with looking(front_line.hub_worker):
        assert Contact.objects.get().state == "decided", "it was sent before it was seen"
    sent = worker.post(told, {**words, "send": "yes"}, follow=True).content.decode()
    assert "The referrer was told" in sent
    receipt = text_of(at_work(front_line.designated_lead), f"/referral/{screened.pk}/")
    for said in ("She stays with her aunt", "The family hub in North", "You wrote down her own words"):
        assert said in receipt
    assert "She is safe with her aunt" not in receipt, "the reasons for the record are not the referrer's"
    assert not ClockRun.objects.running().filter(clock="referrer-acknowledged").exists()
    again = worker.post(told, {**words, "words": "Once more", "send": "yes"}).content.decode()
    assert "no decision that the referrer was not told already" in again
    assert "Once more" in again
    work()
    (letter,) = [one for one in mail.outbox if one.to == [front_line.designated_lead.email]]
    assert screened.dossier.reference in letter.body
    assert "aunt" not in letter.body
    assert "CANARY" not in letter.body


def test_a_referrer_without_an_account_gets_word_at_the_address_they_gave(front_line, threshold, work):
    with system_actor("the tests"):
        contact = commands.open_contact(
            team=front_line.hub,
            told={"given_names": "Amira"},
            concern={"referrer": "A neighbour", "narrative": "She cries at night"},
            referrer={"email": "neighbour@example.org"},
            by=BY,
        )
        gathering.acknowledge(contact, words="We look into it today", by=BY)
        tell(contact)
    work()
    letters = [one for one in mail.outbox if one.to == ["neighbour@example.org"]]
    assert len(letters) == 2
    for letter in letters:
        assert contact.dossier.reference in letter.body
        assert not {"Amira", "cries", "look into"} & set(letter.body.split())
        assert "999" in letter.body


def test_who_gave_no_address_is_sent_nothing(front_line, threshold, work):
    with system_actor("the tests"):
        contact = commands.open_contact(
            team=front_line.hub, told={}, concern={"referrer": "A neighbour", "narrative": "?"}, by=BY
        )
        tell(contact)
        assert Referrer.objects.get().email == ""
    work()
    assert mail.outbox == []


# Whatever is done, in whatever order


def _steps(contact, team):
    """What can be tried on a contact, by name."""
    fresh = lambda: Contact.objects.get(pk=contact.pk)  # noqa: E731
    offered = lambda: HandOver.objects.filter(dossier=contact.dossier).last()  # noqa: E731
    help_, none = {"outcome": "early-help", "level": 2, "reasons": "Why"}, WHOLE
    return {
        "screen": lambda: gathering.screen(fresh(), rating="amber", words="Seen", by=BY),
        "ask": lambda: gathering.ask(fresh(), agency=team.agency, of=team, question="What?", by=BY),
        "decide": lambda: deciding.decide(fresh(), **help_, by=BY),
        "refuse": lambda: deciding.decide(fresh(), **none, by=BY),
        "tell": lambda: deciding.tell(fresh(), words="So", alternative="This", by=BY),
        "reopen": lambda: deciding.reopen(fresh(), by=BY),
        "offer": lambda: handing_over.hand_over(fresh(), to_team=team, words="Please", by=BY),
        "accept": lambda: offered() and handing_over.accept(offered(), by=BY),
        "return": lambda: offered() and handing_over.send_back(offered(), words="Not ours", by=BY),
        "close": lambda: commands.close_contact(fresh(), by=BY),
    }


NAMES = ("screen ask decide refuse tell reopen offer accept return close").split()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tried=st.lists(st.sampled_from(NAMES), min_size=4, max_size=14))
def test_no_state_without_its_decision_and_nobody_holds_nothing(tried, contact, front_line):
    with system_actor("the tests"):
        thresholds_in_force()
        team, _ = Team.objects.get_or_create(name="Health team", agency=front_line.health.agency)
        TeamMember.objects.get_or_create(team=team, user=front_line.health, from_on="2026-01-01")
        with looking(front_line.designated_lead):
            one = commands.open_contact(
                team=front_line.hub,
                told={},
                concern={"referrer": "Des Lead", "narrative": "?"},
                by=front_line.designated_lead,
            )
        steps = _steps(one, team)
        for name in tried:
            with suppress(NotDone):
                steps[name]()
            check(one)
        assert dossiers.holders(one.dossier).filter(team=front_line.hub, level=4).exists()


def check(contact) -> None:
    """What must hold of a contact at every moment."""
    now = Contact.objects.get(pk=contact.pk)
    of_it = {"dossier": contact.dossier}
    in_force = Decision.objects.filter(**of_it, replaced_at=None)
    offers = HandOver.objects.filter(**of_it)
    assert (now.decided_at is not None) == in_force.exists()
    if now.state in ("decided", "fed-back", "closed"):
        assert in_force.count() == 1
        assert now.decided_at == in_force.get().at
        assert not Request.objects.filter(**of_it, state="asked").exists()
    if now.state in ("fed-back", "closed"):
        said = Feedback.objects.filter(**of_it, outcome=in_force.get().outcome, at__gte=now.decided_at)
        assert said.exists(), "it says that the referrer was told, and they were not"
    if now.state == "closed" and in_force.get().outcome != Outcome.NO_FURTHER_ACTION:
        assert offers.filter(state="accepted", offered_at__gte=now.decided_at).exists(), "nobody has it"
    assert offers.filter(state="offered").count() <= 1
    assert Dossier.objects.get(pk=contact.dossier_id).owner_team_id, "nobody holds it"
