"""Dossiers: what every record about an identified person hangs off. They hold no personal data themselves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sightline.core.models import Agency, Team
from sightline.core.policy import Section
from sightline.core.trust.guarded import Guarded, Protected


class Dossier(Guarded):
    """The cover of a record: its kind, its reference, who holds it, and how far it is closed off."""

    section = Section.OUTLINE
    dossier_column = "pk"

    class Restriction(models.TextChoices):
        """How far a dossier is closed off."""

        OPEN = "open", "Open: teams count"
        RESTRICTED = "restricted", "Restricted: only people who are named"
        SEALED = "sealed", "Sealed: only people who are named, and nobody else learns that it exists"

    kind = models.CharField("kind", max_length=20)
    reference = models.CharField("reference", max_length=30, unique=True)
    owner_agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    owner_team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    restriction = models.CharField(
        "restriction", max_length=20, choices=Restriction.choices, default=Restriction.OPEN
    )
    own_restriction = models.CharField(
        "restriction by itself, while it is merged with another",
        max_length=20,
        choices=Restriction.choices,
        blank=True,
    )
    opened_at = models.DateTimeField("opened", default=timezone.now)
    closed_at = models.DateTimeField("closed", null=True)
    key_id = models.CharField("name of the key of its sealed sections", max_length=40, blank=True)

    plain = Guarded.plain | {
        "kind",
        "reference",
        "owner_agency",
        "owner_agency_id",
        "owner_team",
        "owner_team_id",
        "restriction",
        "own_restriction",
        "opened_at",
        "closed_at",
    }

    class Meta(Guarded.Meta):
        ordering: ClassVar = ["reference"]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(restriction="sealed"), name="sealed_dossiers"),
        ]

    def __str__(self) -> str:
        return self.reference


class Link(Protected):
    """A dossier is about a person, who has a dossier of their own."""

    section = Section.IDENTITY

    class Part(models.TextChoices):
        """The part that a person plays in a record."""

        SUBJECT = "subject", "The child that it is about"
        SIBLING = "sibling", "Brother or sister"
        CARER = "carer", "Parent or carer"
        OTHER = "other", "Somebody else in it"

    person_dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    part = models.CharField("part", max_length=20, choices=Part.choices, default=Part.SUBJECT)
    at = models.DateTimeField("linked", default=timezone.now)

    plain = Protected.plain | {"person_dossier", "person_dossier_id", "part", "at"}

    class Meta(Protected.Meta):
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_dossier_links_a_person_once", fields=["dossier", "person_dossier"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} is about {self.person_dossier_id}"
