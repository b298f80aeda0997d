"""The cross-checks of plans, as data: the core of DfE's rules for 2025-26."""

from __future__ import annotations

from datetime import date

from sightline.exchange.cin_census.model import NeedPlan, Person, ProtectionPlan
from sightline.exchange.cin_census.rules import Check, before, outside

NEED_PLAN_CHECKS: tuple[Check[NeedPlan], ...] = (
    Check(
        "plan-before-referral",
        "CINPlanStartDate",
        "start",
        "a plan that starts on or after the referral",
        "4015",
        lambda c: before(c.row.start, c.episode.referred),
    ),
    Check(
        "plan-after-window",
        "CINPlanStartDate",
        "start",
        "a plan that starts on or before the last day of the census",
        "4010",
        lambda c: before(c.window.last, c.row.start),
    ),
    Check(
        "plan-end-before-start",
        "CINPlanEndDate",
        "end",
        "an end on or after the start",
        "4011",
        lambda c: before(c.row.end, c.row.start),
    ),
    Check(
        "plan-of-one-day",
        "CINPlanEndDate",
        "end",
        "an end after the day of the start",
        "4012Q",
        lambda c: c.row.end == c.row.start,
    ),
    Check(
        "plan-end-outside-window",
        "CINPlanEndDate",
        "end",
        "an end in the census year",
        "4013",
        lambda c: outside(c.row.end, c.window),
    ),
    Check(
        "event-after-death",
        "CINPlanStartDate",
        "start",
        "a plan that starts on or before the day of death",
        "4008",
        lambda c: before(c.person.died, c.row.start),
    ),
    Check(
        "event-after-closure",
        "CINPlanStartDate",
        "start",
        "a plan that starts on or before the closure of its case",
        "8565",
        lambda c: before(c.episode.closed, c.row.start),
    ),
)

PROTECTION_PLAN_CHECKS: tuple[Check[ProtectionPlan], ...] = (
    Check(
        "plan-before-referral",
        "CPPstartDate",
        "start",
        "a plan that starts on or after the referral",
        "1105",
        lambda c: before(c.row.start, c.episode.referred),
    ),
    Check(
        "plan-after-window",
        "CPPstartDate",
        "start",
        "a plan that starts on or before the last day of the census",
        "8720",
        lambda c: before(c.window.last, c.row.start),
    ),
    Check(
        "plan-end-before-start",
        "CPPendDate",
        "end",
        "an end on or after the start",
        "8925",
        lambda c: before(c.row.end, c.row.start),
    ),
    Check(
        "plan-of-one-day",
        "CPPendDate",
        "end",
        "an end after the day of the start",
        "8840",
        lambda c: c.row.end == c.row.start,
    ),
    Check(
        "plan-end-outside-window",
        "CPPendDate",
        "end",
        "an end in the census year",
        "8930",
        lambda c: outside(c.row.end, c.window),
    ),
    Check(
        "event-after-death",
        "CPPstartDate",
        "start",
        "a plan that starts on or before the day of death",
        "8915",
        lambda c: before(c.person.died, c.row.start),
    ),
    Check(
        "event-after-death",
        "CPPendDate",
        "end",
        "a plan that ends on or before the day of death",
        "8920",
        lambda c: before(c.person.died, c.row.end),
    ),
    Check(
        "event-after-closure",
        "CPPstartDate",
        "start",
        "a plan that starts on or before the closure of its case",
        "8565",
        lambda c: before(c.episode.closed, c.row.start),
    ),
    Check(
        "plan-open-on-closed-case",
        "CPPendDate",
        "end",
        "the end of each plan of a closed case",
        "8565",
        lambda c: c.episode.closed is not None and c.row.end is None,
    ),
    Check(
        "plan-without-conference",
        "CPPstartDate",
        "start",
        "an initial conference on the day the plan starts, for a plan of this year",
        "2885",
        lambda c: c.window.holds(c.row.start) and c.row.start not in conference_days(c.person),
    ),
)


def conference_days(person: Person) -> set[date]:
    """Every day on which the child had an initial conference."""
    days = {episode.conference for episode in person.episodes}
    days |= {enquiry.conference for episode in person.episodes for enquiry in episode.enquiries}
    return {day for day in days if day is not None}
