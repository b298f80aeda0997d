"""What the stored figures of an indicator say: its series, how the control chart reads it, its latest value.

Everything a page says of an indicator comes from here, from the figures that its reader may see: a chart for
somebody who may not see small numbers is read without them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from sightline.assurance.dataset import words
from sightline.assurance.dataset.models import DefinitionChange, Figure
from sightline.assurance.dataset.view import Break, View
from sightline.indicators.control_chart import (
    ControlChart,
    Variation,
    describe,
)
from sightline.indicators.definition import Indicator, Unit
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.periods import Every
from sightline.indicators.release import HIDDEN
from sightline.indicators.scorecard import Place, chart_of

SIGNALS = (Variation.CONCERNING, Variation.MIXED, Variation.HIGH, Variation.LOW, Variation.IMPROVING)
"""The readings that are a signal, those to ask about first before the others."""

READ = (
    "indicator",
    "definition",
    "every",
    "first_on",
    "last_on",
    "numerator",
    "denominator",
    "unknown",
    "unplaced",
    "value",
    "format",
    "files",
    "refused",
    "hidden",
)
"""The columns that a reading needs: a scorecard reads thousands of rows."""

NOT_COUNTED = "it has not been counted yet: it is when a snapshot is loaded, or the same one loaded again"
"""Why an indicator that was defined after the snapshot was loaded has no value."""


@dataclass(frozen=True)
class Reading:
    """One indicator, read from its figures as a whole, in order of time.

    `series` runs from the first period with a value to the last one counted or refused; a figure that is
    hidden from the reader is there without its numbers. `set_here` are the baselines that were re-set and the
    changes of definition.
    """

    indicator: Indicator
    series: Sequence[Figure]
    set_here: Sequence[Break]

    @cached_property
    def latest(self) -> Figure | None:
        """The last figure that has a value."""
        return next((figure for figure in reversed(self.series) if figure.value is not None), None)

    @property
    def noun(self) -> str:
        """What one point of the series is."""
        return "year" if self.series and self.series[0].every == Every.YEAR else "month"

    @cached_property
    def refused(self) -> str:
        """Why there is no value at all, in words; empty where there is one."""
        if self.latest is not None:
            return ""
        if not self.series:
            return NOT_COUNTED
        return next((figure.refused for figure in reversed(self.series) if figure.refused), "") or HIDDEN

    @property
    def later(self) -> str:
        """Why there is no value after the latest; empty where the latest is the last."""
        return "" if self.latest is None or self.latest is self.series[-1] else self.series[-1].refused

    @cached_property
    def chart(self) -> ControlChart | None:
        """The series read as a control chart; None where there is no value."""
        if self.latest is None:
            return None
        reasons = {
            label(self.series[place]): "; ".join(one.on_chart for one in found)
            for place, found in self.breaks.items()
        }
        places = [Place(label(f), f.value, f.format, f.definition) for f in self.series]
        return chart_of(self.indicator, places, reasons)

    @cached_property
    def breaks(self) -> Mapping[int, Sequence[Break]]:
        """Where in the series a baseline was re-set or the definition changed.

        That is at the first period which ends after it; a break before the series begins breaks nothing.
        """
        found: dict[int, list[Break]] = defaultdict(list)
        for one in sorted(self.set_here, key=lambda one: one.from_on):
            later = (place for place, figure in enumerate(self.series) if figure.last_on >= one.from_on)
            place = next(later, None)
            if place is not None and self.series[0].first_on < one.from_on:
                found[place].append(one)
        return found

    @property
    def changes(self) -> Sequence[DefinitionChange]:
        """The changes of definition, the earliest first."""
        changes = [one for one in self.set_here if isinstance(one, DefinitionChange)]
        return sorted(changes, key=lambda one: one.from_on)

    @property
    def variation(self) -> Variation:
        """How the latest value reads."""
        return self.chart.variation if self.chart else Variation.NOT_JUDGED

    @property
    def has_signal(self) -> bool:
        """Whether the latest value is part of a signal."""
        return self.variation in SIGNALS

    def signal(self) -> str:
        """What the latest value is a signal of, in words: "seven months below the mean"."""
        if self.chart is None or self.chart.latest is None:
            return ""
        return ", ".join(signal.words(self.noun) for signal in self.chart.latest.signals)

    def in_words(self) -> str:
        """What the chart shows, in one sentence."""
        return describe(self.chart, words.UNITS[self.indicator.unit], self.noun) if self.chart else ""


@dataclass(frozen=True)
class Contrast:
    """Of an indicator that compares groups: the lowest and the highest, or why there is none."""

    groups: Sequence[Figure]

    @property
    def lowest(self) -> Figure | None:
        """The group with the lowest value."""
        return min(self._valued, key=lambda figure: figure.value or 0.0, default=None)

    @property
    def highest(self) -> Figure | None:
        """The group with the highest value."""
        return max(self._valued, key=lambda figure: figure.value or 0.0, default=None)

    @property
    def refused(self) -> str:
        """Why no group has a value; empty where one has."""
        return "" if self._valued else next((f.refused for f in self.groups if f.refused), HIDDEN)

    def in_words(self, indicator: Indicator) -> str:
        """The lowest and the highest group in a sentence; empty where there is none."""
        if self.lowest is None or self.highest is None:
            return ""
        low, high = (
            f"{words.value(indicator, figure.value)} ({words.group_name(figure.breakdown, figure.group)})"
            for figure in (self.lowest, self.highest)
        )
        at = words.at(self.lowest, indicator.basis)
        by = self.lowest.breakdown
        return f"{at[0].upper()}{at[1:]}, by {by}, from {low} to {high}; 1 is as often as all children."

    @property
    def _valued(self) -> list[Figure]:
        return [figure for figure in self.groups if figure.value is not None]


def contrast(indicator: Indicator, figures: Iterable[Figure]) -> Contrast | None:
    """The groups of the latest period of an indicator's first breakdown; None where it compares none.

    Of a period that is a year and a month the year is taken: its groups are published.
    """
    if indicator.unit is not Unit.RATIO or not indicator.breakdowns:
        return None
    groups = [figure for figure in figures if figure.breakdown == indicator.breakdowns[0]]
    if not groups:
        return None
    latest = max(groups, key=lambda figure: (figure.last_on, figure.every == Every.YEAR))
    return Contrast([f for f in groups if (f.last_on, f.every) == (latest.last_on, latest.every)])


def label(figure: Figure) -> str:
    """What a figure is called on its chart."""
    return words.period_name(figure.every, figure.last_on)


def shown(figures: Iterable[Figure], view: View) -> list[Figure]:
    """The figures as their reader may see them: an unpublished one has no numbers, and none has its unknowns.

    How many are unknown is never published: it could tell what is left of a hidden figure.
    """
    figures = list(figures)
    for figure in figures:
        if view.may_show(figure):
            continue
        figure.unknown = figure.unplaced = None
        if figure.hidden:
            figure.numerator = figure.denominator = figure.value = None
            figure.refused = HIDDEN
    return figures


def figures_of(view: View, indicators: Iterable[str]) -> list[Figure]:
    """Every figure of these indicators, wholes and groups, as the reader may see them."""
    if view.snapshot is None:
        return []
    stored = Figure.objects.visible_to(view.user)
    return shown(stored.filter(snapshot=view.snapshot, indicator__in=indicators), view)


def read_all(view: View) -> Mapping[str, Reading]:
    """Every indicator of the reader's snapshot, in the order of the definitions.

    Two queries, for the breaks; the readings themselves are kept in memory. Figures of a snapshot never
    change until it is counted again, so what was read once holds for every reader of the same version.
    """
    return _asked(view, "").readings


def contrasts(view: View) -> Mapping[str, Contrast | None]:
    """The groups of the indicators that compare groups; kept in memory like the readings."""
    return _asked(view, "").contrasts


def read(view: View, indicator: str) -> tuple[Reading, list[Figure]]:
    """One indicator and all its figures, wholes and groups; kept in memory like the readings."""
    found = _asked(view, indicator)
    return found.readings[indicator], found.figures


@dataclass(frozen=True)
class _Key:
    """What a reading depends on; whoever asks for the same reads the same, so the reader is no part of it."""

    snapshot: int
    counted_at: str
    with_small: bool
    own: frozenset[str]
    breaks: tuple[tuple[str, int], ...]
    indicator: str
    view: View = field(compare=False)


@dataclass(frozen=True)
class _Read:
    readings: Mapping[str, Reading]
    contrasts: Mapping[str, Contrast | None]
    figures: list[Figure]


def _asked(view: View, indicator: str) -> _Read:
    if view.snapshot is None:
        nothing = {key: Reading(item, (), ()) for key, item in INDICATORS.items()}
        return _Read(nothing, {}, [])
    key = _Key(
        view.snapshot.pk,
        view.snapshot.counted_at.isoformat(),
        view.with_small,
        view.own,
        tuple((type(one).__name__, one.pk) for one in view.breaks),
        indicator,
        view,
    )
    return _read_one(key) if indicator else _read_whole(key)


@lru_cache(maxsize=12)
def _read_whole(key: _Key) -> _Read:
    view = key.view
    stored = Figure.objects.visible_to(view.user).filter(snapshot=view.snapshot)
    compared = {name: item for name, item in INDICATORS.items() if item.unit is Unit.RATIO}
    by_indicator = _by_indicator(shown(stored.filter(breakdown="").only(*READ), view))
    groups = _by_indicator(shown(stored.filter(indicator__in=compared).exclude(breakdown=""), view))
    return _Read(
        {name: _reading(item, by_indicator[name], key) for name, item in INDICATORS.items()},
        {name: contrast(item, groups[name]) for name, item in compared.items()},
        [],
    )


@lru_cache(maxsize=256)
def _read_one(key: _Key) -> _Read:
    figures = figures_of(key.view, [key.indicator])
    whole = [figure for figure in figures if not figure.breakdown]
    item = INDICATORS[key.indicator]
    return _Read({key.indicator: _reading(item, whole, key)}, {}, figures)


def _reading(indicator: Indicator, whole: Iterable[Figure], key: _Key) -> Reading:
    mine = [one for one in key.view.breaks if one.indicator == indicator.key]
    return Reading(indicator, series(whole), mine)


def _by_indicator(figures: Iterable[Figure]) -> Mapping[str, list[Figure]]:
    found: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        found[figure.indicator].append(figure)
    return found


def series(figures: Iterable[Figure]) -> Sequence[Figure]:
    """The whole, from the first value on: by month, unless years tell of a later day.

    They do where the last months are hidden, or where an estimate is made once a year.
    """
    by_length: Mapping[str, list[Figure]] = {Every.MONTH.value: [], Every.YEAR.value: []}
    for figure in figures:
        by_length[figure.every].append(figure)
    months, years = by_length[Every.MONTH.value], by_length[Every.YEAR.value]
    found = months if _reaches(months) >= _reaches(years) else years
    first = next((place for place, figure in enumerate(found) if figure.value is not None), 0)
    return found[first:]


def _reaches(figures: Iterable[Figure]) -> date:
    """The last day of the last figure that has a value."""
    return max((figure.last_on for figure in figures if figure.value is not None), default=date.min)
