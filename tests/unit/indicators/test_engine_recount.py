"""The engine against a recount in plain Python that shares none of its code, over rows made at random."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.clocks.calendar import bank_holidays
from sightline.indicators.definition import Breakdown, Indicator
from sightline.indicators.engine import run
from sightline.indicators.figures import Figure
from sightline.indicators.periods import Period, parse_periods
from tests.snapshots import Row, extract, make_snapshot
from tests.unit.indicators.examples import IN_TIME, PLANS, REFERRALS

PERIODS = parse_periods("2025-04..2025-09")
WINDOWS = (("2025-04-01", "2025-07-31", "2025-08-10"), ("2025-06-01", "2025-09-30", "2025-10-10"))
"""Two extracts that overlap in June and July: the later one owns those months."""

DAYS = st.dates(date(2025, 3, 1), date(2025, 10, 31))
SEXES = st.sampled_from(["F", "M", "U", None])
_DAY = timedelta(days=1)


@st.composite
def extracts(draw: st.DrawFn, row: st.SearchStrategy[Row]) -> tuple[list[Row], list[Row]]:
    return draw(st.lists(row, max_size=12)), draw(st.lists(row, max_size=12))


def counted(indicator: Indicator, files: Sequence[Sequence[Row]]) -> list[Figure]:
    made = [
        extract("cin-census", taken, **{indicator.table: (first, last, rows)})
        for (first, last, taken), rows in zip(WINDOWS, files, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        return run(make_snapshot(Path(folder), *made), [indicator], PERIODS)


def owner(day: date) -> int | None:
    """Which of the two files answers for a day."""
    if day < date(2025, 4, 1) or day > date(2025, 9, 30):
        return None
    return 1 if day >= date(2025, 6, 1) else 0


def in_flow(files: Sequence[Sequence[Row]], period: Period, day_of: str) -> list[Row]:
    return [
        row
        for number, rows in enumerate(files)
        for row in rows
        if isinstance(day := row[day_of], date)
        and period.first <= day <= period.last
        and owner(day) == number
    ]


def due(start: date) -> date:
    """Forty-five working days on, one day at a time."""
    left = 45
    while left:
        start += _DAY
        left -= start.weekday() < 5 and start not in bank_holidays()
    return start


ASSESSMENT = st.fixed_dictionaries(
    {
        "child": st.sampled_from("abc"),
        "cina_assessment_start_date": st.one_of(st.none(), st.dates(date(2025, 3, 1), date(2025, 6, 30))),
        "cina_assessment_auth_date": st.one_of(st.none(), DAYS),
    }
)
AROUND_DUE = st.dates(date(2025, 3, 1), date(2025, 6, 30)).flatmap(
    lambda start: st.builds(
        lambda late: {
            "child": "d",
            "cina_assessment_start_date": start,
            "cina_assessment_auth_date": due(start) + late * _DAY,
        },
        st.integers(-1, 3),
    )
)
"""Finished within a few days of falling due: many on a Saturday after a Friday due day."""


@settings(max_examples=10, deadline=None)
@given(extracts(st.one_of(ASSESSMENT, AROUND_DUE)))
def test_in_time_means_by_the_due_day(files: tuple[list[Row], list[Row]]) -> None:
    for figure in counted(IN_TIME, files):
        rows = in_flow(files, figure.period, "cina_assessment_auth_date")
        starts = [row["cina_assessment_start_date"] for row in rows]
        met = [
            row
            for row, start in zip(rows, starts, strict=True)
            if isinstance(start, date) and row["cina_assessment_auth_date"] <= due(start)  # type: ignore[operator]
        ]
        assert (figure.numerator, figure.denominator, figure.unknown) == (
            len(met),
            len(rows),
            starts.count(None),
        )


REFERRAL = st.fixed_dictionaries(
    {"child": st.sampled_from("abcd"), "cine_referral_date": DAYS, "sex": SEXES, "age": st.integers(-1, 19)}
)


def band(age: object) -> str:
    assert isinstance(age, int)
    edges = [(0, "unborn"), (1, "0"), (5, "1-4"), (10, "5-9"), (16, "10-15"), (18, "16-17"), (99, "18+")]
    return next(name for below, name in edges if age < below)


def sex(row: Row) -> str:
    return {"F": "female", "M": "male"}.get(str(row["sex"]), "unknown")


def groups(figures: Sequence[Figure], period: Period, breakdown: Breakdown | None) -> dict[object, object]:
    return {
        figure.group: figure.numerator
        for figure in figures
        if figure.period == period and figure.breakdown is breakdown and figure.numerator
    }


@settings(max_examples=10, deadline=None)
@given(extracts(REFERRAL))
def test_every_row_falls_in_one_group_of_each_breakdown(files: tuple[list[Row], list[Row]]) -> None:
    indicator = replace(REFERRALS, breakdowns=(Breakdown.AGE, Breakdown.SEX))
    figures = counted(indicator, files)
    for period in PERIODS:
        rows = in_flow(files, period, "cine_referral_date")
        assert groups(figures, period, None) == ({None: len(rows)} if rows else {})
        assert groups(figures, period, Breakdown.AGE) == Counter(band(row["age"]) for row in rows)
        assert groups(figures, period, Breakdown.SEX) == Counter(sex(row) for row in rows)


@settings(max_examples=10, deadline=None)
@given(extracts(REFERRAL))
def test_a_child_counts_once_and_its_groups_add_up(files: tuple[list[Row], list[Row]]) -> None:
    indicator = replace(REFERRALS, each=("child",), breakdowns=(Breakdown.AGE, Breakdown.SEX))
    figures = counted(indicator, files)
    for period in PERIODS:
        children = {row["child"] for row in in_flow(files, period, "cine_referral_date")}
        assert groups(figures, period, None) == ({None: len(children)} if children else {})
        for breakdown in indicator.breakdowns:
            assert sum(groups(figures, period, breakdown).values()) == len(children)  # type: ignore[arg-type]


PLAN = st.fixed_dictionaries(
    {
        "child": st.sampled_from("abcd"),
        "cppl_cp_plan_start_date": DAYS,
        "cppl_cp_plan_end_date": st.one_of(st.none(), DAYS),
        "born_month": st.sampled_from([None, 202509, 202506, 202406, 200709, 201512]),
    }
)


def age_at(row: Row, day: date) -> str:
    """The age at a month's end, counting the birthdays gone by: any day of the month of birth has come."""
    month = row["born_month"]
    if not isinstance(month, int):
        return "unknown"
    year, of_year = divmod(month, 100)
    if (year, of_year) > (day.year, day.month):
        return "unborn"
    return band(day.year - year - (day.month < of_year))


@settings(max_examples=10, deadline=None)
@given(extracts(PLAN))
def test_a_snapshot_counts_the_rows_of_the_file_that_owns_the_day(files: tuple[list[Row], list[Row]]) -> None:
    figures = counted(replace(PLANS, breakdowns=(Breakdown.AGE,)), files)
    for period in PERIODS:
        number = owner(period.last)
        assert number is not None
        standing = [
            row
            for row in files[number]
            if row["cppl_cp_plan_start_date"] <= period.last  # type: ignore[operator]
            and (row["cppl_cp_plan_end_date"] is None or row["cppl_cp_plan_end_date"] > period.last)  # type: ignore[operator]
        ]
        assert groups(figures, period, None) == ({None: len(standing)} if standing else {})
        assert groups(figures, period, Breakdown.AGE) == Counter(age_at(row, period.last) for row in standing)


@settings(max_examples=10, deadline=None)
@given(st.lists(REFERRAL, max_size=14))
def test_a_window_sees_the_rows_of_earlier_periods(rows: list[Row]) -> None:
    repeated = replace(
        REFERRALS,
        breakdowns=(),
        numerator=(
            "count(*) OVER (PARTITION BY child ORDER BY cine_referral_date"
            " RANGE BETWEEN INTERVAL 90 DAY PRECEDING AND INTERVAL 1 DAY PRECEDING) > 0"
        ),
    )
    held = [row for row in rows if owner(row["cine_referral_date"]) is not None]  # type: ignore[arg-type]
    made = extract("cin-census", "2025-10-10", referrals=("2025-04-01", "2025-09-30", rows))
    with tempfile.TemporaryDirectory() as folder:
        figures = run(make_snapshot(Path(folder), made), [repeated], PERIODS)
    for figure in figures:
        expected = 0
        for row in held:
            day = row["cine_referral_date"]
            assert isinstance(day, date)
            earlier = [
                other
                for other in held
                if other["child"] == row["child"] and day - 90 * _DAY <= other["cine_referral_date"] < day  # type: ignore[operator]
            ]
            expected += bool(earlier) and figure.period.first <= day <= figure.period.last
        assert figure.numerator == expected
