"""Looked-after episodes joined to periods of care, placements and intervals between reviews."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sightline.facts.manifest import Window

_FIRST_REVIEW = timedelta(days=28)
"""Twenty working days are never less than four weeks."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One row of Episodes. `urn` serves to tell placements apart and is not kept."""

    line: int
    begun: date
    why_begun: str | None
    legal_status: str | None
    need: str | None
    place: str | None
    provider: str | None
    ended: date | None
    why_ended: str | None
    why_moved: str | None
    urn: str | None


@dataclass(frozen=True, slots=True)
class Period:
    """One period of care: a chain of episodes without a gap, in order."""

    episodes: tuple[Episode, ...]

    @property
    def entered(self) -> date | None:
        """The day care began; unknown when the file does not go back to it (no S begins the chain)."""
        first = self.episodes[0]
        return first.begun if first.why_begun == "S" else None

    @property
    def ended(self) -> date | None:
        """The day care ended, or the last that the file shows; None while care lasts."""
        if any(episode.ended is None for episode in self.episodes):
            return None
        return max(episode.ended for episode in self.episodes if episode.ended is not None)


def periods_of(episodes: Sequence[Episode]) -> tuple[Period, ...]:
    """One child's episodes as periods of care.

    An episode goes on from the one before when that ended for X1 and this one begins on the same day (or the
    next), or when the two overlap.
    """
    chains: list[list[Episode]] = []
    for episode in sorted(episodes, key=lambda item: (item.begun, item.ended or date.max, item.line)):
        if chains and _goes_on(chains[-1][-1], episode):
            chains[-1].append(episode)
        else:
            chains.append([episode])
    return tuple(Period(tuple(chain)) for chain in chains)


def _goes_on(earlier: Episode, later: Episode) -> bool:
    if earlier.ended is None or later.begun < earlier.ended:
        return True
    return earlier.why_ended == "X1" and later.begun <= earlier.ended + timedelta(days=1)


def placements_of(period: Period) -> tuple[tuple[Episode, ...], ...]:
    """A period cut at each new placement: an episode begun for L (legal status only) stays in the same one.

    Where the reason is unknown, the placement goes on if type, provider and URN are the same.
    """
    spells: list[list[Episode]] = []
    for episode in period.episodes:
        if spells and _stays(spells[-1][-1], episode):
            spells[-1].append(episode)
        else:
            spells.append([episode])
    return tuple(tuple(spell) for spell in spells)


def _stays(earlier: Episode, later: Episode) -> bool:
    if later.why_begun is None:
        return same_placement(earlier, later)
    return later.why_begun == "L"


def same_placement(one: Episode, other: Episode) -> bool:
    """Whether two episodes name the same known placement."""
    key = (one.place, one.provider, one.urn)
    return one.place is not None and key == (other.place, other.provider, other.urn)


Interval = tuple[date, int, date | None]


def review_intervals(period: Period, reviews: Sequence[date], window: Window) -> Iterator[Interval]:
    """A period's time cut at its reviews: (from, which review ends it, the review or None if still open).

    A return lists the reviews of its own year. Where care began earlier, so that the first review fell due
    before that year, and no review before the year is listed, those held earlier are not in the file: the
    first interval then runs from the first day of the window and counts as a later one (3). Where not even
    the start of care is in the file and a review from before the year is, the intervals begin at that review.
    Two reviews on one day are one.
    """
    days = sorted(set(reviews))
    begun, number = _first_interval(period, days, window)
    for day in days:
        if day > begun:
            yield begun, number, day
            begun, number = day, min(number + 1, 3)
    if period.ended is None or period.ended > begun:
        yield begun, number, None


def _first_interval(period: Period, days: Sequence[date], window: Window) -> tuple[date, int]:
    lists_earlier = bool(days) and days[0] < window.first
    if period.entered is None:
        return (days[0] if lists_earlier else window.first), 3
    if lists_earlier or period.entered + _FIRST_REVIEW >= window.first:
        return period.entered, 1
    return window.first, 3
