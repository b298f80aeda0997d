"""Two records of one person become one to read, and two again if that was wrong. Nothing is moved or lost."""

from __future__ import annotations

from sightline.core.audit import Actor
from sightline.core.command import NotDone, command
from sightline.core.permissions import Permission
from sightline.core.trust import merges
from sightline.core.trust.models import Dossier, Merge
from sightline.people.models import Person


@command(Permission.MERGE_PEOPLE)
def merge_people(survivor: Person, *, other: Person, reason: str, by: Actor) -> Merge:
    """Read two records as one person's, under the details of the first, for a reason."""
    if not by.may(Permission.MERGE_PEOPLE, other):
        raise NotDone("You need full access to both records to merge them")
    if other.dossier_id in merges.together(survivor.dossier_id):
        raise NotDone("These two records are merged already")
    if Dossier.Restriction.SEALED in (survivor.dossier.restriction, other.dossier.restriction):
        raise NotDone(
            "A sealed record is not merged: nobody comes to it by way of another. Restrict it first"
        )
    return merges.join(survivor.dossier, other.dossier, reason, by=by)


@command(Permission.MERGE_PEOPLE)
def unmerge_people(merge: Merge, *, reason: str, by: Actor) -> None:
    """Undo a merge: each record is read by itself again, by those who could read it before."""
    if merge.ended_at is not None:
        raise NotDone("This merge was undone already")
    merges.part(merge, reason, by=by)
