"""The work that waits in concerns: those that nobody has yet, and those that somebody answers for."""

from __future__ import annotations

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat

from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.work import Link, Work
from sightline.frontline.concern.models import Concern


def _open(user: User, *, is_allocated: bool) -> QuerySet[Concern]:
    """The open concerns that this person may see, which somebody has or nobody has."""
    seen: QuerySet[Concern] = Concern.objects.visible_to(user)
    return seen.filter(state=Concern.States.OPEN, allocated_to__isnull=not is_allocated)


_ABOUT = Concat(Value("concern "), F("dossier__reference"))
_STATES = dict(Concern.States.choices)

WORK = (
    Work(
        key="concern-to-allocate",
        title="Concerns to allocate",
        doing=Link("Allocate", "concern:allocate"),
        looking=Link("See", "concern:concern"),
        permission=Permission.GIVE_ACCESS,
        waiting=lambda user: _open(user, is_allocated=False),
        about=_ABOUT,
        states=_STATES,
        since=F("received_at"),
        for_team=F("dossier__owner_team_id"),
    ),
    Work(
        key="concern-to-work-on",
        title="Concerns to work on",
        doing=Link("Work on", "concern:concern"),
        looking=Link("See", "concern:concern"),
        permission=Permission.WORK_CONCERN,
        waiting=lambda user: _open(user, is_allocated=True),
        about=_ABOUT,
        states=_STATES,
        since=F("received_at"),
        for_user=F("allocated_to_id"),
        for_team=F("dossier__owner_team_id"),
    ),
)
"""What waits in concerns."""
