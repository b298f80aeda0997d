"""The header of a census: which year it is, who it is from, and when it was taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sightline.exchange.fields import Fields, Place
from sightline.exchange.reading import Context, Unreadable
from sightline.exchange.values import as_day, as_whole
from sightline.exchange.xml_stream import Element, content_of, line_of
from sightline.facts.manifest import Window

SHEET = "Header"


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says, as text, and the line on which it begins (None when there is no header)."""

    line: int | None
    values: dict[str, str]

    @property
    def taken_on(self) -> date | None:
        """The day of DateTime, if it is a real one."""
        return _day(self.values.get("DateTime"))


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days that a census answers for, the day it was taken, and how that is known."""

    window: Window
    year: int
    extracted_on: date
    extracted_from: str


def header_of(element: Element) -> Header:
    """The leaves of the header's two parts."""
    values: dict[str, str] = {}
    for part in element:
        values |= content_of(part).values
    return Header(line_of(element), values)


def settle(header: Header, name: str, context: Context, fields: Fields) -> Coverage:
    """Which days the census answers for: the year to its reference date, or to the day it was taken.

    The earlier of the two ends the window. A census without a usable reference date is of the year that its
    header names, or else of the financial year that ended last before it was taken. Raises Unreadable for
    another return than this one, and for a year that had not begun when the file was taken.
    """
    at = Place(SHEET, header.line)
    _check_sender(header, at, name, context, fields)
    taken = _taken(header, at, fields)
    extracted = taken or context.extracted_on
    reference = _reference(header, at, extracted, fields)
    window = Window(date(reference.year - 1, 4, 1), reference)
    if extracted < window.first:
        raise Unreadable(f"{name} is of the year to {reference}, which had not begun on {extracted}")
    if extracted < reference:
        fields.query("taken-before-year-end", at, "DateTime", extracted, f"a day after {reference}")
    return Coverage(
        Window(window.first, min(reference, extracted)),
        reference.year,
        extracted,
        "the file" if taken else "the command",
    )


def _check_sender(header: Header, at: Place, name: str, context: Context, fields: Fields) -> None:
    if header.values.get("Collection", "CIN").upper() != "CIN":
        raise Unreadable(f"{name} is a return of another collection than the children in need census")
    if header.line is None:
        fields.query("header-missing", at, "Header", None, "a Header with ReferenceDate, LEA and DateTime")
    elif header.values.get("LEA") != context.authority:
        expected = f"authority {context.authority}"
        fields.query("authority-differs", at, "LEA", header.values.get("LEA"), expected)


def _taken(header: Header, at: Place, fields: Fields) -> date | None:
    text = header.values.get("DateTime")
    if text and header.taken_on is None:
        fields.unknown("date-impossible", at, "DateTime", text, "a real date and time")
    return header.taken_on


def _reference(header: Header, at: Place, extracted: date, fields: Fields) -> date:
    text = header.values.get("ReferenceDate")
    year = _whole(header.values.get("Year"))
    found = _day(text)
    if found is not None and (found.month, found.day) == (3, 31):
        if year not in (None, found.year):
            fields.query("year-differs", at, "Year", header.values["Year"], f"{found.year}")
        return found
    if year is not None and 2000 <= year <= extracted.year + 1:
        used = date(year, 3, 31)
    else:
        used = date(extracted.year - (extracted < date(extracted.year, 4, 1)), 3, 31)
    if header.line is not None:
        expected = f"31 March of the census year (DfE rule 100); {used} is used"
        fields.corrected("reference-date", at, "ReferenceDate", text, expected)
    return used


def _day(text: str | None) -> date | None:
    try:
        return as_day(text)
    except ValueError:
        return None


def _whole(text: str | None) -> int | None:
    try:
        return as_whole(text)
    except ValueError:
        return None
