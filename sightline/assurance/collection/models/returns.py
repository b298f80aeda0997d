"""Returns: what one agency owes for one quarter under one agreement, and the plain figures that it types."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sightline.assurance.collection.models.agreements import Agreement
from sightline.assurance.collection.models.quarters import Quarter
from sightline.assurance.dataset.models import Load
from sightline.assurance.questionnaire.models import Response
from sightline.clocks import CLOCKS, State, state
from sightline.core.flow import Transitions
from sightline.core.models import Agency, User
from sightline.core.permissions import Permission

CLOCK = CLOCKS["dataset-return"]


class Quality(models.TextChoices):
    """How far what was returned can be trusted, as the agency says itself."""

    COMPLETE = "complete", "Complete"
    PARTIAL = "partial", "Partial: something is left out"
    ESTIMATED = "estimated", "Estimated"
    MISSING = "missing", "Missing: there is no figure"


class ReturnQuerySet(models.QuerySet["Return"]):
    """Returns, by who may see that they are due, and by who may see what is in them."""

    def visible_to(self, user: User) -> ReturnQuerySet:
        """All for whoever may read the dataset: a missing return is named to everybody who reads figures."""
        shown = self.all() if user.may(Permission.READ_DATASET) else self.none()
        return shown.select_related("quarter", "agreement__agency", "load", "response")

    def open_to(self, user: User) -> ReturnQuerySet:
        """Those whose content this person may read: an agency's lead their own, whoever checks them all."""
        if user.may(Permission.CHECK_RETURNS):
            return self
        is_lead = user.may(Permission.MAKE_RETURN) and user.agency_id
        return self.filter(agreement__agency=user.agency_id) if is_lead else self.none()


class Return(models.Model):
    """One thing that an agency owes for a quarter.

    An extract is the `load` that was handed in last, a commentary the `response` that was sent out last.
    `due_on` is a copy of the clock's due day, which a return that was sent back keeps. `quality` and `why`
    are the agency's own words on it; `note` is the analyst's. Late is no state: the clock says it.
    """

    class States(models.TextChoices):
        """How far it is; the words that stand on the pages."""

        AWAITED = "awaited", "Awaited"
        SUBMITTED = "submitted", "Submitted"
        CHECKED = "checked", "Accepted"
        RETURNED = "returned", "Sent back"
        MISSING = "missing", "Missing"
        PUBLISHED = "published", "Published"
        DISCUSSED = "discussed", "Discussed"
        ACCEPTED = "accepted", "Noted by the Board"
        ACTED_ON = "acted-on", "Acted on"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.AWAITED): "return-requested",
        (States.AWAITED, States.SUBMITTED): "return-received",
        (States.RETURNED, States.SUBMITTED): "return-received",
        (States.MISSING, States.SUBMITTED): "return-received",
        (States.SUBMITTED, States.CHECKED): "return-checked",
        (States.SUBMITTED, States.RETURNED): "return-sent-back",
        (States.CHECKED, States.RETURNED): "return-sent-back",
        (States.PUBLISHED, States.RETURNED): "return-sent-back",
        (States.DISCUSSED, States.RETURNED): "return-sent-back",
        (States.CHECKED, States.PUBLISHED): "return-published",
        (States.AWAITED, States.MISSING): "return-missed",
        (States.RETURNED, States.MISSING): "return-missed",
        (States.PUBLISHED, States.DISCUSSED): "return-discussed",
        (States.DISCUSSED, States.ACCEPTED): "return-accepted",
        (States.DISCUSSED, States.ACTED_ON): "return-acted-on",
    }
    WITH_AGENCY: ClassVar = frozenset({States.AWAITED, States.RETURNED, States.MISSING})
    """The states in which the agency has something to do while the quarter is not locked."""

    quarter = models.ForeignKey(Quarter, models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    state = models.CharField("state", max_length=20, choices=States.choices, default=States.AWAITED)
    due_on = models.DateField("due on")
    load = models.ForeignKey(Load, models.PROTECT, null=True, related_name="+")
    response = models.ForeignKey(Response, models.PROTECT, null=True, related_name="+")
    signed_off_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_off_at = models.DateTimeField("signed off", null=True)
    quality = models.CharField("how complete", max_length=20, choices=Quality.choices, blank=True)
    why = models.CharField("why it is not complete", max_length=500, blank=True)
    note = models.CharField("note of whoever checked it", max_length=500, blank=True)
    outcome = models.CharField("what the Board did about it", max_length=500, blank=True)
    objects = ReturnQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["agreement__agency__name", "agreement__kind", "agreement__item"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="an_agreement_gives_one_return_a_quarter", fields=["quarter", "agreement"]
            ),
            models.CheckConstraint(
                name="a_return_that_is_not_complete_says_why",
                condition=Q(quality__in=["", Quality.COMPLETE]) | ~Q(why=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} for {self.quarter}"

    @property
    def agency(self) -> Agency:
        """The agency that owes it."""
        return self.agreement.agency

    @property
    def agency_id(self) -> int:
        """The agency that this record belongs to."""
        return self.agreement.agency_id

    @property
    def is_with_agency(self) -> bool:
        """Whether the agency may still work on it."""
        return self.quarter.is_unlocked and self.state in self.WITH_AGENCY

    @property
    def received_at(self) -> datetime | None:
        """When what now stands came in; None for what never came or was sent back."""
        return None if self.state in self.WITH_AGENCY else self.signed_off_at

    def standing(self, now: datetime) -> State:
        """How its clock stands: what was sent back counts as not yet received."""
        return state(CLOCK, self.quarter.last_on, self.received_at, now, self.agreement.agreed_limit)


class TypedFigureQuerySet(models.QuerySet["TypedFigure"]):
    """Typed figures, by who may see them before they are published with the dataset."""

    def visible_to(self, user: User) -> TypedFigureQuerySet:
        """Every agency's for whoever checks returns, their own agency's for an agency's lead."""
        if user.may(Permission.CHECK_RETURNS):
            return self.all()
        is_lead = user.may(Permission.MAKE_RETURN) and user.agency_id
        return self.filter(made__agreement__agency=user.agency_id) if is_lead else self.none()


class TypedFigure(models.Model):
    """A plain figure of one month as an agency typed it: whole numbers, never a percentage.

    A count has no denominator. One whose quality is missing has neither, and says so.
    """

    made = models.ForeignKey(Return, models.PROTECT, related_name="+")
    first_on = models.DateField("first day counted")
    last_on = models.DateField("last day counted")
    numerator = models.PositiveIntegerField("numerator", null=True)
    denominator = models.PositiveIntegerField("denominator", null=True)
    quality = models.CharField("quality", max_length=20, choices=Quality.choices)
    typed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    typed_at = models.DateTimeField("typed", default=timezone.now)
    objects = TypedFigureQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["made", "last_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_month_is_typed_once", fields=["made", "last_on"]),
            models.CheckConstraint(
                name="a_typed_figure_has_a_number_or_is_missing",
                condition=Q(quality=Quality.MISSING, numerator=None, denominator=None)
                | (~Q(quality=Quality.MISSING) & Q(numerator__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.made}: {self.last_on:%B %Y}"
