"""A dispute about a decision: how far it is, and what each side said, stage by stage."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sightline.core.flow import Transitions
from sightline.core.models import Agency, User
from sightline.core.policy import Level, Section
from sightline.core.trust.access import seen_at
from sightline.core.trust.guarded import Protected

LAST_STAGE = 5
INFORMAL_STAGES = 2
"""The first stages are a conversation with the team that holds the record; the others are formal."""


class Escalation(Protected):
    """How far a dispute is, and whose turn it is; what is said in it stands in its words.

    It hangs off any dossier, and knows of the decision no more than what is said. `stage_at` is when this
    stage began; `answerer` the person named to answer it, from the third stage on. `raised_by` is empty for a
    referrer without an account. `is_among_workers`: whoever raised it contributes to the record, so that
    a referrer sees nothing of it. `is_upheld` is empty until it has ended.
    """

    section = Section.OUTLINE

    class States(models.TextChoices):
        """How far it is."""

        RAISED = "raised", "To answer"
        ANSWERED = "answered", "Answered"
        UPHELD = "upheld", "To decide again"
        CLOSED = "closed", "Closed"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.RAISED): "escalation-opened",
        (States.RAISED, States.ANSWERED): "escalation-answered",
        (States.ANSWERED, States.RAISED): "escalation-raised",
        # Nobody answered in time.
        (States.RAISED, States.RAISED): "escalation-raised",
        (States.RAISED, States.UPHELD): "escalation-resolved",
        (States.ANSWERED, States.UPHELD): "escalation-resolved",
        (States.RAISED, States.CLOSED): "escalation-resolved",
        (States.ANSWERED, States.CLOSED): "escalation-resolved",
        (States.UPHELD, States.CLOSED): "decided-again",
    }

    state = models.CharField("state", max_length=20, choices=States.choices, default=States.RAISED)
    stage = models.PositiveSmallIntegerField("stage", default=1)
    is_among_workers = models.BooleanField("the referrer sees nothing of it", default=False)
    raised_at = models.DateTimeField("raised", default=timezone.now)
    raised_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    raised_by_agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    stage_at = models.DateTimeField("this stage began", default=timezone.now)
    answerer = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("this stage was answered", null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField("resolved", null=True)
    is_upheld = models.BooleanField("upheld", null=True)
    has_learning = models.BooleanField("something was learnt from it", default=False)

    plain = Protected.plain | {
        "state",
        "stage",
        "is_among_workers",
        "raised_at",
        "raised_by",
        "raised_by_id",
        "raised_by_agency",
        "raised_by_agency_id",
        "stage_at",
        "answerer",
        "answerer_id",
        "answered_at",
        "answered_by",
        "answered_by_id",
        "resolved_at",
        "is_upheld",
        "has_learning",
    }

    class Meta(Protected.Meta):
        ordering: ClassVar = ["-raised_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["-raised_at", "id"]),
            models.Index(fields=["state", "-raised_at", "id"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_open_dispute_in_each_circle",
                fields=["dossier", "is_among_workers"],
                condition=~Q(state="closed"),
            ),
            models.CheckConstraint(
                name="a_stage_of_1_to_5", condition=Q(stage__gte=1, stage__lte=LAST_STAGE)
            ),
        ]

    def __str__(self) -> str:
        return f"dispute in dossier {self.dossier_id}"

    @property
    def is_formal(self) -> bool:
        """Whether this stage is formal."""
        return self.stage > INFORMAL_STAGES

    @property
    def level(self) -> Level:
        """The level on the record from which its words are seen."""
        return level_of_words(self.is_among_workers)

    @property
    def words(self) -> type[Said]:
        """The table in which its words stand."""
        return WorkersWords if self.is_among_workers else Words


OPEN_STATES = (Escalation.States.RAISED, Escalation.States.ANSWERED)
"""The states in which it has not ended."""


class Said(Protected):
    """One thing that was said in a dispute, at which stage and by whom.

    `name`: who said it, where they have no account.
    """

    class What(models.TextChoices):
        """What it is; the first are said when it is raised, the last when it ends."""

        DISPUTED = "disputed", "What is disputed, and why"
        SAFETY = "safety", "What keeps the child safe meanwhile"
        ANSWER = "answer", "Answer"
        HIGHER = "higher", "Why it goes to the next stage"
        RESOLUTION = "resolution", "How it ended"
        LEARNING = "learning", "What is learnt from it"

    escalation = models.ForeignKey(Escalation, models.PROTECT, related_name="+")
    stage = models.PositiveSmallIntegerField("stage", default=1)
    what = models.CharField("what", max_length=20, choices=What.choices)
    text = models.TextField("words")
    name = models.CharField("who said it", max_length=200, blank=True)
    at = models.DateTimeField("said", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Protected.Meta):
        abstract = True
        ordering: ClassVar = ["at", "pk"]
        indexes: ClassVar = [models.Index(fields=["escalation", "at"])]


class Words(Said):
    """What was said in a dispute that a referrer raised: they see all of it."""

    section = Section.REFERRAL

    def __str__(self) -> str:
        return f"words in dossier {self.dossier_id}"


class WorkersWords(Said):
    """What was said in a dispute among those who contribute to the record."""

    section = Section.DECISION

    def __str__(self) -> str:
        return f"words among workers in dossier {self.dossier_id}"


def level_of_words(is_among_workers: bool) -> Level:
    """The level on the record from which the words of a dispute are seen."""
    return Level.CONTRIBUTE if is_among_workers else Level.RECEIPT


def readable(user: User) -> models.QuerySet[Escalation]:
    """The disputes whose words this person may see; of the others they learn nothing."""
    rows: models.QuerySet[Escalation] = Escalation.objects.visible_to(user)
    for is_among_workers in (False, True):
        if (seen := seen_at(level_of_words(is_among_workers), "dossier_id")) is not None:
            rows = rows.filter(Q(is_among_workers=not is_among_workers) | seen)
    return rows
