"""Every indicator says what it must say of itself, and is worked by hand somewhere."""

from __future__ import annotations

from datetime import date
from string import Formatter

import pytest

from sightline.clocks import CLOCKS
from sightline.facts.sources import FORMATS
from sightline.indicators import expressions
from sightline.indicators.definition import Basis, Indicator, Polarity, QuestionSet, Unit
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.support import cannot
from tests.spec.indicators.worked import examples

RELEASED_ON = date(2026, 11, 22)
ASKED_FOR = (
    "P_N01 P_N02 P_N03 P_N04 P_N05 P_N06 P_N07 P_N08 P_N09 P_N15 P_N16 P_N17 P_N18 P_N20 P_N21 P_N22"
    " P_N23 P_N24 P_N25 P_N26 P_N28 P_N29 P_N30 P_N33 P_N34 P_N36 P_N40 P_N41 P_N42 S_N02 S_N08 O_N01"
    " O_N02 O_N05 P_Q02 P_Q05 W_N01 W_C01"
).split()

of_every_indicator = pytest.mark.parametrize("indicator", INDICATORS.values(), ids=list(INDICATORS))


def clocks_of(indicator: Indicator) -> frozenset[str]:
    """The clocks whose due days the expressions ask for."""
    parts = (expressions.read(indicator, part) for part in expressions.PARTS)
    return frozenset().union(*(part.clocks for part in parts if part))


TIMELY = [indicator for indicator in INDICATORS.values() if clocks_of(indicator)]


def test_there_are_indicators_and_clocked_ones_among_them() -> None:
    assert len(INDICATORS) >= 67
    assert len(TIMELY) >= 16
    assert {indicator.question_set for indicator in INDICATORS.values()} == set(QuestionSet)


def test_what_the_partnership_asked_for_is_there() -> None:
    assert set(ASKED_FOR) <= {indicator.ref for indicator in INDICATORS.values()}


def test_every_indicator_is_worked_by_hand() -> None:
    claims = [claim for example in examples() for claim in example.claims]
    counted = {claim.key for claim in claims if claim.groups}
    assert counted == set(INDICATORS), "each needs a worked table in tests/spec/indicators/<theme>.md"
    told_of_each_row = {claim.key for claim in claims if claim.letter}
    not_of_rows = {
        indicator.key for indicator in INDICATORS.values() if indicator.sums or indicator.unit is Unit.RATIO
    }
    assert counted - told_of_each_row == not_of_rows, "each needs a claim with a letter, and its column"


@of_every_indicator
def test_an_indicator_has_an_owner_a_reason_and_a_day_to_be_reviewed(indicator: Indicator) -> None:
    assert len(indicator.owner) > 3
    assert indicator.why.endswith(".")
    assert indicator.theme
    assert indicator.review_on > RELEASED_ON


@of_every_indicator
def test_the_plain_sentence_fills(indicator: Indicator) -> None:
    named = {name for _, name, _, _ in Formatter().parse(indicator.plain) if name is not None}
    needed = {"numerator"} if indicator.unit in {Unit.COUNT, Unit.RATIO} else {"numerator", "denominator"}
    assert needed <= named <= {"numerator", "denominator"}
    assert "{" not in indicator.plain.format(numerator=3, denominator=7)


@of_every_indicator
def test_its_sources_exist_and_the_best_can_answer(indicator: Indicator) -> None:
    assert indicator.sources
    can = [key for key in indicator.sources if not cannot(indicator, FORMATS[key])]
    assert can, "no format can ever answer"


@of_every_indicator
def test_its_clock_exists_and_is_among_those_it_asks_for(indicator: Indicator) -> None:
    used = clocks_of(indicator)
    assert used <= CLOCKS.keys()
    assert bool(used) <= (indicator.clock in used), "asks for a due day, and names another clock"
    if indicator.clock is not None:
        assert indicator.clock in CLOCKS
        assert indicator.target is not None
        assert indicator.target.source


@pytest.mark.parametrize("indicator", TIMELY, ids=lambda indicator: indicator.key)
def test_what_was_done_in_time_never_hides_what_is_open(indicator: Indicator) -> None:
    """Its twin shows what is open and overdue, or what fell due and was not done is in its own share."""
    if indicator.twin is not None:
        twin = INDICATORS[indicator.twin]
        assert twin.twin == indicator.key
        assert twin.clock == indicator.clock
        assert {twin.basis, indicator.basis} == {Basis.FLOW, Basis.SNAPSHOT}
        assert {twin.polarity, indicator.polarity} == {Polarity.UP, Polarity.DOWN}
        return
    counts_what_fell_due = "due(" in indicator.at or indicator.basis is Basis.SNAPSHOT
    starts_when_reported = indicator.key == "allegations-reported-in-one-day"
    assert counts_what_fell_due or starts_when_reported, "a late case that stays open is in no figure"
