"""What people are told by e-mail: once, what they want, and nothing that must not leave the installation."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction

from sightline.core import digest
from sightline.core.command import Refused
from sightline.core.commands import choose_notices, send_test_email
from sightline.core.models import (
    EVERY_DAY,
    AuditEvent,
    Notice,
    NoticeChoice,
    NoticeKind,
    RoleAssignment,
    User,
)
from sightline.core.notices import Sent, notify, send_digests
from sightline.core.process import Block, HomeItem

DUE, RETURNED = NoticeKind.DUE, NoticeKind.RETURNED


def unsent(user) -> list[str]:
    return [notice.text for notice in Notice.objects.filter(user=user, sent_at=None)]


def test_people_are_told_once_until_it_is_sent(cast):
    for _ in range(2):
        notify([cast.analyst, cast.member, cast.analyst], DUE, "Your return is due", "/dataset/")
    assert unsent(cast.analyst) == unsent(cast.member) == ["Your return is due"]
    Notice.objects.update(sent_at="2026-01-01T00:00:00Z")
    notify([cast.analyst], DUE, "Your return is due", "/dataset/")
    assert unsent(cast.analyst) == ["Your return is due"]


def test_the_same_words_about_another_page_are_other_news(cast):
    for page in ("/dataset/", "/dataset/quality/"):
        notify([cast.analyst], DUE, "Something is due", page)
    assert len(unsent(cast.analyst)) == 2


@pytest.mark.parametrize("refused", [DUE, EVERY_DAY])
def test_a_kind_that_somebody_does_not_want_is_kept_as_dealt_with(cast, refused):
    NoticeChoice.objects.create(user=cast.analyst, kind=refused, is_wanted=False)
    notify([cast.analyst, cast.member], DUE, "Your return is due", "/dataset/")
    assert unsent(cast.analyst) == []
    assert unsent(cast.member) == ["Your return is due"]
    assert Notice.objects.filter(user=cast.analyst).exclude(sent_at=None).count() == 1


def test_nobody_is_told_what_did_not_happen(cast):
    with transaction.atomic():
        notify([cast.analyst], DUE, "Your return is due", "/dataset/")
        transaction.set_rollback(True)
    assert unsent(cast.analyst) == []


def test_a_long_text_is_shortened_to_one_line(cast):
    notify([cast.analyst], DUE, "A very long name,\r\n" * 40, "/dataset/")
    (text,) = unsent(cast.analyst)
    assert len(text) <= 300
    assert text.endswith(" …")
    assert "\n" not in text


@pytest.mark.parametrize("href", ["https://elsewhere.example/", "//elsewhere.example/", "dataset/", ""])
def test_news_leads_to_a_page_of_this_site(cast, href):
    with pytest.raises(ValueError, match="no path of this site"):
        notify([cast.analyst], DUE, "Your return is due", href)


MORNING = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)
NEXT_MORNING = MORNING + timedelta(days=1)


@pytest.fixture
def roles_since_long_ago(cast):
    RoleAssignment.objects.update(from_on=date(2020, 1, 1))
    return cast


@pytest.fixture
def waiting(monkeypatch):
    """What waits for everybody: `waiting.append(HomeItem(...))`."""
    items: list[HomeItem] = []
    monkeypatch.setattr(digest, "waiting", lambda user, most: items[:most])
    return items


@pytest.fixture
def team(roles_since_long_ago, waiting):
    """The cast, in roles since long ago, and nothing that waits for them."""
    return roles_since_long_ago


def test_the_daily_email_names_what_waits_and_what_is_new(team, waiting):
    waiting.append(HomeItem(Block.WAITING, "Return of quarter 4", "/collection/4/", "Due on Friday"))
    notify([team.analyst], RETURNED, "Addiscombe Vale police's return was <accepted>", "/collection/5/")
    RoleAssignment.objects.exclude(user=team.analyst).delete()
    assert send_digests(MORNING) == Sent(sent=1, failed=0)
    (email,) = mail.outbox
    assert email.to == ["ana.lyst@addiscombe-vale.example"]
    assert email.reply_to == ["business.unit@addiscombe-vale.example"]
    assert email.subject == "Sightline: waiting for you and news, Tuesday 10 March 2026"
    assert email.body.startswith("Hello Ana Lyst,\n")
    for said in (
        "- Return of quarter 4\n  Due on Friday\n  http://localhost:8000/collection/4/\n",
        "- Addiscombe Vale police's return was <accepted>\n",
        "http://localhost:8000/account/notices/",
        "This partnership does not exist.",
    ):
        assert said in email.body
    ((html, kind),) = email.alternatives
    assert kind == "text/html"
    assert '<html lang="en-GB">' in html
    assert '<a href="http://localhost:8000/collection/4/">Return of quarter 4</a><br>Due on Friday' in html
    assert "&lt;accepted&gt;" in html
    for told in ("<img", "<table", "style=", "<script", "<link"):
        assert told not in html
    assert email.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_deployed_installations_links_lead_to_its_own_name(team, settings):
    settings.SITE = "https://sightline.addiscombe-vale.example"
    notify([team.analyst], DUE, "Your return is due", "/dataset/")
    send_digests(MORNING)
    assert "https://sightline.addiscombe-vale.example/dataset/" in mail.outbox[0].body


def test_with_nothing_to_say_no_email_is_sent_and_none_is_recorded(team):
    assert send_digests(MORNING) == Sent(sent=0, failed=0)
    assert mail.outbox == []
    assert not AuditEvent.objects.exists()


def test_a_person_gets_one_email_a_day_and_each_news_once(team, waiting):
    notify([team.analyst, team.member], DUE, "Your return is due", "/dataset/")
    assert [send_digests(MORNING).sent, send_digests(MORNING).sent] == [2, 0]
    notify([team.analyst], DUE, "Your return is late", "/dataset/")
    assert send_digests(MORNING).sent == 0
    assert send_digests(NEXT_MORNING).sent == 1
    assert "is late" in mail.outbox[-1].body
    assert "is due" not in mail.outbox[-1].body
    event = AuditEvent.objects.filter(object_key=str(team.analyst.pk)).last()
    assert (event.action, event.detail["day"]) == ("core.send-digest", "2026-03-11")


def test_what_waits_is_said_every_day_that_it_waits(team, waiting):
    waiting.append(HomeItem(Block.WAITING, "Return of quarter 4", "/collection/4/"))
    RoleAssignment.objects.exclude(user=team.analyst).delete()
    assert [send_digests(day).sent for day in (MORNING, MORNING, NEXT_MORNING)] == [1, 0, 1]


def test_what_is_due_is_not_said_twice(team, waiting):
    waiting.append(HomeItem(Block.WAITING, "Return of quarter 4", "/collection/4/", "Due on Friday"))
    notify([team.analyst], DUE, "Return of quarter 4 is due on Friday", "/collection/4/")
    notify([team.analyst], RETURNED, "Return of quarter 4 was sent back", "/collection/4/")
    send_digests(MORNING)
    (email,) = [email for email in mail.outbox if email.to == [team.analyst.email]]
    assert "is due on Friday" not in email.body
    assert "was sent back" in email.body
    assert not Notice.objects.filter(sent_at=None).exists()


def test_nobody_without_a_live_role_and_nobody_with_a_closed_account_gets_one(team):
    RoleAssignment.objects.filter(user=team.leaver).update(until_on=date(2026, 3, 9))
    User.objects.filter(pk=team.member.pk).update(is_active=False)
    everybody = [team.stranger, team.leaver, team.member, team.analyst]
    notify(everybody, DUE, "Your return is due", "/dataset/")
    assert send_digests(MORNING).sent == 1
    assert [email.to for email in mail.outbox] == [[team.analyst.email]]


def test_who_wants_no_email_gets_none_now_or_later(team, waiting):
    waiting.append(HomeItem(Block.WAITING, "Return of quarter 4", "/collection/4/"))
    RoleAssignment.objects.exclude(user=team.analyst).delete()
    notify([team.analyst], RETURNED, "Your return was sent back", "/dataset/")
    choose_notices(team.analyst, wanted=set(NoticeKind.values), by=team.analyst)
    assert send_digests(MORNING).sent == 0
    choose_notices(team.analyst, wanted={EVERY_DAY, *NoticeKind.values}, by=team.analyst)
    send_digests(MORNING)
    assert "Return of quarter 4" in mail.outbox[0].body
    assert "sent back" not in mail.outbox[0].body


def test_a_kind_not_wanted_is_left_out_and_with_what_is_due_what_waits(team, waiting):
    waiting.append(HomeItem(Block.WAITING, "Return of quarter 4", "/collection/4/"))
    RoleAssignment.objects.exclude(user=team.analyst).delete()
    notify([team.analyst], DUE, "Your return is late", "/dataset/")
    notify([team.analyst], RETURNED, "Your return was sent back", "/dataset/")
    choose_notices(team.analyst, wanted={EVERY_DAY, RETURNED}, by=team.analyst)
    send_digests(MORNING)
    assert "sent back" in mail.outbox[0].body
    assert "is late" not in mail.outbox[0].body
    assert "quarter 4" not in mail.outbox[0].body


def test_nobody_chooses_for_another(cast):
    with pytest.raises(Refused):
        choose_notices(cast.member, wanted=set(), by=cast.board_manager)
    with pytest.raises(Refused):
        send_test_email(cast.member, by=cast.board_manager)
    assert mail.outbox == []
    assert not NoticeChoice.objects.exists()


def test_a_broken_worklist_stops_nobody_elses_email(team, monkeypatch, caplog):
    def waiting(user, most):
        if user == team.analyst:
            raise LookupError("no such quarter")
        return [HomeItem(Block.WAITING, "Return of quarter 4", "/collection/4/")]

    monkeypatch.setattr(digest, "waiting", waiting)
    RoleAssignment.objects.exclude(user__in=[team.analyst, team.member]).delete()
    done = send_digests(MORNING)
    assert (done, str(done)) == (Sent(sent=1, failed=1), "1 e-mail sent, 1 not sent: see the log")
    assert f"account {team.analyst.pk}: the daily e-mail was not made" in caplog.text
    assert team.analyst.email not in caplog.text


def test_a_person_chooses_on_the_page(cast, signed_in):
    client = signed_in(cast.analyst)
    page = client.get("/account/notices/").content.decode()
    assert page.count(" checked") == 1 + len(NoticeKind), "at first everything is wanted"
    given = {"every_day": "yes", "kinds": ["question", "due"]}
    saved = client.post("/account/notices/", given, follow=True).content.decode()
    assert "Your choices are saved" in saved
    assert saved.count(" checked") == 3
    assert NoticeChoice.objects.filter(user=cast.analyst).wanted() == {EVERY_DAY, DUE, NoticeKind.QUESTION}
    assert NoticeChoice.objects.filter(user=cast.member).wanted() == {EVERY_DAY, *NoticeKind.values}


def test_a_person_who_wants_no_emails_need_not_say_about_what(cast, signed_in):
    client = signed_in(cast.analyst)
    page = client.post("/account/notices/", {"every_day": "no"}, follow=True).content.decode()
    assert "Your choices are saved" in page
    assert NoticeChoice.objects.filter(user=cast.analyst).wanted() == set()


def test_emails_about_nothing_are_asked_back_and_nothing_is_stored(cast, signed_in):
    page = signed_in(cast.analyst).post("/account/notices/", {"every_day": "yes"}).content.decode()
    assert "<title>Error: E-mails you get" in page
    assert page.count("Select at least one, or choose to get no e-mails at all") == 2
    assert not NoticeChoice.objects.exists()


def test_a_test_email_comes_and_not_too_often(cast, signed_in, settings):
    settings.IS_EMAIL_SENT = True
    client = signed_in(cast.administrator)
    for _ in range(3):
        answer = client.post("/account/notices/", {"trial": "yes"}, follow=True).content.decode()
        assert "A test e-mail is on its way to ad.min@addiscombe-vale.example" in answer
    answer = client.post("/account/notices/", {"trial": "yes"}).content.decode()
    assert "<title>Error: E-mails you get" in answer
    assert "You have asked for 3 test e-mails within an hour" in answer
    assert [email.subject for email in mail.outbox] == ["Sightline: a test e-mail"] * 3
    signed_in(cast.member).post("/account/notices/", {"trial": "yes"})
    assert mail.outbox[-1].to == [cast.member.email]


def test_the_page_says_when_the_mail_server_does_not_answer(cast, signed_in, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.IS_EMAIL_SENT = True
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    answer = signed_in(cast.analyst).post("/account/notices/", {"trial": "yes"}).content.decode()
    assert "The mail server did not take the test e-mail (ConnectionRefusedError)" in answer


def test_the_page_says_when_emails_are_not_set_up(cast, signed_in, settings):
    settings.IS_EMAIL_SENT = False
    client = signed_in(cast.analyst)
    page = client.get("/account/notices/").content.decode()
    assert "This installation is not set up to send e-mails yet" in page
    assert "Send me a test e-mail" not in page
    answer = client.post("/account/notices/", {"trial": "yes"}).content.decode()
    assert "<title>Error: E-mails you get" in answer
    assert mail.outbox == []


def test_the_page_offers_a_test_where_emails_are_set_up(cast, signed_in, settings):
    settings.IS_EMAIL_SENT = True
    page = signed_in(cast.analyst).get("/account/notices/").content.decode()
    assert "not set up" not in page
    assert "Send me a test e-mail" in page
