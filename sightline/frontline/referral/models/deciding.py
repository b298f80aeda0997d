"""What was decided, what the referrer was told of it, and to whom the work passed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sightline.core.flow import Transitions
from sightline.core.models import Agency, Team, User
from sightline.core.policy import Section
from sightline.core.trust.guarded import Protected
from sightline.facts.tables import DECISION
from sightline.facts.tables import NOT_ACCEPTED as NOT_ACCEPTED_CODES
from sightline.frontline.threshold.models import Level, Version


class Outcome(models.TextChoices):
    """What was decided; the values are those of the facts."""

    NO_FURTHER_ACTION = "no-further-action", "No further action, with advice"
    EARLY_HELP = "early-help", "Early help"
    ASSESSMENT = "assessment", "Assessment by social care"
    STRATEGY_DISCUSSION = "strategy-discussion", "Strategy discussion"
    OPEN_CASE = "open-case", "To the team that has the child already"
    OTHER_AUTHORITY = "other-authority", "To another authority"


class NotAccepted(models.TextChoices):
    """Why a contact was not accepted; the values are those of the facts."""

    BELOW_THRESHOLD = "below-threshold", "The need is below the level asked for"
    INSUFFICIENT_INFORMATION = "insufficient-information", "Too little was told, and could not be found out"
    DUPLICATE = "duplicate", "The same was told before, and is being dealt with"
    WRONG_AREA = "wrong-area", "The child does not live here"
    NO_CONSENT = "no-consent", "The family does not agree, and the law does not let it go on without them"


OUTCOMES: Mapping[str, str] = dict(Outcome.choices)
NOT_ACCEPTED: Mapping[str, str] = dict(NotAccepted.choices)
if set(OUTCOMES) != DECISION or set(NOT_ACCEPTED) != NOT_ACCEPTED_CODES:
    raise RuntimeError("what can be decided is not what the facts know")


class Decision(Protected):
    """What a manager decided, against which thresholds, and why. A later one takes the place of an earlier.

    Only no further action asks why it was not accepted.
    """

    section = Section.DECISION

    outcome = models.CharField("decision", max_length=30, choices=Outcome.choices)
    level = models.PositiveSmallIntegerField("level of need", choices=Level.choices)
    thresholds = models.ForeignKey(Version, models.PROTECT, related_name="+")
    reasons = models.TextField("why")
    not_accepted = models.CharField(
        "why not accepted", max_length=30, choices=NotAccepted.choices, blank=True
    )
    quality_score = models.PositiveSmallIntegerField("how good the referral was, 0 to 3", null=True)
    at = models.DateTimeField("decided", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    replaced_at = models.DateTimeField("replaced by a later one", null=True)

    plain = Protected.plain | {"level", "not_accepted", "quality_score"}

    class Meta(Protected.Meta):
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_decision_in_force", fields=["dossier"], condition=Q(replaced_at=None)
            ),
            models.CheckConstraint(
                name="no_further_action_says_why",
                condition=(Q(outcome="no-further-action") & ~Q(not_accepted=""))
                | (~Q(outcome="no-further-action") & Q(not_accepted="")),
            ),
            models.CheckConstraint(
                name="a_score_of_0_to_3", condition=Q(quality_score=None) | Q(quality_score__lte=3)
            ),
        ]

    def __str__(self) -> str:
        return f"decision of dossier {self.dossier_id}"


class Dissent(Protected):
    """Somebody who took part and does not agree with the decision, and why."""

    section = Section.DECISION

    words = models.TextField("why they do not agree")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("said", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Protected.Meta):
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"dissent of dossier {self.dossier_id}"


class Feedback(Protected):
    """What the referrer was told: the next step, or what was decided and why, and what is offered instead.

    `outcome`, `level` and `not_accepted` are empty until there is a decision.
    """

    section = Section.REFERRAL

    words = models.TextField("what they were told")
    outcome = models.CharField("decision", max_length=30, choices=Outcome.choices, blank=True)
    level = models.PositiveSmallIntegerField("level of need", choices=Level.choices, null=True)
    not_accepted = models.CharField(
        "why not accepted", max_length=30, choices=NotAccepted.choices, blank=True
    )
    alternative = models.TextField("what is offered instead", blank=True)
    quality = models.TextField("what was good in the referral, and what was missing", blank=True)
    at = models.DateTimeField("told", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Protected.Meta):
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"feedback of dossier {self.dossier_id}"


class HandOver(Protected):
    """That the work is offered to another team, who accept it or send it back; the sender holds it till then.

    `to_team` is empty where it goes to another authority: the hub then notes what was answered.
    """

    section = Section.OUTLINE

    class States(models.TextChoices):
        """How far it is."""

        OFFERED = "offered", "Offered"
        ACCEPTED = "accepted", "Accepted"
        RETURNED = "returned", "Sent back"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.OFFERED): "hand-over-offered",
        (States.OFFERED, States.ACCEPTED): "hand-over-accepted",
        (States.OFFERED, States.RETURNED): "hand-over-returned",
    }

    state = models.CharField("state", max_length=20, choices=States.choices, default=States.OFFERED)
    to_team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    offered_at = models.DateTimeField("offered", default=timezone.now)
    offered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("accepted or sent back", null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    plain = Protected.plain | {
        "state",
        "to_team",
        "to_team_id",
        "offered_at",
        "offered_by",
        "offered_by_id",
        "answered_at",
        "answered_by",
        "answered_by_id",
    }

    class Meta(Protected.Meta):
        ordering: ClassVar = ["offered_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_hand_over_at_a_time", fields=["dossier"], condition=Q(state="offered")
            ),
        ]

    def __str__(self) -> str:
        return f"hand-over of dossier {self.dossier_id}"


class HandOverWords(Protected):
    """What the receiver is asked to do, and why they sent it back."""

    section = Section.DECISION

    hand_over = models.OneToOneField(HandOver, models.PROTECT, related_name="+")
    route = models.CharField("what for", max_length=30, choices=Outcome.choices)
    authority = models.CharField("which authority", max_length=200, blank=True)
    words = models.TextField("what is asked")
    answer = models.TextField("what was answered", blank=True)

    def __str__(self) -> str:
        return f"hand-over of dossier {self.dossier_id} in words"
