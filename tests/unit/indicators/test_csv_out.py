"""Comma-separated values that no spreadsheet takes for formulas."""

from datetime import date

from sightline.indicators.csv_out import csv_lines
from sightline.indicators.tables_out import Sheet


def test_numbers_and_days_are_written_whole() -> None:
    sheet = Sheet("S", "", ("=a", "b"), ((-1.5, date(2026, 3, 31)), (None, 'said "=1", then left')))
    assert list(csv_lines(sheet)) == ["'=a,b\r\n", "-1.5,2026-03-31\r\n", ',"said ""=1"", then left"\r\n']
