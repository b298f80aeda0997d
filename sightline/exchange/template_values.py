"""Reading one cell of a CSV template, by the kind of its column; none of these guesses.

Each returns the value and, where the cell was mended in a defined way, how; ValueError says what was
expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sightline.exchange.identifiers import nhs_number_fault
from sightline.exchange.reading import Context
from sightline.exchange.templates import Field, Kind
from sightline.exchange.values import as_claim, as_day, as_number, as_whole

LONDON, UTC = ZoneInfo("Europe/London"), ZoneInfo("UTC")
LARGEST = 100_000_000
_CLOCK = re.compile(
    r"(?P<day>.+?)[ T]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::\d{2}(?:\.\d+)?)?\s*(?P<half>[ap]m)?",
    re.IGNORECASE,
)
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})")
_MONTH = re.compile(r"(?P<year>20\d\d)-(?P<month>\d{1,2})")
_DAMAGED = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)
_PLACE = re.compile(r"[A-Za-z][A-Za-z &'()/.-]{0,39}")
_AGES = re.compile(r"\d{1,2}(?:-\d{1,2}|\+)?")
_CODED = re.compile(r"(?P<code>[A-Za-z0-9]+)\s*[:)-]\s")
Read = tuple[object, str]


def read_value(field: Field, text: str, context: Context) -> Read:
    """The value of a cell that is not blank, and how it was mended ('' when it was not).

    Times become UTC; names become kebab-case.
    """
    return _READERS[field.kind](field, text, context)


def _id(_: Field, text: str, __: Context) -> Read:
    if _DAMAGED.fullmatch(text):
        raise ValueError("the whole reference: a spreadsheet has rounded it to a number")
    if len(text) > 40:
        raise ValueError("a reference of at most 40 characters")
    whole = text.removesuffix(".0") if text.removesuffix(".0").isdigit() else text
    return whole, "" if whole == text else "the reference without '.0'"


def _nhs_number(_: Field, text: str, __: Context) -> Read:
    fault = nhs_number_fault(text)
    if fault is not None:
        raise ValueError(fault.expected)
    return True, ""


def _day(_: Field, text: str, __: Context) -> Read:
    return as_day(text), ""


def _time(field: Field, text: str, _: Context) -> Read:
    if _ZONED.fullmatch(text):
        return datetime.fromisoformat(text).astimezone(UTC), ""
    if match := _CLOCK.fullmatch(text):
        day, at = as_day(match["day"]), _time_of(match)
        return (None if day is None else _in_utc(day, at)), ""
    day = as_day(text)
    at = field.time_if_none
    return (None if day is None else _in_utc(day, at)), f"a day with a time; read as {at:%H:%M}"


def _time_of(match: re.Match[str]) -> time:
    hour, half = int(match["hour"]), (match["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("a time of day")
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, int(match["minute"]))
    except ValueError:
        raise ValueError("a time of day, as hh:mm") from None


def _in_utc(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def _month(_: Field, text: str, __: Context) -> Read:
    match = _MONTH.fullmatch(text)
    spellings = [f"{match['year']}-{match['month']:0>2}-01"] if match else _month_spellings(text)
    for spelling in spellings:
        try:
            day = as_day(spelling)
        except ValueError:
            continue
        if day is not None:
            return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1), ""
    raise ValueError("a month, as yyyy-mm")


def _month_spellings(text: str) -> list[str]:
    """Ways to read April 2025, Apr-25 (which a spreadsheet makes of 2025-04), 04/2025 or any day of it."""
    return [f"1 {text}", f"1-{text}", f"1/{text}", text]


def _claim(_: Field, text: str, __: Context) -> Read:
    return as_claim(text), ""


def _code(field: Field, text: str, _: Context) -> Read:
    codes = field.codes or {}
    spellings = {_plain(spelling): code for code, words in codes.items() for spelling in (words, code)}
    plain = _plain(text)
    found = spellings.get(plain.removesuffix(".0") if plain.removesuffix(".0").isdigit() else plain)
    if found is None and (match := _CODED.match(text)):
        found = next((code for code in codes if _plain(code) == _plain(match["code"])), None)
    if found is None:
        raise ValueError("one of " + ", ".join(codes))
    return found, ""


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", "-", text.lower())


def _name(_: Field, text: str, __: Context) -> Read:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower().replace("'", "")).strip("-")
    if not slug or len(text) > 60:
        raise ValueError("a name of at most 60 characters")
    return slug, ""


def _locality(_: Field, text: str, context: Context) -> Read:
    if context.localities:
        for locality in context.localities:
            if _plain(locality) == _plain(text):
                return locality, ""
        raise ValueError("one of " + ", ".join(sorted(context.localities)))
    if not _PLACE.fullmatch(text):
        raise ValueError("a locality, never an address")
    return text, ""


def _authority(_: Field, text: str, __: Context) -> Read:
    if not re.fullmatch(r"\d{3}", text):
        raise ValueError("the authority's three-digit DfE number")
    return text, ""


def _ages(_: Field, text: str, __: Context) -> Read:
    if not _AGES.fullmatch(text):
        raise ValueError("an age or a span of ages, such as 5-9 (a spreadsheet may have made it a date)")
    return text, ""


def _not_negative(read: Callable[[object], float | None]) -> Callable[[Field, str, Context], Read]:
    def reader(_: Field, text: str, __: Context) -> Read:
        number = read(text)
        if number is not None and number < 0:
            raise ValueError("0 or more")
        if number is not None and number > LARGEST:
            raise ValueError(f"at most {LARGEST:,}")
        return number, ""

    return reader


_READERS: dict[Kind, Callable[[Field, str, Context], Read]] = {
    Kind.ID: _id,
    Kind.NHS_NUMBER: _nhs_number,
    Kind.DATE: _day,
    Kind.TIME: _time,
    Kind.MONTH: _month,
    Kind.CLAIM: _claim,
    Kind.CODE: _code,
    Kind.NAME: _name,
    Kind.LOCALITY: _locality,
    Kind.AUTHORITY: _authority,
    Kind.WHOLE: _not_negative(as_whole),
    Kind.NUMBER: _not_negative(as_number),
    Kind.AGES: _ages,
}
