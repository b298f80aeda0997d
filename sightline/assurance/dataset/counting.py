"""From a snapshot to the figures that the pages show: which periods, and what the public may not see of them.

Months show the course of an indicator, financial years what published tables compare with; breakdowns are
counted for the years and for the latest month, where numbers are large enough or recent enough to act on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from sightline.clocks import Limit
from sightline.facts.manifest import Manifest
from sightline.facts.snapshot import Snapshot
from sightline.indicators import disclosure
from sightline.indicators.definition import Basis, Indicator, Unit
from sightline.indicators.engine import Engine
from sightline.indicators.figures import Figure
from sightline.indicators.periods import Every, Period, months_before, periods_between

MONTHS = 36
"""How many months are counted: enough for a control chart and three financial years."""

ESTIMATES = frozenset({"population"})
"""Tables that say nothing of how far the events of a snapshot reach: estimates of a day in a year."""

OF_NO_PERSON = frozenset({"agency_returns"})
"""Tables whose small numbers tell nothing of anybody: a return that is late is named."""


class NothingToCount(Exception):
    """A snapshot covers no whole month."""


@dataclass(frozen=True, slots=True)
class Counted:
    """All figures of one indicator, each with why it is not published or "", and the SQL by format."""

    indicator: Indicator
    figures: Sequence[tuple[Figure, str]]
    queries: Mapping[str, str]


def months_of(manifest: Manifest) -> tuple[Period, ...]:
    """The last whole months, at most `MONTHS`, that the snapshot's files reach.

    Raises `NothingToCount` when they hold no whole month.
    """
    windows = [
        window
        for source in manifest.sources
        for table, window in source.windows.items()
        if table not in ESTIMATES
    ]
    if not windows:
        raise NothingToCount("the snapshot's files say of no table which days they cover")
    last = max(window.last for window in windows)
    months = periods_between(min(window.first for window in windows), last, Every.MONTH)
    whole = [month for month in months if month.last <= last]
    if not whole:
        raise NothingToCount(f"no whole month ends by {last.isoformat()}, the last day that the files cover")
    return tuple(whole[-MONTHS:])


def count(
    snapshot: Snapshot,
    indicators: Iterable[Indicator],
    months: Sequence[Period],
    local_limits: Mapping[str, Limit],
) -> Iterator[Counted]:
    """Count each indicator for these months and the financial years among them."""
    years = _years(months)
    with closing(Engine(snapshot, local_limits)) as engine:
        for indicator in indicators:
            figures = _figures(engine, indicator, months, years)
            yield Counted(
                indicator,
                tuple(zip(figures, unpublished(indicator, figures), strict=True)),
                _queries(engine, indicator, figures),
            )


def unpublished(indicator: Indicator, figures: Sequence[Figure]) -> list[str]:
    """Why each figure is left out of what is published: "primary", "secondary", or "" where it is not.

    The whole of what is stored is protected together, since all of it can be read side by side. Months add up
    to years where each row counts in one month alone. Of sums, which count no children, the whole alone is
    published.
    """
    counted = [figure for figure in figures if figure.is_counted]
    if indicator.sums:
        return ["secondary" if figure.breakdown else "" for figure in figures]
    if indicator.table in OF_NO_PERSON or not counted:
        return [""] * len(figures)
    adds_up = indicator.basis is Basis.FLOW and not indicator.each
    spans = {figure.period.label: (figure.period.first, figure.period.last) for figure in counted}
    try:
        found = disclosure.protect_figures(
            [_as_released(indicator, figure) for figure in counted],
            disclosure.nest(spans) if adds_up else (),
        )
    except ValueError:
        found = _hide_widely(indicator, counted)
    reasons = iter(found)
    return [(next(reasons) or "") if figure.is_counted else "" for figure in figures]


def _hide_widely(indicator: Indicator, figures: Sequence[Figure]) -> tuple[disclosure.Reason | None, ...]:
    """What to hide where parts and wholes do not fit, as when a year was counted from another format.

    Nothing can then be proved safe: one small figure hides all but the years as a whole that are not small.
    """
    small = [
        any(disclosure.DFE_RULE.is_small(number) for number in _as_released(indicator, figure).counts())
        for figure in figures
    ]
    rest: disclosure.Reason | None = "secondary" if any(small) else None
    return tuple(
        "primary"
        if is_small
        else (None if figure.breakdown is None and figure.period.every is Every.YEAR else rest)
        for figure, is_small in zip(figures, small, strict=True)
    )


def _as_released(indicator: Indicator, figure: Figure) -> disclosure.Figure:
    assert figure.numerator is not None
    is_share = indicator.unit is Unit.PERCENT
    return disclosure.Figure(
        indicator=indicator.key,
        period=figure.period.label,
        breakdown=figure.breakdown,
        group=figure.group,
        numerator=figure.numerator,
        denominator=figure.denominator if is_share else None,
        measure="share" if is_share else "count",
    )


def _figures(
    engine: Engine, indicator: Indicator, months: Sequence[Period], years: Sequence[Period]
) -> list[Figure]:
    monthly = engine.figures(indicator, months, ())
    latest = [figure.period for figure in monthly if figure.is_counted][-1:]
    split = engine.figures(indicator, [*years, *latest]) if years or latest else []
    return [*monthly, *(figure for figure in split if figure.breakdown or figure.period not in months)]


def _queries(engine: Engine, indicator: Indicator, figures: Sequence[Figure]) -> dict[str, str]:
    """The SQL of each format, as it ran for the last period that was counted from it.

    Plain figures that agencies return are read, not counted, so there is none.
    """
    last = {
        figure.format: figure.period
        for figure in figures
        if figure.is_counted and figure.format in indicator.sources
    }
    return {str(format_): engine.explain(indicator, period).sql for format_, period in last.items()}


def _years(months: Sequence[Period]) -> tuple[Period, ...]:
    """The financial years of which every month is among these."""
    starts = [month.first for month in months if month.first.month == 4]
    last = months[-1].last
    return tuple(
        year
        for start in starts
        for year in periods_between(start, months_before(start, -11), Every.YEAR)
        if year.last <= last
    )
