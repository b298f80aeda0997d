"""Who may see a dossier, how much of it, and until when; and who may never."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest
from django.utils import timezone

from sightline.core.models import Team, User
from sightline.core.permissions import Permission
from sightline.core.policy import PURPOSES, Level


class TimedQuerySet(models.QuerySet[Any]):
    """Rows in force from one moment until another."""

    def live(self, at: datetime | Combinable | None = None) -> TimedQuerySet:
        """What is in force at that moment, or now."""
        moment = at or timezone.now()
        return self.filter(Q(until_at=None) | Q(until_at__gt=moment), from_at__lte=moment)

    def end(self, at: datetime | None = None) -> int:
        """End those in force, and all that came from them; gives how many were named.

        One that began later, by a server's clock that has gone back since, ends the moment it began.
        """
        moment = at or timezone.now()
        rows = self.model._default_manager.exclude(until_at__lte=moment)
        keys = list(self.exclude(until_at__lte=moment).values_list("pk", flat=True))
        named = len(keys)
        while keys:
            derived = list(rows.filter(derived_from__in=keys).values_list("pk", flat=True))
            rows.filter(pk__in=keys).update(until_at=Greatest("from_at", Value(moment)))
            keys = derived
        return named

    def visible_to(self, user: User) -> TimedQuerySet:
        """All for whoever reviews access; otherwise those that name oneself."""
        return self.all() if user.may(Permission.REVIEW_ACCESS) else self.filter(user=user)


class Grant(models.Model):
    """A person or a team may see a dossier up to a level, for a purpose, from one moment until another.

    `derived_from`: a grant on a dossier passes to the people whom the dossier is about, and ends with it.
    """

    class Source(models.TextChoices):
        """Where a grant comes from."""

        RECEIPT = "receipt", "Sent it"
        ALLOCATION = "allocation", "Allocated to them"
        OWNER_TEAM = "owner-team", "Their team holds it"
        PANEL = "panel", "Member of the panel"
        REQUEST = "request", "Asked what their agency knows"
        HAND_OVER = "hand-over", "It was offered to their team"
        ESCALATION = "escalation", "Named to answer a dispute"
        INVITATION = "invitation", "Invited"
        BREAK_GLASS = "break-glass", "Broke the glass"
        LINK = "link", "Works on a record about this person"
        MERGE = "merge", "Works with a record that was merged with this one"

    dossier = models.ForeignKey("trust.Dossier", models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    level = models.PositiveSmallIntegerField(
        "level", choices=[(level.value, level.name.lower()) for level in Level]
    )
    purpose = models.CharField("purpose", max_length=20, choices=list(PURPOSES.items()))
    source = models.CharField("where it comes from", max_length=20, choices=Source.choices)
    from_at = models.DateTimeField("from", default=timezone.now)
    until_at = models.DateTimeField("until", null=True)
    reason = models.CharField("why", max_length=300, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    derived_from = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")
    objects = TimedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            models.Index(fields=["dossier", "user"]),
            models.Index(fields=["user", "dossier"]),
            models.Index(fields=["team", "dossier"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_grant_names_a_person_or_a_team",
                condition=Q(user=None, team__isnull=False) | Q(user__isnull=False, team=None),
            ),
            models.CheckConstraint(
                name="a_grant_ends_after_it_starts",
                condition=Q(until_at=None) | Q(until_at__gte=F("from_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{Level(self.level).name.lower()} for {self.user or self.team}"


class Exclusion(models.Model):
    """A person may never see a dossier, whatever they are granted, until the exclusion ends."""

    class Reason(models.TextChoices):
        """Why somebody may not see it; what exactly it is stays with whoever excluded them."""

        RELATED = "related", "Related to somebody in the record, or close to them"
        SUBJECT = "subject", "The record is about them"
        RISK = "risk", "Knowing would put somebody at risk"
        DECLARED = "declared", "Declared a conflict of interest"

    dossier = models.ForeignKey("trust.Dossier", models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField("why", max_length=20, choices=Reason.choices)
    from_at = models.DateTimeField("from", default=timezone.now)
    until_at = models.DateTimeField("until", null=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    derived_from = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")
    objects = TimedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["user", "dossier"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_exclusion_ends_after_it_starts",
                condition=Q(until_at=None) | Q(until_at__gte=F("from_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} excluded"


GLASS_LASTS = timedelta(hours=2)
"""How long a grant from breaking the glass is in force."""
