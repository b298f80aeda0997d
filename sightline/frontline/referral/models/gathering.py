"""What is gathered before a decision: the first look, what agencies answer, what is closely held."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sightline.core.flow import Transitions
from sightline.core.models import Agency, User
from sightline.core.policy import Section
from sightline.core.trust.guarded import Protected
from sightline.core.trust.sealed import SealedText
from sightline.frontline.referral.models.contact import Rating


class Screening(Protected):
    """A rating that was given, by whom and why: at screening, and each time that it was changed."""

    section = Section.DECISION

    rating = models.CharField("rating", max_length=10, choices=Rating.choices)
    words = models.TextField("why")
    at = models.DateTimeField("given", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Protected.Meta):
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"screening of dossier {self.dossier_id}"


class Request(Protected):
    """That an agency was asked what it knows, and whether it answered; its clock is C03, from the asking."""

    section = Section.OUTLINE

    class States(models.TextChoices):
        """How far it is."""

        ASKED = "asked", "Asked"
        ANSWERED = "answered", "Answered"
        WITHDRAWN = "withdrawn", "Withdrawn"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.ASKED): "agency-asked",
        (States.ASKED, States.ANSWERED): "agency-answered",
        (States.ASKED, States.WITHDRAWN): "agency-asked-no-more",
    }

    state = models.CharField("state", max_length=20, choices=States.choices, default=States.ASKED)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    rating = models.CharField("rating when asked", max_length=10, choices=Rating.choices, blank=True)
    asked_at = models.DateTimeField("asked", default=timezone.now)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("answered", null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    plain = Protected.plain | {
        "state",
        "agency",
        "agency_id",
        "rating",
        "asked_at",
        "asked_by",
        "asked_by_id",
        "answered_at",
        "answered_by",
        "answered_by_id",
    }

    class Meta(Protected.Meta):
        ordering: ClassVar = ["asked_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="an_agency_is_asked_once_at_a_time",
                fields=["dossier", "agency"],
                condition=Q(state="asked"),
            ),
        ]

    def __str__(self) -> str:
        return f"request of dossier {self.dossier_id} to {self.agency}"


class Question(Protected):
    """What an agency is asked, in words."""

    section = Section.CHECKS

    request = models.OneToOneField(Request, models.PROTECT, related_name="+")
    text = models.TextField("question")

    def __str__(self) -> str:
        return f"question of dossier {self.dossier_id}"


class Answer(Protected):
    """What an agency knows, for those alone who must decide; other agencies that were asked do not see it."""

    section = Section.INFORMATION

    request = models.OneToOneField(Request, models.PROTECT, related_name="+")
    text = SealedText("answer")
    is_nothing_known = models.BooleanField("the agency knows nothing of them", default=False)
    may_be_shared = models.BooleanField("the family may be told this", default=False)

    def __str__(self) -> str:
        return f"answer of dossier {self.dossier_id}"


class PoliceIntelligence(Protected):
    """What the police know, for those alone who must act on it."""

    section = Section.POLICE_INTELLIGENCE

    text = SealedText("intelligence")
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField("added", default=timezone.now)

    class Meta(Protected.Meta):
        ordering: ClassVar = ["added_at", "pk"]

    def __str__(self) -> str:
        return f"police intelligence of dossier {self.dossier_id}"


class ProtectedLocation(Protected):
    """Where the child is, kept from those who would do harm: in no output unless it is asked for by name."""

    section = Section.PROTECTED_LOCATION

    text = SealedText("address")
    keep_from = SealedText("never tell")
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField("added", default=timezone.now)

    class Meta(Protected.Meta):
        ordering: ClassVar = ["added_at", "pk"]

    def __str__(self) -> str:
        return f"protected location of dossier {self.dossier_id}"
