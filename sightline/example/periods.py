"""Which periods the extracts cover, and on which days they are taken: a few weeks after each period's end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sightline.clocks.calendar import add_months, add_working_days
from sightline.example.days import DAY


@dataclass(frozen=True, slots=True)
class Year:
    """A financial year, as the census and the looked-after return have it, and the day of its extracts."""

    first: date
    last: date
    taken: date

    def holds(self, day: date | None) -> bool:
        """Tell whether a day lies in the year; no day does not."""
        return day is not None and self.first <= day <= self.last

    @property
    def has_sex(self) -> bool:
        """Whether the year's returns ask for sex (M, F, U) and not for gender by number: from 2025."""
        return self.last.year >= 2025


def years(until: date, count: int) -> list[Year]:
    """Give the `count` financial years that end with `until`, a 31 March."""
    found = []
    for back in range(count - 1, -1, -1):
        last = until.replace(year=until.year - back)
        found.append(Year(last.replace(year=last.year - 1) + DAY, last, add_working_days(last, 13)))
    return found


def quarter_days(first: date, until: date) -> list[date]:
    """Give the days on which the quarters from `first` to `until` are extracted: 13 working days later."""
    ends = [add_months(first, n) - DAY for n in range(3, 400, 3)]
    return [add_working_days(end, 13) for end in ends if end <= until]
