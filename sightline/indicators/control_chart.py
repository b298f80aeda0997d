"""Tell a real change in an indicator from ordinary variation, with an XmR control chart.

The chart follows the NHS "Making Data Count" programme. Values of one indicator in order of time are
compared with their mean and with natural process limits, mean +/- 2.66 x the mean moving range (the mean
of the steps between neighbouring values; steps above 3.27 x that mean are screened out first, once).

Four rules name a signal, each read within one segment (from one re-set of the baseline to the next):

- **outside**: a value beyond a natural limit;
- **trend**: seven consecutive values, each higher (or each lower) than the one before: six steps one way;
- **shift**: seven consecutive values on one side of the mean; a value exactly on the mean ends the run;
- **near**: two of three consecutive values beyond two thirds of the way from the mean to the same limit
  (the third may lie anywhere; the signal belongs to the values beyond, not to the third).

Choices of ours where the programme leaves room, so that no reading outruns its evidence:

- A missing or refused value is never bridged: no moving range, run or window of three crosses it.
- Limits need twelve steps, as thirteen unbroken values have. With fewer there are no limits and no signals.
- When screening would leave no variation at all, nothing is screened: one rare event among equal values
  would otherwise put every value outside limits of no width.
- Signals that point both ways on one value read as that, neither improving nor concerning.
- A target counts as consistently met when every value within the limits meets it, a limit that equals the
  target included.
- Arithmetic is decimal, on numbers as they print: "exactly on the mean" means what it says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import groupby, pairwise
from math import inf, isfinite

LIMIT_FACTOR = Decimal("2.66")
SCREEN_FACTOR = Decimal("3.27")
RUN_LENGTH = 7
MINIMUM_POINTS = 13
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Polarity(StrEnum):
    """Which way an indicator should go: `both` asks about either extreme, `context` about neither."""

    UP = "up"
    DOWN = "down"
    CONTEXT = "context"
    BOTH = "both"


class Rule(StrEnum):
    """The four rules that name a signal, as the module defines them."""

    OUTSIDE = "outside"
    TREND = "trend"
    SHIFT = "shift"
    NEAR = "near"


class Variation(StrEnum):
    """How a value reads, given its signals and the indicator's polarity."""

    IMPROVING = "improving"
    CONCERNING = "concerning"
    HIGH = "special cause, high"
    LOW = "special cause, low"
    MIXED = "signals both ways"
    COMMON_CAUSE = "common cause"
    NOT_JUDGED = "too few points to judge"


class Assurance(StrEnum):
    """Whether the process, left as it is, meets its target."""

    MET = "target consistently met"
    MISSED = "target consistently missed"
    HIT_OR_MISS = "target hit or missed"
    NO_TARGET = "no target"
    NO_DIRECTION = "a target, but no direction to judge it by"
    NOT_JUDGED = "too few points to judge"


@dataclass(frozen=True)
class Point:
    """A value of the indicator in one period; None where it is missing or was refused."""

    label: str
    value: float | None


@dataclass(frozen=True)
class Reset:
    """Limits are calculated afresh from the point labelled `at`: a re-set baseline, definition or source."""

    at: str
    reason: str


@dataclass(frozen=True)
class Limits:
    """Mean and natural process limits of a segment, in the indicator's unit.

    `lower` and `upper` are clipped to what the unit allows (a percentage ends at 0 and 100), and say so.
    `screened` is the number of moving ranges left out as exceptional.
    """

    mean: float
    mean_moving_range: float
    lower: float
    upper: float
    lower_clipped: bool
    upper_clipped: bool
    screened: int


@dataclass(frozen=True)
class Segment:
    """Points `start` to `stop - 1`, read against one set of limits, or none and the reason why not."""

    start: int
    stop: int
    reset: Reset | None
    limits: Limits | None
    why_no_limits: str


@dataclass(frozen=True)
class Signal:
    """A rule that these points, in order, meet together; `high` when above, near the top, or rising."""

    rule: Rule
    high: bool
    labels: tuple[str, ...]

    def words(self, noun: str = "point") -> str:
        """Name the signal in words, `noun` being what one point is, such as a month."""
        count, many, up = len(self.labels), f"{noun}s", self.high
        near = f"{'two of three' if count == 2 else _word(count)} {many} near the"
        return {
            Rule.OUTSIDE: f"{self.labels[0]} is {'above the upper' if up else 'below the lower'} limit",
            Rule.TREND: f"{_word(count)} {many} {'rising' if up else 'falling'}",
            Rule.SHIFT: f"{_word(count)} {many} {'above' if up else 'below'} the mean",
            Rule.NEAR: f"{near} {'upper' if up else 'lower'} limit or beyond",
        }[self.rule]


@dataclass(frozen=True)
class ChartPoint:
    """A point with the signals that it takes part in and how it reads."""

    label: str
    value: float | None
    signals: tuple[Signal, ...]
    reading: Variation


@dataclass(frozen=True)
class ControlChart:
    """The whole reading of a series: what is drawn, and the variation and assurance of its latest value.

    `latest` is the last point that has a value, or None when the current segment has none.
    """

    points: tuple[ChartPoint, ...]
    segments: tuple[Segment, ...]
    polarity: Polarity
    target: float | None
    latest: ChartPoint | None
    variation: Variation
    assurance: Assurance


def analyse(
    points: Sequence[Point],
    polarity: str,
    *,
    target: float | None = None,
    resets: Sequence[Reset] = (),
    lowest: float | None = None,
    highest: float | None = None,
) -> ControlChart:
    """Read points, in order of time, as an XmR chart.

    `lowest` and `highest` are what the unit allows, such as 0 and 100 for a percentage. Raises ValueError
    for no points, a label twice, a value that is no number or not allowed, an unknown polarity, and a reset
    without a reason, at no point, or twice at one.
    """
    direction = Polarity(polarity)
    _check(points, resets, lowest, highest)
    segments: list[Segment] = []
    read: list[ChartPoint] = []
    for start, stop, reset in _spans(points, {reset.at: reset for reset in resets}):
        limits, why, signals = _read_segment(points[start:stop], lowest, highest)
        segments.append(Segment(start, stop, reset, limits, why))
        read += [_read_point(point, signals, direction, limits is not None) for point in points[start:stop]]
    latest = next((p for p in reversed(read[segments[-1].start :]) if p.value is not None), None)
    variation = latest.reading if latest else Variation.NOT_JUDGED
    assurance = _assurance(segments[-1].limits, direction, target)
    return ControlChart(tuple(read), tuple(segments), direction, target, latest, variation, assurance)


def describe(chart: ControlChart, unit: str, noun: str = "point") -> str:
    """Say in one sentence what the chart shows and whether its target is met.

    `unit` is "%", words that follow the number, or "" for a count; `noun` says what a point is: "month".
    """
    current = chart.segments[-1]
    clauses = []
    if chart.latest is None or current.limits is None:
        clauses.append(f"too few points to judge: {current.why_no_limits}")
    elif chart.latest.signals:
        *others, last = [signal.words(noun) for signal in chart.latest.signals]
        named = f"{', '.join(others)} and {last}" if others else last
        clauses.append(f"{named}: {_verdict(chart)}")
    else:
        since = chart.points[current.start].label
        clauses.append(f"no sign of change: the mean since {since} is {quantity(current.limits.mean, unit)}")
    clauses += _target_clause(chart, unit)
    if chart.latest and chart.latest is not chart.points[-1]:
        clauses.append(f"no value after {chart.latest.label}")
    sentence = "; ".join(clauses) + "."
    return sentence[0].upper() + sentence[1:]


def quantity(value: float, unit: str) -> str:
    """Write a value with its unit, to one decimal place, whole numbers without."""
    number = f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    return f"{number}{unit}" if unit == "%" else f"{number} {unit}".strip()


def _check(points: Sequence[Point], resets: Sequence[Reset], low: float | None, high: float | None) -> None:
    if not points:
        raise ValueError("a control chart needs at least one point")
    labels = [point.label for point in points]
    for what, names in (("point", labels), ("reset at", [reset.at for reset in resets])):
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{what} {twice[0]!r} appears more than once")
    for reset in resets:
        if reset.at not in labels:
            raise ValueError(f"reset at {reset.at!r}: no point has that label")
        if not reset.reason.strip():
            raise ValueError(f"reset at {reset.at!r}: a reason is required")
    floor, ceiling = -inf if low is None else low, inf if high is None else high
    for point in points:
        if point.value is not None and not (isfinite(point.value) and floor <= point.value <= ceiling):
            raise ValueError(f"point {point.label!r}: {point.value} is no number from {floor} to {ceiling}")


def _spans(points: Sequence[Point], resets: dict[str, Reset]) -> list[tuple[int, int, Reset | None]]:
    starts = [i for i, point in enumerate(points) if i == 0 or point.label in resets]
    return [(a, b, resets.get(points[a].label)) for a, b in pairwise([*starts, len(points)])]


def _read_segment(
    points: Sequence[Point], lowest: float | None, highest: float | None
) -> tuple[Limits | None, str, list[Signal]]:
    stretches = _stretches(points)
    values = [value for stretch in stretches for _, value in stretch]
    ranges = [abs(b - a) for stretch in stretches for (_, a), (_, b) in pairwise(stretch)]
    if why := _why_no_limits(points[0].label, values, ranges):
        return None, why, []
    mean = sum(values, Decimal()) / len(values)
    mean_range, screened = _mean_range(ranges)
    width = LIMIT_FACTOR * mean_range
    natural = float(mean - width), float(mean + width)
    lower = natural[0] if lowest is None else max(natural[0], lowest)
    upper = natural[1] if highest is None else min(natural[1], highest)
    clipped = lower > natural[0], upper < natural[1]
    limits = Limits(float(mean), float(mean_range), lower, upper, *clipped, screened)
    return limits, "", [signal for stretch in stretches for signal in _signals(stretch, mean, width)]


def _stretches(points: Sequence[Point]) -> list[list[tuple[str, Decimal]]]:
    """Split at missing values, so that nothing is ever counted across one."""
    return [
        [(p.label, Decimal(str(p.value))) for p in run]
        for present, run in groupby(points, key=lambda p: p.value is not None)
        if present
    ]


def _why_no_limits(first: str, values: list[Decimal], ranges: list[Decimal]) -> str:
    if len(values) < MINIMUM_POINTS:
        found = _word(len(values)) if values else "none"
        return f"{found} of the {MINIMUM_POINTS} needed since {first}"
    if len(ranges) < MINIMUM_POINTS - 1:
        steps = f"{_word(len(ranges))} steps of the {MINIMUM_POINTS - 1} needed"
        return f"{len(values)} values since {first}, with gaps, make {steps}"
    if not any(ranges) and len(set(values)) > 1:
        return f"values since {first} differ only across gaps"
    return ""


def _mean_range(ranges: list[Decimal]) -> tuple[Decimal, int]:
    mean = sum(ranges, Decimal()) / len(ranges)
    kept = [r for r in ranges if r <= SCREEN_FACTOR * mean]
    if not any(kept):
        return mean, 0
    return sum(kept, Decimal()) / len(kept), len(ranges) - len(kept)


def _signals(stretch: list[tuple[str, Decimal]], mean: Decimal, width: Decimal) -> Iterator[Signal]:
    labels = [label for label, _ in stretch]
    offsets = [value - mean for _, value in stretch]
    for label, offset in zip(labels, offsets, strict=True):
        if abs(offset) > width:
            yield Signal(Rule.OUTSIDE, offset > 0, (label,))
    steps = [int(b.compare(a)) for (_, a), (_, b) in pairwise(stretch)]
    for sign, start, stop in _runs(steps):
        if stop - start >= RUN_LENGTH - 1:
            yield Signal(Rule.TREND, sign > 0, tuple(labels[start : stop + 1]))
    for sign, start, stop in _runs([int(offset.compare(0)) for offset in offsets]):
        if stop - start >= RUN_LENGTH:
            yield Signal(Rule.SHIFT, sign > 0, tuple(labels[start:stop]))
    for side in (1, -1):
        far = [i for i, offset in enumerate(offsets) if 3 * side * offset > 2 * width]
        for chain in _chains(far):
            yield Signal(Rule.NEAR, side > 0, tuple(labels[i] for i in chain))


def _runs(signs: list[int]) -> Iterator[tuple[int, int, int]]:
    """Longest runs of one sign other than 0, as (sign, start, stop)."""
    start = 0
    for sign, run in groupby(signs):
        stop = start + len(list(run))
        if sign:
            yield sign, start, stop
        start = stop


def _chains(positions: list[int]) -> list[list[int]]:
    """Longest chains of positions in which each two neighbours fit into a window of three."""
    chains: list[list[int]] = []
    for position in positions:
        if chains and position - chains[-1][-1] <= 2:
            chains[-1].append(position)
        else:
            chains.append([position])
    return [chain for chain in chains if len(chain) > 1]


def _read_point(point: Point, signals: list[Signal], polarity: Polarity, judged: bool) -> ChartPoint:
    mine = tuple(signal for signal in signals if point.label in signal.labels)
    reading = _reading(mine, polarity) if judged and point.value is not None else Variation.NOT_JUDGED
    return ChartPoint(point.label, point.value, mine, reading)


def _reading(signals: tuple[Signal, ...], polarity: Polarity) -> Variation:
    if not signals:
        return Variation.COMMON_CAUSE
    high = signals[0].high
    if any(signal.high is not high for signal in signals):
        return Variation.MIXED
    if polarity in (Polarity.UP, Polarity.DOWN):
        return Variation.IMPROVING if high is (polarity is Polarity.UP) else Variation.CONCERNING
    return Variation.HIGH if high else Variation.LOW


def _assurance(limits: Limits | None, polarity: Polarity, target: float | None) -> Assurance:
    if target is None:
        return Assurance.NO_TARGET
    if polarity not in (Polarity.UP, Polarity.DOWN):
        return Assurance.NO_DIRECTION
    if limits is None:
        return Assurance.NOT_JUDGED
    up = polarity is Polarity.UP
    if limits.lower >= target if up else limits.upper <= target:
        return Assurance.MET
    if limits.upper < target if up else limits.lower > target:
        return Assurance.MISSED
    return Assurance.HIT_OR_MISS


def _verdict(chart: ControlChart) -> str:
    if chart.variation not in (Variation.HIGH, Variation.LOW):
        return chart.variation.value
    both = chart.polarity is Polarity.BOTH
    return "a change to ask about" if both else "a change, neither good nor bad in itself"


def _target_clause(chart: ControlChart, unit: str) -> list[str]:
    if chart.target is None or chart.latest is None or chart.latest.value is None:
        return []
    goal = f"the target of {quantity(chart.target, unit)}"
    up = chart.polarity is Polarity.UP
    meets = chart.latest.value >= chart.target if up else chart.latest.value <= chart.target
    if chart.assurance is Assurance.MET:
        return [f"{goal} is met consistently" + ("" if meets else ", but not by the latest value")]
    if chart.assurance is Assurance.MISSED:
        return [f"{goal} is missed consistently" + (", but not by the latest value" if meets else "")]
    return [f"{goal} is hit or missed by chance"] if chart.assurance is Assurance.HIT_OR_MISS else []


def _word(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else str(number)
