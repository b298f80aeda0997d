"""Indicators and rows that the tests of the engine share, and short ways to read figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sightline.facts.sources import Rows
from sightline.indicators.definition import (
    Basis,
    Breakdown,
    Evidence,
    Indicator,
    Polarity,
    QuestionSet,
    Unit,
)
from sightline.indicators.figures import Figure
from tests.snapshots import Row

YEAR = ("2025-04-01", "2026-03-31")

REFERRALS = Indicator(
    key="referrals",
    ref="P_N02",
    title="Referrals",
    question_set=QuestionSet.PRACTICE,
    evidence=Evidence.QUANTITATIVE,
    unit=Unit.COUNT,
    polarity=Polarity.CONTEXT,
    basis=Basis.FLOW,
    table="referrals",
    sources=("cin-census", "annex-a"),
    population="TRUE",
    numerator="TRUE",
    why="demand",
    owner="the hub",
    review_on=date(2027, 9, 30),
    plain="{numerator} referrals",
    breakdowns=(Breakdown.AGE, Breakdown.SEX, Breakdown.SOURCE, Breakdown.LOCALITY),
)
ACCEPTED = replace(REFERRALS, key="accepted", unit=Unit.PERCENT, numerator="NOT cine_referral_nfa")
IN_TIME = replace(
    REFERRALS,
    key="in-time",
    table="assessments",
    unit=Unit.PERCENT,
    at="cina_assessment_auth_date",
    numerator="cina_assessment_auth_date <= due('assessment', cina_assessment_start_date)",
    breakdowns=(),
)
PLANS = replace(
    REFERRALS,
    key="plans",
    table="protection_plans",
    basis=Basis.SNAPSHOT,
    rows=Rows.LATEST,
    breakdowns=(Breakdown.AGE, Breakdown.CATEGORY),
)


def one(figures: Sequence[Figure], breakdown: Breakdown | None = None, group: str | None = None) -> Figure:
    """The only figure of a group (the whole when none is named)."""
    (found,) = [figure for figure in figures if (figure.breakdown, figure.group) == (breakdown, group)]
    return found


def numbers(figure: Figure) -> tuple[object, ...]:
    return figure.numerator, figure.denominator, figure.unknown


def referred(child: str, day: str, **columns: object) -> Row:
    return {"child": child, "cine_referral_date": day, **columns}


def plan(child: str, start: str, end: str | None = None, **columns: object) -> Row:
    return {"child": child, "cppl_cp_plan_start_date": start, "cppl_cp_plan_end_date": end, **columns}
