"""The one writer of audit events, and who may stand behind one: a person or the system itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from sightline.core import chain
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


_waiting: ContextVar[list[AuditEvent] | None] = ContextVar(
    "events that wait for the end of a deed", default=None
)


@contextmanager
def deed() -> Iterator[None]:
    """One transaction for what is done and the events that say so; a deed within a deed is part of it.

    The events are stored as its last act: from then on the end of the audit chain is locked, and other
    writers would wait through whatever came after. When it fails nothing of it stays but the refusals.
    """
    waiting = _waiting.get()
    outermost = waiting is None
    events: list[AuditEvent] = waiting if waiting is not None else []
    before = len(events)
    token = _waiting.set(events)
    try:
        with transaction.atomic():
            yield
            if outermost:
                chain.append(events)
    except Exception:
        events[before:] = [event for event in events[before:] if event.outcome == Outcome.REFUSED]
        if outermost:
            chain.append(events)
        raise
    finally:
        _waiting.reset(token)


def record_event(
    action: str,
    by: Actor | None,
    *,
    outcome: Outcome = Outcome.DONE,
    subject: models.Model | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add an event to the audit log: at the end of the deed that is being done, or else at once.

    `by` is None for somebody who has not signed in. `detail` must hold no personal data: keys and codes only.
    Raises `TypeError` for a detail that is no plain value.
    """
    actor = by if isinstance(by, User) else None
    agency_id = getattr(subject, "agency_id", None) or (actor.agency_id if actor else None)
    reason = {"system": by.reason} if isinstance(by, System) else {}
    event = AuditEvent(
        action=action,
        actor=actor,
        object_kind=kind(subject) if subject is not None else "",
        object_key=str(subject.pk) if subject is not None else "",
        agency_id=agency_id,
        outcome=outcome,
        detail=chain.plain({**(detail or {}), **reason}),
    )
    waiting = _waiting.get()
    if waiting is None:
        chain.append([event])
    else:
        waiting.append(event)
