"""Tables as comma-separated values that a spreadsheet opens as text and numbers, and never as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO

from sightline.facts.formula import formula_safe
from sightline.indicators.tables_out import Cell, Sheet


def csv_lines(sheet: Sheet) -> Iterator[str]:
    """The lines of a table, its headings first. Numbers are not rounded, days are written as 2026-03-31."""
    line = StringIO()
    writer = csv.writer(line)
    for row in (sheet.headings, *sheet.rows):
        writer.writerow([_cell(value) for value in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return formula_safe(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(int(value)) if value == int(value) else repr(value)
