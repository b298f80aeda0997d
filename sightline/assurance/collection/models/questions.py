"""Questions about figures: who raised one and where, what was answered, and what followed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sightline.core.flow import Transitions
from sightline.core.models import Agency, User
from sightline.core.permissions import Permission


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions, by who may read them."""

    def visible_to(self, user: User) -> QuestionQuerySet:
        """All for whoever may read the dataset: a question belongs beside its figure."""
        shown = self.all() if user.may(Permission.READ_DATASET) else self.none()
        return shown.select_related("agency", "raised_by", "answered_by", "closed_by")


class Question(models.Model):
    """A question that somebody raised about a figure.

    The figure is kept as it was shown: its period, its value in words and the snapshot that it came from.
    `is_small` says that those words may not be published, so that they are shown only to whoever may see
    small numbers. `agency` is the one that was asked; without one the business unit answers.
    """

    class States(models.TextChoices):
        """How far it is."""

        RAISED = "raised", "Waiting for an answer"
        ANSWERED = "answered", "Answered"
        CLOSED = "closed", "Closed"

    class Outcomes(models.TextChoices):
        """What followed from it."""

        ACTION = "action", "An action was agreed"
        DEFINITION = "definition", "The indicator's definition was changed or split"
        ACCEPTED = "accepted", "The answer was accepted, nothing more is needed"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.RAISED): "question-raised",
        (States.RAISED, States.ANSWERED): "question-answered",
        (States.ANSWERED, States.CLOSED): "question-closed",
    }

    indicator = models.CharField("key of the indicator", max_length=100)
    period = models.CharField("period of the figure", max_length=60, blank=True)
    value = models.CharField("the figure as it was shown", max_length=200, blank=True)
    snapshot_id = models.CharField("snapshot that it came from", max_length=16, blank=True)
    is_small = models.BooleanField("the figure must not be published", default=False)
    text = models.TextField("question", max_length=2000)
    meeting = models.CharField("raised at", max_length=200, blank=True)
    raised_on = models.DateField("raised on")
    raised_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    raised_at = models.DateTimeField("entered", default=timezone.now)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField("state", max_length=20, choices=States.choices, default=States.RAISED)
    answer = models.TextField("answer", max_length=4000, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("answered", null=True)
    outcome = models.CharField("what followed", max_length=20, choices=Outcomes.choices, blank=True)
    outcome_text = models.CharField("in words", max_length=500, blank=True)
    owner = models.CharField("who owns the action", max_length=200, blank=True)
    action_due_on = models.DateField("action due on", null=True)
    definition = models.CharField("key of the definition that changed", max_length=100, blank=True)
    definition_from = models.DateField("first day of the new definition", null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField("closed", null=True)
    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-raised_on", "-pk"]
        indexes: ClassVar = [models.Index(fields=["indicator"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_closed_question_says_what_followed",
                condition=~Q(state="closed") | (~Q(outcome="") & ~Q(answer="")),
            ),
        ]

    def __str__(self) -> str:
        return f"Question {self.pk}"
