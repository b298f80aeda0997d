"""Sightline's own records as a source of a snapshot, beside what partners hand in.

A process of the front line gives flat rows and the days for which they are whole. They become a snapshot of
one source, which `exchange.merge` puts together with those of the extracts: so of these too every day belongs
to one source, the latest taken, and a correction takes effect for the days that it covers (ADR 3).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from sightline.exchange.build import Read, merged
from sightline.exchange.reading import Rows
from sightline.facts.manifest import Sheet, SourceFile, Window
from sightline.facts.own import Published, Row
from sightline.facts.schema import Column, Kind
from sightline.facts.snapshot import Snapshot, write_snapshot
from sightline.facts.sources import EXTRACTS, FORMATS, Supply
from sightline.facts.tables import TABLES

_PSEUDONYM = re.compile(r"[0-9a-f]{20}")
_PYTHON: Mapping[Kind, type] = {
    Kind.TEXT: str,
    Kind.CODE: str,
    Kind.DATE: date,
    Kind.TIME: datetime,
    Kind.WHOLE: int,
    Kind.NUMBER: float,
    Kind.CLAIM: bool,
}


class NotPublishable(Exception):
    """Rows of our own do not keep what their source promises; the message names table, row and column."""


def write_own(
    out: Path, authority: str, source: str, taken_on: date, tables: Mapping[str, Published]
) -> Snapshot:
    """Write a snapshot of what Sightline itself recorded, under the key of one of its own sources.

    Columns that a row leaves out are unknown. The same rows make the same snapshot. Raises NotPublishable,
    and writes nothing, for a table, column or code that the source does not supply, a time without a zone, a
    text that is no pseudonym, a row without a day, or a window that reaches past the day on which the rows
    were taken.
    """
    if source in EXTRACTS or source not in FORMATS:
        raise NotPublishable(f"{source} is no source of Sightline's own records")
    supplies = FORMATS[source].supplies
    for name, published in tables.items():
        if name not in supplies:
            raise NotPublishable(f"{source} does not supply {name}")
        if published.window.last > taken_on:
            raise NotPublishable(f"{name}: {published.window.last} is later than the records, of {taken_on}")
    held = {name: _rows(supplies[name], tables[name].rows) for name in sorted(tables)}
    windows = {name: tables[name].window for name in held}
    entry = SourceFile(
        name=f"{source}-{taken_on}",
        sha256=_digest(windows, held),
        format=source,
        supplier=FORMATS[source].supplier,
        extracted_on=taken_on,
        extracted_from="Sightline itself",
        windows=windows,
        sheets=tuple(_sheet(name, supplies[name], table) for name, table in held.items()),
        issues=(),
        issue_counts=(),
    )
    return write_snapshot(out, authority, [entry], merged([Read(entry, held)]))


def _rows(supply: Supply, rows: Sequence[Row]) -> pa.Table:
    """The rows as a fact table less `source`, numbered from 1 in the order given."""
    held = Rows(supply.table)
    event = held.table.event
    for number, row in enumerate(rows, start=1):
        if row.get(event) is None:
            raise NotPublishable(
                f"{supply.table}, row {number}: {event} is not known, so no day holds the row"
            )
        for name, value in row.items():
            wrong = _wrong(supply, name, value)
            if wrong:
                raise NotPublishable(f"{supply.table}, row {number}: {name} {wrong}")
        held.add({**row, "source_row": number})
    return held.as_arrow()


def _wrong(supply: Supply, name: str, value: object) -> str:
    """What is wrong with one value, without telling it; empty where nothing is."""
    if name not in supply.columns or name in {"source", "source_row"}:
        return "is not supplied"
    return "" if value is None else _wrong_value(TABLES[supply.table].column(name), value)


def _wrong_value(column: Column, value: object) -> str:
    # By the type itself: a time passes for a date in Python, and would be cut to its day in another zone.
    if type(value) is not _PYTHON[column.kind]:
        return f"is no {column.kind}"
    if isinstance(value, datetime) and value.utcoffset() is None:
        return "is a time without a zone"
    if column.kind is Kind.TEXT and not _PSEUDONYM.fullmatch(str(value)):
        return "is no pseudonym"
    if column.codes is not None and value not in column.codes:
        return "is none of its codes"
    return ""


def _sheet(name: str, supply: Supply, table: pa.Table) -> Sheet:
    """Every row is accepted; of each column that the source supplies, how many rows hold a value."""
    filled = {
        column: len(table) - table[column].null_count
        for column in table.column_names
        if column in supply.columns and column != "source_row"
    }
    return Sheet(name, len(table), len(table), 0, filled)


def _digest(windows: Mapping[str, Window], tables: Mapping[str, pa.Table]) -> str:
    """The hash of all that was published: rows and windows."""
    content = [(name, windows[name], table.to_pylist()) for name, table in tables.items()]
    return hashlib.sha256(repr(content).encode()).hexdigest()
