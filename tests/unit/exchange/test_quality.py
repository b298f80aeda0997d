"""The quality report: complete, valid, timely, consistent; by sheet and by supplying agency."""

from datetime import date
from pathlib import Path

import pytest

from sightline.exchange.build import build
from sightline.exchange.quality import Quality, quality_of
from sightline.exchange.templates import TEMPLATES

ROWS = [
    # id, born, sex, risk, reported, found
    ("C1", "01/02/2010", "F", "high", "04/06/2025 22:10", "05/06/2025 08:00"),
    ("C2", "", "F", "medum", "04/02/2026 22:10", ""),
    ("C3", "01/02/2012", "", "low", "04/02/2026 22:10", "04/02/2026 21:00"),
    ("", "01/02/2012", "M", "low", "04/02/2026 22:10", ""),
]
TITLES = ("Local child ID", "Date of birth", "Sex", "Risk", "Reported missing at", "Found at")


@pytest.fixture
def report(tmp_path: Path) -> Quality:
    titles = TEMPLATES["missing-list"].titles
    lines = ["Covers,2025-04-01,2026-03-31,Supplied by,POL", ",".join(titles)]
    for row in ROWS:
        cells = dict(zip(TITLES, row, strict=True))
        lines.append(",".join(cells.get(title, "") for title in titles))
    (tmp_path / "missing.csv").write_text("\n".join(lines))
    titles = TEMPLATES["training"].titles
    (tmp_path / "training.csv").write_text(
        f"Covers,2025-04-01,2026-03-31,Supplied by,EDU\n{','.join(titles)}\n01/05/2025,E1,Level 3,3,EDU,yes\n"
    )
    snapshot, _ = build([tmp_path], "306", date(2026, 4, 20), tmp_path / "out", b"k" * 32)
    assert snapshot is not None
    return quality_of(snapshot)


def test_rows_and_columns_of_a_sheet(report: Quality) -> None:
    (sheet,) = report.sources[0].sheets
    assert (sheet.read, sheet.accepted, sheet.refused) == (4, 3, 1)
    assert (sheet.unknown, sheet.corrected, sheet.queries) == (1, 0, 1)
    columns = {column.column: column for column in sheet.columns}
    assert set(columns) == set(TEMPLATES["missing-list"].titles)
    assert (columns["Date of birth"].filled, columns["Date of birth"].complete_percent) == (2, 66.7)
    assert columns["Date of birth"].valid_percent == 100.0
    assert (columns["Risk"].filled, columns["Risk"].unknown, columns["Risk"].valid_percent) == (2, 1, 66.7)
    assert (columns["Locality"].complete_percent, columns["Locality"].valid_percent) == (0.0, None)


def test_how_near_the_events_come_to_the_end_of_the_period(report: Quality) -> None:
    """The last child was reported on 4 February; the period ended on 31 March, 55 days later."""
    episodes, interviews = report.sources[0].tables
    assert (episodes.table, episodes.rows, interviews.rows) == ("missing_episodes", 3, 2)
    assert (episodes.last_event_on, episodes.quiet_days, episodes.late_days) == (date(2026, 2, 4), 55, 20)


def test_each_agency_answers_for_its_own_files(report: Quality) -> None:
    told = {
        (row.supplier, row.files, row.read, row.accepted, row.refused, row.unknown)
        for row in report.suppliers
    }
    assert told == {("EDU", 1, 1, 1, 0, 0), ("POL", 1, 4, 3, 1, 1)}
