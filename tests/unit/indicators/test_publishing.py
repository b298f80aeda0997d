"""What is published of a dataset: worked examples of what one figure tells of another."""

from datetime import date

from sightline.assurance.dataset.publishing import unpublished
from sightline.indicators.definition import Breakdown
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.figures import Figure
from sightline.indicators.periods import Every, Period, periods_between

MONTHS = periods_between(date(2025, 4, 1), date(2026, 3, 1), Every.MONTH)
(YEAR,) = periods_between(date(2025, 4, 1), date(2026, 3, 1), Every.YEAR)
REFERRALS = INDICATORS["referrals"]


def figure(period: Period, numerator: int, group: str | None = None) -> Figure:
    return Figure(
        REFERRALS.key,
        REFERRALS.digest,
        period,
        REFERRALS.basis,
        REFERRALS.unit,
        Breakdown.SEX if group else None,
        group,
        numerator,
        numerator,
        value=numerator,
    )


def hidden(figures: list[Figure], key: str = "referrals") -> list[tuple[str, str | None]]:
    reasons = unpublished(INDICATORS[key], figures)
    return [(f.period.label, f.group) for f, reason in zip(figures, reasons, strict=True) if reason]


def year_of(counts: list[int]) -> list[Figure]:
    months = [figure(month, count) for month, count in zip(MONTHS, counts, strict=True)]
    return [*months, figure(YEAR, sum(counts))]


def test_large_numbers_are_all_published():
    assert hidden(year_of([20] * 12)) == []


def test_a_small_month_takes_another_with_it_or_the_year_would_tell_it():
    assert hidden(year_of([3, *[20 + n for n in range(11)]])) == [("2025-04", None), ("2025-05", None)]


def test_a_small_group_takes_the_other_with_it_and_the_year_stays():
    groups = [figure(YEAR, 240), figure(YEAR, 236, "female"), figure(YEAR, 4, "male")]
    assert hidden(groups) == [("2025/26", "female"), ("2025/26", "male")]


def test_of_a_year_that_is_hidden_nothing_is_shown():
    small = [*year_of([1, 2, *[0] * 10]), figure(YEAR, 3, "female"), figure(YEAR, 0, "male")]
    assert len(hidden(small)) == len(small)


def test_groups_of_one_month_are_kept_inside():
    groups = [figure(MONTHS[0], 240), figure(MONTHS[0], 120, "female"), figure(MONTHS[0], 120, "male")]
    assert hidden(groups) == [("2025-04", "female"), ("2025-04", "male")]


def test_months_that_do_not_fit_their_year_are_hidden_together():
    months = [figure(month, count) for month, count in zip(MONTHS, [3] + [30] * 11, strict=True)]
    assert hidden([*months, figure(YEAR, 200)]) == [(month.label, None) for month in MONTHS]


def test_returns_name_no_child_and_are_all_published():
    assert hidden([figure(YEAR, 3), figure(YEAR, 2, "POL")], "dataset-returns-on-time") == []
