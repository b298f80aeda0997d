"""The little calendar arithmetic that the example needs: working days of England and months.

A working day is not a Saturday, a Sunday or a bank holiday in England.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from datetime import date, timedelta
from functools import cache

from holidays import country_holidays

DAY = timedelta(days=1)
_YEARS = range(1990, 2061)


@cache
def _working_ordinals() -> list[int]:
    closed = {day.toordinal() for day in country_holidays("GB", subdiv="ENG", years=_YEARS)}
    every = range(date(_YEARS.start, 1, 1).toordinal(), date(_YEARS.stop - 1, 12, 31).toordinal() + 1)
    # Ordinal 1 was a Monday, so Saturday and Sunday leave 6 and 0.
    return [n for n in every if n % 7 not in (6, 0) and n not in closed]


def working_days_after(day: date, n: int) -> date:
    """Give the nth working day after `day`; with n = 0, `day` itself or the first working day after it."""
    worked = _working_ordinals()
    return date.fromordinal(worked[bisect_right(worked, day.toordinal() - (n == 0)) + max(n - 1, 0)])


def working_day_by(day: date) -> date:
    """Give `day` if it is a working day, else the last one before it."""
    worked = _working_ordinals()
    return date.fromordinal(worked[bisect_right(worked, day.toordinal()) - 1])


def working_days_between(start: date, end: date) -> int:
    """Count the working days after `start` up to and including `end`."""
    worked = _working_ordinals()
    return bisect_right(worked, end.toordinal()) - bisect_right(worked, start.toordinal())


def months_after(day: date, n: int) -> date:
    """Give the same day n months on (back if n is negative), or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_starts(first: date, last: date) -> list[date]:
    """List the first days of the months that begin from `first` to `last`."""
    start = first if first.day == 1 else months_after(first.replace(day=1), 1)
    found = []
    while start <= last:
        found.append(start)
        start = months_after(start, 1)
    return found


def age_at(born: date, day: date) -> int:
    """Give the age in completed years on `day`; -1 before birth."""
    if day < born:
        return -1
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def birthday(born: date, age: int) -> date:
    """Give the day on which somebody reaches `age`; born on 29 February, 1 March in a common year."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
