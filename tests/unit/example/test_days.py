"""Working days, months and ages of the example, against the calendar on the wall."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.example.days import age_at, birthday, month_starts, working_day_by, working_day_from


@pytest.mark.parametrize(
    ("day", "by", "after"),
    [
        (date(2026, 4, 4), date(2026, 4, 2), date(2026, 4, 7)),  # Easter Saturday
        (date(2025, 12, 26), date(2025, 12, 24), date(2025, 12, 29)),  # Boxing Day, a Friday
        (date(2026, 1, 5), date(2026, 1, 5), date(2026, 1, 5)),
    ],
)
def test_the_working_day_by_and_from_a_day(day: date, by: date, after: date) -> None:
    assert (working_day_by(day), working_day_from(day)) == (by, after)


def test_month_starts_are_those_within() -> None:
    assert month_starts(date(2025, 12, 2), date(2026, 2, 1)) == [date(2026, 1, 1), date(2026, 2, 1)]


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 24))
def test_a_birthday_is_the_first_day_of_an_age(born: date, age: int) -> None:
    day = birthday(born, age)
    assert age_at(born, day) == age
    assert age_at(born, day - timedelta(days=1)) == age - 1
