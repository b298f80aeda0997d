"""Looked-after children: how many, where, and whether their reviews are in time.

Local and unaccompanied children are split by default, because two opposite trajectories hide each other.
Children in a series of short breaks (V3, V4) are left out, as they are of the published counts.
"""

from datetime import date
from functools import partial

from sightline.facts.sources import Rows
from sightline.indicators.definition import (
    Basis,
    Breakdown,
    Evidence,
    Indicator,
    Polarity,
    QuestionSet,
    Target,
    Unit,
)

_OWNER, _REVIEW, _THEME = "Children's social care", date(2027, 9, 30), "Looked-after children"
_WHO = (Breakdown.UASC, Breakdown.AGE, Breakdown.SEX, Breakdown.ETHNICITY)
_indicator = partial(
    Indicator,
    question_set=QuestionSet.PRACTICE,
    evidence=Evidence.QUANTITATIVE,
    owner=_OWNER,
    review_on=_REVIEW,
    theme=_THEME,
)
_LOOKED_AFTER = partial(
    _indicator,
    table="looked_after_episodes",
    basis=Basis.SNAPSHOT,
    sources=("ssda903", "annex-a"),
    rows=Rows.LATEST,
    population="coalesce(legal_status, '') NOT IN ('V3', 'V4')",
    each=("child",),
    breakdowns=(*_WHO, Breakdown.PLACEMENT),
)
_DUE = (
    "CASE review_number WHEN 1 THEN due('first-looked-after-review', reviewed_from)"
    " WHEN 2 THEN due('second-looked-after-review', reviewed_from)"
    " ELSE due('later-looked-after-review', reviewed_from) END"
)

INDICATORS: tuple[Indicator, ...] = (
    _LOOKED_AFTER(
        key="looked-after-children",
        ref="P_N29",
        title="Looked-after children",
        unit=Unit.COUNT,
        polarity=Polarity.CONTEXT,
        numerator="TRUE",
        plain="{numerator} children were looked after",
        why="How many children the council is parent to, local and unaccompanied apart.",
    ),
    _LOOKED_AFTER(
        key="looked-after-rate",
        ref="P_N29",
        title="Looked-after children per 10,000 children",
        unit=Unit.RATE,
        polarity=Polarity.CONTEXT,
        numerator="TRUE",
        plain="{numerator} looked-after children among {denominator} children",
        why="Compares with places of another size.",
        breakdowns=(),
    ),
    _LOOKED_AFTER(
        key="foster-care",
        ref="P_N29",
        title="Looked-after children in foster care",
        unit=Unit.PERCENT,
        polarity=Polarity.UP,
        numerator="clap_cla_placement_type IN ('U1', 'U2', 'U3', 'U4', 'U5', 'U6', 'U1-U6')",
        plain="{numerator} of {denominator} looked-after children were in foster care",
        why="Most children do best in a family.",
        breakdowns=_WHO,
    ),
    _LOOKED_AFTER(
        key="placed-out-of-area",
        ref="P_N29",
        title="Looked-after children placed outside the area",
        unit=Unit.PERCENT,
        polarity=Polarity.DOWN,
        numerator="is_out_of_area",
        sources=("annex-a",),
        plain="{numerator} of {denominator} looked-after children were placed outside the area",
        why="Far from home a child is harder to see and to keep safe.",
        breakdowns=_WHO,
    ),
    _indicator(
        key="looked-after-reviews-on-time",
        ref="P_N30",
        title="Looked-after reviews held by the day they fell due",
        unit=Unit.PERCENT,
        polarity=Polarity.UP,
        basis=Basis.FLOW,
        table="looked_after_reviews",
        sources=("ssda903", "annex-a"),
        population=f"care_ended_on IS NULL OR care_ended_on > {_DUE}",
        numerator=f"coalesce(clar_cla_review_date <= {_DUE}, FALSE)",
        at=_DUE,
        plain="{numerator} of {denominator} reviews that fell due were held in time",
        why="A review is where somebody independent asks whether the plan works for the child.",
        target=Target(100.0, "statute: Care Planning Regulations 2010, regulation 33"),
        clock="first-looked-after-review",
        breakdowns=_WHO,
        notes={
            "ssda903": "Counts reviews that fell due, held or not, so what is overdue is in the share.",
        },
    ),
)
