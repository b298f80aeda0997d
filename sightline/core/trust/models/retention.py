"""Legal holds, and disposals with their certificates. They name dossiers, and nobody in them."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sightline.core.flow import Transitions
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.policy import Level
from sightline.core.trust.access import seen_at
from sightline.core.trust.grants import Exclusion
from sightline.core.trust.models.dossiers import Dossier


class HoldQuerySet(models.QuerySet["Hold"]):
    """Holds, by who may see them and by day."""

    def visible_to(self, user: User) -> HoldQuerySet:
        """For those who keep and dispose of records; pages ask besides of which dossiers they may know."""
        may = user.may(Permission.KEEP_RETENTION) or user.may(Permission.DISPOSE)
        return self.all() if may else self.none()

    def in_force(self) -> HoldQuerySet:
        """Those that keep a dossier today."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=timezone.localdate()), lifted_at=None)


class Hold(models.Model):
    """A dossier must be kept, whatever the partnership's rule, until the hold ends."""

    dossier = models.ForeignKey("trust.Dossier", models.PROTECT, related_name="+")
    reason = models.CharField("why", max_length=300)
    placed_at = models.DateTimeField("placed", default=timezone.now)
    placed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    until_on = models.DateField("until", null=True, blank=True)
    lifted_at = models.DateTimeField("lifted", null=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    lifted_why = models.CharField("why it was lifted", max_length=300, blank=True)
    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["placed_at", "pk"]

    def __str__(self) -> str:
        return f"hold on dossier {self.dossier_id}"


class DisposalQuerySet(models.QuerySet["Disposal"]):
    """Disposals, by who may see them."""

    def visible_to(self, user: User) -> DisposalQuerySet:
        """One's own; those of dossiers that one sees in full; to whoever keeps retention all but of sealed
        dossiers and of those that they are excluded from.
        """
        if not user.may(Permission.DISPOSE):
            return self.none()
        own = Q(proposed_by=user) | Q(certified_by=user)
        excluded = Exclusion.objects.live().filter(user=user).values("dossier")
        if user.may(Permission.KEEP_RETENTION):
            return self.filter(own | Q(is_sealed=False)).exclude(dossier__in=excluded)
        seen = Dossier.objects.filter(seen_at(Level.FULL, "pk"))
        return self.filter(own | Q(dossier__in=seen)).exclude(dossier__in=excluded)


class Disposal(models.Model):
    """The disposal of a dossier, proposed by one person and certified by another; then the certificate.

    `basis` is the rule as it stood; `counts` says how many rows of each section are gone; `is_sealed` whether
    nobody but those who are named may learn that the dossier existed.
    """

    class States(models.TextChoices):
        """Where it stands."""

        PROPOSED = "proposed", "Proposed"
        CERTIFIED = "certified", "Disposed of"
        WITHDRAWN = "withdrawn", "Withdrawn"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.PROPOSED): "disposal-proposed",
        (States.PROPOSED, States.CERTIFIED): "disposal-certified",
        (States.PROPOSED, States.WITHDRAWN): "disposal-withdrawn",
    }

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dossier = models.ForeignKey("trust.Dossier", models.PROTECT, related_name="+")
    reference = models.CharField("reference", max_length=30)
    is_sealed = models.BooleanField("of a sealed record", default=False)
    state = models.CharField("state", max_length=20, choices=States.choices, default=States.PROPOSED)
    basis = models.CharField("basis", max_length=500)
    proposed_at = models.DateTimeField("proposed", default=timezone.now)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    certified_at = models.DateTimeField("certified", null=True)
    certified_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    counts = models.JSONField("rows of each section that are gone", default=dict)
    objects = DisposalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-proposed_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_dossier_is_disposed_of_once",
                fields=["dossier"],
                condition=~Q(state="withdrawn"),
            ),
            models.CheckConstraint(
                name="two_people_dispose_of_a_dossier",
                condition=~Q(state="certified")
                | (
                    Q(proposed_by__isnull=False, certified_by__isnull=False)
                    & ~Q(proposed_by=models.F("certified_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"disposal of {self.reference}"
