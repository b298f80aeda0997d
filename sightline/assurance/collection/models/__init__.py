"""The dataset cycle: what agencies agreed to return, quarters, returns, and the questions about figures."""

from sightline.assurance.collection.models.agreements import Agreement
from sightline.assurance.collection.models.quarters import Quarter
from sightline.assurance.collection.models.questions import Question
from sightline.assurance.collection.models.returns import Quality, Return, TypedFigure

__all__ = ["Agreement", "Quality", "Quarter", "Question", "Return", "TypedFigure"]
