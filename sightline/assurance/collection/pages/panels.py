"""What the dataset cycle shows on the pages of the dataset: named gaps, commentary, questions."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.assurance.collection import words
from sightline.assurance.collection.models import Quarter, Question, Return
from sightline.assurance.questionnaire.answers import answers_about
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.process import Panel

SHOWN = 12
"""How many answers and questions an indicator's page shows; the questions page has them all."""


def gaps(user: User, about: Mapping[str, object]) -> Panel | None:
    """On the scorecard: which returns of the latest quarter are late, sent back or missing, by agency."""
    quarter = Quarter.objects.visible_to(user).newest()
    if quarter is None:
        return None
    lacking = Return.objects.visible_to(user).filter(quarter=quarter, state__in=Return.WITH_AGENCY)
    named = [item for item in lacking if item.state != Return.States.AWAITED or words.lateness(item)]
    lines = [words.gap(item) for item in named]
    return Panel("collection/panels/gaps.html", {"quarter": quarter, "lines": lines}, lines)


def beside_a_figure(user: User, about: Mapping[str, object]) -> Panel | None:
    """On an indicator's page: what agencies say about it, and what was asked and followed."""
    key = str(about.get("indicator", ""))
    if not key:
        return None
    answers = answers_about(key, user)[:SHOWN]
    questions = list(Question.objects.visible_to(user).filter(indicator=key)[:SHOWN])
    lines = [f"{one.response.agency}, {one.response.label}: {one.in_words}" for one in answers]
    lines += [f"Asked on {words.day(one.raised_on)}: {one.text}" for one in questions]
    context = {
        "key": key,
        "answers": answers,
        "questions": questions,
        "may_ask": user.may(Permission.ASK_QUESTION),
        "words": words,
    }
    return Panel("collection/panels/beside_a_figure.html", context, lines)
