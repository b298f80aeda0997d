"""The engine counts what a practitioner would count by hand, from one file a day, unknowns apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sightline.clocks import Limit
from sightline.facts.snapshot import Snapshot
from sightline.indicators.definition import Breakdown
from sightline.indicators.engine import run
from sightline.indicators.periods import Every, parse_periods
from tests.snapshots import extract, make_snapshot
from tests.unit.indicators.examples import (
    ACCEPTED,
    IN_TIME,
    PLANS,
    REFERRALS,
    YEAR,
    numbers,
    one,
    plan,
    referred,
)


@pytest.fixture
def census(tmp_path: Path) -> Snapshot:
    rows = [
        referred("a", "2025-04-02", age=0, sex="F", cine_referral_source_code="6", cine_referral_nfa=True),
        referred("b", "2025-04-30", age=4, sex="M", cine_referral_source_code="2A", cine_referral_nfa=False),
        referred("c", "2025-04-30", age=None, sex="U", cine_referral_nfa=None),
        referred("a", "2025-06-01", age=-1, sex="F", cine_referral_source_code="3E", cine_referral_nfa=False),
    ]
    return make_snapshot(tmp_path, extract("cin-census", "2026-04-20", referrals=(*YEAR, rows)))


def test_a_flow_counts_the_rows_of_each_month(census: Snapshot) -> None:
    figures = run(census, [REFERRALS], parse_periods("2025-04..2025-06"), ())
    assert [(figure.period.label, figure.value) for figure in figures] == [
        ("2025-04", 3),
        ("2025-05", 0),
        ("2025-06", 1),
    ]
    assert figures[0].format == "cin-census"
    assert figures[0].sources == (0,)
    assert figures[0].definition == REFERRALS.digest


def test_quarters_and_years_are_those_of_the_financial_year(census: Snapshot) -> None:
    quarters = run(census, [REFERRALS], parse_periods("2025-04..2025-09", Every.QUARTER), ())
    assert [(figure.period.label, figure.value) for figure in quarters] == [
        ("2025/26 Q1", 4),
        ("2025/26 Q2", 0),
    ]
    years = run(census, [REFERRALS], parse_periods("2025-04..2026-03", Every.YEAR), ())
    assert [(figure.period.label, figure.value) for figure in years] == [("2025/26", 4)]


def test_what_is_not_recorded_is_unknown_and_not_shown_to_be_met(census: Snapshot) -> None:
    figure = one(run(census, [ACCEPTED], parse_periods("2025-04"), ()))
    assert numbers(figure) == (1, 3, 1)
    assert figure.value == pytest.approx(100 / 3)


def test_a_breakdown_keeps_the_unknown_as_a_group_apart_from_the_whole(census: Snapshot) -> None:
    figures = run(census, [REFERRALS], parse_periods("2025-04"))
    by_age = {f.group: f.value for f in figures if f.breakdown is Breakdown.AGE}
    assert by_age == {"0": 1, "1-4": 1, "unknown": 1}
    by_source = {f.group: f.value for f in figures if f.breakdown is Breakdown.SOURCE}
    assert by_source == {"education": 1, "police": 1, "unknown": 1}
    assert one(figures).value == 3


def test_a_group_seen_in_another_month_is_nought_in_this_one(census: Snapshot) -> None:
    figures = run(census, [REFERRALS], parse_periods("2025-04..2025-06"))
    unborn = [f.value for f in figures if f.breakdown is Breakdown.AGE and f.group == "unborn"]
    assert unborn == [0, 0, 1]


def test_a_breakdown_that_the_extract_does_not_hold_is_refused_by_itself(census: Snapshot) -> None:
    figures = run(census, [REFERRALS], parse_periods("2025-04"))
    (refused,) = [figure for figure in figures if figure.breakdown is Breakdown.LOCALITY]
    assert refused.refused == (
        "not split from children in need census: it does not hold the locality in which the child lives"
    )
    assert one(figures).value == 3


def test_a_breakdown_that_the_indicator_does_not_have_is_refused_by_itself(census: Snapshot) -> None:
    figures = run(census, [REFERRALS], parse_periods("2025-04"), [Breakdown.TEAM])
    assert [figure.refused for figure in figures] == ["", "Referrals is not split by team"]


def test_a_saturday_after_a_friday_due_day_is_late(tmp_path: Path) -> None:
    # Started on Wednesday 30 April 2025, with two bank holidays in May: day 45 is Friday 4 July.
    rows = [
        {"child": child, "cina_assessment_start_date": "2025-04-30", "cina_assessment_auth_date": authorised}
        for child, authorised in (("a", "2025-07-04"), ("b", "2025-07-05"), ("c", None))
    ]
    rows.append({"child": "d", "cina_assessment_start_date": None, "cina_assessment_auth_date": "2025-07-10"})
    snapshot = make_snapshot(tmp_path, extract("cin-census", "2026-04-20", assessments=(*YEAR, rows)))
    assert numbers(one(run(snapshot, [IN_TIME], parse_periods("2025-07")))) == (1, 3, 1)


def test_a_local_limit_moves_the_due_day_and_is_named_with_the_definition(tmp_path: Path) -> None:
    rows = [
        {"child": "a", "cina_assessment_start_date": "2025-05-01", "cina_assessment_auth_date": "2025-07-04"}
    ]
    snapshot = make_snapshot(tmp_path, extract("cin-census", "2026-04-20", assessments=(*YEAR, rows)))
    local = {"assessment": Limit.parse("35 working days")}
    figure = one(run(snapshot, [IN_TIME], parse_periods("2025-07"), local_limits=local))
    assert numbers(figure) == (0, 1, 0)
    assert figure.definition == f"{IN_TIME.digest}, assessment of 35 working days"


def test_a_snapshot_counts_what_is_begun_and_not_ended_by_the_last_day(tmp_path: Path) -> None:
    rows = [
        plan("a", "2025-04-30"),
        plan("b", "2025-05-01"),
        plan("c", "2024-01-01", "2025-04-30"),
        plan("d", "2024-01-01", "2025-05-01"),
    ]
    snapshot = make_snapshot(tmp_path, extract("cin-census", "2026-04-20", protection_plans=(*YEAR, rows)))
    assert [f.value for f in run(snapshot, [PLANS], parse_periods("2025-04..2025-05"), ())] == [2, 2]


def test_the_age_in_a_snapshot_is_the_age_at_the_periods_end(tmp_path: Path) -> None:
    rows = [
        plan("a", "2025-04-01", born_month=202504, age=0),
        plan("b", "2025-04-01", born_month=202405, age=0),
        plan("c", "2025-04-01", born_month=202507, age=-1),
        plan("d", "2025-04-01", born_month=200706, age=17),
        plan("e", "2025-04-01", born_month=None, age=3),
    ]
    snapshot = make_snapshot(tmp_path, extract("cin-census", "2026-04-20", protection_plans=(*YEAR, rows)))
    figures = run(snapshot, [PLANS], parse_periods("2025-05..2025-06"), [Breakdown.AGE])
    shown = {
        label: {f.group: f.value for f in figures if f.breakdown and f.period.label == label and f.value}
        for label in ("2025-05", "2025-06")
    }
    assert shown == {
        "2025-05": {"unborn": 1, "0": 1, "1-4": 1, "16-17": 1, "unknown": 1},
        "2025-06": {"unborn": 1, "0": 1, "1-4": 1, "18+": 1, "unknown": 1},
    }
    under_one = replace(PLANS, population="age BETWEEN 0 AND 0")
    figure = one(run(snapshot, [under_one], parse_periods("2025-05"), ()))
    assert (figure.value, figure.unplaced) == (1, 1)
