"""Which questions are asked, and what an answer may be. Plain functions of plain values.

A question with a condition is shown when the question it names is itself shown and was answered with one of
the values. A condition may name only an earlier question, so a chain of conditions has an end.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

SHORT, LONG = 500, 20_000
"""The most characters of a short and of a long text."""


class NotAnAnswer(ValueError):
    """The value cannot be an answer to its question; the message says what to do."""


@dataclass(frozen=True)
class Condition:
    """Shown if that question was answered with one of these values."""

    question: str
    any: tuple[str, ...]


@dataclass(frozen=True)
class Limits:
    """What a number must be."""

    least: Decimal | None = None
    most: Decimal | None = None
    is_whole: bool = False


def is_empty(value: object) -> bool:
    """Nothing is said."""
    return value is None or value == "" or value == []


def shown(conditions: Mapping[str, Condition | None], values: Mapping[str, object]) -> set[str]:
    """The keys of the questions that are shown; `conditions` holds every question asked, in its order.

    A question whose condition names one that is not asked, or not asked before it, is not shown. What was
    answered to a hidden question is kept, but decides nothing.
    """
    found: set[str] = set()
    for key, condition in conditions.items():
        if condition is None or (condition.question in found and holds(condition, values)):
            found.add(key)
    return found


def holds(condition: Condition, values: Mapping[str, object]) -> bool:
    """Whether the question that a condition names was answered with one of its values."""
    value = values.get(condition.question)
    said = value if isinstance(value, list) else [value]
    return any(one in condition.any for one in said)


def clean(
    kind: str, value: object, *, options: Collection[str] = (), limits: Limits | None = None
) -> str | list[str]:
    """The value as it is stored. Raises `NotAnAnswer`; an empty value is allowed for every kind."""
    if kind == "several-of":
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise NotAnAnswer("Choose from the list")
        return _several(value, options)
    if not isinstance(value, str):
        raise NotAnAnswer("Enter a text")
    text = value.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        return ""
    if kind in ("short-text", "long-text"):
        return _text(text, SHORT if kind == "short-text" else LONG)
    if kind == "number":
        return _number(text, limits or Limits())
    if kind == "date":
        return _day(text)
    if text not in options:
        raise NotAnAnswer("Choose one from the list")
    return text


def _several(value: Sequence[str], options: Collection[str]) -> list[str]:
    if set(value) - set(options):
        raise NotAnAnswer("Choose from the list")
    return [key for key in options if key in value]


def _text(text: str, most: int) -> str:
    if len(text) > most:
        raise NotAnAnswer(f"Use {most:,} characters or fewer: this has {len(text):,}")
    return text


def _number(text: str, limits: Limits) -> str:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise NotAnAnswer(f"Enter a number, in figures, such as 12: not “{text[:40]}”") from None
    if not number.is_finite() or abs(number) >= 10**14:
        raise NotAnAnswer("Enter a number of at most 14 figures")
    if limits.is_whole and number != number.to_integral_value():
        raise NotAnAnswer("Enter a whole number, such as 12")
    if limits.least is not None and number < limits.least:
        raise NotAnAnswer(f"Enter {plain(limits.least)} or more")
    if limits.most is not None and number > limits.most:
        raise NotAnAnswer(f"Enter {plain(limits.most)} or less")
    return plain(number)


def plain(number: Decimal) -> str:
    """A number without exponent and without needless noughts: "12", "0.5"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise NotAnAnswer("Enter a real date, such as 27 3 2026") from None


def in_words(kind: str, value: object, texts: Mapping[str, str], unit: str = "") -> str:
    """A stored answer as a reader sees it: "Yes", "12 days", "27 March 2026"."""
    if is_empty(value):
        return ""
    if isinstance(value, list):
        return "; ".join(texts.get(one, one) for one in value)
    text = str(value)
    if kind == "number":
        return f"{text} {unit}".strip()
    if kind == "date":
        day = date.fromisoformat(text)
        return f"{day.day} {day:%B %Y}"
    return texts.get(text, text)
