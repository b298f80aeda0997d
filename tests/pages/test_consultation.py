"""The consultation line: calls logged while one talks, advice that the caller can read, calls that become
contacts without being written again.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from lxml.html import fromstring

from sightline.core.audit import System
from sightline.core.command import NotDone, Refused
from sightline.core.models import AuditEvent, ClockRun
from sightline.core.trust.actor import system_actor
from sightline.core.trust.models import Dossier
from sightline.exchange.own_records import write_own
from sightline.facts.manifest import Window
from sightline.frontline.consultation import commands
from sightline.frontline.consultation.facts import facts
from sightline.frontline.consultation.models import Call, Caller, Consulted
from sightline.frontline.consultation.pages.calls import Day, how_it_did, wait_in_words
from sightline.frontline.referral.models import Concern, Contact, Referrer, Told
from tests.invented_people import looking
from tests.pages.test_access import at_work

BY = System("the tests")
QUESTION = "A pupil told me that he sleeps on the floor."


@pytest.fixture
def browse(signed_in):
    """A function that gives a browser of somebody at work."""
    return lambda user: at_work(signed_in(user))


def logged(front_line, **given):
    with looking(front_line.hub_worker):
        return commands.log_call(
            **{
                "said": {"caller": "Sam Teacher", "question": QUESTION, "advice": "Ask his mother first."},
                "team": front_line.hub,
                "by": front_line.hub_worker,
                **given,
            }
        )


def given_up(front_line, **given):
    with looking(front_line.hub_worker):
        return commands.log_abandoned(
            **{"wait_seconds": 600, "team": front_line.hub, "by": front_line.hub_worker, **given}
        )


def sent(**given):
    """A filled-in form."""
    now = timezone.localtime()
    return {
        "caller": "Sam Teacher",
        "question": QUESTION,
        "day_day": now.day,
        "day_month": now.month,
        "day_year": now.year,
        "time": f"{now:%H:%M}",
        **given,
    }


def test_a_call_is_logged_in_one_form(front_line, browse):
    client = browse(front_line.hub_worker)
    school = front_line.designated_lead.agency
    answer = client.post(
        "/consultation/new/",
        sent(
            wait_seconds="2:30",
            agency=school.pk,
            given_names="Ola",
            born_on_day="3",
            born_on_month="2",
            born_on_year="2016",
            advice="Ask his mother first.",
        ),
    )
    with system_actor("the tests"):
        call = Call.objects.get()
        assert answer["Location"] == reverse("consultation:call", args=[call.pk])
        assert (call.state, call.wait_seconds, call.agency) == ("logged", 150, school)
        assert Consulted.objects.get(dossier=call.dossier).question == QUESTION
        assert str(Told.objects.get(dossier=call.dossier)) == "Ola"
    page = client.get(answer["Location"]).content.decode()
    assert "Sam Teacher rang for advice" in page
    assert "2 minutes 30 seconds" in page
    assert "Make it a referral" in page
    assert "where the child lives; what the child says and wants" in page


def test_the_form_comes_with_the_moment_at_which_it_is_opened(front_line, browse):
    client = browse(front_line.hub_worker)
    page = fromstring(client.get("/consultation/new/").content)
    boxes = {one.get("name"): one.get("value") for one in page.xpath("//main//input")}
    assert boxes["time"] in {f"{timezone.localtime() - timedelta(minutes=ago):%H:%M}" for ago in (0, 1)}
    given = {name: boxes[name] for name in ("time", "day_day", "day_month", "day_year")}
    answer = client.post("/consultation/new/", {**given, "caller": "Sam Teacher", "question": QUESTION})
    assert answer.status_code == 302


def test_only_who_rang_and_what_they_asked_must_be_told(front_line, browse):
    client = browse(front_line.hub_worker)
    page = client.post("/consultation/new/", {}).content.decode()
    assert "Enter who rang" in page
    assert "Enter what they told you and asked" in page
    assert "Enter what you advised" not in page
    assert client.post("/consultation/new/", sent()).status_code == 302
    with system_actor("the tests"):
        assert not Told.objects.exists(), "perhaps it was about nobody"


@pytest.mark.parametrize(
    ("wait", "seconds"), [("2:30", 150), ("2.05", 125), ("3", 180), ("0:00", 0), ("", None)]
)
def test_a_wait_is_written_in_minutes_and_seconds(front_line, browse, wait, seconds):
    browse(front_line.hub_worker).post("/consultation/new/", sent(wait_seconds=wait))
    with system_actor("the tests"):
        assert Call.objects.get().wait_seconds == seconds


@pytest.mark.parametrize("wait", ["long", "2:60", "-1", "1:2"])
def test_what_is_no_wait_is_refused_beside_the_field_and_nothing_typed_is_lost(front_line, browse, wait):
    page = browse(front_line.hub_worker).post("/consultation/new/", sent(wait_seconds=wait)).content.decode()
    assert "Enter the wait as minutes and seconds, such as 2:30" in page
    assert QUESTION in page


def test_a_call_does_not_lie_ahead(front_line, browse):
    tomorrow = timezone.localdate() + timedelta(days=1)
    late = sent(day_day=tomorrow.day, day_month=tomorrow.month, day_year=tomorrow.year)
    assert (
        "must not lie ahead"
        in browse(front_line.hub_worker).post("/consultation/new/", late).content.decode()
    )
    with pytest.raises(NotDone, match="must not lie ahead"):
        logged(front_line, at=timezone.now() + timedelta(hours=1))
    with system_actor("the tests"):
        assert not Call.objects.exists()
        assert not Dossier.objects.exists(), "a cover without a call was left"


def test_a_call_becomes_a_contact_with_one_press_and_nothing_is_written_again(front_line, browse):
    an_hour_ago = timezone.now() - timedelta(hours=1)
    school = front_line.designated_lead.agency
    call = logged(
        front_line,
        said={"caller": "Sam Teacher", "question": QUESTION, "wishes": "A bed"},
        told={"given_names": "Ola", "school": "Elm"},
        reached={"role": "Head of year", "telephone": "020 7946 0000"},
        agency=school,
        at=an_hour_ago,
    )
    answer = browse(front_line.hub_worker).post(f"/consultation/{call.pk}/", {"do": "refer"})
    with system_actor("the tests"):
        contact, concern = Contact.objects.get(), Concern.objects.get()
        assert answer["Location"] == reverse("referral:contact", args=[contact.pk])
        assert contact.dossier_id == call.dossier_id
        assert (contact.channel, contact.received_at, contact.is_immediate) == (
            "consultation",
            an_hour_ago,
            False,
        )
        assert (concern.referrer, concern.agency, concern.narrative, concern.wishes) == (
            "Sam Teacher",
            school,
            QUESTION,
            "A bed",
        )
        assert Referrer.objects.get().telephone == "020 7946 0000"
        assert [str(one) for one in Told.objects.all()] == ["Ola"], "the child was told once"
        call.refresh_from_db()
        assert call.state == "referred"
    runs = ClockRun.objects.filter(subject_kind="referral_contact")
    assert {run.clock for run in runs} == {"referral-decision", "referrer-acknowledged"}
    assert {run.started_at for run in runs} == {an_hour_ago}, "the hub has known since the call"


def test_danger_now_goes_ahead_of_the_queue(front_line, browse):
    call = logged(front_line, said={"caller": "A neighbour", "question": "He hits them now"})
    browse(front_line.hub_worker).post(f"/consultation/{call.pk}/", {"do": "urgent"})
    with system_actor("the tests"):
        assert Contact.objects.get().is_immediate


def test_advice_was_enough(front_line, browse):
    call = logged(front_line)
    browse(front_line.hub_worker).post(f"/consultation/{call.pk}/", {"do": "close"})
    with system_actor("the tests"):
        call.refresh_from_db()
        assert (call.state, call.outcome) == ("closed", "Advice given")
        assert call.dossier.closed_at is not None, "the years count that it is kept"
        assert not Contact.objects.exists()


def test_without_advice_it_is_not_closed_as_advice(front_line, browse):
    call = logged(front_line, said={"caller": "Sam Teacher", "question": QUESTION})
    page = browse(front_line.hub_worker).post(f"/consultation/{call.pk}/", {"do": "close"}).content.decode()
    assert "No advice was written down" in page


@pytest.mark.parametrize("second", ["refer", "urgent", "close"])
@pytest.mark.parametrize("first", ["refer", "close"])
def test_a_call_is_finished_once(front_line, browse, first, second):
    call, client = logged(front_line), browse(front_line.hub_worker)
    client.post(f"/consultation/{call.pk}/", {"do": first})
    page = client.post(f"/consultation/{call.pk}/", {"do": second}).content.decode()
    assert "This call was finished meanwhile" in page
    with system_actor("the tests"):
        assert Contact.objects.count() == (first == "refer")


def test_a_caller_who_gave_up_leaves_no_words(front_line, browse):
    client = browse(front_line.hub_worker)
    assert client.post("/consultation/new/gave-up/", sent(wait_seconds="10")).status_code == 302
    with system_actor("the tests"):
        call = Call.objects.get()
        assert (call.was_abandoned, call.state, call.wait_seconds) == (True, "closed", 600)
        words = (Consulted, Caller, Told, Concern)
        assert not any(model.objects.filter(dossier=call.dossier).exists() for model in words)
    page = client.get(f"/consultation/{call.pk}/").content.decode()
    assert "A caller who gave up" in page
    assert "Make it a referral" not in page


def test_the_caller_reads_the_advice_in_their_own_login_and_cannot_finish_the_call(
    consultation, front_line, browse
):
    client = browse(front_line.designated_lead)
    address = f"/consultation/{consultation.pk}/"
    assert consultation.dossier.reference in client.get("/consultation/").content.decode()
    page = client.get(address).content.decode()
    assert "CANARY-advice" in page
    assert "CANARY-telephone" not in page, "how they are reached is for those who work on it"
    assert "Make it a referral" not in page
    assert client.post(address, {"do": "refer"}).status_code == 404
    with system_actor("the tests"):
        assert consultation.agency == front_line.designated_lead.agency, "the account's agency"
        assert not Contact.objects.exists()


def test_nobody_else_sees_it(consultation, front_line, browse):
    client = browse(front_line.police_unit)
    assert client.get(f"/consultation/{consultation.pk}/").status_code == 404
    page = client.get("/consultation/").content.decode()
    assert consultation.dossier.reference not in page
    assert "There is no call that you may see" in page


def test_only_the_hub_logs_calls(front_line):
    by, said = front_line.police_unit, {"caller": "Po Unit", "question": QUESTION}
    with looking(by), pytest.raises(Refused):
        commands.log_call(said=said, team=front_line.hub, by=by)


def test_the_log_of_what_was_done_has_no_words(consultation, front_line, browse):
    browse(front_line.hub_worker).post(f"/consultation/{consultation.pk}/", {"do": "refer"})
    told = " ".join(str(vars(event)) for event in AuditEvent.objects.all())
    assert "CANARY" not in told
    assert {"consultation.log-call", "consultation.refer", "referral.open-contact"} <= {
        event.action for event in AuditEvent.objects.all()
    }


def test_the_counts_of_a_day(front_line):
    today = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    for wait in (10, 20, None):
        logged(front_line, wait_seconds=wait, at=today)
    given_up(front_line, wait_seconds=600, at=today)
    logged(front_line, wait_seconds=9999, at=today - timedelta(days=1))
    with looking(front_line.hub_manager):
        seen = Call.objects.visible_to(front_line.hub_manager)
        assert how_it_did(seen, today.date()) == Day(calls=4, abandoned=1, median_wait=20)
        assert how_it_did(seen, today.date() + timedelta(days=1)) == Day(0, 0, None)


def test_a_wait_in_words():
    said = {None: "Not known", 0: "None", 1: "1 second", 60: "1 minute", 150: "2 minutes 30 seconds"}
    assert {seconds: wait_in_words(seconds) for seconds in said} == said


def test_the_list_is_narrowed(front_line, browse):
    school = front_line.designated_lead.agency
    advised, open_call = logged(front_line, agency=school), logged(front_line)
    lost = given_up(front_line)
    client = browse(front_line.hub_worker)
    client.post(f"/consultation/{advised.pk}/", {"do": "close"})
    found = {
        "": {advised, open_call, lost},
        "which=open": {open_call},
        "which=advised": {advised},
        "which=abandoned": {lost},
        f"agency={school.pk}": {advised},
        f"reference={lost.dossier.reference}": {lost},
        "which=nonsense": set(),
    }
    for asked, calls in found.items():
        page = client.get(f"/consultation/?{asked}").content.decode()
        assert {one for one in (advised, open_call, lost) if str(one.pk) in page} == calls, asked


def test_a_call_to_finish_waits_in_the_worklist(consultation, front_line, browse):
    page = browse(front_line.hub_worker).get("/worklist/").content.decode()
    assert f"call {consultation.dossier.reference}" in page


def test_the_page_of_a_record_is_the_contact_once_the_call_became_one(consultation, front_line):
    from sightline.core.trust.panel import page_of

    with looking(front_line.hub_worker):
        assert page_of(consultation.dossier_id, front_line.hub_worker) == f"/consultation/{consultation.pk}/"
        contact = commands.refer(consultation, by=front_line.hub_worker)
        assert page_of(consultation.dossier_id, front_line.hub_worker) == f"/referral/{contact.pk}/"


def test_a_long_list_asks_as_much_as_a_short_one(front_line, browse, django_assert_max_num_queries):
    client = browse(front_line.hub_worker)
    for _ in range(3):
        logged(front_line)
    client.get("/consultation/")
    with django_assert_max_num_queries(15) as few:
        client.get("/consultation/")
    for _ in range(20):
        logged(front_line)
    with django_assert_max_num_queries(len(few)):
        client.get("/consultation/")


def test_what_is_published_of_calls(front_line, tmp_path):
    """Of each call a row without a word, of which the source makes a snapshot; nothing before the first."""
    day = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    call = logged(front_line, account=front_line.police_unit.pk, wait_seconds=90, at=day)
    given_up(front_line, at=day + timedelta(hours=1))
    logged(front_line, at=day + timedelta(days=40))
    with looking(front_line.hub_worker):
        commands.refer(call, by=front_line.hub_worker)
    published = facts(Window(date(2026, 1, 1), date(2026, 3, 31)), None)["consultation_calls"]
    assert published.window == Window(date(2026, 3, 3), date(2026, 3, 31))
    assert [list(row.values()) for row in published.rows] == [
        [day, "POL", 90, False, True],
        [day + timedelta(hours=1), None, 600, True, False],
    ]
    tables = {"consultation_calls": published}
    assert write_own(tmp_path, "999", "front-door", date(2026, 4, 1), tables)
    assert facts(Window(date(2026, 1, 1), date(2026, 3, 2)), None) == {}
