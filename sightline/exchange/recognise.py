"""Which format each file is, told from its first kilobytes; which files belong together; when each was taken.

Nothing is parsed here beyond a header line or an XML root's name: parsing is the work of a limited child
process (`exchange.sandbox`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from sightline.exchange.reading import Delivery, Unreadable
from sightline.exchange.templates import TEMPLATES, title_key
from sightline.exchange.text import text_of

START = 65536
"""How many bytes of a file are looked at."""

ACCEPTED = (
    "an Ofsted Annex A workbook (.xlsx or .xls), a children in need census (.xml), an SSDA903 return (.csv"
    " set or .xml), one of the CSV templates of 'sightline templates', or the ONS population table (.csv)"
)
SUFFIXES = frozenset({".csv", ".xml", ".xls", ".xlsx", ".xlsm"})
"""The kinds of file that are looked for in a folder."""

_ZIP, _OLE = b"PK", bytes.fromhex("D0CF11E0A1B11AE1")
_XML_START = re.compile(
    r"(?:<\?[^>]*\?>|<!--.*?-->|\s)*<(?P<mark>!?)(?:[\w.-]+:)?(?P<name>[\w.-]+)", re.DOTALL
)
_XML_ROOTS = {"message": "cin-census", "expssda903": "ssda903"}
_903_TABLES = {
    "rne": "episodes",
    "ethnic": "header",
    "review_code": "reviews",
    "duc": "uasc",
    "mis_start": "missing",
    "sdq_score": "oc2",
    "in_touch": "oc3",
    "date_int": "ad1",
    "date_placed": "placed for adoption",
    "prev_perm": "previous permanence",
    "sw_id": "social worker episodes",
    "dolo_start": "deprivation of liberty",
}
_ISO_DATE = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A delivery, and the extraction date that its file's or folder's name tells, if any."""

    delivery: Delivery
    extracted_on: date | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is no delivery, with the sentence for its sender."""

    name: str
    paths: tuple[Path, ...]
    sentence: str


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files named, and those of a kind that is read (`SUFFIXES`) in the folders named, at any depth."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(item for item in path.rglob("*") if item.suffix.lower() in SUFFIXES)
        else:
            found.append(path)
    return found


def recognise(paths: Sequence[Path]) -> tuple[list[Recognised], list[Refused]]:
    """The deliveries among the files: the CSV files of one SSDA903 return become one, any other file its own.

    SSDA903 files belong together when they lie in one folder and their names bear the same year, if any.
    """
    singles: list[Recognised] = []
    tables: list[tuple[tuple[str, str, str], str, Path]] = []
    refused: list[Refused] = []
    for path in paths:
        try:
            source_format, table = format_of(path)
        except Unreadable as error:
            refused.append(Refused(path.name, (path,), str(error)))
            continue
        if table:
            tables.append((_set_of(path), table, path))
        else:
            singles.append(Recognised(Delivery(source_format, path.name, (path,)), extracted_on(path)))
    for key, group in groupby(sorted(tables), key=lambda item: item[0]):
        try:
            singles.append(_return_of(key, [(table, path) for _, table, path in group]))
        except Unreadable as error:
            files = tuple(path for held, _, path in tables if held == key)
            refused.append(Refused(_set_name(key, len(files)), files, str(error)))
    return singles, refused


def extracted_on(path: Path) -> date | None:
    """The one ISO date in the file's name, or else in its folder's; None for none, or for several."""
    for name in (path.stem, path.resolve().parent.name):
        days = {day for match in _ISO_DATE.finditer(name) if (day := _day(match)) is not None}
        if days:
            return days.pop() if len(days) == 1 else None
    return None


def format_of(path: Path) -> tuple[str, str]:
    """The key of a file's format and, for a CSV of an SSDA903 return, which of its tables it is.

    Raises Unreadable with a sentence that names what is accepted.
    """
    try:
        with path.open("rb") as file:
            start = file.read(START)
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened: {error.strerror}") from None
    if not start.strip():
        raise Unreadable(f"{path.name} is empty: send it again")
    if start.startswith((_ZIP, _OLE)):
        return "annex-a", ""
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\xff\xfe<", b"\xfe\xff\0<")):
        return _xml_format(path.name, start), ""
    if start.startswith(b"%PDF"):
        raise Unreadable(f"{path.name} is a PDF; what is accepted is {ACCEPTED}")
    text, _ = text_of(path.name, start, whole=len(start) < START)
    return _csv_format(path.name, text)


def _xml_format(name: str, start: bytes) -> str:
    utf_16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = start.decode("utf-16" if utf_16 else "utf-8-sig", errors="replace")
    root = _XML_START.match(text)
    if root and root["mark"]:
        raise Unreadable(
            f"{name} declares a document type or entities, which no return needs: export it again"
        )
    found = _XML_ROOTS.get(root["name"].lower()) if root else None
    if found is None:
        told = f"whose root is '{root['name'][:40]}'" if root else "without a root"
        raise Unreadable(f"{name} is an XML file {told}; what is accepted is {ACCEPTED}")
    return found


def _csv_format(name: str, text: str) -> tuple[str, str]:
    """By the first rows: a template's coverage line, or the header of a return or of a published table."""
    try:
        rows = [row for row in csv.reader(text.splitlines()[:20]) if any(cell.strip() for cell in row)]
    except csv.Error:
        rows = []
    for row in rows:
        header = {cell.strip().lower() for cell in row}
        if "child" in header and (held := header & _903_TABLES.keys()):
            return "ssda903", _903_TABLES[min(held)]
        if {"time_period", "population_estimate"} <= header:
            return "ons-population", ""
        if {"time_period", "geographic_level"} <= header:
            raise Unreadable(
                f"{name} is a table of published statistics: load it with 'sightline benchmarks load'"
            )
    template = _template_of(rows)
    if template is None:
        raise Unreadable(f"{name} is no file that is known; what is accepted is {ACCEPTED}")
    return template, ""


def _template_of(rows: Sequence[Sequence[str]]) -> str | None:
    """The template that shares most column titles with a row: all that it requires, or more than half."""
    best = (0.5, "")
    for row in rows:
        held = {title_key(cell) for cell in row}
        for template in TEMPLATES.values():
            titles = {title_key(column.title) for column in template.columns}
            best = max(best, (len(titles & held) / len(titles), template.key))
    return best[1] or None


def _set_of(path: Path) -> tuple[str, str, str]:
    """What the files of one SSDA903 return share: folder, year in the name, extraction date in the name."""
    year = _YEAR.search(_ISO_DATE.sub("", path.stem))
    taken = extracted_on(path)
    return str(path.resolve().parent), year[0] if year else "", taken.isoformat() if taken else ""


def _set_name(key: tuple[str, str, str], count: int) -> str:
    folder, year, _ = key
    return f"{' '.join(filter(None, (Path(folder).name, year)))} ({count} files)"


def _return_of(key: tuple[str, str, str], files: Sequence[tuple[str, Path]]) -> Recognised:
    paths = tuple(path for _, path in files)
    name = paths[0].name if len(paths) == 1 else _set_name(key, len(paths))
    for table, group in groupby(files, key=lambda item: item[0]):
        names = [path.name for _, path in group]
        if len(names) > 1:
            raise Unreadable(
                f"{name} holds the table '{table}' more than once ({' and '.join(names)}): keep one of them"
            )
    return Recognised(Delivery("ssda903", name, paths), extracted_on(paths[0]))


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None
