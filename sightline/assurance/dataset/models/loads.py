"""Loads: what an agency hands in at one time, from its files to its place in the current snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sightline.assurance.dataset.models.snapshots import LoadedSnapshot
from sightline.core.models import Agency, StoredFile, User
from sightline.core.permissions import Permission
from sightline.facts.manifest import SourceFile, source_from_json


class LoadQuerySet(models.QuerySet["Load"]):
    """Loads, by who may see them and by what becomes of them."""

    def visible_to(self, user: User) -> LoadQuerySet:
        """All loads for whoever keeps the dataset, their own agency's for an agency's lead."""
        if user.may(Permission.KEEP_DATASET):
            return self.all()
        if not user.may(Permission.LOAD_EXTRACT) or user.agency_id is None:
            return self.none()
        return self.filter(agency=user.agency_id)

    def confirmed(self) -> LoadQuerySet:
        """Those whose rows are in the current snapshot, in the order in which they came."""
        return self.filter(state=Load.States.CONFIRMED).order_by("pk")

    def beside(self, load: Load) -> LoadQuerySet:
        """Those that are in the dataset with a load, or without it, once what was decided on it is done.

        What Sightline itself recorded takes the place of what it had recorded before.
        """
        others = self.confirmed().exclude(pk=load.pk)
        is_replacing = load.is_own and load.asked == Load.Asked.CONFIRM
        return others.filter(is_own=False) if is_replacing else others

    def own(self) -> LoadQuerySet:
        """Sightline's own records that are in the dataset, or on their way there; the latest last."""
        coming = Q(state=Load.States.READ, asked=Load.Asked.CONFIRM)
        held = Q(state=Load.States.CONFIRMED) & ~Q(asked=Load.Asked.WITHDRAW)
        return self.filter(coming | held, is_own=True).order_by("pk")

    def in_use(self) -> LoadQuerySet:
        """Those that are in the dataset, or may still come into it."""
        return self.filter(state__in=(Load.States.RECEIVED, Load.States.READ, Load.States.CONFIRMED))


@dataclass(frozen=True, slots=True)
class FileSaid:
    """What became of one file (or set of files) of a load: its entry in the manifest, or why it has none."""

    name: str
    format: str
    source: SourceFile | None
    error: str


class Load(models.Model):
    """What an agency hands in at one time. Its files are read, somebody looks, then it counts or it does not.

    `is_own`: nobody handed it in, it is what Sightline itself recorded; the next one takes its place
    (`replaced_by`). `same_at` is when the records were looked at again and had not changed.
    `part` is the folder of the snapshot of its files alone. `asked` says what a worker is at work on after
    somebody decided; the state changes when that is done. `agency` is empty for what the command line loaded.
    `token` tells one sending of the form from the next, so that sending it twice makes one load.
    """

    class States(models.TextChoices):
        RECEIVED = "received", "Received"
        READ = "read", "Waiting for a decision"
        UNREADABLE = "unreadable", "Could not be read"
        CONFIRMED = "confirmed", "In the dataset"
        DISCARDED = "discarded", "Discarded"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Asked(models.TextChoices):
        NOTHING = "", "Nothing"
        CONFIRM = "confirm", "To be confirmed"
        WITHDRAW = "withdraw", "To be withdrawn"

    TRANSITIONS: ClassVar[Mapping[tuple[str | None, str], str]] = {
        (None, States.RECEIVED): "load-received",
        (None, States.CONFIRMED): "load-confirmed",
        (States.RECEIVED, States.READ): "load-read",
        (States.RECEIVED, States.UNREADABLE): "load-refused",
        (States.READ, States.CONFIRMED): "load-confirmed",
        (States.READ, States.DISCARDED): "load-discarded",
        (States.CONFIRMED, States.WITHDRAWN): "load-withdrawn",
    }

    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    files = models.ManyToManyField(StoredFile, through="LoadFile", related_name="+")
    extracted_on = models.DateField("extracted on, where a file's name does not say it", null=True)
    state = models.CharField("state", max_length=20, choices=States.choices, default=States.RECEIVED)
    asked = models.CharField("being done", max_length=10, choices=Asked.choices, blank=True)
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField("received", default=timezone.now)
    part = models.CharField("folder of the snapshot of its own files", max_length=500, blank=True)
    said = models.JSONField("what became of each file", default=list)
    snapshot = models.ForeignKey(LoadedSnapshot, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("decided", null=True)
    why = models.CharField("why", max_length=300, blank=True)
    trouble = models.TextField("why what was asked was not done", blank=True)
    doing = models.CharField("what the worker does now", max_length=100, blank=True)
    done = models.PositiveSmallIntegerField("steps done", default=0)
    steps = models.PositiveSmallIntegerField("steps in all", default=0)
    moved_at = models.DateTimeField("when it last moved", default=timezone.now)
    is_own = models.BooleanField("Sightline's own records", default=False)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    same_at = models.DateTimeField("when the records were last found to be the same", null=True)
    token = models.UUIDField("sending of the form", default=uuid4, unique=True, editable=False)
    objects = LoadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-received_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_load_thrown_out_has_a_reason",
                condition=~Q(state__in=["discarded", "withdrawn"]) | ~Q(why=""),
            ),
        ]

    def __str__(self) -> str:
        return f"load {self.pk}"

    @property
    def outcomes(self) -> Sequence[FileSaid]:
        """What became of each of its files, once they have been read."""
        return [
            FileSaid(
                one["name"],
                one["format"],
                source_from_json(one["entry"]) if one["entry"] else None,
                one["error"],
            )
            for one in self.said
        ]

    @property
    def is_in_hand(self) -> bool:
        """Whether a worker has something to do with it."""
        return self.state == self.States.RECEIVED or bool(self.asked)


class LoadFileQuerySet(models.QuerySet["LoadFile"]):
    """Files of loads, by who may see the load."""

    def visible_to(self, user: User) -> LoadFileQuerySet:
        """Those of the loads that this person may see."""
        return self.filter(load__in=Load.objects.visible_to(user))


class LoadFile(models.Model):
    """A file's place in a load."""

    load = models.ForeignKey(Load, models.CASCADE, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField("place, from 0")
    objects = LoadFileQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["load", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_file_stands_once_in_a_load", fields=["load", "position"]),
        ]

    def __str__(self) -> str:
        return f"{self.file} of {self.load}"
