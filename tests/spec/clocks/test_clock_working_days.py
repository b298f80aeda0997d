"""Working days of England, held against bank holidays worked out here from the rules and proclamations."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.clocks import CLOCKS, Limit, OutsideCalendar, Unit, due, due_days
from sightline.clocks.calendar import (
    FIRST_DAY,
    LAST_DAY,
    add_months,
    add_working_days,
    bank_holidays,
    end_of_day,
    is_working_day,
    working_days_between,
)

# Holidays by proclamation, and the days that they replaced.
ONE_OFF = {
    "1999-12-31", "2002-06-03", "2002-06-04", "2011-04-29", "2012-06-04", "2012-06-05", "2022-06-02",
    "2022-06-03", "2022-09-19", "2023-05-08", "1995-05-08", "2020-05-08",
}  # fmt: skip
REPLACED = {"1995-05-01", "2002-05-27", "2012-05-28", "2020-05-04", "2022-05-30"}


def easter_sunday(year: int) -> date:
    """Easter in the Gregorian calendar, by Butcher's rule of 1876."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def monday_from(day: date) -> date:
    return day + timedelta(-day.weekday() % 7)


def holidays_by_rule(year: int) -> set[date]:
    days = {easter_sunday(year) - timedelta(2), easter_sunday(year) + timedelta(1)}
    days |= {monday_from(date(year, 5, 1)), monday_from(date(year, 5, 25)), monday_from(date(year, 8, 25))}
    for feast in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while feast.weekday() > 4 or feast in days:
            feast += timedelta(1)
        days.add(feast)
    replaced = {date.fromisoformat(day) for day in REPLACED}
    return (days - replaced) | {date.fromisoformat(day) for day in ONE_OFF if day.startswith(str(year))}


YEARS = range(FIRST_DAY.year, LAST_DAY.year + 1)
HOLIDAYS = set().union(*(holidays_by_rule(year) for year in YEARS))
starts = st.dates(date(1992, 1, 1), date(2058, 12, 31))
lengths = st.integers(1, 120)
every_clock_of_working_days = st.sampled_from(
    [clock for clock in CLOCKS.values() if clock.limit and clock.limit.unit is Unit.WORKING_DAYS]
)


def works(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def walk(day: date, n: int) -> date:
    step = timedelta(1 if n > 0 else -1)
    while n:
        day += step
        n -= works(day) * step.days
    return day


@pytest.mark.parametrize("year", YEARS)
def test_weekday_bank_holidays_of_each_year_are_those_of_the_rules(year):
    known = {day for day in bank_holidays() if day.year == year and day.weekday() < 5}
    assert known == holidays_by_rule(year)
    assert len(known) >= 8


@given(starts)
def test_a_working_day_is_no_weekend_and_no_bank_holiday(day):
    assert is_working_day(day) == works(day)


@given(starts, st.integers(-120, 120))
def test_adding_working_days_agrees_with_walking_day_by_day(day, n):
    assert add_working_days(day, n) == walk(day, n)


@given(starts, lengths)
def test_the_count_between_two_days_undoes_the_addition(day, n):
    assert working_days_between(day, add_working_days(day, n)) == n
    assert working_days_between(add_working_days(day, n), day) == -n


@given(every_clock_of_working_days, starts)
def test_a_clock_of_working_days_never_falls_due_on_another_day(clock, start):
    assert works(due(clock, start).due_on)


@given(st.sampled_from([u for u in Unit if u is not Unit.HOURS]), lengths, starts, starts)
def test_what_starts_later_never_falls_due_earlier(unit, length, one, other):
    limit = Limit(min(length, 60), unit)
    earlier, later = (due(CLOCKS["early-help-review"], day, limit) for day in sorted((one, other)))
    assert earlier.due_on <= later.due_on


@given(starts, st.integers(-60, 60))
def test_months_keep_the_day_or_take_the_last_of_a_shorter_month(day, n):
    moved = add_months(day, n)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == n
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(1)).day == 1)


@given(starts)
def test_a_day_ends_one_second_before_the_next(day):
    following = datetime.combine(day + timedelta(1), datetime.min.time(), end_of_day(day).tzinfo)
    assert following.astimezone(UTC) - end_of_day(day).astimezone(UTC) == timedelta(seconds=1)


@pytest.mark.parametrize("key", ["assessment", "first-review-conference", "private-fostering-proposal"])
def test_the_table_to_join_to_says_what_due_says(key):
    table = due_days(CLOCKS[key], date(2019, 12, 20), date(2021, 1, 10))
    assert len(table) == 388
    assert table[0][0] == date(2019, 12, 20)
    assert table == [(day, due(CLOCKS[key], day).due_on) for day, _ in table]


def test_days_beyond_the_known_bank_holidays_are_refused():
    for day, n in ((date(1989, 12, 31), 1), (date(2061, 1, 1), 1), (LAST_DAY, 1), (FIRST_DAY, -1)):
        with pytest.raises(OutsideCalendar, match="1990-01-01 to 2060-12-31"):
            add_working_days(day, n)
