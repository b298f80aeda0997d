"""Referring without an account: what is kept of a form, what becomes of it, and what it withstands."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sightline.core import settings_file
from sightline.core.audit import System
from sightline.core.command import NotDone
from sightline.core.models import AuditEvent, ClockRun
from sightline.core.trust import dossiers
from sightline.core.trust.actor import system_actor
from sightline.frontline.escalation.commands import raise_escalation
from sightline.frontline.escalation.models import Escalation, Words
from sightline.frontline.referral import gathering, sending
from sightline.frontline.referral.models import (
    Concern,
    Contact,
    ReceiptLink,
    Referrer,
    Told,
    Unsent,
    Worry,
)
from sightline.frontline.referral.pages.refer import limits, views
from tests import invented_contacts
from tests.invented_escalations import answered, ended
from tests.invented_people import looking
from tests.pages.test_access import at_work

pytestmark = pytest.mark.django_db

ENOUGH = "He was left alone at night for the third time this week, and cried for hours"
BY = System("the tests")


@pytest.fixture(autouse=True)
def _quick(monkeypatch, front_line):
    """Let tests fill the form in faster than people do."""
    monkeypatch.setattr(views, "LEAST_SECONDS", 0)


def a_form(who="public", **happened) -> Client:
    """A browser in which a form has been begun, with what happened filled in."""
    client = Client()
    client.post("/refer/", {"danger": "no", "who": who})
    if happened:
        client.post("/refer/happened/", happened)
    return client


def sent(client: Client) -> str:
    """Send the form of a browser; gives the address of its receipt."""
    response = client.post("/refer/check/")
    assert response.status_code == 302, words(response)
    return response["Location"]


def words(response) -> str:
    """What a page says, without its mark-up."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def key_of(client: Client) -> str:
    return client.cookies["sightline-refer"].value


def test_only_what_happened_must_be_told(front_line):
    client = a_form()
    refused = client.post("/refer/check/")
    assert "Mend the page “What happened” first" in words(refused)
    empty = client.post("/refer/happened/", {"when": "Last Monday"})
    assert "Write what happened" in words(empty)
    assert "Last Monday" in empty.content.decode()
    client.post("/refer/happened/", {"narrative": ENOUGH})
    missing = words(client.get("/refer/check/"))
    assert "Without an address nobody can go and see." in missing
    assert "A father may be a danger or a help." in missing
    sent(client)
    with looking(front_line.hub_worker):
        assert Concern.objects.get().narrative == ENOUGH
        assert Contact.objects.get().channel == "form"
        assert not Told.objects.exists()


def test_a_child_is_not_born_tomorrow(front_line):
    born = {"born_on_0_day": "1", "born_on_0_month": "1", "born_on_0_year": "2999"}
    page = a_form(narrative=ENOUGH).post("/refer/children/", born)
    assert "The date of birth must not lie ahead" in words(page)


def test_an_answer_of_a_few_words_is_asked_about_once(front_line):
    client = a_form()
    asked = client.post("/refer/happened/", {"narrative": "He was sad"})
    assert "Can you say more?" in words(asked)
    assert "He was sad" in asked.content.decode()
    assert client.post("/refer/happened/", {"narrative": "He was sad"})["Location"] == "/refer/children/"


def test_a_form_that_is_not_sent_can_be_read_by_nobody_but_its_writer(front_line):
    client = a_form(narrative=f"CANARY {ENOUGH}")
    row = Unsent.objects.get()
    assert b"CANARY" not in bytes(row.sealed)
    cookie = client.cookies["sightline-refer"]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"]) == ("Lax", "/refer/")
    assert key_of(client) not in f"{row.key_hash}{bytes(row.sealed)!r}"
    assert "CANARY" in sending.read(key_of(client)).pages["happened"]["narrative"][0]
    assert sending.read("another-key") is None


def test_a_form_goes_when_it_is_sent_and_when_nobody_goes_on_with_it(front_line):
    sent(a_form(narrative=ENOUGH))
    assert not Unsent.objects.exists()
    client = a_form(narrative=ENOUGH)
    assert sending.daily() == "0 unsent referral forms deleted"
    Unsent.objects.update(saved_at=timezone.now() - timedelta(days=14, minutes=1))
    assert client.get("/refer/check/")["Location"] == "/refer/"
    assert sending.daily() == "1 unsent referral form deleted"
    client = a_form(narrative=ENOUGH)
    client.post("/refer/later/", {"delete": "yes"})
    assert not Unsent.objects.exists()
    assert not client.cookies["sightline-refer"].value


def test_a_form_is_gone_on_with_by_a_link(front_line):
    client = a_form(narrative=f"CANARY {ENOUGH}")
    client.post("/refer/later/", {"email": "somebody@home.example"})
    (letter,) = mail.outbox
    assert "CANARY" not in letter.body
    link = re.search(r"https?://[^/]+(\S+)", letter.body)[1]
    other = Client()
    asks = other.get(link)
    assert "Go on only if you began it yourself" in words(asks)
    assert "sightline-refer" not in other.cookies, "a link alone must not lead one into another's form"
    assert other.post(link)["Location"] == "/refer/children/"
    assert "CANARY" in other.get("/refer/happened/").content.decode()
    stored = repr(list(Unsent.objects.values())) + repr(sending.read(key_of(client)))
    assert "somebody@home.example" not in stored
    assert Client().get("/refer/resume/no-such-key/").status_code == 410


def test_an_e_mail_that_cannot_be_sent_is_said(front_line, settings):
    settings.EMAIL_BACKEND = "no.such.Backend"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client = a_form(narrative=ENOUGH)
    said = words(client.post("/refer/later/", {"email": "somebody@home.example"}))
    assert "The e-mail could not be sent" in said
    client.post("/refer/you/", {"email": "somebody@home.example"})
    assert Client().get(sent(client)).status_code == 200


def test_a_form_sent_twice_is_one_contact(front_line):
    client = a_form(narrative=ENOUGH)
    receipt = sent(client)
    assert sent(client) == receipt
    with system_actor("the tests"):
        assert Contact.objects.count() == 1


def test_two_who_send_the_same_form_at_once_make_one_contact(front_line):
    client = a_form(narrative=ENOUGH)
    given = {"told": [], "concern": {"referrer": "A", "narrative": ENOUGH}, "referrer": {}}
    with system_actor("the tests"):
        sending.send_referral(key=key_of(client), by=BY, **given)
        with pytest.raises(IntegrityError):
            sending.send_referral(key=key_of(client), by=BY, **given)
        assert Contact.objects.count() == ReceiptLink.objects.count() == 1


def test_a_late_saving_never_takes_the_place_of_a_later_text(front_line):
    client = a_form(narrative="first")
    turn = sending.read(key_of(client)).turn
    save = {"page": "happened", "turn": turn + 1}
    assert client.post("/refer/save/", {**save, "narrative": "second"}).json()["saved"]
    client.post("/refer/happened/", {"narrative": ENOUGH, "turn": turn + 3})
    late = client.post("/refer/save/", {**save, "turn": turn + 2, "narrative": "late"}).json()
    assert "Press the button below to save it" in late["problem"]
    assert sending.read(key_of(client)).pages["happened"]["narrative"] == [ENOUGH]


def test_what_was_typed_into_a_form_that_is_gone_begins_another(front_line):
    client = a_form()
    Unsent.objects.all().delete()
    client.post("/refer/happened/", {"narrative": ENOUGH, "who": "public"})
    assert sending.read(key_of(client)).pages["happened"]["narrative"] == [ENOUGH]


def test_immediate_danger_is_sent_with_nothing_filled_in(front_line):
    client = Client()
    assert client.post("/refer/", {"danger": "yes"})["Location"] == "/refer/danger/"
    assert "ring 999 first" in words(client.get("/refer/danger/")).lower()
    receipt = client.post("/refer/danger/", {})["Location"]
    assert client.post("/refer/danger/", {"who": "public"})["Location"] == receipt
    with looking(front_line.hub_worker):
        assert Contact.objects.get().is_immediate


def test_whoever_must_stay_unnamed_is_named_to_the_hub_alone(front_line):
    client = a_form(narrative=ENOUGH, worries=["T18"])
    client.post("/refer/home/", {"address": "1 Elm Row", "others": "An uncle"})
    you = {"name": "Nell Next", "telephone": "020 7946 0000", "stays_unnamed": "on", "tie": "1B"}
    client.post("/refer/you/", you)
    sent(client)
    with looking(front_line.hub_worker):
        assert "Nell" not in Concern.objects.get().referrer
        assert Referrer.objects.get().role == "Nell Next"
        assert Referrer.objects.get().stays_unnamed
        assert Worry.objects.get().kind == "T18"
        assert [one.address or one.remarks for one in Told.objects.all()] == ["1 Elm Row", "An uncle"]


def test_the_form_looks_nobody_up(front_line, people):
    """The same questions to the database, in the same order, for a child who is known and one who is not."""

    def asked(name: str) -> list[str]:
        client = a_form(narrative=ENOUGH)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.post("/refer/children/", {"given_names_0": "Amira", "family_name_0": name})
            client.get("/refer/check/")
            sent(client)
        shapes = [re.sub(r"'[^']*'|X'[^']*'|\d+|0x\w+", "?", one["sql"]) for one in queries]
        assert not [one for one in shapes if "people_" in one]
        return [one.split(" ")[0] for one in shapes]

    asked("Warm")
    assert asked("CANARY-person") == asked("Unknown")


def test_the_referrer_sees_what_became_of_it(front_line):
    client = a_form(narrative=f"CANARY {ENOUGH}")
    client.post("/refer/children/", {"given_names_0": "Zeynep"})
    receipt = sent(client)
    anybody = Client()
    page = anybody.get(receipt)
    assert "You hear the next step here by" in words(page)
    assert page["Cache-Control"] == "no-store"
    with system_actor("the tests"):
        contact = Contact.objects.select_related("dossier").get()
        assert contact.dossier.reference in words(page)
        gathering.acknowledge(contact, words="A social worker reads it today", by=BY)
        assert "A social worker reads it today" in words(anybody.get(receipt))
        contact = Contact.objects.get()
        invented_contacts.tell(contact)
    page = words(anybody.get(receipt))
    assert "No further action" in page
    assert "The need is below the level asked for" in page
    assert "Early help" in page
    assert "CANARY" not in page
    assert "Zeynep" not in page
    looks = AuditEvent.objects.filter(action="view:referral:refer-receipt")
    assert looks.filter(object_key=str(contact.dossier_id)).count() == 3
    before = AuditEvent.objects.count()
    assert anybody.get("/refer/receipt/no-such-key/").status_code == 410
    assert AuditEvent.objects.count() == before, "whoever guesses would fill the audit log"


@pytest.fixture
def decided(front_line):
    """The address of a receipt whose contact was not accepted, and whose referrer knows."""
    receipt = sent(a_form(narrative=f"CANARY {ENOUGH}"))
    with system_actor("the tests"):
        invented_contacts.tell(Contact.objects.get())
    return receipt


def test_the_referrer_disagrees_and_reads_the_answer(decided, front_line):
    anybody = Client()
    assert "I disagree with this decision" in words(anybody.get(decided))
    empty = anybody.post(f"{decided}disagree/", {"safety_meanwhile": "Her aunt has her"})
    assert "Write what you disagree with, and why" in words(empty)
    assert "Her aunt has her" in empty.content.decode()
    given = {"disputed": "CANARY: the bruise was not asked about", "safety_meanwhile": "Her aunt has her"}
    for _ in range(2):
        assert anybody.post(f"{decided}disagree/", given)["Location"] == decided
    with looking(front_line.hub_worker):
        dispute = Escalation.objects.get()
        assert not dispute.is_among_workers
        assert [one.name for one in Words.objects.all()] == [Concern.objects.get().referrer] * 2
    page = words(anybody.get(decided))
    assert "We look at it again, and answer you here" in page
    assert "I disagree with this decision" not in page
    answered(dispute, front_line.hub_worker, words="We asked the nurse: it is an old bruise")
    page = words(anybody.get(decided))
    assert "We asked the nurse: it is an old bruise" in page
    assert "If this is not enough, tell us. Somebody else then looks at it." in page
    ended(dispute, front_line.hub_worker, is_upheld=False, learning="Ask about bruises")
    page = words(anybody.get(decided))
    assert "The decision stands." in page
    assert "Talked" in page
    for hidden in ("CANARY", "Her aunt has her", "Ask about bruises", "Hu Worker"):
        assert hidden not in page


def test_one_disagrees_once_with_one_decision(decided, front_line):
    with system_actor("the tests"):
        contact = Contact.objects.select_related("dossier").get()
        given = {"disputed": "It was a hand", "safety_meanwhile": "", "by": BY}
        raise_escalation(contact.dossier, **given)
        with pytest.raises(NotDone, match="disputed already"):
            raise_escalation(contact.dossier, **given)
    assert Client().get(f"{decided}disagree/")["Location"] == decided


def test_nobody_disagrees_before_there_is_a_decision(front_line, monkeypatch):
    receipt = sent(a_form(narrative=ENOUGH))
    assert "I disagree" not in words(Client().get(receipt))
    assert Client().post(f"{receipt}disagree/", {"disputed": "No"})["Location"] == receipt
    assert Client().post("/refer/receipt/no-such-key/disagree/", {"disputed": "No"}).status_code == 410
    with system_actor("the tests"):
        assert not Escalation.objects.exists()


def test_who_disagrees_too_often_is_stopped_and_loses_nothing(decided, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "send", (0, 100))
    refused = Client().post(f"{decided}disagree/", {"disputed": "It was a hand"})
    assert refused.status_code == 429
    assert "It was a hand" in refused.content.decode()


def test_without_a_team_the_form_is_closed_and_says_so(front_line):
    client = a_form(narrative=ENOUGH)
    settings_file.put("contact", {"hub_team": None})
    closed = words(Client().get("/refer/"))
    assert "This form is closed at the moment" in closed
    assert "Ring us on 020" in closed
    assert "Ring the hub instead" in words(client.post("/refer/check/"))
    assert Unsent.objects.exists(), "what was typed is gone"


def test_a_professional_is_known_by_their_account(front_line, signed_in):
    school = at_work(signed_in(front_line.designated_lead))
    assert school.get("/referral/new/")["Location"] == "/refer/"
    assert "Who are you?" not in words(school.get("/refer/"))
    school.post("/refer/", {"danger": "no"})
    school.post("/refer/happened/", {"narrative": ENOUGH})
    assert "Des Lead" in school.get("/refer/you/").content.decode()
    page = school.post("/refer/check/", follow=True)
    assert ENOUGH in words(page)
    with looking(front_line.designated_lead):
        assert Contact.objects.count() == 1
        assert Concern.objects.get().agency.code == "avsch"
    another = at_work(signed_in(front_line.police_unit))
    school.post("/refer/", {"danger": "no"})
    another.cookies["sightline-refer"] = key_of(school)
    assert another.get("/refer/happened/")["Location"] == "/refer/", "it is another person's form"


# What the hub enters

MONDAY_MORNING = {"day_day": "2", "day_month": "3", "day_year": "2026", "time": "8:40"}


@pytest.fixture
def hub(front_line, signed_in):
    """The browser of somebody of the hub."""
    return at_work(signed_in(front_line.hub_worker))


def test_the_hub_enters_what_a_caller_told_and_its_clocks_count_from_the_call(hub, front_line, threshold):
    first = words(hub.get("/refer/"))
    assert "How did it come?" in first
    assert "Who are you?" not in first
    assert "Select how it came" in words(hub.post("/refer/", {"danger": "no", "channel": ""}))
    hub.post("/refer/", {"danger": "no", "channel": "phone", **MONDAY_MORNING})
    hub.post("/refer/happened/", {"narrative": ENOUGH})
    assert 'value="Hu Worker"' not in hub.get("/refer/you/").content.decode(), "it is not they who tell"
    caller = {"name": "Gina Park", "tie": "3B", "telephone": "020 7946 0000", "email": "gina@health.example"}
    hub.post("/refer/you/", caller)
    shown = words(hub.get("/refer/check/"))
    assert "By telephone, Monday 2 March 2026" in shown
    changed = {"danger": "no", "channel": "out-of-hours", **MONDAY_MORNING}
    assert hub.post("/refer/?then=check", changed)["Location"] != "/refer/happened/", "it begins anew"
    hub.post("/refer/?then=check", {**changed, "channel": "phone"})
    page = hub.post("/refer/check/", follow=True)
    assert "was sent to" in words(page)
    with looking(front_line.hub_worker):
        contact, concern = Contact.objects.select_related("dossier").get(), Concern.objects.get()
        assert contact.channel == "phone"
        assert f"{timezone.localtime(contact.received_at):%d %m %Y %H:%M}" == "02 03 2026 08:40"
        assert (concern.referrer, concern.agency, concern.source) == ("Gina Park", None, "3B")
        assert Referrer.objects.get().telephone == "020 7946 0000"
        sources = dossiers.holders(contact.dossier).values_list("source", flat=True)
    assert "receipt" not in sources, "they are not the referrer"
    starts = ClockRun.objects.filter(subject_key=str(contact.pk)).values_list("started_at", flat=True)
    assert set(starts) == {contact.received_at}
    (letter,) = mail.outbox
    assert letter.to == ["gina@health.example"]
    link = re.search(r"https?://[^/]+(\S+)", letter.body)[1]
    assert contact.dossier.reference in words(Client().get(link))


def test_what_an_agency_told_by_telephone_counts_as_the_agencys(hub, front_line):
    hub.post("/refer/", {"danger": "no", "channel": "police-notice", **MONDAY_MORNING})
    hub.post("/refer/happened/", {"narrative": ENOUGH})
    hub.post("/refer/you/", {"agency": "avsch", "tie": "2A", "role": "Head teacher"})
    hub.post("/refer/check/")
    with looking(front_line.hub_worker):
        assert Contact.objects.get().channel == "police-notice"
        assert (Concern.objects.get().agency.code, Concern.objects.get().source) == ("avsch", "2A")


def test_nothing_comes_tomorrow(hub):
    ahead = {**MONDAY_MORNING, "day_year": "2999"}
    refused = hub.post("/refer/", {"danger": "no", "channel": "phone", **ahead})
    assert "It must not lie ahead" in words(refused)
    assert not Unsent.objects.exists()


def test_a_child_in_danger_now_does_not_wait_for_how_it_came(hub, front_line):
    assert hub.post("/refer/", {"danger": "yes", "time": "x"})["Location"] == "/refer/danger/"
    assert "Who told you" in words(hub.get("/refer/danger/"))
    hub.post("/refer/danger/", {})
    with looking(front_line.hub_worker):
        contact = Contact.objects.get()
        assert (contact.is_immediate, contact.channel) == (True, "phone")
        assert contact.received_at > timezone.now() - timedelta(minutes=5)
        assert Concern.objects.get().referrer == "Somebody who gave no name"


def test_the_hub_alone_says_how_it_came(hub, front_line):
    hub.post("/refer/", {"danger": "no", "channel": "phone", **MONDAY_MORNING})
    hub.post("/refer/happened/", {"narrative": ENOUGH})
    signed_out = Client()
    signed_out.cookies["sightline-refer"] = key_of(hub)
    refused = words(signed_out.post("/refer/check/"))
    assert "You have been signed out. Sign in again in another tab" in refused
    assert Unsent.objects.exists()
    stranger = Client()
    stranger.post("/refer/happened/", {"narrative": ENOUGH, "who": "hub"})
    assert sending.read(key_of(stranger)).who == "professional"


# Floods and junk


def test_one_address_is_stopped_and_loses_nothing(front_line, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "send", (1, 100))
    sent(a_form(narrative=ENOUGH))
    client = a_form(narrative=ENOUGH)
    refused = client.post("/refer/check/")
    assert refused.status_code == 429
    assert "or ring us on 020 7946 0123" in words(refused)
    assert ENOUGH in words(refused)
    from_elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    from_elsewhere.cookies["sightline-refer"] = key_of(client)
    assert sent(from_elsewhere)


def test_a_page_that_comes_too_often_comes_back_with_its_text(front_line, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "save", (0, 100))
    client = a_form()
    refused = client.post("/refer/happened/", {"narrative": ENOUGH})
    assert refused.status_code == 429
    assert ENOUGH in refused.content.decode()
    assert client.post("/refer/save/", {"page": "happened", "narrative": ENOUGH}).status_code == 429


def test_a_flood_from_one_address_does_not_shut_the_others_out(front_line, monkeypatch, rf):
    monkeypatch.setitem(limits.LIMITS, "send", (2, 5))
    for _ in range(50):
        limits.is_too_often(rf.get("/"), "send")
    assert not limits.is_too_often(rf.get("/", REMOTE_ADDR="192.0.2.7"), "send")
    for number in range(8, 20):
        limits.is_too_often(rf.get("/", REMOTE_ADDR=f"192.0.2.{number}"), "send")
    assert limits.is_too_often(rf.get("/", REMOTE_ADDR="192.0.2.99"), "send")


def test_after_a_quarter_of_an_hour_one_may_again(front_line, monkeypatch, rf):
    monkeypatch.setitem(limits.LIMITS, "send", (1, 5))
    assert [limits.is_too_often(rf.get("/"), "send") for _ in range(2)] == [False, True]
    later = limits.time.time() + limits.WINDOW
    monkeypatch.setattr(limits.time, "time", lambda: later)
    assert not limits.is_too_often(rf.get("/"), "send")


def test_the_cache_learns_no_address(front_line, rf):
    limits.is_too_often(rf.get("/", REMOTE_ADDR="192.0.2.7"), "send")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM config_cache")
        assert "192.0.2.7" not in repr(cursor.fetchall())
    cache.clear()


def test_what_fills_in_the_hidden_box_is_no_person(front_line):
    client = a_form(narrative=ENOUGH)
    refused = client.post("/refer/check/", {"website": "https://spam.example"})
    assert "A box was filled in that people do not see" in words(refused)
    assert "spam.example" not in refused.content.decode()
    assert sent(client)


def test_nobody_fills_it_in_within_a_moment(front_line, monkeypatch):
    monkeypatch.setattr(views, "LEAST_SECONDS", 5)
    client = a_form(narrative=ENOUGH)
    assert "That was very quick" in words(client.post("/refer/check/"))
    Unsent.objects.update(begun_at=timezone.now() - timedelta(seconds=6))
    assert sent(client)


def test_a_text_has_its_limit_and_so_has_a_form(front_line):
    client = a_form()
    long = client.post("/refer/happened/", {"narrative": "word " * 5_000})
    assert "at most 20000 characters" in words(long)
    body = {"narrative": ENOUGH, **{f"junk{n}": "x" * 1_000 for n in range(250)}}
    assert "more than the form can take" in words(client.post("/refer/happened/", body))
    assert client.post("/refer/happened/", {"narrative": "x" * 500_000}).status_code == 413
    assert len(bytes(Unsent.objects.get().sealed)) < 210_000


def test_odd_requests_are_answered(front_line):
    client = a_form(narrative=ENOUGH)
    assert client.get("/refer/help/").status_code == 404, "the public is not asked for a level"
    assert client.get("/refer/danger/").status_code == 404
    assert (
        client.post("/refer/children/", {"given_names_x": "A", "turn": "²", "then": "x"}).status_code == 302
    )
    assert Client().get("/refer/happened/")["Location"] == "/refer/"
    assert "problem" in Client().post("/refer/save/", {"page": "happened"}).json()
    assert Client().get("/refer/save/").status_code == 405
    assert "problem" in client.post("/refer/save/", {"page": "nothing"}).json()
