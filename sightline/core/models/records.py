"""The records that every process leaves: audit events, changes of status, runs of clocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from sightline.core.models.people import Agency, User
from sightline.core.permissions import Permission


class Immutable(Exception):
    """A record that only ever grows was about to be changed or removed."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows that can be added and read, never changed or removed."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse: raises `Immutable`."""
        raise Immutable(f"{self.model.__name__} rows are never changed")

    def delete(self) -> NoReturn:
        """Refuse: raises `Immutable`."""
        raise Immutable(f"{self.model.__name__} rows are never removed")

    def bulk_update(
        self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None
    ) -> NoReturn:
        """Refuse: raises `Immutable`."""
        raise Immutable(f"{self.model.__name__} rows are never changed")

    def visible_to(self, user: User) -> AppendOnlyQuerySet:
        """All rows for whoever may read the audit log, none for anybody else."""
        return self if user.may(Permission.READ_AUDIT) else self.none()


class AppendOnly(models.Model):
    """A record that is written once and then only read."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new row; a stored one raises `Immutable`."""
        if not self._state.adding:
            raise Immutable(f"{type(self).__name__} {self.pk} is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: raises `Immutable`."""
        raise Immutable(f"{type(self).__name__} {self.pk} is never removed")


class AuditEvent(AppendOnly):
    """Who did, or tried to do, what to which record. Holds no personal data but the actor's own account.

    The events are one chain (`sightline.core.chain`): `seq` counts them from 1 without a gap, and `mac` is
    the code that seals an event together with all before it. The database refuses to change or remove one
    (`sightline.core.guard`).
    """

    class Outcome(models.TextChoices):
        """How it ended. What failed half way has left nothing behind, not even an event."""

        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    seq = models.BigIntegerField("number", primary_key=True)
    at = models.DateTimeField("when", default=timezone.now, editable=False)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    action = models.CharField("what", max_length=100)
    object_kind = models.CharField("kind of record", max_length=100, blank=True)
    object_key = models.CharField("which record", max_length=100, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField("outcome", max_length=10, choices=Outcome.choices)
    detail = models.JSONField("detail", default=dict)
    mac = models.CharField("code of the chain", max_length=64)

    class Meta(AppendOnly.Meta):
        ordering: ClassVar = ["seq"]
        indexes: ClassVar = [models.Index(fields=["object_kind", "object_key"])]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.outcome}"


class ChainHeadQuerySet(models.QuerySet["ChainHead"]):
    """The end of the chain, by who may see it."""

    def visible_to(self, user: User) -> ChainHeadQuerySet:
        """For whoever may read the audit log."""
        return self.all() if user.may(Permission.READ_AUDIT) else self.none()


class ChainHead(models.Model):
    """The last event of the audit chain, in one row that writers lock, so that they follow one another."""

    seq = models.BigIntegerField("number of the last event", default=0)
    mac = models.CharField("its code", max_length=64)
    objects = ChainHeadQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(name="one_audit_chain", condition=Q(pk=1))]

    def __str__(self) -> str:
        return f"event {self.seq}"


class StatusChange(AppendOnly):
    """A record passed from one state to another: who moved it, when, why, and the event that this was."""

    subject_kind = models.CharField("kind of record", max_length=100)
    subject_key = models.CharField("which record", max_length=100)
    from_state = models.CharField("from", max_length=50, blank=True)
    to_state = models.CharField("to", max_length=50)
    event = models.CharField("event", max_length=100)
    at = models.DateTimeField("when it happened")
    recorded_at = models.DateTimeField("when it was recorded", default=timezone.now, editable=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.TextField("why", blank=True)

    class Meta(AppendOnly.Meta):
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["subject_kind", "subject_key"])]

    def __str__(self) -> str:
        return f"{self.from_state or 'new'} to {self.to_state}"


class ClockRunQuerySet(models.QuerySet["ClockRun"]):
    """Runs of clocks, by whether they run and by who may see them."""

    def running(self) -> ClockRunQuerySet:
        """The clocks that nothing has stopped yet."""
        return self.filter(stopped_at=None)

    def visible_to(self, user: User) -> ClockRunQuerySet:
        """A clock names no person and no child, so everybody who may sign in may see that it runs."""
        return self.all() if user.may(Permission.USE) else self.none()


class ClockRun(models.Model):
    """One run of a clock for one record.

    `due_on` and `due_at` are a copy of what `sightline.clocks` computes from the start, kept for sorting;
    both are empty where the clock has no limit in force, neither by statute nor set by this partnership.
    """

    clock = models.CharField("key of the clock", max_length=100)
    subject_kind = models.CharField("kind of record", max_length=100)
    subject_key = models.CharField("which record", max_length=100)
    started_at = models.DateTimeField("started")
    due_on = models.DateField("due on", null=True)
    due_at = models.DateTimeField("due at", null=True)
    stopped_at = models.DateTimeField("stopped", null=True)
    objects = ClockRunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = [F("due_at").asc(nulls_last=True), "pk"]
        # What was done in time is asked of runs that have stopped, which the constraint's index leaves out.
        indexes: ClassVar = [models.Index(fields=["subject_kind", "subject_key", "clock"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_clock_runs_once_at_a_time",
                fields=["clock", "subject_kind", "subject_key"],
                condition=Q(stopped_at=None),
            ),
            models.CheckConstraint(
                name="a_clock_stops_after_it_starts",
                condition=Q(stopped_at=None) | Q(stopped_at__gte=F("started_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock} of {self.subject_kind} {self.subject_key}"
