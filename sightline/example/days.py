"""The little that the example needs of days beyond `clocks.calendar`."""

from __future__ import annotations

from datetime import date, timedelta

from sightline.clocks.calendar import add_months, add_working_days, is_working_day
from sightline.facts.person import age_on

DAY = timedelta(days=1)


def working_day_from(day: date) -> date:
    """Give `day` if it is a working day, else the next one."""
    return day if is_working_day(day) else add_working_days(day, 1)


def working_day_by(day: date) -> date:
    """Give `day` if it is a working day, else the last one before it."""
    return day if is_working_day(day) else add_working_days(day, -1)


def month_starts(first: date, last: date) -> list[date]:
    """List the first days of the months that begin from `first` to `last`."""
    start = first if first.day == 1 else add_months(first.replace(day=1), 1)
    found = []
    while start <= last:
        found.append(start)
        start = add_months(start, 1)
    return found


def age_at(born: date, day: date) -> int:
    """Give the age in completed years on `day`; -1 before birth."""
    age = age_on(born, day)
    assert age is not None
    return age


def birthday(born: date, age: int) -> date:
    """Give the day on which somebody reaches `age`; born on 29 February, 1 March in a common year."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
