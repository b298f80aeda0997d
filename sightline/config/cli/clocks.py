"""`sightline clocks`: what the time limits are, and when one falls due."""

import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from sightline.clocks import (
    CLOCKS,
    Clock,
    ClockError,
    Due,
    Event,
    Limit,
    NeedsTime,
    due,
    find,
    limit_of,
)
from sightline.clocks.calendar import day_in_england, london
from sightline.config.cli.output import print_json, print_table
from sightline.core.partnership import NotSettled
from sightline.core.partnership import read as read_partnership

REFUSALS: tuple[type[Exception], ...] = (
    ClockError,
    NotSettled,
)
app = typer.Typer(
    add_completion=False,
    help="The time limits of safeguarding: who sets each one, and when it falls due.",
    epilog="Try: sightline clocks due C04 2026-03-27",
    no_args_is_help=True,
)

_T = TypeVar("_T")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Settings = Annotated[
    Path | None,
    typer.Option("--partnership", metavar="FILE", help="partnership.toml, for the partnership's own limits."),
]


@app.command("list", epilog="Try: sightline clocks list --json")
def list_clocks(partnership: Settings = None, as_json: AsJson = False) -> None:
    """List every clock: its limits, its source, and whether the source is confirmed or to be verified."""
    local = _local_limits(partnership)
    if as_json:
        print_json([clock_as_json(clock, local) for clock in CLOCKS.values()])
        return
    headings = ("Ref", "Key", "Title", "National limit", "Local limit", "Status", "Source")
    print_table(headings, [clock_as_row(clock, local) for clock in CLOCKS.values()], whole=("Key",))


@app.command("due", epilog="Try: sightline clocks due return-interview 2026-03-28 --at 22:30")
def due_date(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A clock's key, or a reference such as C04.")],
    day: Annotated[str, typer.Argument(metavar="DATE", help="The day it starts, such as 2026-03-27.")],
    at: Annotated[
        str | None,
        typer.Option(metavar="HH:MM", help="The time it starts in England; a clock of hours needs it."),
    ] = None,
    partnership: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Say when a clock that starts on a day falls due."""
    clock = _one(key)
    start = read_start(day, at)
    local = _local_limits(partnership).get(clock.key)
    try:
        fallen = due(clock, start, local)
    except NeedsTime as refusal:
        raise ClockError(f"{clock.key}: {refusal}; add --at HH:MM") from None
    if as_json:
        print_json(due_as_json(clock, start, fallen, local))
    else:
        sys.stdout.write("\n".join(due_as_lines(clock, start, fallen, local)) + "\n")


def _local_limits(settings: Path | None) -> Mapping[str, Limit]:
    return {} if settings is None else read_partnership(settings).local_limits


def _one(ref_or_key: str) -> Clock:
    found = find(ref_or_key)
    if len(found) > 1:
        keys = "\n".join(f"  {clock.key}: {clock.title}" for clock in found)
        raise ClockError(f"{ref_or_key} has {len(found)} clocks: give the key of one of them\n{keys}")
    return found[0]


def read_start(day: str, at: str | None) -> date | datetime:
    """Read a day, and a time in England if there is one. Raises ClockError."""
    started_on = _read(date.fromisoformat, day)
    if started_on is None or f"{started_on:%Y-%m-%d}" != day:
        raise ClockError(f"{day!r} is no date: expected year-month-day, such as 2026-03-27")
    if at is None:
        return started_on
    started_at = _read(time.fromisoformat, at)
    if started_at is None or f"{started_at:%H:%M}" != at:
        raise ClockError(f"{at!r} is no time: expected hours:minutes, such as 09:30")
    return london(started_on, started_at)


def _read(reader: Callable[[str], _T], text: str) -> _T | None:
    try:
        return reader(text)
    except ValueError:
        return None


def clock_as_row(clock: Clock, local: Mapping[str, Limit]) -> tuple[str, ...]:
    """Give a clock as a row of the list, beside the partnership's own limit where `local` has its key."""
    status = "confirmed" if clock.verified else "to be verified"
    source = f"{clock.authority}: {clock.source}"
    limit = clock.in_words(clock.limit) if clock.limit else "none"
    return (clock.ref, clock.key, clock.title, limit, _local_in_words(clock, local), status, source)


def _local_in_words(clock: Clock, local: Mapping[str, Limit]) -> str:
    if clock.key in local:
        return clock.in_words(local[clock.key])
    elsewhere = " or ".join(clock.in_words(suggestion.limit) for suggestion in clock.suggested)
    return f"not set (elsewhere {elsewhere})" if elsewhere else "not set"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def clock_as_json(clock: Clock, local: Mapping[str, Limit]) -> dict[str, Any]:
    """Give all that is known of a clock, with the partnership's own limit where `local` has its key."""
    return {
        "ref": clock.ref,
        "key": clock.key,
        "title": clock.title,
        "starts": [_event_as_json(event) for event in clock.starts],
        "stops": [_event_as_json(event) for event in clock.stops],
        "counts": clock.counts,
        "national_limit": _limit_as_json(clock.limit),
        "local_limit": _limit_as_json(local.get(clock.key)),
        "elsewhere": [{"limit": _limit_as_json(s.limit), "source": s.source} for s in clock.suggested],
        "authority": clock.authority,
        "citation": clock.citation,
        "status": "confirmed" if clock.verified else "to be verified",
        "to_verify": clock.to_verify,
        "in_force_from": _iso(clock.in_force_from),
        "in_force_to": _iso(clock.in_force_to),
        "expected_percent": clock.expected_percent,
        "note": clock.note,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _limit_as_json(limit: Limit | None) -> dict[str, Any] | None:
    if limit is None:
        return None
    return {"length": limit.length, "unit": limit.unit, "words": str(limit)}


def _event_as_json(event: Event) -> dict[str, str]:
    return {"key": event.key, "words": event.words}


def due_as_json(clock: Clock, start: date | datetime, fallen: Due, local: Limit | None) -> dict[str, Any]:
    """Give a due date with the limit and the source that it rests on."""
    return {
        "ref": clock.ref,
        "key": clock.key,
        "start": start.isoformat(),
        "due_on": fallen.due_on.isoformat(),
        "due_at": fallen.due_at.isoformat(),
        "limit": _limit_as_json(limit_of(clock, local)),
        "set_by": "partnership" if local else clock.authority,
        "citation": clock.citation,
        "status": "confirmed" if clock.verified else "to be verified",
        "to_verify": clock.to_verify,
        "in_force": clock.is_in_force(day_in_england(start)),
    }


def due_as_lines(clock: Clock, start: date | datetime, fallen: Due, local: Limit | None) -> list[str]:
    """Give a due date in words, with the limit and the source that it rests on."""
    started_on = day_in_england(start)
    status = "confirmed" if clock.verified else f"to be verified: {clock.to_verify}"
    limit = clock.in_words(limit_of(clock, local))
    lines = [
        f"{clock.title} ({clock.ref}, {clock.key})",
        f"Due     {fallen.due_on:%A} {_day(fallen.due_on)} by {fallen.due_at:%H:%M:%S}",
        f"Limit   {limit}, " + ("set by the partnership" if local else clock.authority),
        f"Starts  {' or '.join(event.words for event in clock.starts)}: {started_on:%A} {_day(started_on)}",
        f"Stops   {' or '.join(event.words for event in clock.stops)}",
        f"Source  {clock.source}; {status}",
    ]
    if not clock.is_in_force(started_on):
        lines.append(f"Note    not in force for a start on {_day(started_on)}")
    return [*lines, f"Note    {clock.note}"] if clock.note else lines
