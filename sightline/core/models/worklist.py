"""What a person last chose to see of the worklist."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from sightline.core.models.people import User


class WorklistChoiceQuerySet(models.QuerySet["WorklistChoice"]):
    """Choices, by who may see them."""

    def visible_to(self, user: User) -> WorklistChoiceQuerySet:
        """One's own."""
        return self.filter(user=user)


class WorklistChoice(models.Model):
    """The filters of the worklist that a person chose last, as the address of the page has them."""

    user = models.OneToOneField(User, models.PROTECT, related_name="+", primary_key=True)
    query = models.CharField("filters", max_length=200, blank=True)
    objects = WorklistChoiceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["user"]

    def __str__(self) -> str:
        return self.query or "everything"
