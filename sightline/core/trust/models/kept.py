"""What somebody has typed into a form and not sent yet."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone

from sightline.core.models import User
from sightline.core.policy import Section
from sightline.core.trust.guarded import Protected
from sightline.core.trust.sealed import SealedText


class Typed(models.Model):
    """The text of one person in one form: theirs alone until they send it.

    `form` is the digest of the form's address. `text` holds the fields by name, as JSON. What is set aside is
    not filled in when the form opens, and can be taken back.
    """

    form = models.UUIDField("form")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = SealedText("text")
    kept_at = models.DateTimeField("kept", default=timezone.now, db_index=True)
    is_set_aside = models.BooleanField("set aside", default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"what {self.user_id} has typed"


class Kept(Typed, Protected):
    """What is typed into a form about a record; it goes with the record."""

    section = Section.UNFINISHED
    only_of = "user_id"
    plain = Protected.plain | {"form", "user", "user_id", "kept_at", "is_set_aside"}

    class Meta(Protected.Meta):
        verbose_name_plural = "kept texts"
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_text_in_a_form", fields=["dossier", "form", "user"])
        ]


class BegunQuerySet(models.QuerySet["Begun"]):
    """Texts of forms about what is no record yet."""

    def visible_to(self, user: User) -> BegunQuerySet:
        """Their own, and nobody else's."""
        return self.filter(user=user)


class Begun(Typed):
    """What is typed into a form that makes a record: sealed under a key of its own, destroyed with it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    key_id = models.CharField("key", max_length=32)
    objects = BegunQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "begun texts"
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_text_in_a_form_without_a_record", fields=["form", "user"])
        ]
