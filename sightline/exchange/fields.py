"""Reading the fields of a national return: each value is read, or left unknown and reported, never guessed.

One `Fields` serves one delivery: it gathers the issues and counts the rows of each sheet. A value that cannot
be read is shown to its sender as it stands only where it looks like a code or a date; anything else might be
a name or an identifier in the wrong place, and is told by its shape.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sightline.exchange.reading import Findings
from sightline.exchange.values import as_claim, as_day, as_whole, tidy
from sightline.facts.manifest import Severity, Sheet, shape_of

_CODE_OR_DATE = re.compile(r"\S{1,4}|\d{1,4}([-/.])\d{1,2}\1\d{1,4}")
_MADE_NUMBER = re.compile(r"(\w+)\.0+$")


@dataclass(frozen=True, slots=True)
class Codes:
    """One code set through the years: those of this year's return, and all that ever were in it."""

    name: str
    current: frozenset[str]
    ever: frozenset[str]

    @property
    def expected(self) -> str:
        return f"one of {' '.join(sorted(self.current))}"


Spans = tuple[tuple[int, int, str], ...]
"""A code set as data: (first year, last year, codes between spaces)."""


def codes_of_year(sets: dict[str, Spans], year: int) -> dict[str, Codes]:
    """The code sets as they are in one year's return."""
    return {
        name: Codes(
            name,
            frozenset(
                code for first, last, codes in spans if first <= year <= last for code in codes.split()
            ),
            frozenset(code for _, _, codes in spans for code in codes.split()),
        )
        for name, spans in sets.items()
    }


class Place(NamedTuple):
    """Where a value stands: the sheet, and the row or line as the sender sees it."""

    sheet: str
    row: int | None


@dataclass(slots=True)
class Tally:
    """The rows of one sheet, counted while they are read."""

    read: int = 0
    refused: int = 0
    filled: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class Fields:
    """The values, issues and counts of one delivery.

    `latest` is the last day on which anything in it can have happened.
    """

    def __init__(self, sheets: Iterable[str], secret: frozenset[str], latest: date) -> None:
        self.findings = Findings(secret)
        self.latest = latest
        self._tallies = {name: Tally() for name in sheets}

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """What became of each sheet's rows, for those sheets of which any was read."""
        return tuple(
            Sheet(
                name,
                tally.read,
                tally.read - tally.refused,
                tally.refused,
                dict(sorted(tally.filled.items())),
            )
            for name, tally in self._tallies.items()
            if tally.read
        )

    def count(self, sheet: str) -> None:
        """One more row was read of `sheet`."""
        self._tallies[sheet].read += 1

    def filled(self, sheet: str, row: object, columns: Mapping[str, str]) -> None:
        """Count the usable values of an accepted row: `columns` names the attribute of each column."""
        filled = self._tallies[sheet].filled
        for column, attribute in columns.items():
            if getattr(row, attribute) is not None:
                filled[column] += 1

    def refuse(self, rule: str, at: Place, column: str, value: object, expected: str) -> None:
        """Refuse the row at `at`, once: its sender is told of each row that is not in the figures."""
        self._tallies[at.sheet].refused += 1
        self._note(rule, Severity.REFUSED, at, column, value, expected)

    def unknown(self, rule: str, at: Place, column: str, value: object, expected: str) -> None:
        """Leave one value unknown."""
        self._note(rule, Severity.UNKNOWN, at, column, value, expected)

    def corrected(self, rule: str, at: Place, column: str, value: object, expected: str) -> None:
        """Tell that a value was read otherwise than it is written."""
        self._note(rule, Severity.CORRECTED, at, column, value, expected)

    def query(self, rule: str, at: Place, column: str, value: object, expected: str) -> None:
        """Ask somebody to look at a row that stays as it is."""
        self._note(rule, Severity.QUERY, at, column, value, expected)

    def identifier(self, at: Place, column: str, text: str | None) -> str | None:
        """A local identifier; None, and the row refused, when there is none.

        An identifier that a spreadsheet made a number ("123.0") is read without its fraction.
        """
        found = tidy(text)
        if found is None:
            self.refuse("id-missing", at, column, text, "the child's local identifier (DfE rule 8500)")
            return None
        if match := _MADE_NUMBER.fullmatch(found):
            self.corrected("id-made-number", at, column, found, "the identifier without '.0'")
            return match[1]
        return found

    def event(self, at: Place, column: str, text: str | None, dfe: str = "") -> date | None:
        """The day that dates a row; None, and the row refused, when there is none or it is impossible."""
        found, expected = _day_or_fault(text)
        if found is not None and found <= self.latest:
            return found
        rule, expected = self._fault(found, expected)
        self.refuse(rule, at, column, text, _with(expected, dfe))
        return None

    def day(self, at: Place, column: str, text: str | None, planned: bool = False) -> date | None:
        """A day; unknown and reported when it is impossible or, unless it may be `planned`, yet to come."""
        found, expected = _day_or_fault(text)
        if found is None and not expected:
            return None
        if found is not None and (planned or found <= self.latest):
            return found
        rule, expected = self._fault(found, expected)
        self.unknown(rule, at, column, text, expected)
        return None

    def _fault(self, found: date | None, expected: str) -> tuple[str, str]:
        """The rule that a day breaks, and what would have been right."""
        if found is not None:
            return "date-in-future", f"a day up to {self.latest}, when the extract was taken"
        if expected:
            return "date-impossible", expected
        return "date-missing", "the date of the row: without it the row counts nowhere"

    def code(self, at: Place, column: str, text: str | None, codes: Codes, dfe: str = "") -> str | None:
        """A code of `codes`; one of another year is kept and queried, any other left unknown and reported.

        `dfe` names the rule by which the value is required; without it a blank is no fault.
        """
        if text in codes.current:
            return text
        found = None if text is None else _MADE_NUMBER.sub(r"\1", text.strip().upper())
        if found is not None and found in codes.ever:
            if found != text:
                self.corrected("code-spelling", at, column, text, found)
            if found not in codes.current:
                self.not_of_year(at, column, found, codes)
            return found
        if tidy(text) is not None:
            self.unknown("code-unknown", at, column, text, _with(codes.expected, dfe))
        elif dfe:
            self.unknown("value-missing", at, column, text, _with(codes.expected, dfe))
        return None

    def not_of_year(self, at: Place, column: str, code: str, codes: Codes) -> None:
        """Ask about a code of another year's return: it is national, so it is shown as it stands."""
        note = self.findings.note
        note("code-not-of-year", Severity.QUERY, at.sheet, at.row, column, code, codes.expected)

    def claim(self, at: Place, column: str, text: str | None, dfe: str = "") -> bool | None:
        """Yes or no (1, 0, true or false); unknown and reported when it is neither, or required and blank."""
        try:
            found = as_claim(text)
        except ValueError:
            self.unknown("claim-unreadable", at, column, text, _with("1, 0, true or false", dfe))
            return None
        if found is None and dfe:
            self.unknown("value-missing", at, column, text, _with("1, 0, true or false", dfe))
        return found

    def whole(self, at: Place, column: str, text: str | None, dfe: str = "") -> int | None:
        """A count, from 0; unknown and reported when it is none, or required and blank."""
        try:
            found = as_whole(text)
        except ValueError:
            found = -1
        if found is None:
            if dfe:
                self.unknown("value-missing", at, column, text, _with("a whole number, 0 for none", dfe))
        elif not 0 <= found < 1000:
            self.unknown("number-unreadable", at, column, text, _with("a whole number from 0", dfe))
            return None
        return found

    def _note(
        self, rule: str, severity: Severity, at: Place, column: str, value: object, expected: str
    ) -> None:
        text = "" if value is None else str(value)
        shown = text if _CODE_OR_DATE.fullmatch(text) else shape_of(text)
        self.findings.note(rule, severity, at.sheet, at.row, column, shown, expected)


@lru_cache(maxsize=65536)
def _day_or_fault(text: str | None) -> tuple[date | None, str]:
    """The day that a text says, and what was expected of it where it says none that exists."""
    try:
        return as_day(text), ""
    except ValueError:
        return None, "a date that exists, between 1900 and 2100"


def _with(expected: str, dfe: str) -> str:
    return f"{expected} ({dfe})" if dfe else expected
