"""The pages of a concern: raising one, working on it, closing it; and what each reader finds on them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sightline.core.models import AuditEvent
from sightline.frontline.concern import commands
from sightline.frontline.concern.models import PoliceIntelligence, ProtectedLocation, Referral, Told
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


def page_of(concern, more="") -> str:
    return f"/concern/{concern.pk}/{more}"


def test_each_reads_the_sections_that_are_theirs(concern, front_line, at_work):
    assert canaries(at_work(front_line.hub_worker), page_of(concern)) == CANARIES
    school = at_work(front_line.designated_lead)
    assert canaries(school, page_of(concern)) == {"identity", "referral"}
    told = school.get(page_of(concern)).content.decode()
    assert "olice" not in told, "the receipt tells that there is a section of police intelligence"
    assert "rotected" not in told, "the receipt tells that there are protected addresses"
    for other in (front_line.police_unit, front_line.designated_officer, front_line.governance):
        assert at_work(other).get(page_of(concern)).status_code == 404


def test_the_words_of_whoever_raised_it_come_first(concern, front_line, at_work):
    page = at_work(front_line.hub_worker).get(page_of(concern)).content.decode()
    order = [page.index(f"CANARY-{name}</p>") for name in ("referral", "intelligence", "location")]
    assert order == sorted(order)


def test_the_list_names_the_child_to_those_who_may_see_it(concern, front_line, at_work):
    assert canaries(at_work(front_line.hub_worker), "/concern/") == {"identity"}
    assert canaries(at_work(front_line.designated_lead), "/concern/") == {"identity"}
    assert canaries(at_work(front_line.police_unit), "/concern/") == set()
    looks = AuditEvent.objects.filter(action="view:concern:concerns", object_key=str(concern.dossier_id))
    assert [look.detail["sections"] for look in looks] == [["identity"]] * 2


def test_the_list_is_narrowed(concern, front_line, at_work):
    worker, school = at_work(front_line.hub_worker), at_work(front_line.designated_lead)
    reference = concern.dossier.reference
    for asked, found in {
        "whose=mine": False,
        "whose=team": True,
        "whose=sent": False,
        "state=closed": False,
        f"reference={reference[-4:].lower()}": True,
        "reference=nothing-like-it": False,
    }.items():
        assert (reference in worker.get(f"/concern/?{asked}").content.decode()) is found, asked
    assert reference in school.get("/concern/?whose=sent").content.decode()


def test_a_school_raises_a_concern_and_keeps_its_receipt(front_line, at_work):
    school = at_work(front_line.designated_lead)
    given = {
        "team": front_line.hub.pk,
        "given_names": "Zeynep",
        "born_on_day": "3",
        "born_on_month": "4",
        "born_on_year": "2017",
        "narrative": "She came to school without a coat on Monday 9 March",
        "wishes": "I want my brother back",
        "referrer": "Des Lead, her head of year",
    }
    nothing_told = school.post("/concern/new/", {**given, "narrative": ""}).content.decode()
    assert "Enter what happened, and when" in nothing_told
    assert "I want my brother back" in nothing_told, "what was typed is gone"
    raised = school.post("/concern/new/", given, follow=True)
    assert "without a coat" in raised.content.decode()
    with looking(front_line.hub_worker):
        assert Told.objects.get().given_names == "Zeynep"
        assert Referral.objects.get().wishes == "I want my brother back"


def test_a_child_is_not_born_tomorrow(front_line, at_work):
    born = {"born_on_day": "1", "born_on_month": "1", "born_on_year": "2999"}
    page = at_work(front_line.designated_lead).post("/concern/new/", born).content.decode()
    assert "The date of birth must not lie ahead" in page


def test_what_is_closely_held_is_added(concern, front_line, at_work):
    worker = at_work(front_line.hub_worker)
    worker.post(page_of(concern, "intelligence/"), {"text": "Seen at the flat"})
    worker.post(page_of(concern, "address/"), {"text": "12 Elm Row", "keep_from": "Her uncle"})
    page = worker.get(page_of(concern)).content.decode()
    assert "Seen at the flat" in page
    assert "12 Elm Row" in page
    assert "Never tell: Her uncle" in page
    with looking(front_line.hub_worker):
        assert PoliceIntelligence.objects.count() == ProtectedLocation.objects.count() == 2
    empty = worker.post(page_of(concern, "address/"), {"text": "9 Oak Way"}).content.decode()
    assert "Enter who must never learn it" in empty
    assert "9 Oak Way" in empty


def test_a_receipt_opens_nothing_to_be_done(concern, front_line, at_work):
    school = at_work(front_line.designated_lead)
    for doing in ("people/", "intelligence/", "address/", "allocation/", "closing/"):
        assert school.get(page_of(concern, doing)).status_code == 404
        assert school.post(page_of(concern, doing)).status_code == 404
    worker = at_work(front_line.hub_worker)
    assert worker.get(page_of(concern, "allocation/")).status_code == 404


def test_a_person_is_named_and_their_record_opens_for_the_team(concern, people, front_line, at_work):
    worker = at_work(front_line.hub_worker)
    found = worker.post(page_of(concern, "people/"), {"find": "canary-person amira"}).content.decode()
    assert "Amira CANARY-person" in found
    asked = {"find": "amira", "name": "yes", "person": str(people.dossier_id)}
    assert "Select who they are in it" in worker.post(page_of(concern, "people/"), asked).content.decode()
    worker.post(page_of(concern, "people/"), {**asked, "part": "subject"})
    assert "Amira CANARY-person" in worker.get(page_of(concern)).content.decode()
    again = worker.post(page_of(concern, "people/"), {**asked, "part": "carer"}).content.decode()
    assert "named in the concern already" in again
    received = f"Received concern {concern.dossier.reference}"
    assert received in worker.get(f"/people/{people.pk}/timeline/").content.decode()
    receipt = at_work(front_line.designated_lead).get(page_of(concern)).content.decode()
    assert "CANARY-person" not in receipt


def test_a_manager_allocates_and_closes_and_then_it_is_only_read(concern, front_line, at_work):
    manager = at_work(front_line.hub_manager)
    offered = manager.get(page_of(concern, "allocation/")).content.decode()
    assert "Hu Worker" in offered
    assert "Po Unit" not in offered
    manager.post(page_of(concern, "allocation/"), {"to": front_line.hub_worker.pk})
    worker = at_work(front_line.hub_worker)
    assert concern.dossier.reference in worker.get("/concern/?whose=mine").content.decode()
    manager.post(page_of(concern, "closing/"), {"outcome": "The family gets early help from Monday"})
    receipt = at_work(front_line.designated_lead).get(page_of(concern)).content.decode()
    assert "early help from Monday" in receipt
    page = manager.get(page_of(concern)).content.decode()
    assert "Close it" not in page
    assert "Add police intelligence" not in page
    assert manager.get(page_of(concern, "closing/")).status_code == 302
    late = worker.post(page_of(concern, "intelligence/"), {"text": "Too late"}).content.decode()
    assert "This concern has been closed" in late
    assert "Too late" in late


def worklist(client: Client, scope: str) -> str:
    return client.get(f"/worklist/?scope={scope}").content.decode()


def test_a_concern_waits_for_the_team_and_then_for_whoever_has_it(concern, front_line, at_work):
    manager, worker = at_work(front_line.hub_manager), at_work(front_line.hub_worker)
    reference = concern.dossier.reference
    assert f"Allocate concern {reference}" in worklist(manager, "team")
    assert f"See concern {reference}" in worklist(worker, "team")
    assert reference not in worklist(worker, "mine")
    manager.post(page_of(concern, "allocation/"), {"to": front_line.hub_worker.pk})
    assert f"Work on concern {reference}" in worklist(worker, "mine")
    manager.post(page_of(concern, "closing/"), {"outcome": "Help"})
    assert reference not in worklist(worker, "all")
    assert reference not in worklist(at_work(front_line.police_unit), "all")


def test_whoever_has_not_said_what_for_finds_no_concern_and_a_page_all_the_same(
    concern, front_line, signed_in
):
    for user in (front_line.hub_manager, front_line.hub_worker, front_line.designated_officer):
        for address in ("/", *(f"/worklist/?scope={scope}" for scope in ("mine", "team", "all"))):
            page = signed_in(user).get(address)
            assert page.status_code == 200
            assert concern.dossier.reference not in page.content.decode()


def test_what_waits_names_no_child(concern, front_line, at_work):
    assert canaries(at_work(front_line.hub_worker), "/worklist/?scope=all") == set()


def statements(client: Client, address: str) -> int:
    """How many statements a page asks of the database, without the borders of transactions."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return sum("SAVEPOINT" not in one["sql"] for one in asked)


def test_a_list_asks_as_much_of_one_concern_as_of_many(concern, front_line, at_work):
    manager = at_work(front_line.hub_manager)
    of_one = statements(manager, "/concern/")
    with looking(front_line.hub_worker):
        for number in range(30):
            commands.open_concern(
                team=front_line.hub,
                told={"family_name": f"Surname-{number}"},
                referral={"referrer": "A nurse", "narrative": "Missed appointments"},
                by=front_line.hub_worker,
            )
    page = manager.get("/concern/").content.decode()
    assert "31 concerns, page 1 of 2" in page
    assert page.count("Surname-") == 25
    assert "CANARY-identity" in manager.get("/concern/?page=2").content.decode()
    assert statements(manager, "/concern/") == of_one <= 15
    assert statements(manager, page_of(concern)) <= 20
