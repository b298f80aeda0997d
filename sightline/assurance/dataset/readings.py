"""What the stored figures of an indicator say: its series, how the control chart reads it, its latest value.

Everything a page says of an indicator comes from here, from the figures that its reader may see: a chart for
somebody who may not see small numbers is read without them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sightline.assurance.dataset import words
from sightline.assurance.dataset.models import Baseline, Figure, LoadedSnapshot
from sightline.core.models import User
from sightline.core.permissions import Permission
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
    hidden from the reader is there without its numbers.
    """

    indicator: Indicator
    series: Sequence[Figure]
    baselines: Sequence[Baseline]

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
        labels = {label(figure) for figure in self.series}
        set_at = {words.period_name(Every.MONTH, b.from_on): b.reason for b in self.baselines}
        baselines = {at: reason for at, reason in set_at.items() if at in labels}
        places = [Place(label(f), f.value, f.format, f.definition) for f in self.series]
        return chart_of(self.indicator, places, baselines)

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


def may_see_small(user: User, asked_for: str) -> bool:
    """Whether to show the internal version: to whoever may see it and has not asked for the other."""
    return user.may(Permission.SEE_SMALL_NUMBERS) and asked_for != "publishable"


def shown(figures: Iterable[Figure], with_small: bool) -> list[Figure]:
    """The figures as their reader may see them: an unpublished one has no numbers, and none has its unknowns.

    How many are unknown is never published: it could tell what is left of a hidden figure.
    """
    figures = list(figures)
    for figure in figures if not with_small else ():
        figure.unknown = figure.unplaced = None
        if figure.hidden:
            figure.numerator = figure.denominator = figure.value = None
            figure.refused = HIDDEN
    return figures


def read_all(snapshot: LoadedSnapshot, user: User, with_small: bool) -> dict[str, Reading]:
    """Every indicator of a snapshot, in the order of the definitions; two queries, however many there are."""
    whole = Figure.objects.visible_to(user).filter(snapshot=snapshot, breakdown="").only(*READ)
    by_indicator: dict[str, list[Figure]] = defaultdict(list)
    for figure in shown(whole, with_small):
        by_indicator[figure.indicator].append(figure)
    baselines: dict[str, list[Baseline]] = defaultdict(list)
    for baseline in Baseline.objects.visible_to(user):
        baselines[baseline.indicator].append(baseline)
    return {
        key: Reading(indicator, series(by_indicator[key]), baselines[key])
        for key, indicator in INDICATORS.items()
    }


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
