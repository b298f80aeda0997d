"""What goes wrong around the front door: a form sent twice, two at once, a full disk, a clock set back.

Each time something is done once or not at all, the page says so in words, and nobody types anything twice.
"""

import html
import threading
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import OperationalError, connection, connections, transaction
from django.test import Client
from django.utils import timezone

from sightline.core.audit import System
from sightline.core.command import NotDone
from sightline.core.models import RoleAssignment, TeamMember
from sightline.core.trust.actor import system_actor, unguarded
from sightline.frontline.consultation import commands as calls
from sightline.frontline.consultation.models import Call
from sightline.frontline.referral import commands, deciding, gathering, handing_over, sending
from sightline.frontline.referral.models import Answer, Contact, Decision, HandOver, ReceiptLink, Unsent
from sightline.frontline.referral.pages.refer import limits, views
from sightline.frontline.threshold.models import Version
from tests.invented_contacts import decide, screen, tell, thresholds_in_force
from tests.pages.test_access import at_work
from tests.pages.test_gathering import ask
from tests.pages.test_handing_over import assessment, offer  # noqa: F401
from tests.pages.test_refer import ENOUGH, a_form, sent, words

BY = System("the tests")
TYPED = "He waits at the gate until it is dark"
OWN_PAGE = {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_SEC_FETCH_MODE": "navigate"}
NOT_COUNTED = {"core.AuditEvent", "core.AuditHead", "trust.Kept", "trust.Begun", "sessions.Session"}
"""What is written besides what is done: who looked, what was typed."""

Form = tuple[Any, str, dict[str, Any]]
"""Whose form it is, its address, and what is typed into it."""


def called(world) -> Call:
    with system_actor("the tests"):
        said = {"caller": "Sam Teacher", "question": TYPED, "advice": "Ask his mother first."}
        return calls.log_call(said=said, team=world.hub, by=BY)


def to_screen(world) -> Form:
    return world.hub_worker, f"{world.page}screening/", {"rating": "amber", "words": TYPED}


def to_acknowledge(world) -> Form:
    return world.hub_worker, f"{world.page}acknowledgement/", {"words": TYPED}


def to_add_intelligence(world) -> Form:
    return world.hub_worker, f"{world.page}intelligence/", {"text": TYPED}


def to_protect(world) -> Form:
    return world.hub_worker, f"{world.page}address/", {"text": TYPED, "keep_from": "His father"}


def to_ask(world) -> Form:
    screen(world.contact)
    of = f"user-{world.police_unit.pk}"
    return world.hub_worker, f"{world.page}asking/", {"of": of, "question": TYPED}


def to_answer(world) -> Form:
    screen(world.contact)
    request = ask(world.contact, world.police_unit)
    return world.police_unit, f"/referral/asked/{request.pk}/", {"text": TYPED, "may_be_shared": "no"}


def to_decide(world) -> Form:
    thresholds_in_force()
    screen(world.contact)
    given = {"outcome": "early-help", "level": 2, "reasons": TYPED}
    return world.hub_manager, f"{world.page}decision/", given


def to_dissent(world) -> Form:
    decide(world.contact)
    return world.hub_worker, f"{world.page}dissent/", {"words": TYPED}


def to_tell(world) -> Form:
    decide(world.contact)
    return (
        world.hub_worker,
        f"{world.page}telling/",
        {"words": TYPED, "alternative": "Early help", "send": "yes"},
    )


def to_offer(world) -> Form:
    decide(world.contact, "assessment")
    given = {"to_team": world.assessment.pk, "words": TYPED}
    return world.hub_manager, f"{world.page}handing-over/", given


def to_accept(world) -> Form:
    decide(world.contact, "assessment")
    offered = offer(world.contact, world.assessment)
    return world.receiver, f"/referral/offered/{offered.pk}/", {"reply": "accept", "words": TYPED}


def a_call(world) -> dict[str, Any]:
    now = timezone.localtime()
    day = {"day_day": now.day, "day_month": now.month, "day_year": now.year}
    return {**day, "time": f"{now:%H:%M}", "key": uuid4()}


def to_log(world) -> Form:
    given = {"caller": "Sam Teacher", "question": TYPED}
    return world.hub_worker, "/consultation/new/", {**a_call(world), **given}


def to_log_abandoned(world) -> Form:
    return world.hub_worker, "/consultation/new/gave-up/", {**a_call(world), "wait_seconds": "5:00"}


FORMS: dict[str, Callable[[Any], Form]] = {
    form.__name__.removeprefix("to_"): form
    for form in (
        to_screen,
        to_acknowledge,
        to_add_intelligence,
        to_protect,
        to_ask,
        to_answer,
        to_decide,
        to_dissent,
        to_tell,
        to_offer,
        to_accept,
        to_log,
        to_log_abandoned,
    )
}
each = pytest.mark.parametrize("name", FORMS)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Let tests fill the public form in faster than people do."""
    monkeypatch.setattr(views, "LEAST_SECONDS", 0)


@pytest.fixture(autouse=True)
def _stay_connected(monkeypatch):
    """A page that is withheld ends its request early; the tests' one connection stays open all the same."""
    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)


@pytest.fixture
def world(contact, front_line, assessment, cast) -> SimpleNamespace:  # noqa: F811
    """A contact, the address of its page, and everybody who does something with it."""
    page, before = f"/referral/{contact.pk}/", timezone.localdate() - timedelta(days=2)
    for held in (RoleAssignment, TeamMember):
        held.objects.filter(user=cast.stranger).update(from_on=before)
    return SimpleNamespace(
        **vars(front_line), contact=contact, page=page, assessment=assessment, receiver=cast.stranger
    )


@pytest.fixture
def filled_in(world, signed_in) -> Callable[[str], tuple[Client, str, dict[str, Any]]]:
    """A function that prepares a form and gives a browser, where it sends, and what."""

    def prepare(name):
        with system_actor("the tests"):
            user, address, given = FORMS[name](world)
        client = at_work(signed_in(user))
        client.raise_request_exception = False
        return client, address, given

    return prepare


def stored() -> dict[str, int]:
    """How many rows there are in each table."""
    with unguarded("the tests"):
        models = [model for model in apps.get_models() if model._meta.label not in NOT_COUNTED]
        return {model._meta.label: model._base_manager.count() for model in models}


# The same form twice


@each
def test_a_form_that_is_sent_twice_is_done_once_and_says_so(name, filled_in):
    client, address, given = filled_in(name)
    before = stored()
    assert client.post(address, given).status_code == 302
    once = stored()
    assert once != before
    again = client.post(address, given, follow=True)
    assert stored() == once
    assert again.status_code == 200
    said = words(again)
    told = ("meanwhile", "already", "was saved", "was counted", "no decision that")
    assert any(part in said for part in told), said


def test_a_call_becomes_a_contact_once(world, signed_in):
    call, client = called(world), at_work(signed_in(world.hub_worker))
    assert client.post(f"/consultation/{call.pk}/", {"do": "refer"}).status_code == 302
    assert "finished meanwhile" in words(client.post(f"/consultation/{call.pk}/", {"do": "refer"}))
    with system_actor("the tests"):
        assert Contact.objects.filter(dossier=call.dossier).count() == 1


def test_words_that_are_true_once_more_later_are_no_form_sent_twice(world, signed_in):
    client = at_work(signed_in(world.hub_worker))
    for said in (TYPED, "Then something else", TYPED):
        assert client.post(f"{world.page}intelligence/", {"text": said}).status_code == 302


# Two at once


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """Do all of this in the same moment; gives what was refused."""
    start, refused = threading.Barrier(len(acts)), []

    def run(act):
        with unguarded("the tests"):
            start.wait()
            try:
                act()
            except Exception as refusal:
                refused.append(refusal)
        connection.close()

    runs = [threading.Thread(target=run, args=[act]) for act in acts]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    return refused


def decided_by(contact) -> Callable[[], object]:
    given = {"outcome": "early-help", "level": 2, "reasons": TYPED, "by": BY}
    return lambda: deciding.decide(Contact.objects.get(pk=contact.pk), **given)


@pytest.mark.django_db(transaction=True)
def test_of_two_in_the_same_moment_one_does_it_and_the_other_is_told(world):
    with system_actor("the tests"):
        thresholds_in_force()
        screen(world.contact)
        request = ask(world.contact, world.police_unit)
    answers = at_once(*[lambda: gathering.answer(one(request), text=TYPED, by=BY)] * 2)
    decides = at_once(*[decided_by(world.contact)] * 2)
    with system_actor("the tests"):
        deciding.reopen(one(world.contact), by=BY)
        decide(one(world.contact), "assessment")
        offered = offer(one(world.contact), world.assessment)
        call = called(world)
    accepts = at_once(*[lambda: handing_over.accept(one(offered), by=BY)] * 2)
    refers = at_once(*[lambda: calls.refer(one(call), by=BY)] * 2)
    for refused in (answers, decides, accepts, refers):
        (refusal,) = refused
        assert isinstance(refusal, NotDone), repr(refusal)
        assert "meanwhile" in str(refusal)
    with unguarded("the tests"):
        assert Answer.objects.count() == 1
        assert Decision.objects.filter(replaced_at=None).count() == 1
        assert HandOver.objects.filter(state="accepted").count() == 1
        assert Contact.objects.filter(dossier=call.dossier).count() == 1


def one(row):
    """The row as it stands, as each of two browsers has it."""
    return type(row)._base_manager.get(pk=row.pk)


@pytest.mark.django_db(transaction=True)
def test_two_who_send_the_public_form_in_the_same_moment_come_to_one_receipt(front_line):
    client, receipts = a_form(narrative=ENOUGH), []

    def send():
        browser = Client()
        browser.cookies = client.cookies
        receipts.append(sent(browser))

    assert at_once(send, send) == []
    assert len(set(receipts)) == 1
    with unguarded("the tests"):
        assert Contact.objects.count() == ReceiptLink.objects.count() == 1
    assert not Unsent.objects.exists()


# The database is gone, or its disk is full, in the middle


class FullDisk:
    """After so many writes nothing can be stored any more."""

    def __init__(self, writes: int) -> None:
        self.left = writes

    def __call__(self, execute, sql, params, many, context):
        if sql.split(None, 1)[0] in ("INSERT", "UPDATE", "DELETE"):
            if not self.left:
                raise OperationalError("database or disk is full")
            self.left -= 1
        return execute(sql, params, many, context)


def interrupted(client, address, given) -> int:
    """Send a form while the disk fills up, earlier or later in it; gives how many writes it takes.

    What is written last, once it is done, is who looked, and the session.
    """
    before, disk = stored(), FullDisk(10_000)
    with transaction.atomic():
        with connection.execute_wrapper(disk):
            assert client.post(address, given).status_code == 302
        done = stored()
        transaction.set_rollback(True)
    writes = 10_000 - disk.left
    for at in sorted({0, writes // 3, 2 * writes // 3, writes - 1}):
        with connection.execute_wrapper(FullDisk(at)):
            response = client.post(address, given, **OWN_PAGE)
        now = stored()
        assert now in (before, done), f"half done after {at} of {writes} writes"
        if response.status_code == 302 or (now == done != before):
            return writes
        assert response.status_code in (500, 503)
        assert "Nothing that you typed is lost" in words(response)
        typed = max((str(value) for value in given.values()), key=len)
        assert typed in html.unescape(response.content.decode()), "what was typed is not given back"
    assert client.post(address, given).status_code == 302
    assert stored() == done
    return writes


@each
def test_nothing_is_half_done_when_the_disk_fills_up_in_the_middle(name, filled_in):
    client, address, given = filled_in(name)
    assert interrupted(client, address, given) > 1


def test_a_page_of_the_public_form_comes_back_with_its_text_when_it_cannot_be_stored(front_line):
    client = a_form()
    client.raise_request_exception = False
    assert interrupted(client, "/refer/happened/", {"narrative": ENOUGH}) >= 1
    assert sending.read(client.cookies["sightline-refer"].value).pages["happened"]["narrative"] == [ENOUGH]


def test_the_public_form_is_sent_whole_or_not_at_all_and_is_kept(front_line):
    client = a_form(narrative=ENOUGH)
    client.raise_request_exception = False
    before = stored()
    for writes in (0, 3, 6, 9, 12):
        with connection.execute_wrapper(FullDisk(writes)):
            response = client.post("/refer/check/", **OWN_PAGE)
        assert "Nothing that you sent has been stored" in words(response)
        assert stored() == before, f"half sent after {writes} writes"
    assert sent(client)
    with unguarded("the tests"):
        assert Contact.objects.count() == 1


def test_without_a_database_the_text_is_given_back(front_line):
    """Nobody can be known then, nor any form found: what was sent is all there is."""

    def gone(*args):
        raise OperationalError("the connection was refused")

    client = a_form()
    client.raise_request_exception = False
    with connection.execute_wrapper(gone):
        response = client.post("/refer/happened/", {"narrative": ENOUGH}, **OWN_PAGE)
        elsewhere = client.post("/refer/happened/", {"narrative": ENOUGH})
    assert response.status_code == elsewhere.status_code == 500
    assert ENOUGH in words(response)
    assert response["Cache-Control"] == "no-store"
    assert ENOUGH not in words(elsewhere), "another site's words are never shown"


def test_where_nothing_can_be_counted_nobody_is_turned_away(front_line, monkeypatch, caplog):
    def gone(*args, **kwargs):
        raise OperationalError("no such table: config_cache")

    monkeypatch.setattr(type(cache._connections["default"]), "get", gone)
    monkeypatch.setitem(limits.LIMITS, "send", (0, 0))
    assert sent(a_form(narrative=ENOUGH))
    assert "cannot count" in caplog.text


# The server's clock goes back an hour


@pytest.fixture
def an_hour_back(monkeypatch) -> Callable[[], None]:
    """A function that sets the clock an hour back."""
    now = timezone.now
    return lambda: monkeypatch.setattr(timezone, "now", lambda: now() - timedelta(hours=1))


def test_a_form_begun_before_the_clock_went_back_can_be_sent(front_line, monkeypatch, an_hour_back):
    monkeypatch.setattr(views, "LEAST_SECONDS", 5)
    client = a_form(narrative=ENOUGH)
    an_hour_back()
    assert sent(client)


def test_what_was_handed_over_after_the_clock_went_back_can_be_closed(world, an_hour_back):
    with system_actor("the tests"):
        contact = world.contact
        decide(contact, "assessment")
        an_hour_back()
        offered = offer(contact, world.assessment)
        handing_over.accept(offered, by=BY)
        with pytest.raises(NotDone, match="handed over and accepted"):
            offer(contact, world.assessment)
        tell(contact)
        commands.close_contact(contact, by=BY)
        assert Contact.objects.get().state == "closed"


def test_a_whole_contact_passes_while_the_clock_goes_back_between_all_steps(world, monkeypatch):
    hours, now = [0], timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() - timedelta(hours=hours[0]))

    def back(do, *args, **given):
        hours[0] += 1
        return do(*args, **given)

    with system_actor("the tests"):
        Version.objects.filter(pk=thresholds_in_force().pk).update(
            approved_on=timezone.localdate() - timedelta(days=2),
            effective_from=timezone.localdate() - timedelta(days=2),
        )
        back(screen, world.contact)
        request = back(ask, world.contact, world.police_unit)
        back(gathering.answer, request, text=TYPED, by=BY)
        back(decide, world.contact, "assessment")
        offered = back(offer, world.contact, world.assessment)
        back(handing_over.accept, offered, by=BY)
        back(tell, world.contact)
        back(commands.close_contact, world.contact, by=BY)
        assert Contact.objects.get().state == "closed"
