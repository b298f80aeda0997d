"""Published tables as benchmarks: the DfE's statistics of children in need, and the ONS's mid-year estimates.

A table is recognised by its columns and its category, never by its file's name. A figure is taken where the
published definition equals an indicator's; the key of the indicator is then the key of the measure.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sightline.exchange.reading import Unreadable
from sightline.exchange.text import text_of
from sightline.facts.benchmark import MARKS, Benchmark, Level

Row = Mapping[str, str]
_LEVELS = {"National": Level.NATIONAL, "Regional": Level.REGIONAL, "Local authority": Level.AUTHORITY}
_COUNT, _PERCENT, _RATE = "count", "%", "per 10,000 children"


@dataclass(frozen=True, slots=True)
class Measure:
    """How one measure is read off a published table.

    `category` is the table's own name in its `category` (or `age_group`) column. `numerator` and
    `denominator` are columns to add up. `value` is the column of the published value; empty where none is
    published, and then it is worked out.
    """

    key: str
    ref: str
    unit: str
    table: str
    category: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    value: str = ""


_C1, _C2 = "Referrals and Re-referrals", "Duration of assessment"
_C4 = "Section 47s and Initial Child Protection Conferences"
_IN_45 = ("Same_day", "1-10_days", "11-20_days", "21-30_days", "31-40_days", "41-45_days")
_OPEN, _ENDED = "Child Protection Plans by length of time", "Child Protection Plans ending by length of time"
_PLANS, _REVIEWED = "Child Protection Plans", "Child Protection Plans reviewed within timescales"
_SUBSEQUENT = "Child Protection Plans which are a second or subsequent plan"

MEASURES: tuple[Measure, ...] = (
    Measure("referrals", "P_N02", _COUNT, "C1", _C1, ("Referrals",)),
    Measure("referral-rate", "P_N02", _RATE, "C1", _C1, ("Referrals",), (), "Referrals_rate"),
    Measure(
        "re-referrals",
        "P_N07",
        _PERCENT,
        "C1",
        _C1,
        ("Re_referrals",),
        ("Referrals",),
        "Re_referrals_percent",
    ),
    Measure(
        "referrals-no-further-action",
        "P_N02",
        _PERCENT,
        "C1",
        _C1,
        ("No_Further_Action",),
        ("Referrals",),
        "No_Further_Action_percent",
    ),
    Measure("assessments-completed", "P_N15", _COUNT, "C2", _C2, ("Assessments_completed",)),
    Measure(
        "assessment-rate",
        "P_N15",
        _RATE,
        "C2",
        _C2,
        ("Assessments_completed",),
        (),
        "Assessments_completed_rate",
    ),
    Measure(
        "assessments-in-45-working-days", "P_N16", _PERCENT, "C2", _C2, _IN_45, ("Assessments_completed",)
    ),
    Measure("section-47-enquiries", "", _COUNT, "C4", _C4, ("Section47",)),
    Measure("section-47-enquiry-rate", "", _RATE, "C4", _C4, ("Section47",), (), "Section47_rate"),
    Measure("initial-conferences", "P_N21", _COUNT, "C4", _C4, ("ICPC",)),
    Measure("initial-conference-rate", "P_N21", _RATE, "C4", _C4, ("ICPC",), (), "ICPC_rate"),
    Measure(
        "initial-conferences-in-15-working-days",
        "P_N21",
        _PERCENT,
        "C4",
        _C4,
        ("Duration_0-10_days", "Duration_11-15_days"),
        ("ICPC",),
    ),
    Measure("children-in-need", "P_N20", _COUNT, "B1", "Children in Need", ("At31_episodes",)),
    Measure(
        "children-in-need-rate",
        "P_N20",
        _RATE,
        "B1",
        "Children in Need",
        ("At31_episodes",),
        (),
        "At31_episodes_rate",
    ),
    Measure("children-in-need-in-year", "P_N20", _COUNT, "B1", "Children in Need", ("Anypoint_child",)),
    Measure("protection-plans", "P_N23", _COUNT, "D1", _PLANS, ("CPP_At31",)),
    Measure("protection-plan-rate", "P_N23", _RATE, "D1", _PLANS, ("CPP_At31",), (), "CPP_At31_rate"),
    Measure("protection-plans-started", "P_N23", _COUNT, "D1", _PLANS, ("CPP_start",)),
    Measure("protection-plan-start-rate", "P_N23", _RATE, "D1", _PLANS, ("CPP_start",), (), "CPP_start_rate"),
    Measure(
        "repeat-protection-plans",
        "P_N25",
        _PERCENT,
        "D3",
        _SUBSEQUENT,
        ("CPP_subsequent",),
        ("CPP_start",),
        "CPP_subsequent_percent",
    ),
    Measure(
        "plans-open-two-years",
        "P_N24",
        _PERCENT,
        "D5",
        _OPEN,
        ("2_years_or_more",),
        ("CPP_At31",),
        "2_years_or_more_percent",
    ),
    Measure(
        "protection-reviews-on-time",
        "P_N26",
        _PERCENT,
        "D6",
        _REVIEWED,
        ("Reviewed_within_timescales",),
        ("CPP_At31_3Months",),
        "Reviewed_within_timescales_percent",
    ),
    Measure(
        "plans-ended-after-two-years",
        "P_N24",
        _PERCENT,
        "D7",
        _ENDED,
        ("2_years_or_more",),
        ("CPP_End",),
        "2_years_or_more_percent",
    ),
    Measure(
        "child-population",
        "W_N01",
        _COUNT,
        "mid-year estimates",
        "Children aged 0 to 17 years",
        ("population_estimate",),
    ),
)
_PLACE = ("time_period", "geographic_level", "country_code", "country_name", "region_code", "region_name")
_WORDS = (
    "time_identifier",
    "category",
    "category_type",
    "characteristic",
    "characteristic_type",
    "age_group",
)
_AUTHORITY = ("old_la_code", "new_la_code", "la_name")


def read_statistics(path: Path) -> list[Benchmark]:
    """Every benchmark of one published table: none when no indicator is compared with it.

    Raises Unreadable when it is no published table, when a row is no place and year, or when a cell is
    neither a number nor one of the publisher's marks.
    """
    text, _ = text_of(path.name, path.read_bytes())
    rows = csv.DictReader(io.StringIO(text, newline=""))
    header = set(rows.fieldnames or ())
    if not header.issuperset({"time_period", "geographic_level"}):
        raise Unreadable(f"{path.name} is no published table: it has no time_period or no geographic_level")
    measures = [measure for measure in MEASURES if header.issuperset(_columns(measure))]
    return [benchmark for row in _numbered(path, rows) for benchmark in _benchmarks(row, measures)]


def _columns(measure: Measure) -> set[str]:
    return {*_PLACE, *_AUTHORITY, *measure.numerator, *measure.denominator, *filter(None, [measure.value])}


def _numbered(path: Path, rows: csv.DictReader[str]) -> Iterator[Row]:
    """The rows, with an error in one of them told by its line."""
    for row in rows:
        if row["geographic_level"] not in _LEVELS or not row["time_period"].isdigit() or None in row.values():
            raise Unreadable(
                f"{path.name}, line {rows.line_num}: expected a year, a kind of place and all columns"
            )
        try:
            for name, cell in row.items():
                if name not in (*_PLACE, *_AUTHORITY, *_WORDS):
                    _figure(cell)
        except ValueError:
            raise Unreadable(
                f"{path.name}, line {rows.line_num}, column {name}: '{cell}' is neither a number nor one of"
                f" the marks {', '.join(MARKS)}"
            ) from None
        yield row


def _benchmarks(row: Row, measures: Iterable[Measure]) -> Iterator[Benchmark]:
    for measure in measures:
        if measure.category == row.get("category", row.get("age_group")):
            yield _benchmark(row, measure)


def _benchmark(row: Row, measure: Measure) -> Benchmark:
    numerator, numerator_mark = _total(row, measure.numerator)
    denominator, denominator_mark = _total(row, measure.denominator)
    value, value_mark = _figure(row[measure.value]) if measure.value else (None, "")
    if not measure.value:
        value = numerator if measure.unit == _COUNT else _percent(numerator, denominator)
    marks = {"numerator": numerator_mark, "denominator": denominator_mark, "value": value_mark}
    level, code, name, old = _place(row)
    return Benchmark(
        measure.key,
        measure.ref,
        measure.unit,
        level,
        code,
        name,
        old,
        int(row["time_period"]),
        numerator,
        denominator,
        value,
        not measure.value and measure.unit != _COUNT,
        "; ".join(f"{what} {mark}" for what, mark in marks.items() if mark),
        _source(measure, row["time_period"]),
    )


def _source(measure: Measure, year: str) -> str:
    if measure.key == "child-population":
        return f"ONS mid-year population estimates {year}"
    return f"DfE children in need statistics, table {measure.table}, year ending 31 March {year}"


def _place(row: Row) -> tuple[Level, str, str, str]:
    level = _LEVELS[row["geographic_level"]]
    if level is Level.NATIONAL:
        return level, row["country_code"], row["country_name"], ""
    if level is Level.REGIONAL:
        return level, row["region_code"], row["region_name"], ""
    return level, row["new_la_code"], row["la_name"], row["old_la_code"]


def _total(row: Row, columns: tuple[str, ...]) -> tuple[float | None, str]:
    """The sum of some columns, unknown with its mark as soon as one of them was held back."""
    total = 0.0
    for column in columns:
        figure, mark = _figure(row[column])
        if figure is None:
            return None, mark
        total += figure
    return (total, "") if columns else (None, "")


def _figure(cell: str) -> tuple[float | None, str]:
    """A published figure, or None and the mark in its place, if any; ValueError for anything else."""
    text = cell.strip()
    if text in MARKS or not text:
        return None, text
    return float(text.replace(",", "")), ""


def _percent(numerator: float | None, denominator: float | None) -> float | None:
    if numerator is None or not denominator:
        return None
    return round(100 * numerator / denominator, 4)
