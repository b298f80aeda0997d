"""Comparison with other places: the published figures that share an indicator's definition.

Only shares and rates are compared, never counts; and only with a reporting year that has ended, named beside
the figure, so that a reader sees that it is not the same time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from sightline.facts.benchmark import Benchmark, Level
from sightline.indicators.definition import Indicator, Unit


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was published of one reporting year: for England, the regions and the neighbours asked for."""

    year: int
    england: Benchmark | None
    regions: tuple[Benchmark, ...]
    neighbours: tuple[Benchmark, ...]

    @property
    def neighbours_median(self) -> float | None:
        """The middle value of the neighbours whose figure was published; None when none was."""
        values = [row.value for row in self.neighbours if row.value is not None]
        return median(values) if values else None


def compare(
    indicator: Indicator, on: date, benchmarks: Iterable[Benchmark], neighbours: Sequence[str] = ()
) -> Comparison | None:
    """The latest published year that had ended by `on`; None when there is nothing alike to compare with.

    `neighbours` are codes of authorities, the DfE's or the ONS's.
    """
    if indicator.unit is Unit.COUNT:
        return None
    alike = [row for row in benchmarks if row.measure == indicator.key and date(row.year, 3, 31) <= on]
    if not alike:
        return None
    year = max(row.year for row in alike)
    of_year = [row for row in alike if row.year == year]
    asked = set(neighbours)
    return Comparison(
        year,
        next((row for row in of_year if row.level is Level.NATIONAL), None),
        tuple(row for row in of_year if row.level is Level.REGIONAL),
        tuple(
            row
            for row in of_year
            if row.level is Level.AUTHORITY and {row.area_code, row.old_la_code} & asked
        ),
    )
