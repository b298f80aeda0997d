"""What a referrer without an account leaves: a form that is not sent yet, the way back to one that was."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from sightline.core.models import User
from sightline.core.policy import Section
from sightline.core.trust.guarded import Protected


class UnsentQuerySet(models.QuerySet["Unsent"]):
    """Forms that are not sent, which nobody sees by who they are, but by the key alone."""

    def visible_to(self, user: User) -> UnsentQuerySet:
        """None, whoever it is."""
        return self.none()


class Unsent(models.Model):
    """A referral form that somebody has begun, sealed under a key that stands in their link and nowhere here.

    So it belongs to no plane: whoever has the database cannot read it, and the hub does not know of it. It is
    deleted once it is sent, and some days after it was last saved.
    """

    key_hash = models.CharField("hash of the link's key", max_length=64, primary_key=True)
    sealed = models.BinaryField("the form, sealed")
    begun_at = models.DateTimeField("begun", default=timezone.now)
    saved_at = models.DateTimeField("last saved", default=timezone.now, db_index=True)
    objects = UnsentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-saved_at"]

    def __str__(self) -> str:
        return f"a form begun {self.begun_at:%d %B %Y}"


class ReceiptLink(Protected):
    """The way in which a referrer without an account sees what became of it: by a key that only they have."""

    section = Section.REFERRER

    key_hash = models.CharField("hash of the link's key", max_length=64, unique=True)
    made_at = models.DateTimeField("made", default=timezone.now)
    ended_at = models.DateTimeField("ended", null=True)

    def __str__(self) -> str:
        return f"receipt of dossier {self.dossier_id}"
