"""How a record passes from one state to the next, and what that sets going.

A process declares its states and one table; the events are the ones that clocks start and stop on::

    class Return(models.Model):
        class States(models.TextChoices):
            REQUESTED = "requested", "Requested"
            RECEIVED = "received", "Received"

        TRANSITIONS: ClassVar[Transitions] = {
            (None, States.REQUESTED): "return-requested",
            (States.REQUESTED, States.RECEIVED): "return-received",
        }
        state = models.CharField(max_length=20, choices=States.choices)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from sightline.clocks import CLOCKS, Clock, Event, Limit, NoLimit, due
from sightline.core import local
from sightline.core.audit import Actor, kind, person
from sightline.core.models import ClockRun, StatusChange

Transitions = Mapping[tuple[str | None, str], str]


class NotAllowed(Exception):
    """This record cannot pass to that state from the one it is in."""


def begin(
    obj: models.Model,
    by: Actor,
    reason: str = "",
    at: datetime | None = None,
    only_clocks: Collection[str] | None = None,
    limits: Mapping[str, Limit] | None = None,
    clocks_from: datetime | None = None,
) -> StatusChange:
    """Store a new record in the state it was made with, as `move` does for a stored one.

    `limits`: by key of the clock, the limit that was agreed for this record alone. `clocks_from`: the moment
    that its clocks count from, where that is not the event: the end of the quarter that is asked for, which
    may lie ahead. Raises `LooserThanStatute` for a limit looser than the national one.
    """
    if not obj._state.adding:
        raise NotAllowed(f"{obj} has begun already")
    event = _event(obj, None, _state(obj))
    happened = _moment(at)
    with transaction.atomic():
        obj.save()
        change = _record(obj, None, event, by, reason, happened)
        _start_clocks(change, clocks_from or happened, only_clocks, limits or {})
        return change


def move(
    obj: models.Model,
    to: str,
    by: Actor,
    reason: str = "",
    at: datetime | None = None,
    only_clocks: Collection[str] | None = None,
    limits: Mapping[str, Limit] | None = None,
) -> StatusChange:
    """Pass a record to another state; starts and stops the clocks that name this event.

    `at` is when it happened, if that was before now: clocks run from the event, not from its recording.
    `only_clocks`: where the event starts several clocks and not all apply to this record (one rating of
    three, say), the keys of those that do. `limits` as in `begin`.

    Raises `NotAllowed` for a step that `TRANSITIONS` does not hold, and where somebody else moved the record
    meanwhile.
    """
    source = _state(obj)
    event = _event(obj, source, to)
    with transaction.atomic():
        moved = type(obj)._base_manager.filter(pk=obj.pk, state=source).update(state=to)
        if not moved:
            raise NotAllowed(f"{obj} is no longer {source}: somebody else has moved it meanwhile")
        obj.state = to  # type: ignore[attr-defined]
        change = _record(obj, source, event, by, reason, _moment(at))
        _start_clocks(change, change.at, only_clocks, limits or {})
        return change


def note(
    obj: models.Model,
    event: str,
    by: Actor,
    at: datetime | None = None,
    only_clocks: Collection[str] | None = None,
    clocks_from: datetime | None = None,
) -> StatusChange:
    """Record that something happened to a record which leaves its state as it is, and move its clocks.

    The record's `EVENTS` name what can happen so. `only_clocks` and `clocks_from` as in `begin`; of the
    clocks that this event starts, the others stop: a record that is rated anew has one rating. Raises
    `NotAllowed`.
    """
    if event not in getattr(obj, "EVENTS", ()):
        raise NotAllowed(f"{event} does not happen to {obj}")
    happened = _moment(at)
    with transaction.atomic():
        change = _record(obj, _state(obj), event, by, "", happened)
        others = [clock.key for clock in CLOCKS.values() if _names(clock.starts, event)]
        running = ClockRun.objects.running().filter(
            clock__in=others, subject_kind=change.subject_kind, subject_key=change.subject_key
        )
        _stop(running.exclude(clock__in=only_clocks or ()), happened)
        _start_clocks(change, clocks_from or happened, only_clocks, {})
        return change


def diagram(model: type[models.Model]) -> str:
    """The model's states and steps as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    for (source, target), event in _transitions(model).items():
        lines.append(f"    {_node(source)} --> {_node(target)}: {event}")
    return "\n".join(lines) + "\n"


def _node(state: str | None) -> str:
    return "[*]" if state is None else str(state).replace("-", "_")


def _transitions(model: type[models.Model]) -> Transitions:
    table: Transitions | None = getattr(model, "TRANSITIONS", None)
    if not table:
        raise TypeError(f"{model.__name__} has no TRANSITIONS")
    return table


def _state(obj: models.Model) -> str:
    state: Any = getattr(obj, "state", None)
    return str(state)


def _event(obj: models.Model, source: str | None, target: str) -> str:
    table = _transitions(type(obj))
    if (source, target) in table:
        return table[source, target]
    steps = sorted(str(to) for from_, to in table if from_ == source) or ["nothing: this is the end"]
    raise NotAllowed(f"{obj} cannot pass from {source or 'new'} to {target}; expected {', '.join(steps)}")


def _moment(at: datetime | None) -> datetime:
    now = timezone.now()
    if at is not None and at > now:
        raise ValueError(f"{at:%d %B %Y %H:%M} lies ahead: an event is recorded once it has happened")
    return at or now


def _record(
    obj: models.Model, source: str | None, event: str, by: Actor, reason: str, at: datetime
) -> StatusChange:
    """Store the change, and stop the clocks that its event stops.

    A record that guards itself keeps its reasons in its own sections: whoever reads the log need not see it.
    """
    if reason and hasattr(obj, "lets"):
        raise TypeError(f"the reason belongs into a section of {type(obj).__name__}, not into the log")
    subject: dict[str, Any] = {"subject_kind": kind(obj), "subject_key": str(obj.pk)}
    change = StatusChange.objects.create(
        **subject,
        from_state=source or "",
        to_state=_state(obj),
        event=event,
        at=at,
        by=person(by),
        reason=reason,
    )
    stopped = [clock.key for clock in CLOCKS.values() if _names(clock.stops, event)]
    _stop(ClockRun.objects.running().filter(clock__in=stopped, **subject), at)
    return change


def _stop(runs: QuerySet[ClockRun], at: datetime) -> None:
    """Stop clocks; one that began later, by a server's clock that went back since, the moment it began."""
    runs.update(stopped_at=Greatest("started_at", Value(at, models.DateTimeField())))


def _start_clocks(
    change: StatusChange, start: datetime, only: Collection[str] | None, limits: Mapping[str, Limit]
) -> None:
    subject: dict[str, Any] = {"subject_kind": change.subject_kind, "subject_key": change.subject_key}
    for clock in _started(change.event, start, only):
        # For a clock that runs already the latest start counts; the status changes keep the earlier one.
        ClockRun.objects.update_or_create(
            clock=clock.key,
            stopped_at=None,
            **subject,
            defaults={"started_at": start, **_due(clock, start, limits.get(clock.key))},
        )


def _started(event: str, at: datetime, only: Collection[str] | None) -> list[Clock]:
    day = timezone.localdate(at)
    clocks = {key: clock for key, clock in CLOCKS.items() if _names(clock.starts, event)}
    if stray := set(only or ()) - set(clocks):
        raise ValueError(f"{event} does not start {', '.join(sorted(stray))}; it starts {', '.join(clocks)}")
    chosen = clocks if only is None else {key: clocks[key] for key in only}
    return [clock for clock in chosen.values() if clock.is_in_force(day)]


def _names(events: Iterable[Event], event: str) -> bool:
    return any(named.key == event for named in events)


def _due(clock: Clock, at: datetime, agreed: Limit | None) -> dict[str, Any]:
    try:
        when = due(clock, timezone.localtime(at), agreed or local.limit(clock.key))
    except NoLimit:
        return {"due_on": None, "due_at": None}
    return {"due_on": when.due_on, "due_at": when.due_at}
