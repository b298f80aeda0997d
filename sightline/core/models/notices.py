"""What people are told by e-mail, and what of it each of them wants."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from sightline.core.models.people import User


class NoticeKind(models.TextChoices):
    """A kind of news that a person can switch off; the value is stored and never changes."""

    DUE = "due", "What is due from you, and what is late"
    RETURNED = "returned", "What was sent back to you, or accepted"
    PUBLISHED = "published", "A quarter of the dataset was published"
    QUESTION = "question", "Questions about your agency's figures, and answers to yours"
    ACCESS = "access", "Broken glass and conflicts of interest in records that you answer for"


EVERY_DAY = "every-day"
"""Kept as a choice beside the kinds: whether a person wants the daily e-mail at all."""


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> NoticeQuerySet:
        """One's own."""
        return self.filter(user=user)


class Notice(models.Model):
    """One piece of news for one person, sent with the next daily e-mail unless they do not want its kind.

    `text` names no child and gives no figure: an e-mail leaves the installation.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = models.CharField("kind", max_length=20, choices=NoticeKind.choices)
    text = models.CharField("text", max_length=300)
    href = models.CharField("path of the page that it leads to", max_length=200)
    at = models.DateTimeField("when", default=timezone.now)
    sent_at = models.DateTimeField("sent", null=True)
    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        indexes: ClassVar = [models.Index(fields=["user", "sent_at"])]

    def __str__(self) -> str:
        return self.text


class NoticeChoiceQuerySet(models.QuerySet["NoticeChoice"]):
    def visible_to(self, user: User) -> NoticeChoiceQuerySet:
        """One's own."""
        return self.filter(user=user)

    def wanted(self) -> set[str]:
        """What is not refused, of the kinds and `EVERY_DAY`; ask it of one person's rows."""
        refused = self.filter(is_wanted=False).values_list("kind", flat=True)
        return {EVERY_DAY, *NoticeKind.values} - set(refused)


class NoticeChoice(models.Model):
    """Whether a person wants a kind of news by e-mail, or any (`EVERY_DAY`); without a row they do."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = models.CharField("kind", max_length=20, choices=NoticeKind.choices)
    is_wanted = models.BooleanField("wanted")
    objects = NoticeChoiceQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_kind_of_news_is_chosen_once", fields=["user", "kind"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {'yes' if self.is_wanted else 'no'}"
