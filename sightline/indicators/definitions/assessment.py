"""Assessment and need: how many, how fast, to what end, and who is in need."""

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
    Unit,
)
from sightline.indicators.timeliness import timeliness

_OWNER, _REVIEW, _THEME = "Children's social care", date(2027, 9, 30), "Assessment and need"
_WHO = (Breakdown.AGE, Breakdown.SEX, Breakdown.ETHNICITY, Breakdown.DISABILITY)
_indicator = partial(
    Indicator,
    question_set=QuestionSet.PRACTICE,
    evidence=Evidence.QUANTITATIVE,
    owner=_OWNER,
    review_on=_REVIEW,
    theme=_THEME,
)
_timeliness = partial(timeliness, owner=_OWNER, review_on=_REVIEW, theme=_THEME)

INDICATORS: tuple[Indicator, ...] = (
    _indicator(
        key="assessments-completed",
        ref="P_N15",
        title="Assessments completed",
        unit=Unit.COUNT,
        polarity=Polarity.CONTEXT,
        basis=Basis.FLOW,
        table="assessments",
        sources=("cin-census", "annex-a"),
        population="TRUE",
        numerator="TRUE",
        at="cina_assessment_auth_date",
        plain="{numerator} assessments were completed",
        why="The workload that timeliness must be read against.",
        breakdowns=_WHO,
    ),
    _indicator(
        key="assessment-rate",
        ref="P_N15",
        title="Assessments completed per 10,000 children",
        unit=Unit.RATE,
        polarity=Polarity.CONTEXT,
        basis=Basis.ROLLING,
        table="assessments",
        sources=("cin-census", "annex-a"),
        population="TRUE",
        numerator="TRUE",
        at="cina_assessment_auth_date",
        plain="{numerator} assessments among {denominator} children in twelve months",
        why="Compares the workload with places of another size.",
        notes={"published": "Equals the rate of DfE table C2 at 31 March."},
    ),
    *_timeliness(
        key="assessments-in-45-working-days",
        ref="P_N16",
        title="Assessments within 45 working days of their start",
        open_ref="P_N17",
        open_title="Open assessments past 45 working days",
        clock="assessment",
        table="assessments",
        start="cina_assessment_start_date",
        stop="cina_assessment_auth_date",
        sources=("cin-census", "annex-a"),
        things="assessments",
        done="authorised",
        why="A child's needs should be understood within the statutory maximum.",
        breakdowns=_WHO,
        notes={
            "published": "As DfE table C2 counts: from the start of the assessment to its authorisation.",
            "clock": "The statutory clock runs from the referral: see the indicator counted from there.",
        },
    ),
    *_timeliness(
        key="assessments-in-45-working-days-of-referral",
        ref="P_N16",
        title="Assessments within 45 working days of the referral",
        open_ref="P_N17",
        open_title="Open assessments past 45 working days since the referral",
        clock="assessment",
        table="assessments",
        start="cine_referral_date",
        stop="cina_assessment_auth_date",
        sources=("cin-census", "annex-a"),
        things="assessments",
        done="authorised",
        why="The clock of the guidance runs from the referral, so it is stricter than the published share.",
        breakdowns=_WHO,
    ),
    _indicator(
        key="assessments-no-further-action",
        ref="P_N18",
        title="Assessments with no further social care action",
        unit=Unit.PERCENT,
        polarity=Polarity.BOTH,
        basis=Basis.FLOW,
        table="assessments",
        sources=("cin-census", "annex-a"),
        population="TRUE",
        numerator="cina_assessment_outcome_nfa",
        at="cina_assessment_auth_date",
        plain="{numerator} of {denominator} completed assessments led to no further social care action",
        why="Many assessments that lead nowhere ask whether thresholds and early help work.",
        breakdowns=_WHO,
        notes={
            "cin-census": "No further action where the episode closed after assessment (RC8, RC9).",
            "annex-a": "No further action where list 4 says that no social care support was required.",
        },
    ),
    _indicator(
        key="children-in-need",
        ref="P_N20",
        title="Children in need",
        unit=Unit.COUNT,
        polarity=Polarity.CONTEXT,
        basis=Basis.SNAPSHOT,
        table="cin_episodes",
        sources=("cin-census", "annex-a"),
        rows=Rows.LATEST,
        population="TRUE",
        numerator="TRUE",
        each=("child",),
        plain="{numerator} children had an open episode of need",
        why="How many children need help today.",
        breakdowns=_WHO,
    ),
    _indicator(
        key="children-in-need-rate",
        ref="P_N20",
        title="Children in need per 10,000 children",
        unit=Unit.RATE,
        polarity=Polarity.CONTEXT,
        basis=Basis.SNAPSHOT,
        table="cin_episodes",
        sources=("cin-census", "annex-a"),
        rows=Rows.LATEST,
        population="TRUE",
        numerator="TRUE",
        each=("child",),
        plain="{numerator} children in need among {denominator} children",
        why="Compares need with places of another size.",
        notes={"published": "Equals the rate of DfE table B1 at 31 March."},
    ),
    _indicator(
        key="children-in-need-in-year",
        ref="P_N20",
        title="Children in need at any time in twelve months",
        unit=Unit.COUNT,
        polarity=Polarity.CONTEXT,
        basis=Basis.ROLLING,
        table="cin_episodes",
        sources=("cin-census", "annex-a"),
        population=(
            "NOT coalesce(cine_close_reason IN ('RC8', 'RC9') AND cine_close_date <= period_end, FALSE)"
        ),
        numerator="TRUE",
        at=(
            "CASE WHEN cine_close_date IS NULL OR cine_close_date >= period_start"
            " THEN greatest(cine_referral_date, period_start) END"
        ),
        each=("child",),
        plain="{numerator} children had an episode of need at some time in twelve months",
        why="The number worked with in a year is not the number open on a day: the two are never compared.",
        breakdowns=_WHO,
        notes={
            "published": "As DfE table B1 counts children in need at any point: an episode that closed after"
            " an assessment that found no need (RC8, RC9) is none.",
        },
    ),
)
