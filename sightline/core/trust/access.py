"""The rule: what a person sees of a dossier. Pages never ask it; the guarded managers always do.

Visible = not excluded, and the kind is within the ceiling of one's roles, and a live grant is at or above the
section's level, and (the dossier is open or the grant names me), and the purpose of the session is the one
that the grant was given for and that the role allows.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import BooleanField, DateTimeField, Exists, Expression, F, Q, UUIDField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from sightline.core.policy import Kind, Level
from sightline.core.trust.actor import Unguarded, Viewer, current
from sightline.core.trust.grants import Exclusion, Grant, TimedQuerySet

OPEN = "open"
"""The restriction of a dossier on which the grants of teams count (`Dossier.Restriction.OPEN`)."""

_DOSSIER, _NOW = "<the dossier of the row>", "<now>"
"""What a prepared rule leaves open."""


def seen_at(level: Level, dossier: str) -> Q | None:
    """The condition on a row, whose dossier's key is the field `dossier`, that the actor sees it.

    None for the software itself, which sees everything. Raises `NoActor`.
    """
    actor = current()
    if isinstance(actor, Unguarded):
        return None
    if not any(ceiling >= level for ceiling in actor.reach.values()):
        return Q(pk__in=[])
    return Q(_Seen(dossier, actor, level))


class _Seen(Expression):
    """The condition as SQL. It stands in every query about people, and so is compiled once for a viewer."""

    output_field = BooleanField()

    def __init__(self, dossier: str, viewer: Viewer, level: Level) -> None:
        super().__init__()
        self._dossier: Any = F(dossier)
        self._viewer, self._level = viewer, level

    def get_source_expressions(self) -> list[Any]:
        """The column that holds the dossier's key."""
        return [self._dossier]

    def set_source_expressions(self, exprs: Any) -> None:
        """As resolved: the column of the query that this stands in."""
        (self._dossier,) = exprs

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """The prepared rule, asked of this column at this moment."""
        key, _ = compiler.compile(self._dossier)
        prepared = self._viewer.prepared
        if self._level not in prepared:
            prepared[self._level] = _rule(self._viewer, self._level, compiler)
        rule, given = prepared[self._level]
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        return rule.replace(_DOSSIER, key), [now if one is _NOW else one for one in given]


def _rule(viewer: Viewer, level: Level, compiler: Any) -> tuple[str, list[Any]]:
    """The rule, with the dossier and the moment left open."""
    dossier = RawSQL(_DOSSIER, [], output_field=UUIDField())  # noqa: S611 (a mark, not a value)
    now = RawSQL("%s", [_NOW], output_field=DateTimeField())
    granted = _grants(viewer, level, now).filter(dossier_id=dossier)
    excluded = Exclusion.objects.live(now).filter(dossier_id=dossier, user=viewer.user)
    for rows in (granted, excluded):  # no table of a query around this one may have the same name
        rows.query.change_aliases({name: f"rule_{name}" for name in rows.query.alias_map})
    is_granted, by_grants = compiler.compile(Exists(granted))
    is_not_excluded, by_exclusions = compiler.compile(~Exists(excluded))
    return f"({is_granted} AND {is_not_excluded})", [*by_grants, *by_exclusions]


def level_of(dossier: UUID) -> Level | None:
    """How far the actor sees a dossier; None for not at all. Raises `NoActor`."""
    actor = current()
    if isinstance(actor, Unguarded):
        return Level.FULL
    if actor.levels is None:
        return _level_of(dossier, actor)
    if dossier not in actor.levels:
        actor.levels[dossier] = _level_of(dossier, actor)
    return actor.levels[dossier]


def _level_of(dossier: UUID, actor: Viewer) -> Level | None:
    excluded = Exclusion.objects.live().filter(dossier_id=dossier, user=actor.user)
    best = (
        _grants(actor, Level.STUB)
        .filter(~Exists(excluded), dossier_id=dossier)
        .order_by("-level")
        .values_list("level", "dossier__kind")
        .first()
    )
    return Level(min(best[0], actor.reach[Kind(best[1])])) if best else None


def _grants(viewer: Viewer, level: Level, now: RawSQL | None = None) -> TimedQuerySet:
    """The live grants by which this person sees a dossier at this level."""
    kinds = [kind for kind, ceiling in viewer.reach.items() if ceiling >= level]
    by_name = Q(user=viewer.user)
    by_team = Q(team_id__in=viewer.user.team_ids, dossier__restriction=OPEN)
    return (
        Grant.objects.live(now)
        .filter(by_name | by_team)
        .filter(level__gte=level, purpose=viewer.purpose, dossier__kind__in=kinds)
    )
