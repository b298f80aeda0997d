"""Limits as people write them, and local limits: tighter than the national one, never looser."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.clocks import (
    CLOCKS,
    ClockError,
    Counts,
    Limit,
    LooserThanStatute,
    NeedsTime,
    NoLimit,
    Unit,
    due,
    due_days,
    limit_of,
    state,
    validate_local,
)
from sightline.clocks.calendar import end_of_day, london

NOON = london(date(2026, 6, 30), time(12))


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("10 working days", Limit(10, Unit.WORKING_DAYS), "10 working days"),
        (" 1  Working  Day ", Limit(1, Unit.WORKING_DAYS), "1 working day"),
        ("24 hours", Limit(24, Unit.HOURS), "24 hours"),
        ("8 days", Limit(8, Unit.DAYS), "8 days"),
        ("0 days", Limit(0, Unit.DAYS), "0 days"),
        ("6 weeks", Limit(42, Unit.DAYS), "6 weeks"),
        ("7 days", Limit(7, Unit.DAYS), "1 week"),
        ("1 month", Limit(1, Unit.MONTHS), "1 month"),
        ("2 years", Limit(24, Unit.MONTHS), "24 months"),
    ],
)
def test_a_limit_is_read_as_people_write_it(text, limit, shown):
    assert Limit.parse(text) == limit
    assert str(limit) == shown


@given(st.builds(Limit, st.integers(0, 60), st.sampled_from(Unit)))
def test_a_limit_is_read_back_from_its_words(limit):
    assert Limit.parse(str(limit)) == limit


@pytest.mark.parametrize(
    "text", ["", "10", "ten days", "-3 days", "1.5 days", "10 fortnights", "10working days"]
)
def test_what_is_no_limit_is_refused_with_an_example(text):
    with pytest.raises(ClockError, match="such as '10 working days'"):
        Limit.parse(text)


@pytest.mark.parametrize(
    ("text", "most"), [("6 years", "60 months"), ("2000 working days", "1265 working-days")]
)
def test_a_limit_longer_than_five_years_is_refused(text, most):
    with pytest.raises(ClockError, match=most):
        Limit.parse(text)


# clock | local limit | tighter or looser | why
LOCAL = """
assessment | 45 working days | tighter | equal is not looser
assessment | 35 working days | tighter | fewer working days
assessment | 46 working days | looser | more working days
assessment | 6 weeks | tighter | 42 days are always fewer than 45 working days
assessment | 9 weeks | looser | 45 working days from a Saturday end a day sooner
first-core-group | 14 days | looser | 10 working days from a Saturday are 13 days
first-core-group | 12 days | tighter | 10 working days are never fewer than 12 days
emergency-protection-order | 6 working days | looser | they may be eight days, or more over Christmas
allegation-one-month | 28 days | tighter | no month is shorter
allegation-one-month | 29 days | looser | February
first-review-conference | 60 working days | looser | they may be longer than three months
first-review-conference | 55 working days | tighter | 11 weeks, with room for holidays
referral-decision | 24 hours | tighter | never later than the end of the next working day
referral-decision | 25 hours | looser | an hour late from the last hour of a Monday
return-interview | 48 hours | tighter | fewer hours
return-interview | 73 hours | looser | more hours
return-interview | 1 day | tighter | the end of the next day is always within 72 hours
return-interview | 2 days | looser | 73 hours when the clocks go back
return-interview | 1 working day | looser | from a Friday it is Monday
private-fostering-visit-first-year | 24 working days | tighter | 41 days at most, 42 with a holiday more
private-fostering-visit-first-year | 25 working days | looser | 42 days in 2011, 43 with a holiday more
private-fostering-proposal | 7 weeks | tighter | earlier notice is tighter
private-fostering-proposal | 5 weeks | looser | later notice is looser
private-fostering-proposal | 1 month | looser | 31 days before is later than 42
private-fostering-proposal | 2 months | tighter | 59 days before or more
care-plan-before-placement | 0 hours | tighter | before is before
"""


def local_examples() -> list[list[str]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in LOCAL.strip().splitlines()]
    assert {row[2] for row in rows} == {"tighter", "looser"}
    return rows


@pytest.mark.parametrize(("key", "local", "verdict", "why"), local_examples())
def test_a_local_limit_may_be_tighter_but_never_looser(key, local, verdict, why):
    clock, limit = CLOCKS[key], Limit.parse(local)
    if verdict == "tighter":
        validate_local(clock, limit)
    else:
        with pytest.raises(LooserThanStatute, match=f"{key}: a local limit of"):
            due(clock, NOON, limit)


def test_a_refused_local_limit_is_told_with_a_day_on_which_it_would_be_later():
    with pytest.raises(LooserThanStatute, match=r"10 working days.*from Saturday 6 January 2024"):
        validate_local(CLOCKS["first-core-group"], Limit(14, Unit.DAYS))


def test_a_refusal_that_rests_on_a_holiday_to_come_says_so():
    with pytest.raises(LooserThanStatute, match=r"later from .* if one more bank holiday is proclaimed$"):
        validate_local(CLOCKS["private-fostering-visit-first-year"], Limit(25, Unit.WORKING_DAYS))


some_limits = st.one_of(
    st.builds(Limit, st.integers(0, 24 * 14), st.just(Unit.HOURS)),
    st.builds(Limit, st.integers(0, 90), st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS])),
    st.builds(Limit, st.integers(0, 4), st.just(Unit.MONTHS)),
)
moments = st.builds(
    lambda day, seconds: end_of_day(day) - timedelta(seconds=seconds),
    st.dates(date(1995, 1, 1), date(2055, 12, 31)),
    st.one_of(st.just(0), st.just(86_399), st.integers(0, 86_399)),
)
# Pairs about the edge between tighter and looser, each tried both ways round.
EDGES = [
    (Limit(local, unit), Limit(national, other))
    for unit, other, lengths in (
        (Unit.DAYS, Unit.WORKING_DAYS, ((5, 5), (6, 5), (7, 5), (12, 10), (14, 10), (28, 21), (61, 45))),
        (Unit.WORKING_DAYS, Unit.DAYS, ((1, 8), (4, 14), (6, 14), (18, 42), (24, 42))),
        (Unit.WORKING_DAYS, Unit.MONTHS, ((15, 1), (18, 1), (56, 3), (120, 6))),
        (Unit.DAYS, Unit.MONTHS, ((28, 1), (59, 2), (89, 3), (181, 6))),
        (Unit.MONTHS, Unit.DAYS, ((1, 31), (1, 30), (3, 92))),
        (Unit.MONTHS, Unit.WORKING_DAYS, ((1, 23), (1, 21))),
        (Unit.HOURS, Unit.WORKING_DAYS, ((24, 1), (23, 1), (25, 1), (96, 4))),
        (Unit.HOURS, Unit.DAYS, ((23, 1), (24, 1), (167, 7))),
        (Unit.DAYS, Unit.HOURS, ((0, 24), (0, 25), (1, 49), (2, 72))),
    )
    for local, national in lengths
]
PAIRS = EDGES + [(national, local) for local, national in EDGES]


def accepted(clock, local):
    try:
        validate_local(clock, local)
    except LooserThanStatute:
        return False
    return True


@settings(deadline=None)  # the first look at a pair tries every day of sixty years
@given(st.sampled_from(PAIRS), st.sampled_from(Counts), moments)
def test_an_accepted_local_limit_never_falls_later_than_the_national_one(pair, counts, start):
    local, national = pair
    clock = replace(CLOCKS["assessment"], limit=national, counts=counts)
    if accepted(clock, local):
        assert due(clock, start, local).due_at <= due(clock, start).due_at


def test_the_pairs_tried_hold_accepted_and_refused_ones_each_way():
    for counts in Counts:
        verdicts = {
            accepted(replace(CLOCKS["assessment"], limit=national, counts=counts), local)
            for local, national in PAIRS
        }
        assert verdicts == {True, False}


@given(some_limits)
def test_a_clock_without_a_national_limit_takes_any_local_one(local):
    clock = CLOCKS["strategy-discussion"]
    validate_local(clock, local)
    assert limit_of(clock, local) == local


def test_a_clock_without_a_limit_says_that_the_partnership_must_set_one():
    expected = "strategy-discussion has no limit in force until the partnership sets one; elsewhere: 24 hours"
    with pytest.raises(NoLimit, match=expected):
        due(CLOCKS["strategy-discussion"], date(2026, 3, 27))
    with pytest.raises(NoLimit, match=r"sets one$"):
        due_days(CLOCKS["uasc-transfer"], date(2026, 3, 27), date(2026, 3, 28))


def test_no_suggested_limit_is_looser_than_the_national_one():
    both = [clock for clock in CLOCKS.values() if clock.limit and clock.suggested]
    assert len(both) >= 3
    for clock in both:
        for suggestion in clock.suggested:
            validate_local(clock, suggestion.limit)


def test_hours_are_never_guessed_from_a_day():
    clock = CLOCKS["return-interview"]
    with pytest.raises(NeedsTime, match="72 hours counts from a time, and only a day is known"):
        due(clock, date(2026, 6, 1))
    with pytest.raises(NeedsTime):
        due_days(clock, date(2026, 6, 1), date(2026, 6, 2))
    with pytest.raises(NeedsTime, match="says no time zone"):
        due(clock, datetime(2026, 6, 1, 9, 15))  # noqa: DTZ001
    with pytest.raises(NeedsTime, match="stopped on 2026-06-04, the day it fell due at 09:15: give the time"):
        state(clock, london(date(2026, 6, 1), time(9, 15)), date(2026, 6, 4), NOON)


def test_what_is_only_planned_stops_no_clock():
    with pytest.raises(ClockError, match="stopped on 2026-07-01, which is after 2026-06-30"):
        state(CLOCKS["assessment"], date(2026, 6, 1), date(2026, 7, 1), NOON)
