"""The work that waits in questionnaires: those to answer, and answers to check."""

from __future__ import annotations

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Concat

from sightline.assurance.questionnaire.models import Response
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.work import Column, Due, Link, Work

_TITLE = (F("version__questionnaire__title"), Value(": "), F("label"))


def _alone(user: User, *states: str) -> QuerySet[Response]:
    """Responses in these states; what is a part of something else is told there."""
    return Response.objects.visible_to(user).filter(within="", state__in=states)


def _about(*more: Value | F) -> Column:
    return Concat(*_TITLE, *more, output_field=TextField())


WORK = (
    Work(
        key="questionnaire-to-answer",
        title="Questionnaires to answer",
        doing=Link("Answer", "questionnaire:response"),
        looking=Link("See", "questionnaire:response"),
        permission=Permission.ANSWER_QUESTIONNAIRE,
        waiting=lambda user: _alone(user, Response.States.ASSIGNED, Response.States.IN_PROGRESS),
        about=_about(),
        states=dict(Response.States.choices),
        since=F("assigned_at"),
        due=Due(on=F("due_on")),
        for_agency=F("agency_id"),
    ),
    Work(
        key="answers-to-change",
        title="Answers to change",
        doing=Link("Change your answers to", "questionnaire:response"),
        looking=Link("See", "questionnaire:response"),
        permission=Permission.ANSWER_QUESTIONNAIRE,
        waiting=lambda user: _alone(user, Response.States.CHANGES_REQUESTED),
        about=_about(),
        states=dict(Response.States.choices),
        since=F("decided_at"),
        due=Due(on=F("due_on")),
        for_agency=F("agency_id"),
    ),
    Work(
        key="answers-to-check",
        title="Answers to check",
        doing=Link("Check", "questionnaire:review"),
        looking=Link("See", "questionnaire:response"),
        permission=Permission.REVIEW_ANSWERS,
        waiting=lambda user: _alone(user, Response.States.SUBMITTED),
        about=_about(Value(" from "), F("agency__name")),
        states=dict(Response.States.choices),
        since=F("submitted_at"),
    ),
)
"""What waits in questionnaires."""
