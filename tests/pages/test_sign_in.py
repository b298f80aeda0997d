"""Signing in: lock-out, the second factor, forgotten passwords. Nobody learns from it who has an account."""

import re
import subprocess
import sys
import time
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings as django_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sightline.config import settings as configured
from sightline.core.account_mail import password_link
from sightline.core.models import AuditEvent
from tests.conftest import PASSWORD

LOCKED = "There were too many wrong attempts. Wait 15 minutes before you try again"
WRONG = "Check your e-mail address and password: one of the two is not right"
NEW = "a-new-invented-phrase"


def sign_in(email: str, password: str, client: Client | None = None, **headers: str):
    client = client or Client()
    return client.post("/account/login/", {"login": email, "password": password}, **headers)


def code(secret: str, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def log(action: str = "account:") -> list[tuple]:
    events = AuditEvent.objects.filter(action__startswith=action)
    return [
        (event.action.partition(":")[2], event.outcome, event.detail.get("why") or event.detail.get("with"))
        for event in events
    ]


@pytest.fixture
def limits(settings):
    """The limits of a real installation."""
    settings.ACCOUNT_RATE_LIMITS = configured.ACCOUNT_RATE_LIMITS
    return configured.ACCOUNT_RATE_LIMITS


@pytest.fixture
def confirmed(signed_in):
    """A function that gives a client signed in as somebody who has just confirmed who they are."""

    def confirm(user) -> Client:
        client = signed_in(user)
        client.post("/account/confirm/", {"password": PASSWORD})
        return client

    return confirm


@pytest.fixture
def with_app(confirmed):
    """A function that sets up an authenticator app for somebody and gives its secret and their client."""

    def set_up(user) -> tuple[str, Client]:
        client = confirmed(user)
        page = client.get("/account/app/set-up/").content.decode()
        secret = re.search(r'class="app-code">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
        answer = client.post("/account/app/set-up/", {"code": code(secret)})
        assert answer.headers["Location"] == "/account/recovery-codes/"
        return secret, client

    return set_up


# Lock-out


def test_five_wrong_passwords_lock_an_account_for_a_quarter_of_an_hour(cast, limits, monkeypatch):
    for _ in range(5):
        assert WRONG in sign_in(cast.analyst.email, "not the password").content.decode()
    assert LOCKED in sign_in(cast.analyst.email, PASSWORD).content.decode()
    assert sign_in(cast.member.email, PASSWORD).status_code == 302
    assert log() == [
        *[("sign-in", "refused", "wrong")] * 5,
        ("sign-in", "refused", "too often"),
        ("sign-in", "done", ["password"]),
    ]
    later = time.time() + timedelta(minutes=15).total_seconds()
    clock = SimpleNamespace(time=lambda: later, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr("allauth.core.internal.ratelimit.time", clock)
    assert sign_in(cast.analyst.email, PASSWORD).status_code == 302


def test_an_address_without_an_account_is_locked_in_the_same_words(cast, limits):
    for _ in range(5):
        assert WRONG in sign_in("nobody@addiscombe-vale.example", PASSWORD).content.decode()
    assert LOCKED in sign_in("nobody@addiscombe-vale.example", PASSWORD).content.decode()


def test_another_spelling_or_another_name_of_the_host_is_no_way_round(cast, limits):
    for number in range(5):
        sign_in(cast.analyst.email.upper(), "wrong", HTTP_HOST=f"localhost:{8000 + number}")
    assert LOCKED in sign_in(cast.analyst.email, PASSWORD).content.decode()


def test_twenty_wrong_passwords_lock_the_address_that_they_come_from(cast, limits):
    for number in range(20):
        sign_in(f"nobody{number}@addiscombe-vale.example", "wrong")
    assert LOCKED in sign_in(cast.analyst.email, PASSWORD).content.decode()
    assert sign_in(cast.analyst.email, PASSWORD, REMOTE_ADDR="192.0.2.7").status_code == 302


ELSEWHERE = """
import sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.PARTNERSHIP_FILE = sys.argv[2]
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.AUDIT_KEY = bytes(range(32))
django.setup()
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
answer = Client(SERVER_NAME="localhost").post(
    "/account/login/", {"login": sys.argv[3], "password": sys.argv[4]}
)
print("LOCKED" if "too many" in answer.content.decode() else answer.status_code)
"""


@pytest.mark.django_db(transaction=True)
def test_the_lock_holds_in_another_process_too(cast, limits):
    def elsewhere(user) -> str:
        names = [django_settings.DATABASES["default"]["NAME"], str(django_settings.PARTNERSHIP_FILE)]
        arguments = [sys.executable, "-c", ELSEWHERE, *map(str, names), user.email, PASSWORD]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    for _ in range(5):
        sign_in(cast.analyst.email, "not the password")
    assert elsewhere(cast.analyst) == "LOCKED"
    assert elsewhere(cast.member) == "302"


def test_five_wrong_codes_lock_too(cast, limits, with_app):
    secret, _ = with_app(cast.analyst)
    client = Client()
    assert sign_in(cast.analyst.email, PASSWORD, client).headers["Location"] == "/account/code/"
    for _ in range(5):
        assert "The code is not right" in client.post("/account/code/", {"code": "000000"}).content.decode()
    assert LOCKED in client.post("/account/code/", {"code": code(secret, 1)}).content.decode()
    assert client.get("/").status_code == 302
    assert log("account:sign-in") == [
        *[("sign-in", "refused", "wrong")] * 5,
        ("sign-in", "refused", "too often"),
    ]


# The second factor


def test_with_an_app_the_password_alone_no_longer_signs_in(cast, with_app):
    secret, _ = with_app(cast.analyst)
    client = Client()
    assert sign_in(cast.analyst.email, PASSWORD, client).headers["Location"] == "/account/code/"
    assert client.get("/").status_code == 302
    assert client.post("/account/code/", {"code": code(secret)}).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert log() == [
        ("set-up-app", "done", None),
        ("sign-in", "done", ["password", "totp"]),
    ]


def test_a_code_signs_in_once(cast, with_app):
    secret, _ = with_app(cast.analyst)
    now = code(secret)
    answers = []
    for _ in range(2):
        client = Client()
        sign_in(cast.analyst.email, PASSWORD, client)
        answers.append(client.post("/account/code/", {"code": now}).status_code)
    assert answers == [302, 200]


def test_a_recovery_code_signs_in_once_and_the_others_stay(cast, with_app):
    _, mine = with_app(cast.analyst)
    codes = re.findall(r'class="app-code">(\d{8})<', mine.get("/account/recovery-codes/").content.decode())
    assert len(codes) == 10
    answers = []
    for _ in range(2):
        client = Client()
        sign_in(cast.analyst.email, PASSWORD, client)
        answers.append(client.post("/account/code/", {"code": codes[0]}).status_code)
    assert answers == [302, 200]
    assert "9 of 10 are unused" in mine.get("/account/recovery-codes/").content.decode()
    assert mine.get("/account/recovery-codes/download/").content.decode().count("\n") >= 9
    mine.post("/account/recovery-codes/new/")
    assert codes[1] not in mine.get("/account/recovery-codes/").content.decode()
    assert [action for action, *_ in log()][-2:] == ["download-recovery-codes", "make-recovery-codes"]


def test_the_app_is_set_up_only_with_a_code_that_it_shows(cast, confirmed):
    client = confirmed(cast.analyst)
    client.get("/account/app/set-up/")
    html = client.post("/account/app/set-up/", {"code": "000000"}).content.decode()
    assert "<title>Error: Set up an authenticator app" in html
    assert not Authenticator.objects.exists()
    assert log() == [("set-up-app", "refused", "wrong")]


def test_removing_the_app_lets_the_password_alone_sign_in_again(cast, with_app, work):
    _, client = with_app(cast.analyst)
    assert "Set up" in client.get("/account/").content.decode()
    assert client.post("/account/app/remove/").headers["Location"] == "/account/"
    assert not Authenticator.objects.exists()
    assert sign_in(cast.analyst.email, PASSWORD).headers["Location"] == "/"
    assert log()[1] == ("remove-app", "done", None)


@pytest.mark.parametrize(
    "address",
    [
        "/account/app/set-up/",
        "/account/recovery-codes/new/",
        "/account/passkeys/add/",
        "/account/passkeys/1/remove/",
        "/account/passkeys/1/rename/",
    ],
)
def test_what_signs_in_is_changed_only_after_confirming_who_one_is(address, cast, signed_in):
    client = signed_in(cast.analyst)
    answer = client.get(address)
    assert unquote(answer.headers["Location"]) == f"/account/confirm/?next={address}"
    html = client.post(answer.headers["Location"], {"password": "wrong"}).content.decode()
    assert "This is not your password" in html
    assert client.get(address).status_code == 302


def test_a_wrong_password_when_confirming_is_in_the_log(cast, signed_in):
    signed_in(cast.analyst).post("/account/confirm/", {"password": "wrong"})
    assert [outcome for _, outcome, _ in log()] == ["refused"]


def test_nobody_touches_the_passkey_of_another(cast, confirmed):
    theirs = Authenticator.objects.create(
        user=cast.member, type=Authenticator.Type.WEBAUTHN, data={"name": "Theirs"}
    )
    client = confirmed(cast.analyst)
    for verb in ("rename", "remove"):
        assert client.post(f"/account/passkeys/{theirs.pk}/{verb}/", {"name": "Mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data["name"] == "Theirs"


@pytest.mark.parametrize("answer", ["", "None", "{}", '{"id": 1}', '{"response": {"userHandle": "x"}}', "[]"])
def test_a_broken_answer_of_a_passkey_is_refused_in_words(answer, cast, confirmed):
    client = Client()
    client.get("/account/login/passkey/", headers={"accept": "application/json"})
    back = client.post("/account/login/passkey/", {"credential": answer}, follow=True)
    assert "The passkey was not accepted" in back.content.decode()
    client = confirmed(cast.analyst)
    client.get("/account/passkeys/add/")
    html = client.post("/account/passkeys/add/", {"credential": answer, "name": "x"}).content.decode()
    assert "The passkey was not accepted" in html
    assert log() == [("sign-in", "refused", "wrong"), ("add-passkey", "refused", "wrong")]


@pytest.mark.django_db(transaction=True)
def test_a_person_is_told_by_e_mail_that_the_way_to_sign_in_has_changed(cast, with_app, work):
    with_app(cast.analyst)
    work()
    (message,) = mail.outbox
    assert message.to == [cast.analyst.email]
    assert "An authenticator app is set up" in message.body


# Forgotten passwords


def ask(email: str) -> tuple[int, str, str]:
    answer = Client().post("/account/password/forgotten/", {"email": email}, follow=True)
    return answer.status_code, answer.redirect_chain[0][0], re.sub(r"\s+", " ", answer.content.decode())


def test_asking_for_a_link_says_the_same_whether_there_is_an_account_or_not(cast, work, limits):
    assert ask(cast.analyst.email) == ask("nobody@addiscombe-vale.example")
    work()
    assert [message.to for message in mail.outbox] == [[cast.analyst.email]]


def test_asking_does_the_same_work_whether_there_is_an_account_or_not(cast):
    work = []
    for email in (cast.member.email, cast.analyst.email, "nobody@addiscombe-vale.example"):
        with CaptureQueriesContext(connection) as queries:
            Client().post("/account/password/forgotten/", {"email": email})
        work.append([re.sub(r"\d+", "0", query["sql"][:30]) for query in queries])
    _, known, unknown = work
    assert known
    assert known == unknown


def test_the_same_address_can_be_asked_for_five_times_in_a_quarter_of_an_hour(cast, limits):
    statuses = [
        Client().post("/account/password/forgotten/", {"email": "nobody@example.org"}).status_code
        for _ in range(6)
    ]
    assert statuses == [302] * 5 + [429]


def test_a_link_chooses_a_password_once(cast, work):
    ask(cast.analyst.email)
    work()
    link = re.search(r"http://localhost:8000(/account/password/\S+)", mail.outbox[0].body)[1]
    client = Client()
    form = client.get(link, follow=True)
    assert "Choose a password" in form.content.decode()
    assert link.rpartition("-")[2] not in form.redirect_chain[-1][0], "the key would leak to other sites"
    address = form.redirect_chain[-1][0]
    html = client.post(address, {"password1": "short", "password2": "short"}).content.decode()
    assert "<title>Error: Choose a password" in html
    done = client.post(address, {"password1": NEW, "password2": NEW})
    assert done.headers["Location"] == "/account/password/done/"
    assert sign_in(cast.analyst.email, NEW).headers["Location"] == "/"
    assert "This link no longer works" in Client().get(link, follow=True).content.decode()
    assert ("change-password", "done", None) in log()


def test_a_link_ends_the_sessions_that_were_open(cast, signed_in):
    before = signed_in(cast.analyst)
    assert before.get("/").status_code == 200
    path = password_link(cast.analyst).removeprefix("http://localhost:8000")
    client = Client()
    address = client.get(path).headers["Location"]
    client.post(address, {"password1": NEW, "password2": NEW})
    assert before.get("/").status_code == 302


def test_a_link_of_yesterday_no_longer_works(cast, monkeypatch):
    path = password_link(cast.analyst).removeprefix("http://localhost:8000")
    tomorrow = timezone.localtime().replace(tzinfo=None) + timedelta(days=1, minutes=1)
    monkeypatch.setattr(
        "django.contrib.auth.tokens.PasswordResetTokenGenerator._now", lambda generator: tomorrow
    )
    assert "This link no longer works" in Client().get(path, follow=True).content.decode()


def test_a_link_does_not_pass_by_the_second_factor(cast, with_app):
    with_app(cast.analyst)
    path = password_link(cast.analyst).removeprefix("http://localhost:8000")
    client = Client()
    client.post(client.get(path).headers["Location"], {"password1": NEW, "password2": NEW})
    assert sign_in(cast.analyst.email, NEW).headers["Location"] == "/account/code/"


def test_a_closed_account_gets_no_link(cast, work):
    cast.analyst.is_active = False
    cast.analyst.save()
    ask(cast.analyst.email)
    work()
    assert mail.outbox == []


def test_a_person_without_a_role_can_choose_a_password_and_still_sees_nothing(cast):
    client = Client()
    assert sign_in(cast.stranger.email, PASSWORD, client).status_code == 302
    assert client.get("/").status_code == 404
    assert client.get("/account/").status_code == 404


def test_the_account_page_says_who_one_is_and_how_one_signs_in(cast, signed_in):
    html = signed_in(cast.agency_lead).get("/account/").content.decode()
    for words in ("Lee Care", cast.agency_lead.email, "Addiscombe Vale children", "Agency lead"):
        assert words in html
    assert "Only a password protects your account" in html


def test_a_wrong_password_takes_the_same_work_whether_there_is_an_account_or_not(cast, monkeypatch):
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *given: hashed.append(given[1]) or encode(*given))
    cast.member.set_unusable_password()
    cast.member.save()
    work = {}
    for email in (cast.analyst.email, cast.member.email, "nobody@addiscombe-vale.example"):
        hashed.clear()
        assert WRONG in sign_in(email, "not the password").content.decode()
        work[email] = len(hashed)
    assert set(work.values()) == {1}, work
