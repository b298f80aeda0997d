"""Agencies, people and their roles; and the records that every process leaves: audit, status, clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from sightline.core.permissions import ROLES, Permission, Role


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


class AgencyQuerySet(models.QuerySet["Agency"]):
    """Agencies, by who may see them."""

    def visible_to(self, user: User) -> AgencyQuerySet:
        """Every signed-in person knows which agencies make up the partnership."""
        return self.all() if user.may(Permission.USE) else self.none()


class Agency(models.Model):
    """An organisation that takes part in the partnership; what it is stands in the partnership's settings."""

    code = models.CharField("code in the partnership's settings", max_length=20, unique=True)
    name = models.CharField("name", max_length=200)
    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "agencies"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def agency_id(self) -> int | None:
        """The agency that this record belongs to: itself."""
        return self.pk


class UserQuerySet(models.QuerySet["User"]):
    """Accounts, by who may see them."""

    def visible_to(self, user: User) -> UserQuerySet:
        """Everybody for whoever keeps the accounts; otherwise oneself."""
        return self.all() if user.may(Permission.MANAGE_PEOPLE) else self.filter(pk=user.pk)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes accounts; e-mail addresses are kept in lower case, so that one person has one account."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Store an account; without a password nobody can sign in to it."""
        user: User = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The account of an e-mail address, however it is spelt."""
        found: User = self.get(email=(username or "").strip().lower())
        return found


class User(AbstractBaseUser):
    """A person with an account. What they may do comes from their live roles alone: nobody is a superuser."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField("name", max_length=200)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    is_active = models.BooleanField("may sign in", default=True)
    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="user_email_is_lower_case", condition=Q(email=Lower("email"))),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles held today; read once a request, so that an ended role bites on the next one."""
        live = RoleAssignment.objects.live(timezone.localdate()).filter(user=self)
        return frozenset(Role(value) for value in live.values_list("role", flat=True))

    def may(self, permission: Permission, record: models.Model | None = None) -> bool:
        """Whether one of today's roles has the permission, on this record if one is given.

        A role that counts for the holder's own agency alone gives nothing on a record of another agency, nor
        on one that belongs to no agency.
        """
        if not self.is_active:
            return False
        cards = [ROLES[role] for role in self.roles if permission in ROLES[role].permissions]
        if record is None:
            return bool(cards)
        owner = getattr(record, "agency_id", None)
        is_own = owner is not None and owner == self.agency_id
        return any(is_own or not card.own_agency_only for card in cards)


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    """Roles held, by day and by who may see them."""

    def live(self, on: date) -> RoleAssignmentQuerySet:
        """The assignments in force on that day."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=on), from_on__lte=on)

    def visible_to(self, user: User) -> RoleAssignmentQuerySet:
        """Everybody's for whoever keeps the accounts; otherwise one's own."""
        return self.all() if user.may(Permission.MANAGE_PEOPLE) else self.filter(user=user)


class RoleAssignment(models.Model):
    """A person holds a role from one day until another, both included."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    role = models.CharField("role", max_length=30, choices=[(role.value, ROLES[role].title) for role in Role])
    from_on = models.DateField("from")
    until_on = models.DateField("until", null=True, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="role_ends_after_it_starts", condition=Q(until_on=None) | Q(until_on__gte=F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {ROLES[Role(self.role)].title.lower()}"

    @property
    def agency_id(self) -> int | None:
        """The agency that this record belongs to: that of the person."""
        return self.user.agency_id


class AuditEvent(AppendOnly):
    """Who did, or tried to do, what to which record. Holds no personal data but the actor's own account."""

    class Outcome(models.TextChoices):
        """How it ended. What failed half way has left nothing behind, not even an event."""

        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    seq = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("when", default=timezone.now, editable=False)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    action = models.CharField("what", max_length=100)
    object_kind = models.CharField("kind of record", max_length=100, blank=True)
    object_key = models.CharField("which record", max_length=100, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField("outcome", max_length=10, choices=Outcome.choices)
    detail = models.JSONField("detail", default=dict)

    class Meta(AppendOnly.Meta):
        ordering: ClassVar = ["seq"]
        indexes: ClassVar = [models.Index(fields=["object_kind", "object_key"])]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.outcome}"


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
