"""When a clock falls due and how it stands: pure functions of stored facts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sightline.clocks.calendar import day_in_england, working_days_between
from sightline.clocks.clock import Clock, Limit, Unit
from sightline.clocks.errors import ClockError, NeedsTime, NoLimit
from sightline.clocks.local_limits import validate_local
from sightline.clocks.reckoning import due_days_of, due_moment


class Due(NamedTuple):
    """When a clock falls due: the day in England, and the time with its zone."""

    due_on: date
    due_at: datetime


class Standing(StrEnum):
    """How a clock stands: the first three while it is open, the last two once it has stopped."""

    NOT_DUE = "not-due"
    DUE_TODAY = "due-today"
    OVERDUE = "overdue"
    MET = "met"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class State:
    """A clock's standing and how late it is.

    days_late, working_days_late: whole days from the due day to the day it stopped, or to today; 0 when in
    time. A clock due on a Friday and stopped on the Saturday is one day and no working day late, and one
    that counts hours may be late by 0 days.
    """

    standing: Standing
    due: Due
    days_late: int = 0
    working_days_late: int = 0


def limit_of(clock: Clock, local: Limit | None = None) -> Limit:
    """Give the limit that applies: the local one where the partnership has set one, else the national.

    Raises NoLimit where there is neither and LooserThanStatute where the local one could fall later.
    """
    if local is not None:
        validate_local(clock, local)
        return local
    if clock.limit is not None:
        return clock.limit
    elsewhere = "; ".join(f"{s.limit} ({s.source})" for s in clock.suggested)
    raise NoLimit(
        f"{clock.key} has no limit in force until the partnership sets one"
        + (f"; elsewhere: {elsewhere}" if elsewhere else "")
    )


def due(clock: Clock, start: date | datetime, local: Limit | None = None) -> Due:
    """Give the day and time when a clock that started then falls due.

    Whether the clock was in force on that day is the caller's question: see Clock.is_in_force. Raises
    NoLimit, LooserThanStatute, NeedsTime (hours from a day without a time, or a time without a zone) and
    OutsideCalendar.
    """
    moment = due_moment(start, limit_of(clock, local), clock.counts)
    return Due(moment.date(), moment)


def due_days(clock: Clock, first: date, last: date, local: Limit | None = None) -> list[tuple[date, date]]:
    """Give (start day, due day) for every start day from first to last, both included: a table to join to.

    Join facts to the due day; a difference of working-day numbers would call a Saturday finish after a
    Friday due day "in time". Raises as `due` does; a clock that counts hours has no due days (NeedsTime).
    """
    limit = limit_of(clock, local)
    starts = [first + timedelta(n) for n in range((last - first).days + 1)]
    return list(zip(starts, due_days_of(starts, limit, clock.counts), strict=True))


def state(
    clock: Clock,
    start: date | datetime,
    stopped_at: date | datetime | None,
    now: datetime,
    local: Limit | None = None,
) -> State:
    """Say how a clock stands at a time, open or stopped, and how late it is.

    Raises as `due` does, and ClockError for a stop that lies after `now`: what is only planned stops no
    clock.
    """
    fallen = due(clock, start, local)
    today = day_in_england(now)
    end = now if stopped_at is None else stopped_at
    if day_in_england(end) > today:
        raise ClockError(f"{clock.key}: stopped on {end}, which is after {today}")
    late = _is_later(end, fallen, limit_of(clock, local).unit)
    standing = _standing(late, stopped=stopped_at is not None, due_today=fallen.due_on == today)
    if not late:
        return State(standing, fallen)
    ended_on = day_in_england(end)
    return State(
        standing, fallen, (ended_on - fallen.due_on).days, working_days_between(fallen.due_on, ended_on)
    )


def _is_later(end: date | datetime, fallen: Due, unit: Unit) -> bool:
    if unit is not Unit.HOURS:
        return day_in_england(end) > fallen.due_on
    if isinstance(end, datetime):
        return end > fallen.due_at
    if end == fallen.due_on:
        raise NeedsTime(f"stopped on {end}, the day it fell due at {fallen.due_at:%H:%M}: give the time")
    return end > fallen.due_on


def _standing(late: bool, *, stopped: bool, due_today: bool) -> Standing:
    if stopped:
        return Standing.LATE if late else Standing.MET
    if late:
        return Standing.OVERDUE
    return Standing.DUE_TODAY if due_today else Standing.NOT_DUE
