"""A concern about a child, section by section."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from sightline.core.flow import Transitions
from sightline.core.models import User
from sightline.core.policy import Section
from sightline.core.trust.guarded import Protected
from sightline.core.trust.sealed import SealedText


class Concern(Protected):
    """Where a concern stands and who has it; what it is about is in its sections."""

    section = Section.OUTLINE
    page = "concern:concern"

    class States(models.TextChoices):
        """Where it stands."""

        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.OPEN): "concern-opened",
        (States.OPEN, States.CLOSED): "concern-closed",
    }

    state = models.CharField("state", max_length=20, choices=States.choices, default=States.OPEN)
    received_at = models.DateTimeField("received", default=timezone.now)
    allocated_to = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    plain = Protected.plain | {"state", "received_at", "allocated_to", "allocated_to_id"}

    class Meta(Protected.Meta):
        ordering: ClassVar = ["-received_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["-received_at", "id"]),
            models.Index(fields=["state", "-received_at", "id"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_concern_to_a_dossier", fields=["dossier"]),
        ]

    def __str__(self) -> str:
        return f"concern of dossier {self.dossier_id}"


class Told(Protected):
    """Who the child is, as whoever raised the concern told it; the person's own record may know better."""

    section = Section.IDENTITY
    born = "born_on"

    given_names = models.CharField("given names", max_length=100, blank=True)
    family_name = models.CharField("family name", max_length=100, blank=True)
    born_on = models.DateField("date of birth", null=True, blank=True)
    address = models.CharField("address", max_length=300, blank=True)

    def __str__(self) -> str:
        return (
            " ".join(filter(None, (self.given_names, self.family_name))) or "A child whose name is not known"
        )


class Referral(Protected):
    """What worries whoever raised the concern, in their words, and what the child says."""

    section = Section.REFERRAL

    referrer = models.CharField("who raised it", max_length=200)
    narrative = models.TextField("what happened")
    wishes = models.TextField("what the child says and wants", blank=True)
    outcome = models.TextField("what was decided, and why", blank=True)

    def __str__(self) -> str:
        return f"referral of dossier {self.dossier_id}"


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
