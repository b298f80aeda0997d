"""What other places published: England, the region and the statistical neighbours, year by year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from sightline.assurance.dataset.models import Figure, PublishedFigure
from sightline.core import local
from sightline.core.models import User
from sightline.facts.benchmark import Benchmark, Level
from sightline.indicators import comparison
from sightline.indicators.definition import Indicator
from sightline.indicators.periods import Every

NEIGHBOURS = "Statistical neighbours"


@dataclass(frozen=True)
class Place:
    """One place's value in one year; `note` says of a median how many places it is of."""

    name: str
    value: float
    note: str = ""


@dataclass(frozen=True)
class Published:
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


NOTHING = Published({}, ())


def published(user: User, indicators: Sequence[Indicator]) -> Mapping[str, Published]:
    """What is known of these indicators, by key; one query, however many there are."""
    partnership = local.partnership()
    here = Q(level=Level.REGIONAL.value, area_name=partnership.authority.region)
    near = Q(level=Level.AUTHORITY.value, old_la_code__in=partnership.statistical_neighbours)
    rows = PublishedFigure.objects.visible_to(user).filter(
        Q(level=Level.NATIONAL.value) | here | near, measure__in=[item.key for item in indicators]
    )
    by_measure: dict[str, list[Benchmark]] = defaultdict(list)
    for row in rows:
        by_measure[row.measure].append(row.benchmark)
    return {item.key: _published(item, by_measure[item.key]) for item in indicators}


def own_years(figures: Iterable[Figure]) -> dict[int, Figure]:
    """The partnership's own figures of whole financial years, by the year in which they end."""
    return {
        figure.last_on.year: figure
        for figure in figures
        if figure.every == Every.YEAR and not figure.breakdown
    }


def _published(indicator: Indicator, rows: Sequence[Benchmark]) -> Published:
    """Each year compared by itself, with what stands in that year alone."""
    neighbours = local.partnership().statistical_neighbours
    years: dict[int, Sequence[Place]] = {}
    for year in sorted({row.year for row in rows}, reverse=True):
        found = comparison.compare(indicator, date(year, 3, 31), rows, neighbours)
        if found is not None:
            years[year] = _places(found, len(neighbours))
    return Published(years, sorted({row.source for row in rows}) if years else ())


def _places(found: comparison.Comparison, asked: int) -> list[Place]:
    """England, the region, and the median of the neighbours whose figures were not held back."""
    rows = [*([found.england] if found.england else []), *found.regions]
    places = [Place(row.area_name, row.value) for row in rows if row.value is not None]
    near = [row.value for row in found.neighbours if row.value is not None]
    if found.neighbours_median is not None:
        note = f"median of {len(near)} of {asked}, from {min(near):.1f} to {max(near):.1f}"
        places.append(Place(NEIGHBOURS, found.neighbours_median, note))
    return places
