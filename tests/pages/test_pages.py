"""The pages of the core: home, sign-in, the pages that every service owes, and those that say no."""

from datetime import timedelta
from types import SimpleNamespace

import lxml.html
import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from sightline.clocks import CLOCKS
from sightline.core import frame
from sightline.core.command import Refused
from sightline.core.middleware import SEEN_AT, SIGNED_IN_AT
from sightline.core.models import AuditEvent
from sightline.core.pages import about, home, refusals
from sightline.core.process import Block, HomeItem, Process
from tests.conftest import PASSWORD


def sign_in(email: str, password: str) -> tuple[Client, object]:
    client = Client()
    return client, client.post("/account/login/", {"login": email, "password": password})


def test_an_empty_home_page_says_what_will_appear(cast, signed_in):
    html = signed_in(cast.member).get("/").content.decode()
    places = [html.index(f">{title}</h2>") for title in ("Waiting for you", "What changed", "Not yet shown")]
    assert places == sorted(places)
    assert "Nothing is waiting for you" in html


def test_home_asks_the_database_little(cast, signed_in, django_assert_max_num_queries):
    client = signed_in(cast.member)
    with django_assert_max_num_queries(9):
        client.get("/")


def test_a_process_fills_the_home_page_and_the_navigation(cast, signed_in, monkeypatch):
    item = HomeItem(
        Block.CHANGED, "Interviews: seven months <below> the mean", "/dataset/x", "since April 2026"
    )
    process = Process(
        "Dataset", "data-protection", home_items=lambda user: [item] if user == cast.analyst else []
    )
    monkeypatch.setattr(home, "processes", lambda: (process,))
    monkeypatch.setattr(frame, "processes", lambda: (Process("Dataset", "home"),))
    html = signed_in(cast.analyst).get("/").content.decode()
    assert (
        '<a class="govuk-link" href="/dataset/x">Interviews: seven months &lt;below&gt; the mean</a>' in html
    )
    assert "since April 2026" in html
    assert "Dataset" in html
    assert "Interviews" not in signed_in(cast.member).get("/").content.decode()


def test_the_navigation_shows_only_what_a_person_may_open(cast, signed_in):
    assert "govuk-service-navigation__link" in signed_in(cast.analyst).get("/").content.decode()
    assert "govuk-service-navigation" not in signed_in(cast.stranger).get("/").content.decode()


def test_every_clock_stands_beside_the_partnerships_own_limit_with_its_source(cast, signed_in):
    page = lxml.html.fromstring(signed_in(cast.lay_member).get("/clocks/").content)
    rows = {row.get("id"): [" ".join(cell.text_content().split()) for cell in row] for row in page.iter("tr")}
    rows.pop(None)  # the headings
    assert list(rows) == list(CLOCKS)
    title, runs, national, own, source = rows["assessment"]
    assert (title, own) == ("Assessment (section 17) C04", "40 working days")
    assert runs == "from: referral received to: assessment signed off by a manager"
    assert national.startswith("45 working days A maximum;")
    assert source.startswith("Confirmed Statutory guidance: Working Together")
    assert source.endswith(", from 15 April 2013")
    assert rows["private-fostering-proposal"][2:4] == [
        "6 weeks before At least six weeks before the arrangement starts.",
        "Not set",
    ]
    *_, national, own, source = rows["escalation-stage"]
    assert (national, own) == ("None in numbers", "Not set Elsewhere 1 week: procedures of Barnet")
    assert source.startswith("To be verified Local policy: escalation policy")
    assert source.endswith("Procedures of another area: replace by local policy")


def test_the_clocks_are_summed_up_honestly(cast, signed_in):
    page = lxml.html.fromstring(signed_in(cast.member).get("/clocks/").content)
    words = " ".join(page.get_element_by_id("main-content").text_content().split())
    tags = [tag.text_content().strip() for tag in page.find_class("govuk-tag")]
    confirmed, unsure = tags.count("Confirmed"), tags.count("To be verified")
    assert confirmed
    assert unsure
    assert f"Of {confirmed + unsure} time limits, {confirmed} have a confirmed source; {unsure} are" in words
    limits = [[cell.text_content().split()[0] for cell in row[2:4]] for row in page.iter("tr")]
    without = limits.count(["None", "Not"])
    assert f"{without} clocks have no limit at all" in words
    here = sum(local not in ("Not", "Local") for _, local in limits)
    assert f"has set {here} limit{'s' * (here != 1)} of its own" in words


def test_clocks_are_found_from_every_page_by_whoever_may_see_them(cast, signed_in):
    assert 'href="/clocks/"' in signed_in(cast.administrator).get("/").content.decode()
    assert 'href="/clocks/"' not in Client().get("/accessibility").content.decode()


def test_every_page_says_that_the_data_are_invented_and_who_looks_after_it(db):
    for address in ("/account/login/", "/accessibility", "/no-such-page"):
        html = Client().get(address).content.decode()
        assert "Invented data" in html
        assert "business.unit@addiscombe-vale.example" in html


def test_the_right_password_opens_home_and_both_attempts_are_in_the_log(cast):
    _, failed = sign_in(cast.analyst.email, "not the password")
    assert failed.status_code == 200
    assert "Check your e-mail address and password" in failed.content.decode()
    _, opened = sign_in(cast.analyst.email.upper(), PASSWORD)
    assert opened.headers["Location"] == "/"
    log = list(AuditEvent.objects.values_list("action", "outcome", "actor", "object_key"))
    assert log == [
        ("account:sign-in", "refused", None, str(cast.analyst.pk)),
        ("account:sign-in", "done", cast.analyst.pk, ""),
    ]


def test_an_unknown_address_gets_the_answer_of_a_wrong_password(cast):
    _, unknown = sign_in("nobody@addiscombe-vale.example", PASSWORD)
    _, wrong = sign_in(cast.analyst.email, "not the password")
    message = "Check your e-mail address and password: one of the two is not right"
    assert message in unknown.content.decode()
    assert message in wrong.content.decode()


def test_a_closed_account_cannot_sign_in(cast):
    cast.analyst.is_active = False
    cast.analyst.save()
    client, response = sign_in(cast.analyst.email, PASSWORD)
    assert response.status_code in (200, 302)
    assert client.get("/").status_code == 302


def test_nobody_is_sent_to_another_site_after_signing_in(cast):
    response = Client().post(
        "/account/login/",
        {"login": cast.analyst.email, "password": PASSWORD, "next": "https://elsewhere.example/"},
    )
    assert response.headers["Location"] == "/"


def test_signing_out_ends_the_session(cast, signed_in):
    client = signed_in(cast.analyst)
    assert client.get("/account/logout/").status_code == 200
    assert client.post("/account/logout/").headers["Location"] == "/account/login/"
    assert client.get("/").status_code == 302
    assert AuditEvent.objects.get().action == "account:sign-out"


def test_a_new_password_must_be_long_and_be_typed_twice(cast, signed_in):
    client = signed_in(cast.analyst)
    new = {"oldpassword": PASSWORD, "password1": "short", "password2": "other"}
    html = client.post("/account/password/", new).content.decode()
    assert "<title>Error: Change your password" in html
    assert 'href="#id_password1"' in html
    new = {
        "oldpassword": PASSWORD,
        "password1": "a-new-invented-phrase",
        "password2": "a-new-invented-phrase",
    }
    assert client.post("/account/password/", new).headers["Location"] == "/account/"
    assert "Your password is changed" in client.get("/account/").content.decode()
    cast.analyst.refresh_from_db()
    assert cast.analyst.check_password("a-new-invented-phrase")


def test_a_session_ends_after_eight_hours_whatever_happens(cast, signed_in):
    client = signed_in(cast.analyst)
    assert client.get("/").status_code == 200
    session = client.session
    session[SIGNED_IN_AT] = (timezone.now() - timedelta(hours=8, minutes=1)).isoformat()
    session.save()
    assert client.get("/").status_code == 302


def test_a_session_ends_after_fifteen_minutes_without_a_request(cast, signed_in):
    client = signed_in(cast.analyst)
    response = client.get("/")
    assert response.cookies["sessionid"]["max-age"] == 15 * 60
    assert timedelta(minutes=14) < client.session.get_expiry_date() - timezone.now() <= timedelta(minutes=15)


def test_a_session_in_use_is_stored_anew_each_minute_and_not_each_time(cast, signed_in):
    client = signed_in(cast.analyst)
    client.get("/")
    assert "sessionid" not in client.get("/").cookies
    session = client.session
    session[SIGNED_IN_AT] = (timezone.now() - timedelta(minutes=20)).isoformat()
    session[SEEN_AT] = (timezone.now() - timedelta(seconds=61)).isoformat()
    session.save()
    assert client.get("/").cookies["sessionid"]["max-age"] == 15 * 60
    assert "sessionid" not in client.get("/").cookies


@pytest.mark.parametrize("address", ["/", "/no-such-page", "/account/password/", "/accessibility"])
def test_what_a_signed_in_person_saw_is_kept_nowhere_and_runs_nothing_foreign(address, cast, signed_in):
    response = signed_in(cast.analyst).get(address)
    assert response.headers["Cache-Control"] == "no-store"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_a_refused_command_answers_like_a_missing_page(cast, signed_in, monkeypatch):
    def refuse(user):
        raise Refused("not for you")

    client = signed_in(cast.analyst)
    missing = client.get("/no-such-page")
    monkeypatch.setattr(home, "processes", lambda: (Process("Dataset", "home", home_items=refuse),))
    response = client.get("/")
    assert response.status_code == 404
    strip = "govuk-service-navigation__item"
    assert response.content.decode().split(strip)[0] == missing.content.decode().split(strip)[0]


def test_a_failure_answers_without_the_database(cast, signed_in, monkeypatch):
    def fail(user):
        raise RuntimeError("secret detail")

    client = signed_in(cast.analyst)
    client.raise_request_exception = False
    monkeypatch.setattr(home, "processes", lambda: (Process("Dataset", "home", home_items=fail),))
    response = client.get("/")
    assert response.status_code == 500
    html = response.content.decode()
    assert "Sorry, there is a problem" in html
    assert "secret" not in html
    assert "Ana Lyst" not in html


def test_a_form_from_elsewhere_is_refused_in_words(cast):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/account/login/", {"login": cast.analyst.email, "password": PASSWORD})
    assert response.status_code == 403
    assert "This form can no longer be sent" in response.content.decode()


def test_too_many_attempts_are_answered_in_words(rf):
    response = refusals.too_often(rf.get("/account/login/"))
    assert response.status_code == 429
    assert "Wait 15 minutes" in response.content.decode()


def test_health_says_whether_the_database_answers(db, monkeypatch):
    assert Client().get("/health").json() == {"status": "ok"}

    def silent():
        raise DatabaseError("silent")

    monkeypatch.setattr(about, "connection", SimpleNamespace(ensure_connection=silent))
    response = Client().get("/health")
    assert (response.status_code, response.json()["status"]) == (503, "failing")
    assert connection.is_usable()
