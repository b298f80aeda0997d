"""What commands do with dossiers: open one, link it to people, give and end grants, exclude people.

These are parts of commands, which check the permission and write the event. A grant or an exclusion passes on
to the people whom a dossier is about, and ends with what it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from sightline.clocks.calendar import end_of_day
from sightline.core.audit import Actor, person
from sightline.core.models import Agency, Team, User
from sightline.core.policy import Kind, Level, Purpose
from sightline.core.trust.actor import unguarded
from sightline.core.trust.guarded import GuardedQuerySet
from sightline.core.trust.merges import spread_exclusion, spread_grant
from sightline.core.trust.models import Dossier, Exclusion, Grant, Link, TimedQuerySet

Source = Grant.Source

PANEL_LASTS_DAYS = 7

PREFIXES: Mapping[Kind, str] = {
    Kind.PERSON: "P",
    Kind.CONTACT: "C",
    Kind.PANEL: "N",
    Kind.ALLEGATION: "A",
    Kind.DEATH: "D",
}


def open_dossier(kind: Kind, *, by: Actor, agency: Agency | None, team: Team | None) -> Dossier:
    """Store a new dossier; whoever holds it must still be given a grant.

    Its reference is its kind's letter, the year and the beginning of its random key: references do not tell
    how many there are.
    """
    dossier = Dossier(kind=kind, owner_agency=agency, owner_team=team)
    dossier.reference = f"{PREFIXES[kind]}{timezone.localdate():%y}-{dossier.pk.hex[:8].upper()}"
    dossier.save(force_insert=True)
    return dossier


def close(dossier: Dossier) -> None:
    """Note that the work on it has ended; from now on the years count that it is kept."""
    dossier.closed_at = timezone.now()
    dossier.save(update_fields=["closed_at"])


def give(
    dossier: Dossier,
    to: User | Team,
    level: Level,
    source: Source,
    *,
    by: Actor,
    purpose: Purpose = Purpose.PROTECT,
    until: datetime | None = None,
    reason: str = "",
) -> Grant:
    """Let a person or a team see a dossier, and the identity of the people whom it is about."""
    grant = Grant.objects.create(
        dossier=dossier,
        **_holder(to),
        level=level,
        purpose=purpose,
        source=source,
        until_at=until,
        reason=reason,
        given_by=person(by),
    )
    spread_grant(grant)
    with unguarded("people whom a dossier is about"):
        for link in Link.objects.filter(dossier=dossier):
            _pass_on(grant, link.person_dossier_id)
    return grant


def end(grants: TimedQuerySet, *, at: datetime | None = None) -> int:
    """End live grants, and those that came from them; gives how many were named."""
    return grants.end(at)


def link(dossier: Dossier, person_dossier: Dossier, part: str) -> Link:
    """Say that a dossier is about a person: who works on it sees their identity, who may not does not."""
    made = Link(dossier=dossier, person_dossier=person_dossier, part=part)
    made.save(force_insert=True)
    with unguarded("people whom a dossier is about"):
        for grant in Grant.objects.live().filter(dossier=dossier):
            _pass_on(grant, person_dossier.pk)
    for exclusion in Exclusion.objects.live().filter(dossier=person_dossier):
        _exclude(dossier.pk, exclusion.user, exclusion.reason, exclusion.given_by, exclusion)
    return made


def exclude(dossier: Dossier, user: User, reason: str, *, by: Actor) -> Exclusion:
    """Shut a person out of a dossier and, where it is a person's own, out of every one about them."""
    exclusion = _exclude(dossier.pk, user, reason, person(by), None)
    spread_exclusion(exclusion)
    return exclusion


def held_by_name(user: User) -> TimedQuerySet:
    """The live grants that name a person, of any dossier."""
    return Grant.objects.live().filter(user=user)


def given(dossier: UUID, source: Source) -> TimedQuerySet:
    """What was given on a dossier from one source, ended or not."""
    return Grant.objects.filter(dossier=dossier, source=source)


def holders(dossier: Dossier) -> TimedQuerySet:
    """The live grants of a dossier, with their people and teams."""
    return Grant.objects.live().filter(dossier=dossier).select_related("user", "team", "given_by")


def shown_holders(dossier: Dossier) -> list[Grant]:
    """The holders of whom a page may tell the person who is looking.

    Not those who are here by way of a sealed record that the reader does not see: that they are would tell
    that there is one.
    """
    grants: list[Grant] = list(holders(dossier).select_related("derived_from"))
    sources = {grant.derived_from.dossier_id for grant in grants if grant.derived_from is not None}
    with unguarded("which records are sealed"):
        sealed = _keys(Dossier.objects.filter(pk__in=sources, restriction=Dossier.Restriction.SEALED))
    unseen = sealed - _keys(Dossier.objects.filter(pk__in=sealed)) if sealed else sealed
    return [
        grant for grant in grants if not grant.derived_from or grant.derived_from.dossier_id not in unseen
    ]


def _keys(rows: GuardedQuerySet) -> set[UUID]:
    return set(rows.values_list("pk", flat=True))


def may_be_counted(reader: User) -> Q:
    """The condition that a row of a section may count in a number, or a list, that is shown to a person.

    For pages that count more than their reader sees. Rows of sealed records do not count, nor of those from
    which the reader is excluded: a number must not tell that there is one.
    """
    sealed = Q(dossier__restriction=Dossier.Restriction.SEALED)
    return ~sealed & ~Q(dossier__in=shut_out(reader).values("dossier"))


def shut_out(user: User) -> TimedQuerySet:
    """The live exclusions of a person, from any dossier."""
    return Exclusion.objects.live().filter(user=user)


def excluded(dossier: Dossier) -> TimedQuerySet:
    """The live exclusions of a dossier, with their people."""
    return Exclusion.objects.live().filter(dossier=dossier).select_related("user", "given_by")


def end_exclusion(exclusion: Exclusion) -> None:
    """End an exclusion, and those that came from it."""
    Exclusion.objects.filter(pk=exclusion.pk).end()


def panel_until(meeting_on: date) -> datetime:
    """When a panel's member ceases to see its record: seven days after the meeting."""
    return end_of_day(meeting_on + timedelta(days=PANEL_LASTS_DAYS))


def _holder(to: User | Team) -> dict[str, Any]:
    return {"user": to} if isinstance(to, User) else {"team": to}


def _pass_on(grant: Grant, person_dossier: UUID) -> None:
    """Whoever contributes to a record sees what is known of its people; a receipt shows what was told.

    Broken glass opens one record alone; and nobody comes to a sealed record by way of another.
    """
    is_passed = grant.level >= Level.CONTRIBUTE and grant.source != Source.BREAK_GLASS
    sealed = Dossier.objects.filter(pk=person_dossier, restriction=Dossier.Restriction.SEALED)
    if not is_passed or sealed.exists():
        return
    passed = Grant.objects.create(
        dossier_id=person_dossier,
        user_id=grant.user_id,
        team_id=grant.team_id,
        level=Level.CONTRIBUTE,
        purpose=grant.purpose,
        source=Source.LINK,
        until_at=grant.until_at,
        given_by=grant.given_by,
        derived_from=grant,
    )
    spread_grant(passed)


def _exclude(
    dossier: UUID, user: User, reason: str, by: User | None, derived_from: Exclusion | None
) -> Exclusion:
    return Exclusion.objects.create(
        dossier_id=dossier, user=user, reason=reason, given_by=by, derived_from=derived_from
    )
