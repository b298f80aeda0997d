"""The rows of an SSDA903 return, table by table, from a set of CSV files or from one XML file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sightline.exchange.fields import Fields, Place
from sightline.exchange.reading import Delivery, Unreadable
from sightline.exchange.ssda903.layout import ALIASES, BLOCKS, COLUMNS, KEYS
from sightline.exchange.text import text_of
from sightline.exchange.xml_stream import (
    Element,
    check_root,
    content_of,
    elements,
    line_of,
    local,
    xml_path,
)

if TYPE_CHECKING:
    from _csv import Reader

_BANNER = 20
"""In how many rows the header is looked for."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it stands: where it is, and its texts by column, blanks left out."""

    at: Place
    values: Mapping[str, str]


def records_of(delivery: Delivery, fields: Fields) -> dict[str, list[Record]]:
    """The rows of every table that the return holds, each row counted as read.

    Raises Unreadable for a file that is none of the return's tables, and for a table that comes twice.
    """
    with delivery.paths[0].open("rb") as file:
        start = file.read(64)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _xml_records(delivery, fields)
    tables: dict[str, list[Record]] = {}
    for path in delivery.paths:
        table, rows = _csv_records(path, fields)
        if table in tables:
            raise Unreadable(f"{delivery.name} holds the table {table} twice: keep one of them")
        tables[table] = rows
    return tables


def _csv_records(path: Path, fields: Fields) -> tuple[str, list[Record]]:
    reader = csv.reader(io.StringIO(text_of(path.name, path.read_bytes())[0], newline=""))
    try:
        header, table = _header(reader, path.name)
        _check_columns(table, header, reader.line_num, fields)
        return table, list(_rows(reader, table, header, fields))
    except csv.Error:
        raise Unreadable(f"{path.name} is broken at line {reader.line_num}: export it again") from None


def _header(reader: Reader, name: str) -> tuple[list[str], str]:
    """The header row, which may stand below a banner, and the table that it is of."""
    for row, _ in zip(reader, range(_BANNER), strict=False):
        names = [ALIASES.get(cell, cell) for cell in (cell.strip().upper() for cell in row)]
        found = [KEYS[cell] for cell in names if cell in KEYS]
        if "CHILD" in names and found:
            repeated = sorted({cell for cell in names if cell and names.count(cell) > 1})
            if len(found) > 1 or repeated:
                raise Unreadable(f"{name} is not one table of the SSDA903: {' '.join(found + repeated)}")
            return names, found[0]
    raise Unreadable(
        f"{name} is not a table of the SSDA903: its header has no CHILD with {' or '.join(KEYS)}"
    )


def _check_columns(table: str, header: list[str], line: int, fields: Fields) -> None:
    at = Place(table, line)
    for column in COLUMNS[table]:
        if column not in header:
            fields.query("column-missing", at, column, None, f"the column {column}; its values are unknown")
    for column in header:
        if column and column not in COLUMNS[table]:
            fields.query("column-not-read", at, column[:20], None, "a column of the return; it is not read")


def _rows(reader: Reader, table: str, header: list[str], fields: Fields) -> Iterator[Record]:
    """Every row but blank ones; a row with more cells than the header is refused, for none can be trusted."""
    for row in reader:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        at = Place(table, reader.line_num)
        fields.count(table)
        if any(cells[len(header) :]):
            expected = f"{len(header)} cells, as the header has"
            fields.refuse("cells-beyond-header", at, "", str(len(cells)), expected)
            continue
        yield Record(at, {name: cell for name, cell in zip(header, cells, strict=False) if cell})


def _xml_records(delivery: Delivery, fields: Fields) -> dict[str, list[Record]]:
    """An XML return holds every table, so a table without a row is empty, not missing."""
    path = xml_path(delivery)
    check_root(path, delivery.name, "EXPSSDA903", "an SSDA903 return")
    tables: dict[str, list[Record]] = {table: [] for table in COLUMNS}
    for element in elements(path, delivery.name, ("CHILD",)):
        for table, line, values in _child_rows(element):
            fields.count(table)
            tables[table].append(Record(Place(table, line), values))
    if not tables["Header"]:
        raise Unreadable(f"{delivery.name} holds no CHILD, so there is nothing to read: export it again")
    return tables


def _child_rows(element: Element) -> Iterator[tuple[str, int, dict[str, str]]]:
    """The rows about one child; those in HEADER itself are told apart by the columns that are filled."""
    header = next((part for part in element if local(part) == "HEADER"), None)
    found = {} if header is None else content_of(header).values
    values = {ALIASES.get(name, name): text for name, text in found.items()}
    child = {name: values[name] for name in ("CHILD", "DOB") if name in values}
    line = line_of(element if header is None else header)
    yield "Header", line, {name: values[name] for name in COLUMNS["Header"] if name in values}
    if values.get("UASC") == "1" or "DUC" in values:
        yield "UASC", line, {name: values[name] for name in COLUMNS["UASC"] if name in values}
    for table, key in (("AD1", "DATE_INT"), ("OC3", "IN_TOUCH")):
        if key in values:
            yield table, line, {name: values[name] for name in COLUMNS[table] if name in values}
    for part in element.iterdescendants():
        name = local(part)
        if name in BLOCKS and len(part):
            row = {ALIASES.get(key, key): text for key, text in content_of(part).values.items()}
            yield BLOCKS[name], line_of(part), child | row
