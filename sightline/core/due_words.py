"""When something is due, in the words of a page: "due today by 16:20", "3 working days late"."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from sightline.clocks.calendar import day_in_england, end_of_day, working_days_between


def due_in_words(due_on: date | None, due_at: datetime | None, now: datetime) -> str:
    """Say when something is due that is still to be done, or how late it is.

    `due_at` is empty, or the end of the day, where only the day counts.
    """
    if due_on is None:
        return "no limit"
    today = day_in_england(now)
    by = _by(due_on, due_at)
    if due_on < today:
        return late_in_words(due_on, today)
    if due_at is not None and due_at < now:
        return f"late: was due today{by}"
    return f"due today{by}" if due_on == today else f"due {_weekday(due_on, today)}{by}"


def late_in_words(due_on: date, on: date) -> str:
    """How late it is on a day after the one it was due: "3 working days late", "1 day late" of a weekend."""
    working_days = working_days_between(due_on, on)
    count, unit = (working_days, "working day") if working_days else ((on - due_on).days, "day")
    return f"{count} {unit}{'' if count == 1 else 's'} late"


def _by(due_on: date, due_at: datetime | None) -> str:
    if due_at is None or due_at == end_of_day(due_on):
        return ""
    return f" by {timezone.localtime(due_at):%H:%M}"


def _weekday(day: date, today: date) -> str:
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day:%A} {day.day} {day:%B}{year}"
