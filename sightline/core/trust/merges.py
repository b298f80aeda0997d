"""How the dossiers of one person are held together: what one may see of the one, one sees of the others.

Grants and exclusions pass between them and end when they are parted again; the strictest restriction counts
for all. Merges form trees: each survivor may later be merged into another. These are parts of commands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from sightline.core.audit import Actor, person
from sightline.core.trust.actor import unguarded
from sightline.core.trust.models import Dossier, Exclusion, Grant, Link, Merge

STRICTNESS = [restriction.value for restriction in Dossier.Restriction]
"""The restrictions, from the loosest to the strictest."""


def together(dossier: UUID) -> tuple[UUID, ...]:
    """The dossiers that are of one person with this one, as far as the actor sees; the survivor's first."""
    known, into = {dossier}, _merges({dossier})
    while (found := known | set(into) | set(into.values())) != known:
        known, into = found, _merges(found)
    survivor = _followed(into, dossier)
    return (survivor, *sorted(known - {survivor}))


def survivors(dossiers: Collection[UUID]) -> dict[UUID, UUID]:
    """For each dossier the one under which it is read: its survivor's where it was merged, or its own."""
    into, known, fresh = dict[UUID, UUID](), set[UUID](), set(dossiers)
    while fresh:
        into |= _merges(fresh)
        known |= fresh
        fresh = set(into.values()) - known
    return {key: _followed(into, key) for key in dossiers}


def spread_grant(grant: Grant) -> None:
    """Let whoever is given one dossier of a person see the others; broken glass opens one alone."""
    for other in _others(grant.dossier_id) if grant.source != Grant.Source.BREAK_GLASS else ():
        _pass_grant(grant, other)


def spread_exclusion(exclusion: Exclusion) -> None:
    """Shut somebody who is excluded from one dossier of a person out of the others, and of all about them."""
    with unguarded("dossiers of one person"):
        _exclude_from_what_is_about(exclusion)
    for other in _others(exclusion.dossier_id):
        _pass_exclusion(exclusion, other)


def set_restriction(dossier: Dossier, restriction: str) -> None:
    """Restrict a dossier, or open it, and with it those that are of one person with it."""
    keys = (dossier.pk, *_others(dossier.pk))
    with unguarded("dossiers of one person"):
        for one in Dossier.objects.filter(pk__in=keys):
            one.restriction = restriction
            one.own_restriction = restriction if len(keys) > 1 else ""
            one.save(update_fields=["restriction", "own_restriction"])
    dossier.restriction = restriction
    _end_broken_glass(keys, restriction)


def join(survivor: Dossier, other: Dossier, reason: str, *, by: Actor) -> Merge:
    """Hold the dossiers of two people together, as those of one."""
    with unguarded("dossiers of one person"):
        pair = Dossier.objects.select_for_update(of=("self",)).filter(pk__in=(survivor.pk, other.pk))
        list(pair.order_by("pk"))  # two who merge the same pair at once follow one another
        here, there = together(survivor.pk), together(other.pk)
        _pass_all(here, there)
        _pass_all(there, here)
        made = Merge(dossier_id=here[0], other_dossier_id=there[0], reason=reason, by=person(by))
        made.save(force_insert=True)
        _restrict_alike((*here, *there))
    return made


def part(merge: Merge, reason: str, *, by: Actor) -> None:
    """Undo a merge: what passed because of it ends, and each side is restricted as it was."""
    with unguarded("dossiers of one person"):
        merge.ended_at, merge.ended_by, merge.ended_reason = timezone.now(), person(by), reason
        merge.save(update_fields=["ended_at", "ended_by", "ended_reason"])
        sides = together(merge.dossier_id), together(merge.other_dossier_id)
        for here, there in (sides, sides[::-1]):
            for model in (Grant, Exclusion):
                model.objects.filter(dossier__in=here, derived_from__dossier__in=there).end(merge.ended_at)
            _restrict_alike(here)


def _merges(dossiers: Collection[UUID]) -> dict[UUID, UUID]:
    """The merges of these dossiers that stand: what was merged, and into which."""
    rows = Merge.objects.filter(Q(dossier__in=dossiers) | Q(other_dossier__in=dossiers), ended_at=None)
    return dict(rows.values_list("other_dossier_id", "dossier_id"))


def _followed(into: Mapping[UUID, UUID], dossier: UUID) -> UUID:
    """The end of a chain of merges; of a ring, which only merges made at the same moment could form, any."""
    passed = {dossier}
    while into.get(dossier, dossier) not in passed:
        dossier = into[dossier]
        passed.add(dossier)
    return dossier


def _others(dossier: UUID) -> list[UUID]:
    with unguarded("dossiers of one person"):
        return [key for key in together(dossier) if key != dossier]


def _pass_all(here: Collection[UUID], there: Collection[UUID]) -> None:
    """Pass on what stands here of its own: what came over with an earlier merge comes over by itself."""
    grants = Grant.objects.live().filter(dossier__in=here)
    for grant in grants.exclude(source__in=(Grant.Source.MERGE, Grant.Source.BREAK_GLASS)):
        for key in there:
            _pass_grant(grant, key)
    exclusions = Exclusion.objects.live().filter(dossier__in=here)
    for exclusion in exclusions.exclude(derived_from__dossier__in=here):
        for key in there:
            _pass_exclusion(exclusion, key)


def _pass_grant(grant: Grant, dossier: UUID) -> None:
    Grant.objects.create(
        dossier_id=dossier,
        user_id=grant.user_id,
        team_id=grant.team_id,
        level=grant.level,
        purpose=grant.purpose,
        source=Grant.Source.MERGE,
        until_at=grant.until_at,
        given_by_id=grant.given_by_id,
        derived_from=grant,
    )


def _pass_exclusion(exclusion: Exclusion, dossier: UUID) -> None:
    with unguarded("dossiers of one person"):
        _exclude_from_what_is_about(_excluded(exclusion, dossier))


def _exclude_from_what_is_about(exclusion: Exclusion) -> None:
    about = Link.objects.filter(person_dossier=exclusion.dossier_id).values_list("dossier_id", flat=True)
    for key in about:
        _excluded(exclusion, key)


def _excluded(source: Exclusion, dossier: UUID) -> Exclusion:
    made: Exclusion = Exclusion.objects.create(
        dossier_id=dossier,
        user_id=source.user_id,
        reason=source.reason,
        given_by_id=source.given_by_id,
        derived_from=source,
    )
    return made


def _restrict_alike(keys: Iterable[UUID]) -> None:
    """Let the strictest of their own restrictions count for all; what is by itself again has its own."""
    dossiers = list(Dossier.objects.filter(pk__in=keys))
    own = {one.pk: one.own_restriction or one.restriction for one in dossiers}
    strictest = max(own.values(), key=STRICTNESS.index)
    for one in dossiers:
        one.restriction = strictest
        one.own_restriction = own[one.pk] if len(dossiers) > 1 else ""
        one.save(update_fields=["restriction", "own_restriction"])
    _end_broken_glass(own, strictest)


def _end_broken_glass(dossiers: Collection[UUID], restriction: str) -> None:
    """Broken glass does not outlast a seal."""
    if restriction == Dossier.Restriction.SEALED:
        Grant.objects.filter(dossier__in=dossiers, source=Grant.Source.BREAK_GLASS).end()
