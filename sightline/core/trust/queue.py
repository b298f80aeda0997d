"""Reviews that wait, each with its record's reference and the day by which it is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from sightline.core.audit import kind
from sightline.core.models import ClockRun, User
from sightline.core.trust.covers import covers_of
from sightline.core.trust.limits import CONFLICT_DECLARATION
from sightline.core.trust.models import ConflictDeclaration, Dossier

AHEAD_DAYS = 30
"""How long before its day a declaration is asked for."""


@dataclass(frozen=True)
class Waiting:
    """One review to come."""

    review: Any
    dossier: Dossier
    due_on: date | None

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed."""
        return self.due_on is not None and self.due_on < timezone.localdate()


def waiting(clock: str, reviews: Iterable[Any], user: User) -> list[Waiting]:
    """The reviews with what they are about, of records that one may know of, and those due first."""
    reviews = list(reviews)
    covers = covers_of(user, (review.dossier_id for review in reviews))
    due = due_days(clock, reviews)
    lines = [
        Waiting(review, covers[review.dossier_id], due.get(str(review.pk)))
        for review in reviews
        if review.dossier_id in covers
    ]
    return sorted(lines, key=lambda line: (line.due_on or date.max, line.review.pk))


def declaration_due(user: User) -> str:
    """When the yearly declaration of conflicts is due, in words; nothing until a month before."""
    mine = list(ConflictDeclaration.objects.filter(user=user))
    if not mine:
        return "you have not done so yet"
    due_on = due_days(CONFLICT_DECLARATION, mine).get(str(mine[0].pk))
    today = timezone.localdate()
    if due_on is None or due_on > today + timedelta(days=AHEAD_DAYS):
        return ""
    return f"{'it was' if due_on < today else 'it is'} due by {due_on.day} {due_on:%B %Y}"


def due_days(clock: str, records: Iterable[Any]) -> dict[str, date]:
    """The day by which the clock that runs for each record is due, by the record's key."""
    records = list(records)
    if not records:
        return {}
    runs = ClockRun.objects.running().filter(
        clock=clock, subject_kind=kind(records[0]), subject_key__in=[str(one.pk) for one in records]
    )
    return {run.subject_key: run.due_on for run in runs if run.due_on}
