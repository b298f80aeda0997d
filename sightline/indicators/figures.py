"""A figure: what was counted, for what, from what; and why, where there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sightline.indicators.definition import Basis, Breakdown, Indicator, Unit
from sightline.indicators.periods import Every, Period

Number = int | float


@dataclass(frozen=True, slots=True)
class Residents:
    """The residents under 18 by whom a rate was divided, and the day of the estimate."""

    count: int
    stood_on: date


@dataclass(frozen=True, slots=True)
class Counted:
    """The four numbers of a figure, as the query gives them."""

    numerator: Number
    denominator: Number
    unknown: int = 0
    unplaced: int = 0

    @classmethod
    def of(cls, *numbers: int | Decimal | None) -> Counted:
        """Decimals made whole numbers where they are, else floats of six decimal places."""
        plain = [round(float(number or 0), 6) for number in numbers]
        numerator, denominator = (int(n) if n.is_integer() else n for n in plain[:2])
        return cls(numerator, denominator, int(plain[2]), int(plain[3]))

    @classmethod
    def total(cls, parts: Iterable[Counted]) -> Counted:
        """The numbers of several added up."""
        held = list(parts)
        return cls(
            sum(part.numerator for part in held),
            sum(part.denominator for part in held),
            sum(part.unknown for part in held),
            sum(part.unplaced for part in held),
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator, for one period and one group of one breakdown (the whole where `breakdown` is None).

    `numerator` of `denominator`: the rows (or those gathered by `each`) for which the claim holds, of all in
    the population, those for which it is `unknown` included: what is not recorded is not shown to be met.
    Where the indicator adds numbers up, both are sums over the rows that hold them and `unknown` is how many
    do not. The denominator of a rate is the residents of `population`. `unplaced` rows are in no figure: a
    column that decides whether they belong is not known.

    `value` is in the indicator's unit and unrounded; where it is None, `refused` says why in words, and where
    nothing could be counted at all `numerator` is None too. `format` is the one format that was read and
    `sources` the files of the manifest that were counted, by index. `definition` is the digest of the
    definition, with the local limit of its clock where one was used. `is_hidden`: counted, but not shown in
    a public copy, to protect children; a public copy never holds `unknown` and `unplaced`.
    """

    indicator: str
    definition: str
    period: Period
    basis: Basis
    unit: Unit
    breakdown: Breakdown | None = None
    group: str | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    unknown: int | None = None
    unplaced: int | None = None
    value: float | None = None
    population: Residents | None = None
    format: str | None = None
    sources: tuple[int, ...] = ()
    refused: str = ""
    is_hidden: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether anything was counted: also true of a count whose rate is refused."""
        return self.numerator is not None


def value_of(
    indicator: Indicator, period: Period, numerator: Number, denominator: Number | None
) -> tuple[float | None, str]:
    """The value in the indicator's unit, or None and why there is none."""
    if indicator.unit is Unit.COUNT:
        return numerator, ""
    if indicator.unit is Unit.RATE:
        if indicator.basis is Basis.FLOW and period.every is not Every.YEAR:
            return None, f"a rate is of a whole year: for a {period.every} only the count is given"
        if denominator is None:
            return None, "no residents to divide by"
    if not denominator:
        return None, "there was nothing to divide by"
    scale = {Unit.PERCENT: 100, Unit.RATE: 10_000, Unit.RATIO: 1}[indicator.unit]
    return scale * numerator / denominator, ""
