"""A call to the consultation line: when it came and what became of it, and apart from that what was said."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sightline.core.flow import Transitions
from sightline.core.models import Agency, User
from sightline.core.policy import Section
from sightline.core.trust.guarded import Protected


class Call(Protected):
    """When a call came, from which agency, how long the caller waited, and how far it is.

    A call that nobody answered is closed from the start and has no words. `wait_seconds` is empty where
    nobody knows it. The child, as far as told, is a `Told` of the same dossier: so a call becomes a contact
    without anything being written again.
    """

    section = Section.OUTLINE
    page = "consultation:call"

    class States(models.TextChoices):
        """Where it stands."""

        LOGGED = "logged", "Not finished"
        REFERRED = "referred", "Became a referral"
        CLOSED = "closed", "Closed"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.LOGGED): "call-logged",
        (None, States.CLOSED): "call-abandoned",
        (States.LOGGED, States.REFERRED): "call-became-referral",
        (States.LOGGED, States.CLOSED): "call-closed",
    }

    state = models.CharField("state", max_length=20, choices=States.choices, default=States.LOGGED)
    called_at = models.DateTimeField("called", default=timezone.now)
    wait_seconds = models.PositiveIntegerField("seconds until it was answered or given up", null=True)
    was_abandoned = models.BooleanField("the caller gave up before anybody answered", default=False)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    logged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    plain = Protected.plain | {
        "state",
        "called_at",
        "wait_seconds",
        "was_abandoned",
        "agency",
        "agency_id",
        "logged_by",
        "logged_by_id",
    }

    class Meta(Protected.Meta):
        ordering: ClassVar = ["-called_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["-called_at", "id"]),
            models.Index(fields=["state", "-called_at", "id"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_call_to_a_dossier", fields=["dossier"]),
            models.CheckConstraint(
                name="an_abandoned_call_is_closed", condition=Q(was_abandoned=False) | Q(state="closed")
            ),
        ]

    def __str__(self) -> str:
        return f"call of dossier {self.dossier_id}"

    @property
    def outcome(self) -> str:
        """What became of it, in words."""
        if self.was_abandoned:
            return "Caller gave up"
        return "Advice given" if self.state == self.States.CLOSED else self.get_state_display()


class Consulted(Protected):
    """What was asked and what was advised; the caller reads it too, where they have an account."""

    section = Section.REFERRAL

    caller = models.CharField("who rang", max_length=200)
    question = models.TextField("what they told and asked")
    wishes = models.TextField("what the child says and wants", blank=True)
    advice = models.TextField("what they were advised", blank=True)

    class Meta(Protected.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_consultation_to_a_dossier", fields=["dossier"]),
        ]

    def __str__(self) -> str:
        return f"consultation of dossier {self.dossier_id}"


class Caller(Protected):
    """How the caller is reached, for whoever works on the call."""

    section = Section.REFERRER

    role = models.CharField("their role", max_length=200, blank=True)
    telephone = models.CharField("telephone", max_length=50, blank=True)
    email = models.EmailField("e-mail address", blank=True)

    class Meta(Protected.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_caller_to_a_dossier", fields=["dossier"]),
        ]

    def __str__(self) -> str:
        return f"caller of dossier {self.dossier_id}"
