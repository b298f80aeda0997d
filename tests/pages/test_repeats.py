"""Contacts that repeat: the third in twelve months about a child or the family, under whatever name."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sightline.core.audit import System
from sightline.core.trust import dossiers
from sightline.core.trust.actor import system_actor, unguarded
from sightline.core.trust.merges import join, together
from sightline.core.trust.models import Dossier, Link
from sightline.frontline.referral import commands
from sightline.frontline.referral.models import Contact, Told
from sightline.frontline.referral.repeats import repeats
from sightline.people.commands import enter_person
from sightline.people.finding import remember
from sightline.people.models import Address, Household, OtherName, Relationship
from tests.invented_people import looking

BY = System("the tests")
BORN = date(2016, 3, 27)
YEAR = timedelta(days=365)


@pytest.fixture
def raised(front_line):
    """A function that opens a contact, so many days ago, about somebody who is told of or named."""

    def raise_contact(days=0, child=None, told=None, part="subject"):
        with system_actor("the tests"):
            contact = commands.open_contact(
                team=front_line.hub,
                told=told or {},
                concern={"referrer": "A school", "narrative": "Came to school hungry"},
                at=timezone.now() - timedelta(days=days),
                by=BY,
            )
            if child is not None:
                Link(dossier=contact.dossier, person_dossier=child.dossier, part=part).save(force_insert=True)
        return contact

    return raise_contact


@pytest.fixture
def child(front_line):
    """A function that enters a child whom the hub knows."""

    def enter(given="Amira", family="Khan", born=BORN):
        known = {"given_names": given, "family_name": family, "born_on": born}
        with system_actor("the tests"):
            return enter_person(team=front_line.hub, known=known, by=BY)

    return enter


def number(contact, user) -> int:
    """Which one it is in twelve months, as this person reads it."""
    with looking(user):
        return repeats([contact], user)[contact.dossier_id].number


def test_the_third_contact_in_twelve_months_stands_out(raised, child, front_line):
    amira = child()
    raised(370, amira)
    first, second, third = raised(300, amira), raised(200, amira), raised(0, amira)
    with looking(front_line.hub_worker):
        found = repeats([first, second, third], front_line.hub_worker)
    assert [found[one.dossier_id].number for one in (first, second, third)] == [2, 3, 3]
    assert found[third.dossier_id].is_alert
    assert len(found[third.dossier_id].earlier) == 3, "the one of the year before is an earlier contact, too"


def test_brothers_sisters_and_the_household_count(raised, child, front_line):
    amira, sami, lodger = child(), child("Sami"), child("Ola", "Berg")
    with system_actor("the tests"):
        Relationship(
            dossier=amira.dossier,
            person_dossier=sami.dossier,
            kind="sibling",
            name="Sami",
            contact="engaged",
        ).save(force_insert=True)
        home = Household.objects.create()
        for one in (amira, lodger):
            Address(dossier=one.dossier, household=home, lines="4 Elm Row").save(force_insert=True)
    raised(30, sami)
    raised(20, lodger)
    assert number(raised(0, amira), front_line.hub_worker) == 3
    assert number(raised(0, lodger), front_line.hub_worker) == 3, "Sami is no household of the lodger's"


def test_another_name_a_merged_record_and_a_child_only_told_of_count(raised, child, front_line):
    amira, other = child(), child("Amy", "Khan-Ali")
    with system_actor("the tests"):
        OtherName(dossier=other.dossier, given_names="Mira", family_name="Ali").save(force_insert=True)
        remember(other.dossier_id)
        join(amira.dossier, other.dossier, "The same child", by=BY)
    raised(40, other)
    raised(30, told={"given_names": "MIRA", "family_name": "Ali", "born_on": BORN})
    raised(20, told={"given_names": "Amira Jane", "family_name": "Khan", "born_on": BORN})
    raised(10, told={"given_names": "Amira", "family_name": "Khan", "born_on": BORN + YEAR})
    raised(10, told={"given_names": "Amira", "family_name": "Khan"})
    assert number(raised(0, amira), front_line.hub_worker) == 4
    told = raised(told={"given_names": "Khan", "family_name": "Amira", "born_on": BORN})
    assert number(told, front_line.hub_worker) == 5, "somebody mixed up the two names"


def test_who_is_only_told_of_is_compared_until_somebody_is_named(raised, child, front_line):
    told = {"given_names": "Amira", "family_name": "Khan", "born_on": BORN}
    first, second = raised(20, told=told), raised(10, told=told)
    third = raised(0, told=told)
    assert number(third, front_line.hub_worker) == 3
    with system_actor("the tests"):
        cousin = enter_person(team=front_line.hub, known={"given_names": "Amira", "family_name": "K"}, by=BY)
        Link(dossier=second.dossier, person_dossier=cousin.dossier).save(force_insert=True)
    assert number(third, front_line.hub_worker) == 2, "the second is about her cousin of the same name"
    assert number(first, front_line.hub_worker) == 1


def test_what_one_may_not_see_counts_unless_it_is_sealed_or_one_is_excluded(raised, child, front_line):
    amira, worker = child(), front_line.hub_worker
    foreign, sealed, related = raised(30, amira), raised(20, amira), raised(10, amira)
    last = raised(0, amira)
    with unguarded("the tests"):
        for one in (foreign, sealed):
            Dossier.objects.filter(pk=one.dossier_id).update(restriction="restricted")
    assert number(last, worker) == 4
    with system_actor("the tests"):
        Dossier.objects.filter(pk=sealed.dossier_id).update(restriction="sealed")
        dossiers.exclude(related.dossier, worker, "related", by=BY)
    assert number(last, worker) == 2
    with system_actor("the tests"):
        sealed.refresh_from_db()
        dossiers.give(sealed.dossier, worker, 4, dossiers.Source.INVITATION, by=BY)
    assert number(last, worker) == 3, "they are named on the sealed one"


def test_a_sealed_record_of_a_child_leads_nowhere(raised, child, front_line):
    amira, sami = child(), child("Sami")
    with system_actor("the tests"):
        join(amira.dossier, sami.dossier, "Adopted", by=BY)
        Dossier.objects.filter(pk__in=(amira.dossier_id, sami.dossier_id)).update(restriction="sealed")
    raised(20, sami)
    raised(10, sami)
    assert number(raised(0, amira), front_line.hub_manager) == 1


def test_many_contacts_are_asked_about_in_as_many_statements_as_one(raised, child, front_line):
    made, asked = [raised(n, child("Amira", f"Khan{n % 7}")) for n in range(25)], []
    for some in ([], made[:1], made):
        with looking(front_line.hub_worker), CaptureQueriesContext(connection) as statements:
            assert len(repeats(some, front_line.hub_worker)) == len(some)
        asked.append(len(statements))
    assert asked[0] == 0
    assert asked[1] == asked[2] <= 5, "who looks, what is theirs, who is family, and when they came"


def counted(contact) -> int:
    """The same by walking from row to row, without the statement."""

    def named(one) -> set:
        rows = Link.objects.filter(dossier=one.dossier, part__in=("subject", "sibling"))
        return {row.person_dossier_id for row in rows}

    def told(one) -> set:
        parts = {row.part for row in Link.objects.filter(dossier=one.dossier)}
        rows = Told.objects.filter(dossier=one.dossier).exclude(part__in=parts)
        return {(row.given_names, row.family_name, row.born_on) for row in rows if row.born_on}

    def names(key) -> set:
        from sightline.people.models import Person

        person = Person.objects.get(dossier=key)
        others = [(one.given_names, one.family_name) for one in OtherName.objects.filter(dossier=key)]
        return {(*pair, person.born_on) for pair in ((person.given_names, person.family_name), *others)}

    def same(keys) -> set:
        return {one for key in keys for one in together(key)}

    everybody = set(Dossier.objects.filter(kind="person").values_list("pk", flat=True))
    children = same(named(contact) | {key for key in everybody if names(key) & told(contact)})
    homes = {one.household_id for one in Address.objects.filter(dossier__in=children)} - {None}
    family = children | {one.dossier_id for one in Address.objects.filter(household__in=homes)}
    for one in Relationship.objects.filter(kind="sibling"):
        if one.dossier_id in children or one.person_dossier_id in children:
            family |= {one.dossier_id, one.person_dossier_id}
    family = same(family)
    called = set().union(told(contact), *(names(key) for key in family))
    return sum(
        1
        for one in Contact.objects.all()
        if timedelta(0) <= contact.received_at - one.received_at <= timedelta(days=364)
        and (one.pk == contact.pk or named(one) & family or told(one) & called)
    )


GIVEN, SMALL = st.sampled_from(["Amira", "Sami", "Ola"]), st.integers(0, 3)
ABOUT = st.tuples(SMALL, SMALL, st.sampled_from(["named", "told", "sibling", "carer"]), st.integers(0, 700))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    contacts=st.lists(ABOUT, min_size=1, max_size=8),
    names=st.lists(GIVEN, min_size=4, max_size=4),
    merged=st.lists(st.tuples(SMALL, SMALL), max_size=2),
    siblings=st.lists(st.tuples(SMALL, SMALL), max_size=2),
    together_at=st.lists(SMALL, max_size=3),
)
def test_the_count_is_that_of_somebody_who_walks_from_row_to_row(
    contacts, names, merged, siblings, together_at, raised, child, front_line
):
    with transaction.atomic():
        children = [child(name) for name in names]
        with system_actor("the tests"):
            for one, other in merged:
                if children[other].dossier_id not in together(children[one].dossier_id):
                    join(children[one].dossier, children[other].dossier, "Same", by=BY)
            for one, other in siblings:
                Relationship(
                    dossier=children[one].dossier,
                    person_dossier=children[other].dossier,
                    kind="sibling",
                    name="S",
                    contact="engaged",
                ).save(force_insert=True)
            home = Household.objects.create()
            for at in together_at:
                Address(dossier=children[at].dossier, household=home, lines="4 Elm Row").save()
        made = []
        for at, name, how, days in contacts:
            told = {"given_names": names[name], "family_name": "Khan", "born_on": BORN}
            part = how if how in ("sibling", "carer") else "subject"
            made.append(raised(days, None if how == "told" else children[at], told, part))
        user = front_line.hub_manager
        with looking(user):
            found = repeats(made, user)
        with unguarded("the tests"):
            for one in made:
                assert found[one.dossier_id].number == counted(one)
        transaction.set_rollback(True)
