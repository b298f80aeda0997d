"""Who is named in a contact, who is around the children, and whom it was told of and nobody has named yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sightline.core.models import User
from sightline.core.trust.models import Link
from sightline.frontline.referral.models import Contact, Told
from sightline.people.duplicates import Described, suggest
from sightline.people.models import Person, Relationship
from sightline.people.record import MEN, Record


@dataclass(frozen=True)
class Named:
    """A person in a contact whom the reader may see, and the part that they play."""

    person: Person
    part: str


@dataclass(frozen=True)
class Child:
    """A child whom a contact is about, and the father and other men who care for them, known or not."""

    person: Person
    men: Sequence[Relationship]
    lacks_father: bool


def family_of(user: User, contact: Contact, told: Sequence[Told]) -> dict[str, Any]:
    """What the page says of people: `people`, `children`, `suggested`, `unnamed`.

    `suggested`: children of the same household, brothers and sisters, who are not named in it. `unnamed`:
    whom it was told of and nobody has named.
    """
    named = people_in(user, contact)
    subject = Link.Part.SUBJECT.label
    records = [Record(one.person, user) for one in named if one.part == subject]
    return {
        "people": named,
        "children": [
            Child(
                one.shown, [man for man in one.family if man.kind in MEN and man.is_current], one.lacks_father
            )
            for one in records
        ],
        "suggested": _suggested(named, records),
        "unnamed": unnamed(named, told),
    }


def people_in(user: User, contact: Contact) -> list[Named]:
    """Who is named in it, of the people whom the reader may see, the child first."""
    links = {
        one.person_dossier_id: one for one in Link.objects.visible_to(user).filter(dossier=contact.dossier_id)
    }
    found = Person.objects.visible_to(user).filter(dossier__in=list(links)).select_related("dossier")
    named = [(links[person.dossier_id], person) for person in found]
    order = list(Link.Part)
    named.sort(key=lambda pair: (order.index(Link.Part(pair[0].part)), pair[0].at))
    return [Named(person, link.get_part_display()) for link, person in named]


def told_in(user: User, contact: Contact) -> list[Told]:
    """Whom it was told of, in the order in which they were."""
    return list(Told.objects.visible_to(user).filter(dossier=contact.dossier_id).order_by("place", "pk"))


def unnamed(named: Sequence[Named], told: Sequence[Told]) -> list[Told]:
    """Whom it was told of, less those who look like somebody of the same part who is named."""
    return [
        one
        for one in told
        if not suggest(
            one.described,
            [_described(other.person) for other in named if other.part == one.get_part_display()],
        )
    ]


def suggested_in(user: User, contact: Contact) -> list[Person]:
    """The brothers and sisters, and the children of the household, who are not named in a contact yet."""
    named = people_in(user, contact)
    subject = Link.Part.SUBJECT.label
    return _suggested(named, [Record(one.person, user) for one in named if one.part == subject])


def _suggested(named: Sequence[Named], records: Sequence[Record]) -> list[Person]:
    known = {one.person.dossier_id for one in named}
    known |= {dossier for record in records for dossier in record.dossiers}
    found: dict[Any, Person] = {}
    for record in records:
        siblings = {
            key
            for one in record.family
            if one.kind == Relationship.Kind.SIBLING and one.is_current
            for key in (one.person_dossier_id,)
        } | {other.dossier_id for one, other in record.children if one.kind == Relationship.Kind.SIBLING}
        at_home = [one for one in record.lives_with if one.kind == Person.Kind.CHILD]
        around = [*(record.related[key] for key in siblings if key in record.related), *at_home]
        found |= {one.dossier_id: one for one in around if one.dossier_id not in known}
    return sorted(found.values(), key=lambda one: one.name)


def _described(person: Person) -> Described:
    return Described(
        given_names=person.given_names, family_name=person.family_name, date_of_birth=person.born_on
    )
