"""An invented snapshot of two years for the tests of the dataset, small, seeded and of known shape.

Its stories: interviews within 72 hours fall in the last eight months; allegations are so few that every month
is small; one agency's return is late; plans, reviews and looked-after children are not in it, so that their
indicators are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from sightline.clocks.calendar import add_months
from sightline.facts.benchmark import Benchmark, read_benchmarks
from sightline.facts.snapshot import Snapshot
from tests.snapshots import Row, extract, make_snapshot

FIRST, LAST = date(2024, 4, 1), date(2026, 3, 31)
WINDOW = (FIRST.isoformat(), LAST.isoformat())
AUTHORITY = "999"


def invented_snapshot(folder: Path, seed: int = 7, authority: str = AUTHORITY) -> Snapshot:
    """Write the snapshot: of one seed always the same bytes."""
    chance = Random(seed)
    months = [date(2024 + (3 + n) // 12, (3 + n) % 12 + 1, 1) for n in range(24)]
    return make_snapshot(
        folder,
        extract(
            "cin-census",
            "2026-04-20",
            referrals=(*WINDOW, list(_referrals(chance, months))),
            assessments=(*WINDOW, list(_assessments(chance, months))),
        ),
        extract("missing-list", "2026-04-10", return_interviews=(*WINDOW, list(_interviews(chance, months)))),
        extract("allegations", "2026-04-11", allegations=(*WINDOW, list(_allegations(chance, months)))),
        extract("agency-returns", "2026-04-12", agency_returns=(*WINDOW, list(_returns(months)))),
        extract(
            "ons-population", "2026-01-10", population=("2022-07-01", LAST.isoformat(), list(_residents()))
        ),
        authority=authority,
    )


@dataclass(frozen=True)
class Invented:
    """The snapshot, and all that is counted from it, counted once for all tests."""

    snapshot: Snapshot
    counted: Sequence[object]


@pytest.fixture(scope="session")
def invented(tmp_path_factory) -> Invented:
    """The invented snapshot."""
    from sightline.assurance.dataset.counting import count, months_of
    from sightline.indicators.definitions import INDICATORS

    snapshot = invented_snapshot(tmp_path_factory.mktemp("invented"))
    months = months_of(snapshot.manifest)
    return Invented(snapshot, tuple(count(snapshot, INDICATORS.values(), months, {})))


@pytest.fixture
def load(invented, monkeypatch):
    """A function that loads a snapshot's folder; what was counted of the invented one serves for all."""
    from sightline.assurance.dataset import commands

    monkeypatch.setattr(commands, "count", lambda *asked: invented.counted)
    return lambda folder, by: commands.load_snapshot(folder=Path(folder), by=by)


@pytest.fixture(scope="session")
def benchmarks() -> tuple[Benchmark, ...]:
    """The published figures that the project carries."""
    return read_benchmarks(Path(__file__).parents[1] / "sightline/indicators/published.csv")


@pytest.fixture
def dataset(cast, load, invented, benchmarks):
    """The invented snapshot, loaded by the analyst, and the published figures beside it."""
    from sightline.assurance.dataset.commands import load_benchmarks

    load_benchmarks(rows=benchmarks, by=cast.analyst)
    return load(invented.snapshot.folder, cast.analyst)


def _child(chance: Random) -> Row:
    number = chance.randrange(4000)
    age = number % 18
    return {
        "child": f"child-{number}",
        "age": age,
        "born_month": (2024 - age) * 100 + 6,
        "sex": "MF"[number % 2],
        "ethnicity": ("WBRI", "BCRB", "AIND", "MWBC", None)[number % 5],
        "is_disabled": number % 9 == 0,
    }


def _days(chance: Random, months: list[date], low: int, high: int) -> Iterator[tuple[int, date]]:
    for place, month in enumerate(months):
        for _ in range(chance.randint(low, high)):
            yield place, month + timedelta(days=chance.randrange(28))


def _referrals(chance: Random, months: list[date]) -> Iterator[Row]:
    for _, day in _days(chance, months, 60, 90):
        yield {
            **_child(chance),
            "cine_referral_date": day.isoformat(),
            "cine_referral_source_code": chance.choice(("1A", "2A", "3A", "6")),
            "cine_referral_nfa": chance.random() < 0.1,
        }


def _assessments(chance: Random, months: list[date]) -> Iterator[Row]:
    for _, day in _days(chance, months, 50, 70):
        finished = day + timedelta(days=chance.choice((20, 35, 50, 60, 70, 80)))
        yield {
            **_child(chance),
            "cine_referral_date": day.isoformat(),
            "cina_assessment_start_date": day.isoformat(),
            "cina_assessment_auth_date": finished.isoformat() if finished <= LAST else None,
            "cina_assessment_outcome_nfa": chance.random() < 0.6,
        }


def _interviews(chance: Random, months: list[date]) -> Iterator[Row]:
    for place, day in _days(chance, months, 30, 50):
        share = 0.75 if place < 16 else 0.35
        in_time = chance.random() < share
        hours = chance.randrange(4, 70) if in_time else chance.randrange(80, 200)
        known = chance.random() > 0.05
        yield {
            **_child(chance),
            "miss_missing_episode_end_date": day.isoformat(),
            "miss_missing_rhi_offered": True if known else None,
            "miss_missing_rhi_accepted": True,
            "held_at": f"{day + timedelta(hours=hours):%Y-%m-%d}T12:00" if known else None,
            "missing_from": chance.choice(("home", "care")),
            "locality": chance.choice(("north", "south")),
        }


def _allegations(chance: Random, months: list[date]) -> Iterator[Row]:
    for _, day in _days(chance, months, 1, 4):
        yield {
            "contacted_on": day.isoformat(),
            "employer_aware_on": day.isoformat(),
            "is_referral": True,
            "employer_sector": chance.choice(("education", "health", "social-care")),
        }


def _returns(months: list[date]) -> Iterator[Row]:
    for month in months:
        for agency in ("CSC", "POL", "HOU"):
            due = month + timedelta(days=20)
            late = agency == "HOU" and month >= date(2026, 1, 1)
            yield {
                "agency": agency,
                "item": "extract",
                "period_start": month.isoformat(),
                "period_end": (month + timedelta(days=9)).isoformat(),
                "due_on": due.isoformat(),
                "received_on": (due + timedelta(days=9 if late else -2)).isoformat(),
                "is_complete": True,
            }
        yield {
            "agency": "CSC",
            "item": "decision-in-one-working-day",
            "period_start": month.isoformat(),
            "period_end": (add_months(month, 1) - timedelta(days=1)).isoformat(),
            "due_on": add_months(month, 1).isoformat(),
            "received_on": add_months(month, 1).isoformat(),
            "is_complete": True,
            "numerator": 80,
            "denominator": 100,
        }


def _residents() -> Iterator[Row]:
    for year in (2022, 2023, 2024, 2025):
        yield {
            "stood_on": f"{year}-06-30",
            "age_band": "0-17",
            "sex": "all",
            "ethnic_group": "all",
            "locality": "all",
            "residents": 20_000 + 100 * (year - 2022),
        }
