"""What exercises in rating publish for figures: every rating, once the exercise is closed."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Min
from django.utils import timezone

from sightline.core import local
from sightline.facts.manifest import Window
from sightline.facts.own import Published, Row
from sightline.facts.person import Pseudonyms
from sightline.frontline.threshold.models import Exercise, Rating


def facts(window: Window, of: Pseudonyms) -> dict[str, Published]:
    """The ratings of the exercises that closed in a window; nothing before the first exercise was drafted."""
    begun = Exercise.objects.aggregate(first=Min("drafted_at"))["first"]
    if begun is None or timezone.localdate(begun) > window.last:
        return {}
    held = Window(max(window.first, timezone.localdate(begun)), window.last)
    return {"threshold_ratings": Published(held, list(_ratings(held, of)))}


def _ratings(window: Window, of: Pseudonyms) -> Iterator[Row]:
    kinds = local.agency_kinds()
    given = Rating.objects.filter(
        case__exercise__state=Exercise.States.CLOSED,
        case__exercise__closed_at__date__range=(window.first, window.last),
    )
    for rating in given.select_related("case__exercise", "agency").order_by("pk"):
        exercise = rating.case.exercise
        assert exercise.closed_at is not None
        yield {
            "closed_on": timezone.localdate(exercise.closed_at),
            "exercise": of.of(str(exercise.pk), "exercise"),
            "vignette": of.of(str(rating.case_id), "vignette"),
            "rater": of.of(str(rating.rater_id), "rater"),
            "agency": kinds.get(rating.agency.code),
            "level": str(rating.level),
        }
