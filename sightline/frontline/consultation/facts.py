"""What the consultation line publishes for figures: a row for each call, and nothing of what was said.

Calls of sealed and restricted records count like any other: a row tells of no child and of no caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db.models import Min
from django.utils import timezone

from sightline.core import local
from sightline.core.trust.actor import system_actor
from sightline.facts.manifest import Window
from sightline.facts.own import Published, Row
from sightline.frontline.consultation.models import Call


def facts(window: Window, of: object) -> Mapping[str, Published]:
    """The calls of a window; nothing before the day of the first. No row needs a pseudonym."""
    with system_actor("publishing facts"):
        begun = Call.objects.aggregate(first=Min("called_at"))["first"]
        if begun is None or timezone.localdate(begun) > window.last:
            return {}
        held = Window(max(window.first, timezone.localdate(begun)), window.last)
        return {"consultation_calls": Published(held, list(_calls(held)))}


def _calls(window: Window) -> Iterator[Row]:
    kinds = local.agency_kinds()
    calls = Call.objects.filter(called_at__date__range=(window.first, window.last)).select_related("agency")
    for call in calls.order_by("called_at", "pk"):
        yield {
            "called_at": call.called_at,
            "agency": kinds.get(call.agency.code) if call.agency else None,
            "wait_seconds": call.wait_seconds,
            "was_abandoned": call.was_abandoned,
            "became_contact": call.state == Call.States.REFERRED,
        }
