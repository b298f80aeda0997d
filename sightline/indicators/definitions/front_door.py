"""The front door and early help: contacts, what partners are asked and told, referrals, early help."""

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
from sightline.indicators.timeliness import timeliness

_OWNER, _REVIEW, _THEME = "Children's social care", date(2027, 9, 30), "Front door and early help"
_WHO = (Breakdown.AGE, Breakdown.SEX, Breakdown.ETHNICITY)
_indicator = partial(
    Indicator,
    question_set=QuestionSet.PRACTICE,
    evidence=Evidence.QUANTITATIVE,
    owner=_OWNER,
    review_on=_REVIEW,
    theme=_THEME,
)
_timeliness = partial(timeliness, owner=_OWNER, review_on=_REVIEW, theme=_THEME)

_CALLS = partial(
    _indicator,
    ref="P_N05",
    table="consultation_calls",
    basis=Basis.FLOW,
    sources=("front-door",),
    population="TRUE",
    breakdowns=(Breakdown.AGENCY,),
)
_REFERRALS_SENT = partial(
    _indicator,
    table="contacts",
    unit=Unit.PERCENT,
    polarity=Polarity.UP,
    basis=Basis.FLOW,
    sources=("front-door",),
    each=("contact",),
    breakdowns=(Breakdown.AGENCY, Breakdown.SOURCE),
)
_REQUESTS = partial(
    _indicator,
    ref="P_N08",
    unit=Unit.PERCENT,
    table="information_requests",
    sources=("front-door",),
    breakdowns=(Breakdown.AGENCY, Breakdown.RATING),
    notes={
        "front-door": "Due by the limit of clock C03 for the contact's rating, as it was when the agency was"
        " asked. Where no limit was set, whether the answer came in time is unknown. A question that was"
        " withdrawn before its answer was due is left out."
    },
)
_PER_CHILD = {"front-door": "Counts children: a contact about three children is three rows."}

INDICATORS: tuple[Indicator, ...] = (
    _indicator(
        key="contacts",
        ref="P_N01",
        title="Contacts",
        unit=Unit.COUNT,
        polarity=Polarity.CONTEXT,
        basis=Basis.FLOW,
        table="contacts",
        sources=("annex-a", "front-door"),
        population="TRUE",
        numerator="TRUE",
        plain="{numerator} contacts reached the front door",
        why="Demand at the front door: how much, from whom, and whether it is rising.",
        breakdowns=(Breakdown.SOURCE, *_WHO),
        notes={"annex-a": "List 1 counts children: a contact about three children is three rows."}
        | _PER_CHILD,
    ),
    _indicator(
        key="contact-rate",
        ref="P_N01",
        title="Contacts per 10,000 children",
        unit=Unit.RATE,
        polarity=Polarity.CONTEXT,
        basis=Basis.ROLLING,
        table="contacts",
        sources=("annex-a", "front-door"),
        population="TRUE",
        numerator="TRUE",
        plain="{numerator} contacts among {denominator} children in twelve months",
        why="Compares demand with places of another size.",
    ),
    *_timeliness(
        key="decision-in-one-working-day",
        ref="P_N03",
        title="Contacts decided within one working day",
        open_title="Contacts undecided past one working day",
        clock="referral-decision",
        table="contacts",
        start="received_at",
        stop="decided_at",
        sources=("front-door", "annex-a"),
        things="contacts",
        done="decided",
        why="A slow first decision leaves a child waiting and a referrer guessing.",
        lookback_months=1,  # what is decided or answered now was received before
        breakdowns=(Breakdown.SOURCE, Breakdown.RATING),
        notes=_PER_CHILD,
    ),
    *_timeliness(
        key="feedback-in-one-working-day",
        ref="P_N04",
        title="Referrers told the next step within one working day",
        open_title="Referrers not told the next step past one working day",
        clock="referrer-acknowledged",
        table="contacts",
        start="received_at",
        stop="feedback_at",
        sources=("front-door", "annex-a"),
        things="contacts",
        done="answered to the referrer",
        why="Who hears nothing rings again, or stops referring. Nobody can answer an anonymous referrer.",
        population="coalesce(cont_contact_source_code, '10') <> '9'",
        lookback_months=1,  # what is decided or answered now was received before
        breakdowns=(Breakdown.AGENCY, Breakdown.SOURCE),
        notes=_PER_CHILD,
    ),
    _CALLS(
        key="consultation-calls-answered",
        title="Calls to the consultation line that were answered",
        unit=Unit.COUNT,
        polarity=Polarity.CONTEXT,
        numerator="NOT was_abandoned",
        plain="{numerator} calls to the consultation line were answered",
        why="How much advice is asked for before anybody refers, and by whom.",
    ),
    _CALLS(
        key="consultation-calls-abandoned",
        title="Calls to the consultation line that were abandoned",
        unit=Unit.PERCENT,
        polarity=Polarity.DOWN,
        numerator="was_abandoned",
        plain="{numerator} of {denominator} calls to the consultation line were abandoned",
        why="A caller who gives up has a worry about a child that nobody heard.",
    ),
    _CALLS(
        key="consultation-calls-answered-in-60-seconds",
        title="Calls to the consultation line answered within 60 seconds",
        unit=Unit.PERCENT,
        polarity=Polarity.UP,
        # A caller who gave up after ten seconds was not answered soon.
        numerator="NOT was_abandoned AND wait_seconds <= 60",
        plain="{numerator} of {denominator} calls to the consultation line were answered within 60 seconds",
        why="Shows how long callers wait, where counts alone are kept and no median can be said.",
        notes={"front-door": "60 seconds is no national limit; a call that was abandoned is not answered."},
    ),
    _REFERRALS_SENT(
        key="referrals-with-early-help-assessment",
        ref="P_N06",
        title="Professionals' referrals with an early help assessment",
        # The codes of individuals and of anonymous referrers; 10 is a referrer who is not known.
        population=("nullif(cont_contact_source_code, '10') NOT IN ('1', '1A', '1B', '1C', '1D', '9')"),
        numerator="has_early_help_assessment",
        plain="{numerator} of {denominator} referrals from professionals came with an early help assessment",
        why="Help tried before, and what came of it, lets the front door decide at once.",
        notes={
            "front-door": "Counts referrals, not children. A child in danger is referred at once, without"
            " one: the share can never be asked to be 100%."
        },
    ),
    _REFERRALS_SENT(
        key="referral-quality",
        ref="P_Q02",
        title="Referrals of good quality",
        evidence=Evidence.QUALITATIVE,
        population="quality_score IS NOT NULL",
        numerator="quality_score >= 2",
        plain="{numerator} of {denominator} referrals scored for quality scored 2 or 3 of 3",
        why="Says, agency by agency, who needs help to write what the front door needs to know.",
        notes={"front-door": "Counts referrals, not children, and only those that somebody scored."},
    ),
    _REQUESTS(
        key="information-requests-in-time",
        title="Requests for information answered in time",
        polarity=Polarity.UP,
        basis=Basis.FLOW,
        population="withdrawn_at IS NULL OR coalesce(due_at < withdrawn_at, FALSE)",
        # Neither answered nor due by the period's end: nobody can say yet.
        numerator=(
            "CASE WHEN answered_at >= asked_at THEN answered_at <= due_at"
            " WHEN answered_at IS NULL AND due_at < period_end + INTERVAL 1 DAY THEN FALSE END"
        ),
        plain="{numerator} of {denominator} requests for information were answered in time",
        why="The decision waits for the slowest partner: says which, and for which rating.",
        twin="information-requests-open-overdue",
    ),
    _REQUESTS(
        key="information-requests-open-overdue",
        title="Requests for information unanswered past their time",
        polarity=Polarity.DOWN,
        basis=Basis.SNAPSHOT,
        population="withdrawn_at IS NULL OR withdrawn_at >= period_end + INTERVAL 1 DAY",
        numerator="due_at < period_end + INTERVAL 1 DAY",
        plain="{numerator} of {denominator} requests still open were past their due time",
        why="Says which partner a decision is waiting for.",
        target=Target(0.0, "nothing should be open past its due time"),
        twin="information-requests-in-time",
    ),
    _indicator(
        key="threshold-agreement",
        ref="P_Q05",
        title="Agreement on the level of need",
        evidence=Evidence.QUALITATIVE,
        unit=Unit.PERCENT,
        polarity=Polarity.UP,
        basis=Basis.FLOW,
        table="threshold_ratings",
        sources=("front-door",),
        population="level IS NOT NULL",
        # Each rating sees half of every pair that it is in: so a pair counts once, and a pair of two agencies
        # half for each, and the agencies add up to the whole.
        sums=True,
        numerator="(count(*) OVER (PARTITION BY exercise, vignette, level) - 1) / 2",
        denominator="(count(level) OVER (PARTITION BY exercise, vignette) - 1) / 2",
        plain="{numerator} of {denominator} pairs of blind ratings of one case gave the same level",
        why="The same child should meet the same answer, whichever agency looks.",
        owner="Board manager",
        breakdowns=(Breakdown.AGENCY,),
        notes={
            "front-door": "Some pairs agree by chance: the exercise itself gives kappa, which allows for"
            " that. A pair of raters from two agencies counts half for each."
        },
    ),
    _indicator(
        key="referrals",
        ref="P_N02",
        title="Referrals",
        unit=Unit.COUNT,
        polarity=Polarity.CONTEXT,
        basis=Basis.FLOW,
        table="referrals",
        sources=("cin-census", "annex-a"),
        population="TRUE",
        numerator="TRUE",
        plain="{numerator} referrals were received",
        why="Demand for social care, and which agencies send it.",
        breakdowns=(Breakdown.SOURCE, *_WHO),
    ),
    _indicator(
        key="referral-rate",
        ref="P_N02",
        title="Referrals per 10,000 children",
        unit=Unit.RATE,
        polarity=Polarity.CONTEXT,
        basis=Basis.ROLLING,
        table="referrals",
        sources=("cin-census", "annex-a"),
        population="TRUE",
        numerator="TRUE",
        plain="{numerator} referrals among {denominator} children in twelve months",
        why="Compares demand with places of another size.",
        notes={"published": "Equals the rate of DfE table C1 at 31 March."},
    ),
    _indicator(
        key="referrals-accepted",
        ref="P_N02",
        title="Referrals accepted",
        unit=Unit.PERCENT,
        polarity=Polarity.BOTH,
        basis=Basis.FLOW,
        table="referrals",
        sources=("cin-census", "annex-a"),
        population="TRUE",
        numerator="NOT cine_referral_nfa",
        plain="{numerator} of {denominator} referrals led to something more than no further action",
        why="Says, agency by agency, whether thresholds are understood alike. Both extremes are a question.",
        breakdowns=(Breakdown.SOURCE, Breakdown.AGE),
        notes={
            "published": "100% less the share with no further action of DfE table C1. The share assessed is"
            " another thing: never compare the two."
        },
    ),
    _indicator(
        key="re-referrals",
        ref="P_N07",
        title="Referrals within twelve months of an earlier one",
        unit=Unit.PERCENT,
        polarity=Polarity.DOWN,
        basis=Basis.ROLLING,
        table="referrals",
        sources=("cin-census", "annex-a"),
        population="TRUE",
        numerator=(
            "count(*) OVER (PARTITION BY child ORDER BY cine_referral_date"
            " RANGE BETWEEN INTERVAL 12 MONTH PRECEDING AND INTERVAL 1 DAY PRECEDING) > 0"
        ),
        lookback_months=12,
        plain="{numerator} of {denominator} referrals in twelve months followed an earlier one within twelve",
        why="A child who comes back was perhaps turned away or let go too soon.",
        breakdowns=(Breakdown.SOURCE, *_WHO),
        notes={"published": "The share of referrals of DfE table C1; needs the year before as well."},
    ),
    _indicator(
        key="early-help-assessments",
        ref="P_N09",
        title="Early help assessments started",
        unit=Unit.COUNT,
        polarity=Polarity.UP,
        basis=Basis.FLOW,
        table="early_help_assessments",
        sources=("annex-a",),
        population="TRUE",
        numerator="TRUE",
        plain="{numerator} early help assessments were started",
        why="Help before statutory need: more of it, earlier, and by more agencies.",
        owner="Early help board",
        breakdowns=(Breakdown.AGENCY, *_WHO),
    ),
)
