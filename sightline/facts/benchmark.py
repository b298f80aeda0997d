"""Published figures of other places and years, to compare with: one row for a measure, a place and a year.

`exchange` makes them from published tables; `indicators` and the pages read them. A figure that its publisher
held back is unknown here, never nought, and its mark is kept.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path


class Level(StrEnum):
    """What kind of place."""

    NATIONAL = "national"
    REGIONAL = "regional"
    AUTHORITY = "authority"


MARKS = {
    "c": "suppressed to protect children, or to keep another figure from being worked out",
    "k": "rounds to nought but is not nought",
    "u": "of low reliability",
    "x": "not available",
    "z": "not applicable",
}
"""What a publisher writes in place of a figure."""


class BenchmarkError(Exception):
    """A file is no table of benchmarks; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One published figure.

    `measure` is the key of the indicator whose definition it shares, where there is one. `year` is the year
    in which the reporting year ends (31 March) or for which an estimate holds. `value` is as published (rates
    and percentages to one decimal place, national and regional counts to the nearest ten) unless
    `is_computed`, when it is worked out from numerator and denominator. `marks` names what was held back:
    "numerator c; value c".
    """

    measure: str
    indicator_ref: str
    unit: str
    level: Level
    area_code: str
    area_name: str
    old_la_code: str
    year: int
    numerator: float | None
    denominator: float | None
    value: float | None
    is_computed: bool
    marks: str
    source: str


def write_benchmarks(path: Path, benchmarks: Iterable[Benchmark]) -> None:
    """Write them as one CSV file with a header, sorted, so that the same figures make the same file."""
    rows = sorted([_cell(getattr(row, name)) for name in _NAMES] for row in set(benchmarks))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([_NAMES, *rows])


def read_benchmarks(path: Path) -> tuple[Benchmark, ...]:
    """The benchmarks that `write_benchmarks` wrote; BenchmarkError names the line that is wrong."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        if next(rows, None) != _NAMES:
            raise BenchmarkError(f"{path.name} has another header: make it with 'sightline benchmarks load'")
        try:
            return tuple(_benchmark(dict(zip(_NAMES, row, strict=True))) for row in rows)
        except (ValueError, csv.Error) as error:
            raise BenchmarkError(f"{path.name}, line {rows.line_num}: {error}") from None


_NAMES = [field.name for field in fields(Benchmark)]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _benchmark(row: dict[str, str]) -> Benchmark:
    return Benchmark(
        row["measure"],
        row["indicator_ref"],
        row["unit"],
        Level(row["level"]),
        row["area_code"],
        row["area_name"],
        row["old_la_code"],
        int(row["year"]),
        _number(row["numerator"]),
        _number(row["denominator"]),
        _number(row["value"]),
        row["is_computed"] == "yes",
        row["marks"],
        row["source"],
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
