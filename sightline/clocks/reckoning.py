"""A limit laid on the calendar: the arithmetic beneath due dates and local limits."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from types import MappingProxyType

from sightline.clocks.calendar import (
    add_days,
    add_hours,
    add_months,
    add_working_days,
    day_in_england,
    end_of_day,
)
from sightline.clocks.clock import Counts, Limit, Unit
from sightline.clocks.errors import NeedsTime

_MOVE: MappingProxyType[Unit, Callable[[date, int], date]] = MappingProxyType(
    {Unit.DAYS: add_days, Unit.WORKING_DAYS: add_working_days, Unit.MONTHS: add_months}
)


def due_days_of(starts: Iterable[date], limit: Limit, counts: Counts) -> list[date]:
    """Give, for each start day, the day on which a limit of days, working days or months falls due.

    Day 0 is the start day. Raises NeedsTime for a limit of hours.
    """
    if limit.unit is Unit.HOURS:
        raise NeedsTime(f"a limit of {limit} counts from a time, and only a day is known")
    move, length = _MOVE[limit.unit], _signed(limit, counts)
    return [move(start, length) for start in starts]


def due_moment(start: date, limit: Limit, counts: Counts) -> datetime:
    """Give the time at which a limit from a day or a time falls due.

    Hours are elapsed time, also when the clocks change; every other unit ends at 23:59:59 Europe/London.
    Raises NeedsTime for hours from a day without a time, or a time without a zone.
    """
    day = day_in_england(start)
    if limit.unit is Unit.HOURS and isinstance(start, datetime):
        return add_hours(start, _signed(limit, counts))
    return end_of_day(*due_days_of([day], limit, counts))


def _signed(limit: Limit, counts: Counts) -> int:
    return limit.length if counts is Counts.AFTER else -limit.length
