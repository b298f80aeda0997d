"""The audit log for people: what gets into it, its page, its file, and the command line that checks it."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from sightline.config import cli
from sightline.config.cli import audit as audit_command
from sightline.config.cli import daily as daily_command
from sightline.core import audit_words, chain, commands, process, worklist
from sightline.core.anchors import anchor_now, read_anchor, write_anchor
from sightline.core.audit import System, record_event
from sightline.core.command import COMMANDS
from sightline.core.guard import lift_guard
from sightline.core.middleware import SIGNED_IN_AT
from sightline.core.models import AuditEvent, NoticeKind, User
from sightline.core.notices import notify
from sightline.core.permissions import Role
from tests.conftest import PASSWORD
from tests.pages.tampering import run

SYSTEM = System("a test")


def actions() -> list[tuple]:
    return list(AuditEvent.objects.values_list("action", "outcome", "actor__name"))


def sign_in(email: str, password: str) -> Client:
    client = Client()
    client.post("/account/login/", {"login": email, "password": password})
    return client


# What gets into the log


def test_the_whole_of_a_visit_is_in_the_log(cast):
    email = cast.board_manager.email
    sign_in(email, "not the password")
    client = sign_in(email, PASSWORD)
    client.get("/audit/")
    client.get("/audit/events.csv")
    new = "another-long-invented-phrase"
    client.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    client.post("/account/logout/")
    assert actions() == [
        ("account:sign-in", "refused", None),
        ("account:sign-in", "done", "Bo Manager"),
        ("view:audit", "done", "Bo Manager"),
        ("export:audit-export", "done", "Bo Manager"),
        ("account:change-password", "done", "Bo Manager"),
        ("account:sign-out", "done", "Bo Manager"),
    ]
    assert chain.verify(anchor_now()).is_intact


def test_a_closed_account_with_the_right_password_is_refused_in_the_log(cast):
    User.objects.filter(pk=cast.analyst.pk).update(is_active=False)
    sign_in(cast.analyst.email, PASSWORD)
    event = AuditEvent.objects.last()
    assert (event.action, event.outcome, event.object_key) == (
        "account:sign-in",
        "refused",
        str(cast.analyst.pk),
    )
    assert event.detail == {"why": "closed"}


def test_attempts_that_come_too_often_are_in_the_log(cast, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/5m/key"}
    for _ in range(3):
        sign_in(cast.analyst.email, "not the password")
    assert [event.detail["why"] for event in AuditEvent.objects.all()] == ["wrong", "wrong", "too often"]


def test_a_session_that_ends_by_its_length_is_in_the_log(cast, signed_in):
    client = signed_in(cast.analyst)
    session = client.session
    session[SIGNED_IN_AT] = (timezone.now() - timedelta(hours=9)).isoformat()
    session.save()
    assert client.get("/").status_code == 302
    assert actions() == [("account:session-end", "done", "Ana Lyst")]


def test_nobody_signs_in_whose_signing_in_cannot_be_recorded(cast, monkeypatch):
    def fail(events):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(chain, "append", fail)
    client = Client(raise_request_exception=False)
    client.post("/account/login/", {"login": cast.analyst.email, "password": PASSWORD})
    monkeypatch.undo()
    assert client.get("/").status_code == 302
    assert User.objects.get(pk=cast.analyst.pk).last_login is None


@pytest.mark.parametrize("address", ["/audit/", "/audit/events.csv"])
@pytest.mark.parametrize("fault", [DatabaseError("the disk is full"), chain.NoKey("no key")])
def test_a_read_that_cannot_be_recorded_is_withheld(cast, signed_in, monkeypatch, address, fault):
    record_event("core.give-role", SYSTEM, detail={"canary": "CANARY"})
    client = signed_in(cast.board_manager)

    def fail(events):
        raise fault

    monkeypatch.setattr(chain, "append", fail)
    response = client.get(address)
    assert response.status_code == 503
    content = response.content.decode()
    assert "cannot be shown now" in content
    assert "CANARY" not in content
    assert "Content-Disposition" not in response.headers


# The page


@pytest.fixture
def log(cast):
    """A short story: an administrator makes accounts, a lead tries what is not allowed."""
    commands.give_role(cast.stranger, role=Role.MEMBER, from_on=date(2026, 3, 1), by=cast.administrator)
    commands.enter_agencies(by=SYSTEM)
    record_event("open:dataset:scorecard", cast.administrator, outcome="refused")
    record_event("account:sign-in", None, outcome="refused", detail={"why": "wrong"})
    return cast


def page(client: Client, query: str = "") -> str:
    response = client.get(f"/audit/{query}")
    assert response.status_code == 200
    return response.content.decode()


def rows(html: str) -> int:
    return html.count('<tr class="app-stack__row"')


def test_the_log_is_shown_in_words_newest_first(log, signed_in):
    html = page(signed_in(log.administrator))
    words = [
        "Sign-in",
        "Tried to open: dataset, scorecard",
        "The system: a test",
        "Entered the agencies of the settings",
        "Gave a role",
        "role: member",
        f"Account {log.stranger.pk} (Stran Ger)",
    ]
    assert [word for word in words if word not in html] == []
    table = html[html.index("<tbody") :]
    order = [table.index(word) for word in ("Somebody not signed in", "Entered the agencies", "Gave a role")]
    assert order == sorted(order)
    assert "8 events." in html
    assert AuditEvent.objects.get(seq=8).mac[:12] in html


def test_every_command_is_told_in_words():
    process.processes()  # imports the commands of each
    rooms = {"core", *(name.rpartition(".")[2] for name in settings.PROCESSES)}
    ours = {key for key in COMMANDS if key.partition(".")[0] in rooms}
    assert {"core.give-role", "collection.sign-off", "questionnaire.submit", "dataset.receive-load"} <= ours
    assert [key for key in ours if ":" in audit_words.what(key)] == []


def test_an_agency_is_named(cast, signed_in):
    record_event("collection.sign-off", SYSTEM, subject=cast.other_agency_lead.agency)
    html = page(signed_in(cast.administrator))
    assert "Signed off an agency" in html
    assert f"({cast.other_agency_lead.agency.name})" in html


def test_the_deeds_of_a_process_are_named_with_it(cast, signed_in):
    record_event("dataset.load-snapshot", SYSTEM, detail={"files": ["a", "b"]})
    html = page(signed_in(cast.administrator))
    assert "Loaded a snapshot" in html
    assert "files: a, b" in html


def test_opening_the_log_is_in_the_log(log, signed_in):
    client = signed_in(log.administrator)
    page(client)
    assert "Read the audit log" in page(client)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?person=min", 2),
        ("?person=ad.min@", 2),
        ("?person=nobody", 0),
        ("?action=core.add-agency", 4),
        ("?action=open:", 1),
        ("?outcome=refused", 2),
        ("?outcome=refused&person=Ad", 1),
        ("?from_on_day=1&from_on_month=1&from_on_year=2020", 8),
        ("?until_on_day=1&until_on_month=1&until_on_year=2020", 0),
    ],
)
def test_the_log_can_be_narrowed(log, signed_in, query, count):
    html = page(signed_in(log.administrator), query)
    assert rows(html) == count
    assert ("No event fits" in html) == (count == 0)


def test_a_day_counts_from_midnight_to_midnight_in_england(cast, signed_in):
    for day, hour in ((30, 22), (30, 23), (31, 22), (31, 23)):  # the clock in England is an hour ahead
        at = datetime(2026, 7, day, hour, 30, tzinfo=UTC)
        chain.append([AuditEvent(action="account:sign-in", outcome="done", at=at)])
    one_day = "_on_day=31&{0}_on_month=7&{0}_on_year=2026"
    query = f"?from{one_day.format('from')}&until{one_day.format('until')}"
    assert rows(page(signed_in(cast.administrator), query)) == 2


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?from_on_day=31&from_on_month=2&from_on_year=2026", "Enter a real date"),
        ("?action=made-up", "Select a valid choice"),
        (
            "?from_on_day=2&from_on_month=2&from_on_year=2026&until_on_day=1&until_on_month=2&until_on_year=2026",
            "must not be before",
        ),
    ],
)
def test_a_wrong_filter_shows_no_event_and_says_what_is_wrong(log, signed_in, query, said):
    html = page(signed_in(log.administrator), query)
    assert "<title>Error: Audit log" in html
    assert said in html
    assert rows(html) == 0
    response = signed_in(log.administrator).get(f"/audit/events.csv{query}")
    assert said in response.content.decode()


def test_a_long_log_is_shown_page_by_page(cast, signed_in):
    chain.append([AuditEvent(action=f"test.deed-{number}", outcome="done") for number in range(120)])
    client = signed_in(cast.administrator)
    first = page(client)
    assert rows(first) == 50
    assert "?before=71" in first
    second, third = page(client, "?before=71"), page(client, "?before=21")
    assert (rows(second), rows(third)) == (50, 20)
    assert 'href="/audit/"' in second
    assert "?before=" not in third


def test_the_page_asks_the_database_as_often_for_a_long_log_as_for_a_short_one(
    cast, signed_in, django_assert_max_num_queries
):
    for user in (cast.analyst, cast.member, cast.lay_member) * 20:
        record_event("core.give-role", cast.administrator, subject=user)
    client = signed_in(cast.administrator)
    with django_assert_max_num_queries(15):
        page(client)


def test_every_command_and_audited_page_can_be_chosen_by_its_words():
    known = dict(audit_words.actions())
    assert COMMANDS.keys() <= known.keys()
    assert {"view:audit", "export:audit-export", "account:sign-in", "open:"} <= known.keys()
    assert all(words and words[0].isupper() for words in known.values())


def test_the_partnerships_page_leads_to_the_log(cast, signed_in):
    for user in (cast.board_manager, cast.administrator):
        assert 'href="/audit/"' in signed_in(user).get("/partnership/").content.decode()


# The file


def lines(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_the_file_holds_what_the_chain_was_made_of(log, signed_in):
    response = signed_in(log.board_manager).get("/audit/events.csv")
    assert response.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in response.headers["Content-Disposition"]
    found = lines(response)
    assert [line["number"] for line in found][:8] == [str(number) for number in range(1, 9)]
    assert found[0]["who"] == "Ad Min"
    assert json.loads(found[0]["detail"]) == {"role": "member"}
    assert found[0]["code of the chain"] == AuditEvent.objects.get(seq=1).mac


def test_the_file_is_narrowed_like_the_page(log, signed_in):
    response = signed_in(log.board_manager).get("/audit/events.csv?outcome=refused")
    assert [line["outcome"] for line in lines(response)] == ["refused"] * 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_of_the_file_is_a_formula(cast, signed_in, text):
    cast.administrator.name = text
    cast.administrator.save()
    record_event("account:sign-in", cast.administrator)
    (line, *_) = lines(signed_in(cast.board_manager).get("/audit/events.csv"))
    assert line["who"] == f"'{text}"


# The command line


@pytest.fixture
def run_audit(db):
    """A function that runs `sightline audit` and gives its exit code and what it said."""

    def run(*arguments: object) -> tuple[int, str]:
        result = CliRunner().invoke(audit_command.app, [str(argument) for argument in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return run


def test_a_whole_log_is_intact(log, run_audit, tmp_path):
    assert run_audit("verify") == (
        0,
        "8 events, intact. Nothing was compared with an anchor: a cut end would not show\n",
    )
    file = write_anchor(anchor_now(), tmp_path)
    commands.enter_agencies(by=SYSTEM)
    assert run_audit("verify", "--anchor", file) == (0, f"13 events, intact, as {file.name} says\n")


def test_a_broken_log_is_exit_code_1(log, run_audit):
    lift_guard(connection)
    run("UPDATE core_auditevent SET action = 'x' WHERE seq = 3")
    code, said = run_audit("verify")
    assert (code, said) == (1, "Broken at event 3: altered, or one before it was removed\n")


def test_a_cut_end_is_exit_code_2_with_an_anchor_and_0_without(log, run_audit, tmp_path):
    file = write_anchor(anchor_now(), tmp_path)
    lift_guard(connection)
    run("DELETE FROM core_auditevent WHERE seq > 6")
    run("UPDATE core_chainhead SET seq = 6, mac = %s", AuditEvent.objects.get(seq=6).mac)
    code, said = run_audit("verify", "--anchor", file)
    assert code == 2
    assert said == "6 events, intact in themselves, but shorter than the anchor; missing: events 7 to 8\n"
    assert run_audit("verify")[0] == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be used: No such file"),
        ("", "is no anchor"),
        ("[]", "is no anchor"),
        ('{"seq": 3, "mac": "ab", "at": "2026-03-31", "events": 3}', "is no anchor"),
        ('{"seq": "x", "mac": "ab"}', "is no anchor"),
    ],
)
def test_what_is_no_anchor_is_exit_code_3(run_audit, tmp_path, content, said):
    file = tmp_path / "anchor.json"
    if content is not None:
        file.write_text(content)
    code, output = run_audit("verify", "--anchor", file)
    assert code == 3
    assert said in output
    assert str(file) in output


def test_a_missing_key_or_database_is_exit_code_3(log, run_audit, settings, tmp_path, monkeypatch):
    settings.AUDIT_KEY, settings.VAR = None, tmp_path
    assert run_audit("verify")[0] == 3

    def fail(anchor):
        raise DatabaseError("connection refused")

    monkeypatch.setattr(chain, "verify", fail)
    code, said = run_audit("verify")
    assert code == 3
    assert "the database does not answer" in said


def test_an_anchor_never_replaces_another_of_its_day(log, run_audit, tmp_path):
    today = timezone.localdate()
    first = tmp_path / f"anchor-{today}.json"
    for _ in range(2):
        assert run_audit("anchor", "--out", tmp_path) == (0, f"{first}\n")
    kept = first.read_text()
    commands.enter_agencies(by=SYSTEM)
    second = tmp_path / f"anchor-{today}-2.json"
    assert run_audit("anchor", "--out", tmp_path) == (0, f"{second}\n")
    assert first.read_text() == kept
    assert (read_anchor(first).seq, read_anchor(second).seq) == (8, 13)


def test_the_log_is_exported_with_the_export_itself(log, run_audit, tmp_path):
    assert run_audit("export", tmp_path / "log.csv")[0] == 0
    found = list(csv.DictReader((tmp_path / "log.csv").open(newline="")))
    assert len(found) == 9
    assert found[-1]["what"] == "Exported the audit log at the command line"


# The work of a day


@pytest.fixture
def run_daily(db, settings, tmp_path, monkeypatch):
    """A function that runs `sightline daily` without any process: its exit code and what it said."""
    settings.VAR = tmp_path
    for module in (process, worklist):
        monkeypatch.setattr(module, "processes", list)

    def run() -> tuple[int, str]:
        result = CliRunner().invoke(daily_command.app, [])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return run


def test_a_day_is_anchored_sent_and_checked_once(log, run_daily, settings, tmp_path):
    settings.ANCHORS_TO = ["ig@addiscombe-vale.example", "ig@police.example"]
    settings.IS_EMAIL_SENT = True
    code, said = run_daily()
    assert code == 0, said
    (message,) = mail.outbox
    assert message.to == settings.ANCHORS_TO
    assert AuditEvent.objects.get(seq=8).mac in message.body
    (name, content, _) = message.attachments[0]
    assert content == (tmp_path / "anchors" / name).read_text()
    commands.enter_agencies(by=SYSTEM)
    assert run_daily()[0] == 0
    assert len(mail.outbox) == 1
    assert len(list((tmp_path / "anchors").glob("*.json"))) == 1


def test_nobody_to_send_the_anchor_to_is_said(run_daily):
    assert "SIGHTLINE_ANCHORS_TO names nobody" in run_daily()[1]


def test_an_anchor_that_the_mail_server_refused_is_sent_by_the_next_run(run_daily, settings, monkeypatch):
    settings.ANCHORS_TO, settings.IS_EMAIL_SENT = ["ig@addiscombe-vale.example"], True
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    code, said = run_daily()
    assert code == 1
    assert "Anchor by e-mail: FAILED: the mail server did not take it" in said
    assert "Audit log: 0 events, intact" in said
    settings.EMAIL_BACKEND = backend
    assert run_daily()[0] == 0
    assert len(mail.outbox) == 1


def test_an_anchor_without_a_mail_server_fails_the_day(run_daily, settings):
    settings.ANCHORS_TO = ["ig@addiscombe-vale.example"]
    code, said = run_daily()
    assert code == 1
    assert "SIGHTLINE_EMAIL_URL no mail server" in said


def test_the_news_of_the_day_is_sent(cast, run_daily):
    notify([cast.analyst, cast.member], NoticeKind.DUE, "Your return is due", "/dataset/")
    assert "E-mails of the day: 2 e-mails sent" in run_daily()[1]


def test_the_end_that_was_cut_since_yesterday_fails_the_day(log, run_daily, tmp_path):
    yesterday = timezone.localdate() - timedelta(days=1)
    file = write_anchor(anchor_now(), tmp_path / "anchors")
    file.rename(file.with_name(f"anchor-{yesterday}.json"))
    lift_guard(connection)
    run("DELETE FROM core_auditevent WHERE seq > 6")
    run("UPDATE core_chainhead SET seq = 6, mac = %s", AuditEvent.objects.get(seq=6).mac)
    code, said = run_daily()
    assert code == 1
    assert "FAILED: 6 events, intact in themselves, but shorter than the anchor" in said


def test_each_process_does_its_work_and_a_failure_does_not_stop_the_next(run_daily, monkeypatch):
    def fail() -> str:
        raise RuntimeError("a mistake")

    made = [
        process.Process("First", "home", daily=fail),
        process.Process("Second", "home", daily=lambda: "3 done"),
        process.Process("Third", "home"),
    ]
    for module in (process, worklist):
        monkeypatch.setattr(module, "processes", lambda: made)
    code, said = run_daily()
    assert code == 1
    ends = [
        "First: FAILED: a mistake",
        "Second: 3 done",
        "Files: 0 left over, removed",
        "E-mails of the day: 0 e-mails sent",
    ]
    assert "\n".join([*ends, "Audit log: 0 events, intact"]) in said


def test_both_stand_in_the_list_of_commands(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    said = capsys.readouterr().out
    assert "audit" in said
    assert "daily" in said
