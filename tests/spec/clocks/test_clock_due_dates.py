"""When clocks fall due: worked examples, one a line, with the reason that a practitioner would give."""

from datetime import UTC, date, datetime, time

import pytest

from sightline.clocks import CLOCKS, Limit, Standing, due, state
from sightline.clocks.calendar import london

# clock | starts | due | why
DAYS = """
referral-decision | 2026-03-05 | 2026-03-06 | a Thursday: the next day
referral-decision | 2026-03-06 | 2026-03-09 | a Friday: the weekend does not count
referral-decision | 2026-03-07 | 2026-03-09 | a Saturday is day 0 although no working day
referral-decision | 2026-04-02 | 2026-04-07 | Thursday before Good Friday and Easter Monday
referral-decision | 2026-04-03 | 2026-04-07 | received on Good Friday
referral-decision | 2026-12-24 | 2026-12-29 | Boxing Day 2026 is a Saturday: Monday 28th is off instead
referral-decision | 2027-12-24 | 2027-12-29 | Christmas 2027 falls on a weekend: 27th and 28th are off instead
referral-decision | 2022-06-01 | 2022-06-06 | moved spring holiday on 2 June, Platinum Jubilee on 3 June
referral-decision | 2022-09-16 | 2022-09-20 | State Funeral on Monday 19 September 2022
referral-decision | 2023-05-05 | 2023-05-09 | Coronation on Monday 8 May 2023
referral-decision | 2020-05-07 | 2020-05-11 | early May holiday moved to Friday 8 May in 2020
referral-decision | 2020-05-01 | 2020-05-04 | so Monday 4 May 2020 was a working day
referral-decision | 2011-04-28 | 2011-05-03 | royal wedding on Friday 29 April, early May holiday on Monday
referral-decision | 2002-05-31 | 2002-06-05 | Golden Jubilee: 3 and 4 June 2002
referral-decision | 1999-12-30 | 2000-01-04 | 31 December 1999 was a holiday, 3 January 2000 a substitute
assessment | 2026-03-27 | 2026-06-04 | Friday before Easter week: four bank holidays on the way
assessment | 2025-09-01 | 2025-11-03 | nine plain weeks
initial-conference | 2025-12-15 | 2026-01-08 | Christmas, Boxing Day and New Year's Day do not count
first-looked-after-review | 2025-07-28 | 2025-08-26 | four weeks end on the August bank holiday
inspection-action-plan | 2025-09-01 | 2025-12-08 | fourteen plain weeks
complaint-stage-1 | 2026-04-30 | 2026-05-15 | the early May holiday is on the way
allegation-one-month | 2025-08-31 | 2025-09-30 | September has no 31st
allegation-one-month | 2024-01-31 | 2024-02-29 | a leap year
allegation-one-month | 2025-01-31 | 2025-02-28 | no leap year
allegation-one-month | 2025-02-28 | 2025-03-28 | the same day, not the last day, of the next month
first-review-conference | 2025-11-30 | 2026-02-28 | a month limit may end on a Saturday
first-review-conference | 2023-11-30 | 2024-02-29 | February of a leap year
later-review-conference | 2025-08-31 | 2026-02-28 | six months across the end of the year
later-looked-after-review | 2026-03-31 | 2026-09-30 | September has 30 days
looked-after-first-visit | 2026-03-27 | 2026-04-03 | a week is seven calendar days: Good Friday counts
looked-after-visit-until-18 | 2026-01-15 | 2026-04-15 | three months
private-fostering-visit-first-year | 2026-03-02 | 2026-04-13 | six weeks
private-fostering-visit-later-years | 2026-03-02 | 2026-05-25 | twelve weeks, due on a bank holiday
emergency-protection-order | 2026-03-02 | 2026-03-10 | eight days
emergency-protection-order-extended | 2026-03-02 | 2026-03-17 | fifteen days from the making of the order
care-plan-before-placement | 2026-03-07 | 2026-03-07 | before the placement: the day itself, also a Saturday
private-fostering-proposal | 2026-09-01 | 2026-07-21 | six weeks before the arrangement starts
child-death-return | 2014-03-31 | 2014-05-30 | the year's return was due on 30 May 2014
partnership-report | 2025-03-31 | 2026-03-31 | every twelve months
partnership-report-by-september | 2024-03-31 | 2024-09-30 | the end of September
"""

# clock | starts | due | why; times as clocks in England show them
HOURS = """
return-interview | 2026-06-01 09:15 | 2026-06-04 09:15 | three times 24 hours
return-interview | 2026-03-27 22:00 | 2026-03-30 23:00 | the clocks go forward on 29 March 2026
return-interview | 2026-10-24 12:00 | 2026-10-27 11:00 | the clocks go back on 25 October 2026
police-protection | 2026-12-24 18:30 | 2026-12-27 18:30 | Christmas does not stop it
child-death-notice | 2026-10-24 23:30 | 2026-10-26 22:30 | 48 hours elapsed, one more on the dial
"""

# clock | local limit | starts | due | why
LOCAL = """
mash-response-red | 4 hours | 2026-03-06 16:30 | 2026-03-06 20:30 | hours run on after the office closes
strategy-discussion | 3 days | 2026-04-02 | 2026-04-05 | three calendar days, Easter or not
initial-conference-report | 2 working days | 2026-04-07 | 2026-04-01 | counted back over Easter
review-conference-report | 5 working days | 2026-03-07 | 2026-03-02 | counted back from a Saturday
private-fostering-visit-first-year | 5 weeks | 2026-03-02 | 2026-04-06 | tighter than six weeks
dataset-return | 20 working days | 2026-03-31 | 2026-04-30 | Easter's two bank holidays do not count
dataset-return | 0 days | 2026-03-31 | 2026-03-31 | due as the quarter ends
glass-review | 5 working days | 2026-04-02 | 2026-04-13 | broken on Maundy Thursday: Easter does not count
restriction-review | 90 days | 2026-01-15 | 2026-04-15 | calendar days, Easter or not
conflict-declaration | 12 months | 2024-02-29 | 2025-02-28 | every year, also from a leap day
referral-decision | 24 hours | 2026-03-06 16:30 | 2026-03-07 16:30 | hours do not wait for Monday
escalation-stage | 7 days | 2026-03-30 | 2026-04-06 | a week, also where it ends on Easter Monday
"""

# clock | starts | stopped | now | standing | days late | working days late | why
STANDINGS = """
referral-decision | 2026-03-05 |  | 2026-03-05 12:00 | not-due | 0 | 0 | due tomorrow
referral-decision | 2026-03-05 |  | 2026-03-06 23:59 | due-today | 0 | 0 | until the last second of Friday
referral-decision | 2026-03-05 |  | 2026-03-07 00:00 | overdue | 1 | 0 | Saturday is late, if no working day
referral-decision | 2026-03-05 |  | 2026-03-09 09:00 | overdue | 3 | 1 | open on Monday
referral-decision | 2026-03-05 | 2026-03-06 | 2026-04-01 09:00 | met | 0 | 0 | on the day
referral-decision | 2026-03-05 | 2026-03-07 | 2026-04-01 09:00 | late | 1 | 0 | due Friday, done Saturday
referral-decision | 2026-03-05 | 2026-03-09 | 2026-04-01 09:00 | late | 3 | 1 | the Monday after
referral-decision | 2026-06-04 | 2026-06-06 00:15 | 2026-06-30 09:00 | late | 1 | 0 | after midnight
return-interview | 2026-06-01 09:15 |  | 2026-06-04 09:15 | due-today | 0 | 0 | the last minute
return-interview | 2026-06-01 09:15 |  | 2026-06-04 09:16 | overdue | 0 | 0 | a minute late, on the same day
return-interview | 2026-06-01 09:15 | 2026-06-04 10:00 | 2026-06-30 09:00 | late | 0 | 0 | within the hour
return-interview | 2026-06-01 09:15 | 2026-06-03 | 2026-06-30 09:00 | met | 0 | 0 | the day before is enough
return-interview | 2026-06-01 09:15 | 2026-06-05 | 2026-06-30 09:00 | late | 1 | 1 | and the day after too
private-fostering-proposal | 2026-09-01 | 2026-07-21 | 2026-09-30 09:00 | met | 0 | 0 | six weeks' notice
private-fostering-proposal | 2026-09-01 | 2026-07-22 | 2026-09-30 09:00 | late | 1 | 1 | a day short
"""


def examples(table: str) -> list[list[str]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    assert len(rows) >= 5
    return rows


def moment(text: str) -> date | datetime:
    day, _, at = text.partition(" ")
    return london(date.fromisoformat(day), time.fromisoformat(at)) if at else date.fromisoformat(day)


@pytest.mark.parametrize(("key", "start", "expected", "why"), examples(DAYS))
def test_a_clock_of_days_falls_due_at_the_end_of_a_day_in_england(key, start, expected, why):
    found = due(CLOCKS[key], date.fromisoformat(start))
    assert found.due_on == date.fromisoformat(expected), why
    assert found.due_at == london(date.fromisoformat(expected), time(23, 59, 59))


@pytest.mark.parametrize(("key", "start", "expected", "why"), examples(HOURS))
def test_a_clock_of_hours_counts_time_elapsed(key, start, expected, why):
    found = due(CLOCKS[key], moment(start))
    assert found.due_at == moment(expected), why
    assert found.due_on == moment(expected).date()


@pytest.mark.parametrize(("key", "local", "start", "expected", "why"), examples(LOCAL))
def test_a_local_limit_takes_the_place_of_the_national_one(key, local, start, expected, why):
    found = due(CLOCKS[key], moment(start), Limit.parse(local))
    if " " in expected:
        assert found.due_at == moment(expected), why
    else:
        assert found.due_on == moment(expected), why


@pytest.mark.parametrize(
    ("key", "start", "stopped", "now", "standing", "days", "working", "why"), examples(STANDINGS)
)
def test_how_a_clock_stands(key, start, stopped, now, standing, days, working, why):
    found = state(CLOCKS[key], moment(start), moment(stopped) if stopped else None, moment(now))
    assert (found.standing, found.days_late, found.working_days_late) == (
        Standing(standing),
        int(days),
        int(working),
    ), why


def test_a_stop_is_read_by_the_day_in_england_wherever_it_was_recorded():
    recorded = datetime(2026, 6, 5, 23, 30, tzinfo=UTC)
    found = state(CLOCKS["referral-decision"], date(2026, 6, 4), recorded, london(date(2026, 6, 30), time(9)))
    assert found.standing is Standing.LATE, "23:30 UTC on Friday is Saturday 00:30 in England"


def test_the_end_of_a_day_follows_the_clocks_of_england():
    winter = due(CLOCKS["referral-decision"], date(2026, 1, 5)).due_at
    summer = due(CLOCKS["referral-decision"], date(2026, 7, 6)).due_at
    assert winter.isoformat() == "2026-01-06T23:59:59+00:00"
    assert summer.isoformat() == "2026-07-07T23:59:59+01:00"
