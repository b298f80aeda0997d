"""What a process that decides, and decides again, must know of the disputes about its decisions."""

from __future__ import annotations

from datetime import datetime

from sightline.core import flow
from sightline.core.audit import Actor
from sightline.core.trust.models import Dossier
from sightline.frontline.escalation.models import Escalation

States = Escalation.States


def is_disputed(dossier: Dossier) -> bool:
    """Whether a dispute about a decision in a record is still to be settled."""
    return bool(Escalation.objects.filter(dossier=dossier).exclude(state=States.CLOSED).exists())


def settle(dossier: Dossier, *, decided_at: datetime, by: Actor) -> None:
    """End the disputes that were upheld before this decision, told now; part of such a command."""
    upheld = Escalation.objects.filter(dossier=dossier, state=States.UPHELD, resolved_at__lt=decided_at)
    for dispute in upheld:
        flow.move(dispute, States.CLOSED, by)
