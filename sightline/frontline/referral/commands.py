"""What can be done with a contact: make it, name its people, allocate it, add what is closely held, close it.

What the hub does with it until it is decided stands in `gathering`, `deciding` and `handing_over`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from sightline.core import flow
from sightline.core.audit import Actor, person
from sightline.core.command import NotDone, command
from sightline.core.models import Team, User
from sightline.core.permissions import Permission
from sightline.core.policy import Kind, Level
from sightline.core.trust import dossiers
from sightline.core.trust.choices import who_may_hold
from sightline.core.trust.models import Dossier, Link
from sightline.frontline.escalation.settling import is_disputed
from sightline.frontline.referral.models import (
    Channel,
    Concern,
    Contact,
    Decision,
    Outcome,
    PoliceIntelligence,
    ProtectedLocation,
    Referrer,
    Told,
    Worry,
)
from sightline.frontline.referral.standing import handed_over, not_twice, take
from sightline.people.commands import enter_person
from sightline.people.models import Person

States = Contact.States


@command(Permission.OPEN_CONTACT, detail=("channel", "is_immediate"))
def open_contact(
    *,
    told: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    team: Team,
    concern: Mapping[str, Any],
    referrer: Mapping[str, Any] | None = None,
    worries: Collection[str] = (),
    channel: str = Channel.FORM,
    is_immediate: bool = False,
    at: datetime | None = None,
    dossier: Dossier | None = None,
    by: Actor,
) -> Contact:
    """Bring a contact to the team that decides; whoever made it keeps a receipt of it.

    Somebody of that team enters what another told, and keeps none: the news is for whoever told.

    `told`, `concern` and `referrer` are fields of `Told`, `Concern` and `Referrer`; of several people told of
    each has a mapping. `at` is when it came, if that was before now. `dossier`: that of a call that becomes
    a contact, open already. Where a child is in danger now, nothing need be told but that.
    """
    sender = person(by)
    if dossier is None:
        agency = sender.agency if sender else None
        dossier = dossiers.open_dossier(Kind.CONTACT, by=by, agency=team.agency or agency, team=team)
        dossiers.give(dossier, team, Level.FULL, dossiers.Source.OWNER_TEAM, by=by)
    if sender is not None and team.pk not in sender.team_ids:
        dossiers.give(dossier, sender, Level.RECEIPT, dossiers.Source.RECEIPT, by=by)
    contact = Contact(
        dossier=dossier, channel=channel, is_immediate=is_immediate, received_at=at or timezone.now()
    )
    flow.begin(contact, by, at=at, only_clocks=("referral-decision", "referrer-acknowledged"))
    for place, one in enumerate([told] if isinstance(told, Mapping) else told):
        Told(**{"dossier": dossier, "place": place, **one}).save(force_insert=True)
    Concern(**{"dossier": dossier, **concern}).save(force_insert=True)
    Referrer(**{"dossier": dossier, **(referrer or {})}).save(force_insert=True)
    for kind in sorted(set(worries)):
        Worry(dossier=dossier, kind=kind).save(force_insert=True)
    return contact


@command(Permission.WORK_CONTACT, detail=("part",))
def name_person(contact: Contact, *, person_dossier: Dossier, part: str, by: Actor) -> Link:
    """Say that the contact is about a person who has a record.

    Who works on the contact then sees that person's record: so nobody names a person of whom they see less
    themselves, nor one whose record is closed off, unless they may let others see it. Raises `NotDone`.
    """
    take(contact)
    is_open = person_dossier.restriction == Dossier.Restriction.OPEN
    if not by.may(Permission.WORK_CONTACT if is_open else Permission.GIVE_ACCESS, person_dossier):
        raise NotDone("You may not let others see this person's record. Ask whoever holds it to name them")
    if Link.objects.filter(dossier=contact.dossier, person_dossier=person_dossier).exists():
        raise NotDone("This person is named in the contact already")
    return dossiers.link(contact.dossier, person_dossier, part)


@command(Permission.KEEP_PERSON, detail=("others",))
def enter_as_told(contact: Contact, *, told: Told, others: tuple[str, ...] = (), by: Actor) -> Link:
    """Enter somebody who is not known yet as whoever made the contact told of them, and name them in it.

    `others`: the references of the people who were suggested, and are somebody else. The team that holds the
    contact holds the record. Raises `NotDone` where no name was told.
    """
    take(contact)
    if not (told.given_names or told.family_name):
        raise NotDone("No name was told. Find out who they are, and search for them")
    described, child = told.described, (Link.Part.SUBJECT, Link.Part.SIBLING)
    lines, postcode = described.address_line, described.postcode
    entered = enter_person(
        team=contact.dossier.owner_team,
        known={
            "kind": Person.Kind.CHILD if told.part in child else Person.Kind.ADULT,
            "given_names": told.given_names,
            "family_name": told.family_name,
            "born_on": told.born_on,
        },
        address={"lines": lines, "postcode": postcode} if lines or postcode else None,
        others=others,
        by=by,
    )
    return dossiers.link(contact.dossier, entered.dossier, told.part)


@command(Permission.GIVE_ACCESS)
def allocate(contact: Contact, *, to: User, by: Actor) -> None:
    """Make one person answer for it; it ends the allocation of whoever had it before. Raises `NotDone`."""
    take(contact)
    if not who_may_hold(contact.dossier).filter(pk=to.pk).exists():
        raise NotDone(f"{to} cannot answer for this contact. Choose somebody else of the team that holds it")
    dossiers.end(dossiers.holders(contact.dossier).filter(source=dossiers.Source.ALLOCATION))
    dossiers.give(contact.dossier, to, Level.FULL, dossiers.Source.ALLOCATION, by=by)
    contact.allocated_to = to
    contact.save(update_fields=["allocated_to"])


@command(Permission.WORK_CLOSELY_HELD)
def add_intelligence(contact: Contact, *, text: str, by: Actor) -> PoliceIntelligence:
    """Add what the police know."""
    take(contact)
    not_twice(PoliceIntelligence, contact, by, text=text)
    added = PoliceIntelligence(dossier=contact.dossier, text=text, added_by=person(by))
    added.save(force_insert=True)
    return added


@command(Permission.WORK_CLOSELY_HELD)
def protect_location(contact: Contact, *, text: str, keep_from: str, by: Actor) -> ProtectedLocation:
    """Add an address that must be kept from somebody."""
    take(contact)
    not_twice(ProtectedLocation, contact, by, text=text, keep_from=keep_from)
    added = ProtectedLocation(dossier=contact.dossier, text=text, keep_from=keep_from, added_by=person(by))
    added.save(force_insert=True)
    return added


@command(Permission.CLOSE_CONTACT)
def close_contact(contact: Contact, *, by: Actor) -> None:
    """Close it, once the referrer was told, whoever takes over has accepted, and no dispute is open.

    Raises `NotDone`.
    """
    take(contact)
    if contact.state != States.FED_BACK:
        raise NotDone("Decide it and tell the referrer first: then it can be closed")
    decision = Decision.objects.get(dossier=contact.dossier, replaced_at=None)
    if decision.outcome != Outcome.NO_FURTHER_ACTION and not handed_over(contact):
        raise NotDone("Nobody has accepted it yet: hand it over first. Until then your team holds it")
    if is_disputed(contact.dossier):
        raise NotDone("A decision in it is disputed: settle the dispute first. Until then your team holds it")
    flow.move(contact, States.CLOSED, by)
    dossiers.close(contact.dossier)
