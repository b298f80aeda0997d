"""What is typed into a form about a child is never lost, and nobody else reads it before it is sent."""

import re
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.row_security import tell
from sightline.core import vault
from sightline.core.audit import System
from sightline.core.models import AuditEvent, User
from sightline.core.policy import Purpose
from sightline.core.trust import dossiers
from sightline.core.trust.actor import Viewer, unguarded
from sightline.core.trust.keeping import Place, forget_old, writing_too
from sightline.core.trust.models import Begun, Kept
from sightline.people.models import Person
from tests.invented_people import looking
from tests.pages.test_access import at_work

BY = System("the tests")
WORDS = "He shouts when she comes home late"


def form_of(contact) -> str:
    return reverse("referral:add-intelligence", kwargs={"pk": contact.pk})


def browser(signed_in, user):
    return at_work(signed_in(user))


def token(page: str) -> str:
    return re.search(r'name="kept" value="([^"]+)"', page)[1]


def opened(client, address: str) -> str:
    return client.get(address).content.decode()


def typed(client, address: str, **fields):
    """Open a form and type, without sending it."""
    return client.post(reverse("trust:keep"), {"kept": token(opened(client, address)), **fields})


def test_what_was_typed_is_there_when_the_form_is_opened_again(contact, front_line, signed_in):
    address = form_of(contact)
    said = typed(browser(signed_in, front_line.hub_worker), address, text=WORDS).json()
    assert said == {"at": f"{timezone.localtime():%H:%M}", "others": []}
    page = opened(browser(signed_in, front_line.hub_worker), address)
    assert f">{WORDS}</textarea>" in page.replace("\n", "")
    assert f"Your text of {said['at']} was kept" in page


def test_nobody_else_reads_it(contact, front_line, signed_in):
    typed(browser(signed_in, front_line.hub_worker), form_of(contact), text=WORDS)
    assert WORDS not in opened(browser(signed_in, front_line.hub_manager), form_of(contact))
    with looking(front_line.hub_manager):
        assert not Kept.objects.exists()
    with looking(front_line.hub_worker):
        assert WORDS in Kept.objects.get().text


def test_postgresql_holds_that_by_itself(on_postgresql, contact, front_line, signed_in, as_application):
    typed(browser(signed_in, front_line.hub_worker), form_of(contact), text=WORDS)
    for user, count in ((front_line.hub_worker, 1), (front_line.hub_manager, 0)):
        tell(connection, Viewer(User.objects.get(pk=user.pk), Purpose.PROTECT))
        assert len(connection.connection.execute("SELECT id FROM trust_kept").fetchall()) == count


def test_nobody_keeps_a_text_in_a_form_that_does_not_open_for_them(contact, front_line, signed_in):
    of_hers = token(opened(browser(signed_in, front_line.hub_worker), form_of(contact)))
    where = reverse("trust:keep")
    for part in ("hub_manager", "police_unit", "designated_lead"):
        sent = browser(signed_in, getattr(front_line, part)).post(where, {"kept": of_hers, "text": WORDS})
        assert sent.status_code == 404, part
    worker = browser(signed_in, front_line.hub_worker)
    assert worker.post(where, {"kept": f"x{of_hers}", "text": WORDS}).status_code == 404
    dossiers.exclude(contact.dossier, front_line.hub_worker, "related", by=BY)
    assert worker.post(where, {"kept": of_hers, "text": WORDS}).status_code == 404
    with unguarded("the tests"):
        assert not Kept.objects.exists()


def test_typing_is_no_event_and_reading_it_again_is_a_look(contact, front_line, signed_in):
    client = browser(signed_in, front_line.hub_worker)
    kept = token(opened(client, form_of(contact)))
    before = AuditEvent.objects.count()
    for _ in range(3):
        client.post(reverse("trust:keep"), {"kept": kept, "text": WORDS})
    assert AuditEvent.objects.count() == before
    opened(client, form_of(contact))
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.detail["sections"]) == ("view:referral:add-intelligence", ["unfinished"])


def test_it_goes_once_the_form_is_done(contact, front_line, signed_in):
    client = browser(signed_in, front_line.hub_worker)
    typed(client, form_of(contact), text=WORDS)
    sent = {"kept": token(opened(client, form_of(contact))), "text": WORDS}
    assert client.post(form_of(contact), sent).status_code == 302
    assert "was kept" not in opened(client, form_of(contact))
    with unguarded("the tests"):
        assert not Kept.objects.exists()


def test_a_form_that_is_refused_is_kept_without_javascript(people, front_line, signed_in):
    client = browser(signed_in, front_line.hub_worker)
    where = reverse("people:address-add", kwargs={"pk": people.pk})
    sent = {"kept": token(opened(client, where)), "postcode": "AV1 1AA", "from_on_month": "13"}
    assert "Enter address" in client.post(where, sent).content.decode()
    page = opened(client, where)
    assert 'value="AV1 1AA"' in page
    assert 'value="13"' in page
    assert "was kept" in page


def test_passwords_are_never_kept(contact, front_line, signed_in):
    typed(browser(signed_in, front_line.hub_worker), form_of(contact), text=WORDS, old_password="secret")
    with looking(front_line.hub_worker):
        assert "secret" not in Kept.objects.get().text


def test_starting_again_can_be_undone(contact, front_line, signed_in):
    client = browser(signed_in, front_line.hub_worker)
    typed(client, form_of(contact), text=WORDS)
    for aside, is_shown in (("yes", False), ("no", True)):
        sent = {"kept": token(opened(client, form_of(contact))), "aside": aside}
        page = client.post(reverse("trust:keep"), sent, follow=True).content.decode()
        assert (WORDS in page) == is_shown


def test_what_nobody_takes_up_again_goes_after_two_weeks_and_its_key_too(contact, front_line, signed_in):
    typed(browser(signed_in, front_line.hub_worker), form_of(contact), text=WORDS)
    typed(browser(signed_in, front_line.hub_worker), reverse("consultation:log"), question=WORDS)
    assert forget_old() == 0
    with unguarded("the tests"):
        Kept.objects.update(kept_at=timezone.now() - timedelta(days=15))
    begun = Begun.objects.get()
    begun.kept_at = timezone.now() - timedelta(days=15)
    begun.save()
    assert vault.destroyed_at(begun.key_id) is None
    assert forget_old() == 2
    assert vault.destroyed_at(begun.key_id) is not None
    assert not Begun.objects.exists()


def test_no_copy_of_the_database_shows_it(contact, front_line, signed_in):
    typed(browser(signed_in, front_line.hub_worker), form_of(contact), text=WORDS)
    typed(browser(signed_in, front_line.hub_worker), reverse("consultation:log"), question=WORDS)
    with connection.cursor() as cursor, unguarded("the tests"):
        for table in ("trust_kept", "trust_begun"):
            cursor.execute(f"SELECT text FROM {table}")
            (row,) = cursor.fetchall()
            assert WORDS.encode() not in bytes(row[0])


def test_who_writes_is_named_only_to_whoever_may_see_who_works_on_it(contact, front_line, signed_in):
    manager = browser(signed_in, front_line.hub_manager)
    typed(manager, form_of(contact), text=WORDS)
    worker = Place(front_line.hub_worker.pk, form_of(contact), str(contact.dossier_id))
    with looking(front_line.hub_worker):
        (said,) = writing_too(worker)
        assert said.startswith("Hu Manager is writing on this page too, last at ")
    with looking(front_line.designated_lead):
        (said,) = writing_too(Place(front_line.designated_lead.pk, form_of(contact), str(contact.dossier_id)))
        assert said.startswith("Somebody else is writing on this page too, last at ")
    with unguarded("the tests"):
        Kept.objects.update(kept_at=timezone.now() - timedelta(minutes=6))
    with looking(front_line.hub_worker):
        assert writing_too(worker) == []


OWN_PAGE = {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_SEC_FETCH_MODE": "navigate"}


def test_a_form_sent_after_the_session_ended_is_given_back_and_sent_again(contact, front_line, signed_in):
    sent = {"text": WORDS, "old_password": "secret"}
    page = Client().post(form_of(contact), sent, **OWN_PAGE)
    assert page.status_code == 403
    assert page["Cache-Control"] == "no-store"
    words = page.content.decode()
    assert f'name="text" value="{WORDS}"' in words
    assert "/account/login/?next=" in words
    assert "secret" not in words
    without_purpose = signed_in(front_line.hub_worker)
    words = without_purpose.post(form_of(contact), sent, **OWN_PAGE).content.decode()
    assert f'name="text" value="{WORDS}"' in words
    assert "Say what it is for" in words


def test_a_token_that_is_out_of_date_loses_nothing(contact, front_line):
    client = Client(enforce_csrf_checks=True)
    client.force_login(front_line.hub_worker)
    page = client.post(form_of(contact), {"text": WORDS}, **OWN_PAGE)
    assert page.status_code == 403
    assert f'name="text" value="{WORDS}"' in page.content.decode()


def test_what_another_site_sends_is_never_shown(contact, front_line):
    for site in ("cross-site", "same-site", "none"):
        sent = Client().post(form_of(contact), {"text": WORDS}, **OWN_PAGE | {"HTTP_SEC_FETCH_SITE": site})
        assert sent.status_code == 302
    assert Client().post(form_of(contact), {"text": WORDS}).status_code == 302


def test_two_who_correct_the_same_details_do_not_overwrite_each_other(people, front_line, signed_in):
    where = reverse("people:correct", kwargs={"pk": people.pk})
    one, other = (browser(signed_in, user) for user in (front_line.hub_worker, front_line.hub_manager))
    seen = {
        client: re.search(r'name="seen" value="([^"]*)"', opened(client, where))[1] for client in (one, other)
    }
    details = {"kind": "child", "sex": "female", "family_name": "Vale"}
    assert one.post(where, {**details, "given_names": "Amira", "seen": seen[one]}).status_code == 302
    page = other.post(where, {**details, "given_names": "Amirah", "seen": seen[other]}).content.decode()
    assert "Hu Worker changed these details on" in page
    assert ">Amira</td>" in page
    assert ">Amirah</td>" in page
    with looking(front_line.hub_worker):
        assert Person.objects.get(pk=people.pk).given_names == "Amira"
    now = re.search(r'name="seen" value="([^"]*)"', page)[1]
    assert other.post(where, {**details, "given_names": "Amirah", "seen": now}).status_code == 302
    with looking(front_line.hub_worker):
        assert Person.objects.get(pk=people.pk).given_names == "Amirah"


def test_a_text_that_was_kept_before_somebody_else_wrote_does_not_overwrite(people, front_line, signed_in):
    where = reverse("people:correct", kwargs={"pk": people.pk})
    one, other = (browser(signed_in, user) for user in (front_line.hub_worker, front_line.hub_manager))
    details = {"kind": "child", "sex": "female", "family_name": "Vale"}
    typed(other, where, **details, given_names="Amirah", seen="")
    assert one.post(where, {**details, "given_names": "Amira", "seen": ""}).status_code == 302
    page = opened(other, where)
    assert 'value="Amirah"' in page
    assert 'name="seen" value=""' in page
