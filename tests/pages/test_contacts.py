"""The pages of a contact: raising one, working on it, closing it; and what each reader finds on them."""

import re
import time
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sightline.core.audit import System
from sightline.core.models import AuditEvent, ClockRun
from sightline.core.trust.actor import system_actor, unguarded
from sightline.core.trust.dossiers import link
from sightline.core.trust.models import Dossier, Grant
from sightline.frontline.referral import commands, gathering
from sightline.frontline.referral.models import Contact, PoliceIntelligence, ProtectedLocation, Told
from sightline.people.commands import enter_person
from sightline.people.models import Address, Person, Relationship
from tests.invented_contacts import close, decide, screen, tell
from tests.invented_people import looking

CANARIES = {"identity", "referral", "intelligence", "location"}


@pytest.fixture
def at_work(signed_in):
    """A function that gives the browser of somebody who has said what the session is for."""

    def open_browser(user, purpose="protect") -> Client:
        client = signed_in(user)
        client.post("/trust/purpose/", {"purpose": purpose})
        return client

    return open_browser


def canaries(client: Client, address: str) -> set[str]:
    """Which of the sections' texts stand on a page; the page must open."""
    response = client.get(address)
    assert response.status_code == 200, address
    return {name for name in CANARIES if f"CANARY-{name}" in response.content.decode()}


def page_of(contact, more="") -> str:
    return f"/referral/{contact.pk}/{more}"


def test_each_reads_the_sections_that_are_theirs(contact, front_line, at_work):
    assert canaries(at_work(front_line.hub_worker), page_of(contact)) == CANARIES
    school = at_work(front_line.designated_lead)
    assert canaries(school, page_of(contact)) == {"identity", "referral"}
    told = school.get(page_of(contact)).content.decode()
    assert "olice" not in told, "the receipt tells that there is a section of police intelligence"
    assert "rotected" not in told, "the receipt tells that there are protected addresses"
    for other in (front_line.police_unit, front_line.designated_officer, front_line.governance):
        assert at_work(other).get(page_of(contact)).status_code == 404


def test_the_words_of_whoever_raised_it_come_first(contact, front_line, at_work):
    page = at_work(front_line.hub_worker).get(page_of(contact)).content.decode()
    order = [page.index(f"CANARY-{name}</p>") for name in ("referral", "intelligence", "location")]
    assert order == sorted(order)


def test_the_list_names_the_child_to_those_who_may_see_it(contact, front_line, at_work):
    assert canaries(at_work(front_line.hub_worker), "/referral/") == {"identity"}
    assert canaries(at_work(front_line.designated_lead), "/referral/") == {"identity"}
    assert canaries(at_work(front_line.police_unit), "/referral/") == set()
    looks = AuditEvent.objects.filter(action="view:referral:contacts", object_key=str(contact.dossier_id))
    assert [look.detail["sections"] for look in looks] == [["identity"]] * 2


def test_the_list_is_narrowed(contact, front_line, at_work):
    worker, school = at_work(front_line.hub_worker), at_work(front_line.designated_lead)
    reference = contact.dossier.reference
    for asked, found in {
        "whose=mine": False,
        "whose=team": True,
        "whose=sent": False,
        "state=closed": False,
        f"reference={reference[-4:].lower()}": True,
        "reference=nothing-like-it": False,
    }.items():
        assert (reference in worker.get(f"/referral/?{asked}").content.decode()) is found, asked
    assert reference in school.get("/referral/?whose=sent").content.decode()


def raised(front_line, **more):
    """Another contact with the hub, as it came by telephone."""
    with system_actor("the tests"):
        return commands.open_contact(
            team=front_line.hub,
            told=more.pop("told", {"given_names": "Sami"}),
            concern={"referrer": "A neighbour", "narrative": "Crying at night"},
            by=System("the tests"),
            **more,
        )


def order(page: str, *contacts) -> list[int]:
    """The places of these contacts on a page, from the top."""
    at = {page.index(one.dossier.reference): number for number, one in enumerate(contacts)}
    return [at[place] for place in sorted(at)]


def test_the_queue_has_a_child_in_danger_first_and_then_what_is_due_first(contact, front_line, at_work):
    late = raised(front_line, at=timezone.now() - timedelta(days=5))
    danger = raised(front_line, is_immediate=True, told={})
    worker = at_work(front_line.hub_worker)
    page = worker.get("/referral/").content.decode()
    assert order(page, contact, late, danger) == [2, 1, 0]
    assert "A child is in danger now" in page
    assert "working days late" in page
    assert "Decision due" in page
    taken_as_far_as(decide, danger)
    assert order(worker.get("/referral/").content.decode(), contact, late, danger)[0] == 1


def test_the_queue_says_the_rating_and_for_whom_it_waits(contact, front_line, at_work):
    taken_as_far_as(lambda one: screen(one, "red"), contact)
    ask(contact, front_line.police_unit)
    page = at_work(front_line.hub_worker).get("/referral/").content.decode()
    assert "Red" in page
    assert "Waits for Addiscombe Vale police" in page
    for other in (front_line.designated_lead, front_line.police_unit):
        seen = at_work(other).get("/referral/").content.decode()
        assert contact.dossier.reference in seen
        assert "Waits for" not in seen, "who sent it, or was asked, need not know who else is asked"


def ask(contact, who) -> None:
    """Ask somebody's agency about a contact."""
    with system_actor("the tests"):
        gathering.ask(contact, agency=who.agency, of=who, question="What is known?", by=System("the tests"))


def test_closed_contacts_are_found_and_stand_in_nobodys_way(contact, front_line, at_work):
    taken_as_far_as(close, contact)
    worker, reference = at_work(front_line.hub_worker), contact.dossier.reference
    assert reference not in worker.get("/referral/").content.decode()
    for asked in ("state=closed", "state=any"):
        assert reference in worker.get(f"/referral/?{asked}").content.decode()


def test_the_queue_says_that_it_has_changed_without_a_look_at_anybody(contact, front_line, at_work):
    worker = at_work(front_line.hub_worker)
    worker.get("/referral/")
    looks = AuditEvent.objects.count()
    mark = worker.head("/referral/").headers["Sightline-Mark"]
    assert mark == worker.head("/referral/").headers["Sightline-Mark"]
    assert f'data-app-live-mark="{mark}"' in worker.get("/referral/").content.decode()
    assert AuditEvent.objects.count() == looks + 1, "of these, the page alone is a look"
    raised(front_line)
    assert worker.head("/referral/").headers["Sightline-Mark"] != mark


def test_a_third_contact_stands_out_on_the_queue_and_on_its_page(contact, front_line, at_work):
    told = {"given_names": "Noor", "family_name": "Aziz", "born_on": date(2015, 2, 1)}
    first, second = (raised(front_line, told=told, at=timezone.now() - timedelta(days=n)) for n in (90, 40))
    third = raised(front_line, told=told)
    with unguarded("the tests"):
        Dossier.objects.filter(pk=second.dossier_id).update(restriction="restricted")
    worker = at_work(front_line.hub_worker)
    assert "Contact 3 in 12 months" in worker.get("/referral/").content.decode()
    page = worker.get(page_of(third)).content.decode()
    assert "Contact 3 in 12 months" in page
    assert first.dossier.reference in page
    assert second.dossier.reference not in page
    assert "There is 1 more in these 12 months that you may not see" in page
    assert "in 12 months" not in worker.get(page_of(first)).content.decode()


def test_who_sent_a_contact_is_not_told_what_others_sent(contact, front_line, at_work):
    born = date(2015, 2, 1)
    with system_actor("the tests"):
        Told.objects.filter(dossier=contact.dossier).delete()
        Told(dossier=contact.dossier, given_names="Noor", family_name="Aziz", born_on=born).save()
    told = {"given_names": "Noor", "family_name": "Aziz", "born_on": born}
    for days in (20, 30):
        raised(front_line, told=told, at=timezone.now() - timedelta(days=days))
    assert "Contact 3" in at_work(front_line.hub_worker).get(page_of(contact)).content.decode()
    school = at_work(front_line.designated_lead)
    for address in ("/referral/", page_of(contact)):
        seen = school.get(address).content.decode()
        assert "12 months" not in seen
        assert "Earlier contacts" not in seen


def test_whom_it_was_told_of_is_offered_and_named(contact, people, front_line, at_work):
    with system_actor("the tests"):
        Told.objects.filter(dossier=contact.dossier).update(family_name="CANARY-person")
    worker = at_work(front_line.hub_worker)
    page = worker.get(page_of(contact, "people/")).content.decode()
    assert "Who is Amira CANARY-person?" in page
    assert "Matches: " in page
    assert "None of these: enter Amira CANARY-person as told" in page
    (told,) = re.findall(r'name="told" value="([^"]+)"', page)[:1]
    given = {"told": told, "name": "yes", "person": people.dossier_id, "part": "subject"}
    named = worker.post(page_of(contact, "people/"), given, follow=True).content.decode()
    assert "The person was named in the contact" in named
    assert "Say who Amira" not in named, "she is named"
    assert "Nobody has said who the father of Amira CANARY-person is" in named


def test_who_is_not_known_yet_is_entered_as_told(front_line, at_work):
    told = {
        "given_names": "Noor",
        "family_name": "Aziz",
        "born_on": date(2015, 2, 1),
        "address": "4 Elm Row, Addiscombe, CR0 7AA",
    }
    raised_one = raised(front_line, told=told)
    worker = at_work(front_line.hub_worker)
    page = worker.get(page_of(raised_one, "people/")).content.decode()
    assert "Nobody who is known, and whom you may see, is like them" in page
    (key,) = re.findall(r'name="told" value="([^"]+)"', page)[:1]
    entered = worker.post(page_of(raised_one, "people/"), {"told": key, "enter": "yes"}, follow=True)
    assert "Noor Aziz was entered as told" in entered.content.decode()
    with looking(front_line.hub_worker):
        noor = Person.objects.get()
        assert (noor.name, noor.born_on, noor.kind) == ("Noor Aziz", date(2015, 2, 1), "child")
        home = Address.objects.get()
        assert (home.lines, home.postcode) == ("4 Elm Row, Addiscombe", "CR0 7AA")
    second = raised(front_line, told=told)
    unseen = worker.post(page_of(second, "people/"), {"enter": "yes", "told": told_key(second)})
    assert "Somebody who may be the same came in meanwhile" in unseen.content.decode()


def told_key(contact):
    """The key of whom a contact was told of."""
    with system_actor("the tests"):
        return Told.objects.get(dossier=contact.dossier).pk


def test_brothers_and_sisters_are_named_by_one_click(contact, people, front_line, at_work):
    with system_actor("the tests"):
        brother = enter_person(
            team=front_line.hub, known={"given_names": "Sami", "family_name": "K"}, by=System("the tests")
        )
        Relationship(
            dossier=people.dossier,
            person_dossier=brother.dossier,
            kind="sibling",
            name="S",
            contact="engaged",
        ).save(force_insert=True)
        link(contact.dossier, people.dossier, "subject")
    worker = at_work(front_line.hub_worker)
    assert "Name Sami K in this contact" in worker.get(page_of(contact)).content.decode()
    given = {"suggested": "yes", "name": "yes", "person": brother.dossier_id, "part": "sibling"}
    page = worker.post(page_of(contact, "people/"), given, follow=True).content.decode()
    assert "The person was named in the contact" in page
    assert "Name Sami K in this contact" not in page


def test_the_pack_holds_what_the_reader_may_see_but_no_protected_address(contact, front_line, at_work):
    pack = at_work(front_line.hub_worker).get(page_of(contact, "pack/")).content.decode()
    assert "CANARY-referral" in pack
    assert "CANARY-intelligence" in pack
    assert "CANARY-location" not in pack
    assert "They are not printed" in pack
    assert "govuk-button" not in pack.partition("<main")[2]
    assert at_work(front_line.designated_lead).get(page_of(contact, "pack/")).status_code == 404


def test_what_is_closely_held_is_added(contact, front_line, at_work):
    worker = at_work(front_line.hub_worker)
    worker.post(page_of(contact, "intelligence/"), {"text": "Seen at the flat"})
    worker.post(page_of(contact, "address/"), {"text": "12 Elm Row", "keep_from": "Her uncle"})
    page = worker.get(page_of(contact)).content.decode()
    assert "Seen at the flat" in page
    assert "12 Elm Row" in page
    assert "Never tell: Her uncle" in page
    with looking(front_line.hub_worker):
        assert PoliceIntelligence.objects.count() == ProtectedLocation.objects.count() == 2
    empty = worker.post(page_of(contact, "address/"), {"text": "9 Oak Way"}).content.decode()
    assert "Enter who must never learn it" in empty
    assert "9 Oak Way" in empty


def test_a_receipt_opens_nothing_to_be_done(contact, front_line, at_work):
    school = at_work(front_line.designated_lead)
    for doing in (
        "screening/",
        "acknowledgement/",
        "people/",
        "intelligence/",
        "address/",
        "allocation/",
        "closing/",
    ):
        assert school.get(page_of(contact, doing)).status_code == 404
        assert school.post(page_of(contact, doing)).status_code == 404
    worker = at_work(front_line.hub_worker)
    assert worker.get(page_of(contact, "allocation/")).status_code == 404


def test_a_person_is_named_and_their_record_opens_for_the_team(contact, people, front_line, at_work):
    worker = at_work(front_line.hub_worker)
    found = worker.post(page_of(contact, "people/"), {"find": "canary-person amira"}).content.decode()
    assert "Amira CANARY-person" in found
    asked = {"find": "amira", "name": "yes", "person": str(people.dossier_id)}
    assert "Select who they are in it" in worker.post(page_of(contact, "people/"), asked).content.decode()
    worker.post(page_of(contact, "people/"), {**asked, "part": "subject"})
    assert "Amira CANARY-person" in worker.get(page_of(contact)).content.decode()
    again = worker.post(page_of(contact, "people/"), {**asked, "part": "carer"}).content.decode()
    assert "named in the contact already" in again
    received = f"Received contact {contact.dossier.reference}"
    assert received in worker.get(f"/people/{people.pk}/timeline/").content.decode()
    receipt = at_work(front_line.designated_lead).get(page_of(contact)).content.decode()
    assert "CANARY-person" not in receipt


def test_a_manager_allocates_and_closes_and_then_it_is_only_read(contact, front_line, at_work):
    manager = at_work(front_line.hub_manager)
    offered = manager.get(page_of(contact, "allocation/")).content.decode()
    assert "Hu Worker" in offered
    assert "Po Unit" not in offered
    manager.post(page_of(contact, "allocation/"), {"to": front_line.hub_worker.pk})
    worker = at_work(front_line.hub_worker)
    assert contact.dossier.reference in worker.get("/referral/?whose=mine").content.decode()
    early = manager.post(page_of(contact, "closing/")).content.decode()
    assert "Decide it and tell the referrer first" in early
    taken_as_far_as(tell, contact)
    manager.post(page_of(contact, "closing/"))
    page = manager.get(page_of(contact)).content.decode()
    assert "Close it" not in page
    assert "Add police intelligence" not in page
    assert manager.get(page_of(contact, "closing/")).status_code == 302
    late = worker.post(page_of(contact, "intelligence/"), {"text": "Too late"}).content.decode()
    assert "This contact has been closed" in late
    assert "Too late" in late


def taken_as_far_as(step, contact) -> None:
    """Take a contact a step further by the commands, as the software itself."""
    with system_actor("the tests"):
        contact.refresh_from_db()
        step(contact)


def test_a_contact_is_screened_with_what_was_told_in_view(contact, front_line, at_work):
    worker = at_work(front_line.hub_worker)
    page = worker.get(page_of(contact, "screening/")).content.decode()
    assert "CANARY-referral" in page
    assert "No limit is set for it" in page, "this partnership has set none for its ratings"
    unsaid = worker.post(page_of(contact, "screening/"), {"words": "Seen at night"}).content.decode()
    assert "Select how soon it must be answered" in unsaid
    assert "Seen at night" in unsaid
    given = {"rating": "red", "words": "Left alone at night"}
    rated = worker.post(page_of(contact, "screening/"), given, follow=True).content.decode()
    assert "The contact was rated red" in rated
    worker.post(page_of(contact, "screening/"), {"rating": "green", "words": "An aunt was there"})
    again = worker.get(page_of(contact, "screening/")).content.decode()
    assert "Left alone at night" in again, "the rating before is kept"
    taken_as_far_as(decide, contact)
    assert worker.get(page_of(contact, "screening/")).status_code == 302
    late = worker.post(page_of(contact, "screening/"), given).content.decode()
    assert "decided on this contact meanwhile" in late


def test_the_referrer_is_told_the_next_step(contact, front_line, at_work):
    worker, school = at_work(front_line.hub_worker), at_work(front_line.designated_lead)
    worker.post(page_of(contact, "acknowledgement/"), {"words": "Hu Worker rings you by noon"})
    assert "rings you by noon" in school.get(page_of(contact)).content.decode()
    with looking(front_line.hub_worker):
        assert Contact.objects.get().told_at is not None


def worklist(client: Client, scope: str) -> str:
    return client.get(f"/worklist/?scope={scope}").content.decode()


def test_a_contact_waits_for_the_team_and_then_for_whoever_has_it(contact, front_line, at_work):
    manager, worker = at_work(front_line.hub_manager), at_work(front_line.hub_worker)
    reference = contact.dossier.reference
    assert f"Screen contact {reference}" in worklist(manager, "team")
    assert f"Screen contact {reference}" in worklist(worker, "team")
    assert reference not in worklist(worker, "mine")
    manager.post(page_of(contact, "allocation/"), {"to": front_line.hub_worker.pk})
    assert f"Screen contact {reference}" in worklist(worker, "mine")
    taken_as_far_as(screen, contact)
    assert f"Decide contact {reference}" in worklist(manager, "team")
    assert f"See contact {reference}" in worklist(worker, "mine")
    taken_as_far_as(decide, contact)
    assert f"Tell the referrer of contact {reference}" in worklist(worker, "mine")
    taken_as_far_as(tell, contact)
    assert f"Close contact {reference}" in worklist(manager, "team")
    manager.post(page_of(contact, "closing/"))
    assert reference not in worklist(worker, "all")
    assert reference not in worklist(at_work(front_line.police_unit), "all")


def test_whoever_has_not_said_what_for_finds_no_contact_and_a_page_all_the_same(
    contact, front_line, signed_in
):
    for user in (front_line.hub_manager, front_line.hub_worker, front_line.designated_officer):
        for address in ("/", *(f"/worklist/?scope={scope}" for scope in ("mine", "team", "all"))):
            page = signed_in(user).get(address)
            assert page.status_code == 200
            assert contact.dossier.reference not in page.content.decode()


def test_what_waits_names_no_child(contact, front_line, at_work):
    assert canaries(at_work(front_line.hub_worker), "/worklist/?scope=all") == set()


def statements(client: Client, address: str) -> int:
    """How many statements a page asks of the database, without the borders of transactions."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return sum("SAVEPOINT" not in one["sql"] for one in asked)


def test_a_list_asks_as_much_of_one_contact_as_of_many(contact, front_line, at_work):
    manager = at_work(front_line.hub_manager)
    of_one = statements(manager, "/referral/")
    with looking(front_line.hub_worker):
        for number in range(30):
            commands.open_contact(
                team=front_line.hub,
                told={"family_name": f"Surname-{number}"},
                concern={"referrer": "A nurse", "narrative": "Missed appointments"},
                by=front_line.hub_worker,
            )
    page = manager.get("/referral/").content.decode()
    assert "31 contacts, page 1 of 2" in page
    assert page.count("Surname-") == 24
    assert "CANARY-identity" in page, "what came first is due first"
    assert manager.get("/referral/?page=2").content.decode().count("Surname-") == 6
    assert statements(manager, "/referral/") == of_one <= 15


def test_the_queue_asks_as_often_for_five_hundred_as_for_ten(front_line, at_work):
    manager, asked = at_work(front_line.hub_manager), []
    for more in (10, 490):
        with system_actor("the tests"):
            many(front_line, more)
        asked.append(statements(manager, "/referral/"))
    assert "500 contacts, page 1 of 20" in manager.get("/referral/").content.decode()
    assert asked[0] == asked[1] <= 15
    began = time.perf_counter()
    manager.get("/referral/")
    print(f"\n{connection.vendor}: {asked[1]} statements, {(time.perf_counter() - began) * 1000:.0f} ms")


def many(front_line, count: int) -> None:
    """So many more open contacts with the hub, each of another child, and with its clock."""
    made = [
        Dossier(kind="contact", reference=f"C26-{uuid4().hex[:8]}", owner_team=front_line.hub)
        for _ in range(count)
    ]
    Dossier.objects.bulk_create(made)
    full = {"level": 4, "purpose": "protect", "source": "owner-team"}
    Grant.objects.bulk_create(Grant(dossier=one, team=front_line.hub, **full) for one in made)
    stored = [Contact(dossier=one) for one in made]
    Contact.objects.bulk_create(stored)
    names = {"family_name": "Aziz", "born_on": date(2015, 2, 1)}
    Told.objects.bulk_create(
        Told(dossier=one, given_names=f"Child{number % 40}", **names) for number, one in enumerate(made)
    )
    due = {"clock": "referral-decision", "subject_kind": "referral_contact", "started_at": timezone.now()}
    ClockRun.objects.bulk_create(
        ClockRun(subject_key=str(one.pk), due_on=timezone.localdate(), **due) for one in stored
    )


def test_the_page_of_a_contact_asks_no_more_of_one_with_ten_people_and_checks(contact, front_line, at_work):
    manager = at_work(front_line.hub_manager)
    before = statements(manager, page_of(contact))
    with system_actor("the tests"):
        for number in range(10):
            Told(dossier=contact.dossier, given_names=f"Child {number}", place=number).save()
    assert statements(manager, page_of(contact)) == before <= 45
