"""How good the data of a snapshot are: complete, valid, timely, consistent; by sheet and by supplying agency.

All of it comes from the manifest and from the dates in the fact tables: no value of any child is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow.compute as pc
import pyarrow.parquet as pq

from sightline.facts.manifest import IssueCount, Severity, Sheet, SourceFile, Window
from sightline.facts.snapshot import Snapshot
from sightline.facts.tables import TABLES


@dataclass(frozen=True, slots=True)
class ColumnQuality:
    """One column of a sheet: how many of its accepted rows hold a usable value, and how many an unusable one.

    `complete_percent` is filled of accepted rows; `valid_percent` is usable of the values that are there.
    Both are None where there is nothing to divide by.
    """

    column: str
    filled: int
    unknown: int
    complete_percent: float | None
    valid_percent: float | None


@dataclass(frozen=True, slots=True)
class SheetQuality:
    """One sheet, list, module or table of a file."""

    sheet: str
    read: int
    accepted: int
    refused: int
    unknown: int
    corrected: int
    queries: int
    columns: tuple[ColumnQuality, ...]


@dataclass(frozen=True, slots=True)
class TableTimeliness:
    """One fact table that a file fills: the days that it covers, and how near its events come to their end.

    `quiet_days` counts the days from the last event in the window to the window's last day; None without one.
    `late_days` counts the days from the window's end to the extraction.
    """

    table: str
    rows: int
    window: Window
    last_event_on: date | None
    quiet_days: int | None
    late_days: int


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """One file."""

    name: str
    format: str
    supplier: str
    extracted_on: date
    sheets: tuple[SheetQuality, ...]
    tables: tuple[TableTimeliness, ...]
    issues: tuple[IssueCount, ...]


@dataclass(frozen=True, slots=True)
class SupplierQuality:
    """All files of one agency."""

    supplier: str
    files: int
    read: int
    accepted: int
    refused: int
    unknown: int
    corrected: int
    queries: int


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality report of one snapshot."""

    snapshot: str
    sources: tuple[SourceQuality, ...]
    suppliers: tuple[SupplierQuality, ...]


def quality_of(snapshot: Snapshot) -> Quality:
    """The quality report of a snapshot."""
    sources = snapshot.manifest.sources
    return Quality(
        snapshot.id,
        tuple(
            SourceQuality(
                source.name,
                source.format,
                source.supplier,
                source.extracted_on,
                tuple(_sheet(sheet, source.issue_counts) for sheet in source.sheets),
                tuple(_timeliness(snapshot, index, table) for table in sorted(source.windows)),
                tuple(source.issue_counts),
            )
            for index, source in enumerate(sources)
        ),
        tuple(_supplier(supplier, sources) for supplier in sorted({source.supplier for source in sources})),
    )


def _sheet(sheet: Sheet, counts: Iterable[IssueCount]) -> SheetQuality:
    own = [count for count in counts if count.sheet == sheet.name]
    return SheetQuality(
        sheet.name,
        sheet.read,
        sheet.accepted,
        sheet.refused,
        _count(own, Severity.UNKNOWN),
        _count(own, Severity.CORRECTED),
        _count(own, Severity.QUERY),
        tuple(_column(column, filled, sheet.accepted, own) for column, filled in sheet.filled.items()),
    )


def _column(column: str, filled: int, accepted: int, counts: Iterable[IssueCount]) -> ColumnQuality:
    unknown = _count([count for count in counts if count.column == column], Severity.UNKNOWN)
    return ColumnQuality(
        column, filled, unknown, _percent(filled, accepted), _percent(filled, filled + unknown)
    )


def _timeliness(snapshot: Snapshot, index: int, table: str) -> TableTimeliness:
    source = snapshot.manifest.sources[index]
    window = source.windows[table]
    days = _event_days(snapshot, index, table)
    inside = [day for day in days if window.holds(day)]
    last = max(inside, default=None)
    return TableTimeliness(
        table,
        len(days),
        window,
        last,
        (window.last - last).days if last else None,
        (source.extracted_on - window.last).days,
    )


def _event_days(snapshot: Snapshot, index: int, table: str) -> list[date]:
    path = snapshot.parquet(table)
    if path is None:
        return []
    event = TABLES[table].event
    rows = pq.read_table(path, columns=[event], filters=pc.field("source") == index)
    return [_as_day(value) for value in rows[event].to_pylist() if value is not None]


def _as_day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _supplier(supplier: str, sources: Sequence[SourceFile]) -> SupplierQuality:
    own = [source for source in sources if source.supplier == supplier]
    counts = [count for source in own for count in source.issue_counts]
    return SupplierQuality(
        supplier,
        len(own),
        sum(source.read for source in own),
        sum(source.accepted for source in own),
        sum(source.refused for source in own),
        _count(counts, Severity.UNKNOWN),
        _count(counts, Severity.CORRECTED),
        _count(counts, Severity.QUERY),
    )


def _count(counts: Iterable[IssueCount], severity: Severity) -> int:
    return sum(count.count for count in counts if count.severity is severity)


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
