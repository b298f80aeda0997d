"""The one writer of audit events, and who may stand behind one: a person or the system itself."""

from dataclasses import dataclass
from typing import Any

from django.db import models

from sightline.core.models import AuditEvent, User
from sightline.core.permissions import Permission

Outcome = AuditEvent.Outcome


@dataclass(frozen=True)
class System:
    """The software acting by itself, in a job or at the command line, for a stated reason."""

    reason: str

    def may(self, permission: Permission, record: models.Model | None = None) -> bool:
        """Always: whoever can start a job on the server could do all of this anyway. The audit says so."""
        return True


Actor = User | System


def person(by: Actor) -> User | None:
    """The person behind an act, or None for the system."""
    return by if isinstance(by, User) else None


def kind(record: models.Model) -> str:
    """The stored name of a record's kind: its table's, which a rename of the class need not change."""
    return record._meta.db_table


def record_event(
    action: str,
    by: Actor | None,
    *,
    outcome: Outcome = Outcome.DONE,
    subject: models.Model | None = None,
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
    """Add an event to the audit log.

    `by` is None for somebody who has not signed in. `detail` must hold no personal data: keys and codes only.
    """
    actor = by if isinstance(by, User) else None
    agency_id = getattr(subject, "agency_id", None) or (actor.agency_id if actor else None)
    reason = {"system": by.reason} if isinstance(by, System) else {}
    return AuditEvent.objects.create(
        action=action,
        actor=actor,
        object_kind=kind(subject) if subject is not None else "",
        object_key=str(subject.pk) if subject is not None else "",
        agency_id=agency_id,
        outcome=outcome,
        detail={**(detail or {}), **reason},
    )
