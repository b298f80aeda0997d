"""Periods: the months, quarters and years for which indicators are counted.

Years are financial years (1 April to 31 March) and quarters are theirs. A period is written as a month is
sorted: "2025-04"; a quarter "2025/26 Q1"; a year "2025/26". Twelve rolling months are no period of their own:
an indicator that rolls counts the twelve months to each period's end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sightline.clocks.calendar import add_months


class PeriodError(ValueError):
    """A period is not written, or not possible, as it was asked for; the message says what was expected."""


class Every(StrEnum):
    """How long each period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}[self]


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `first` to `last`, both included: a whole month, quarter or financial year."""

    first: date
    last: date
    every: Every

    @property
    def label(self) -> str:
        """How the period is written: "2025-04", "2025/26 Q1" or "2025/26"."""
        if self.every is Every.MONTH:
            return f"{self.first:%Y-%m}"
        started = self.first.year - (self.first.month < 4)
        year = f"{started}/{(started + 1) % 100:02}"
        if self.every is Every.YEAR:
            return year
        return f"{year} Q{(self.first.month - 4) % 12 // 3 + 1}"

    @property
    def twelve_months_first(self) -> date:
        """The first of the twelve months that end with this period."""
        return add_months(self.last + timedelta(days=1), -12)


def in_words(day: date) -> str:
    """A day as it is written in a sentence: "1 April 2025"."""
    return f"{day.day} {day:%B %Y}"


def periods_between(first: date, last: date, every: Every) -> tuple[Period, ...]:
    """The periods from the month that holds `first` to the month that holds `last`.

    PeriodError when these months are not whole quarters or years.
    """
    step = every.months
    starts, ends = first.replace(day=1), add_months(last.replace(day=1), 1)
    for day, word in ((starts, "start"), (ends, "end")):
        if (day.month - 4) % 12 % step:
            raise PeriodError(f"a {every} cannot {word} there: it must {word} with a whole {every}")
    if ends <= starts:
        raise PeriodError("the last month is before the first")
    found: list[Period] = []
    while starts < ends:
        following = add_months(starts, step)
        found.append(Period(starts, following - timedelta(days=1), every))
        starts = following
    return tuple(found)


def whole_periods(first: date, last: date, every: Every) -> tuple[Period, ...]:
    """The whole months, quarters or financial years among the days from `first` to `last`; perhaps none."""
    start = first if first.day == 1 else add_months(first.replace(day=1), 1)
    while (start.month - 4) % 12 % every.months:
        start = add_months(start, 1)
    found: list[Period] = []
    while (end := add_months(start, every.months) - timedelta(days=1)) <= last:
        found.append(Period(start, end, every))
        start = add_months(start, every.months)
    return tuple(found)


_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def parse_periods(text: str, every: Every = Every.MONTH) -> tuple[Period, ...]:
    """The periods of "2025-04..2026-03", or of one month "2025-04".

    PeriodError says what was expected: two months, the first not after the last, that are whole quarters or
    years where quarters or years are asked for.
    """
    ends = [_MONTH.fullmatch(part.strip()) for part in text.split("..")]
    if not 1 <= len(ends) <= 2 or None in ends:
        raise PeriodError(f"period {text!r}: expected a first and a last month, such as 2025-04..2026-03")
    days = [date(int(end[1]), int(end[2]), 1) for end in ends if end]
    try:
        return periods_between(days[0], days[-1], every)
    except PeriodError as error:
        raise PeriodError(f"period {text!r}: {error}") from None
