"""Draw a control chart as an SVG image, and a series as a sparkline.

The image stands alone: no script, no style sheet, no reference to anything outside, a title and a
description inside, and the same bytes for the same chart. It is never the only place of its content: the
page that shows it has the table and the sentence too.

A value that is a signal differs by shape as well as by colour, and every colour of a line or mark has a
contrast of at least 3:1 against white (WCAG 2.2, criteria 1.4.1 and 1.4.11).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import ceil, inf
from textwrap import wrap
from typing import Literal
from xml.sax.saxutils import escape

import altair as alt
import vl_convert

from sightline.indicators.control_chart import ControlChart, Variation, describe, quantity

FONT = "Liberation Sans, Arial, sans-serif"
INK, GREY, GREEN, GRID = "#0b0c0c", "#505a5f", "#00703c", "#e5e6e7"
_SALTIRE = "M-1,-.7L-.7,-1L0,-.3L.7,-1L1,-.7L.3,0L1,.7L.7,1L0,.3L-.7,1L-1,.7L-.3,0Z"
_RING = "M1.3,0A1.3,1.3,0,1,1,-1.3,0A1.3,1.3,0,1,1,1.3,0ZM.8,0A.8,.8,0,1,0,-.8,0A.8,.8,0,1,0,.8,0Z"

# What a point is called in the key, its shape and its colour.
MARKS = {
    Variation.COMMON_CAUSE: ("No signal", "circle", GREY),
    Variation.IMPROVING: ("Improving", "diamond", "#1d70b8"),
    Variation.CONCERNING: ("Concerning", "square", "#b85c00"),
    Variation.HIGH: ("Signal, high", "triangle-up", "#4c2c92"),
    Variation.LOW: ("Signal, low", "triangle-down", "#4c2c92"),
    Variation.MIXED: ("Signals both ways", "cross", "#d4351c"),
    Variation.NOT_JUDGED: ("Too few to judge", _RING, INK),
    None: ("No value", _SALTIRE, INK),
}
# Kind of level: its colour, width and dashes, and how to call those.
LINES = {
    "mean": (INK, 1.5, [1, 0], "solid"),
    "limit": (GREY, 1.5, [6, 4], "dashed"),
    "target": (GREEN, 2, [2, 3], "dotted"),
}


@dataclass(frozen=True)
class _Size:
    """Pixels of plot and text, labels of its axis, columns of its key, letters of a line, area of a mark."""

    width: int
    height: int
    font: int
    labels: int
    columns: int
    letters: int
    mark: int


WIDE = _Size(width=590, height=270, font=14, labels=7, columns=5, letters=84, mark=70)
NARROW = _Size(width=262, height=200, font=12, labels=4, columns=2, letters=38, mark=45)


@dataclass(frozen=True)
class _Level:
    """A horizontal line from `x` to `x2`, counted in points, and the words for it."""

    kind: str
    words: str
    y: float
    x: float
    x2: float


@dataclass(frozen=True)
class _Break:
    """Where limits start afresh, with its reason in lines on the side that has room."""

    x: float
    words: list[str]
    align: Literal["left", "right"]


def draw(chart: ControlChart, title: str, unit: str, noun: str = "point", *, narrow: bool = False) -> str:
    """Draw a control chart as SVG, about 800 pixels wide, or 320 for a phone.

    `unit` and `noun` are those of `describe`, whose sentence becomes the image's description.
    """
    size = NARROW if narrow else WIDE
    levels, breaks = _levels(chart, unit), _breaks(chart, size)
    now = [level for level in levels if level.x2 == len(chart.points) - 0.5]
    domain = _domain(chart, levels)
    layers = [*_break_layers(breaks, size), *_level_layers(levels), *_value_layers(chart, domain[0], size)]
    if not narrow:
        layers.append(_words_layer(now, domain, size))
    heading = alt.TitleParams(
        text=wrap(title, size.letters),
        subtitle=wrap("; ".join(f"{level.words} ({LINES[level.kind][3]})" for level in now), size.letters)
        if narrow
        else [],
    )
    picture = alt.layer(*layers).properties(width=size.width, height=size.height, title=heading)
    picture = picture.encode(x=_x_axis(chart, size), y=_y_axis(chart, unit, domain))
    svg = vl_convert.vegalite_to_svg(json.dumps(_styled(picture, size).to_dict(validate=False)))
    return _described(svg, title, chart, unit, noun)


def sparkline(values: Sequence[float | None], width: float = 120, height: float = 28) -> tuple[str, ...]:
    """Give the `points` of SVG polylines for a series, one for each unbroken stretch of values.

    The whole box is used but for 2 pixels round it; equal values run through its middle. A lone value
    becomes a polyline of no length, which a round line cap shows as a dot.
    """
    present = [value for value in values if value is not None]
    low, high = min(present, default=0.0), max(present, default=0.0)
    step = (width - 4) / max(len(values) - 1, 1)
    stretches: list[list[str]] = [[]]
    for i, value in enumerate(values):
        if value is None:
            stretches.append([])
            continue
        share = (value - low) / (high - low) if high > low else 0.5
        stretches[-1].append(f"{2 + i * step:.1f},{height - 2 - share * (height - 4):.1f}")
    return tuple(" ".join(s if len(s) > 1 else s * 2) for s in stretches if s)


def _levels(chart: ControlChart, unit: str) -> list[_Level]:
    levels = []
    for segment in chart.segments:
        limits, ends = segment.limits, (segment.start - 0.5, segment.stop - 0.5)
        if limits is None:
            continue
        for kind, name, y, clipped in (
            ("limit", "Upper limit", limits.upper, limits.upper_clipped),
            ("mean", "Mean", limits.mean, False),
            ("limit", "Lower limit", limits.lower, limits.lower_clipped),
        ):
            words = f"{name} {quantity(y, unit)}" + (", clipped" if clipped else "")
            levels.append(_Level(kind, words, y, *ends))
    if chart.target is not None:
        words = f"Target {quantity(chart.target, unit)}"
        levels.append(_Level("target", words, chart.target, -0.5, len(chart.points) - 0.5))
    return levels


def _breaks(chart: ControlChart, size: _Size) -> list[_Break]:
    """Place each reason right of its rule; the last, where there is no room for that, left of it."""
    found = [(s.start - 0.5, s.reset.reason) for s in chart.segments if s.reset]
    edges = [-0.5, *[x for x, _ in found], len(chart.points) - 0.5]
    rooms = [(after - before) * size.width / len(chart.points) for before, after in pairwise(edges)]
    turned = len(found) > 0 and rooms[-1] < 110
    if turned:
        rooms[-2:] = [rooms[-2] / 2] * 2
    return [
        _Break(
            x,
            wrap(reason, max(8, int(room / (0.55 * size.font)) - 1), break_long_words=False),
            "right" if turned and x == found[-1][0] else "left",
        )
        for (x, reason), room in zip(found, rooms[1:], strict=True)
    ]


def _domain(chart: ControlChart, levels: list[_Level]) -> tuple[float, float]:
    """The reach of the vertical axis: everything drawn and a little air, but not below a natural zero."""
    drawn = [point.value for point in chart.points if point.value is not None]
    drawn += [level.y for level in levels]
    low, high = min(drawn, default=0.0), max(drawn, default=1.0)
    air = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return (max(low - air, 0.0) if low >= 0 else low - air), high + air


def _x_axis(chart: ControlChart, size: _Size) -> alt.X:
    names = [point.label for point in chart.points]
    least = ceil(len(names) / size.labels)
    every = next((n for n in (1, 2, 3, 4, 6, 12) if n >= least), least)
    shown = list(range(0, len(names), every))
    axis = alt.Axis(values=shown, labelExpr=f"{json.dumps(names)}[datum.value]", title=None, grid=False)
    return alt.X("x:Q", axis=axis, scale=alt.Scale(domain=[-0.5, len(names) - 0.5], nice=False))


def _y_axis(chart: ControlChart, unit: str, domain: tuple[float, float]) -> alt.Y:
    whole = all(point.value is None or point.value == int(point.value) for point in chart.points)
    axis = alt.Axis(
        tickCount=5,
        tickMinStep=1 if whole else alt.Undefined,
        format=",~f",
        labelExpr="datum.label + '%'" if unit == "%" else "datum.label",
    )
    title = None if unit in ("", "%") else unit
    return alt.Y("y:Q", title=title, axis=axis, scale=alt.Scale(domain=list(domain), nice=False, zero=False))


def _break_layers(breaks: list[_Break], size: _Size) -> list[alt.Chart]:
    layers = []
    for item in breaks:
        here = _layer([{"x": item.x}])
        rule = here.mark_rule(color=INK, strokeWidth=1)
        text = here.mark_text(
            text=item.words,
            align=item.align,
            dx=3 if item.align == "left" else -3,
            dy=-4 - (size.font + 2) * (len(item.words) - 1),
            baseline="bottom",
            lineHeight=size.font + 2,
            fontSize=size.font,
            color=INK,
        )
        layers.append(rule.encode(x="x:Q", y=alt.value(0), y2=alt.value(size.height)))
        layers.append(text.encode(x="x:Q", y=alt.value(0)))
    return layers


def _level_layers(levels: list[_Level]) -> list[alt.Chart]:
    layers = []
    for kind, (colour, width, dash, _) in LINES.items():
        rows = [asdict(level) for level in levels if level.kind == kind]
        rules = _layer(rows).mark_rule(color=colour, strokeWidth=width, strokeDash=dash)
        layers.append(rules.encode(x="x:Q", x2="x2:Q", y="y:Q"))
    return layers


def _words_layer(levels: list[_Level], domain: tuple[float, float], size: _Size) -> alt.Chart:
    """Name the levels at their right ends, moved apart by as little as keeps their words readable."""
    per_pixel = (domain[1] - domain[0]) / size.height
    rows, y = [], -inf
    for level in sorted(levels, key=lambda level: level.y):
        y = max(level.y, y + (size.font + 3) * per_pixel)
        rows.append({"x": level.x2, "y": y, "words": level.words, "colour": LINES[level.kind][0]})
    text = _layer(rows).mark_text(align="left", dx=6, fontSize=size.font)
    layer: alt.Chart = text.encode(x="x:Q", y="y:Q", text="words:N", color=alt.Color("colour:N", scale=None))
    return layer


def _value_layers(chart: ControlChart, bottom: float, size: _Size) -> list[alt.Chart]:
    keys = [MARKS[None if p.value is None else p.reading] for p in chart.points]
    rows = [
        {"x": i, "y": bottom if p.value is None else p.value, "key": key[0]}
        for i, (p, key) in enumerate(zip(chart.points, keys, strict=True))
    ]
    lines = [
        {"x": i, "y": chart.points[i].value, "segment": number}
        for number, segment in enumerate(chart.segments)
        for i in range(segment.start, segment.stop)
    ]
    names, shapes, colours = zip(*[mark for mark in MARKS.values() if mark in keys], strict=True)
    key = alt.Legend(orient="bottom", title=None, columns=size.columns, symbolSize=90)
    marks = _layer(rows).mark_point(filled=True, opacity=1, size=size.mark)
    marks = marks.encode(
        x="x:Q",
        y="y:Q",
        shape=alt.Shape("key:N", scale=alt.Scale(domain=names, range=shapes), legend=key),
        color=alt.Color("key:N", scale=alt.Scale(domain=names, range=colours), legend=key),
    )
    line = _layer(lines).mark_line(color=GREY, strokeWidth=1.5)
    return [line.encode(x="x:Q", y="y:Q", detail="segment:N"), marks]


def _layer(rows: Sequence[Mapping[str, object]]) -> alt.Chart:
    layer: alt.Chart = alt.Chart(alt.InlineData(values=list(rows)))
    return layer


def _styled(picture: alt.LayerChart, size: _Size) -> alt.LayerChart:
    styled: alt.LayerChart = (
        picture.configure(font=FONT, background="white", padding=8, aria=False)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=size.font,
            titleFontSize=size.font,
            titleFontWeight="normal",
            labelColor=INK,
            titleColor=INK,
            domainColor=GREY,
            tickColor=GREY,
            gridColor=GRID,
        )
        .configure_legend(labelFontSize=size.font, labelColor=INK, labelLimit=0)
        .configure_title(
            anchor="start",
            frame="group",
            fontSize=size.font + 2,
            subtitleFontSize=size.font,
            color=INK,
            subtitleColor=INK,
            limit=0,
        )
    )
    return styled


def _described(svg: str, title: str, chart: ControlChart, unit: str, noun: str) -> str:
    """Put a title and a description for assistive technology first in the image."""
    breaks = [f"Limits start afresh at {s.reset.at}: {s.reset.reason}." for s in chart.segments if s.reset]
    words = " ".join([describe(chart, unit, noun), *breaks])
    head, rest = svg.split(">", 1)
    names = f"<title>{escape(title)}</title><desc>{escape(words)}</desc>"
    return f'{head} role="img">{names}{rest}'
