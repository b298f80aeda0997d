"""Reads worked examples: pages of small tables that a practitioner can count by hand.

A page is Markdown, one for each theme. Under each heading stand
- claims, one a line: "- A: `key` in 2025-07: 1 of 3, 1 unknown", "- `key` in 2025/26 by sex: female = 1 of 2;
  male = 0 of 1", "- `key` in 2025/26 Q1: refused: words of the reason". A count needs no "of 3"; what is not
  named is nought; a value ("value 1.5") is stated where it cannot be divided out;
- files: "From cin-census, taken 2026-04-20, of 2025-04-01 to 2026-03-31, assessments:" and a table. Columns
  are fact columns, times those that clocks in England show, "-" is not known; a column named after a claim's
  letter says how that claim counts the row; "why" says why. "Residents on 2025-06-30: 20000" is a file too.

Everything else is prose. A row is counted yes, no, unknown or unplaced; or it is out; or it is the same:
gathered into a later row of the same child.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path

from sightline.clocks.calendar import add_months, london
from sightline.facts.schema import Kind
from sightline.facts.tables import TABLES
from sightline.indicators.definition import Breakdown
from sightline.indicators.periods import Every, Period, periods_between
from tests.snapshots import Extract, Row, extract

MARKS = ("yes", "no", "unknown", "unplaced", "out", "same")

_CLAIM = re.compile(r"- (?:([A-Z]): )?`([a-z0-9-]+)` in (\d{4}\S*(?: Q\d)?)(?: by ([a-z ]+))?: (.+)")
_FILE = re.compile(r"From ([a-z0-9-]+), taken (\S+), of (\S+) to (\S+), ([a-z0-9_]+):")
_RESIDENTS = re.compile(r"Residents on (\S+): (\d+)")
_NUMBERS = re.compile(
    r"([\d.]+)(?: of ([\d.]+))?(?:, (\d+) unknown)?(?:, (\d+) unplaced)?(?:, value ([\d.]+))?"
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was counted by hand; `value` only where it is stated."""

    numerator: float
    denominator: float
    unknown: int
    unplaced: int
    value: float | None


@dataclass(frozen=True, slots=True)
class Claim:
    """What one indicator should say of one period: as a whole (the group ""), or group by group."""

    letter: str
    key: str
    period: Period
    breakdown: Breakdown | None
    groups: Mapping[str, Numbers]
    refused: str


@dataclass(slots=True)
class Example:
    """One heading of a page. `marks` says of each claim's letter how it counts each row, by source row."""

    page: str
    title: str
    claims: list[Claim] = field(default_factory=list)
    files: list[Extract] = field(default_factory=list)
    marks: dict[str, dict[int, str]] = field(default_factory=dict)
    rows: int = 0


def examples(folder: Path = Path(__file__).parent) -> list[Example]:
    """Every example of every page."""
    return [example for page in sorted(folder.glob("*.md")) for example in _of_page(page)]


def period_of(label: str) -> Period:
    """The period of a label as the product writes it: "2025-04", "2025/26 Q1" or "2025/26"."""
    year, month, every = int(label[:4]), 4, Every.YEAR
    if "Q" in label:
        month, every = 3 * int(label[-1]) + 1, Every.QUARTER
    elif "-" in label:
        month, every = int(label[5:]), Every.MONTH
    first = add_months(date(year, 1, 1), month - 1)
    last = add_months(first, every.months - 1)
    (period,) = periods_between(first, last, every)
    assert period.label == label
    return period


def _of_page(page: Path) -> Iterator[Example]:
    for section in page.read_text(encoding="utf-8").split("\n## ")[1:]:
        title, _, body = section.partition("\n")
        example = Example(page.stem, title)
        lines = iter(body.splitlines())
        for line in lines:
            _read_line(example, line, lines)
        yield example


def _read_line(example: Example, line: str, lines: Iterator[str]) -> None:
    if line.startswith("- "):
        example.claims.append(_claim(line))
    elif line.startswith("From "):
        told = _FILE.fullmatch(line)
        assert told, f"{example.title}: not a file: {line}"
        _add_table(example, told.groups(), lines)
    elif line.startswith("Residents "):
        told = _RESIDENTS.fullmatch(line)
        assert told, f"{example.title}: not a count of residents: {line}"
        example.files.append(_residents(told[1], int(told[2])))
    assert not line.startswith("|"), f"{example.title}: a table of no file: {line}"


def _claim(line: str) -> Claim:
    told = _CLAIM.fullmatch(line)
    assert told, f"not a claim: {line}"
    letter, key, period, breakdown, said = told.groups()
    refused = said.removeprefix("refused: ") if said.startswith("refused: ") else ""
    groups: dict[str, Numbers] = {}
    if not refused:
        for part in said.split("; "):
            group, _, numbers = part.rpartition(" = ")
            groups[group] = _numbers(numbers)
    return Claim(
        letter or "", key, period_of(period), Breakdown(breakdown) if breakdown else None, groups, refused
    )


def _numbers(text: str) -> Numbers:
    told = _NUMBERS.fullmatch(text)
    assert told, f"not numbers: {text}"
    numerator, denominator, unknown, unplaced, value = told.groups()
    return Numbers(
        float(numerator),
        float(denominator or numerator),
        int(unknown or 0),
        int(unplaced or 0),
        float(value) if value else None,
    )


def _add_table(example: Example, told: tuple[str, ...], lines: Iterator[str]) -> None:
    source_format, taken, first, last, table = told
    next(lines)
    header, rows = _cells(next(lines)), list[Row]()
    assert set(next(lines)) == {"|", "-"}, f"{example.title}: a table without its line of dashes"
    for line in lines:
        if not line:
            break
        cells = dict(zip(header, _cells(line), strict=True))
        assert cells.pop("why"), f"{example.title}: a row without a word why: {line}"
        example.rows += 1
        for letter in [name for name in cells if name.isupper()]:
            mark = cells.pop(letter)
            assert mark in MARKS, f"{example.title}: not a way to count: {mark}"
            example.marks.setdefault(letter, {})[example.rows] = mark
        values = {name: _value(table, name, text) for name, text in cells.items()}
        rows.append(values | {"source_row": example.rows})
    example.files.append(extract(source_format, taken, **{table: (first, last, rows)}))


def _cells(line: str) -> list[str]:
    assert line.startswith("| "), f"not a row of a table: {line}"
    return [cell.strip() for cell in line.strip("|").split("|")]


def _value(table: str, name: str, text: str) -> object:
    kind = TABLES[table].column(name).kind
    if text == "-":
        return None
    match kind:
        case Kind.TIME:
            day, _, at = text.partition(" ")
            return london(date.fromisoformat(day), time.fromisoformat(at))
        case Kind.WHOLE:
            return int(text)
        case Kind.NUMBER:
            return float(text)
        case Kind.CLAIM:
            return {"yes": True, "no": False}[text]
        case _:
            return text


def _residents(day: str, count: int) -> Extract:
    row = {
        "stood_on": day,
        "age_band": "0-17",
        "sex": "all",
        "ethnic_group": "all",
        "locality": "all",
        "residents": count,
    }
    return extract("ons-population", "2026-06-01", population=(day, day, [row]))
