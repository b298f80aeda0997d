"""The work that waits in disputes: to answer, to take further, to tell a referrer, to decide again."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.work import Due, Link, Work
from sightline.frontline.escalation import sides
from sightline.frontline.escalation.models import Escalation

States = Escalation.States
DUE = Due.by_clock(sides.CLOCK, "escalation_escalation")


def _answered(user: User) -> QuerySet[Escalation]:
    return sides.to_take_further(user).filter(state=States.ANSWERED, raised_by__isnull=False)


def _unanswered(user: User) -> QuerySet[Escalation]:
    waiting = sides.to_take_further(user).filter(state=States.RAISED, raised_by__isnull=False)
    return waiting.annotate(late_at=DUE.at).filter(late_at__lt=timezone.now())


_SAME: dict[str, Any] = {
    "looking": Link("See", "escalation:escalation"),
    "about": Concat(Value("the dispute in "), F("dossier__reference")),
    "states": dict(States.choices),
}

WORK = (
    Work(
        key="dispute-to-answer",
        title="Disputes to answer",
        doing=Link("Answer", "escalation:escalation"),
        permission=Permission.ANSWER_ESCALATION,
        waiting=lambda user: sides.to_answer(user).filter(state=States.RAISED),
        since=F("stage_at"),
        due=DUE,
        for_user=F("answerer_id"),
        for_team=F("dossier__owner_team_id"),
        **_SAME,
    ),
    Work(
        key="dispute-answered",
        title="Disputes that were answered",
        doing=Link("Read the answer in", "escalation:escalation"),
        permission=Permission.ESCALATE,
        waiting=_answered,
        since=F("answered_at"),
        due=DUE,
        for_user=F("raised_by_id"),
        for_agency=F("raised_by_agency_id"),
        **_SAME,
    ),
    Work(
        key="dispute-unanswered",
        title="Disputes that nobody answered in time",
        doing=Link("Take higher", "escalation:escalation"),
        permission=Permission.ESCALATE,
        waiting=_unanswered,
        since=F("stage_at"),
        due=DUE,
        for_user=F("raised_by_id"),
        for_agency=F("raised_by_agency_id"),
        **_SAME,
    ),
    Work(
        key="dispute-to-tell",
        title="Answers to tell referrers without an account",
        doing=Link("Tell the referrer of", "escalation:escalation"),
        permission=Permission.ESCALATE,
        waiting=lambda user: sides.to_take_further(user).filter(state=States.ANSWERED, raised_by=None),
        since=F("answered_at"),
        due=DUE,
        for_team=F("dossier__owner_team_id"),
        **_SAME,
    ),
    Work(
        key="dispute-upheld",
        title="Disputes upheld: decide again",
        doing=Link("Decide again after", "escalation:escalation"),
        permission=Permission.ANSWER_ESCALATION,
        waiting=lambda user: sides.to_decide_again(user).filter(state=States.UPHELD),
        since=F("resolved_at"),
        for_team=F("dossier__owner_team_id"),
        **_SAME,
    ),
)
"""What waits in disputes."""
