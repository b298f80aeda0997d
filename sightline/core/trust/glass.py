"""Breaking the glass: which record may be opened in an emergency, how far, and who is told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from sightline.core.jobs import enqueue
from sightline.core.models import Agency, NoticeKind, RoleAssignment, User
from sightline.core.notices import notify
from sightline.core.permissions import ROLES, Permission
from sightline.core.policy import REACH, Kind, Level, Purpose
from sightline.core.trust.covers import cover_of
from sightline.core.trust.grants import Exclusion
from sightline.core.trust.models import Dossier, GlassReview

OFTEN = 3
OFTEN_WITHIN = timedelta(hours=24)
"""How many broken glasses within how long are told to the information governance lead as many."""


def breakable(user: User, key: UUID) -> Dossier | None:
    """The record, if this person may open it in an emergency; None for a sealed one, and for the excluded."""
    found = cover_of(user, key)
    if found is None or found.restriction == Dossier.Restriction.SEALED:
        return None
    return found if glass_level(user, Kind(found.kind)) else None


def glass_level(user: User, kind: Kind) -> Level | None:
    """How far broken glass opens a record of a kind: as far as the roles reach that may break it.

    None also where that is the cover alone, which helps nobody in an emergency.
    """
    able = {role for role in user.roles & set(REACH) if Permission.BREAK_GLASS in ROLES[role].permissions}
    reach = [REACH[role] for role in able if Purpose.PROTECT in REACH[role].purposes]
    levels = (one.kinds[kind] for one in reach if kind in one.kinds)
    return max((level for level in levels if level > Level.STUB), default=None)


def tell_of_glass(dossier: Dossier, review: GlassReview, broken_by: User) -> None:
    """Tell the owner's managers and the information governance leads; of many at once, the latter again.

    Each by an e-mail of its own, as soon as the worker comes to it: a glass lasts two hours, not a day.
    """
    line = f"{broken_by.name} broke the glass on {dossier.reference}"
    looked = reverse("trust:looked", kwargs={"pk": dossier.pk})
    told = notify(_told(managers(dossier), dossier, broken_by), NoticeKind.ACCESS, line, looked)
    leads = _told(holding(Permission.REVIEW_ACCESS), dossier, broken_by)
    page = reverse("trust:glass-review", kwargs={"pk": review.pk})
    told += notify(leads, NoticeKind.ACCESS, f"{line}: to be reviewed", page)
    since = timezone.now() - OFTEN_WITHIN
    times = GlassReview.objects.filter(broken_by=broken_by, broken_at__gt=since).count()
    if times >= OFTEN:
        often = f"{broken_by.name} has broken the glass {times} times within 24 hours"
        told += notify(leads, NoticeKind.ACCESS, often, reverse("trust:governance"))
    for notice in told:
        enqueue("trust.tell-at-once", notice.pk)


def tell_of_conflict(dossier: Dossier, declared_by: User) -> None:
    """Tell the owner's managers that somebody declared a conflict of interest."""
    line = f"{declared_by.name} declared a conflict of interest on {dossier.reference}"
    page = reverse("trust:access", kwargs={"pk": dossier.pk})
    notify(_told(managers(dossier), dossier, declared_by), NoticeKind.ACCESS, line, page)


def managers(dossier: Dossier) -> QuerySet[User]:
    """Whoever may give access in the agency that holds the record."""
    return holding(Permission.GIVE_ACCESS, agency=dossier.owner_agency)


def holding(permission: Permission, **of: Agency | None) -> QuerySet[User]:
    """Everybody whose role of today has a permission."""
    roles = [role for role, card in ROLES.items() if permission in card.permissions]
    held = RoleAssignment.objects.live(timezone.localdate()).filter(role__in=roles)
    found: QuerySet[User] = User.objects.filter(pk__in=held.values("user"), is_active=True, **of)
    return found


def _told(users: QuerySet[User], dossier: Dossier, but: User) -> QuerySet[User]:
    """Not the person whom it is about, and nobody who must not know of the record."""
    excluded = Exclusion.objects.live().filter(dossier=dossier).values("user")
    return users.exclude(pk=but.pk).exclude(pk__in=excluded)
