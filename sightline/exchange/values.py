"""Reading one value as people and systems really write it: text, ids, dates, whole numbers, yes and no.

None of these guesses: a value that is not understood raises ValueError, whose message says what was expected.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache

ABSENT = frozenset(
    {"", "#n/a", "#value!", "#ref!", "n/a", "na", "null", "none", "nil", "nan", "-", "--", ".", "nk"}
)
"""Spellings (in lower case) by which extracts say that they hold no value."""

_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u200b": ""})
_SPACE = re.compile(r"\s+")
_YES = frozenset({"yes", "y", "true", "t", "1", "a) yes", "a)yes", "yes - a", "1.0"})
_NO = frozenset({"no", "n", "false", "f", "0", "b) no", "b)no", "no - b", "0.0"})
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
_YEAR_FIRST = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_NAMED = ("%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y")
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 1, 1)


def tidy(value: object) -> str | None:
    """The text of a cell without what nobody typed on purpose; None where it stands for no value.

    Odd spaces, curly quotes and long dashes become plain; runs of white space become one space.
    """
    if value is None:
        return None
    if isinstance(value, str):
        # Most cells are a plain word longer than any spelling of "nothing": there is nothing to tidy.
        return value if len(value) > 4 and value.isascii() and value.isalnum() else _tidy_text(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@lru_cache(maxsize=65536)
def _tidy_text(value: str) -> str | None:
    text = _SPACE.sub(" ", unicodedata.normalize("NFKC", value).translate(_STRAIGHT)).strip()
    return None if text.lower() in ABSENT else text


def as_day(value: object) -> date | None:
    """A day, from a date cell, dd/mm/yyyy or yyyy-mm-dd (a time after it is let go); None for no value.

    Day before month, as in every English return. ValueError when it is no day between 1900 and 2100.
    """
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return _in_range(value, str(value))
    text = tidy(value)
    return None if text is None else _day_of(text)


@lru_cache(maxsize=65536)
def _day_of(text: str) -> date:
    try:
        if match := _YEAR_FIRST.fullmatch(text):
            year, month, day = match.groups()
            return _in_range(date(int(year), int(month), int(day)), text)
        if match := _DAY_FIRST.fullmatch(text):
            day, month, year = match.groups()
            return _in_range(date(int(year), int(month), int(day)), text)
        for form in _NAMED:
            try:
                return _in_range(datetime.strptime(text, form).date(), text)  # noqa: DTZ007
            except ValueError:
                continue
    except ValueError:
        pass
    raise ValueError("a real date, as dd/mm/yyyy")


def _in_range(day: date, text: str) -> date:
    if not EARLIEST <= day < LATEST:
        raise ValueError(f"a date between 1900 and 2100, not {text}")
    return day


def as_claim(value: object) -> bool | None:
    """Yes or no, in any usual spelling; None for no value; ValueError for anything else."""
    if isinstance(value, bool):
        return value
    text = tidy(value)
    if text is None:
        return None
    lowered = text.lower()
    if lowered in _YES:
        return True
    if lowered in _NO:
        return False
    raise ValueError("yes or no")


def as_whole(value: object) -> int | None:
    """A whole number; None for no value; ValueError for a fraction or a word."""
    text = tidy(value)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        raise ValueError("a whole number") from None
    if not number.is_integer():
        raise ValueError("a whole number")
    return int(number)


def as_number(value: object) -> float | None:
    """A number; None for no value; ValueError for a word, an infinity or not-a-number."""
    text = tidy(value)
    if text is None:
        return None
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        raise ValueError("a number") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError("a number")
    return number
