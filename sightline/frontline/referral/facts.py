"""What the front door publishes for figures: a row for each child of a contact, and one for each request.

Sealed and restricted contacts count like any other: a row holds no name, no word that anybody wrote and no
day of birth, and figures without those who are closely guarded would be wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Min
from django.utils import timezone

from sightline.core import local
from sightline.core.audit import kind
from sightline.core.models import Agency, ClockRun, StatusChange
from sightline.core.trust.actor import system_actor
from sightline.core.trust.merges import survivors
from sightline.core.trust.models import Link
from sightline.facts.manifest import Window
from sightline.facts.own import Published, Row
from sightline.facts.person import Pseudonyms, age_on, month_of
from sightline.frontline.referral.models import Concern, Contact, Decision, Request, Told
from sightline.people.models import Person

SEX: Mapping[str, str] = {Person.Sex.FEMALE: "F", Person.Sex.MALE: "M", Person.Sex.UNKNOWN: "U"}
AT_ONCE = 5000
"""How many people are looked up in one query: a database takes only so many keys."""


@dataclass(frozen=True)
class Child:
    """A child whom a contact is about, as far as a row may tell who that is."""

    pseudonym: str
    born: date | None = None
    sex: str | None = None

    def on(self, day: date) -> Row:
        """The child's columns in a row about an event of that day."""
        return {
            "child": self.pseudonym,
            "born_month": month_of(self.born),
            "age": age_on(self.born, day),
            "sex": self.sex,
        }


def facts(window: Window, of: Pseudonyms) -> dict[str, Published]:
    """Contacts and requests for information of a window; nothing before the day of the first contact."""
    with system_actor("publishing facts"):
        begun = Contact.objects.aggregate(first=Min("received_at"))["first"]
        if begun is None or timezone.localdate(begun) > window.last:
            return {}
        held = Window(max(window.first, timezone.localdate(begun)), window.last)
        agencies = _agencies()
        return {
            "contacts": Published(held, list(_contacts(held, of, agencies))),
            "information_requests": Published(held, list(_requests(held, of, agencies))),
        }


def _contacts(window: Window, of: Pseudonyms, agencies: Mapping[int, str]) -> Iterator[Row]:
    contacts = Contact.objects.filter(received_at__date__range=(window.first, window.last))
    of_them = {"dossier__in": contacts.values("dossier")}
    concerns = {one.dossier_id: one for one in Concern.objects.filter(**of_them).defer(*_WORDS)}
    decisions: dict[UUID, list[Decision]] = defaultdict(list)
    for decision in Decision.objects.filter(**of_them).defer("reasons").order_by("at", "pk"):
        decisions[decision.dossier_id].append(decision)
    children = _children(of_them, of)
    for contact in contacts.order_by("received_at", "pk"):
        key, day = contact.dossier_id, timezone.localdate(contact.received_at)
        about = {
            "cont_contact_date": day,
            "contact": of.of(str(key), "contact"),
            "received_at": contact.received_at,
            "rating": contact.rating or None,
            "feedback_at": contact.told_at,
            **(_told(concerns[key], agencies) if key in concerns else {}),
            **_decided(decisions[key]),
        }
        for child in children.get(key) or [Child(of.of(str(key)))]:
            yield {**about, **child.on(day)}


_WORDS = ("referrer", "narrative", "when", "wishes", "early_help", "parents_told", "consent_reason")
"""What of a concern is words, and not read."""


def _told(concern: Concern, agencies: Mapping[int, str]) -> Row:
    """What whoever made the contact told, of what has a code."""
    return {
        "cont_contact_source_code": concern.source or None,
        "referring_agency": agencies.get(concern.agency_id or 0),
        "level_asked": str(concern.level_asked) if concern.level_asked else None,
        "has_early_help_assessment": concern.has_early_help_assessment,
    }


def _decided(decisions: Sequence[Decision]) -> Row:
    """When it was first decided, as it was then promised in time, and what stands now."""
    if not decisions:
        return {}
    first, last = decisions[0], decisions[-1]
    return {
        "decided_on": timezone.localdate(first.at),
        "decided_at": first.at,
        "decision": last.outcome,
        "level_decided": str(last.level),
        "not_accepted_reason": last.not_accepted or None,
        "quality_score": last.quality_score,
    }


def _children(of_them: Mapping[str, Any], of: Pseudonyms) -> dict[UUID, list[Child]]:
    """The children of each contact: the people named in it, and whoever else was told of, until they are."""
    told: dict[UUID, list[Child]] = defaultdict(list)
    telling = Told.objects.filter(part=Link.Part.SUBJECT, **of_them).only("dossier", "born_on")
    for one in telling.order_by("place", "pk"):
        told[one.dossier_id].append(Child(of.of(str(one.pk)), one.born_on))
    named: dict[UUID, list[UUID]] = defaultdict(list)
    for link in Link.objects.filter(part=Link.Part.SUBJECT, **of_them).order_by("at", "pk"):
        named[link.dossier_id].append(link.person_dossier_id)
    people = _people({key for keys in named.values() for key in keys}, of)
    for contact, keys in named.items():
        linked = list(dict.fromkeys(people[key] for key in keys))
        told[contact] = [*linked, *_not_named(told[contact], linked)]
    return told


def _not_named(told: Sequence[Child], linked: Iterable[Child]) -> list[Child]:
    """Who was told of and is not among the people named: one less for each, by day of birth if it fits."""
    left = list(told)
    for person in linked:
        same = (one for one in left if one.born is not None and one.born == person.born)
        if left:
            left.remove(next(same, left[0]))
    return left


def _people(dossiers: set[UUID], of: Pseudonyms) -> dict[UUID, Child]:
    """Each person as one child, whichever of their records was named: if two were merged, by the survivor."""
    found, keys = {}, sorted(dossiers)
    for start in range(0, len(keys), AT_ONCE):
        into = survivors(keys[start : start + AT_ONCE])
        people = {one.dossier_id: one for one in Person.objects.filter(dossier__in=set(into.values()))}
        for key, survivor in into.items():
            person, pseudonym = people.get(survivor), of.of(str(survivor))
            born = (person.born_on or person.expected_on) if person else None
            found[key] = Child(pseudonym, born, SEX[person.sex] if person else None)
    return found


def _requests(window: Window, of: Pseudonyms, agencies: Mapping[int, str]) -> Iterator[Row]:
    """Every question to an agency, also one that was withdrawn before anybody answered."""
    runs = ClockRun.objects.filter(subject_kind=kind(Request())).exclude(due_at=None)
    due = dict(runs.values_list("subject_key", "due_at"))
    changes = StatusChange.objects.filter(subject_kind=kind(Request()), to_state=Request.States.WITHDRAWN)
    withdrawn = dict(changes.values_list("subject_key", "at"))
    asked = Request.objects.filter(asked_at__date__range=(window.first, window.last))
    for request in asked.order_by("asked_at", "pk"):
        yield {
            "contact": of.of(str(request.dossier_id), "contact"),
            "agency": agencies.get(request.agency_id),
            "rating": request.rating or None,
            "asked_at": request.asked_at,
            "due_at": due.get(str(request.pk)),
            "answered_at": request.answered_at,
            "withdrawn_at": withdrawn.get(str(request.pk)),
        }


def _agencies() -> dict[int, str]:
    """The kind of each agency that the partnership's settings know, by its key."""
    kinds = local.agency_kinds()
    return {one.pk: kinds[one.code] for one in Agency.objects.all() if one.code in kinds}
