"""What a clock is: an event that starts it, an event that stops it, a limit, and who says so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from sightline.clocks.errors import ClockError


class Unit(StrEnum):
    """How a limit counts. A week is stored as seven days, a year as twelve months."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working-days"
    MONTHS = "months"


# Five years: no clock runs longer, so a longer limit is a slip of the pen.
_LONGEST = {Unit.HOURS: 43_848, Unit.DAYS: 1_827, Unit.WORKING_DAYS: 1_265, Unit.MONTHS: 60}
_WORDS: Mapping[str, tuple[int, Unit]] = MappingProxyType(
    {
        "hour": (1, Unit.HOURS),
        "day": (1, Unit.DAYS),
        "working day": (1, Unit.WORKING_DAYS),
        "week": (7, Unit.DAYS),
        "month": (1, Unit.MONTHS),
        "year": (12, Unit.MONTHS),
    }
)


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time: whole hours elapsed, calendar days, working days or months.

    Zero days is allowed and means: by the end of the start day. Raises ClockError for a negative length
    or one longer than five years.
    """

    length: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 0 <= self.length <= _LONGEST[self.unit]:
            raise ClockError(f"a limit of {self}: expected from 0 to {_LONGEST[self.unit]} {self.unit}")

    def __str__(self) -> str:
        length, word = self.length, self.unit.value.replace("-", " ").removesuffix("s")
        if self.unit is Unit.DAYS and length and length % 7 == 0:
            length, word = length // 7, "week"
        return f"{length} {word}{'' if length == 1 else 's'}"

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """Read a limit as people write it: "10 working days", "6 weeks", "1 month". Raises ClockError."""
        found = re.fullmatch(r"\s*(\d{1,5})\s+(working\s+day|hour|day|week|month|year)s?\s*", text.lower())
        if not found:
            raise ClockError(
                f"{text!r} is no limit: expected a whole number and hours, days, working days,"
                " weeks, months or years, such as '10 working days'"
            )
        factor, unit = _WORDS[" ".join(found[2].split())]
        return cls(int(found[1]) * factor, unit)


class Authority(StrEnum):
    """Who sets the limit, from the most binding to the least."""

    STATUTE = "statute"
    STATUTORY_GUIDANCE = "statutory guidance"
    NATIONAL_GUIDANCE = "national guidance"
    EXPECTATION = "expectation"
    LOCAL_POLICY = "local policy"


class Counts(StrEnum):
    """Which way a limit counts from its start event."""

    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens and starts or stops clocks: a permanent kebab-case key and the words for it."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A limit that another area or a source document uses: not set by this partnership."""

    limit: Limit
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One time limit: change of law adds an entry, it edits none.

    key: permanent, kebab-case. ref: "C01" and on; entries that differ only in their limit share one.
    starts, stops: any one of these events does it; for a repeating clock the latest start counts.
    limit: the national limit; None where none is set in numbers, until the partnership sets its own.
    suggested: limits of other areas, to choose from when setting a local one.
    counts: BEFORE where the limit must have passed before the start event happens.
    to_verify: what is still to be checked before go-live; empty where the source is confirmed.
    in_force_from, in_force_to: first and last start day that the limit governs; None: no such date known.
    expected_percent: the share of cases that the source expects within the limit.
    """

    key: str
    ref: str
    title: str
    starts: tuple[Event, ...]
    stops: tuple[Event, ...]
    limit: Limit | None
    authority: Authority
    citation: str
    to_verify: str = ""
    suggested: tuple[Suggestion, ...] = ()
    counts: Counts = Counts.AFTER
    in_force_from: date | None = None
    in_force_to: date | None = None
    expected_percent: int = 100
    note: str = ""

    @property
    def verified(self) -> bool:
        """Whether the source of this clock is confirmed."""
        return not self.to_verify

    def in_words(self, limit: Limit) -> str:
        """Say a limit as this clock counts it: "6 weeks", or "6 weeks before" its start event."""
        return f"{limit} before" if self.counts is Counts.BEFORE else str(limit)

    @property
    def source(self) -> str:
        """The citation and the dates in force: "Working Together 2023, from 15 December 2023"."""
        dates = (("from", self.in_force_from), ("until", self.in_force_to))
        return ", ".join([self.citation, *(f"{word} {day.day} {day:%B %Y}" for word, day in dates if day)])

    def is_in_force(self, on: date) -> bool:
        """Whether the limit governs a clock that starts on this day."""
        return (self.in_force_from or date.min) <= on <= (self.in_force_to or date.max)
