"""Reading the cells of a row: each value understood, mended in a defined way, or left unknown and told."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from sightline.exchange.annex_a.columns import AnnexList, Field, Kind
from sightline.exchange.annex_a.vocabulary import code_sets
from sightline.exchange.codes import Outcome, words_of
from sightline.exchange.reading import Findings
from sightline.exchange.values import as_day, as_whole, tidy
from sightline.facts.manifest import Severity, shape_of
from sightline.facts.person import age_on

_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 73_051)
"""The day numbers of 1954 to 2099, in which a bare number in a column of days can be meant."""
_UNBORN_WITHIN = timedelta(days=300)
_OLDEST = 26
_WHOLE_SHOWN = re.compile(r"\d+\.0+")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.IGNORECASE)
_DATE_LIKE = re.compile(r"\d{1,4}[/.\- ]\d{1,2}[/.\- ]\d{1,4}")
_PART = re.compile(r"[^\W\d_]+|\d+")
_LEAST_EXACT = 2**53
"""From here on a spreadsheet's number no longer holds every digit."""


class RowRefused(Exception):
    """The row cannot be used at all; what is wrong was noted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as read: its number as the sender sees it, and its values by column key."""

    number: int
    values: Mapping[str, object]

    def day(self, key: str) -> date | None:
        value = self.values.get(key)
        return value if isinstance(value, date) else None


class Cells:
    """Reads the rows of one list, noting what is wrong and counting what is filled."""

    def __init__(
        self, annex_list: AnnexList, places: Mapping[str, int], extracted_on: date, findings: Findings
    ) -> None:
        self.annex_list = annex_list
        self.filled: Counter[str] = Counter()
        self._findings = findings
        self._extracted_on = extracted_on
        self._fields = [
            (field, places[field.key])
            for field in annex_list.fields
            if field.key in places and field.kind is not Kind.UNREAD
        ]
        self._readers = {
            Kind.ID: self._identifier,
            Kind.DAY: self._day,
            Kind.BIRTH: self._birth,
            Kind.AGE: self._age,
            Kind.CODE: self._code,
            Kind.CLAIM: self._claim,
            Kind.COUNT: self._count,
            Kind.POSTCODE: self._postcode,
        }
        self._numbered_identifiers = False

    def read(self, number: int, cells: Sequence[object]) -> Row:
        """The row's values; RowRefused when it says not who it is about, or not when it happened."""
        values: dict[str, object] = {}
        row = Row(number, values)
        for field, place in self._fields:
            cell = cells[place] if place < len(cells) else ""
            value = None if cell == "" or cell is None else self._readers[field.kind](row, field, cell)
            if value is None and field.needed and (cell == "" or cell is None or tidy(cell) is None):
                self._blank(row, field, cell)
            values[field.key] = value
        self._check_age(row)
        for key in (self.annex_list.identifier, self.annex_list.event):
            if key is not None and values[key] is None:
                raise RowRefused
        for field, _ in self._fields:
            if values[field.key] is not None:
                self.filled[field.title] += 1
        return row

    def note(
        self, rule: str, severity: Severity, row: Row, field: Field, value: object, expected: str
    ) -> None:
        self._findings.note(rule, severity, self.annex_list.name, row.number, field.title, value, expected)

    def _blank(self, row: Row, field: Field, cell: object) -> None:
        refuses = field.key in (self.annex_list.identifier, self.annex_list.event)
        severity = Severity.REFUSED if refuses else Severity.UNKNOWN
        self.note("value-missing", severity, row, field, cell, "a value: the column may not be blank")

    def _bad(self, rule: str, row: Row, field: Field, shown: str, expected: str) -> None:
        refuses = field.key in (self.annex_list.identifier, self.annex_list.event)
        self.note(rule, Severity.REFUSED if refuses else Severity.UNKNOWN, row, field, shown, expected)

    def _identifier(self, row: Row, field: Field, cell: object) -> str | None:
        text = tidy(cell)
        if text is None:
            return None
        if isinstance(cell, (int, float)):
            if abs(cell) >= _LEAST_EXACT:
                self._bad("id-damaged", row, field, text, "the identifier with all its digits, as text")
                return None
            self._numbers_noted(field)
            return text
        if words_of(text) == words_of(field.title):
            self._bad("header-repeated", row, field, text, "a row of data, not the header again")
            return None
        if _SCIENTIFIC.fullmatch(text):
            self._bad("id-damaged", row, field, text, "the identifier with all its digits, as text")
            return None
        if _WHOLE_SHOWN.fullmatch(text):
            mended = text.partition(".")[0]
            self.note(
                "id-mended", Severity.CORRECTED, row, field, text, "the identifier without .0 at its end"
            )
            return mended
        if text != cell:
            self.note("id-mended", Severity.CORRECTED, row, field, cell, "the identifier without odd spaces")
        return text

    def _numbers_noted(self, field: Field) -> None:
        if not self._numbered_identifiers:
            self._numbered_identifiers = True
            self._findings.note(
                "id-stored-as-number",
                Severity.QUERY,
                self.annex_list.name,
                None,
                field.title,
                "",
                "text: a spreadsheet drops the leading zeros of identifiers that are stored as numbers",
            )

    def _day(self, row: Row, field: Field, cell: object) -> date | None:
        day = self._any_day(row, field, cell)
        if day is not None and day > self._extracted_on:
            shown = day.strftime("%d/%m/%Y")
            self._bad("date-after-extract", row, field, shown, "a date no later than the extract's own")
            return None
        return day

    def _any_day(self, row: Row, field: Field, cell: object) -> date | None:
        if isinstance(cell, float) and cell.is_integer() and int(cell) in _EXCEL_DAYS:
            self.note(
                "date-as-number",
                Severity.CORRECTED,
                row,
                field,
                int(cell),
                "the day with that number in Excel",
            )
            return _EXCEL_EPOCH + timedelta(days=int(cell))
        try:
            return as_day(cell)
        except ValueError as error:
            text = str(cell)
            shown = text if _DATE_LIKE.fullmatch(text.strip()) else safely(text)
            self._bad("date-unreadable", row, field, shown, str(error))
            return None

    def _birth(self, row: Row, field: Field, cell: object) -> date | None:
        day = self._any_day(row, field, cell)
        if day is not None and day > self._extracted_on + _UNBORN_WITHIN:
            self._bad("birth-implausible", row, field, str(day), "a day of birth, or of an expected birth")
            return None
        return day

    def _age(self, row: Row, field: Field, cell: object) -> int | None:
        text = tidy(cell)
        if text is None:
            return None
        if text.lower() in ("unborn", "u/b"):
            return -1
        try:
            age = float(text)
        except ValueError:
            age = math.nan
        if not -1 <= age <= 120:
            self._bad(
                "age-unreadable", row, field, text, "an age in whole years, or -1 for a child not yet born"
            )
            return None
        if not age.is_integer():
            self.note("age-decimal", Severity.CORRECTED, row, field, text, "the age in completed years")
        return math.floor(age)

    def _check_age(self, row: Row) -> None:
        age, born = row.values.get("age"), row.day("born")
        if born is None:
            return
        right = age_on(born, self._extracted_on)
        if age is not None and age != right:
            field = self.annex_list.field("age")
            self.note(
                "age-contradicts-birth", Severity.QUERY, row, field, age, "the age on the day of the extract"
            )
        if right is not None and right >= _OLDEST:
            self.note(
                "age-implausible",
                Severity.QUERY,
                row,
                self.annex_list.field("born"),
                str(born),
                "the birth of a child or of a care leaver under 26",
            )

    def _code(self, row: Row, field: Field, cell: object) -> str | None:
        text = tidy(cell)
        if text is None and str(cell).strip().lower() == "none":
            text = "none"
        if text is None:
            return None
        found = code_sets()[field.codes].match(text)
        if found.code is None and found.outcome is not Outcome.NOT_SAID:
            self._bad(f"code-{found.outcome}", row, field, safely(text), _expected(field, found.reason))
        return found.code

    def _claim(self, row: Row, field: Field, cell: object) -> bool | None:
        if isinstance(cell, bool):
            return cell
        code = self._code(row, field, cell)
        return None if code is None else code == "yes"

    def _count(self, row: Row, field: Field, cell: object) -> int | None:
        try:
            number = as_whole(cell)
        except ValueError:
            number = -1
        if number is not None and not 0 <= number <= 10_000:
            self._bad("count-unreadable", row, field, safely(str(cell)), "a whole number, 0 or more")
            return None
        return number

    def _postcode(self, row: Row, field: Field, cell: object) -> str | None:
        text = tidy(cell)
        if text is not None and not _POSTCODE.fullmatch(text):
            self._bad("postcode-shape", row, field, text, "a full postcode, as AA9 9AA")
            return None
        return text


def _expected(field: Field, reason: str) -> str:
    codes = code_sets()[field.codes]
    return f"one of {', '.join(codes.codes)}; {reason}"


@cache
def _plain_words() -> frozenset[str]:
    return frozenset[str]().union(*(codes.vocabulary for codes in code_sets().values()))


def safely(text: str) -> str:
    """A value as it may be shown: words that no code set has (perhaps a name), dates, long numbers by shape.

    >>> safely("Father - Zebedee")
    'Father - Aaaaaaa'
    """
    return _PART.sub(_shown, _DATE_LIKE.sub(lambda found: shape_of(found.group()), text[:80]))


def _shown(found: re.Match[str]) -> str:
    part = found.group()
    if part.isdigit():
        return part if len(part) <= 2 else shape_of(part)
    known = all(word in _plain_words() for word in words_of(part))
    return part if known or len(part) <= 2 else shape_of(part)
