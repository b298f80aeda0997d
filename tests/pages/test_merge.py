"""Two records of one person, merged and parted again: seen as one, and nothing lost."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sightline.core.command import NotDone, Refused
from sightline.core.models import User
from sightline.core.policy import Kind, Level
from sightline.core.trust import dossiers, merges
from sightline.core.trust.actor import system_actor, unguarded
from sightline.core.trust.models import Dossier, Exclusion, Grant, Merge
from sightline.people import commands, merging, particulars
from sightline.people.models import (
    Address,
    EarlierDetails,
    Identifier,
    OtherName,
    Person,
    ProtectedAddress,
    Relationship,
)
from tests.invented_people import looking
from tests.pages.test_persons import BY, at_work, enter, words  # noqa: F401 (a fixture)

ROWS = (Person, OtherName, Identifier, Address, Relationship, ProtectedAddress, EarlierDetails)


@pytest.fixture
def pair(front_line):
    """Two records of one child: one held by the hub, one by a nurse."""
    one = enter(front_line.hub, given_names="Ivy", family_name="Quill")
    other = enter(None, given_names="Ivie", family_name="Quil")
    with system_actor("the tests"):
        dossiers.give(other.dossier, front_line.health, Level.FULL, dossiers.Source.ALLOCATION, by=BY)
        particulars.add_address(other, lines="7 Reed Lane", postcode="AV2 2AA", by=BY)
    return one, other


def merge(one: Person, other: Person) -> Merge:
    with system_actor("the tests"):
        return merging.merge_people(one, other=other, reason="The same NHS number", by=BY)


def test_either_page_shows_both_records_as_one_to_whoever_saw_either(pair, front_line, at_work):  # noqa: F811
    one, other = pair
    worker, nurse = at_work(front_line.hub_worker), at_work(front_line.health)
    assert worker.get(f"/people/{other.pk}/").status_code == 404
    held = merge(one, other)
    for reader in (worker, nurse):
        for person in pair:
            page = words(reader.get(f"/people/{person.pk}/"))
            assert '<h1 class="govuk-heading-l">Ivy Quill</h1>' in page
            assert "7 Reed Lane" in page
            assert "The same NHS number" in page
            assert f"{other.dossier.reference} had Ivie Quil, date of birth not known" in page
    assert "Ivie" not in words(worker.get("/people/")), "the list holds them once"
    with system_actor("the tests"):
        merging.unmerge_people(held, reason="Two cousins", by=BY)
    assert worker.get(f"/people/{other.pk}/").status_code == 404
    assert "7 Reed Lane" not in words(worker.get(f"/people/{one.pk}/"))
    assert nurse.get(f"/people/{one.pk}/").status_code == 404
    assert "7 Reed Lane" in words(nurse.get(f"/people/{other.pk}/"))


def test_two_records_are_looked_at_side_by_side_before_they_are_merged(pair, front_line, at_work):  # noqa: F811
    one, other = pair
    with system_actor("the tests"):
        dossiers.give(other.dossier, front_line.hub, Level.FULL, dossiers.Source.OWNER_TEAM, by=BY)
    manager = at_work(front_line.hub_manager)
    typed = {"reference": other.dossier.reference, "reason": "The same NHS number"}
    page = words(manager.post(f"/people/{one.pk}/merge/", typed))
    assert "Are these the same person?" in page
    assert "7 Reed Lane" in page
    assert how_many() == 0
    manager.post(f"/people/{one.pk}/merge/", {**typed, "sure": "yes"})
    assert how_many() == 1
    with system_actor("the tests"):
        (held,) = Merge.objects.all()
    manager.post(f"/people/merges/{held.pk}/undo/", {"reason": "Two cousins"})
    shown = words(manager.get(f"/people/{one.pk}/timeline/"))
    assert "Merge undone" in shown
    assert "Two cousins" in shown


def how_many() -> int:
    with system_actor("the tests"):
        return Merge.objects.filter(ended_at=None).count()


def test_a_record_that_is_not_fully_ones_own_is_not_merged(pair, front_line, at_work):  # noqa: F811
    one, other = pair
    manager = at_work(front_line.hub_manager)
    typed = {"reference": other.dossier.reference, "reason": "x"}
    assert "No record with this reference" in words(manager.post(f"/people/{one.pk}/merge/", typed))
    by = User.objects.get(pk=front_line.hub_worker.pk)
    with looking(by), pytest.raises(Refused):
        merging.merge_people(one, other=one, reason="x", by=by)
    by = User.objects.get(pk=front_line.hub_manager.pk)
    with looking(by), pytest.raises(NotDone):
        merging.merge_people(one, other=other, reason="x", by=by)


def test_whoever_is_shut_out_of_one_is_shut_out_of_both_and_of_what_is_about_them(
    pair,
    front_line,
    contact,
    at_work,  # noqa: F811
):
    one, other = pair
    with system_actor("the tests"):
        dossiers.link(contact.dossier, one.dossier, "subject")
        dossiers.exclude(other.dossier, front_line.hub_worker, "related", by=BY)
    worker = at_work(front_line.hub_worker)
    assert worker.get(f"/referral/{contact.pk}/").status_code == 200
    held = merge(one, other)
    assert worker.get(f"/people/{one.pk}/").status_code == 404
    assert worker.get(f"/referral/{contact.pk}/").status_code == 404
    with system_actor("the tests"):
        merging.unmerge_people(held, reason="Two cousins", by=BY)
    assert worker.get(f"/people/{one.pk}/").status_code == 200
    assert worker.get(f"/referral/{contact.pk}/").status_code == 200


def test_the_stricter_restriction_counts_for_both_while_they_are_one(pair, front_line, at_work):  # noqa: F811
    one, other = pair
    with system_actor("the tests"):
        merges.set_restriction(other.dossier, "restricted")
    worker = at_work(front_line.hub_worker)
    held = merge(one, other)
    assert worker.get(f"/people/{one.pk}/").status_code == 404, "a team's grant counts on open records alone"
    with system_actor("the tests"):
        merging.unmerge_people(held, reason="Two cousins", by=BY)
    assert worker.get(f"/people/{one.pk}/").status_code == 200


def test_a_sealed_record_is_not_merged(pair):
    one, other = pair
    with system_actor("the tests"):
        merges.set_restriction(other.dossier, "sealed")
        sealed = Person.objects.select_related("dossier").get(pk=other.pk)
        with pytest.raises(NotDone, match="sealed"):
            merging.merge_people(one, other=sealed, reason="x", by=BY)


def test_broken_glass_opens_the_one_record_alone(pair, front_line, at_work):  # noqa: F811
    one, other = pair
    merge(one, other)
    with system_actor("the tests"):
        dossiers.give(one.dossier, front_line.police_unit, Level.FULL, dossiers.Source.BREAK_GLASS, by=BY)
    officer = at_work(front_line.police_unit)
    assert "7 Reed Lane" not in words(officer.get(f"/people/{one.pk}/"))
    assert officer.get(f"/people/{other.pk}/").status_code == 404


# Whatever is done in whatever order

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.just("unmerge"), st.integers(0, 3), st.just(0)),
        st.tuples(st.just("name"), st.integers(0, 3), st.just(0)),
        st.tuples(st.just("correct"), st.integers(0, 3), st.just(0)),
        st.tuples(st.just("give"), st.integers(0, 3), st.integers(0, 2)),
        st.tuples(st.just("end"), st.integers(0, 3), st.just(0)),
        st.tuples(st.just("exclude"), st.integers(0, 3), st.integers(0, 2)),
        st.tuples(st.just("link"), st.integers(0, 3), st.integers(0, 1)),
    ),
    max_size=12,
)


class World:
    """Four people, two contacts about some of them, three users; and what each would have without merges."""

    def __init__(self, front_line) -> None:
        self.users = [front_line.police_unit, front_line.health, front_line.hub_worker]
        self.people = [enter(None, given_names=f"Ash{n}", family_name="Reed") for n in range(4)]
        self.contacts = [dossiers.open_dossier(Kind.CONTACT, by=BY, agency=None, team=None) for _ in range(2)]
        for contact in self.contacts:
            dossiers.give(contact, front_line.hub, Level.FULL, dossiers.Source.OWNER_TEAM, by=BY)
        self.rows = Counter({"people_person": 4})
        self.linked: set[tuple[int, int]] = set()

    def do(self, step: str, at: int, other: int) -> None:
        person = Person.objects.select_related("dossier").get(pk=self.people[at].pk)
        if step == "name":
            particulars.add_name(person, sort="used", given_names="Alias", family_name="", by=BY)
            self.rows["people_othername"] += 1
        elif step == "correct":
            known = {"language": f"Language {sum(self.rows.values())}"}
            commands.correct_person(person, known=known, is_new_name=False, by=BY)
            self.rows["people_earlierdetails"] += 1
        elif step == "give":
            dossiers.give(person.dossier, self.users[other], Level.FULL, dossiers.Source.INVITATION, by=BY)
        elif step == "end":
            held = dossiers.holders(person.dossier).filter(source=dossiers.Source.INVITATION)
            dossiers.end(held.filter(derived_from=None))
        elif step == "exclude":
            dossiers.exclude(person.dossier, self.users[other], "related", by=BY)
        elif step == "link" and (at, other) not in self.linked:
            dossiers.link(self.contacts[other], person.dossier, "subject")
            self.linked.add((at, other))
        else:
            self.join_or_part(step, person, other)

    def join_or_part(self, step: str, person: Person, other: int) -> None:
        if step == "merge" and person.pk != self.people[other].pk:
            second = Person.objects.select_related("dossier").get(pk=self.people[other].pk)
            if second.dossier_id not in merges.together(person.dossier_id):
                merging.merge_people(person, other=second, reason="Seems the same", by=BY)
        elif step == "unmerge":
            held = Merge.objects.filter(dossier=person.dossier_id, ended_at=None).first()
            if held is not None:
                merging.unmerge_people(held, reason="Is not", by=BY)

    def own(self) -> set[tuple[object, ...]]:
        """Everything in force that did not come by a merge: grants, exclusions and restrictions."""
        people = [person.dossier_id for person in self.people]
        grants = Grant.objects.live().exclude(source=Grant.Source.MERGE)
        base = Exclusion.objects.live().exclude(dossier__in=people, derived_from__dossier__in=people)
        base = base.exclude(derived_from__derived_from__isnull=False)
        return {
            *(("grant", *row) for row in grants.values_list("pk", "dossier", "user", "team", "level")),
            *(("exclusion", *row) for row in base.values_list("pk", "dossier", "user")),
        }

    def by_merge(self) -> int:
        people = [person.dossier_id for person in self.people]
        exclusions = Exclusion.objects.live().filter(dossier__in=people, derived_from__dossier__in=people)
        return Grant.objects.live().filter(source=Grant.Source.MERGE).count() + exclusions.count()

    def is_held_together(self) -> None:
        """Within each person every dossier shows the same to the same people."""
        for person in self.people:
            whole = merges.together(person.dossier_id)
            seen = {
                key: (
                    set(Grant.objects.live().filter(dossier=key).values_list("user", "team", "level")),
                    set(Exclusion.objects.live().filter(dossier=key).values_list("user")),
                    Dossier.objects.get(pk=key).restriction,
                )
                for key in whole
            }
            assert (
                len({str(sorted(map(str, parts[0])) + sorted(map(str, parts[1]))) for parts in seen.values()})
                == 1
            )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=[("merge", 0, 1), ("merge", 2, 0), ("exclude", 1, 0), ("give", 0, 1), ("unmerge", 0, 0)])
@example(steps=[("link", 1, 0), ("merge", 0, 1), ("link", 0, 1), ("exclude", 0, 0), ("end", 0, 0)])
def test_no_row_is_lost_and_unmerging_restores_what_each_had(front_line, steps):
    from django.db import transaction

    with transaction.atomic(), unguarded("the tests"):
        world = World(front_line)
        for step in steps:
            world.do(*step)
            world.is_held_together()
        before = world.own()
        for held in Merge.objects.filter(ended_at=None):
            merging.unmerge_people(held, reason="Is not", by=BY)
        kept = {model._meta.db_table: model.objects.count() for model in ROWS}
        assert {table: count for table, count in kept.items() if count} == dict(world.rows)
        assert world.own() == before
        assert world.by_merge() == 0
        assert all(merges.together(one.dossier_id) == (one.dossier_id,) for one in world.people)
        transaction.set_rollback(True)
