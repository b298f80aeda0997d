"""Who is asked what, what was answered, what it rests on, and what has to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sightline.assurance.questionnaire.logic import in_words, is_empty, shown
from sightline.assurance.questionnaire.models.questions import Question, Questionnaire, Version, of_responses
from sightline.core.models import Agency, StoredFile, User


class ResponseQuerySet(models.QuerySet["Response"]):
    def visible_to(self, user: User) -> ResponseQuerySet:
        """All for whoever keeps or reviews; their own agency's for those who answer; none for others."""
        return self.filter(of_responses(user, "agency"))

    def last_of(self, agency: Agency, questionnaire: Questionnaire) -> Response | None:
        """What an agency last handed in of this questionnaire, in any version."""
        handed_in = (Response.States.SUBMITTED, Response.States.ACCEPTED)
        found = self.filter(agency=agency, version__questionnaire=questionnaire, state__in=handed_in)
        return found.order_by("-submitted_at").first()


class Response(models.Model):
    """A questionnaire sent to an agency, and how far the agency has come.

    `about` lists the keys that this agency is asked about; `label` tells this round from others ("Quarter 1
    2026/27"). `previous` is the response whose answers are offered again. `within` is the path of the page
    that this is a part of, where another process asked for it and itself says for whom it waits.
    """

    class States(models.TextChoices):
        ASSIGNED = "assigned", "Not started"
        IN_PROGRESS = "in-progress", "In progress"
        SUBMITTED = "submitted", "Submitted"
        CHANGES_REQUESTED = "changes-requested", "Changes asked for"
        ACCEPTED = "accepted", "Accepted"

    TRANSITIONS: ClassVar[Mapping[tuple[str | None, str], str]] = {
        (None, States.ASSIGNED): "questionnaire-sent",
        (States.ASSIGNED, States.IN_PROGRESS): "questionnaire-begun",
        (States.ASSIGNED, States.SUBMITTED): "questionnaire-submitted",
        (States.IN_PROGRESS, States.SUBMITTED): "questionnaire-submitted",
        (States.SUBMITTED, States.CHANGES_REQUESTED): "questionnaire-sent-back",
        (States.CHANGES_REQUESTED, States.IN_PROGRESS): "questionnaire-begun",
        (States.CHANGES_REQUESTED, States.SUBMITTED): "questionnaire-submitted",
        (States.SUBMITTED, States.ACCEPTED): "questionnaire-accepted",
    }

    OPEN: ClassVar = (States.ASSIGNED, States.IN_PROGRESS, States.CHANGES_REQUESTED)
    """The states in which the agency can write."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, related_name="responses")
    label = models.CharField("label", max_length=200)
    about = models.JSONField("keys asked about", default=list, blank=True)
    due_on = models.DateField("due on")
    within = models.CharField("path of the page that it is a part of", max_length=200, blank=True)
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    assigned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField("sent", default=timezone.now)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField("submitted", null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("accepted or sent back", null=True)
    state = models.CharField("state", max_length=20, choices=States.choices, default=States.ASSIGNED)
    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_submitted_response_says_when",
                condition=~Q(state__in=["submitted", "accepted"]) | Q(submitted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version.questionnaire}: {self.label}"

    @property
    def is_open(self) -> bool:
        """The agency can write."""
        return self.state in self.OPEN

    def asked(self) -> list[Question]:
        """The questions that this agency is asked, shown or not: those about nothing, or about its keys."""
        return [question for question in self.version.questions() if question.about in ("", *self.about)]

    def answers(self) -> dict[str, Answer]:
        """The answers so far, by the keys of their questions; also those whose question is hidden now."""
        found = Answer.objects.filter(response=self).select_related("question", "saved_by", "carried_from")
        return {answer.question.key: answer for answer in found}

    def shown(self) -> list[Question]:
        """The questions that stand on the pages, given the answers so far."""
        values = {key: answer.value for key, answer in self.answers().items()}
        return shown_questions(self.asked(), values)

    def earlier_answers(self) -> dict[str, Answer]:
        """What the previous response said to the questions asked here, where it fits them still.

        By the questions' keys: the same key, the same kind, and a value that the question takes today.
        """
        if self.previous is None:
            return {}
        earlier = self.previous.answers()
        return {
            question.key: found
            for question in self.asked()
            if (found := earlier.get(question.key)) and question.takes(found.question.kind, found.value)
        }

    def unanswered(self) -> list[Question]:
        """The questions that must still be answered before it can be submitted."""
        answers = self.answers()
        values = {key: answer.value for key, answer in answers.items()}
        return [
            question
            for question in shown_questions(self.asked(), values)
            if question.is_required and is_empty(values.get(question.key))
        ]


def shown_questions(asked: Sequence[Question], values: Mapping[str, object]) -> list[Question]:
    """Those of the questions asked that are shown, given what has been answered."""
    keys = shown({question.key: question.condition for question in asked}, values)
    return [question for question in asked if question.key in keys]


class AnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, user: User) -> AnswerQuerySet:
        """Those of the responses that the person may see."""
        return self.filter(of_responses(user, "response__agency"))


class Answer(models.Model):
    """What an agency says to one question, as it stands now.

    `value` is a text, the key of an option, a list of such keys, a number as text or a day in ISO form; empty
    where it was cleared. `revision` counts the changes, so that nobody overwrites what they have not seen.
    """

    response = models.ForeignKey(Response, models.PROTECT, related_name="+")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    value = models.JSONField("value")
    revision = models.PositiveIntegerField("revision", default=1)
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField("saved", default=timezone.now)
    carried_from = models.ForeignKey(Response, models.PROTECT, null=True, related_name="+")
    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["response", "question__position"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_question_is_answered_once", fields=["response", "question"]),
        ]

    def __str__(self) -> str:
        return self.in_words

    @property
    def agency_id(self) -> int:
        """The agency that this record belongs to: that of the response."""
        return self.response.agency_id

    @property
    def is_empty(self) -> bool:
        """Nothing is said."""
        return is_empty(self.value)

    @property
    def in_words(self) -> str:
        """The answer as a reader sees it: "Yes", "12 days", "27 March 2026"; empty where there is none."""
        return in_words(self.question.kind, self.value, self.question.texts, self.question.unit)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User) -> EvidenceQuerySet:
        """That of the responses that the person may see."""
        return self.filter(of_responses(user, "response__agency"))

    def standing(self) -> EvidenceQuerySet:
        """What has not been taken away again."""
        return self.filter(removed_at=None)


class Evidence(models.Model):
    """What an answer rests on: a file, a link or a note, with the day on which it was true."""

    class Kinds(models.TextChoices):
        FILE = "file", "File"
        LINK = "link", "Link"
        NOTE = "note", "Note"

    response = models.ForeignKey(Response, models.PROTECT, related_name="+")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    kind = models.CharField("kind", max_length=10, choices=Kinds.choices)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    link = models.URLField("address", max_length=500, blank=True)
    note = models.TextField("note", blank=True)
    true_on = models.DateField("was true on")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("recorded", default=timezone.now)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField("removed", null=True)
    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "evidence"
        ordering: ClassVar = ["response", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="evidence_is_what_its_kind_says",
                condition=Q(kind="file", file__isnull=False, link="")
                | (Q(kind="link", file__isnull=True) & ~Q(link=""))
                | (Q(kind="note", file__isnull=True, link="") & ~Q(note="")),
            ),
        ]

    def __str__(self) -> str:
        return self.link or (self.file.name if self.file else self.note)

    @property
    def agency_id(self) -> int:
        """The agency that this record belongs to: that of the response."""
        return self.response.agency_id


class ChangeAskedQuerySet(models.QuerySet["ChangeAsked"]):
    def visible_to(self, user: User) -> ChangeAskedQuerySet:
        """Those of the responses that the person may see."""
        return self.filter(of_responses(user, "response__agency"))

    def waiting(self) -> ChangeAskedQuerySet:
        """Those that the agency has not handed in again since."""
        return self.filter(met_at=None)


class ChangeAsked(models.Model):
    """Why a response was sent back: for one question, or for the whole where `question` is empty."""

    response = models.ForeignKey(Response, models.PROTECT, related_name="+")
    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="+")
    reason = models.TextField("why")
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField("asked", default=timezone.now)
    met_at = models.DateTimeField("handed in again", null=True)
    objects = ChangeAskedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "changes asked for"
        ordering: ClassVar = ["response", "pk"]

    def __str__(self) -> str:
        return self.reason
