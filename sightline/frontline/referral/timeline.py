"""What happened in contacts: on the timeline of a person, and on that of one contact."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from django.urls import reverse

from sightline.core.models import StatusChange, User
from sightline.core.policy import Level
from sightline.core.process import Happened
from sightline.core.trust.models import Link
from sightline.frontline.referral.models import Contact, HandOver, Request, Screening

EVENTS: Mapping[str, str] = {
    "referral-received": "Received",
    "information-asked": "Gathering began",
    "referral-decided": "Decided",
    "referrer-told": "Referrer told",
    "referral-reopened": "Taken up once more",
    "referral-closed": "Closed",
}
"""What a change of state says; a rating is said by its screening, with the word."""


def timeline(user: User, dossiers: Collection[UUID]) -> Iterator[Happened]:
    """When the contacts in which a person is named were received and closed, of those the reader may see."""
    named = Link.objects.visible_to(user).filter(person_dossier__in=dossiers)
    # By their keys: as one statement, row-level security would be asked of every contact that there is.
    keys = list(named.values_list("dossier", flat=True))
    contacts = Contact.objects.visible_to(user).filter(dossier__in=keys)
    for contact in contacts.select_related("dossier"):
        title, href = f"contact {contact.dossier.reference}", reverse("referral:contact", args=[contact.pk])
        yield Happened(contact.received_at, f"Received {title}", href=href)
        if contact.dossier.closed_at is not None:
            yield Happened(contact.dossier.closed_at, f"Closed {title}", href=href)


def of_contact(user: User, contact: Contact, level: Level | None) -> list[Happened]:
    """What happened to a contact, the latest first.

    Whoever sent it, or was asked for a part, learns how far it is, and not who does what.
    """
    works_on_it = level is not None and level >= Level.CONTRIBUTE
    found = list(_states(contact, with_names=works_on_it))
    if works_on_it:
        found += _work(user, contact)
    return sorted(found, key=lambda one: one.at, reverse=True)


def _states(contact: Contact, *, with_names: bool) -> Iterator[Happened]:
    of_it = {"subject_kind": Contact._meta.db_table, "subject_key": str(contact.pk)}
    for change in StatusChange.objects.filter(event__in=EVENTS, **of_it).select_related("by"):
        by = change.by.name if with_names and change.by else ""
        yield Happened(change.at, EVENTS[change.event], by=by)


def _work(user: User, contact: Contact) -> Iterator[Happened]:
    of_it = {"dossier": contact.dossier_id}
    for rated in Screening.objects.visible_to(user).filter(**of_it).select_related("by"):
        by = rated.by.name if rated.by else ""
        yield Happened(rated.at, f"Rated {rated.get_rating_display().lower()}", by=by)
    for asked in Request.objects.visible_to(user).filter(**of_it).select_related("agency", "asked_by"):
        by = asked.asked_by.name if asked.asked_by else ""
        yield Happened(asked.asked_at, f"{asked.agency} asked", by=by)
        if asked.answered_at:
            yield Happened(asked.answered_at, f"{asked.agency} answered")
    for offered in HandOver.objects.visible_to(user).filter(**of_it).select_related("to_team"):
        team = offered.to_team or "another authority"
        yield Happened(offered.offered_at, f"Offered to {team}")
        if offered.answered_at:
            yield Happened(offered.answered_at, f"{offered.get_state_display()} by {team}")
