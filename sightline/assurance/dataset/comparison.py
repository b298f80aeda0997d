"""What other places published: England, the region and the statistical neighbours, year by year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from django.db.models import Q

from sightline.assurance.dataset.models import Figure, PublishedFigure
from sightline.core import local
from sightline.core.models import User
from sightline.facts.benchmark import Level
from sightline.indicators.definition import Indicator, Unit
from sightline.indicators.periods import Every

COMPARABLE = (Unit.PERCENT, Unit.RATE)
"""A count of another place says nothing beside a count of this one."""


@dataclass(frozen=True)
class Place:
    """One place's value in one year; `note` says of a median how many places it is of."""

    name: str
    value: float
    note: str = ""


@dataclass(frozen=True)
class Comparison:
    """What was published of one indicator, for the years that were loaded, the latest first."""

    years: Mapping[int, Sequence[Place]]
    sources: Sequence[str]

    @property
    def latest(self) -> int | None:
        """The latest year that anything was published for."""
        return next(iter(self.years), None)

    @property
    def names(self) -> list[str]:
        """Every place that has a value in some year, in order."""
        return list(dict.fromkeys(place.name for places in self.years.values() for place in places))

    def place(self, name: str, year: int) -> Place | None:
        """A place's value in a year, if it was published."""
        return next((place for place in self.years.get(year, ()) if place.name == name), None)


NOTHING = Comparison({}, ())


def published(user: User, indicators: Iterable[Indicator]) -> Mapping[str, Comparison]:
    """What is known of these indicators, by key; one query. Counts are compared with nothing."""
    partnership = local.partnership()
    keys = [indicator.key for indicator in indicators if indicator.unit in COMPARABLE]
    here = Q(level=Level.REGIONAL.value, area_name=partnership.authority.region)
    near = Q(level=Level.AUTHORITY.value, old_la_code__in=partnership.statistical_neighbours)
    rows = PublishedFigure.objects.visible_to(user).filter(
        Q(level=Level.NATIONAL.value) | here | near, measure__in=keys
    )
    by_measure: dict[str, list[PublishedFigure]] = defaultdict(list)
    for row in rows:
        by_measure[row.measure].append(row)
    return {measure: _comparison(found) for measure, found in by_measure.items()}


def own_years(figures: Iterable[Figure]) -> dict[int, Figure]:
    """The partnership's own figures of whole financial years, by the year in which they end."""
    return {
        figure.last_on.year: figure
        for figure in figures
        if figure.every == Every.YEAR and not figure.breakdown
    }


def _comparison(rows: Sequence[PublishedFigure]) -> Comparison:
    by_year: dict[int, list[PublishedFigure]] = defaultdict(list)
    for row in rows:
        by_year[row.year].append(row)
    years = {year: _places(by_year[year]) for year in sorted(by_year, reverse=True)}
    return Comparison(years, sorted({row.source for row in rows}))


def _places(rows: Sequence[PublishedFigure]) -> list[Place]:
    """England, the region, and the median of the neighbours whose figures were not held back."""
    places = [
        Place(row.area_name, row.value)
        for level in (Level.NATIONAL, Level.REGIONAL)
        for row in rows
        if row.level == level and row.value is not None
    ]
    near = [row.value for row in rows if row.level == Level.AUTHORITY and row.value is not None]
    if near:
        asked = len(local.partnership().statistical_neighbours)
        note = f"median of {len(near)} of {asked}, from {min(near):.1f} to {max(near):.1f}"
        places.append(Place("Statistical neighbours", median(near), note))
    return places
