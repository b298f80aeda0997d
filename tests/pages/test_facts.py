"""The front line's facts: what was recorded reaches the dataset by itself, and the figures come of it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.db.models import ProtectedError
from django.utils import timezone

from sightline.assurance.dataset import clearing, commands, daily, jobs, own
from sightline.assurance.dataset.models import Figure, Load, LoadedFile, LoadedSnapshot
from sightline.clocks.calendar import add_months
from sightline.core import process
from sightline.core.audit import System
from sightline.core.command import Refused
from sightline.core.models import Agency, AuditEvent, ClockRun, StatusChange
from sightline.core.permissions import Permission
from sightline.core.trust.actor import system_actor
from sightline.core.trust.commands import restrict
from sightline.facts.snapshot import open_snapshot
from sightline.frontline.referral import commands as referral
from sightline.frontline.referral import deciding, gathering, receivers
from sightline.frontline.referral.models import Contact, Decision, Request
from sightline.indicators.definitions import INDICATORS
from sightline.people.commands import enter_person
from sightline.people.merging import merge_people
from tests import invented_contacts
from tests.pages.test_dataset import text
from tests.snapshots import extract, make_snapshot

BY = System("the tests")
MONTH = add_months(timezone.localdate().replace(day=1), -1)
"""The last whole month: what is worked by hand below happens in it."""
LAST = add_months(MONTH, 1) - timedelta(days=1)
LONG_AGO = add_months(MONTH, -3)
"""When the front door was first used."""


@pytest.fixture(autouse=True)
def few_indicators(monkeypatch):
    few = {"contacts": INDICATORS["contacts"]}
    monkeypatch.setattr(jobs, "INDICATORS", few)
    monkeypatch.setattr(commands, "INDICATORS", few)


@dataclass(frozen=True)
class Given:
    """What a contact is taken with, and after how many hours what was done; None where it was not."""

    agency: str = "avpol"
    source: str = "6"
    children: int = 1
    assessment: bool | None = None
    decided: float | None = None
    told: float | None = None
    quality: int | None = None


def at(day: int, hour: int = 10) -> datetime:
    """A time on a day of the month, which is no Sunday's business: hours alone are compared."""
    return timezone.make_aware(datetime.combine(MONTH + timedelta(days=day - 1), time(hour)))


def take(front_line, received: datetime, given: Given) -> Contact:
    """Take a contact by the commands that people use, then move what was done to the hours given."""
    with system_actor("the tests"):
        contact = referral.open_contact(
            team=front_line.hub,
            told=[
                {"given_names": f"CANARY-{number}", "born_on": date(2015, 5, 4)}
                for number in range(given.children)
            ],
            concern={
                "referrer": "CANARY-referrer",
                "narrative": "CANARY-narrative",
                "agency": Agency.objects.get(code=given.agency),
                "source": given.source,
                "has_early_help_assessment": given.assessment,
                "level_asked": 3,
            },
            at=received,
            by=BY,
        )
        invented_contacts.screen(contact)
        if given.decided is not None:
            decide(contact, given)
        if given.told is not None:
            deciding.tell(contact, words="CANARY-told", alternative="Early help", by=BY)
            Contact.objects.filter(pk=contact.pk).update(told_at=received + timedelta(hours=given.told))
    return contact


def decide(contact: Contact, given: Given) -> None:
    invented_contacts.thresholds_in_force()
    deciding.decide(
        contact,
        outcome="assessment",
        level=4,
        reasons="CANARY-reasons",
        quality_score=given.quality,
        by=BY,
    )
    when = contact.received_at + timedelta(hours=given.decided or 0)
    Decision.objects.filter(dossier=contact.dossier).update(at=when)


def ask(contact: Contact, agency: str, hours: float | None, *, due: float = 24) -> Request:
    """Ask an agency as the contact comes in, which answers after so many hours, if it does."""
    with system_actor("the tests"):
        of = Agency.objects.get(code=agency)
        person = receivers.who(Permission.ANSWER_REQUEST).filter(agency=of).first()
        request = gathering.ask(contact, agency=of, of=person, question="CANARY-question", by=BY)
        if hours is not None:
            gathering.answer(request, text="CANARY-answer", by=BY)
            Request.objects.filter(pk=request.pk).update(
                answered_at=contact.received_at + timedelta(hours=hours)
            )
        Request.objects.filter(pk=request.pk).update(asked_at=contact.received_at)
        ClockRun.objects.filter(subject_key=str(request.pk)).update(
            started_at=contact.received_at, due_at=contact.received_at + timedelta(hours=due)
        )
    return request


@pytest.fixture
def recorded(front_line, threshold):
    """Four contacts of the last whole month, an early one before, and the exercise that closed in it."""
    from sightline.frontline.threshold.models import Exercise

    long_ago = timezone.make_aware(datetime.combine(LONG_AGO, time(9)))
    take(front_line, long_ago, Given(decided=1, told=1))
    first = take(front_line, at(2), Given(assessment=True))
    ask(first, "avicb", 20)
    with system_actor("the tests"):
        decide(first, Given(decided=1, quality=3))
        deciding.tell(first, words="Told", by=BY)
        Contact.objects.filter(pk=first.pk).update(told_at=at(2, 12))
    late = take(front_line, at(2), Given("avicb", "3A", children=2, assessment=False))
    ask(late, "avpol", 30)
    with system_actor("the tests"):
        decide(late, Given(decided=24 * 20, quality=1))
        deciding.tell(late, words="Told", by=BY)
        Contact.objects.filter(pk=late.pk).update(told_at=at(23))
    waiting = take(front_line, at(3), Given("avcsc", "1A"))
    ask(waiting, "avpol", None)
    sealed = take(front_line, at(4), Given(assessment=False, decided=1, quality=2))
    with system_actor("the tests"):
        restrict(sealed.dossier, restriction="sealed", reason="Works here", by=BY)
    Exercise.objects.update(drafted_at=long_ago)
    Exercise.objects.filter(pk=threshold.closed.pk).update(closed_at=at(5))
    return first


@pytest.fixture
def all_indicators(few_indicators, monkeypatch):
    """Every indicator that is counted from the front door's records."""
    for module in (jobs, commands):
        monkeypatch.setattr(module, "INDICATORS", {key: INDICATORS[key] for key in BY_HAND})


BY_HAND = {
    "contacts": (5, None),  # 1 + 2 + 1 + 1 children, the sealed contact's among them
    "decision-in-one-working-day": (2, 4),  # of the four children whose contact was decided
    "feedback-in-one-working-day": (1, 3),  # the sealed contact's referrer has heard nothing yet
    "referrals-with-early-help-assessment": (1, 3),  # three by professionals, one with an assessment
    "referral-quality": (2, 3),  # scores of 3, 1 and 2
    "information-requests-in-time": (1, 3),  # after 20 hours, after 30, and never; due after 24
    "information-requests-open-overdue": (1, 1),
    "threshold-agreement": (18, 36),  # six cases, four raters: three agree and one does not
}


@pytest.fixture
def publish(work):
    """A function that publishes as the nightly run does, and has the worker count."""

    def publish(by=BY) -> str:
        told = own.publish(by=by)
        work()
        return told

    return publish


def held() -> Load:
    """The load of Sightline's own records that counts."""
    return Load.objects.own().get()


def first_of_all() -> Load:
    """The load that was published first."""
    return Load.objects.earliest("pk")


def figures() -> dict[str, tuple[float | None, float | None]]:
    """The current figures of the month, numerator and denominator."""
    rows = Figure.objects.filter(
        snapshot=LoadedSnapshot.objects.current(), every="month", breakdown="", last_on=LAST
    )
    return {
        row.indicator: (row.numerator, row.denominator if INDICATORS[row.indicator].unit != "count" else None)
        for row in rows
    }


def test_the_figures_are_what_the_records_come_to_by_hand(all_indicators, recorded, publish):
    assert publish() == f"{held()} is being counted"
    assert figures() == BY_HAND
    stored = Figure.objects.filter(last_on=LAST, every="month", breakdown="")
    assert set(stored.values_list("format", flat=True)) == {"front-door"}
    load = Load.objects.get()
    assert (load.state, load.is_own, load.agency) == ("confirmed", True, None)


# Into the dataset and out again.


def rows(load: Load, table: str) -> list[dict[str, object]]:
    """What was published of a table."""
    path = open_snapshot(Path(load.part)).parquet(table)
    return pq.read_table(path).to_pylist() if path else []


def test_records_that_have_not_changed_make_nothing_new(recorded, publish, cast, signed_in):
    publish()
    before = (LoadedSnapshot.objects.count(), Load.objects.count(), StatusChange.objects.count())
    assert publish() == f"nothing has changed since {held()}"
    assert (LoadedSnapshot.objects.count(), Load.objects.count(), StatusChange.objects.count()) == before
    for page in ("/dataset/loads/", f"/dataset/loads/{held().pk}/", "/dataset/loads/publish/"):
        assert "nothing had changed" in text(signed_in(cast.analyst).get(page)), page
    assert AuditEvent.objects.filter(action="dataset.find-the-same").count() == 1


def test_a_change_takes_the_place_of_what_was_published(recorded, publish, front_line, cast, signed_in):
    publish()
    take(front_line, at(6), Given())
    assert publish() == f"{held()} is being counted"
    first, second = Load.objects.order_by("pk")
    assert (first.state, first.why, first.replaced_by) == ("withdrawn", f"{second} took its place", second)
    assert (second.state, second.snapshot) == ("confirmed", LoadedSnapshot.objects.current())
    assert figures()["contacts"] == (6, None)
    assert LoadedFile.objects.filter(snapshot=second.snapshot).count() == 1
    page = text(signed_in(cast.analyst).get("/dataset/loads/"))
    assert f"Load {second.pk}" in page
    assert f"Load {first.pk}" not in page, "what was replaced every night would bury what agencies hand in"


def test_a_contact_of_today_waits_until_the_day_is_over(recorded, publish, front_line):
    publish()
    take(front_line, timezone.now(), Given())
    assert publish() == f"nothing has changed since {held()}"


def test_before_a_month_is_whole_there_is_nothing_to_publish(front_line, publish):
    assert publish().startswith("there is nothing to publish yet")
    take(front_line, timezone.now() - timedelta(hours=1), Given())
    assert publish().startswith("there is nothing to publish yet")
    assert not Load.objects.exists()


def test_what_was_withdrawn_by_hand_is_published_again(recorded, publish, cast, work):
    publish()
    commands.withdraw_load(Load.objects.get(), reason="The hub was still trying it out", by=cast.analyst)
    work()
    assert LoadedSnapshot.objects.current() is None
    assert publish() == f"{held()} is being counted"
    assert figures()["contacts"] == (5, None)


def test_the_latest_records_count_even_if_the_ones_before_are_still_being_counted(recorded, front_line, work):
    own.publish(by=BY)
    take(front_line, at(6), Given())
    own.publish(by=BY)
    work()
    assert [load.state for load in Load.objects.order_by("pk")] == ["withdrawn", "confirmed"]
    assert figures()["contacts"] == (6, None)


def test_what_was_put_together_before_another_came_is_put_together_again(recorded, publish, front_line):
    publish()
    first = Load.objects.get()
    take(front_line, at(6), Given())
    own.publish(by=BY)
    second = Load.objects.latest("pk")
    with pytest.raises(commands.Overtaken):
        commands.settle_load(second, together=[first.pk, second.pk], made=None, by=BY)


# Beside what agencies hand in.


def listed(folder: Path, *days: date):
    """An Annex A extract of the month before the last whole one and a little of that, loaded by itself."""
    covers = add_months(MONTH, -1).isoformat(), LAST.isoformat()
    contacts = [{"child": f"c{n}", "cont_contact_date": day.isoformat()} for n, day in enumerate(days)]
    return make_snapshot(
        folder, extract("annex-a", LAST.isoformat(), contacts=(*covers, contacts)), authority="999"
    )


def test_an_extract_answers_for_its_days_and_the_front_door_for_the_others(
    all_indicators, recorded, publish, cast, tmp_path, signed_in
):
    """A figure never mixes formats: of two that answer for a month the indicator's first choice counts."""
    commands.load_snapshot(folder=listed(tmp_path, MONTH, MONTH, LAST).folder, by=cast.analyst)
    publish()
    stored = Figure.objects.filter(snapshot=LoadedSnapshot.objects.current(), every="month", breakdown="")
    by_month = {row.last_on: row for row in stored.filter(indicator="contacts")}
    assert (by_month[LAST].format, by_month[LAST].numerator) == ("annex-a", 3)
    earlier = by_month[add_months(MONTH, -1) - timedelta(days=1)]
    assert (earlier.format, earlier.numerator) == ("front-door", 0)
    decided = stored.get(indicator="decision-in-one-working-day", last_on=LAST)
    assert (decided.format, decided.numerator, decided.denominator) == ("front-door", 2, 4)
    assert Load.objects.confirmed().count() == 2, "the extract stays"
    page = text(signed_in(cast.analyst).get("/dataset/decision-in-one-working-day/"))
    assert "Sightline front door" in page
    assert "Annex A" in text(signed_in(cast.analyst).get("/dataset/contacts/"))


def test_the_scorecard_shows_the_figures_and_the_source_is_named(
    all_indicators, recorded, publish, cast, signed_in
):
    publish()
    analyst = signed_in(cast.analyst)
    card = text(analyst.get("/dataset/"))
    for key in BY_HAND:
        assert INDICATORS[key].title in card, key
        assert "Sightline front door" in text(analyst.get(f"/dataset/{key}/")), key
    assert "Sightline front door" in text(analyst.get("/dataset/quality/"))
    assert "Sightline’s own records" in text(analyst.get("/dataset/loads/"))
    assert "Sightline itself" in text(analyst.get(f"/dataset/loads/{held().pk}/"))


# Who the rows are about.


def test_nothing_that_tells_who_somebody_is_leaves_the_front_line(recorded, publish):
    publish()
    load = Load.objects.get()
    published = repr([rows(load, name) for name in ("contacts", "information_requests", "threshold_ratings")])
    keys = {str(one) for model in (Contact, Request) for one in _keys(model)}
    assert rows(load, "contacts")
    assert "CANARY" not in published
    assert not [key for key in keys if key in published or key.replace("-", "") in published]
    assert re.search(r"\b201505\b", published), "the month of birth, which is published"
    assert not re.search(r"\b2015\b", published), "a day of birth"


def _keys(model):
    with system_actor("the tests"):
        return [key for row in model.objects.values_list("pk", "dossier_id") for key in row]


def known_person(front_line, **known):
    with system_actor("the tests"):
        return enter_person(team=front_line.hub, known={"given_names": "Amira", **known}, by=BY)


def name(contact: Contact, *people):
    with system_actor("the tests"):
        for one in people:
            referral.name_person(contact, person_dossier=one.dossier, part="subject", by=BY)


def test_a_child_who_is_named_is_the_same_child_in_every_contact(front_line, publish):
    long_ago = timezone.make_aware(datetime.combine(LONG_AGO, time(9)))
    twice = [take(front_line, long_ago, Given()), take(front_line, at(2), Given(children=2))]
    amira = known_person(front_line, born_on=date(2015, 5, 4), sex="female")
    for contact in twice:
        name(contact, amira)
    publish()
    first, second, brother = rows(Load.objects.get(), "contacts")
    assert first["child"] == second["child"] != brother["child"]
    assert first["contact"] != second["contact"] == brother["contact"]
    assert (first["sex"], first["born_month"], brother["sex"]) == ("F", 201505, None)
    assert second["age"] == MONTH.year - 2015 - (MONTH.month < 5 or (MONTH.month, 2) < (5, 4))


def test_two_records_of_one_person_are_one_child(front_line, publish):
    long_ago = timezone.make_aware(datetime.combine(LONG_AGO, time(9)))
    one, other = known_person(front_line), known_person(front_line)
    contacts = [take(front_line, long_ago, Given()), take(front_line, at(2), Given())]
    name(contacts[0], one, other)
    name(contacts[1], other)
    with system_actor("the tests"):
        merge_people(one, other=other, reason="The same girl", by=BY)
    publish()
    children = [row["child"] for row in rows(Load.objects.get(), "contacts")]
    assert len(children) == 2
    assert len(set(children)) == 1


def test_an_unborn_child_counts_as_one(front_line, publish):
    contact = take(front_line, timezone.make_aware(datetime.combine(LONG_AGO, time(9))), Given())
    name(contact, known_person(front_line, expected_on=timezone.localdate() + timedelta(days=90)))
    publish()
    (row,) = rows(Load.objects.get(), "contacts")
    assert row["age"] == -1


def test_a_contact_that_tells_of_no_child_is_counted_as_one(front_line, publish):
    with system_actor("the tests"):
        referral.open_contact(
            team=front_line.hub,
            told={"given_names": "A mother", "part": "carer"},
            concern={"referrer": "A neighbour", "narrative": "Shouting"},
            at=timezone.make_aware(datetime.combine(LONG_AGO, time(9))),
            by=BY,
        )
    publish()
    (row,) = rows(Load.objects.get(), "contacts")
    assert row["child"]
    assert row["age"] is None


def test_a_contact_that_was_decided_anew_keeps_the_time_of_its_first_decision(front_line, publish):
    contact = take(
        front_line, timezone.make_aware(datetime.combine(LONG_AGO, time(9))), Given(decided=1, told=2)
    )
    with system_actor("the tests"):
        contact.refresh_from_db()
        deciding.reopen(contact, by=BY)
        invented_contacts.decide(contact)
    publish()
    (row,) = rows(Load.objects.get(), "contacts")
    assert row["decided_on"] == LONG_AGO
    assert (row["decision"], row["level_decided"]) == ("no-further-action", "2")
    assert row["not_accepted_reason"] == "below-threshold"


def test_an_agency_is_told_by_its_kind_or_not_at_all(front_line, publish):
    long_ago = timezone.make_aware(datetime.combine(LONG_AGO, time(9)))
    for agency in ("avpol", "avsch"):
        take(front_line, long_ago, Given(agency))
    publish()
    told = {row["referring_agency"] for row in rows(Load.objects.get(), "contacts")}
    assert told == {"POL", None}


def test_ratings_are_published_once_the_exercise_is_closed(recorded, publish):
    publish()
    ratings = rows(Load.objects.get(), "threshold_ratings")
    assert len(ratings) == 24
    assert {row["agency"] for row in ratings} == {"CSC", "POL", "ICB"}
    assert len({row["rater"] for row in ratings}) == 4


# On demand, and every night.


def test_whoever_keeps_the_dataset_publishes_now(recorded, cast, signed_in, work):
    analyst = signed_in(cast.analyst)
    assert "Publish the front door’s facts now" in text(analyst.get("/dataset/loads/"))
    said = text(analyst.post("/dataset/loads/publish/", follow=True))
    assert "The front door’s records are being read" in said
    work()
    assert Load.objects.get().received_by == cast.analyst
    assert figures()["contacts"] == (5, None)
    asked = AuditEvent.objects.get(action="dataset.ask-to-publish")
    assert asked.actor == cast.analyst
    reads = AuditEvent.objects.filter(action="system:read", detail__system="publishing facts")
    (read,) = [one for one in reads if one.detail["dossiers"]]  # of calls there are none
    assert read.detail["dossiers"] == 5
    assert read.detail["sections"] == ["decision", "identity", "referral"]


def test_nobody_else_publishes(recorded, cast, signed_in):
    for who in (cast.agency_lead, cast.member, cast.administrator):
        with pytest.raises(Refused):
            own.ask_to_publish(by=who)
    lead = signed_in(cast.agency_lead)
    assert "Publish the front door" not in text(lead.get("/dataset/loads/"))
    assert lead.post("/dataset/loads/publish/").status_code == 404


def test_without_a_front_line_there_is_nothing_to_publish(cast, signed_in, monkeypatch):
    monkeypatch.setattr(process, "processes", lambda: ())
    analyst = signed_in(cast.analyst)
    monkeypatch.setattr(process, "publishes", lambda: False)
    assert "Publish the front door" not in text(analyst.get("/dataset/loads/"))
    assert analyst.get("/dataset/loads/publish/").status_code == 404
    assert "no records of Sightline's own" in daily.daily()


def test_the_daily_run_publishes_and_says_so(recorded, work):
    assert daily.daily() == f"{held()} is being counted; 0 replaced snapshots removed"
    work()
    assert daily.daily() == f"nothing has changed since {held()}; 0 replaced snapshots removed"


# A year of nights.


@pytest.fixture
def replaced(recorded, publish, front_line) -> LoadedSnapshot:
    """A snapshot whose place another has taken."""
    publish()
    first = Load.objects.get().snapshot
    take(front_line, at(6), Given())
    publish()
    first.refresh_from_db()
    assert first.state == "superseded"
    return first


def test_a_replaced_snapshot_goes_and_the_current_one_stays(replaced):
    figures_of_today = Figure.objects.filter(snapshot=LoadedSnapshot.objects.current()).count()
    assert clearing.clear(by=BY) == 1
    assert not LoadedSnapshot.objects.filter(pk=replaced.pk).exists()
    assert Figure.objects.count() == figures_of_today
    assert first_of_all().part == ""
    event = AuditEvent.objects.get(action="dataset.forget")
    assert event.detail["snapshots"] == [replaced.snapshot_id]
    assert clearing.clear(by=BY) == 0


def test_its_folders_go_a_day_after_they_were_made(replaced, monkeypatch):
    folder, kept = Path(first_of_all().part), Path(held().part)
    clearing.clear(by=BY)
    assert folder.exists(), "somebody may just be making it"
    monkeypatch.setattr(clearing, "A_DAY", -1)
    clearing.clear(by=BY)
    assert not folder.exists()
    assert open_snapshot(kept)


def test_a_published_snapshot_is_kept(recorded, publish, front_line, cast):
    publish()
    first = LoadedSnapshot.objects.current()
    commands.publish_snapshot(first, label="2026 to 2027, quarter 1", by=cast.board_manager)
    take(front_line, at(6), Given())
    publish()
    assert clearing.clear(by=BY) == 0
    assert Figure.objects.filter(snapshot=first).exists()


def test_a_snapshot_that_somebody_named_is_kept(replaced):
    from sightline.assurance.collection.models import Quarter

    Quarter.objects.create(first_on=date(2026, 1, 1), last_on=date(2026, 3, 31), snapshot=replaced)
    assert clearing.clear(by=BY) == 0
    with pytest.raises(ProtectedError):
        clearing.forget(snapshots=[replaced.snapshot_id], by=BY)
    assert Figure.objects.filter(snapshot=replaced).exists()
    assert first_of_all().snapshot == replaced


def test_a_snapshot_that_an_agencys_load_came_in_with_is_kept(recorded, publish, cast, tmp_path):
    commands.load_snapshot(folder=listed(tmp_path, MONTH).folder, by=cast.analyst)
    came_in_with = Load.objects.get().snapshot
    publish()
    assert clearing.clear(by=BY) == 0
    assert LoadedSnapshot.objects.filter(pk=came_in_with.pk).exists()
