"""Questionnaires as data: their versions and questions, and what an answer to each may be.

Nothing here knows what a questionnaire is about. A question may carry an opaque key, `about`, and is then
asked only where the assignment names that key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sightline.assurance.questionnaire.logic import (
    Condition,
    Limits,
    NotAnAnswer,
    clean,
    is_empty,
)
from sightline.core.models import Immutable, User
from sightline.core.permissions import Permission


def of_responses(user: User, agency: str) -> Q:
    """Every row for whoever keeps or reviews, those of the own agency for whoever answers, else none."""
    if user.may(Permission.KEEP_QUESTIONNAIRES) or user.may(Permission.REVIEW_ANSWERS):
        return Q()
    if user.agency_id and user.may(Permission.ANSWER_QUESTIONNAIRE):
        return Q(**{agency: user.agency_id})
    return Q(pk__in=())


class Kind(models.TextChoices):
    """What kind of answer a question takes; the value is stored and never changes."""

    SHORT_TEXT = "short-text", "Short text"
    LONG_TEXT = "long-text", "Long text"
    YES_NO = "yes-no", "Yes or no"
    ONE_OF = "one-of", "One of several"
    SEVERAL_OF = "several-of", "Several of several"
    NUMBER = "number", "Number"
    DATE = "date", "Date"
    SCALE = "scale", "Scale"


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    def visible_to(self, user: User) -> QuestionnaireQuerySet:
        """All for whoever keeps or reviews them; otherwise those that the own agency was sent."""
        return self.filter(of_responses(user, "versions__responses__agency")).distinct()


class Questionnaire(models.Model):
    """A set of questions under one name, through all its versions."""

    key = models.SlugField("key", max_length=60, unique=True)
    title = models.CharField("title", max_length=200)
    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["title"]

    def __str__(self) -> str:
        return self.title


class VersionQuerySet(models.QuerySet["Version"]):
    def visible_to(self, user: User) -> VersionQuerySet:
        """All for whoever keeps or reviews them; otherwise those that the own agency was sent."""
        return self.filter(of_responses(user, "responses__agency")).distinct()

    def newest(self) -> Version | None:
        """The version with the highest number."""
        return self.order_by("-number").first()


class Version(models.Model):
    """One wording of a questionnaire: a draft, live once it is sent, frozen once somebody has answered."""

    class States(models.TextChoices):
        DRAFT = "draft", "Draft"
        LIVE = "live", "Sent"
        FROZEN = "frozen", "Answered, so fixed"

    TRANSITIONS: ClassVar[Mapping[tuple[str | None, str], str]] = {
        (None, States.DRAFT): "questionnaire-version-kept",
        (States.DRAFT, States.LIVE): "questionnaire-version-sent",
        (States.LIVE, States.FROZEN): "questionnaire-version-answered",
    }

    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("number")
    text = models.TextField("as it was written")
    digest = models.CharField("SHA-256 of the text", max_length=64)
    introduction = models.TextField("introduction", blank=True)
    declaration = models.TextField("declaration", blank=True)
    kept_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    kept_at = models.DateTimeField("kept", default=timezone.now)
    state = models.CharField("state", max_length=20, choices=States.choices, default=States.DRAFT)
    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["questionnaire", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_version_has_its_own_number", fields=["questionnaire", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire}, version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it; raises `Immutable` once somebody has answered."""
        if not self._state.adding and self.is_frozen:
            raise Immutable(f"{self} has been answered: its text is fixed")
        super().save(*args, **kwargs)

    @property
    def is_frozen(self) -> bool:
        """Somebody has answered, so its questions stay as they are for ever."""
        return self.state == self.States.FROZEN

    def questions(self) -> list[Question]:
        """Its questions, in their order."""
        return list(Question.objects.filter(version=self))


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions; those of a frozen version cannot be changed."""

    def visible_to(self, user: User) -> QuestionQuerySet:
        """Those of the versions that the person may see."""
        return self.filter(version__in=Version.objects.visible_to(user))

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse: raises `Immutable`. A new text makes new questions."""
        raise Immutable("questions are never changed: keep a new text instead")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Remove questions of versions that nobody has answered; raises `Immutable` for others."""
        frozen = self.filter(version__state=Version.States.FROZEN).first()
        if frozen is not None:
            raise Immutable(f"{frozen.version} has been answered: its questions are fixed")
        return super().delete()


class Question(models.Model):
    """One question of one version. `options` are {key, text, hint}, for choices and the points of a scale."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField("place, from 1")
    section_number = models.PositiveSmallIntegerField("section, from 1")
    section = models.CharField("title of the section", max_length=200)
    key = models.SlugField("key", max_length=60)
    kind = models.CharField("kind", max_length=20, choices=Kind.choices)
    text = models.CharField("question", max_length=500)
    hint = models.TextField("hint", blank=True)
    is_required = models.BooleanField("must be answered", default=False)
    options = models.JSONField("options", default=list)
    unit = models.CharField("unit", max_length=40, blank=True)
    least = models.DecimalField("smallest number", max_digits=20, decimal_places=6, null=True)
    most = models.DecimalField("largest number", max_digits=20, decimal_places=6, null=True)
    is_whole = models.BooleanField("whole numbers only", default=False)
    shown_if = models.JSONField("condition", null=True)
    about = models.CharField("what it is about", max_length=100, blank=True)
    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["version", "position"]
        base_manager_name = "objects"
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_question_has_its_own_key", fields=["version", "key"]),
            models.UniqueConstraint(name="a_question_has_its_own_place", fields=["version", "position"]),
        ]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new question; raises `Immutable` for a stored one and for a frozen version."""
        if not self._state.adding or self.version.is_frozen:
            raise Immutable(f"{self.version}: questions are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Remove it while nobody has answered; raises `Immutable` afterwards."""
        if self.version.is_frozen:
            raise Immutable(f"{self.version} has been answered: its questions are fixed")
        return super().delete(*args, **kwargs)

    @property
    def condition(self) -> Condition | None:
        """When it is asked at all, if not always."""
        if self.shown_if is None:
            return None
        return Condition(self.shown_if["question"], tuple(self.shown_if["any"]))

    @property
    def limits(self) -> Limits:
        """What a number must be."""
        return Limits(self.least, self.most, self.is_whole)

    def takes(self, kind: str, value: object) -> bool:
        """Whether what was answered to a question of that kind, of the same key, could be said to this."""
        if kind != self.kind or is_empty(value):
            return False
        try:
            clean(kind, value, options=self.texts, limits=self.limits)
        except NotAnAnswer:
            return False
        return True

    @property
    def texts(self) -> dict[str, str]:
        """The options' words by their keys; yes and no for a question that takes those."""
        if self.kind == Kind.YES_NO:
            return {"yes": "Yes", "no": "No"}
        return {option["key"]: option["text"] for option in self.options}
