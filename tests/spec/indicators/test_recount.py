"""Five indicators of different shapes, counted again in plain Python over small worlds of overlapping files.

Nothing here is shared with the engine: days, months, working days and the file that owns a day are worked out
from the rules. The files of a world disagree with one another on purpose.
"""

from __future__ import annotations

import calendar
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.indicators.definitions import INDICATORS
from sightline.indicators.engine import run
from sightline.indicators.periods import parse_periods
from tests.snapshots import extract, make_snapshot

Row = Mapping[str, Any]
Counted = tuple[int, int]

FIRST, LAST = date(2023, 1, 1), date(2025, 12, 31)
PERIODS = parse_periods("2025-02..2025-12")
LONDON = ZoneInfo("Europe/London")
FORMATS = {
    "referrals": "cin-census",
    "cin_episodes": "cin-census",
    "protection_reviews": "cin-census",
    "looked_after_reviews": "ssda903",
    "missing_episodes": "missing-list",
}
BANK_HOLIDAYS = {
    date.fromisoformat(day)
    for day in (
        "2024-01-01 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-08-26 2024-12-25 2024-12-26 2025-01-01"
        " 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26 2026-01-01"
    ).split()
}


@dataclass(frozen=True)
class File:
    """What one delivery holds: the days it covers, when it was taken, and its rows, table by table."""

    first: date
    last: date
    taken: date
    tables: Mapping[str, Sequence[Row]]


World = Sequence[File]


# The rules, in plain Python.


def months_on(day: date, months: int) -> date:
    """The same day so many months later (or earlier), or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def working_days_on(day: date, days: int) -> date:
    while days:
        day += timedelta(1)
        days -= day.weekday() < 5 and day not in BANK_HOLIDAYS
    return day


def owner(world: World, day: date) -> File | None:
    """The file taken last of those that cover a day; of two taken on one day, the later delivered."""
    covering = [file for file in world if file.first <= day <= file.last]
    return max(covering, key=lambda file: (file.taken, world.index(file)), default=None)


def owned(world: World, table: str, day_of: Callable[[Row], date | None]) -> Iterator[tuple[date, Row]]:
    """Every row of the file that owns its day, with the day."""
    for file in world:
        for row in file.tables[table]:
            day = day_of(row)
            if day is not None and owner(world, day) is file:
                yield day, row


def re_referrals(world: World, first: date, last: date) -> Counted:
    year = months_on(last + timedelta(1), -12)
    days = defaultdict(list)
    for day, row in owned(world, "referrals", lambda row: row["cine_referral_date"]):
        days[row["child"]].append(day)
    held = [(child, day) for child, of_child in days.items() for day in of_child if year <= day <= last]
    again = [any(months_on(day, -12) <= other < day for other in days[child]) for child, day in held]
    return sum(again), len(again)


def reviews_on_time(world: World, first: date, last: date) -> Counted:
    file, plans = owner(world, last), defaultdict(list)
    assert file is not None
    for row in file.tables["protection_reviews"]:
        begun, ended = row["reviewed_from"], row["cppl_cp_plan_end_date"]
        if begun <= last and (ended is None or ended > last):
            due = months_on(begun, 3 if row["is_first"] else 6)
            seen = min(row["cppr_cp_review_date"] or last, last)
            plans[row["child"], row["cppl_cp_plan_start_date"]].append(seen <= due)
    long_open = [all(in_time) for (_, start), in_time in plans.items() if start < months_on(last, -3)]
    return sum(long_open), len(long_open)


def repeatedly_missing(world: World, first: date, last: date) -> Counted:
    starts = defaultdict(list)
    column = "miss_missing_episode_start_date"
    for _, row in owned(world, "missing_episodes", lambda row: row[column].date()):
        starts[row["child"]].append(row[column].replace(tzinfo=None))
    in_month = {
        child: [start for start in of_child if first <= start.date() <= last]
        for child, of_child in starts.items()
    }
    thrice = [
        any(sum(start - timedelta(90) <= other <= start for other in starts[child]) >= 3 for start in held)
        for child, held in in_month.items()
        if held
    ]
    return sum(thrice), len(thrice)


def looked_after_reviews(world: World, first: date, last: date) -> Counted:
    def due(row: Row) -> date:
        begun, number = row["reviewed_from"], row["review_number"]
        return working_days_on(begun, 20) if number == 1 else months_on(begun, 3 if number == 2 else 6)

    fell_due = [
        row["clar_cla_review_date"] is not None and row["clar_cla_review_date"] <= day
        for day, row in owned(world, "looked_after_reviews", due)
        if first <= day <= last and (row["care_ended_on"] is None or row["care_ended_on"] > day)
    ]
    return sum(fell_due), len(fell_due)


def in_need_in_year(world: World, first: date, last: date) -> Counted:
    year = months_on(last + timedelta(1), -12)

    def seen(row: Row) -> date | None:
        closed = row["cine_close_date"]
        return max(row["cine_referral_date"], year) if closed is None or closed >= year else None

    children = {
        row["child"]
        for day, row in owned(world, "cin_episodes", seen)
        if day <= last
        and not (
            row["cine_close_reason"] in {"RC8", "RC9"}
            and row["cine_close_date"] is not None
            and row["cine_close_date"] <= last
        )
    }
    return len(children), len(children)


RECOUNTS = {
    "re-referrals": re_referrals,
    "protection-reviews-on-time": reviews_on_time,
    "repeatedly-missing": repeatedly_missing,
    "looked-after-reviews-on-time": looked_after_reviews,
    "children-in-need-in-year": in_need_in_year,
}

# Worlds: few children and days that fall together often, so that every edge is met.

edges = st.sampled_from(
    [date(2024, 1, 31), date(2024, 2, 29), date(2024, 5, 31), date(2024, 11, 30), date(2025, 2, 28)]
    + [date(2025, month, day) for month in range(1, 13) for day in (1, 15, 28)]
    + [date(2024, month, 15) for month in range(1, 13)]
)
days = st.one_of(edges, st.dates(date(2024, 1, 1), LAST))
maybe = st.one_of(st.none(), days)
children = st.sampled_from("abc")
moments = st.builds(
    lambda day, hour: datetime.combine(day, time(hour), LONDON), days, st.sampled_from([0, 9, 12, 23])
)


def rows(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Row]]:
    return st.lists(st.fixed_dictionaries({"child": children, **columns}), max_size=20)


tables = st.fixed_dictionaries(
    {
        "referrals": rows(cine_referral_date=days),
        "cin_episodes": rows(
            cine_referral_date=days,
            cine_close_date=maybe,
            cine_close_reason=st.sampled_from([None, "RC7", "RC8", "RC9"]),
        ),
        "protection_reviews": rows(
            cppl_cp_plan_start_date=days,
            cppl_cp_plan_end_date=maybe,
            reviewed_from=days,
            is_first=st.booleans(),
            cppr_cp_review_date=maybe,
        ),
        "looked_after_reviews": rows(
            reviewed_from=days,
            review_number=st.integers(1, 3),
            clar_cla_review_date=maybe,
            care_ended_on=maybe,
        ),
        "missing_episodes": rows(miss_missing_episode_start_date=moments),
    }
)
whole = st.builds(File, st.just(FIRST), st.just(LAST), st.just(date(2026, 1, 5)), tables)
part = st.builds(
    lambda one, other, taken, held: File(min(one, other), max(one, other), taken, held),
    days,
    days,
    st.sampled_from([date(2026, 1, 4), date(2026, 1, 5), date(2026, 2, 1)]),
    tables,
)
worlds = st.builds(lambda base, parts: [base, *parts], whole, st.lists(part, min_size=1, max_size=3))


@settings(max_examples=10, deadline=None)
@given(worlds)
def test_the_engine_counts_what_plain_python_counts(world: World) -> None:
    extracts = [
        extract(
            FORMATS[table],
            file.taken.isoformat(),
            **{table: (file.first.isoformat(), file.last.isoformat(), held)},
        )
        for file in world
        for table, held in file.tables.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        snapshot = make_snapshot(Path(folder), *extracts)
        figures = run(snapshot, [INDICATORS[key] for key in RECOUNTS], PERIODS, ())
    assert len(figures) == len(RECOUNTS) * len(PERIODS)
    for figure in figures:
        recounted = RECOUNTS[figure.indicator](world, figure.period.first, figure.period.last)
        found = (figure.numerator, figure.denominator)
        assert found == recounted, f"{figure.indicator} in {figure.period.label}"
        assert figure.unknown == 0
