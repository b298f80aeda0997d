"""The dataset as a board reads it: one line an indicator, with its latest figure, signal and comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sightline.facts.benchmark import Benchmark
from sightline.facts.snapshot import Snapshot
from sightline.facts.sources import FORMATS
from sightline.indicators.comparison import Comparison, compare
from sightline.indicators.control_chart import ControlChart, Point, Reset, analyse, describe
from sightline.indicators.definition import Basis, Indicator, Polarity, Unit
from sightline.indicators.figures import Figure

_POLARITIES = {Polarity.UP: "up", Polarity.DOWN: "down", Polarity.CONTEXT: "context", Polarity.BOTH: "both"}
ROLLING = "Twelve months that overlap: a run of them is no signal, so it is not judged"


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
        return None if self.indicator.basis is Basis.ROLLING else chart_of(self.indicator, self.series)

    @property
    def signal(self) -> str:
        """What the chart says, in one sentence."""
        if self.chart is None:
            return ROLLING
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


def chart_of(indicator: Indicator, series: Sequence[Figure]) -> ControlChart:
    """A series of figures as a control chart: read afresh where its source format or definition changes."""
    resets: list[Reset] = []
    before: Figure | None = None
    for figure in series:
        if figure.value is None:
            continue
        if before is not None and figure.format != before.format:
            resets.append(Reset(figure.period.label, f"from here: {FORMATS[str(figure.format)].title}"))
        elif before is not None and figure.definition != before.definition:
            resets.append(Reset(figure.period.label, "from here: another definition"))
        before = figure
    is_share = indicator.unit is Unit.PERCENT and not indicator.sums
    return analyse(
        [Point(figure.period.label, figure.value) for figure in series],
        _POLARITIES[indicator.polarity],
        target=indicator.target.value if indicator.target else None,
        resets=resets,
        lowest=0,
        highest=100 if is_share else None,
    )


def unit_words(indicator: Indicator) -> str:
    """The unit as it follows a number in a sentence: nothing for a count."""
    return {Unit.PERCENT: "%", Unit.RATE: str(Unit.RATE)}.get(indicator.unit, "")
