"""Opening a spreadsheet that a stranger sent: .xlsx and .xls, refused before it can do harm.

A parser trusts what a workbook says of itself; one cell at XFD1048576, or a megabyte that unpacks to
gigabytes, then takes the machine's memory. So the file is looked through first, in pieces of bounded size:
what it really unpacks to, and where its cells really lie. What is wrong ends in
`Unreadable`, in one sentence.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import python_calamine as calamine

from sightline.exchange.reading import Unreadable

MOST_PACKED = 100_000_000
"""Bytes that a file may have as it lies on the disk."""
MOST_UNPACKED = 200_000_000
"""Bytes that an .xlsx may unpack to: ten times a full Annex A of a large county."""
MOST_PARTS = 2_000
MOST_ROWS = 200_000
MOST_COLUMNS = 200
MOST_CELLS = 3_000_000
"""Rows x columns of a sheet's used area: the parser holds all of it, empty or not."""

_PIECE = 1 << 20
_OVERLAP = 128
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CELL = re.compile(rb"""r(?<=[\s"']r)\s*=\s*["']\s*([A-Za-z]*)(\d*)\s*["']""")
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY", b"<!doctype", b"<!entity")
_DAMAGED = "is damaged or was cut short; send it again from the system that made it"
_TOO_LARGE = "unpacks to more than 200 MB; send only the lists, without pictures or other sheets"


class Workbook:
    """A workbook that was found safe to parse."""

    def __init__(self, book: calamine.CalamineWorkbook, name: str) -> None:
        self._book = book
        self._name = name
        self.sheets: tuple[str, ...] = tuple(book.sheet_names)

    def rows(self, sheet: str) -> Sequence[Sequence[object]]:
        """The cells of a sheet from A1, row by row; an empty cell is an empty string."""
        try:
            found = self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        except BaseException as error:
            raise _unreadable(error, self._name) from None
        return found


def open_workbook(path: Path, name: str) -> Workbook:
    """Open a workbook, called `name` in messages; `Unreadable` when it is unsafe or no workbook."""
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(f"{name} is empty: it has no content at all; export it again")
    if size > MOST_PACKED:
        raise Unreadable(
            f"{name} is larger than 100 MB; send only the lists, without pictures or other sheets"
        )
    content = path.read_bytes()
    if content.startswith(_ZIP):
        _look_through_xlsx(content, name)
    elif content.startswith(_OLE):
        _look_through_xls(content, name)
    else:
        raise Unreadable(f"{name} is not an Excel workbook, whatever its name says; save it as .xlsx")
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except BaseException as error:
        raise _unreadable(error, name) from None
    if not book.sheet_names:
        raise Unreadable(f"{name} has no sheets; export it again")
    return Workbook(book, name)


def _unreadable(error: BaseException, name: str) -> BaseException:
    """What to raise for a parser's failure; a panic of its native code is no Exception."""
    if isinstance(error, calamine.PasswordError):
        return Unreadable(f"{name} is protected with a password; save it without one")
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return Unreadable(f"{name} {_DAMAGED}")
    return error


def _look_through_xlsx(content: bytes, name: str) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
        if len(parts) > MOST_PARTS:
            raise Unreadable(f"{name} has {len(parts)} parts, more than any workbook; send only the lists")
        if any(part.flag_bits & 1 for part in parts):
            raise Unreadable(f"{name} is encrypted; save it without a password")
        if not any(part.filename.endswith("workbook.xml") for part in parts):
            raise Unreadable(
                f"{name} is not an Excel workbook (.xlsx), but some other kind of file; save it as .xlsx"
            )
        left = MOST_UNPACKED
        for part in parts:
            left -= _look_through_part(archive, part, left, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, OSError):
        raise Unreadable(f"{name} {_DAMAGED}") from None


def _look_through_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int, name: str) -> int:
    """Read one part to its end in pieces, stopping past `left` bytes; returns its true size."""
    is_sheet = "worksheets/" in part.filename and part.filename.endswith(".xml")
    is_xml = part.filename.endswith((".xml", ".rels"))
    size, cells, last_row, last_column, before = 0, 0, 0, 0, b""
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > left:
                raise Unreadable(f"{name} {_TOO_LARGE}")
            text = before + piece
            if is_xml:
                _refuse_definitions(text, not before, name)
            if is_sheet:
                row, column = _furthest(text)
                last_row, last_column = max(last_row, row), max(last_column, column)
                cells += piece.count(b"<c")
            before = text[-_OVERLAP:]
    _refuse_area(last_row, last_column, name)
    if cells > MOST_CELLS:
        raise Unreadable(f"{name} has a sheet of more than {MOST_CELLS:,} cells; send only the lists")
    return size


def _refuse_definitions(text: bytes, is_start: bool, name: str) -> None:
    if is_start and b"\0" in text[:4]:
        raise Unreadable(f"{name} is written in an unusual encoding; open it in Excel and save it as .xlsx")
    if any(mark in text for mark in _FORBIDDEN):
        raise Unreadable(
            f"{name} holds XML definitions, which no workbook needs; open it in Excel and save it as .xlsx"
        )


def _furthest(text: bytes) -> tuple[int, int]:
    """The last row and the last column that a piece of a sheet's XML names."""
    cells = _CELL.findall(text)
    rows = {digits for _, digits in cells if len(digits) <= 7}
    columns = {letters.upper() for letters, _ in cells if len(letters) <= 3}
    if any(len(digits) > 7 or len(letters) > 3 for letters, digits in cells):
        return MOST_ROWS + 1, MOST_COLUMNS + 1
    return max((int(digits or 0) for digits in rows), default=0), max(map(_number_of, columns), default=0)


def _number_of(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _refuse_area(rows: int, columns: int, name: str) -> None:
    if rows > MOST_ROWS:
        raise Unreadable(
            f"{name} has a sheet that reaches to row {rows:,}, past the {MOST_ROWS:,} that are read;"
            " delete the rows below the data and save it again"
        )
    if columns > MOST_COLUMNS:
        raise Unreadable(
            f"{name} has a sheet that reaches to column {columns:,}, past the {MOST_COLUMNS} that are read;"
            " delete the columns right of the data and save it again"
        )
    if rows * columns > MOST_CELLS:
        raise Unreadable(
            f"{name} has a sheet of {rows:,} rows and {columns} columns, more than the {MOST_CELLS:,} cells"
            " that are read; delete what is below and right of the data and save it again"
        )


def _look_through_xls(content: bytes, name: str) -> None:
    try:
        container = _Container(content)
        if "EncryptedPackage" in container.streams:
            raise Unreadable(f"{name} is protected with a password; save it without one")
        stream = next((found for found in ("Workbook", "Book") if found in container.streams), None)
        if stream is None:
            raise Unreadable(
                f"{name} is not an Excel workbook, but some other kind of document; save it as .xlsx"
            )
        _look_through_records(container.read(stream), name)
    except (struct.error, IndexError):
        raise Unreadable(f"{name} {_DAMAGED}") from None


_BEGIN, _FILEPASS = 0x0809, 0x002F
_WITH_CELL = frozenset({0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E})
"""Records of a worksheet (MS-XLS 2.3) that begin with a row and a column."""


def _look_through_records(stream: bytes, name: str) -> None:
    """Follow the records of an .xls workbook to learn how far its cells reach."""
    at, rows, columns = 0, 0, 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _FILEPASS:
            raise Unreadable(f"{name} is protected with a password; save it without one")
        if kind == _BEGIN:
            rows = columns = 0
        elif kind in _WITH_CELL and length >= 4:
            row, column = struct.unpack_from("<HH", stream, at + 4)
            if row >= rows or column >= columns:
                rows, columns = max(rows, row + 1), max(columns, column + 1)
                _refuse_area(rows, columns, name)
        at += 4 + length


class _Container:
    """The streams of a compound file (MS-CFB), as far as an .xls needs them."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        (shift,) = struct.unpack_from("<H", content, 30)
        if shift not in (9, 12):
            raise struct.error("no such sector size")
        self._sector = 1 << shift
        (directory,) = struct.unpack_from("<I", content, 48)
        self._next = b"".join(self._at(number) for number in self._table_sectors())
        self.streams: dict[str, tuple[int, int]] = {}
        entries = b"".join(self._chain(directory))
        for start in range(0, len(entries) - 127, 128):
            (length,) = struct.unpack_from("<H", entries, start + 64)
            title = entries[start : start + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            first, size = struct.unpack_from("<II", entries, start + 116)
            self.streams[title] = (first, size)

    def read(self, title: str) -> bytes:
        first, size = self.streams[title]
        if size < 4096:
            raise struct.error("a workbook is never so small")
        return b"".join(self._chain(first))[:size]

    def _table_sectors(self) -> Iterator[int]:
        """The sectors that hold the table of which sector follows which."""
        count, more = struct.unpack_from("<I20xI", self._content, 44)
        if count > len(self._content) // self._sector:
            raise IndexError("the table is longer than the file")
        sectors = list(struct.unpack_from("<109I", self._content, 76))
        while more < 0xFFFFFFFA and len(sectors) < count:
            numbers = struct.unpack(f"<{self._sector // 4}I", self._at(more))
            sectors.extend(numbers[:-1])
            more = numbers[-1]
        return iter(sectors[:count])

    def _at(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        sector = self._content[start : start + self._sector]
        if not sector:
            raise IndexError("the file ends before its last sector")
        return sector

    def _chain(self, number: int) -> Iterator[bytes]:
        for _ in range(len(self._content) // self._sector + 1):
            if number >= 0xFFFFFFFA:
                return
            yield self._at(number)
            (number,) = struct.unpack_from("<I", self._next, number * 4)
        raise IndexError("a chain of sectors never ends")
