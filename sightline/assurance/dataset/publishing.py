"""What of the stored figures the public may not see: counts of one to five, and what would tell them.

Two kinds of table are read side by side and protected as such: the course of an indicator, whose months add
up to years, and the groups of each year, which add up to the year. They share the years' totals alone. So
while a year's total is shown, neither tells anything of the other; where it is hidden, nothing of that year
is shown. Groups of a single month are never published, and of sums (posts, residents) only the whole is.
"""

from __future__ import annotations

from collections.abc import Sequence

from sightline.indicators import disclosure
from sightline.indicators.definition import Basis, Indicator, Unit
from sightline.indicators.figures import Figure
from sightline.indicators.periods import Every

OF_NO_PERSON = frozenset({"agency_returns"})
"""Tables whose small numbers tell nothing of anybody: a return that is late is named."""

Reasons = dict[Figure, disclosure.Reason]
SECONDARY: disclosure.Reason = "secondary"


def unpublished(indicator: Indicator, figures: Sequence[Figure]) -> list[str]:
    """Why each figure is left out of what is published: "primary", "secondary", or "" where it is not.

    Give everything that is stored of an indicator: all of it can be read side by side.
    """
    if indicator.table in OF_NO_PERSON:
        return [""] * len(figures)
    counted = [figure for figure in figures if figure.is_counted]
    hidden: Reasons = {figure: SECONDARY for figure in counted if _is_internal(indicator, figure)}
    if not indicator.sums:
        hidden |= _course(indicator, [figure for figure in counted if figure.breakdown is None])
        for year in {figure.period for figure in counted if figure.period.every is Every.YEAR}:
            hidden |= _protect(indicator, [figure for figure in counted if figure.period == year])
        hidden |= dict.fromkeys(_of_hidden_years(counted, hidden), SECONDARY)
    return [hidden.get(figure, "") for figure in figures]


def _is_internal(indicator: Indicator, figure: Figure) -> bool:
    return figure.breakdown is not None and (indicator.sums or figure.period.every is Every.MONTH)


def _course(indicator: Indicator, wholes: Sequence[Figure]) -> Reasons:
    """The months and years of an indicator; they add up where each row counts in one month alone.

    Where they should and do not fit, as when a year was counted from another format than its months, no move
    between them can be proved: then one small month hides all months.
    """
    if indicator.basis is not Basis.FLOW or indicator.each:
        return _protect(indicator, wholes)
    spans = {figure.period.label: (figure.period.first, figure.period.last) for figure in wholes}
    try:
        return _protect(indicator, wholes, disclosure.nest(spans))
    except ValueError:
        small = _protect(indicator, wholes)
        months = [figure for figure in wholes if figure.period.every is Every.MONTH]
        return dict.fromkeys(months if small else [], SECONDARY) | small


def _protect(
    indicator: Indicator, figures: Sequence[Figure], periods: Sequence[disclosure.Sum] = ()
) -> Reasons:
    found = disclosure.protect_figures([_as_released(indicator, figure) for figure in figures], periods)
    return {figure: reason for figure, reason in zip(figures, found, strict=True) if reason}


def _of_hidden_years(figures: Sequence[Figure], hidden: Reasons) -> list[Figure]:
    """What is not hidden yet of the years whose total is."""
    years = [
        figure.period for figure in hidden if figure.period.every is Every.YEAR and figure.breakdown is None
    ]
    return [
        figure
        for figure in figures
        if figure not in hidden
        and any(year.first <= figure.period.first and figure.period.last <= year.last for year in years)
    ]


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
