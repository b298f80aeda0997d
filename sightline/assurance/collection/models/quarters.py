"""Quarters: three months of the dataset, from the request to the agencies to what the Board said."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from sightline.assurance.dataset.models import Load, LoadedSnapshot
from sightline.clocks.calendar import end_of_day
from sightline.core.flow import Transitions
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.indicators.periods import Every, Period, periods_between


class QuarterQuerySet(models.QuerySet["Quarter"]):
    """Quarters, by who may see them."""

    def visible_to(self, user: User) -> QuarterQuerySet:
        """All for whoever may read the dataset: which quarters there are, and how far each is."""
        return self.all() if user.may(Permission.READ_DATASET) else self.none()

    def newest(self) -> Quarter | None:
        """The last quarter that was opened."""
        return self.order_by("-first_on").first()


class Quarter(models.Model):
    """Three months for which agencies make their returns. A published quarter is locked until it is reopened.

    `snapshot` is the dataset as it was published, last of all if that happened more than once; `load` holds
    the file of its returns. `trouble` says why a publication could not be finished.
    """

    class States(models.TextChoices):
        """How far the quarter is."""

        OPEN = "open", "Open"
        PUBLISHING = "publishing", "Being published"
        PUBLISHED = "published", "Published"
        REOPENED = "reopened", "Reopened"
        DISCUSSED = "discussed", "Discussed"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.OPEN): "quarter-opened",
        (States.OPEN, States.PUBLISHING): "quarter-publication-begun",
        (States.REOPENED, States.PUBLISHING): "quarter-publication-begun",
        (States.PUBLISHING, States.PUBLISHED): "quarter-published",
        (States.PUBLISHING, States.REOPENED): "quarter-publication-stopped",
        (States.PUBLISHED, States.REOPENED): "quarter-reopened",
        (States.PUBLISHED, States.DISCUSSED): "quarter-discussed",
        (States.DISCUSSED, States.REOPENED): "quarter-reopened",
    }
    UNLOCKED: ClassVar = frozenset({States.OPEN, States.REOPENED})

    first_on = models.DateField("first day", unique=True)
    last_on = models.DateField("last day")
    state = models.CharField("state", max_length=20, choices=States.choices, default=States.OPEN)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField("opened", default=timezone.now)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField("published", null=True)
    snapshot = models.ForeignKey(LoadedSnapshot, models.PROTECT, null=True, related_name="+")
    load = models.ForeignKey(Load, models.PROTECT, null=True, related_name="+")
    trouble = models.CharField("why it could not be published", max_length=500, blank=True)
    meeting = models.CharField("meeting that discussed it", max_length=200, blank=True)
    discussed_on = models.DateField("discussed on", null=True)
    objects = QuarterQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-first_on"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_quarter_ends_after_it_starts", condition=Q(last_on__gt=F("first_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_on:%B} to {self.last_on:%B %Y}"

    @property
    def is_unlocked(self) -> bool:
        """Whether returns may still be made and checked."""
        return self.state in self.UNLOCKED

    @property
    def ends_at(self) -> datetime:
        """The moment from which limits count."""
        return end_of_day(self.last_on)

    @property
    def has_ended(self) -> bool:
        """Whether its last day is over."""
        return timezone.localdate() > self.last_on

    @property
    def months(self) -> tuple[Period, ...]:
        """Its three months."""
        return periods_between(self.first_on, self.last_on, Every.MONTH)
