"""Control charts: limits, the four rules at their boundaries, and the words that a board reads."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.indicators.control_chart import (
    Assurance,
    ControlChart,
    Point,
    Reset,
    Rule,
    Variation,
    analyse,
    describe,
    quantity,
)
from sightline.indicators.definition import Polarity

# Thirteen values round 50 with steps of 2 and 4: mean 50, mean moving range 36/12 = 3.
STEADY = [50.0, 52, 48, 50, 52, 50, 48, 52, 50, 48, 50, 52, 48]
# Fourteen values that leap across a mean of 50, so that what follows makes the only run.
WIDE = [20.0, 80] * 7


def series(values: list[float | None]) -> list[Point]:
    return [Point(f"M{i + 1}", value) for i, value in enumerate(values)]


def chart_of(values: list[float | None], polarity: Polarity = Polarity.UP, **options: object) -> ControlChart:
    return analyse(series(values), polarity, **options)  # type: ignore[arg-type]


def signals(chart: ControlChart, rule: Rule) -> list[tuple[str, ...]]:
    found = {s.labels: None for point in chart.points for s in point.signals if s.rule is rule}
    return list(found)


# --- limits, worked by hand ---------------------------------------------------------------------------


def test_limits_of_a_table_worked_by_hand() -> None:
    limits = chart_of(STEADY).segments[0].limits
    assert limits is not None
    # steps: 2 4 2 2 2 2 4 2 2 2 2 4 = 30; 30 / 12 = 2.5; 2.66 x 2.5 = 6.65
    assert limits.mean == 50
    assert limits.mean_moving_range == 2.5
    assert (limits.lower, limits.upper) == (43.35, 56.65)
    assert (limits.lower_clipped, limits.upper_clipped, limits.screened) == (False, False, 0)


def test_an_exceptional_step_is_screened_out_once() -> None:
    # One jump of 40 and back among steps of 1: mean step (10 + 80) / 12 = 7.5, 3.27 x 7.5 = 24.525 < 40.
    chart = chart_of([10, 11, 10, 11, 10, 11, 51, 11, 10, 11, 10, 11, 10])
    limits = chart.segments[0].limits
    assert limits is not None
    assert limits.screened == 2
    assert limits.mean_moving_range == 1
    assert limits.upper == pytest.approx(177 / 13 + 2.66)
    assert signals(chart, Rule.OUTSIDE) == [
        (label,) for label in ("M1", "M3", "M5", "M7", "M9", "M11", "M13")
    ]


def test_a_step_of_exactly_the_screening_factor_is_kept() -> None:
    # Eleven steps of 8.73 and one of 35.97: mean 11, and 3.27 x 11 = 35.97.
    limits = chart_of([0.0, 8.73] * 6 + [44.7]).segments[0].limits
    assert limits is not None
    assert (limits.screened, limits.mean_moving_range) == (0, 11)


def test_limits_are_clipped_where_the_unit_ends_and_say_so() -> None:
    chart = chart_of([98.0, 100, 96, 98, 100, 98, 96, 100, 98, 96, 98, 100, 96], lowest=0, highest=100)
    limits = chart.segments[0].limits
    assert limits is not None
    assert limits.upper == 100
    assert limits.upper_clipped
    assert not limits.lower_clipped


def test_equal_values_are_common_cause_with_limits_of_no_width() -> None:
    chart = chart_of([0.1] * 13, target=0.1)
    limits = chart.segments[0].limits
    assert limits is not None
    assert limits.lower == limits.upper == limits.mean == 0.1
    assert chart.variation is Variation.COMMON_CAUSE
    assert chart.assurance is Assurance.MET


def test_one_rare_event_among_equal_months_is_the_only_signal() -> None:
    chart = chart_of([0.0] * 8 + [1] + [0] * 6, Polarity.DOWN)
    assert signals(chart, Rule.OUTSIDE) == [("M9",)]
    assert chart.segments[0].limits is not None
    assert chart.segments[0].limits.screened == 0


# --- gaps and short series ----------------------------------------------------------------------------


def test_twelve_points_are_too_few_and_thirteen_are_enough() -> None:
    short, enough = chart_of(STEADY[:12], target=60), chart_of(STEADY, target=60)
    assert short.segments[0].limits is None
    assert short.variation is Variation.NOT_JUDGED
    assert short.assurance is Assurance.NOT_JUDGED
    assert describe(short, "%", "month") == "Too few points to judge: 12 of the 13 needed since M1."
    assert enough.variation is Variation.COMMON_CAUSE


def test_a_missing_month_is_not_bridged() -> None:
    gap = chart_of([*STEADY[:7], None, *STEADY[7:]])
    assert gap.variation is Variation.NOT_JUDGED
    assert describe(gap, "%") == (
        "Too few points to judge: 13 values since M1, with gaps, make 11 steps of the 12 needed."
    )
    longer = chart_of([*STEADY, None, 90.0, 90])
    assert longer.segments[0].limits is not None
    assert longer.segments[0].limits.mean_moving_range == pytest.approx(30 / 13)


def test_a_missing_month_ends_a_run() -> None:
    assert signals(chart_of([*WIDE, *[48.0] * 7]), Rule.SHIFT) == [tuple(f"M{i}" for i in range(15, 22))]
    assert signals(chart_of([*WIDE, *[48.0] * 3, None, *[48.0] * 4]), Rule.SHIFT) == []


def test_values_that_differ_only_across_gaps_have_no_limits() -> None:
    chart = chart_of([5.0] * 7 + [None] + [7.0] * 7)
    assert chart.segments[0].why_no_limits == "values since M1 differ only across gaps"
    assert chart.variation is Variation.NOT_JUDGED


def test_a_missing_latest_value_is_said() -> None:
    chart = chart_of([*STEADY, None])
    assert chart.latest is not None
    assert chart.latest.label == "M13"
    assert describe(chart, "%") == "No sign of change: the mean since M1 is 50%; no value after M13."


# --- the four rules at their boundaries ---------------------------------------------------------------


def test_a_value_on_a_limit_is_inside_it() -> None:
    # Steps of 1 about 0.5 over 14 points: mean 0.5, moving range 1, limits 0.5 +/- 2.66.
    on = [0.0, 1] * 7
    assert signals(chart_of(on), Rule.OUTSIDE) == []
    assert signals(chart_of([*STEADY, 70.0]), Rule.OUTSIDE) == [("M14",)]


@pytest.mark.parametrize(("risers", "found"), [(6, False), (7, True), (8, True)])
def test_seven_rising_values_are_a_trend_and_six_are_not(risers: int, found: bool) -> None:
    values = [*STEADY, *[44.0 + 2 * i for i in range(risers)]]
    trends = signals(chart_of(values), Rule.TREND)
    assert bool(trends) is found
    assert all(len(labels) == risers for labels in trends)


def test_an_equal_value_ends_a_trend() -> None:
    assert signals(chart_of([*STEADY, 44.0, 46, 48, 50, 50, 52, 54, 56]), Rule.TREND) == []


@pytest.mark.parametrize(("length", "found"), [(6, False), (7, True)])
def test_seven_values_on_one_side_are_a_shift_and_six_are_not(length: int, found: bool) -> None:
    assert bool(signals(chart_of([*WIDE, *[48.0] * length]), Rule.SHIFT)) is found


def test_a_value_exactly_on_the_mean_ends_a_run() -> None:
    run = [52.0, 51, 52, 51, 52, 51]
    other = [48.0, 49, 48, 49, 48, 49]
    broken = chart_of([50.0, *run, 50.0, *other, 50.0])
    assert broken.segments[0].limits is not None
    assert broken.segments[0].limits.mean == 50
    assert signals(broken, Rule.SHIFT) == []


def near_chart(*last: float) -> ControlChart:
    """Twelve steps of 3 about 50, then values that leave the mean near 50."""
    return chart_of([48.5, 51.5] * 9 + list(last))


def test_two_of_three_near_a_limit_on_one_side() -> None:
    chart = near_chart(57.0, 50.0, 57.0)
    assert signals(chart, Rule.NEAR) == [("M19", "M21")]
    assert chart.points[19].signals == ()


def test_one_near_each_limit_is_no_signal() -> None:
    assert signals(near_chart(57.0, 43.0, 50.0), Rule.NEAR) == []


def test_two_near_a_limit_four_apart_are_no_signal() -> None:
    assert signals(near_chart(57.0, 50.0, 49.0, 57.0), Rule.NEAR) == []


# --- variation and assurance --------------------------------------------------------------------------

HIGH_END, LOW_END = [*STEADY, 70.0], [*STEADY, 30.0]


@pytest.mark.parametrize(
    ("values", "polarity", "variation"),
    [
        (HIGH_END, Polarity.UP, Variation.IMPROVING),
        (HIGH_END, Polarity.DOWN, Variation.CONCERNING),
        (HIGH_END, Polarity.CONTEXT, Variation.HIGH),
        (HIGH_END, Polarity.BOTH, Variation.HIGH),
        (LOW_END, Polarity.UP, Variation.CONCERNING),
        (LOW_END, Polarity.DOWN, Variation.IMPROVING),
        (LOW_END, Polarity.CONTEXT, Variation.LOW),
        ([*STEADY, 70.0, 50], Polarity.UP, Variation.COMMON_CAUSE),
    ],
)
def test_variation_is_judged_on_the_latest_value(values: list[float], polarity: str, variation: str) -> None:
    assert chart_of(list(values), polarity).variation is variation


def test_a_fall_that_is_still_above_the_mean_points_both_ways() -> None:
    chart = chart_of([40.0, 42] * 7 + [64, 62, 60, 58, 56, 54, 52])
    assert chart.variation is Variation.MIXED
    assert describe(chart, "%", "month").endswith("signals both ways.")


@pytest.mark.parametrize(
    ("polarity", "target", "assurance"),
    [
        (Polarity.UP, 43.0, Assurance.MET),
        (Polarity.UP, 43.35, Assurance.MET),
        (Polarity.UP, 50.0, Assurance.HIT_OR_MISS),
        (Polarity.UP, 56.65, Assurance.HIT_OR_MISS),
        (Polarity.UP, 57.0, Assurance.MISSED),
        (Polarity.DOWN, 57.0, Assurance.MET),
        (Polarity.DOWN, 50.0, Assurance.HIT_OR_MISS),
        (Polarity.DOWN, 56.65, Assurance.MET),
        (Polarity.DOWN, 43.35, Assurance.HIT_OR_MISS),
        (Polarity.DOWN, 43.0, Assurance.MISSED),
        (Polarity.CONTEXT, 50.0, Assurance.NO_DIRECTION),
        (Polarity.UP, None, Assurance.NO_TARGET),
    ],
)
def test_assurance(polarity: str, target: float | None, assurance: Assurance) -> None:
    assert chart_of(STEADY, polarity, target=target).assurance is assurance


# --- re-sets ------------------------------------------------------------------------------------------


def test_limits_are_calculated_afresh_from_a_reset() -> None:
    moved = [value + 30 for value in STEADY]
    chart = chart_of(STEADY + moved, resets=[Reset("M14", "new recording form")])
    assert [(s.start, s.stop) for s in chart.segments] == [(0, 13), (13, 26)]
    assert [s.limits.mean for s in chart.segments if s.limits] == [50, 80]
    assert all(not point.signals for point in chart.points)
    assert signals(chart_of(STEADY + moved), Rule.SHIFT) != []


def test_soon_after_a_reset_there_is_too_little_to_judge() -> None:
    chart = chart_of([*STEADY, 80.0, 81], resets=[Reset("M14", "definition changed")], target=60)
    assert describe(chart, "%") == "Too few points to judge: two of the 13 needed since M14."
    assert chart.segments[0].limits is not None


# --- words --------------------------------------------------------------------------------------------


def test_the_sentence_names_signal_and_target() -> None:
    values = [70.0, 72, 69, 75, 71, 70, 73, 74, 70, 69, 72, 71, 73, 70, 66, 67, 66, 68, 67, 66, 67]
    chart = chart_of(values, target=100, lowest=0, highest=100)
    assert describe(chart, "%", "month") == (
        "Seven months below the mean: concerning; the target of 100% is missed consistently."
    )


def test_a_target_missed_consistently_but_reached_now_says_both() -> None:
    assert describe(chart_of([*STEADY, 70.0], target=65), "%").endswith(
        "M14 is above the upper limit: improving; "
        "the target of 65% is missed consistently, but not by the latest value."
    )


def test_quantities_carry_their_unit() -> None:
    assert quantity(1234.0, "") == "1,234"
    assert quantity(73.55, "%") == "73.5%"
    assert quantity(56.25, "per 10,000") == "56.2 per 10,000"


# --- bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "options", "message"),
    [
        ([], {}, "at least one point"),
        ([Point("Apr", 1.0), Point("Apr", 2.0)], {}, "point 'Apr' appears more than once"),
        ([Point("Apr", float("nan"))], {}, "point 'Apr': nan is no number"),
        ([Point("Apr", 104.0)], {"lowest": 0, "highest": 100}, "104.0 is no number from 0 to 100"),
        ([Point("Apr", 1.0)], {"resets": [Reset("Apr", " ")]}, "a reason is required"),
        ([Point("Apr", 1.0)], {"resets": [Reset("May", "why")]}, "no point has that label"),
        ([Point("Apr", 1.0)], {"resets": [Reset("Apr", "a"), Reset("Apr", "b")]}, "more than once"),
    ],
)
def test_bad_input_is_named(points: list[Point], options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        analyse(points, Polarity.UP, **options)  # type: ignore[arg-type]


# --- properties ---------------------------------------------------------------------------------------

whole = st.lists(st.one_of(st.integers(0, 60), st.integers(0, 60), st.none()), min_size=13, max_size=40)
SWAP = {Variation.IMPROVING: Variation.CONCERNING, Variation.CONCERNING: Variation.IMPROVING}


def readings(values: list[int | None], polarity: Polarity = Polarity.UP) -> list[Variation]:
    return [p.reading for p in chart_of([None if v is None else float(v) for v in values], polarity).points]


def changed(values: list[int | None], scale: int, shift: int) -> list[int | None]:
    return [None if v is None else scale * v + shift for v in values]


@settings(max_examples=60, deadline=None)
@given(whole, st.integers(-100, 100), st.integers(1, 50))
def test_readings_do_not_depend_on_origin_or_scale(values: list[int | None], shift: int, scale: int) -> None:
    assert readings(values) == readings(changed(values, scale, shift))


@settings(max_examples=60, deadline=None)
@given(whole)
def test_a_mirrored_series_of_mirrored_polarity_reads_the_same(values: list[int | None]) -> None:
    assert readings(values, Polarity.UP) == readings(changed(values, -1, 0), Polarity.DOWN)


@settings(max_examples=60, deadline=None)
@given(whole)
def test_the_other_polarity_swaps_improving_and_concerning(values: list[int | None]) -> None:
    assert readings(values, Polarity.DOWN) == [SWAP.get(r, r) for r in readings(values, Polarity.UP)]


def straight(values: list[float]) -> list[set[str]]:
    """The rules written out point by point, in plain floats, for a series without gaps."""
    n = len(values)
    mean = sum(values) / n
    steps = [abs(values[i] - values[i - 1]) for i in range(1, n)]
    average = sum(steps) / len(steps)
    kept = [s for s in steps if s <= 3.27 * average + 1e-9]
    if sum(kept) > 0:
        average = sum(kept) / len(kept)
    found: list[set[str]] = [set() for _ in values]
    for i in range(n):
        if abs(values[i] - mean) > 2.66 * average + 1e-9:
            found[i].add("outside")
    for i in range(n - 6):
        seven = values[i : i + 7]
        rises = [seven[j + 1] > seven[j] for j in range(6)]
        falls = [seven[j + 1] < seven[j] for j in range(6)]
        above, below = [v > mean + 1e-9 for v in seven], [v < mean - 1e-9 for v in seven]
        for j in range(i, i + 7):
            found[j] |= {"trend"} if all(rises) or all(falls) else set()
            found[j] |= {"shift"} if all(above) or all(below) else set()
    for i in range(n - 2):
        for side in (1, -1):
            far = [j for j in range(i, i + 3) if side * (values[j] - mean) > 2 / 3 * 2.66 * average + 1e-9]
            for j in far if len(far) > 1 else []:
                found[j].add("near")
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=13, max_size=36))
def test_signals_equal_a_straight_recomputation(values: list[int]) -> None:
    chart = chart_of([float(v) for v in values])
    assert [{s.rule.value for s in point.signals} for point in chart.points] == straight(
        [float(v) for v in values]
    )
