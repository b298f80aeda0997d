"""Small snapshots made by hand, for the tests of whatever reads one.

make_snapshot(
    tmp_path,
    extract("cin-census", "2026-04-20", referrals=("2025-04-01", "2026-03-31", [
        {"child": "a", "cine_referral_date": "2025-05-02"},
    ])),
)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from sightline.exchange.reading import Rows
from sightline.facts.manifest import Sheet, SourceFile, Window
from sightline.facts.schema import Kind
from sightline.facts.snapshot import Snapshot, write_snapshot
from sightline.facts.sources import FORMATS
from sightline.facts.tables import TABLES

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Extract:
    """One source file and its rows, table by table."""

    source: SourceFile
    tables: Mapping[str, Sequence[Row]]


def extract(
    source_format: str,
    extracted_on: str,
    supplier: str | None = None,
    **tables: tuple[str, str, Sequence[Row]],
) -> Extract:
    """A file of a format: for each fact table the first and last day that it covers, and its rows.

    Dates and times may be written in ISO form (a time in UTC); columns left out are unknown.
    """
    windows = {
        table: Window(date.fromisoformat(first), date.fromisoformat(last))
        for table, (first, last, _) in tables.items()
    }
    sheets = tuple(Sheet(table, len(rows), len(rows), 0) for table, (_, _, rows) in tables.items())
    name = f"{source_format}-{extracted_on}"
    source = SourceFile(
        name, name, source_format, supplier or FORMATS[source_format].supplier,
        date.fromisoformat(extracted_on), "the command", windows, sheets, (), (),
    )  # fmt: skip
    return Extract(source, {table: rows for table, (_, _, rows) in tables.items()})


def make_snapshot(folder: Path, *extracts: Extract, authority: str = "399") -> Snapshot:
    """A snapshot of these extracts, in their order."""
    gathered: dict[str, list[pa.Table]] = {}
    sources = []
    for index, made in enumerate(extracts):
        # Two files of one format and day are told apart by their place.
        sources.append(replace(made.source, sha256=f"{made.source.sha256}-{index}"))
        for table, rows in made.tables.items():
            gathered.setdefault(table, []).append(_arrow(table, index, rows))
    tables = {table: pa.concat_tables(parts) for table, parts in gathered.items()}
    return write_snapshot(folder, authority, sources, tables)


def _arrow(table: str, index: int, rows: Sequence[Row]) -> pa.Table:
    held = Rows(table)
    for place, row in enumerate(rows):
        held.add(
            {"source_row": place + 2, **{name: _value(table, name, value) for name, value in row.items()}}
        )
    column = pa.array([index] * len(rows), type=pa.int32())
    return held.as_arrow().add_column(0, "source", column)


def _value(table: str, name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    match TABLES[table].column(name).kind:
        case Kind.DATE:
            return date.fromisoformat(value)
        case Kind.TIME:
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        case _:
            return value
