"""The partner mirror: its counts are those of a recount in plain Python; it tells of no child, and of nothing
that the reader may not know.
"""

import re
from collections import Counter
from datetime import date, timedelta
from itertools import product
from random import Random
from statistics import median

import pytest
from django.core.cache import cache
from django.utils import timezone

from sightline.core.audit import System
from sightline.core.models import Agency, ClockRun
from sightline.core.trust import dossiers
from sightline.core.trust.actor import system_actor, unguarded
from sightline.core.trust.models import Dossier
from sightline.frontline.referral import commands, deciding, gathering
from sightline.frontline.referral.mirror import by_agency, by_month, contacts_of, mirror_of, periods
from sightline.frontline.referral.models import Concern, Contact, Decision, Request
from sightline.frontline.referral.pages.mirror import TOO_FEW, percent, share, took
from tests.invented_contacts import thresholds_in_force
from tests.pages.test_access import at_work

BY = System("the tests")


@pytest.fixture
def browse(signed_in):
    """A function that gives a browser of somebody at work."""
    return lambda user: at_work(signed_in(user))


def agency(code):
    return Agency.objects.get(code=code)


def referred(hub, by_agency, *, days_ago=0, level=None, **more):
    """A contact that an agency made, some days ago."""
    return commands.open_contact(
        told={"given_names": "CANARY-child"},
        team=hub,
        concern={
            "referrer": "CANARY-referrer",
            "narrative": "CANARY-words",
            "agency": by_agency,
            "level_asked": level,
        },
        at=timezone.now() - timedelta(days=days_ago, hours=1),
        by=BY,
        **more,
    )


def decided(contact, *, level=2, not_accepted="", score=None, told=False):
    """Screen and decide a contact; tell the referrer, if so."""
    gathering.screen(contact, rating="amber", words="Seen", by=BY)
    deciding.decide(
        contact,
        outcome="no-further-action" if not_accepted else "assessment",
        level=level,
        reasons="As told",
        not_accepted=not_accepted,
        quality_score=score,
        by=BY,
    )
    if told:
        deciding.tell(contact, words="Told", alternative="Early help", by=BY)
    return contact


@pytest.fixture
def many(front_line):
    """Contacts of three agencies, by chance but the same each time, in every state."""
    chance = Random(7)
    with system_actor("the tests"):
        thresholds_in_force()
        for number in range(40):
            whose = agency(chance.choice(["avsch", "avsch", "avpol", "avicb"]))
            level = chance.choice([None, 1, 2, 3, 4])
            contact = referred(
                front_line.hub, whose if number % 10 else None, days_ago=chance.randrange(500), level=level
            )
            if chance.random() < 0.2:
                continue
            why = chance.choice(["", "", "below-threshold", "insufficient-information"])
            asked = None
            if chance.random() < 0.5:
                gathering.screen(contact, rating="red", words="Seen", by=BY)
                asked = gathering.ask(
                    contact,
                    agency=agency("avpol"),
                    of=front_line.police_unit,
                    question="What do you know?",
                    by=BY,
                )
                if chance.random() < 0.5:
                    gathering.answer(asked, text="Nothing", by=BY)
            decided(
                contact,
                level=chance.randrange(1, 5),
                not_accepted=why,
                score=chance.choice([None, 0, 1, 2, 3]),
                told=chance.random() < 0.7,
            )


def recounted(whose, period):
    """The mirror of an agency, counted row by row."""
    concerns = {one.dossier_id: one for one in Concern.objects.all()}
    decisions = {one.dossier_id: one for one in Decision.objects.filter(replaced_at=None)}
    sealed = {one.pk for one in Dossier.objects.filter(restriction="sealed")}
    runs = {(run.clock, run.subject_key): run.due_at for run in ClockRun.objects.all()}
    contacts = [
        one
        for one in Contact.objects.all()
        if period.first <= timezone.localdate(one.received_at) <= period.last
        and one.dossier_id not in sealed
        and concerns[one.dossier_id].agency_id is not None
        and whose in (None, concerns[one.dossier_id].agency)
    ]
    of_them = [decisions[one.dossier_id] for one in contacts if one.dossier_id in decisions]
    due = {one.pk: runs.get(("referrer-acknowledged", str(one.pk))) for one in contacts}
    in_time = sum(bool(one.told_at and due[one.pk] and one.told_at <= due[one.pk]) for one in contacts)
    late = sum(bool(due[one.pk] and (one.told_at or timezone.now()) > due[one.pk]) for one in contacts)
    times = [one.told_at - one.received_at for one in contacts if one.told_at]
    return {
        "sent": len(contacts),
        "reasons": Counter(one.not_accepted for one in of_them),
        "scores": Counter(one.quality_score for one in of_them if one.quality_score is not None),
        "levels": Counter(
            (concerns[one.dossier_id].level_asked, one.level)
            for one in of_them
            if concerns[one.dossier_id].level_asked is not None
        ),
        "feedback": (in_time, in_time + late, median(times) if times else None),
        "months": Counter(timezone.localdate(one.received_at).replace(day=1) for one in contacts),
    }


def test_what_is_counted_is_what_a_recount_gives(many, front_line, subtests):
    reader, codes = front_line.hub_manager, ["avsch", "avpol", "avicb", "avcsc", None]
    for code, period in product(codes, periods(timezone.localdate())):
        with subtests.test(code=code, period=period.key), system_actor("the tests"):
            whose = code and agency(code)
            shown, wanted = mirror_of(whose, period, reader), recounted(whose, period)
            assert shown.sent == wanted["sent"]
            assert shown.reasons == wanted["reasons"]
            assert shown.scores == wanted["scores"]
            assert shown.levels == wanted["levels"]
            assert (shown.feedback.done, shown.feedback.of, shown.feedback.median) == wanted["feedback"]
            assert shown.accepted == wanted["reasons"][""]
            months = {one.first: one.sent for one in by_month(whose, period, reader)} if whose else {}
            assert {month: count for month, count in months.items() if count} == (
                wanted["months"] if whose else {}
            )
            assert not whose or len(months) >= (3 if period.key == "last-quarter" else 1)


def test_the_recount_has_something_to_count(many, front_line):
    with system_actor("the tests"):
        wanted = recounted(agency("avsch"), periods(timezone.localdate())[0])
    assert wanted["sent"] > 8
    assert len(wanted["reasons"]) == 3
    assert wanted["feedback"][0] < wanted["feedback"][1]


def test_agencies_side_by_side_are_the_same_counts(many, front_line):
    period = periods(timezone.localdate())[0]
    with system_actor("the tests"):
        counts = by_agency(period, front_line.hub_manager)
        for one in Agency.objects.all():
            shown = mirror_of(one, period, front_line.hub_manager)
            assert counts.get(one.pk, (0, 0, 0)) == (shown.sent, shown.decided, shown.accepted)


def test_questions_answered_in_time(front_line):
    """Questions to the police: answered in time, answered late, open past its limit, open and not due yet;
    taken back before it was due, and after.
    """
    now, period = timezone.now(), periods(timezone.localdate())[0]
    soon, before, past = now + timedelta(hours=1), now - timedelta(hours=2), now - timedelta(hours=3)
    with system_actor("the tests"):
        for due, answered, stopped in (
            (soon, now, now),
            (before, now, now),
            (before, None, None),
            (soon, None, None),
            (before, None, past),
            (past, None, before),
        ):
            contact = referred(front_line.hub, agency("avsch"))
            asked = Request(
                dossier=contact.dossier,
                agency=agency("avpol"),
                asked_at=now - timedelta(hours=4),
                answered_at=answered,
                state="answered" if answered else "withdrawn" if stopped else "asked",
            )
            asked.save(force_insert=True)
            ClockRun.objects.create(
                clock="mash-response-red",
                subject_kind="referral_request",
                subject_key=str(asked.pk),
                started_at=asked.asked_at,
                due_at=due,
                stopped_at=stopped,
            )
        shown = mirror_of(agency("avpol"), period, front_line.police_unit).requests
        assert (shown.done, shown.of, shown.median) == (1, 4, timedelta(hours=4))
        assert mirror_of(agency("avsch"), period, front_line.police_unit).requests.of == 0


def test_a_period_ends_at_midnight():
    year, this, last = periods(date(2026, 5, 20))
    assert (year.first, year.last) == (date(2025, 5, 21), date(2026, 5, 20))
    assert (this.first, this.last) == (date(2026, 4, 1), date(2026, 5, 20))
    assert (last.first, last.last) == (date(2026, 1, 1), date(2026, 3, 31))


def main_of(response):
    """What a page says, without what differs from one answer to the next."""
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", response.content.decode())


@pytest.mark.parametrize("part", ["designated_lead", "hub_manager", "police_unit"])
def test_two_worlds_that_differ_in_what_a_reader_may_not_know_look_the_same(front_line, browse, part):
    """In one of them the school made a decided contact more, with a question to the police; it is sealed, or
    the reader is shut out of it.
    """
    client = browse(reader := getattr(front_line, part))
    addresses = [
        f"/referral/mirror/{asked}" for asked in ("", "?agency=avsch", "?agency=avpol&period=this-quarter")
    ]

    def world():
        return [main_of(client.get(one)) for one in addresses]

    with unguarded("the tests"):
        thresholds_in_force()
        for code in ["avsch", "avpol"] * 7:
            decided(referred(front_line.hub, agency(code), level=3))
    before = world()
    with unguarded("the tests"):
        contact = referred(front_line.hub, agency("avsch"), level=3)
        gathering.screen(contact, rating="red", words="Seen", by=BY)
        gathering.ask(contact, agency=agency("avpol"), of=front_line.police_unit, question="Known?", by=BY)
        decided(contact, not_accepted="duplicate", score=1, told=True)
        asked = Request.objects.filter(dossier=contact.dossier)
        asked.update(state="answered", answered_at=timezone.now())
    assert world() != before, "nothing would be compared"
    with unguarded("the tests"):
        Dossier.objects.filter(pk=contact.dossier_id).update(restriction="sealed")
    assert world() == before
    with unguarded("the tests"):
        Dossier.objects.filter(pk=contact.dossier_id).update(restriction="open")
        dossiers.exclude(Dossier.objects.filter(pk=contact.dossier_id).get(), reader, "related", by=BY)
    assert world() == before


def test_the_page_tells_of_no_child(many, front_line, browse):
    for part in ("designated_lead", "hub_manager"):
        page = browse(getattr(front_line, part)).get("/referral/mirror/?agency=avsch").content.decode()
        assert "Referrals by Addiscombe Vale schools" in page
        assert "CANARY" not in page


def test_who_sees_one_agency_sees_no_other(many, front_line, cast, browse):
    others = {"Addiscombe Vale police", "Addiscombe Vale health"}
    page = browse(front_line.designated_lead).get("/referral/mirror/?agency=avpol").content.decode()
    main = page.partition("<main")[2]
    assert "Referrals by Addiscombe Vale schools" in main
    assert not [name for name in others if name in main]
    everybody = browse(cast.board_manager).get("/referral/mirror/").content.decode()
    assert all(name in everybody for name in others)
    assert (
        "Referrals by Addiscombe Vale police"
        in browse(cast.board_manager).get("/referral/mirror/?agency=avpol").content.decode()
    )


def test_a_reference_is_a_link_for_whoever_may_open_it(front_line, browse):
    with system_actor("the tests"):
        contact = referred(front_line.hub, agency("avsch"))
    reference = contact.dossier.reference
    lead = browse(front_line.designated_lead).get("/referral/mirror/").content.decode()
    hub = browse(front_line.hub_manager).get("/referral/mirror/?agency=avsch").content.decode()
    assert reference in lead
    assert f"/referral/{contact.pk}/" not in lead
    assert f"/referral/{contact.pk}/" in hub


def test_all_agencies_are_compared_only_where_there_are_enough_others(front_line, browse):
    with system_actor("the tests"):
        thresholds_in_force()
        for _ in range(8):
            decided(referred(front_line.hub, agency("avsch")))
        for _ in range(5):
            decided(referred(front_line.hub, agency("avpol")), not_accepted="duplicate")
    client = browse(front_line.designated_lead)
    assert TOO_FEW in client.get("/referral/mirror/").content.decode()
    assert "62%" not in client.get("/referral/mirror/").content.decode()
    with system_actor("the tests"):
        decided(referred(front_line.hub, agency("avpol")), not_accepted="duplicate")
    cache.clear()  # an hour later
    page = client.get("/referral/mirror/").content.decode()
    assert "8 of 8 (100%)" in page
    assert "57%" in page, "8 of 14"


def test_nothing_yet(front_line, cast, browse):
    assert (
        "made no referral in this period"
        in browse(front_line.designated_lead).get("/referral/mirror/").content.decode()
    )
    assert (
        "No agency referred a child" in browse(cast.board_manager).get("/referral/mirror/").content.decode()
    )
    lost = cast.agency_lead
    lost.agency = None
    lost.save()
    assert "belongs to no agency" in browse(lost).get("/referral/mirror/").content.decode()


def test_the_mirror_asks_the_database_as_often_for_many_as_for_few(
    many, front_line, browse, django_assert_max_num_queries
):
    client = browse(front_line.hub_manager)
    client.get("/referral/mirror/?agency=avsch")
    with django_assert_max_num_queries(45) as few:
        client.get("/referral/mirror/?agency=avsch")
    with system_actor("the tests"):
        for _ in range(30):
            decided(referred(front_line.hub, agency("avsch")))
    with django_assert_max_num_queries(len(few)):
        client.get("/referral/mirror/?agency=avsch")


def test_the_list_is_the_agencys_own(many, front_line):
    with system_actor("the tests"):
        period = periods(timezone.localdate())[0]
        listed = contacts_of(agency("avsch"), period, front_line.hub_manager)
        made = Concern.objects.filter(agency=agency("avsch")).values_list("dossier_id", flat=True)
        assert {one.dossier_id for one in listed} <= set(made)


def test_figures_in_words():
    assert share(12, 20) == "12 of 20 (60%)"
    assert (share(0, 0), percent(0, 0), took(None)) == ("None yet",) * 3
    said = {0.5: "less than an hour", 1: "1 hour", 30: "30 hours", 60: "2 days", 24 * 10: "10 days"}
    assert {hours: took(timedelta(hours=hours)) for hours in said} == said
