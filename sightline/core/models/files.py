"""Files that people hand in: what is kept of each, and who may open it."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sightline.core.models.people import Agency, User
from sightline.core.permissions import Permission


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    """Files, by who may open them."""

    def visible_to(self, user: User) -> StoredFileQuerySet:
        """Every agency's for whoever checks them, their own agency's for an agency's lead."""
        if not user.may(Permission.OPEN_FILES):
            return self.none()
        own = self.filter(agency=user.agency_id) if user.agency_id else self.none()
        return self.all() if user.may(Permission.CHECK_RETURNS) else own


class StoredFile(models.Model):
    """A file as somebody handed it in. Its bytes lie under `id`, a random name, outside the web root.

    `content_type` is what the bytes themselves say, never what the sender said. A deleted file keeps its
    row, with who deleted it and why; the bytes are gone.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField("name as handed in", max_length=255)
    content_type = models.CharField("type, by its content", max_length=100)
    size = models.PositiveBigIntegerField("bytes")
    sha256 = models.CharField("SHA-256", max_length=64)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    stored_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    stored_at = models.DateTimeField("handed in", default=timezone.now)
    deleted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    deleted_at = models.DateTimeField("deleted", null=True)
    deleted_why = models.CharField("why it was deleted", max_length=300, blank=True)
    objects = StoredFileQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-stored_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_deleted_file_has_a_reason", condition=Q(deleted_at=None) | ~Q(deleted_why="")
            ),
        ]

    def __str__(self) -> str:
        return self.name
