"""Agencies, people and their roles."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Lower
from django.utils import timezone

from sightline.core.permissions import ROLES, Permission, Role


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
        return frozenset(Role(key) for what, key in self._held if what == "role")

    @cached_property
    def team_ids(self) -> tuple[int, ...]:
        """The teams that this person is in today; read once a request."""
        return tuple(sorted(int(key) for what, key in self._held if what == "team"))

    @cached_property
    def _held(self) -> list[tuple[str, str]]:
        """Today's roles and teams: every page needs both, and so one query reads both."""
        today = timezone.localdate()
        roles = RoleAssignment.objects.live(today).filter(user=self).values_list(Value("role"), "role")
        teams = TeamMember.objects.live(today).filter(user=self)
        return list(
            roles.union(teams.values_list(Value("team"), Cast("team_id", models.TextField())), all=True)
        )

    def may(self, permission: Permission, record: models.Model | None = None) -> bool:
        """Whether one of today's roles has the permission, on this record if one is given.

        A role that counts for the holder's own agency alone gives nothing on a record of another agency, nor
        on one that belongs to no agency. A record that guards itself (`lets`: what hangs off a dossier) is
        asked as well.
        """
        if not self.is_active:
            return False
        lets = getattr(record, "lets", None)
        if lets is not None and not lets(self, permission):
            return False
        cards = [ROLES[role] for role in self.roles if permission in ROLES[role].permissions]
        if record is None:
            return bool(cards)
        owner = getattr(record, "agency_id", None)
        is_own = owner is not None and owner == self.agency_id
        return any(is_own or not card.own_agency_only for card in cards)


class HeldQuerySet(models.QuerySet[Any]):
    """What people hold from one day until another, by day."""

    def live(self, on: date) -> Self:
        """What is in force on that day."""
        return self.overlapping(on, on)

    def overlapping(self, first: date, last: date | None) -> Self:
        """What is in force on any day from the first to the last, or to no end."""
        begun = self.filter(from_on__lte=last) if last else self
        return begun.filter(Q(until_on=None) | Q(until_on__gte=first))


class RoleAssignmentQuerySet(HeldQuerySet):
    """Roles held, by day and by who may see them."""

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


class TeamQuerySet(models.QuerySet["Team"]):
    """Teams, by who may see them."""

    def visible_to(self, user: User) -> TeamQuerySet:
        """Every signed-in person knows which teams there are."""
        return self.all() if user.may(Permission.USE) else self.none()


class Team(models.Model):
    """People who hold records together; they may come from several agencies, as in the front door's hub."""

    name = models.CharField("name", max_length=200, unique=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class TeamMemberQuerySet(HeldQuerySet):
    """Who is in which team, by day and by who may see it."""

    def visible_to(self, user: User) -> TeamMemberQuerySet:
        """Everybody's for whoever keeps the teams; otherwise those of one's own teams."""
        return self.all() if user.may(Permission.KEEP_TEAMS) else self.filter(team_id__in=user.team_ids)


class TeamMember(models.Model):
    """A person is in a team from one day until another, both included."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    from_on = models.DateField("from")
    until_on = models.DateField("until", null=True, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="team_member_leaves_after_joining",
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"
