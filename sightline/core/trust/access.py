"""The rule: what a person sees of a dossier. Pages never ask it; the guarded managers always do.

Visible = not excluded, and the kind is within the ceiling of one's roles, and a live grant is at or above the
section's level, and (the dossier is open or the grant names me), and the purpose of the session is the one
that the grant was given for and that the role allows.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from sightline.core.policy import Kind, Level
from sightline.core.trust.actor import Unguarded, Viewer, current
from sightline.core.trust.grants import Exclusion, Grant, TimedQuerySet

OPEN = "open"
"""The restriction of a dossier on which the grants of teams count (`Dossier.Restriction.OPEN`)."""


def seen_at(level: Level, dossier: str) -> Q | None:
    """The condition on a row, whose dossier's key is the field `dossier`, that the actor sees it.

    None for the software itself, which sees everything. Raises `NoActor`.
    """
    actor = current()
    if isinstance(actor, Unguarded):
        return None
    if not any(ceiling >= level for ceiling in actor.reach.values()):
        return Q(pk__in=[])
    granted = _grants(actor, level).filter(dossier_id=OuterRef(dossier))
    excluded = Exclusion.objects.live().filter(dossier_id=OuterRef(dossier), user=actor.user)
    return Q(Exists(granted)) & ~Q(Exists(excluded))


def level_of(dossier: UUID) -> Level | None:
    """How far the actor sees a dossier; None for not at all. Raises `NoActor`."""
    actor = current()
    if isinstance(actor, Unguarded):
        return Level.FULL
    excluded = Exclusion.objects.live().filter(dossier_id=dossier, user=actor.user)
    best = (
        _grants(actor, Level.STUB)
        .filter(~Exists(excluded), dossier_id=dossier)
        .order_by("-level")
        .values_list("level", "dossier__kind")
        .first()
    )
    return Level(min(best[0], actor.reach[Kind(best[1])])) if best else None


def _grants(viewer: Viewer, level: Level) -> TimedQuerySet:
    """The live grants by which this person sees a dossier at this level."""
    kinds = [kind for kind, ceiling in viewer.reach.items() if ceiling >= level]
    by_name = Q(user=viewer.user)
    by_team = Q(team_id__in=viewer.user.team_ids, dossier__restriction=OPEN)
    return (
        Grant.objects.live()
        .filter(by_name | by_team)
        .filter(level__gte=level, purpose=viewer.purpose, dossier__kind__in=kinds)
    )
