"""The work that waits in exercises: cases that a person has not rated yet."""

from __future__ import annotations

from django.db.models import F

from sightline.core.permissions import Permission
from sightline.core.work import Due, Link, Work
from sightline.frontline.threshold.models import Exercise

WORK = (
    Work(
        key="cases-to-rate",
        title="Cases to rate",
        doing=Link("Rate the cases of", "threshold:rate"),
        permission=Permission.RATE_CASES,
        waiting=lambda user: Exercise.objects.visible_to(user).to_rate(user),
        about=F("title"),
        states=dict(Exercise.States.choices),
        since=F("opened_at"),
        due=Due(on=F("closes_on")),
    ),
)
"""What waits in the thresholds of need."""
