"""From a snapshot to the figures that the pages show.

Months show the course of an indicator, financial years what published tables compare with; breakdowns are
counted for the years and for the latest month, where numbers are large enough or recent enough to act on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from sightline.assurance.dataset.publishing import unpublished
from sightline.clocks import Limit
from sightline.clocks.calendar import add_months
from sightline.facts.manifest import Manifest
from sightline.facts.snapshot import Snapshot
from sightline.indicators.definition import Indicator
from sightline.indicators.engine import Engine
from sightline.indicators.figures import Figure
from sightline.indicators.periods import Every, Period, periods_between

MONTHS = 36
"""How many months are counted: enough for a control chart and three financial years."""

ESTIMATES = frozenset({"population"})
"""Tables that say nothing of how far the events of a snapshot reach: estimates of a day in a year."""


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


def _figures(
    engine: Engine, indicator: Indicator, months: Sequence[Period], years: Sequence[Period]
) -> list[Figure]:
    # A plain figure that agencies returned comes with its agencies, asked for or not.
    monthly = [figure for figure in engine.figures(indicator, months, ()) if figure.breakdown is None]
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
        if figure.is_counted and figure.format in indicator.sources and not indicator.returned
    }
    return {str(format_): engine.explain(indicator, period).sql for format_, period in last.items()}


def _years(months: Sequence[Period]) -> tuple[Period, ...]:
    """The financial years of which every month is among these."""
    starts = [month.first for month in months if month.first.month == 4]
    last = months[-1].last
    return tuple(
        year
        for start in starts
        for year in periods_between(start, add_months(start, 11), Every.YEAR)
        if year.last <= last
    )
