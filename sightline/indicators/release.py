"""Public copies: figures as they may leave the partnership, with small numbers hidden (`disclosure`).

What children are counted in is protected by the rule of `disclosure`, indicator by indicator. Sums (posts,
residents) count no children: of these a public copy holds the whole alone. The numbers of unknowns are left
out altogether, because with them a hidden remainder could be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sightline.indicators import disclosure
from sightline.indicators.definition import Indicator, Unit
from sightline.indicators.figures import Figure

HIDDEN = "hidden to protect children"
_NO_PARTS = "public copies hold the whole alone"


def public(figures: Sequence[Figure], indicators: Mapping[str, Indicator]) -> list[Figure]:
    """A public copy of everything that one run counted: give all of it, for hiding depends on all of it."""
    counted = [figure for figure in figures if _is_protected(figure, indicators)]
    wholes = {(figure.indicator, figure.period) for figure in counted if figure.breakdown is None}
    together = [figure for figure in counted if (figure.indicator, figure.period) in wholes]
    reasons = disclosure.protect_figures([_counts(figure, indicators) for figure in together])
    # Parts of a whole that is not known could be added up by whoever learns it: none is shown.
    hidden = {id(figure) for figure in counted} - {id(figure) for figure in together}
    hidden |= {id(figure) for figure, reason in zip(together, reasons, strict=True) if reason}
    return [_public(figure, indicators[figure.indicator], id(figure) in hidden) for figure in figures]


def _is_protected(figure: Figure, indicators: Mapping[str, Indicator]) -> bool:
    return figure.is_counted and not indicators[figure.indicator].sums


def _counts(figure: Figure, indicators: Mapping[str, Indicator]) -> disclosure.Figure:
    assert figure.numerator is not None
    is_share = indicators[figure.indicator].unit is Unit.PERCENT
    return disclosure.Figure(
        figure.indicator,
        figure.period.label,
        figure.breakdown,
        figure.group,
        figure.numerator,
        figure.denominator if is_share else None,
        "share" if is_share else "count",
    )


def _public(figure: Figure, indicator: Indicator, is_hidden: bool) -> Figure:
    shown = replace(figure, unknown=None, unplaced=None)
    if indicator.sums and figure.breakdown is not None:
        return replace(shown, numerator=None, denominator=None, value=None, refused=_NO_PARTS)
    if not is_hidden:
        return shown
    nothing = replace(shown, numerator=None, denominator=None, value=None)
    return replace(nothing, refused=HIDDEN, is_hidden=True)
