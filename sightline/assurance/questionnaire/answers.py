"""What agencies have said about one thing, for the pages of other processes to show."""

from __future__ import annotations

from sightline.assurance.questionnaire.models import Answer, Response
from sightline.core.models import User
from sightline.core.permissions import Permission


def answers_about(key: str, user: User) -> list[Answer]:
    """Accepted answers to the questions about a key, the newest first; hidden and empty ones left out.

    Once accepted, an answer stands beside what it is about for everybody who may open that page: so the page
    decides who reads it, not the agency that answered.
    """
    if not user.may(Permission.USE):
        return []
    accepted = Answer.objects.filter(question__about=key, response__state=Response.States.ACCEPTED)
    found = accepted.select_related(
        "question", "response__agency", "response__version__questionnaire"
    ).order_by("-response__submitted_at", "question__position")
    return [answer for answer in found if not answer.is_empty and answer.question in answer.response.shown()]
