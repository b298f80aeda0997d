"""Who looked: the page of a record that says so, to those who answer for it."""

from django.urls import reverse

from sightline.core.models import AuditEvent
from tests.pages.test_access import a_search

PROTECT = {"purpose": "protect"}


def page_of(client, dossier, **query):
    return client.get(reverse("trust:looked", kwargs={"pk": dossier}), query)


def at_work(signed_in, user):
    """A client in whose session the purpose is chosen."""
    client = signed_in(user)
    client.post(reverse("trust:purpose"), PROTECT)
    return client


def test_a_look_is_on_the_page_with_who_what_and_what_for(contact, front_line, signed_in):
    sent = at_work(signed_in, front_line.designated_lead)
    assert sent.get(reverse("referral:contact", kwargs={"pk": contact.pk})).status_code == 200
    page = page_of(at_work(signed_in, front_line.hub_manager), contact.dossier_id).content.decode()
    for said in (
        "Des Lead",
        "Addiscombe Vale schools: Designated safeguarding lead",
        "identity, referral",
        "Protect or support a child",
    ):
        assert said in page
    assert "CANARY" not in page


def test_opening_the_page_is_itself_a_look(contact, front_line, signed_in):
    client = at_work(signed_in, front_line.hub_manager)
    assert "Hu Manager</td>" not in page_of(client, contact.dossier_id).content.decode()
    again = page_of(client, contact.dossier_id).content.decode()
    assert all(said in again for said in ("Hu Manager", "who looked, and why"))


def test_governance_sees_who_looked_and_never_what(contact, front_line, signed_in):
    page = page_of(signed_in(front_line.governance), contact.dossier_id)
    assert page.status_code == 200
    assert "CANARY" not in page.content.decode()
    contact_page = signed_in(front_line.governance).get(
        reverse("referral:contact", kwargs={"pk": contact.pk})
    )
    assert contact_page.status_code == 404


def test_governance_sees_who_searched_and_what_they_typed_on_asking_alone(contact, front_line, signed_in):
    number = a_search()
    client = signed_in(front_line.governance)
    listed = client.get(reverse("trust:searches")).content.decode()
    assert "Hu Worker" in listed
    assert "CANARY" not in listed
    page = reverse("trust:search", kwargs={"pk": number})
    assert "CANARY" not in client.get(page).content.decode()
    assert not AuditEvent.objects.filter(action="trust.show-search").exists()
    assert "CANARY-words" in client.post(page).content.decode()
    assert AuditEvent.objects.get(action="trust.show-search").detail == {"search": number}
    of_something_else = reverse("trust:search", kwargs={"pk": number - 1})
    assert client.post(of_something_else).status_code == 404


def test_who_sees_less_than_the_whole_record_does_not_see_who_looked(contact, front_line, signed_in):
    for user in (front_line.designated_lead, front_line.police_unit, front_line.designated_officer):
        assert page_of(at_work(signed_in, user), contact.dossier_id).status_code == 404
