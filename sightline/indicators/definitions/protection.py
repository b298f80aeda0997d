"""Child protection: section 47 enquiries, conferences, plans and their reviews."""

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
from sightline.indicators.timeliness import timeliness

_OWNER, _REVIEW, _THEME = "Children's social care", date(2027, 9, 30), "Child protection"
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
_PLANS = partial(
    _indicator,
    table="protection_plans",
    basis=Basis.SNAPSHOT,
    sources=("cin-census", "annex-a"),
    rows=Rows.LATEST,
    population="TRUE",
    breakdowns=(Breakdown.CATEGORY, *_WHO),
)
_SPLIT = "Initial and review conferences are attended so differently that neither is told by both together."


def _attendance(key: str, kind: str, title: str, why: str, twin: str | None = None) -> Indicator:
    """Attendance as agencies return it: no extract says who was invited to a conference and who came."""
    return _indicator(
        key=key,
        ref="P_N22",
        title=title,
        unit=Unit.PERCENT,
        polarity=Polarity.UP,
        basis=Basis.FLOW,
        table="agency_returns",
        sources=("agency-returns",),
        returned=True,
        population=f"item = '{key}'",
        numerator="numerator",
        denominator="denominator",
        sums=True,
        plain=f"the police came to {{numerator}} of the {{denominator}} {kind} to which they were invited",
        why=why,
        breakdowns=(Breakdown.AGENCY,),
        twin=twin,
        notes={"agency-returns": _SPLIT},
    )


_REVIEW_DUE = (
    "CASE WHEN is_first THEN due('first-review-conference', reviewed_from)"
    " ELSE due('later-review-conference', reviewed_from) END"
)

INDICATORS: tuple[Indicator, ...] = (
    *_timeliness(
        key="initial-conferences-in-15-working-days",
        ref="P_N21",
        title="Initial conferences within 15 working days",
        open_title="Enquiries waiting for a conference past 15 working days",
        clock="initial-conference",
        table="conferences",
        start="s47e_s47_start_date",
        stop="icpc_icpc_date",
        sources=("cin-census", "annex-a"),
        open_table="section_47_enquiries",
        open_population="NOT coalesce(is_icpc_unnecessary, FALSE)",
        things="initial conferences",
        done="held",
        why="A child who may be at risk of significant harm should not wait for a plan.",
        breakdowns=_WHO,
        notes={
            "published": "As DfE table C4 counts: every conference held, from the start of its enquiry.",
            "annex-a": "For a child already on a plan list 5 says that a conference was not"
            " unnecessary, so an enquiry without a date is not always one that waits.",
        },
    ),
    _attendance(
        "conference-attendance",
        "child protection conferences",
        "Police attendance at child protection conferences",
        "A plan made without an agency that knows the child is made without what it knows.",
    ),
    _attendance(
        "conference-attendance-initial",
        "initial child protection conferences",
        "Police attendance at initial conferences",
        "The first conference decides whether there is a plan: what the police know is needed there.",
        twin="conference-attendance-review",
    ),
    _attendance(
        "conference-attendance-review",
        "review conferences",
        "Police attendance at review conferences",
        "Low attendance may be agreed: where a child is in no new danger a report may serve instead.",
        twin="conference-attendance-initial",
    ),
    _PLANS(
        key="protection-plans",
        each=("child",),
        ref="P_N23",
        title="Children on protection plans",
        unit=Unit.COUNT,
        polarity=Polarity.BOTH,
        numerator="TRUE",
        plain="{numerator} children had a protection plan",
        why="A falling number may mean safer children or harm unseen: it is read with new plans.",
    ),
    _PLANS(
        key="protection-plan-rate",
        each=("child",),
        ref="P_N23",
        title="Children on protection plans per 10,000 children",
        unit=Unit.RATE,
        polarity=Polarity.BOTH,
        numerator="TRUE",
        plain="{numerator} children on plans among {denominator} children",
        why="Compares with places of another size.",
        breakdowns=(),
        notes={"published": "Equals the rate of DfE table D1 at 31 March."},
    ),
    _indicator(
        key="protection-plans-started",
        ref="P_N23",
        title="Protection plans started",
        unit=Unit.COUNT,
        polarity=Polarity.BOTH,
        basis=Basis.FLOW,
        table="protection_plans",
        sources=("cin-census", "annex-a"),
        population="TRUE",
        numerator="TRUE",
        plain="{numerator} protection plans were started",
        why="New plans show demand that the number open hides.",
        breakdowns=(Breakdown.CATEGORY, *_WHO),
    ),
    _indicator(
        key="plans-ended-after-two-years",
        ref="P_N24",
        title="Protection plans ended that had lasted two years or more",
        unit=Unit.PERCENT,
        polarity=Polarity.DOWN,
        basis=Basis.ROLLING,
        table="protection_plans",
        sources=("cin-census", "annex-a"),
        population="TRUE",
        numerator="cppl_cp_plan_end_date >= cppl_cp_plan_start_date + INTERVAL 2 YEAR",
        at="cppl_cp_plan_end_date",
        plain="{numerator} of {denominator} plans that ended in twelve months had lasted two years or more",
        why="A long plan may be a child left in harm: drift.",
        breakdowns=(Breakdown.CATEGORY, *_WHO),
        twin="plans-open-two-years",
        notes={"published": "As DfE table D7 counts plans that ended in the year."},
    ),
    _PLANS(
        key="plans-open-two-years",
        ref="P_N24",
        title="Open protection plans that have lasted two years or more",
        unit=Unit.PERCENT,
        polarity=Polarity.DOWN,
        numerator="cppl_cp_plan_start_date + INTERVAL 2 YEAR <= period_end",
        plain="{numerator} of {denominator} open plans had lasted two years or more",
        why="Counts the children still waiting, whom a share of ended plans leaves out.",
        twin="plans-ended-after-two-years",
        notes={"published": "As DfE table D5 counts plans open at 31 March."},
    ),
    _indicator(
        key="repeat-protection-plans",
        ref="P_N25",
        title="New protection plans for children who had one before",
        unit=Unit.PERCENT,
        polarity=Polarity.DOWN,
        basis=Basis.ROLLING,
        table="protection_plans",
        sources=("cin-census", "annex-a"),
        population="TRUE",
        numerator="previous_plans > 0",
        plain="{numerator} of {denominator} plans started in twelve months were not the child's first",
        why="Change that does not last brings a child back.",
        breakdowns=(Breakdown.CATEGORY, *_WHO),
        notes={"published": "As DfE table D3 counts; plans of other authorities may be unknown."},
    ),
    _indicator(
        key="protection-reviews-on-time",
        ref="P_N26",
        title="Protection plans reviewed in time",
        unit=Unit.PERCENT,
        polarity=Polarity.UP,
        basis=Basis.SNAPSHOT,
        table="protection_reviews",
        sources=("cin-census", "annex-a"),
        population="cppl_cp_plan_start_date < period_end - INTERVAL 3 MONTH",
        numerator=f"{_REVIEW_DUE} >= least(coalesce(cppr_cp_review_date, period_end), period_end)",
        each=("child", "cppl_cp_plan_start_date"),
        combine="every",
        plain="{numerator} of {denominator} plans open for over three months had every review in time",
        why="Reviews in time show compliance, not safety: read it beside what changed for the child.",
        target=Target(100.0, "statutory guidance: Working Together"),
        clock="first-review-conference",
        breakdowns=_WHO,
        notes={
            "published": "As DfE table D6 counts: plans open at the date for over three months.",
            "cin-census": "Reviews before the census year are not in the file, so a plan from an earlier year"
            " is judged from the first day of the census year, as a plan reviewed then.",
        },
    ),
    _PLANS(
        key="disabled-children-on-plans",
        each=("child",),
        ref="P_N28",
        title="Disabled children among those on protection plans",
        unit=Unit.PERCENT,
        polarity=Polarity.BOTH,
        numerator="is_disabled",
        plain="{numerator} of {denominator} children on plans were recorded as disabled",
        why="Disabled children are more often harmed and perhaps less often seen: a question of parity.",
        breakdowns=(Breakdown.AGE, Breakdown.CATEGORY),
    ),
)
