"""Whom a record can be opened to: people with a role that reaches it, and teams."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from sightline.core.models import RoleAssignment, Team, TeamMember, User
from sightline.core.permissions import Role
from sightline.core.policy import REACH, Kind, Level
from sightline.core.trust.models import Dossier, Exclusion


def people_within_reach(kind: Kind) -> list[tuple[str, str]]:
    """Everybody whose role reaches this kind of record, with how far: for a choice."""
    reach = {role: ceiling for role in REACH if (ceiling := REACH[role].kinds.get(kind))}
    live = RoleAssignment.objects.live(timezone.localdate()).filter(role__in=reach, user__is_active=True)
    ceilings: dict[int, Level] = {}
    users: dict[int, User] = {}
    for held in live.select_related("user__agency"):
        users[held.user_id] = held.user
        ceilings[held.user_id] = max(reach[Role(held.role)], ceilings.get(held.user_id, Level.STUB))
    ordered = sorted(users.values(), key=lambda user: (user.name, user.pk))
    return [(f"user-{user.pk}", f"{_named(user)}: {AT_MOST[ceilings[user.pk]]}") for user in ordered]


AT_MOST = {
    Level.STUB: "at most that it exists",
    Level.RECEIPT: "at most what was told",
    Level.CONTRIBUTE: "at most what contributors see",
    Level.FULL: "all of it",
}
"""How far a role reaches, in words that follow a name."""


def who_may_hold(dossier: Dossier) -> QuerySet[User]:
    """Who can answer for a record: of the team that holds it, those who may see all of it."""
    today = timezone.localdate()
    roles = [role for role, reach in REACH.items() if reach.kinds.get(Kind(dossier.kind)) == Level.FULL]
    in_team = TeamMember.objects.live(today).filter(team=dossier.owner_team)
    by_role = RoleAssignment.objects.live(today).filter(role__in=roles)
    excluded = Exclusion.objects.live().filter(dossier=dossier)
    members: QuerySet[User] = User.objects.filter(is_active=True, pk__in=in_team.values("user"))
    able = members.filter(pk__in=by_role.values("user")).exclude(pk__in=excluded.values("user"))
    return able.order_by("name")


def teams() -> list[tuple[str, str]]:
    """Every team, for a choice."""
    return [
        (f"team-{team.pk}", f"{team.name}: each as far as their role reaches") for team in Team.objects.all()
    ]


def everybody() -> list[tuple[str, str]]:
    """Everybody with an account, for a choice: somebody without any access can be shut out, too."""
    users = User.objects.filter(is_active=True).select_related("agency").order_by("name", "pk")
    return [(str(user.pk), _named(user)) for user in users]


def _named(user: User) -> str:
    return f"{user.name} ({user.agency.name})" if user.agency else user.name
