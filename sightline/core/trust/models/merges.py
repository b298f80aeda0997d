"""Merges: that the dossiers of two people are of one. Nothing moves, so nothing is lost by undoing it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from sightline.core.models import User
from sightline.core.policy import Section
from sightline.core.trust.guarded import Protected
from sightline.core.trust.models.dossiers import Dossier


class Merge(Protected):
    """Another person's dossier is this person's as well, until it turns out that it is not.

    Both are read together from then on, under the details of this one, the survivor.
    """

    section = Section.IDENTITY

    other_dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    reason = models.CharField("why", max_length=300)
    at = models.DateTimeField("merged", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField("undone", null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_reason = models.CharField("why it was undone", max_length=300, blank=True)

    plain = Protected.plain | {"other_dossier", "other_dossier_id", "at", "ended_at"}

    class Meta(Protected.Meta):
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_dossier_is_merged_into_one_at_a_time",
                fields=["other_dossier"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="a_dossier_is_not_merged_with_itself", condition=~Q(dossier=F("other_dossier"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.other_dossier_id} is {self.dossier_id}"
