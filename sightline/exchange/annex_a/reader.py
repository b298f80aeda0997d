"""Reading an Annex A workbook into facts."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta

from sightline.exchange.annex_a.cells import Cells, Row, RowRefused
from sightline.exchange.annex_a.checks import Checks, Kept
from sightline.exchange.annex_a.columns import LISTS, SECRET, AnnexList, Kind
from sightline.exchange.annex_a.facts import FactWriter
from sightline.exchange.annex_a.layout import Found, find_lists, unknown_headings
from sightline.exchange.reading import Context, Delivery, Findings, Reading, Rows, Unreadable
from sightline.exchange.values import tidy
from sightline.exchange.workbook import open_workbook
from sightline.facts.manifest import Severity, Sheet, Window
from sightline.facts.sources import FORMATS

FORMAT = FORMATS["annex-a"]


def read(delivery: Delivery, context: Context) -> Reading:
    """The facts, counts and issues of one Annex A workbook, .xlsx or .xls.

    A list that is missing, empty or unusable gives no window for its tables, so no figure is made of it; the
    other lists are read all the same. `Unreadable` when the file is no safe workbook or has no list at all.
    """
    if len(delivery.paths) != 1:
        raise Unreadable(f"{delivery.name}: an Annex A is one workbook, not {len(delivery.paths)} files")
    reading = _Reading(context)
    workbook = open_workbook(delivery.paths[0], delivery.name)
    for found in find_lists(workbook, reading.findings):
        reading.read_list(found)
    if not reading.has_lists:
        raise Unreadable(
            f"{delivery.name} holds no list of Annex A: no sheet is called List 1 to List 11, or has the"
            " header of one"
        )
    return reading.result()


def window_of(annex_list: AnnexList, extracted_on: date) -> Window:
    """The days that a list answers for: the months before the extract, its own day included.

    That day was not over when the extract was taken; no list says how much of it is there.
    """
    if annex_list.months == 0:
        return Window(extracted_on, extracted_on)
    month = extracted_on.year * 12 + extracted_on.month - 1 - annex_list.months
    year, month = divmod(month, 12)
    day = min(extracted_on.day, calendar.monthrange(year, month + 1)[1])
    return Window(date(year, month + 1, day) + timedelta(days=1), extracted_on)


class _Reading:
    """One delivery while it is read."""

    def __init__(self, context: Context) -> None:
        self.findings = Findings(secret=SECRET)
        self._context = context
        self._checks = Checks(self.findings)
        self._tables = {table: Rows(table) for table in FORMAT.supplies}
        self._sheets: list[Sheet] = []
        self._kept: dict[int, Kept] = {}
        self._met: set[int] = set()

    @property
    def has_lists(self) -> bool:
        return bool(self._met)

    def read_list(self, found: Found) -> None:
        """Read one sheet, or refuse all its rows when something that they need is not there."""
        annex_list, header = found.annex_list, found.header
        if annex_list.number in self._met:
            self._refuse_list(found, "list-repeated", "one sheet for each list")
            return
        self._met.add(annex_list.number)
        if header is None:
            self._refuse_list(found, "header-missing", "a header of this list in the first 20 rows")
            return
        self._report_columns(found)
        for key in (annex_list.identifier, annex_list.event):
            if key is not None and key not in header.places:
                title = annex_list.field(key).title
                self._refuse_list(found, "list-unusable", f"one column headed {title}: rows need it")
                return
        self._read_rows(
            found, header.row + 1, Cells(annex_list, header.places, self._context.extracted_on, self.findings)
        )

    def _read_rows(self, found: Found, first: int, cells: Cells) -> None:
        annex_list = found.annex_list
        window = window_of(annex_list, self._context.extracted_on)
        kept: list[Row] = []
        read = 0
        for number, values in _filled_rows(found.rows, first):
            read += 1
            try:
                row = cells.read(number, values)
            except RowRefused:
                continue
            kept.append(self._checks.row(annex_list, window, row))
        accepted = len(kept)
        self._sheets.append(Sheet(annex_list.name, read, accepted, read - accepted, dict(cells.filled)))
        if accepted:
            self._kept[annex_list.number] = Kept(annex_list, window, kept)
        else:
            self._note_list("list-empty", annex_list, "rows: a list without any gives no figure, not even 0")

    def _refuse_list(self, found: Found, rule: str, expected: str) -> None:
        """Count every row of an unusable sheet as refused, under one rule."""
        annex_list = found.annex_list
        first = found.header.row + 1 if found.header else 0
        numbers = [number for number, _ in _filled_rows(found.rows, first)]
        for number in numbers:
            self.findings.note(rule, Severity.REFUSED, annex_list.name, number, "", "", expected)
        if not numbers:
            self._note_list(rule, annex_list, expected)
        self._sheets.append(Sheet(annex_list.name, len(numbers), 0, len(numbers)))

    def _report_columns(self, found: Found) -> None:
        annex_list, header = found.annex_list, found.header
        assert header is not None
        for field in annex_list.fields:
            if field.kind is Kind.UNREAD:
                continue
            if field.key in header.contested:
                rule, expected = "column-ambiguous", "one column with this heading; none of several was read"
            elif field.key not in header.places:
                rule, expected = "column-missing", "this column; all its values stay unknown"
            else:
                continue
            self.findings.note(
                rule, Severity.UNKNOWN, annex_list.name, header.row + 1, field.title, "", expected
            )
        for letters, shape in unknown_headings(found):
            self.findings.note(
                "column-unknown",
                Severity.QUERY,
                annex_list.name,
                header.row + 1,
                f"column {letters}",
                shape,
                "a column of Annex A; this one was not read",
            )

    def _note_list(self, rule: str, annex_list: AnnexList, expected: str) -> None:
        self.findings.note(rule, Severity.UNKNOWN, annex_list.name, None, "", "", expected)

    def result(self) -> Reading:
        """Check across rows and lists, then write the facts of what was kept."""
        for annex_list in LISTS:
            if annex_list.number not in self._met:
                self._note_list(
                    "list-missing", annex_list, f"a sheet with List {annex_list.number}: {annex_list.title}"
                )
        self._checks.across(self._kept)
        windows: dict[str, Window] = {}
        for kept in self._kept.values():
            writer = FactWriter(kept.annex_list, kept.window, self._context, self._tables)
            for row in kept.rows:
                writer.write(row)
            windows |= dict.fromkeys(kept.annex_list.tables, kept.window)
        return Reading(
            format=FORMAT.key,
            supplier=FORMAT.supplier,
            extracted_on=self._context.extracted_on,
            extracted_from="the command",
            windows=windows,
            sheets=tuple(self._sheets),
            issues=self.findings.issues,
            issue_counts=self.findings.counts,
            tables={name: rows.as_arrow() for name, rows in self._tables.items() if len(rows)},
        )


def _filled_rows(rows: Sequence[Sequence[object]], first: int) -> list[tuple[int, Sequence[object]]]:
    """The rows that hold anything at all, from `first` on, with their number as a spreadsheet shows it."""
    return [
        (number, row)
        for number, row in enumerate(rows[first:], first + 1)
        if any(value != "" and (not isinstance(value, str) or tidy(value) is not None) for value in row)
    ]
