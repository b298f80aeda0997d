"""How often each agency disputes a decision, from outlines alone; hardly ever is a question, too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from sightline.core.models import Agency
from sightline.core.trust.actor import system_actor
from sightline.frontline.escalation.models import Escalation

COUNTED_DAYS = 365


@dataclass(frozen=True)
class Use:
    """What an agency raised within a year: how many, and of these how many are open and were upheld."""

    agency: str
    raised: int
    still_open: int
    upheld: int


def use_by_agency(agencies: Sequence[Agency]) -> list[Use]:
    """The disputes of a year by the agency that raised them, also of those that raised none; by name.

    Referrers without an account come last.
    """
    since = timezone.now() - timedelta(days=COUNTED_DAYS)
    with system_actor("counting disputes by agency"):
        found = list(
            Escalation.objects.filter(raised_at__gte=since).values_list(
                "raised_by_agency", "resolved_at", "is_upheld"
            )
        )
    raised = Counter(agency for agency, _, _ in found)
    still_open = Counter(agency for agency, resolved_at, _ in found if resolved_at is None)
    upheld = Counter(agency for agency, _, is_upheld in found if is_upheld)
    named = [(agency.pk, agency.name) for agency in sorted(agencies, key=lambda one: one.name)]
    rows = [*named, (None, "Referrers without an account")]
    return [Use(name, raised[key], still_open[key], upheld[key]) for key, name in rows]
