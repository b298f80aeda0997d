"""The cover of a dossier, for those who answer for access to it: its reference and state, no content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.policy import Level
from sightline.core.trust.access import level_of
from sightline.core.trust.actor import unguarded
from sightline.core.trust.grants import Exclusion
from sightline.core.trust.models import Dossier


@dataclass(frozen=True)
class Cover:
    """A dossier without its content. `level` is how far the reader sees it; None who only reviews access."""

    dossier: Dossier
    level: Level | None

    @property
    def is_held(self) -> bool:
        """Whether the reader sees all of the record."""
        return self.level is Level.FULL


def reviewed_by(user: User, key: UUID) -> Cover | None:
    """The cover, for whoever sees the whole record and for whoever reviews access to all; otherwise None.

    An exclusion wins here too: nobody reviews who looked at a record that they must not know of.
    """
    level = level_of(key)
    if level is not Level.FULL and not user.may(Permission.REVIEW_ACCESS):
        return None
    found = _cover(user, Q(pk=key))
    return Cover(found, level) if found else None


def cover_of(user: User, key: UUID) -> Dossier | None:
    """A dossier that the person is not excluded from, whoever may see it; never for a page as it is."""
    return _cover(user, Q(pk=key))


def covers_of(user: User, keys: Iterable[UUID]) -> dict[UUID, Dossier]:
    """The same of many, by key."""
    with unguarded("the covers of dossiers"):
        found = Dossier.objects.filter(pk__in=set(keys)).select_related("owner_agency", "owner_team")
        covers = {dossier.pk: dossier for dossier in found}
    out = Exclusion.objects.live().filter(dossier__in=covers, user=user).values_list("dossier_id", flat=True)
    return {key: dossier for key, dossier in covers.items() if key not in set(out)}


def found_by_reference(user: User, reference: str) -> Dossier | None:
    """The dossier with this reference that the person is not excluded from, whoever may see it."""
    return _cover(user, Q(reference__iexact=reference.strip()))


def _cover(user: User, which: Q) -> Dossier | None:
    with unguarded("the cover of a dossier"):
        found: Dossier | None = (
            Dossier.objects.filter(which).select_related("owner_agency", "owner_team").first()
        )
    if found is None or Exclusion.objects.live().filter(dossier=found.pk, user=user).exists():
        return None
    return found
