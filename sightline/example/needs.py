"""Episodes of need: referral, assessment, enquiry, conference, plans and closure, as one child lives them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from sightline.clocks.calendar import add_months, add_working_days
from sightline.example import rates
from sightline.example.chance import between, lasting
from sightline.example.days import DAY, working_day_by, working_day_from
from sightline.example.rates import Stories
from sightline.example.record import Assessment, Child, Enquiry, Need, ProtectionPlan, SupportPlan


def refer(rng: Random, child: Child, path: str, on: date, stories: Stories) -> Need:
    """Give the episode of need that begins with a referral on `on` and takes `path`."""
    code = {"disabled": "N2", "unaccompanied": "N8"}.get(path) or rates.NEED.draw(rng)
    source = ("6" if rng.random() < 0.5 else "7") if path == "unaccompanied" else rates.SOURCE.draw(rng)
    need = Need(on, source, code, path == "no-further-action", on, "RC7")
    if need.is_nfa:
        need.closed_on = add_working_days(on, rng.choice((1, 1, 1, 2)))
        return need
    needs_support = path != "assessed"
    assessment = _assess(rng, child, on, needs_support, stories)
    need.assessments.append(assessment)
    need.closed_on = assessment.authorised_on
    if path == "assessed":
        _close_after_assessment(rng, need)
    elif path in {"support", "disabled"}:
        _support(rng, need, mean=2300 if path == "disabled" else 1000)
    elif path == "protection":
        _protect(rng, child, need, stories)
    return need


def _assess(rng: Random, child: Child, on: date, needs_support: bool, stories: Stories) -> Assessment:
    started = add_working_days(working_day_from(on), rng.choice((0, 0, 1, 1, 2)))
    if rng.random() < stories.assessed_in_time(started, child.locality):
        length = 1 + int(44.99 * rng.betavariate(2.6, 1.2))
    else:
        length = 45 + lasting(rng, 14, 1.2).days
    return Assessment(
        started,
        add_working_days(started, length),
        _factors(rng, child, needs_support),
        was_seen=rng.random() < 0.96,
        needs_support=needs_support,
    )


def _factors(rng: Random, child: Child, needs_support: bool) -> tuple[str, ...]:
    if child.is_uasc:
        return ("9A", "12A") if rng.random() < 0.1 else ("9A",)
    if not needs_support and rng.random() < 0.15:
        return ("21",)
    drawn = {rates.FACTOR.draw(rng) for _ in range(rng.choice((1, 1, 2, 2, 3, 4)))}
    return tuple(code for code in rates.FACTOR.weights if code in drawn)


def _close_after_assessment(rng: Random, need: Need) -> None:
    need.closed_on += timedelta(days=rng.choice((0, 0, 1, 3, 7)))
    need.closed_for = "RC9" if rng.random() < 0.22 else "RC8"
    if rng.random() < 0.1:
        started = add_working_days(need.referred_on, rng.choice((1, 2, 4)))
        need.enquiries.append(Enquiry(started, add_working_days(started, 15), None, False))
        need.closed_for = "RC7"


def _support(rng: Random, need: Need, mean: float, begins: date | None = None) -> None:
    start = begins or need.closed_on + timedelta(days=rng.choice((0, 1, 5, 10)))
    end = start + lasting(rng, mean)
    need.support.append(SupportPlan(start, end))
    need.closed_on = end
    if begins is None and rng.random() < 0.25:
        started = add_working_days(need.referred_on, rng.choice((1, 3, 6)))
        need.enquiries.append(Enquiry(started, add_working_days(started, 15), None, False))


def _protect(rng: Random, child: Child, need: Need, stories: Stories) -> None:
    started = add_working_days(working_day_from(need.referred_on), rng.choice((0, 1, 2, 4, 8)))
    length = rng.choice((9, 11, 12, 13, 14, 14, 15, 15)) if rng.random() < 0.84 else rng.randrange(16, 32)
    held = add_working_days(started, length)
    has_plan = rng.random() < 0.87
    need.enquiries.append(Enquiry(started, add_working_days(started, 15), held, has_plan))
    if not has_plan:
        _support(rng, need, 250, begins=max(held, need.closed_on) + DAY)
        return
    plan = _plan(rng, child, held, stories)
    need.plans.append(plan)
    need.closed_on = max(plan.ended_on, need.closed_on)
    if rng.random() < 0.7:
        _support(rng, need, 140, begins=need.closed_on + DAY)


def _plan(rng: Random, child: Child, started: date, stories: Stories) -> ProtectionPlan:
    is_long = rng.random() < stories.lasts_two_years(started)
    target = timedelta(days=rng.randrange(731, 900)) if is_long else min(lasting(rng, 255, 3), 700 * DAY)
    reviews = [add_months(started, 3) - timedelta(days=rng.randrange(14) if rng.random() < 0.995 else -12)]
    while reviews[-1] - started < target:
        early = rng.randrange(25) if rng.random() < 0.995 else -10
        reviews.append(add_months(reviews[-1], 6) - timedelta(days=early))
    reviews = [working_day_by(day) for day in reviews]
    if not is_long and reviews[-1] - started >= 730 * DAY:
        reviews.pop()
    first = rates.ABUSE.draw(rng)
    earlier = sum(len(need.plans) for need in child.needs)
    return ProtectionPlan(
        started,
        reviews[-1],
        first,
        first if rng.random() < 0.9 else rates.ABUSE.draw(rng),
        previous=earlier + (rng.choice((1, 1, 1, 2)) if rng.random() < 0.17 else 0),
        reviews=reviews,
        visited_every=rng.randrange(8, 19),
        is_seen_alone=rng.random() < 0.8,
    )


def referred_again(rng: Random, need: Need) -> date | None:
    """Give the day of the child's next referral, or None if there is none."""
    if need.closed_for == "RC6" or rng.random() >= rates.REFERRED_AGAIN:
        return None
    return need.closed_on + DAY + lasting(rng, 230, 1.3)


def end_by(need: Need, last: date) -> None:
    """End everything in the episode by `last`, the eighteenth birthday; what would begin later never does."""
    need.assessments = [a for a in need.assessments if a.started_on < last]
    for assessment in need.assessments:
        assessment.authorised_on = min(assessment.authorised_on, last)
    need.enquiries = [e for e in need.enquiries if max(e.started_on, e.conference_on or e.started_on) < last]
    need.support = [s for s in need.support if s.started_on < last]
    for support in need.support:
        support.ended_on = min(support.ended_on, last)
    need.plans = [p for p in need.plans if p.started_on < last]
    for plan in need.plans:
        plan.ended_on = min(plan.ended_on, last)
        plan.reviews = [day for day in plan.reviews if day <= last]
    need.closed_on, need.closed_for = last, "RC6"


def day_of_birth(rng: Random, path: str, on: date) -> date:
    """Draw the day of birth of a child first referred on `on`; after it for a child not yet born."""
    youngest, oldest = rates.AGES.get(path, rates.AGES["general"]).draw(rng)
    return between(
        rng, on - timedelta(days=round(oldest * 365.25)), on - timedelta(days=round(youngest * 365.25))
    )
