"""Seven indicators of different shapes, counted again in plain Python over small worlds of overlapping files.

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
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.indicators.definitions import INDICATORS
from sightline.indicators.engine import run
from sightline.indicators.periods import parse_periods
from tests.snapshots import extract, make_snapshot

Row = Mapping[str, Any]
Counted = tuple[float, float]

FIRST, LAST = date(2023, 1, 1), date(2025, 12, 31)
PERIODS = parse_periods("2025-05..2025-11")
LONDON = ZoneInfo("Europe/London")
FORMATS = {
    "referrals": "cin-census",
    "cin_episodes": "cin-census",
    "protection_reviews": "cin-census",
    "looked_after_reviews": "ssda903",
    "missing_episodes": "missing-list",
    "contacts": "front-door",
    "threshold_ratings": "front-door",
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


def referral_quality(world: World, first: date, last: date) -> Counted:
    scores = defaultdict(list)
    for day, row in owned(world, "contacts", lambda row: row["cont_contact_date"]):
        if first <= day <= last and row["quality_score"] is not None:
            scores[row["contact"]].append(row["quality_score"])
    return sum(max(of_contact) >= 2 for of_contact in scores.values()), len(scores)


def threshold_agreement(world: World, first: date, last: date) -> Counted:
    """Every rating of the period beside every other one of its case: each pair is seen from both sides."""
    ratings = list(owned(world, "threshold_ratings", lambda row: row["closed_on"]))
    levels = [
        (row["level"], other["level"])
        for day, row in ratings
        for _, other in ratings
        if first <= day <= last and row is not other and case_of(row) == case_of(other)
    ]
    return sum(level == other for level, other in levels) / 2, len(levels) / 2


def case_of(row: Row) -> tuple[object, object]:
    return row["exercise"], row["vignette"]


RECOUNTS = {
    "referral-quality": referral_quality,
    "threshold-agreement": threshold_agreement,
    "re-referrals": re_referrals,
    "protection-reviews-on-time": reviews_on_time,
    "repeatedly-missing": repeatedly_missing,
    "looked-after-reviews-on-time": looked_after_reviews,
    "children-in-need-in-year": in_need_in_year,
}

# Worlds: days twelve, six or three months, ninety days or one day apart, so that every edge is met.

DAYS = [
    date.fromisoformat(day)
    for day in (
        "2024-02-29 2024-06-14 2024-06-15 2024-06-30 2024-07-01 2024-12-15 2024-12-31 2025-02-28 2025-03-15"
        " 2025-03-17 2025-03-30 2025-03-31 2025-05-31 2025-06-14 2025-06-15 2025-06-16 2025-06-30 2025-07-01"
        " 2025-09-30 2025-11-28 2025-11-30"
    ).split()
]
CHILDREN = [f"c{n}" for n in range(60)]
ROWS = 90


def day(random: Random) -> date:
    return random.choice(DAYS) if random.random() < 0.8 else LAST - timedelta(random.randrange(700))


def maybe(random: Random) -> date | None:
    return None if random.random() < 0.25 else day(random)


def child(random: Random) -> str:
    return random.choice(CHILDREN)


def moment(random: Random) -> datetime:
    return datetime.combine(day(random), time(random.choice([0, 9, 23])), LONDON)


COLUMNS: Mapping[str, Mapping[str, Callable[[Random], object]]] = {
    "referrals": {"child": child, "cine_referral_date": day},
    "cin_episodes": {
        "child": child,
        "cine_referral_date": day,
        "cine_close_date": maybe,
        "cine_close_reason": lambda random: random.choice([None, "RC7", "RC8", "RC9"]),
    },
    "protection_reviews": {
        "child": child,
        "cppl_cp_plan_start_date": day,
        "cppl_cp_plan_end_date": maybe,
        "reviewed_from": day,
        "is_first": lambda random: random.random() < 0.5,
        "cppr_cp_review_date": maybe,
    },
    "looked_after_reviews": {
        "child": child,
        "reviewed_from": day,
        "review_number": lambda random: random.randint(1, 3),
        "clar_cla_review_date": maybe,
        "care_ended_on": maybe,
    },
    "missing_episodes": {"child": child, "miss_missing_episode_start_date": moment},
    "contacts": {
        "cont_contact_date": day,
        "contact": child,
        "quality_score": lambda random: random.choice([None, 0, 1, 2, 3]),
    },
    "threshold_ratings": {
        "closed_on": day,
        "exercise": lambda random: random.choice("xy"),
        "vignette": lambda random: random.choice("kl"),
        "level": lambda random: random.choice("1234"),
    },
}


def file_of(random: Random, first: date, last: date, taken: date) -> File:
    tables = {
        table: [{name: draw(random) for name, draw in columns.items()} for _ in range(ROWS)]
        for table, columns in COLUMNS.items()
    }
    return File(first, last, taken, tables)


def world_of(seed: int) -> World:
    """One file of all days, and one to three that cover a part of them, taken before, with or after it."""
    random = Random(seed)
    files = [file_of(random, FIRST, LAST, date(2026, 1, 5))]
    for _ in range(random.randint(1, 3)):
        first, last = sorted((day(random), day(random)))
        files.append(file_of(random, first, last, date(2026, 1, random.choice([4, 5, 20]))))
    return files


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32))
def test_the_engine_counts_what_plain_python_counts(seed: int) -> None:
    world = world_of(seed)
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
        if figure.refused == "no row of the extract is of the period":
            assert recounted == (0, 0)
            continue
        found = (figure.numerator, figure.denominator)
        assert found == recounted, f"{figure.indicator} in {figure.period.label}"
        assert figure.unknown == 0
