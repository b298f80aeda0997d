"""The rulebook in its versions, and exercises in which people of every agency rate the same invented cases.

No identified child is in any of it: nothing here hangs off a dossier.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from sightline.core import local
from sightline.core.flow import Transitions
from sightline.core.models import Agency, User
from sightline.core.permissions import Permission


class Level(models.IntegerChoices):
    """The levels of need, lowest first; a version gives them names of its own."""

    UNIVERSAL = 1, "Universal"
    EARLY_HELP = 2, "Early help"
    COMPLEX = 3, "Complex: several agencies"
    STATUTORY = 4, "Statutory"


class VersionQuerySet(models.QuerySet["Version"]):
    """Versions, by who may read them and by what they are for."""

    def visible_to(self, user: User) -> VersionQuerySet:
        """Everybody signed in from consultation on; a draft for whoever keeps the thresholds."""
        if user.may(Permission.KEEP_THRESHOLDS):
            return self.all()
        return self.exclude(state=Version.States.DRAFT) if user.may(Permission.USE) else self.none()

    def in_force(self) -> Version | None:
        """The version in force, of these."""
        return self.filter(state=Version.States.IN_FORCE).first()

    def due(self) -> VersionQuerySet:
        """Those that are approved and whose day has come, the earliest first."""
        due = self.filter(state=Version.States.APPROVED, effective_from__lte=timezone.localdate())
        return due.order_by("effective_from", "approved_on", "pk")

    def ratable(self) -> VersionQuerySet:
        """Those that cases can be rated against: out of draft, and not superseded."""
        return self.exclude(state__in=(Version.States.DRAFT, Version.States.SUPERSEDED))


class Version(models.Model):
    """One version of the thresholds of need, from its first draft until a later one takes its place.

    `approved_by` is the key of a body of the partnership's settings.
    """

    class States(models.TextChoices):
        """How far it is."""

        DRAFT = "draft", "Draft"
        CONSULTED = "consulted", "Out for consultation"
        APPROVED = "approved", "Approved"
        IN_FORCE = "in-force", "In force"
        SUPERSEDED = "superseded", "Superseded"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.DRAFT): "thresholds-drafted",
        (States.DRAFT, States.CONSULTED): "thresholds-consulted",
        (States.CONSULTED, States.APPROVED): "thresholds-approved",
        (States.APPROVED, States.IN_FORCE): "thresholds-in-force",
        (States.IN_FORCE, States.SUPERSEDED): "thresholds-superseded",
    }

    title = models.CharField("title", max_length=100, unique=True)
    state = models.CharField("state", max_length=20, choices=States.choices, default=States.DRAFT)
    drafted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField("drafted", default=timezone.now)
    approved_by = models.CharField("body that approved it", max_length=100, blank=True)
    approved_on = models.DateField("approved on", null=True)
    effective_from = models.DateField("in force from", null=True)
    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = [F("effective_from").desc(nulls_first=True), "-drafted_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_version_in_force", fields=["state"], condition=Q(state="in-force")
            ),
            models.CheckConstraint(
                name="thresholds_in_force_after_approval",
                condition=Q(effective_from=None) | Q(effective_from__gte=F("approved_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"Thresholds {self.title}"

    @property
    def body(self) -> str:
        """The name of the body that approved it; its key where the settings name it no more."""
        names = {body.key: body.name for body in local.partnership().bodies}
        return names.get(self.approved_by, self.approved_by)


class OfVersionQuerySet(models.QuerySet["LevelText"]):
    """What a version says of its levels, by who may read it."""

    def visible_to(self, user: User) -> OfVersionQuerySet:
        """That of the versions that this person may read."""
        return self.filter(version__in=Version.objects.visible_to(user))


class LevelText(models.Model):
    """What a version calls one level, and how it tells that a child's need is of that level."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="texts")
    level = models.PositiveSmallIntegerField("level", choices=Level.choices)
    name = models.CharField("name", max_length=100)
    descriptor = models.TextField("descriptor", blank=True)
    objects = OfVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["version", "level"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_text_to_a_level", fields=["version", "level"]),
            models.CheckConstraint(name="a_text_of_a_known_level", condition=Q(level__in=Level.values)),
        ]

    def __str__(self) -> str:
        return f"Level {self.level}: {self.name}"


class ExerciseQuerySet(models.QuerySet["Exercise"]):
    """Exercises, by who may see them and who has still to rate in them."""

    def visible_to(self, user: User) -> ExerciseQuerySet:
        """Everybody signed in once it is open; a draft for whoever keeps the thresholds."""
        if user.may(Permission.KEEP_THRESHOLDS):
            return self.all()
        return self.exclude(state=Exercise.States.DRAFT) if user.may(Permission.USE) else self.none()

    def to_rate(self, user: User) -> ExerciseQuerySet:
        """The open ones in which this person may rate, and has not rated every case."""
        if not user.may(Permission.RATE_CASES) or not user.agency_id:
            return self.none()
        own = Rating.objects.visible_to(user).filter(case=OuterRef("pk"), rater=user)
        unrated = Case.objects.visible_to(user).filter(~Exists(own), exercise=OuterRef("pk"))
        return self.filter(Exists(unrated), state=Exercise.States.OPEN)


class Exercise(models.Model):
    """Invented cases that people of several agencies rate on their own, to see how far they agree.

    While it is open no page says what others gave, nor how many rated: that is what makes it worth anything.
    """

    class States(models.TextChoices):
        """How far it is."""

        DRAFT = "draft", "Draft"
        OPEN = "open", "Open for rating"
        CLOSED = "closed", "Closed"

    TRANSITIONS: ClassVar[Transitions] = {
        (None, States.DRAFT): "rating-exercise-drafted",
        (States.DRAFT, States.OPEN): "rating-exercise-opened",
        (States.OPEN, States.CLOSED): "rating-exercise-closed",
    }

    title = models.CharField("title", max_length=100)
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    state = models.CharField("state", max_length=20, choices=States.choices, default=States.DRAFT)
    closes_on = models.DateField("rate by")
    drafted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField("drafted", default=timezone.now)
    opened_at = models.DateTimeField("opened", null=True)
    closed_at = models.DateTimeField("closed", null=True)
    objects = ExerciseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-drafted_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases, by who may read them."""

    def visible_to(self, user: User) -> CaseQuerySet:
        """Those of the exercises that this person may see."""
        return self.filter(exercise__in=Exercise.objects.visible_to(user))


class Case(models.Model):
    """One invented case of an exercise, by its place in it."""

    exercise = models.ForeignKey(Exercise, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField("place")
    vignette = models.TextField("vignette")
    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["exercise", "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_case_to_a_place", fields=["exercise", "place"]),
        ]

    def __str__(self) -> str:
        return f"Case {self.place}"


class RatingQuerySet(models.QuerySet["Rating"]):
    """Ratings, by who may see them."""

    def visible_to(self, user: User) -> RatingQuerySet:
        """One's own alone until the exercise is closed, whoever one is; then everybody's."""
        if not user.may(Permission.USE):
            return self.none()
        is_closed = Q(case__exercise__state=Exercise.States.CLOSED)
        return self.filter(is_closed | Q(rater=user))


class Rating(models.Model):
    """The level that one person gave one case, with the agency that they belonged to when they gave it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    rater = models.ForeignKey(User, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField("level", choices=Level.choices)
    at = models.DateTimeField("given", default=timezone.now)
    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["case", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_rating_to_a_case_and_rater", fields=["case", "rater"]),
            models.CheckConstraint(name="a_rating_of_a_known_level", condition=Q(level__in=Level.values)),
        ]

    def __str__(self) -> str:
        return f"rating of case {self.case_id}"
