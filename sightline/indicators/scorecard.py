"""The dataset as a board reads it: one line an indicator, with its latest figure, signal and comparison."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from sightline.facts.benchmark import Benchmark
from sightline.facts.snapshot import Snapshot
from sightline.facts.sources import FORMATS
from sightline.indicators.comparison import Comparison, compare
from sightline.indicators.control_chart import (
    ControlChart,
    Point,
    Reset,
    analyse,
    describe,
    unjudged,
)
from sightline.indicators.definition import Basis, Indicator, Unit
from sightline.indicators.figures import Figure

ROLLING = "each twelve months share eleven with the one before, so only one a year counts"


@dataclass(frozen=True)
class Line:
    """One indicator: its figures as a whole in order of time, and how they compare."""

    indicator: Indicator
    series: tuple[Figure, ...]
    comparison: Comparison | None

    @property
    def latest(self) -> Figure:
        """The figure of the last period asked for, counted or refused."""
        return self.series[-1]

    @cached_property
    def chart(self) -> ControlChart | None:
        """The series read as a control chart; None where a run would be no signal."""
        if self.indicator.basis is Basis.ROLLING:
            return None
        return chart_of(self.indicator, places_of(self.series))

    @property
    def signal(self) -> str:
        """What the chart says, in one sentence."""
        if self.chart is None:
            return f"Too few points to judge: {ROLLING}."
        return describe(self.chart, unit_words(self.indicator), self.latest.period.every)


@dataclass(frozen=True)
class Scorecard:
    """Everything that one run counted, and from what; `is_public` when small numbers are hidden."""

    snapshot: Snapshot
    indicators: Mapping[str, Indicator]
    figures: Sequence[Figure]
    benchmarks: Sequence[Benchmark] = ()
    neighbours: Sequence[str] = ()
    is_public: bool = False

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """One line for each indicator that was asked for, in the order of the definitions."""
        found: dict[str, list[Figure]] = {}
        for figure in self.figures:
            if figure.breakdown is None:
                found.setdefault(figure.indicator, []).append(figure)
        return tuple(self._line(self.indicators[key], series) for key, series in found.items())

    def _line(self, indicator: Indicator, series: Sequence[Figure]) -> Line:
        compared = compare(indicator, series[-1].period.last, self.benchmarks, self.neighbours)
        return Line(indicator, tuple(series), compared)


_analyse = lru_cache(maxsize=1024)(analyse)
"""A page reads the same series again at every visit, and a snapshot never changes."""


class Place(NamedTuple):
    """One value of a series: what it is called, and from which format and definition it was counted."""

    label: str
    value: float | None
    format: str | None
    definition: str


def places_of(series: Sequence[Figure]) -> list[Place]:
    """Figures of one indicator as the values of a series."""
    return [Place(f.period.label, f.value, f.format, f.definition) for f in series]


def chart_of(
    indicator: Indicator, series: Sequence[Place], baselines: Mapping[str, str] | None = None
) -> ControlChart:
    """A series as a control chart, read afresh where its format or definition changes or a baseline is set.

    `baselines` gives the reason of each re-set baseline by the label of its period. Overlapping periods of
    twelve months are drawn and not judged.
    """
    reasons = defaultdict(list, {label: [why] for label, why in (baselines or {}).items()})
    counted = [place for place in series if place.value is not None]
    for before, place in pairwise(counted):
        if place.format != before.format:
            reasons[place.label].append(f"from here: {FORMATS[str(place.format)].title}")
        elif place.definition != before.definition:
            reasons[place.label].append("from here: another definition")
    found = _analyse(
        tuple(Point(place.label, place.value) for place in series),
        indicator.polarity,
        target=indicator.target.value if indicator.target else None,
        resets=tuple(Reset(label, "; ".join(why)) for label, why in reasons.items()),
        lowest=0,
        highest=100 if _is_share(indicator) else None,
    )
    return unjudged(found, ROLLING) if indicator.basis is Basis.ROLLING else found


def _is_share(indicator: Indicator) -> bool:
    """Whether its value cannot pass 100%: of sums one may, where what is counted is no part of the other."""
    return indicator.unit is Unit.PERCENT and (bool(indicator.returned) or not indicator.sums)


def unit_words(indicator: Indicator) -> str:
    """The unit as it follows a number in a sentence: nothing for a count."""
    return {Unit.PERCENT: "%", Unit.RATE: str(Unit.RATE)}.get(indicator.unit, "")
