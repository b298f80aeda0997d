"""Writing the workbooks: child by child into all quarters at once, row by row, so memory stays flat."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from random import Random

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from sightline.example.annex_a import mess
from sightline.example.annex_a.adopters import adopters
from sightline.example.annex_a.columns import LISTS
from sightline.example.annex_a.rows import CHILD_LISTS, Cells, Day, five
from sightline.example.chance import stream
from sightline.example.mess import Ledger, Row, Spoiler
from sightline.example.record import Child
from sightline.example.world import World

LAST_ROW = 1_048_575
"""The last row of a worksheet, counted from 0 as xlsxwriter does."""


class AnnexA:
    """The workbooks of a world; `add` each child, then `close`."""

    def __init__(self, folder: Path, world: World, days: Iterable[date], ledger: Ledger | None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._world = world
        self._books = [_Book(folder, Day(day), n, world, ledger) for n, day in enumerate(days)]

    def add(self, child: Child) -> None:
        """Write the child's rows into every workbook."""
        for book in self._books:
            book.add(child)

    def close(self) -> list[Path]:
        """Write the adopters' list and the files; gives their paths."""
        return [book.close(self._world) for book in self._books]


class _Book:
    def __init__(self, folder: Path, day: Day, number: int, world: World, ledger: Ledger | None) -> None:
        self._day = day
        self.path = folder / f"annex-a-{day.on.isoformat()}.xlsx"
        self._file = Workbook(str(self.path), {"constant_memory": True, "default_date_format": "dd/mm/yyyy"})
        # A fixed time, so that the same seed gives the same bytes.
        self._file.set_properties({"created": datetime(day.on.year, day.on.month, day.on.day, 9)})  # noqa: DTZ001
        rng = stream(world.seed, "annex-a", number)
        self._lists = {n: _List(self._file, self.path.name, n, number, rng, ledger) for n in LISTS}

    def add(self, child: Child) -> None:
        common: Cells = ()
        for number, rows in CHILD_LISTS.items():
            for cells in rows(child, self._day):
                common = common or five(child, self._day.on)
                family = (f"FAM{child.id}",) if number == 10 else ()
                self._lists[number].write((common[0], *family, *common[1:], *cells))

    def close(self, world: World) -> Path:
        for cells in adopters(world, self._day):
            self._lists[11].write(cells)
        self._file.close()
        return self.path


class _List:
    """One sheet: its banner, its header and its rows, spoilt here and there when there is a ledger."""

    def __init__(
        self, book: Workbook, file: str, number: int, quarter: int, rng: Random, ledger: Ledger | None
    ) -> None:
        self._columns = LISTS[number]
        name = f"List_{number}"
        headers = list(self._columns)
        self._next = 0
        self._spoiler: Spoiler | None = None
        if ledger is not None:
            name = _spell(ledger, file, name, number, quarter)
            headers = [_head(ledger, file, name, text, quarter) for text in headers]
            self._spoiler = Spoiler(ledger, file, name, mess.kinds(number), rng)
        self._sheet: Worksheet = book.add_worksheet(name)
        if ledger is not None and (number + quarter) % 5 == 0:
            self._put((mess.BANNER,))
            self._put(())
            ledger.note(file, name, 1, "", "banner", mess.BANNER, "a banner above the header", reported=False)
        self._put(headers)

    def write(self, cells: Cells) -> None:
        if self._spoiler is None:
            self._put(cells)
            return
        row: Row = dict(zip(self._columns, cells, strict=True))
        for spoilt in self._spoiler.rows(self._next + 1, row):
            self._put(spoilt.values())

    def _put(self, cells: Iterable[object]) -> None:
        if self._next > LAST_ROW:
            raise ValueError(f"{self._sheet.get_name()} is longer than a worksheet: ask for fewer children")
        for place, value in enumerate(cells):
            if isinstance(value, str):
                self._sheet.write_string(self._next, place, value)
            elif isinstance(value, date):
                self._sheet.write_datetime(self._next, place, value)
            elif value is not None:
                self._sheet.write_number(self._next, place, value)
        self._next += 1


def _spell(ledger: Ledger, file: str, name: str, number: int, quarter: int) -> str:
    spelt = mess.SHEET_NAMES.get(number, name) if (number + quarter) % 3 == 0 else name
    if spelt != name:
        what = "the sheet's name in another spelling"
        ledger.note(file, spelt, None, "", "sheet-name", spelt, what, reported=False)
    return spelt


def _head(ledger: Ledger, file: str, name: str, text: str, quarter: int) -> str:
    spelt = mess.HEADERS.get(text, text) if quarter % 2 else text
    if spelt != text:
        what = "a column's title in another spelling"
        ledger.note(file, name, None, text, "header", spelt, what, reported=False)
    return spelt
