"""Questionnaires as data: their versions and questions, who is asked, what was answered, what it rests on.

Nothing here knows what a questionnaire is about. A question may carry an opaque key, `about`, and is then
asked only where the assignment names that key.
"""

from sightline.assurance.questionnaire.models.questions import Kind, Question, Questionnaire, Version
from sightline.assurance.questionnaire.models.responses import (
    Answer,
    ChangeAsked,
    Evidence,
    Response,
    shown_questions,
)

__all__ = [
    "Answer",
    "ChangeAsked",
    "Evidence",
    "Kind",
    "Question",
    "Questionnaire",
    "Response",
    "Version",
    "shown_questions",
]
