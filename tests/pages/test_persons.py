"""The record of a person: who they are, who matters to them, where they live, and what becomes of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sightline.core.audit import System
from sightline.core.command import NotDone, Refused
from sightline.core.models import AuditEvent, User
from sightline.core.policy import Level
from sightline.core.trust import dossiers
from sightline.core.trust.actor import system_actor
from sightline.people import commands, particulars
from sightline.people.models import Address, EarlierDetails, OtherName, Person, Relationship
from sightline.people.record import father_is_considered
from tests.invented_people import looking

BY = System("the tests")
TODAY = timezone.localdate()


def enter(team, **known) -> Person:
    """Somebody who is on record, held by a team."""
    with system_actor("the tests"):
        return commands.enter_person(team=team, known=known, by=BY)


def words(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def at_work(signed_in):
    """A function that gives a client of somebody who has said what they work for."""

    def client_of(user):
        client = signed_in(user)
        session = client.session
        session["purpose"] = "protect"
        session.save()
        return client

    return client_of


@pytest.fixture
def worker(front_line, at_work):
    """The hub worker at work."""
    return at_work(front_line.hub_worker)


def test_the_page_of_a_child_asks_for_the_father_until_he_is_considered(people, front_line, worker):
    page = f"/people/{people.pk}/"
    asks = "Nothing is recorded of the father"
    assert asks in words(worker.get(page))
    assert father_is_considered(people.dossier_id) is False
    answer = worker.post(
        f"{page}family/add/",
        {
            "kind": "father",
            "contact": "unidentified",
            "reason": "The mother does not want to say; the birth is not registered yet",
            "responsibility": "",
            "household": "no",
        },
    )
    assert answer.status_code == 302, words(answer)
    shown = words(worker.get(page))
    assert asks not in shown
    assert "Father:</strong> not known" in shown
    assert "The mother does not want to say" in shown
    assert father_is_considered(people.dossier_id) is True


def test_a_father_who_is_said_to_be_unknown_needs_a_reason(people, front_line, worker):
    answer = worker.post(f"/people/{people.pk}/family/add/", {"kind": "father", "contact": "unidentified"})
    assert "Say what was done to find or reach them" in words(answer)
    with looking(front_line.hub_worker), pytest.raises(NotDone):
        particulars.add_relationship(
            people, kind="father", contact="unidentified", by=User.objects.get(pk=front_line.hub_worker.pk)
        )


def test_a_mother_alone_is_not_enough(people, front_line):
    with system_actor("the tests"):
        particulars.add_relationship(people, kind="mother", contact="engaged", name="Ada", by=BY)
        assert father_is_considered(people.dossier_id) is False
        carer = particulars.add_relationship(people, kind="male-carer", contact="engaged", name="Jo", by=BY)
        assert father_is_considered(people.dossier_id) is True
        particulars.end_particular(carer, until_on=TODAY, is_mistake=False, by=BY)
        assert father_is_considered(people.dossier_id) is False


def test_what_was_recorded_before_is_kept(people, front_line, worker):
    with system_actor("the tests"):
        known = {"given_names": "Amira", "family_name": "Larkspur"}
        commands.correct_person(people, known=known, is_new_name=True, by=BY)
        assert [str(one) for one in OtherName.objects.filter(dossier=people.dossier)] == [
            "Amira CANARY-person"
        ]
        assert [one.name for one in EarlierDetails.objects.all()] == ["Amira CANARY-person"]
    shown = words(worker.get(f"/people/{people.pk}/timeline/"))
    assert "Details changed" in shown
    assert "Before: Amira CANARY-person" in shown


def test_an_unborn_child_is_born(front_line, worker):
    unborn = enter(front_line.hub, expected_on=TODAY + timedelta(days=40))
    page = f"/people/{unborn.pk}/"
    shown = words(worker.get(page))
    assert "Not yet named" in shown
    assert "Not born yet" in shown
    ahead = TODAY + timedelta(days=1)
    late = worker.post(f"{page}born/", {**boxes("born_on", ahead), "sex": "female"})
    assert "must be today or in the past" in words(late)
    worker.post(f"{page}born/", {**boxes("born_on", TODAY), "sex": "female", "given_names": "Isla"})
    shown = words(worker.get(page))
    assert "Isla" in shown
    assert "Not born yet" not in shown
    with system_actor("the tests"):
        assert EarlierDetails.objects.get().expected_on == unborn.expected_on
    assert worker.get(f"{page}born/")["Location"] == page


def boxes(name, day) -> dict[str, int]:
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def test_a_household_shows_those_alone_whom_the_reader_may_see(front_line, worker):
    child, mother, lodger = (
        enter(front_line.hub, given_names=name, family_name="Alder") for name in ("Ash", "Rowan", "Oak")
    )
    hidden = enter(None, given_names="Hazel", family_name="Hidden")
    with system_actor("the tests"):
        homes = {
            one: particulars.add_address(one, lines="1 Alder Way", postcode="AV1 1AA", by=BY)
            for one in (child, mother, lodger, hidden)
        }
        for one in (mother, hidden):
            particulars.join_household(homes[one], of=homes[child], by=BY)
    shown = words(worker.get(f"/people/{child.pk}/"))
    assert "Rowan Alder" in shown
    assert "Oak Alder" not in shown
    assert "Hidden" not in shown
    with system_actor("the tests"):
        particulars.leave_household(homes[mother], by=BY)
    assert "Rowan Alder" not in words(worker.get(f"/people/{child.pk}/"))


def test_who_moves_no_longer_lives_where_they_lived(people, worker):
    for lines in ("1 Elm Road", "2 Oak Road"):
        answer = worker.post(
            f"/people/{people.pk}/addresses/add/", {"lines": lines, "postcode": "AV1 1AA", "is_move": "on"}
        )
        assert answer.status_code == 302, words(answer)
    with system_actor("the tests"):
        homes = {one.lines: one.is_current for one in Address.objects.all()}
    assert homes == {"1 Elm Road": False, "2 Oak Road": True}


def test_a_number_that_cannot_be_one_is_refused_beside_its_field(people, worker):
    page = f"/people/{people.pk}/numbers/add/"
    wrong = words(worker.post(page, {"kind": "nhs-number", "number": "9991234579"}))
    assert "This is not an NHS number" in wrong
    assert worker.post(page, {"kind": "nhs-number", "number": "999 123 4578"}).status_code == 302
    assert "999 123 4578" in words(worker.get(f"/people/{people.pk}/"))


def test_a_protected_address_stands_on_its_own_page_alone(people, front_line, worker, at_work):
    page = f"/people/{people.pk}/"
    answer = worker.post(
        f"{page}protected-address/add/", {"text": "CANARY-hidden road", "keep_from": "the father"}
    )
    assert answer.status_code == 302
    assert "CANARY-hidden" not in words(worker.get(page))
    assert "CANARY-hidden road" in words(worker.get(f"{page}protected-address/"))
    for path in ("/people/", f"{page}timeline/"):
        assert "CANARY-hidden" not in words(worker.get(path))
    nurse = at_work(front_line.health)
    with system_actor("the tests"):
        dossiers.give(people.dossier, front_line.health, Level.FULL, dossiers.Source.INVITATION, by=BY)
    assert nurse.get(page).status_code == 200
    assert "protected-address" not in words(nurse.get(page))
    assert nurse.get(f"{page}protected-address/").status_code == 404


def test_whoever_has_a_receipt_alone_sees_no_family_and_changes_nothing(people, front_line, at_work):
    with system_actor("the tests"):
        dossiers.give(
            people.dossier, front_line.designated_lead, Level.RECEIPT, dossiers.Source.INVITATION, by=BY
        )
        particulars.add_relationship(people, kind="mother", contact="engaged", name="CANARY-mother", by=BY)
    teacher = at_work(front_line.designated_lead)
    shown = words(teacher.get(f"/people/{people.pk}/"))
    assert "CANARY-person" in shown
    assert "CANARY-mother" not in shown
    assert "Nothing is recorded of the father" not in shown
    assert teacher.get(f"/people/{people.pk}/correct/").status_code == 404
    fresh = User.objects.get(pk=front_line.designated_lead.pk)
    with looking(fresh), pytest.raises(Refused):
        particulars.add_name(people, sort="used", given_names="A", family_name="", by=fresh)


def test_the_list_holds_those_one_works_with_twenty_five_to_a_page(front_line, worker, at_work):
    for number in range(27):
        enter(front_line.hub, given_names=f"Child{number:02}", family_name="Listed")
    first, second = (words(worker.get(f"/people/?page={page}")) for page in (1, 2))
    assert first.count(" Listed") == 25
    assert second.count(" Listed") == 2
    assert "Nobody yet" in words(at_work(front_line.police_unit).get("/people/"))


def test_a_page_asks_the_database_at_most_fifteen_times_for_what_it_shows(people, front_line, worker):
    with system_actor("the tests"):
        for number in range(12):
            other = enter(front_line.hub, given_names=f"Kin{number}", family_name="Ivy")
            particulars.add_relationship(
                people,
                kind="sibling",
                contact="engaged",
                name=other.name,
                person_dossier=other.dossier,
                by=BY,
            )
    with CaptureQueriesContext(connection) as counted:
        worker.get(f"/people/{people.pk}/")
    asked = [one["sql"] for one in counted.captured_queries if is_asked(one["sql"])]
    assert 5 < len(asked) <= 15, "\n".join(one[:200] for one in asked)


def is_asked(sql: str) -> bool:
    """Whether a statement is for the page: not for the session, nor for writing down the look."""
    return sql.startswith("SELECT") and "django_session" not in sql and "core_chainhead" not in sql


def test_relationships_checked_anew_keep_what_was_known(people, worker):
    page = f"/people/{people.pk}/"
    worker.post(
        f"{page}family/add/",
        {"kind": "father", "contact": "whereabouts-unknown", "name": "Sam", "reason": "Moved away"},
    )
    with system_actor("the tests"):
        first = Relationship.objects.get()
    answer = worker.post(
        f"/people/family/{first.pk}/check/", {"kind": "father", "contact": "engaged", "name": "Sam"}
    )
    assert answer.status_code == 302, words(answer)
    with system_actor("the tests"):
        assert [one.contact for one in Relationship.objects.all() if one.is_current] == ["engaged"]
        assert Relationship.objects.count() == 2
    assert AuditEvent.objects.filter(action="people.correct-relationship").count() == 1
