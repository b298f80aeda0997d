"""The record of a person, put together for whoever reads it: of all merged dossiers, what they may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.policy import NEEDS, SECTIONS, Level, Section
from sightline.core.process import Happened
from sightline.core.trust.actor import unguarded
from sightline.core.trust.merges import together
from sightline.core.trust.models import Merge
from sightline.core.trust.panel import Access, access_to
from sightline.govuk.jinja import day
from sightline.people.models import (
    Address,
    EarlierDetails,
    Identifier,
    OtherName,
    Person,
    ProtectedAddress,
    Relationship,
)

MEN = (Relationship.Kind.FATHER, Relationship.Kind.MALE_CARER)
"""The father and other men who care for a child: its record says who they are, or that nobody knows."""


def father_is_considered(dossier: UUID) -> bool:
    """Whether a child's record says who the father or another man who cares is, or that nobody knows.

    An assessment, a conference and a plan cannot be completed without it.
    """
    with unguarded("whether the father was considered"):
        rows = Relationship.objects.filter(dossier__in=together(dossier), kind__in=MEN, is_mistake=False)
        is_considered: bool = rows.filter(Q(until_on=None) | Q(until_on__gt=timezone.localdate())).exists()
    return is_considered


class Record:
    """A person as one reader sees them. Each part is read when it is asked for, and is a look then."""

    def __init__(self, opened: Person, user: User) -> None:
        self.opened, self.user = opened, user
        self.dossiers = together(opened.dossier_id)

    @cached_property
    def access(self) -> Access:
        """How far the record is closed, who may see it, and how far the reader does."""
        return access_to(self.shown.dossier, self.user)

    @property
    def level(self) -> Level:
        """How far the reader sees the record."""
        return self.access.level or Level.STUB

    @cached_property
    def people(self) -> list[Person]:
        """The person, the survivor's details first, then as the records merged into it have them."""
        if len(self.dossiers) == 1:
            return [self.opened]
        found = Person.objects.filter(dossier__in=self.dossiers).select_related("dossier")
        return sorted(found, key=lambda one: self.dossiers.index(one.dossier_id))

    @property
    def shown(self) -> Person:
        """The person under whose details the record is read."""
        return self.people[0]

    @cached_property
    def merges(self) -> list[Merge]:
        """The merges that hold the record together."""
        if len(self.dossiers) == 1:
            return []
        return list(Merge.objects.filter(dossier__in=self.dossiers, ended_at=None).select_related("by"))

    def may(self, permission: Permission) -> bool:
        """Whether the reader may use a permission on this record."""
        return self.user.may(permission) and permission in NEEDS and self.level >= NEEDS[permission]

    def sees(self, section: Section) -> bool:
        """Whether a section is open to the reader: whether its emptiness means anything."""
        return self.level >= SECTIONS[section]

    @cached_property
    def names(self) -> list[OtherName]:
        """Other names."""
        return self._rows(OtherName)

    @cached_property
    def identifiers(self) -> list[Identifier]:
        """Numbers."""
        return self._rows(Identifier)

    @cached_property
    def _homes(self) -> list[Address]:
        """Where they live and lived, and that others live in the same households."""
        theirs = list(Address.objects.filter(dossier__in=self.dossiers))
        households = {one.household_id for one in theirs} - {None}
        others = Address.objects.filter(household__in=households, until_on=None, is_mistake=False)
        return [*theirs, *(others.exclude(dossier__in=self.dossiers) if households else ())]

    @property
    def addresses(self) -> list[Address]:
        """Where they live and lived."""
        return [one for one in self._homes if one.dossier_id in self.dossiers]

    @cached_property
    def _relationships(self) -> list[Relationship]:
        """Who matters to them, and that they matter to others."""
        both = Q(dossier__in=self.dossiers) | Q(person_dossier__in=self.dossiers)
        return list(Relationship.objects.filter(both))

    @property
    def family(self) -> list[Relationship]:
        """Who matters to them, the father and male carers first."""
        rows = [one for one in self._relationships if one.dossier_id in self.dossiers]
        return sorted(rows, key=lambda one: (not one.is_current, one.kind not in MEN))

    @cached_property
    def related(self) -> dict[UUID, Person]:
        """The people around them who have records that the reader may open, by dossier."""
        keys = {one.person_dossier_id for one in self._relationships}
        keys |= {one.dossier_id for one in (*self._relationships, *self._homes)}
        keys -= {None, *self.dossiers}
        found = Person.objects.filter(dossier__in=keys) if keys else ()
        return {one.dossier_id: one for one in found}

    @property
    def children(self) -> list[tuple[Relationship, Person]]:
        """The children to whom this person matters, of those whom the reader may see."""
        others = [one for one in self._relationships if one.dossier_id in self.related and one.is_current]
        return [(one, self.related[one.dossier_id]) for one in others]

    @property
    def lives_with(self) -> list[Person]:
        """Who else lives in the household, of those whom the reader may see."""
        now = {one.household_id for one in self.addresses if one.is_current} - {None}
        with_them = {one.dossier_id for one in self._homes if one.household_id in now}
        found = [one for key, one in self.related.items() if key in with_them]
        return sorted(found, key=lambda one: one.name)

    @property
    def lacks_father(self) -> bool:
        """Whether it is a child's, and says nothing of the father or another man who cares for them."""
        is_said = any(one.kind in MEN and one.is_current for one in self.family)
        return self.shown.kind == Person.Kind.CHILD and self.sees(Section.FAMILY) and not is_said

    @cached_property
    def has_protected_address(self) -> bool:
        """Whether there is an address to keep from somebody, said only to whoever may read it."""
        rows = ProtectedAddress.objects.filter(dossier__in=self.dossiers, is_mistake=False)
        return self.sees(Section.PROTECTED_LOCATION) and bool(rows.exists())

    def _rows(self, model: Any) -> list[Any]:
        return list(model.objects.filter(dossier__in=self.dossiers))


def timeline(user: User, dossiers: Collection[UUID]) -> Iterable[Happened]:
    """What happened to the record of a person itself."""
    yield from _entered(dossiers)
    yield from _merged(dossiers)
    for home in Address.objects.visible_to(user).filter(dossier__in=dossiers, is_mistake=False):
        if home.from_on:
            yield Happened(_start(home.from_on), "Moved", str(home))
    for one in Relationship.objects.visible_to(user).filter(dossier__in=dossiers, is_mistake=False):
        said = ": ".join(filter(None, (one.name, one.get_contact_display())))
        yield Happened(one.checked_at, f"{one.get_kind_display()} recorded", said)


def _entered(dossiers: Collection[UUID]) -> Iterator[Happened]:
    for one in Person.objects.filter(dossier__in=dossiers).select_related("dossier"):
        here = reverse("people:person", args=[one.pk])
        yield Happened(one.dossier.opened_at, "Entered", f"Record {one.dossier.reference}", here)
        if one.born_on:
            yield Happened(_start(one.born_on), "Born")
    for was in EarlierDetails.objects.filter(dossier__in=dossiers).select_related("replaced_by"):
        born = f", born {day(was.born_on)}" if was.born_on else ""
        expected = f", expected {day(was.expected_on)}" if was.expected_on else ""
        by = was.replaced_by.name if was.replaced_by else ""
        yield Happened(was.replaced_at, "Details changed", f"Before: {was.name}{born}{expected}", by=by)


def _merged(dossiers: Collection[UUID]) -> Iterator[Happened]:
    which = Q(dossier__in=dossiers) | Q(other_dossier__in=dossiers)
    for merge in Merge.objects.filter(which).select_related("by", "ended_by"):
        yield Happened(
            merge.at, "Merged with another record", merge.reason, by=merge.by.name if merge.by else ""
        )
        if merge.ended_at:
            by = merge.ended_by.name if merge.ended_by else ""
            yield Happened(merge.ended_at, "Merge undone", merge.ended_reason, by=by)


def _start(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))


def last_correction(shown: Person) -> EarlierDetails | None:
    """What was recorded of a person before it was put right for the last time."""
    of_it = EarlierDetails.objects.filter(dossier=shown.dossier_id)
    found: EarlierDetails | None = of_it.select_related("replaced_by").first()
    return found


def revision(shown: Person) -> str:
    """Names the details as they are recorded now: another one once they were put right."""
    last = last_correction(shown)
    return str(last.pk) if last else ""
