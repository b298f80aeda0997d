"""The invented months at the front door: its numbers are those that the published reports give."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from sightline.clocks.calendar import LONDON, add_working_days
from sightline.example import front_door_words as words
from sightline.example.front_door import SENDERS, begins, referrals
from sightline.example.front_door_calls import calls
from sightline.example.front_door_life import midnight, slow_month
from sightline.indicators.control_chart import Point, Variation, analyse
from sightline.indicators.definition import Polarity

TODAY = date(2026, 11, 23)
DAYS = (TODAY, date(2026, 11, 25), date(2027, 1, 4), date(2026, 8, 15), date(2026, 3, 18), date(2028, 2, 29))


@pytest.fixture(scope="module")
def contacts():
    return referrals(TODAY)


def share(rows, condition) -> float:
    return sum(map(condition, rows)) / len(rows)


def is_refused(one) -> bool:
    return bool(one.decided.not_accepted)


def state_of(one) -> str:
    if one.closed_at:
        return "closed"
    if one.decided:
        return "fed-back" if one.told_at else "decided"
    return "gathering" if one.checks else "screened" if one.screened_at else "received"


def test_it_is_the_same_each_time_and_another_with_another_seed(contacts):
    assert referrals(TODAY) == contacts
    assert referrals(TODAY, seed=2) != contacts


def test_fifteen_hundred_contacts_a_year_come_from_a_dozen_agencies_and_the_public(contacts):
    last_year = [one for one in contacts if one.received_at.date() >= TODAY - timedelta(days=365)]
    assert 1_400 <= len(last_year) <= 1_650
    assert {one.sender.agency for one in contacts} == {sender.agency for sender in SENDERS}
    assert len(SENDERS) - 1 >= 12
    days = {one.received_at.date() for one in contacts}
    assert min(days) >= begins(TODAY) == date(2025, 7, 1)
    assert max(days) < TODAY


def test_41_percent_of_what_schools_refer_is_not_accepted(contacts):
    schools = [one for one in contacts if one.sender.is_school and one.decided]
    assert share(schools, is_refused) == pytest.approx(0.41, abs=0.015)


def test_one_school_refers_below_the_threshold_and_one_well(contacts):
    of = {
        code: [one for one in contacts if one.sender.agency == code and one.decided]
        for code in ("orchard", "quarry")
    }
    assert min(map(len, of.values())) >= 40
    assert share(of["orchard"], is_refused) < 0.2
    assert share(of["quarry"], is_refused) > 0.7
    above = {
        code: share(rows, lambda one: (one.level_asked or 0) > one.decided.level) for code, rows in of.items()
    }
    assert above["orchard"] < 0.15
    assert above["quarry"] > 0.75
    scored = {
        code: [one.decided.score for one in rows if one.decided.score is not None]
        for code, rows in of.items()
    }
    assert share(scored["orchard"], lambda score: score >= 2) > 0.9
    assert share(scored["quarry"], lambda score: score >= 2) < 0.2
    reasons = Counter(one.decided.not_accepted for one in of["quarry"])
    assert set(reasons) == {"", "below-threshold"}


@pytest.mark.parametrize("today", DAYS)
def test_the_chart_judges_fourteen_months_and_finds_a_slow_march_and_no_other_month(today):
    told = referrals(today)
    by_month = defaultdict(list)
    for one in told:
        if one.decided:
            decided_on = one.decided.at.astimezone(LONDON).date()
            in_time = decided_on <= add_working_days(one.received_at.astimezone(LONDON).date(), 1)
            by_month[f"{decided_on:%Y-%m}"] += [in_time] * len(one.subjects)
    # The first month is whole only from its first contact, and needs the month before it.
    first = min(one.received_at for one in told).date()
    whole = [month for month in sorted(by_month) if month < f"{today:%Y-%m}"][2 if first.day > 1 else 1 :]
    assert len(whole) >= 14
    points = [Point(month, 100 * sum(by_month[month]) / len(by_month[month])) for month in whole]
    chart = analyse(points, Polarity.UP, lowest=0, highest=100)
    signals = {point.label: point.reading for point in chart.points if point.signals}
    assert list(signals.values()) == [Variation.CONCERNING]
    assert list(signals) == [f"{slow_month(today):%Y-%m}"]


@pytest.mark.parametrize("today", DAYS)
def test_on_any_day_some_25_are_open_in_every_state(today):
    contacts = referrals(today)
    still_open = [one for one in contacts if one.is_open]
    assert 15 <= len(still_open) <= 45
    assert {state_of(one) for one in still_open} == {
        "received",
        "screened",
        "gathering",
        "decided",
        "fed-back",
    }
    waiting = [check for one in still_open for check in one.checks if not check.answered_at]
    assert waiting


def test_what_happens_happens_in_order_and_before_today(contacts):
    for one in contacts:
        moments = [
            one.received_at,
            one.screened_at,
            one.decided and one.decided.at,
            one.told_at,
            one.closed_at,
        ]
        happened = [moment for moment in moments if moment is not None]
        assert happened == sorted(set(happened)), one.number
        assert happened[-1] < midnight(TODAY)
        for check in one.checks:
            assert one.screened_at < check.asked_at
            if check.answered_at:
                assert check.asked_at < check.answered_at
                assert not one.decided or check.answered_at <= one.decided.at
        if one.closed_at and one.decided.outcome != "no-further-action":
            assert one.handed_over[-1].is_accepted
            assert one.handed_over[-1].answered_at < one.closed_at


def test_nobody_is_born_after_they_are_told_of_and_nobody_is_grown_up(contacts):
    for one in contacts:
        for place in one.subjects:
            born = one.family.children[place].born_on
            assert born <= one.received_at.date()
            assert one.received_at.year - born.year <= 18


def test_families_come_again_some_of_them_three_times(contacts):
    times = Counter(one.family.number for one in contacts)
    assert sum(count >= 3 for count in times.values()) >= 40
    assert any(len(one.subjects) > 1 for one in contacts)


def test_there_are_words_for_everything(contacts):
    for one in contacts:
        assert one.narrative
        assert "{" not in one.narrative
        if one.decided:
            assert words.REASONS[one.decided.outcome]
            assert not one.decided.not_accepted or words.ALTERNATIVES[one.decided.not_accepted]


def test_forty_calls_a_month_reach_the_line_and_in_the_slow_march_callers_wait():
    by_month = defaultdict(list)
    for one in calls(TODAY):
        assert one.called_at < midnight(TODAY)
        by_month[f"{one.called_at:%Y-%m}"].append(one)
    whole = [rang for month, rang in by_month.items() if month != "2026-11"]
    assert 35 <= sum(map(len, whole)) / len(whole) <= 45
    slow = by_month.pop("2026-03")
    usual = [one for rang in by_month.values() for one in rang]
    in_a_minute = lambda one: not one.was_abandoned and one.wait_seconds <= 60  # noqa: E731
    assert share(usual, in_a_minute) > 0.7 > 0.6 > share(slow, in_a_minute)
    assert share(usual, lambda one: one.was_abandoned) < share(slow, lambda one: one.was_abandoned)
