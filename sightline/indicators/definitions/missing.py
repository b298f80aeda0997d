"""Missing children and return home interviews."""

from datetime import date
from functools import partial

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

_WHO = (
    Breakdown.MISSING_FROM,
    Breakdown.AUTHORITY,
    Breakdown.AGE,
    Breakdown.SEX,
    Breakdown.ETHNICITY,
    Breakdown.LOCALITY,
)
_indicator = partial(
    Indicator,
    question_set=QuestionSet.PRACTICE,
    evidence=Evidence.QUANTITATIVE,
    owner="Police and children's social care",
    review_on=date(2027, 9, 30),
    theme="Missing children",
    sources=("missing-list",),
    breakdowns=_WHO,
)
_EPISODES = partial(_indicator, table="missing_episodes", basis=Basis.FLOW, population="TRUE")
_INTERVIEWS = partial(_indicator, table="return_interviews", unit=Unit.PERCENT, population="TRUE")
_DUE = "due('return-interview', miss_missing_episode_end_date)"

INDICATORS: tuple[Indicator, ...] = (
    _EPISODES(
        key="missing-episodes",
        ref="P_N33",
        title="Missing episodes",
        unit=Unit.COUNT,
        polarity=Polarity.DOWN,
        numerator="TRUE",
        plain="{numerator} missing episodes began",
        why="A child who goes missing is telling somebody something.",
        notes={"change": "Better reporting raises the number: ask which before calling a rise worse."},
    ),
    _EPISODES(
        key="children-missing",
        ref="P_N33",
        title="Children who went missing",
        unit=Unit.COUNT,
        polarity=Polarity.DOWN,
        numerator="TRUE",
        each=("child",),
        plain="{numerator} children went missing at least once",
        why="Episodes count events; this counts children.",
    ),
    _EPISODES(
        key="missing-rate",
        ref="P_N33",
        title="Missing episodes per 10,000 children",
        unit=Unit.RATE,
        polarity=Polarity.DOWN,
        basis=Basis.ROLLING,
        numerator="TRUE",
        plain="{numerator} missing episodes among {denominator} children in twelve months",
        why="Compares with places of another size.",
        breakdowns=(),
    ),
    _indicator(
        key="missing-from-care",
        ref="P_N33",
        title="Missing episodes of looked-after children",
        table="missing_episodes",
        basis=Basis.FLOW,
        unit=Unit.COUNT,
        polarity=Polarity.DOWN,
        sources=("ssda903", "missing-list"),
        population="missing_from = 'care' AND miss_missing_episode_type = 'M'",
        numerator="TRUE",
        plain="{numerator} missing episodes of children in this authority's care began",
        why="The council's own children, whom it knows to be missing or ought to.",
        breakdowns=(Breakdown.AGE, Breakdown.SEX, Breakdown.ETHNICITY, Breakdown.UASC),
    ),
    _indicator(
        key="repeatedly-missing",
        ref="P_N36",
        title="Children missing three times or more within 90 days",
        table="missing_episodes",
        basis=Basis.FLOW,
        unit=Unit.PERCENT,
        polarity=Polarity.DOWN,
        population="TRUE",
        numerator=(
            "count(*) OVER (PARTITION BY child ORDER BY miss_missing_episode_start_date"
            " RANGE BETWEEN INTERVAL 90 DAY PRECEDING AND CURRENT ROW) >= 3"
        ),
        each=("child",),
        lookback_months=4,  # three months before 1 May are a day short of ninety
        plain="{numerator} of {denominator} children who went missing had done so three times in 90 days",
        why="Going missing again and again is a sign of exploitation.",
    ),
    _INTERVIEWS(
        key="return-interviews-in-72-hours",
        ref="P_N34",
        title="Return home interviews within 72 hours",
        basis=Basis.FLOW,
        polarity=Polarity.UP,
        numerator=(
            f"CASE WHEN held_at IS NOT NULL THEN held_at <= {_DUE}"
            " WHEN miss_missing_rhi_offered IS NULL THEN NULL ELSE FALSE END"
        ),
        plain="{numerator} of {denominator} episodes that ended were followed by an interview in 72 hours",
        why="What a child says on coming back is lost if nobody asks soon.",
        target=Target(100.0, "national guidance on children who run away or go missing (2014)"),
        clock="return-interview",
        twin="return-interviews-open-overdue",
    ),
    _INTERVIEWS(
        key="return-interviews-open-overdue",
        ref="P_N34",
        title="Return home interviews waited for past 72 hours",
        basis=Basis.SNAPSHOT,
        polarity=Polarity.DOWN,
        population="coalesce(miss_missing_rhi_accepted, TRUE) AND coalesce(miss_missing_rhi_offered, TRUE)",
        numerator=f"{_DUE} < period_end + INTERVAL 1 DAY",
        at="miss_missing_episode_end_date",
        until="held_at",
        lookback_months=3,
        plain="{numerator} of {denominator} interviews still waited for were past 72 hours",
        why="Interviews not yet held are in no share of those held in time.",
        target=Target(0.0, "nothing should be open past its due time"),
        clock="return-interview",
        twin="return-interviews-in-72-hours",
    ),
    _INTERVIEWS(
        key="return-interviews-offered",
        ref="P_N34",
        title="Return home interviews offered",
        basis=Basis.FLOW,
        polarity=Polarity.UP,
        numerator="miss_missing_rhi_offered",
        plain="{numerator} of {denominator} episodes that ended were followed by the offer of an interview",
        why="Offered, refused, held and not offered add up to the episodes: nobody drops out unseen.",
        target=Target(100.0, "national guidance on children who run away or go missing (2014)"),
    ),
    _INTERVIEWS(
        key="return-interviews-refused",
        ref="P_N34",
        title="Return home interviews offered and refused",
        basis=Basis.FLOW,
        polarity=Polarity.BOTH,
        population="miss_missing_rhi_offered",
        numerator="NOT miss_missing_rhi_accepted",
        plain="{numerator} of {denominator} interviews offered were refused",
        why="Many refusals ask who offers, and how.",
    ),
)
