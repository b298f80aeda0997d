"""Missing episodes and return interviews, as the police list and the looked-after return both tell them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from sightline.example.chance import Mix, between, events
from sightline.example.days import DAY
from sightline.example.rates import Stories
from sightline.example.record import Missing

_RISK = Mix({"medium": 70.0, "high": 16.0, "low": 14.0})
_HIGHEST = 1.34
"""The highest level of `Stories.missing`: episodes are drawn at it and thinned to the level of their day."""


def go_missing(
    rng: Random, stories: Stories, first: date, last: date, yearly: float, missing_from: str, authority: str
) -> list[Missing]:
    """Give a child's missing episodes from `first` to `last`, `yearly` a year on average, in order."""
    if last < first:
        return []
    expected = yearly * _HIGHEST * ((last - first).days + 1) / 365.25
    days = sorted(between(rng, first, last) for _ in range(events(rng, expected)))
    episodes: list[Missing] = []
    for day in days:
        if rng.random() * _HIGHEST > stories.missing(day):
            continue
        reported = datetime.combine(day, time(rng.choice((14, 17, 19, 20, 21, 22, 23)), rng.randrange(60)))
        found = reported + timedelta(minutes=15 + round(rng.lognormvariate(6.2, 1.1)))
        if episodes and reported <= episodes[-1].found_at:
            continue
        if found.date() < last:
            episodes.append(_episode(rng, stories, reported, found, missing_from, authority))
    return episodes


def _episode(
    rng: Random, stories: Stories, reported: datetime, found: datetime, missing_from: str, authority: str
) -> Missing:
    offered = rng.random() < 0.95
    accepted = (rng.random() < 0.78) if offered else None
    held = None
    if accepted:
        in_time = rng.random() < stories.interviewed_in_time(found.date())
        wait = rng.randrange(5, 71) if in_time else rng.randrange(74, 340)
        held = _by_day(found + timedelta(hours=wait), found, in_time)
    is_missing = rng.random() < 0.86
    return Missing(
        reported, found, is_missing, missing_from, _RISK.draw(rng), authority, offered, accepted, held
    )


def _by_day(moment: datetime, found: datetime, in_time: bool) -> datetime:
    """Move an interview at night to ten o'clock, without crossing the 72 hours."""
    if 8 <= moment.hour < 20:
        return moment
    ten = datetime.combine(moment.date(), time(10))
    limit = found + timedelta(hours=72)
    if in_time:
        return ten if found < ten <= limit else min(moment, limit)
    return ten if ten > limit else ten + DAY
