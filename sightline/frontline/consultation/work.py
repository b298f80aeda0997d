"""The work that waits in the consultation line: calls of which nobody has said yet what becomes of them."""

from __future__ import annotations

from django.db.models import F, Value
from django.db.models.functions import Concat

from sightline.core.permissions import Permission
from sightline.core.work import Link, Work
from sightline.frontline.consultation.models import Call

WORK = (
    Work(
        key="call-to-finish",
        title="Calls to finish",
        doing=Link("Finish", "consultation:call"),
        looking=Link("See", "consultation:call"),
        permission=Permission.LOG_CALL,
        waiting=lambda user: Call.objects.visible_to(user).filter(state=Call.States.LOGGED),
        about=Concat(Value("call "), F("dossier__reference")),
        states=dict(Call.States.choices),
        since=F("called_at"),
        for_user=F("logged_by_id"),
        for_team=F("dossier__owner_team_id"),
    ),
)
"""What waits in the consultation line."""
