"""The scorecard as a spreadsheet: numbers are numbers, dates are dates, and no text becomes a formula."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from sightline.facts.formula import formula_safe
from sightline.indicators.scorecard import Scorecard
from sightline.indicators.tables_out import Cell, Sheet, tables

_WIDEST = 60
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(path: Path, scorecard: Scorecard) -> None:
    """Write the four sheets of `tables_out`; the same scorecard makes the same file."""
    extracted = max(source.extracted_on for source in scorecard.snapshot.manifest.sources)
    with path.open("wb") as file:
        write_sheets(file, tables(scorecard), extracted)


def write_sheets(file: BinaryIO, sheets: Iterable[Sheet], created: date) -> None:
    """Write tables as one spreadsheet, said to be made on a given day and by nobody."""
    with xlsxwriter.Workbook(file, _PLAIN) as book:
        book.set_properties({"title": "Dataset", "created": datetime.combine(created, time())})
        formats = {
            "heading": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
            "date": book.add_format({"num_format": "d mmm yyyy"}),
            "number": book.add_format({"num_format": "#,##0.0"}),
            "whole": book.add_format({"num_format": "#,##0"}),
            # Stays text even when somebody edits the cell.
            "text": book.add_format({"quote_prefix": True}),
        }
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, formats)


def _write(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    for place, heading in enumerate(sheet.headings):
        page.write_string(0, place, heading, formats["heading"])
        longest = max((len(str(row[place])) for row in sheet.rows if row[place] is not None), default=0)
        page.set_column(place, place, min(max(longest, len(heading)) + 2, _WIDEST))
    for number, row in enumerate(sheet.rows, start=1):
        for place, value in enumerate(row):
            _write_cell(page, number, place, value, formats)
    page.freeze_panes(1, 0)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.headings) - 1)


def _write_cell(page: Any, row: int, column: int, value: Cell, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, date):
        page.write_datetime(row, column, datetime.combine(value, time()), formats["date"])
    elif isinstance(value, str):
        page.write_string(row, column, value, formats["text"] if formula_safe(value) != value else None)
    else:
        kind = "whole" if isinstance(value, int) or value.is_integer() else "number"
        page.write_number(row, column, value, formats[kind])
