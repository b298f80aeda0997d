"""The definitions give back what the Department for Education published of one authority in 2023/24.

The published tables say how many cases fell in each band of duration. A world is made that has just so many
cases in each band, at both of the band's edges, with days counted here; the engine must then say the
published share. Skipped where the published tables are not at hand.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import TypeVar

import pytest

from sightline.indicators.definitions import INDICATORS
from sightline.indicators.engine import run
from tests.snapshots import Extract, Row, extract, make_snapshot
from tests.spec.indicators.worked import period_of

PUBLISHED = next(
    (folder for parent in Path(__file__).parents if (folder := parent / "shared/data/benchmarks").is_dir()),
    Path("no-published-tables"),
)
pytestmark = pytest.mark.skipif(not PUBLISHED.exists(), reason="the published tables are not on this machine")

T = TypeVar("T")
Span = tuple[str, str | None]

BANK_HOLIDAYS = {
    date(2023, 8, 28), date(2023, 12, 25), date(2023, 12, 26), date(2024, 1, 1), date(2024, 3, 29),
}  # fmt: skip
ASSESSED = {
    "Same_day": (0,), "1-10_days": (1, 10), "11-20_days": (11, 20), "21-30_days": (21, 30),
    "31-40_days": (31, 40), "41-45_days": (41, 45), "46-50_days": (46, 50), "51-60_days": (51, 60),
    "61+_days": (61, 90),
}  # fmt: skip
CONFERRED = {
    "Duration_0-10_days": (0, 10), "Duration_11-15_days": (11, 15), "Duration_16-20_days": (16, 20),
    "Duration_21+_days": (21, 40),
}  # fmt: skip
OPEN_SINCE = {
    "3_months_or_less": ("2023-12-31", "2024-03-31"),
    "more_than_3_months_6_months": ("2023-09-30", "2023-12-30"),
    "more_than_6_months_less_than_1_year": ("2023-04-01", "2023-09-29"),
    "1_year_less_than_2_years": ("2022-04-01", "2023-03-31"),
    "2_years_or_more": ("2015-01-10", "2022-03-31"),
}
ENDED: Mapping[str, Sequence[Span]] = {
    "3_months_or_less": (("2023-05-10", "2023-08-10"),),
    "more_than_3_months_6_months": (("2023-05-10", "2023-11-10"),),
    "more_than_6_months_less_than_1_year": (("2022-08-10", "2023-08-09"), ("2023-01-10", "2023-07-11")),
    "1_year_less_than_2_years": (("2022-06-10", "2023-06-10"), ("2021-06-10", "2023-06-09")),
    "2_years_or_more": (("2021-06-10", "2023-06-10"), ("2021-06-10", "2024-03-31")),
}


def rows_of(table: str) -> Iterator[Mapping[str, str]]:
    """The rows of one published table."""
    (path,) = PUBLISHED.glob(f"{table}_*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def published(table: str, year: str = "2024") -> Mapping[str, str]:
    """The row of Croydon for one year."""
    (row,) = [row for row in rows_of(table) if (row["old_la_code"], row["time_period"]) == ("306", year)]
    return row


def after(start: date, working_days: int) -> date:
    """So many working days after a day: Monday to Friday, but for bank holidays."""
    day = start
    while working_days:
        day += timedelta(1)
        working_days -= day.weekday() < 5 and day not in BANK_HOLIDAYS
    return day


def spread(row: Mapping[str, str], bands: Mapping[str, Sequence[T]]) -> list[T]:
    """For each case of each band, one of the band's edges in turn."""
    return [edge for band, edges in bands.items() for edge in islice(cycle(edges), int(row[band]))]


def census(year: int, **tables: list[Row]) -> Extract:
    """The census of the year that ends in March."""
    first, last = f"{year - 1}-04-01", f"{year}-03-31"
    return extract(
        "cin-census", f"{year}-06-01", **{name: (first, last, rows) for name, rows in tables.items()}
    )


def counted(folder: Path, *files: Extract) -> dict[str, tuple[object, ...]]:
    """Numerator, denominator and value to one place of each indicator, by its key."""
    everybody = {"age_band": "0-17", "sex": "all", "ethnic_group": "all", "locality": "all"}
    row = {
        "stood_on": "2023-06-30",
        "residents": int(published("ons", "2023")["population_estimate"]),
        **everybody,
    }
    residents = extract("ons-population", "2024-10-01", population=("2023-06-30", "2023-06-30", [row]))
    figures = run(make_snapshot(folder, residents, *files), INDICATORS.values(), [period_of("2023/24")], ())
    return {
        figure.indicator: (figure.numerator, figure.denominator, round(figure.value, 1))
        for figure in figures
        if figure.value is not None
    }


def test_assessments_in_45_working_days(tmp_path: Path) -> None:
    row, start = published("c2"), date(2023, 6, 1)
    days = {n: after(start, n) for edges in ASSESSED.values() for n in edges}
    rows = [
        {"child": f"c{n}", "cina_assessment_start_date": start, "cina_assessment_auth_date": days[edge]}
        for n, edge in enumerate(spread(row, ASSESSED))
    ]
    found = counted(tmp_path, census(2024, assessments=rows))
    assert found["assessments-in-45-working-days"] == (4305, 6228, 69.1)
    assert found["assessments-completed"][0] == int(row["Assessments_completed"]) == 6228
    assert found["assessment-rate"][2] == float(row["Assessments_completed_rate"])


def test_initial_conferences_in_15_working_days(tmp_path: Path) -> None:
    row, start = published("c4"), date(2023, 12, 1)
    rows = [
        {"child": f"c{n}", "s47e_s47_start_date": start, "icpc_icpc_date": after(start, days)}
        for n, days in enumerate(spread(row, CONFERRED))
    ]
    found = counted(tmp_path, census(2024, conferences=rows))
    assert found["initial-conferences-in-15-working-days"] == (640, int(row["ICPC"]), 85.6)


def test_referrals_and_re_referrals(tmp_path: Path) -> None:
    row = published("c1")
    again, closed = int(row["Re_referrals"]), int(row["No_Further_Action"])
    rows = [
        {"child": f"c{n}", "cine_referral_date": "2023-06-10", "cine_referral_nfa": n < closed}
        for n in range(int(row["Referrals"]))
    ]
    # As many again came back a day too late to count.
    earlier = [
        {"child": f"c{n}", "cine_referral_date": "2022-06-10" if n < again else "2022-06-09"}
        for n in range(2 * again)
    ]
    found = counted(tmp_path, census(2023, referrals=earlier), census(2024, referrals=rows))
    assert found["referrals"][0] == 7242
    assert found["referral-rate"][2] == float(row["Referrals_rate"])
    assert found["re-referrals"] == (1673, 7242, float(row["Re_referrals_percent"]))
    assert found["referrals-accepted"][2] == round(100 - float(row["No_Further_Action_percent"]), 1)


def plan_spans() -> list[Span]:
    """Plans open at the end, and plans ended in the year so that the starts add up to those published."""
    opened: list[Span] = [(start, None) for start in spread(published("d5"), OPEN_SINCE)]
    ended = spread(published("d7"), ENDED)
    within = sum(start >= "2023-04-01" for start, _ in opened + ended)
    for _ in range(int(published("d1")["CPP_start"]) - within):
        ended.remove(("2023-01-10", "2023-07-11"))
        ended.append(("2023-04-10", "2023-12-10"))
    return opened + ended


def test_plans(tmp_path: Path) -> None:
    spans, repeated = plan_spans(), int(published("d3")["CPP_subsequent"])
    # The plans of this year come first, so that the first so many of them are the repeated ones.
    rows = [
        {
            "child": f"c{n}",
            "cppl_cp_plan_start_date": start,
            "cppl_cp_plan_end_date": end,
            "previous_plans": int(n < repeated or start < "2023-04-01"),
        }
        for n, (start, end) in enumerate(sorted(spans, reverse=True, key=lambda span: span[0]))
    ]
    found = counted(tmp_path, census(2024, protection_plans=rows))
    assert found["protection-plans"][0] == int(published("d1")["CPP_At31"]) == 610
    assert found["protection-plan-rate"][2] == float(published("d1")["CPP_At31_rate"])
    assert found["protection-plans-started"][0] == int(published("d1")["CPP_start"]) == 562
    assert found["repeat-protection-plans"] == (126, 562, 22.4)
    assert found["plans-open-two-years"] == (18, 610, 3.0)
    assert found["plans-ended-after-two-years"] == (31, 448, 6.9)


def test_plans_reviewed_in_time(tmp_path: Path) -> None:
    late = int(published("d6")["CPP_At31_3Months"]) - int(published("d6")["Reviewed_within_timescales"])
    rows = []
    for n, start in enumerate(sorted(spread(published("d5"), OPEN_SINCE))):
        is_young = start >= "2023-12-30"
        # An older plan's next review falls due tomorrow; that of seven fell due yesterday.
        since = start if is_young else "2023-09-30" if n < late else "2023-10-01"
        rows.append(
            {
                "child": f"c{n}",
                "cppl_cp_plan_start_date": start,
                "reviewed_from": since,
                "is_first": is_young,
                "cppr_cp_review_date": "2024-03-30" if start == "2023-12-30" else None,
            }
        )
    found = counted(tmp_path, census(2024, protection_reviews=rows))
    assert found["protection-reviews-on-time"] == (464, 471, 98.5)


def need_episodes() -> list[Row]:
    """Children in need at the year's end, those whose episodes ended in it, and those found not in need."""
    row = published("b1")
    opened, ended = int(row["At31_episodes"]), int(row["Ended_episodes"])
    both = opened + int(row["Ended_child"]) - int(row["Anypoint_child"])
    names = [f"open{n}" for n in range(both)]
    names += [f"ended{n}" for n in range(int(row["Ended_child"]) - both)]
    closures = [(name, "2023-04-01", "2023-10-01", "RC7") for name in islice(cycle(reversed(names)), ended)]
    closures += [
        (f"no need{n}", "2023-06-01", "2023-07-10", "RC9" if n % 3 else "RC8")
        for n in range(int(published("c1")["Not_in_Need"]))
    ]
    closures += [(f"open{n}", "2023-11-01", None, None) for n in range(opened)]
    columns = ("child", "cine_referral_date", "cine_close_date", "cine_close_reason")
    return [dict(zip(columns, closure, strict=True)) for closure in closures]


def test_children_in_need(tmp_path: Path) -> None:
    row = published("b1")
    found = counted(tmp_path, census(2024, cin_episodes=need_episodes()))
    assert found["children-in-need"][0] == int(row["At31_episodes"]) == 4708
    assert found["children-in-need-rate"][2] == float(row["At31_episodes_rate"])
    assert found["children-in-need-in-year"][0] == int(row["Anypoint_child"]) == 8114


def test_a_child_found_not_in_need_starts_no_published_episode() -> None:
    """Episodes that start are the referrals less those with no further action and those not in need."""
    referred = {(row["time_period"], row["new_la_code"]): row for row in rows_of("c1")}
    differences = []
    for row in rows_of("b1"):
        of_place = referred.get((row["time_period"], row["new_la_code"]))
        if row["geographic_level"] != "Local authority" or of_place is None:
            continue
        parts = (of_place["Referrals"], of_place["No_Further_Action"], of_place["Not_in_Need"])
        figures = (*parts, row["Started_episodes"])
        if all(figure.isdigit() for figure in figures):
            referrals, closed, not_in_need, started = map(int, figures)
            differences.append(referrals - closed - not_in_need - started)
    assert len(differences) > 1_500
    assert differences.count(0) / len(differences) > 0.97
    assert published("c1")["Not_in_Need"] == "1103"
