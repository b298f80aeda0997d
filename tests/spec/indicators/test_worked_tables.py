"""The engine counts, row by row, what a practitioner counts by hand in the worked tables beside this file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlglot import exp

from sightline.indicators.breakdowns import Split
from sightline.indicators.compose import compose
from sightline.indicators.data import Data
from sightline.indicators.definition import Breakdown, Indicator, Unit
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.engine import Engine
from sightline.indicators.figures import Figure
from tests.snapshots import make_snapshot
from tests.spec.indicators.worked import MARKS, Claim, Example, Numbers, examples

EXAMPLES = examples()
_SCALE = {Unit.PERCENT: 100, Unit.RATE: 10_000}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.page}: {example.title}")
def test_what_is_counted_by_hand(example: Example, tmp_path: Path) -> None:
    assert example.claims, "an example that claims nothing"
    snapshot = make_snapshot(tmp_path, *example.files)
    with closing(Engine(snapshot)) as engine, closing(Data(snapshot, {})) as data:
        for claim in example.claims:
            indicator = INDICATORS[claim.key]
            asked = [claim.breakdown] if claim.breakdown else []
            figures = engine.figures(indicator, [claim.period], asked)
            of_claim = [figure for figure in figures if figure.breakdown == claim.breakdown]
            _check_figures(claim, indicator, of_claim)
            if claim.letter:
                _check_rows(example, claim, indicator, _marks(data, indicator, claim, figures[0].format))


def _check_figures(claim: Claim, indicator: Indicator, figures: Sequence[Figure]) -> None:
    if claim.refused:
        (figure,) = figures
        assert claim.refused in figure.refused
        return
    found = {figure.group or "": figure for figure in figures}
    assert found.keys() == claim.groups.keys(), claim
    for group, said in claim.groups.items():
        figure = found[group]
        counted = (figure.numerator, figure.denominator or 0, figure.unknown, figure.unplaced)
        by_hand = (said.numerator, said.denominator, said.unknown, said.unplaced)
        # A twelfth of a post is kept to six places.
        assert counted == pytest.approx(by_hand, abs=0.00001), (claim, group)
        value = _value(indicator, said)
        assert figure.value == (value if value is None else pytest.approx(value, rel=1e-6)), (claim, group)


def _value(indicator: Indicator, said: Numbers) -> float | None:
    """What the numbers come to: as stated, or divided out here."""
    if said.value is not None:
        return said.value
    if indicator.unit is Unit.COUNT:
        return said.numerator
    return _SCALE[indicator.unit] * said.numerator / said.denominator if said.denominator else None


def _marks(data: Data, indicator: Indicator, claim: Claim, source_format: str | None) -> dict[int, str]:
    """How the engine counts each row: its own query, grouped by the row."""
    by_row = Split(Breakdown.AGE, "source_row", exp.column("source_row"))
    tables = data.tables(indicator, str(source_format), [claim.period])
    counted = data.fetch(compose(indicator, [by_row], tables))
    found: dict[int, str] = {}
    for _, row, is_whole, numerator, denominator, unknown, unplaced in counted:
        if not is_whole:
            mark = "yes" if numerator else "unknown" if unknown else "no" if denominator else "unplaced"
            found[row] = mark
            assert int(denominator) + int(unplaced) == 1, f"row {row} is counted more than once"
    return found


def _check_rows(example: Example, claim: Claim, indicator: Indicator, found: dict[int, str]) -> None:
    by_hand = example.marks[claim.letter]
    counted = {row: mark for row, mark in by_hand.items() if mark not in {"out", "same"}}
    assert found == counted, claim
    said, marks = claim.groups[""], Counter(counted.values())
    assert (said.numerator, said.unknown, said.unplaced) == (
        marks["yes"],
        marks["unknown"],
        marks["unplaced"],
    ), f"{claim}: the marks do not add up to what is claimed"
    if not indicator.is_per_resident:
        assert said.denominator == marks["yes"] + marks["no"] + marks["unknown"], claim


def test_every_column_of_marks_belongs_to_a_claim() -> None:
    for example in EXAMPLES:
        lettered = {claim.letter for claim in example.claims if claim.letter}
        assert lettered == set(example.marks), example.title


def test_every_way_of_counting_a_row_is_worked_somewhere() -> None:
    used = {mark for example in EXAMPLES for marks in example.marks.values() for mark in marks.values()}
    assert used == set(MARKS)
