"""To whom a contact can be brought: people and teams who may answer a question, or take over the work."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from sightline.core.command import NotDone
from sightline.core.models import RoleAssignment, Team, TeamMember, User
from sightline.core.permissions import ROLES, Permission
from sightline.core.policy import NEEDS, REACH, Kind
from sightline.core.trust import dossiers
from sightline.core.trust.models import Dossier


def who(permission: Permission, kind: Kind = Kind.CONTACT) -> QuerySet[User]:
    """Everybody whose role of today has a permission, and reaches far enough into such records to use it."""
    needed = NEEDS[permission]
    roles = [
        role
        for role, reach in REACH.items()
        if permission in ROLES[role].permissions and reach.kinds.get(kind, 0) >= needed
    ]
    held = RoleAssignment.objects.live(timezone.localdate()).filter(role__in=roles)
    found: QuerySet[User] = User.objects.filter(is_active=True, pk__in=held.values("user"))
    return found.order_by("name", "pk")


def able(dossier: Dossier, to: User | Team, permission: Permission) -> QuerySet[User]:
    """Of a person or a team, those who could use a permission on a dossier once it is opened to them.

    On a record that is closed off, the team counts for nothing: those of it who are let in by name.
    """
    people = who(permission, Kind(dossier.kind)).exclude(pk__in=dossiers.excluded(dossier).values("user"))
    if isinstance(to, User):
        return people.filter(pk=to.pk)
    members = TeamMember.objects.live(timezone.localdate()).filter(team=to)
    people = people.filter(pk__in=members.values("user"))
    if dossier.restriction == Dossier.Restriction.OPEN:
        return people
    named = dossiers.holders(dossier).filter(level__gte=NEEDS[permission], user__isnull=False)
    return people.filter(pk__in=named.values("user"))


def teams(permission: Permission) -> QuerySet[Team]:
    """The teams in which somebody has a permission on contacts."""
    members = TeamMember.objects.live(timezone.localdate()).filter(user__in=who(permission))
    return Team.objects.filter(pk__in=members.values("team"))


def must_reach(dossier: Dossier, to: User | Team, permission: Permission, field: str) -> None:
    """Bring nothing to where nobody could see it. Raises `NotDone`."""
    if able(dossier, to, permission).exists():
        return
    if dossier.restriction != Dossier.Restriction.OPEN and isinstance(to, Team):
        raise NotDone(f"This record is closed off: let somebody of {to} see it by name first", field=field)
    raise NotDone(f"{to} cannot see this record, or may not do this with it", field=field)
