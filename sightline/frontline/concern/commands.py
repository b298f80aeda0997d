"""What can be done with a concern."""

from collections.abc import Mapping
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
from sightline.frontline.concern.models import Concern, PoliceIntelligence, ProtectedLocation, Referral, Told


@command(Permission.OPEN_CONCERN)
def open_concern(
    *,
    told: Mapping[str, Any],
    team: Team,
    referral: Mapping[str, Any],
    at: datetime | None = None,
    by: Actor,
) -> Concern:
    """Raise a concern with a team; whoever raises it keeps a receipt: what they told, and what became of it.

    `told` and `referral` are fields of `Told` and `Referral`; `at` is when it came, if that was before now.
    """
    sender = person(by)
    agency = sender.agency if sender else None
    dossier = dossiers.open_dossier(Kind.CONTACT, by=by, agency=team.agency or agency, team=team)
    dossiers.give(dossier, team, Level.FULL, dossiers.Source.OWNER_TEAM, by=by)
    if sender is not None:
        dossiers.give(dossier, sender, Level.RECEIPT, dossiers.Source.RECEIPT, by=by)
    concern = Concern(dossier=dossier, received_at=at or timezone.now())
    flow.begin(concern, by, at=at)
    Told(dossier=dossier, **told).save(force_insert=True)
    Referral(dossier=dossier, **referral).save(force_insert=True)
    return concern


@command(Permission.WORK_CONCERN, detail=("part",))
def name_person(concern: Concern, *, person_dossier: Dossier, part: str, by: Actor) -> Link:
    """Say that the concern is about a person who has a record.

    Who works on the concern then sees that person's record: so nobody names a person of whom they see less
    themselves, nor one whose record is closed off, unless they may let others see it. Raises `NotDone`.
    """
    _still_open(concern)
    is_open = person_dossier.restriction == Dossier.Restriction.OPEN
    if not by.may(Permission.WORK_CONCERN if is_open else Permission.GIVE_ACCESS, person_dossier):
        raise NotDone("You may not let others see this person's record. Ask whoever holds it to name them")
    if Link.objects.filter(dossier=concern.dossier, person_dossier=person_dossier).exists():
        raise NotDone("This person is named in the concern already")
    return dossiers.link(concern.dossier, person_dossier, part)


@command(Permission.GIVE_ACCESS)
def allocate(concern: Concern, *, to: User, by: Actor) -> None:
    """Make one person answer for it; it ends the allocation of whoever had it before. Raises `NotDone`."""
    _still_open(concern)
    if not who_may_hold(concern.dossier).filter(pk=to.pk).exists():
        raise NotDone(f"{to} cannot answer for this concern. Choose somebody else of the team that holds it")
    dossiers.end(dossiers.holders(concern.dossier).filter(source=dossiers.Source.ALLOCATION))
    dossiers.give(concern.dossier, to, Level.FULL, dossiers.Source.ALLOCATION, by=by)
    concern.allocated_to = to
    concern.save(update_fields=["allocated_to"])


@command(Permission.WORK_CLOSELY_HELD)
def add_intelligence(concern: Concern, *, text: str, by: Actor) -> PoliceIntelligence:
    """Add what the police know."""
    _still_open(concern)
    added = PoliceIntelligence(dossier=concern.dossier, text=text, added_by=person(by))
    added.save(force_insert=True)
    return added


@command(Permission.WORK_CLOSELY_HELD)
def protect_location(concern: Concern, *, text: str, keep_from: str, by: Actor) -> ProtectedLocation:
    """Add an address that must be kept from somebody."""
    _still_open(concern)
    added = ProtectedLocation(dossier=concern.dossier, text=text, keep_from=keep_from, added_by=person(by))
    added.save(force_insert=True)
    return added


@command(Permission.CLOSE_CONCERN)
def close_concern(concern: Concern, *, outcome: str, by: Actor) -> None:
    """Close it with what was decided and why, which its sender sees."""
    _still_open(concern)
    referral = Referral.objects.get(dossier=concern.dossier)
    referral.outcome = outcome
    referral.save(update_fields=["outcome"])
    flow.move(concern, Concern.States.CLOSED, by)
    dossiers.close(concern.dossier)


def _still_open(concern: Concern) -> None:
    """A closed concern is only read. Raises `NotDone`."""
    if not Concern.objects.filter(pk=concern.pk, state=Concern.States.OPEN).exists():
        raise NotDone("This concern has been closed. Nothing can be added to it")
