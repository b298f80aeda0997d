"""Working days, months and ages of the example, against the calendar on the wall."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.example.days import (
    age_at,
    birthday,
    month_starts,
    months_after,
    working_day_by,
    working_days_after,
    working_days_between,
)

DAYS = st.dates(date(2000, 1, 1), date(2040, 1, 1))


@pytest.mark.parametrize(
    ("day", "n", "then"),
    [
        (date(2026, 4, 2), 1, date(2026, 4, 7)),  # Maundy Thursday; Good Friday and Easter Monday between
        (date(2025, 12, 24), 1, date(2025, 12, 29)),  # Christmas Day, Boxing Day, a weekend
        (date(2026, 1, 3), 0, date(2026, 1, 5)),  # a Saturday
        (date(2026, 1, 5), 0, date(2026, 1, 5)),
        (date(2026, 3, 31), 13, date(2026, 4, 21)),
    ],
)
def test_working_days_skip_weekends_and_bank_holidays(day: date, n: int, then: date) -> None:
    assert working_days_after(day, n) == then


@given(DAYS, st.integers(1, 60))
def test_counting_there_and_back_agrees(day: date, n: int) -> None:
    then = working_days_after(day, n)
    assert working_days_between(day, then) == n
    assert working_day_by(then) == then
    assert then - day >= timedelta(days=n)


@pytest.mark.parametrize(
    ("day", "n", "then"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2026, 3, 31), -6, date(2025, 9, 30)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
    ],
)
def test_months_clamp_to_the_end_of_a_shorter_month(day: date, n: int, then: date) -> None:
    assert months_after(day, n) == then


def test_month_starts_are_those_within() -> None:
    assert month_starts(date(2025, 12, 2), date(2026, 2, 1)) == [date(2026, 1, 1), date(2026, 2, 1)]


@given(DAYS, st.integers(0, 24))
def test_a_birthday_is_the_first_day_of_an_age(born: date, age: int) -> None:
    day = birthday(born, age)
    assert age_at(born, day) == age
    assert age_at(born, day - timedelta(days=1)) == age - 1
