"""The calendar of England: working days, months and the end of a day.

A working day is not a Saturday, a Sunday, Christmas Day, Boxing Day, Good Friday or another bank
holiday in England: the definition of the Children Act 1989 Representations Procedure (England)
Regulations 2006. Bank holidays come from the `holidays` library. Those to come are worked out by rule,
so a one-off holiday that is proclaimed later moves due dates when the library is brought up to date.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, compress
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sightline.clocks.errors import NeedsTime, OutsideCalendar

LONDON = ZoneInfo("Europe/London")
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2060, 12, 31)
_FIRST_ORDINAL = FIRST_DAY.toordinal()
_END_OF_DAY = time(23, 59, 59)
_SATURDAY = 5


@cache
def bank_holidays() -> frozenset[date]:
    """Every bank holiday of England from FIRST_DAY to LAST_DAY, one-off and substitute days included."""
    # Importing and working out seventy years takes half a second: only for those who count working days.
    from holidays import country_holidays

    return frozenset(country_holidays("GB", subdiv="ENG", years=range(FIRST_DAY.year, LAST_DAY.year + 1)))


class _Count(NamedTuple):
    """The working days in order, and for each day of the calendar how many there were up to that day."""

    worked: list[date]
    so_far: list[int]


@cache
def _count() -> _Count:
    every_day = [FIRST_DAY + timedelta(n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    works = [day.weekday() < _SATURDAY and day not in bank_holidays() for day in every_day]
    return _Count(list(compress(every_day, works)), list(accumulate(map(int, works))))


def _place(day: date) -> int:
    place = day.toordinal() - _FIRST_ORDINAL
    if not 0 <= place < len(_count().so_far):
        raise OutsideCalendar(f"{day}: bank holidays are known from {FIRST_DAY} to {LAST_DAY} only")
    return place


def is_working_day(day: date) -> bool:
    """Whether `day` is a working day. Raises OutsideCalendar."""
    return day == _count().worked[_count().so_far[_place(day)] - 1]


def add_working_days(day: date, n: int) -> date:
    """Give the nth working day after `day`, before it if n is negative, and `day` itself if n is 0.

    Day 0 is the start day whatever it is: one working day after a Saturday is the next Monday that is no
    bank holiday. Raises OutsideCalendar.
    """
    worked, so_far = _count()
    position = so_far[_place(day)] + n
    if n == 0:
        return day
    # A working start day is counted so far, but as day 0 it is not among the days before it.
    position -= n > 0 or is_working_day(day)
    if not 0 <= position < len(worked):
        raise OutsideCalendar(f"{n} working days from {day} end outside {FIRST_DAY} to {LAST_DAY}")
    return worked[position]


def working_days_between(start: date, end: date) -> int:
    """Count the working days after `start` up to and including `end`; negative if `end` is earlier.

    The number of a day, counting `start` as day 0. Not a test of being in time: a Saturday after a Friday
    due date has the Friday's number. Raises OutsideCalendar.
    """
    so_far = _count().so_far
    return so_far[_place(end)] - so_far[_place(start)]


def add_days(day: date, n: int) -> date:
    """Give the day n calendar days after `day`, before it if n is negative."""
    return day + timedelta(n)


def add_months(day: date, n: int) -> date:
    """Give the same day n months on, or the last day of a shorter month (31 January to 28 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    try:
        return day.replace(year=year, month=month + 1)
    except ValueError:
        return date(year, month + 1, monthrange(year, month + 1)[1])


def end_of_day(day: date) -> datetime:
    """Give the last second of `day` in England: 23:59:59 Europe/London."""
    return datetime.combine(day, _END_OF_DAY, LONDON)


def london(day: date, at: time) -> datetime:
    """Give the moment when clocks in England show `at` on `day`.

    A time shown twice, when the clocks go back, means the first of the two: the earlier due time. Raises
    NeedsTime for a time that no clock showed, because they had gone forward.
    """
    moment = datetime.combine(day, at, LONDON)
    if moment.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise NeedsTime(f"{at:%H:%M} on {day} was no time in England: the clocks went forward past it")
    return moment


def day_in_england(moment: date) -> date:
    """Give the day in England of a day or of a time with a zone. Raises NeedsTime for one without."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise NeedsTime(f"{moment} says no time zone: give one, such as Europe/London")
    return moment.astimezone(LONDON).date()


def add_hours(moment: datetime, n: int) -> datetime:
    """Give the time n elapsed hours after `moment` (an hour is 60 minutes, also when the clocks change)."""
    return (moment.astimezone(UTC) + timedelta(hours=n)).astimezone(LONDON)
