"""Agreements: what the executive agreed with each agency that it returns, and by when."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from sightline.clocks import Limit
from sightline.core.models import Agency, User
from sightline.core.permissions import Permission
from sightline.facts.sources import FORMATS
from sightline.indicators.definitions import INDICATORS

COMMENTARY = "commentary"
"""The item of an agreement for the quarterly commentary form."""


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Agreements, by day and by who may read them."""

    def in_force(self, on: date) -> AgreementQuerySet:
        """Those in force on a day."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=on), from_on__lte=on)

    def visible_to(self, user: User) -> AgreementQuerySet:
        """Every agency's for whoever checks returns, their own agency's for an agency's lead."""
        if user.may(Permission.CHECK_RETURNS):
            return self.all()
        is_lead = user.may(Permission.MAKE_RETURN) and user.agency_id
        return self.filter(agency=user.agency_id) if is_lead else self.none()


class Agreement(models.Model):
    """One thing that an agency returns each quarter, from one day until another, both included.

    `item` is a format's key for an extract, an indicator's key for a plain figure, `COMMENTARY` for the
    commentary form; `about` are then the keys of the indicators that this agency speaks for. `limit` counts
    from the end of the quarter, as `clocks.Limit` is written.
    """

    class Kinds(models.TextChoices):
        """What is returned, in what shape."""

        EXTRACT = "extract", "An extract from its own system"
        FIGURE = "figure", "A plain figure for each month"
        COMMENTARY = "commentary", "The quarterly commentary"

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    kind = models.CharField("kind", max_length=20, choices=Kinds.choices)
    item = models.CharField("what is returned", max_length=100)
    about = models.JSONField("indicators that the commentary is asked about", default=list)
    from_on = models.DateField("from")
    until_on = models.DateField("until", null=True, blank=True)
    limit = models.CharField("limit after the quarter's end", max_length=40)
    agreed_on = models.DateField("agreed on")
    agreed_by = models.CharField("body that agreed it", max_length=200)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField("entered", default=timezone.now)
    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["agency__name", "kind", "item", "from_on"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_agreement_ends_after_it_starts",
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} from {self.agency}"

    @property
    def title(self) -> str:
        """What is returned, in words."""
        if self.kind == self.Kinds.COMMENTARY:
            return "Commentary"
        if self.kind == self.Kinds.EXTRACT:
            return FORMATS[self.item].title if self.item in FORMATS else self.item
        return INDICATORS[self.item].title if self.item in INDICATORS else self.item

    @property
    def agreed_limit(self) -> Limit:
        """The limit as the clock counts it."""
        return Limit.parse(self.limit)
