"""The picture of a control chart: self-contained, readable without colour, the same every time."""

import re
from calendar import month_abbr
from functools import cache
from xml.etree import ElementTree

import pytest

from sightline.indicators.chart_svg import GREEN, GREY, INK, MARKS, draw, sparkline
from sightline.indicators.control_chart import ControlChart, Point, Reset, Variation, analyse, quantity
from sightline.indicators.definition import Polarity

SVG = "{http://www.w3.org/2000/svg}"
MONTHS = [f"{month_abbr[1 + (i + 3) % 12]} {2023 + (i + 3) // 12}" for i in range(36)]


@cache
def example() -> ControlChart:
    values: list[float | None] = [70.0, 72, 68, 70, 72, 70, 68, 72, 70] * 4
    values[4] = None
    values[10] = 88.0
    values[-1] = 52.0
    resets = [Reset(MONTHS[20], "New <form> & questions")]
    points = [Point(label, value) for label, value in zip(MONTHS, values, strict=True)]
    return analyse(points, Polarity.UP, target=80, lowest=0, highest=100, resets=resets)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.fixture(scope="module", params=[False, True], ids=["wide", "narrow"])
def svg(request: pytest.FixtureRequest) -> str:
    return draw(example(), "Interviews within 72 hours", "%", "month", narrow=request.param)


def test_the_image_names_and_describes_itself_first(svg: str) -> None:
    title, description, *_ = ElementTree.fromstring(svg)
    assert (title.tag, title.text) == (f"{SVG}title", "Interviews within 72 hours")
    assert description.tag == f"{SVG}desc"
    assert description.text is not None
    assert "the target of 80%" in description.text
    assert f"Limits start afresh at {MONTHS[20]}: New <form> & questions." in description.text


def test_the_image_needs_no_script_style_or_outside_reference(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    elements = list(root.iter())
    assert len(elements) > 50
    assert {e.tag.removeprefix(SVG) for e in elements} <= {
        *("svg", "title", "desc", "g", "path", "line", "rect", "text", "tspan")
    }
    names = {name for e in elements for name in e.attrib}
    assert not {n for n in names if n == "style" or n.endswith("href") or n.startswith("on")}
    assert "url(" not in svg


def test_the_image_is_the_same_every_time(svg: str) -> None:
    narrow = 'width="3' in svg[:200]
    assert draw(example(), "Interviews within 72 hours", "%", "month", narrow=narrow) == svg


def test_every_letter_is_in_the_stated_font(svg: str) -> None:
    fonts = {e.get("font-family") for e in ElementTree.fromstring(svg).iter(f"{SVG}text")}
    assert fonts == {"Liberation Sans, Arial, sans-serif"}


def test_the_axis_names_months_and_the_key_names_shapes(svg: str) -> None:
    shown = texts(svg)
    assert "Apr 2023" in shown
    assert {"No signal", "Improving", "Concerning", "No value"} <= set(shown)
    assert "Signals both ways" not in shown


def test_the_picture_of_a_page_names_levels_and_the_reason_of_a_break() -> None:
    wide = texts(draw(example(), "T", "%"))
    current = example().segments[-1].limits
    assert current is not None
    assert {"Target 80%", f"Mean {quantity(current.mean, '%')}", f"Upper limit {current.upper:.1f}%"} <= set(
        wide
    )
    assert "New <form> & questions" in " ".join(wide)


def test_widths_suit_a_page_and_a_phone() -> None:
    widths = [
        float(re.search(r'width="([\d.]+)"', draw(example(), "A title " * 9, "%", narrow=narrow))[1])  # type: ignore[index]
        for narrow in (False, True)
    ]
    assert widths[0] <= 860
    assert widths[1] <= 330


def test_too_few_points_are_drawn_without_limits() -> None:
    chart = analyse([Point("Apr 2025", 3.0), Point("May 2025", None), Point("Jun 2025", 5.0)], Polarity.DOWN)
    shown = texts(draw(chart, "Incidents", ""))
    assert "Too few to judge" in shown
    assert not [words for words in shown if "limit" in words.lower()]


def test_a_series_without_any_value_is_still_a_picture() -> None:
    assert "No value" in texts(draw(analyse([Point("Apr 2025", None)], Polarity.UP), "Nothing yet", "%"))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", sorted({mark[2] for mark in MARKS.values()} | {INK, GREY, GREEN}))
def test_colours_stand_out_from_white(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 3


def test_every_reading_has_a_shape_of_its_own() -> None:
    shapes = [mark[1] for mark in MARKS.values()]
    assert set(MARKS) == {*Variation, None}
    assert len(set(shapes)) == len(shapes)


def test_a_sparkline_spans_its_box_and_breaks_at_a_gap() -> None:
    assert sparkline([0, 10, None, 5, 10], 104, 24) == ("2.0,22.0 27.0,2.0", "77.0,12.0 102.0,2.0")


def test_a_sparkline_of_equal_values_runs_through_the_middle() -> None:
    assert sparkline([7, 7], 104, 24) == ("2.0,12.0 102.0,12.0",)


def test_a_lone_value_is_a_line_of_no_length() -> None:
    assert sparkline([None, 3, None], 104, 24) == ("52.0,12.0 52.0,12.0",)


def test_a_sparkline_of_nothing_is_nothing() -> None:
    assert sparkline([]) == ()
    assert sparkline([None, None]) == ()
