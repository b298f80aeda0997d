"""The rows that one child has in the ten lists about children, as a workbook taken on one day shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TypeAlias

from sightline.clocks.calendar import add_months
from sightline.example import borough
from sightline.example.annex_a import words
from sightline.example.days import DAY, age_at, birthday
from sightline.example.record import Care, CareEpisode, Child, Need, ProtectionPlan, seen

Cells: TypeAlias = tuple[object, ...]


@dataclass(frozen=True)
class Day:
    """The day of an extract, with the first day of its six months and of the year before it."""

    on: date

    @cached_property
    def since(self) -> date:
        """Give the first day of the six months."""
        return add_months(self.on, -6) + DAY

    @cached_property
    def year_ago(self) -> date:
        """Give the first day of the year."""
        return add_months(self.on, -12) + DAY

    def in_year(self, day: date | None) -> bool:
        """Tell whether a day lies in the year; no day does not."""
        return day is not None and self.year_ago <= day <= self.on

    def is_now(self, ended_on: date) -> bool:
        """Whether what ends on `ended_on` is open now or ended in the six months."""
        return ended_on >= self.since


def turn(child: Child, every: int, step: int = 1) -> int:
    """Give a number below `every` that is the child's own: for rhythms and shares that need no chance."""
    return int(child.id) // step % every


def five(child: Child, on: date) -> Cells:
    """Give the columns that all lists about children begin with; an unborn child has no sex yet."""
    sex = words.SEX[child.sex if child.born <= on else "U"]
    return child.id, sex, words.ETHNICITY[child.ethnicity], child.born, age_at(child.born, on)


def _held_by(child: Child, team: str) -> Cells:
    return f"{team} {child.locality}", f"W{turn(child, 140, 7):03d}"


def _disability(child: Child) -> object:
    return words.CLAIM[bool(child.disabilities)]


def contacts(child: Child, day: Day) -> Iterator[Cells]:
    """List 1: the contacts of the six months."""
    for contact in child.contacts:
        if day.since <= contact.on <= day.on:
            yield contact.on, words.SOURCE[contact.source]


def early_help(child: Child, day: Day) -> Iterator[Cells]:
    """List 2: early help assessments of the six months, and those still under way."""
    for help_ in child.early_help:
        if help_.started_on <= day.on and day.is_now(max(help_.started_on, help_.completed_on)):
            yield help_.started_on, seen(help_.completed_on, day.on), help_.organisation


def referrals(child: Child, day: Day) -> Iterator[Cells]:
    """List 3: the referrals of the six months; the counter leaves out the latest."""
    lately = sum(day.in_year(need.referred_on) for need in child.needs)
    for need in child.needs:
        if day.since <= need.referred_on <= day.on:
            source = words.SOURCE[need.source]
            yield need.referred_on, source, words.CLAIM[need.is_nfa], lately - 1, *_held_by(child, "MASH")


def assessments(child: Child, day: Day) -> Iterator[Cells]:
    """List 4: assessments open, or authorised in the six months."""
    for need in child.needs:
        for assessment in need.assessments:
            if assessment.started_on <= day.on and day.is_now(assessment.authorised_on):
                authorised = seen(assessment.authorised_on, day.on)
                was_seen = assessment.was_seen if authorised else None
                support = assessment.needs_support if authorised else None
                yield (
                    _disability(child), assessment.started_on, words.CLAIM[was_seen], authorised,
                    words.CLAIM[support], *_held_by(child, "Assessment"),
                )  # fmt: skip


def enquiries(child: Child, day: Day) -> Iterator[Cells]:
    """List 5: section 47 enquiries of the six months; the counters leave out the row's own."""
    every = [enquiry for need in child.needs for enquiry in need.enquiries]
    for enquiry in every:
        if not day.since <= enquiry.started_on <= day.on:
            continue
        others = sum(day.in_year(e.started_on) for e in every if e is not enquiry)
        conferences = sum(day.in_year(seen(e.conference_on, day.on)) for e in every if e is not enquiry)
        held = seen(enquiry.conference_on, day.on)
        yield (
            _disability(child), enquiry.started_on, words.CLAIM[enquiry.conference_on is None], held,
            words.CLAIM[enquiry.has_plan if held else None], others, conferences,
            *_held_by(child, "Assessment"),
        )  # fmt: skip


def in_need(child: Child, day: Day) -> Iterator[Cells]:
    """List 6: the latest episode of need, if open now or in the six months."""
    known = [need for need in child.needs if need.referred_on <= day.on and not need.is_nfa]
    if not known or not day.is_now(known[-1].closed_on):
        return
    need = known[-1]
    closed = seen(need.closed_on, day.on)
    last = min(day.on, need.closed_on) - timedelta(days=turn(child, 26))
    yield (
        _disability(child), need.referred_on, words.NEED[need.code], max(last, need.referred_on), closed,
        words.CLOSURE[need.closed_for] if closed else None, words.STATUS[status(child, need, day.on)],
        *_held_by(child, "Children in Need"),
    )  # fmt: skip


def status(child: Child, need: Need, on: date) -> str:
    """Give the status of an episode of need on `on`: the weightiest of what is open."""
    if not need.is_open(on):
        return "closed"
    if any(care.is_open(on) for care in child.care):
        return "looked-after"
    if any(plan.started_on <= on < plan.ended_on for plan in need.plans):
        return "protection-plan"
    if any(a.started_on <= on < a.authorised_on for a in need.assessments):
        return "open-assessment"
    return "need-plan"


def protection(child: Child, day: Day) -> Iterator[Cells]:
    """List 7: the latest protection plan, if open now or in the six months."""
    plans = [plan for need in child.needs for plan in need.plans if plan.started_on <= day.on]
    if not plans or not day.is_now(plans[-1].ended_on):
        return
    plan = plans[-1]
    visited = last_visit(plan, day.on)
    reviews = [review for review in plan.reviews if review <= day.on]
    yield (
        _disability(child), plan.started_on, words.ABUSE[plan.first_category],
        words.ABUSE[plan.latest_category], visited, words.CLAIM[plan.is_seen_alone if visited else None],
        reviews[-1] if reviews else None, seen(plan.ended_on, day.on), words.CLAIM[turn(child, 30) == 0],
        plan.previous, *_held_by(child, "Child Protection"),
    )  # fmt: skip


def last_visit(plan: ProtectionPlan, on: date) -> date | None:
    """Give the last visit of the plan's rhythm up to `on`; None before the first."""
    days = (min(on, plan.ended_on) - plan.started_on).days
    return (
        plan.started_on + timedelta(days=days - days % plan.visited_every)
        if days >= plan.visited_every
        else None
    )


def looked_after(child: Child, day: Day) -> Iterator[Cells]:
    """List 8: the latest period of care, if open now or in the six months."""
    periods = [care for care in child.care if care.started_on <= day.on]
    if not periods or not day.is_now(periods[-1].ended_on):
        return
    care = periods[-1]
    episode = [e for e in care.episodes if e.started_on <= day.on][-1]
    yield (
        words.CLAIM[child.is_uasc], _disability(child), care.started_on, words.NEED[care.need],
        words.CLAIM[any(day.in_year(period.started_on) for period in periods[:-1])],
        *_status_and_visits(child, care, episode, day), *_placement(care, episode, day),
        *_missing(child, care, day), *_held_by(child, "Children Looked After"),
    )  # fmt: skip


def _status_and_visits(child: Child, care: Care, episode: CareEpisode, day: Day) -> Cells:
    legal = [e for e in care.episodes if e.started_on <= day.on]
    begun = episode.started_on
    for earlier in reversed(legal):
        if earlier.legal_status != episode.legal_status:
            break
        begun = earlier.started_on
    reviews = [review for review, _ in care.reviews if review <= day.on]
    until = min(day.on, care.ended_on)
    plan = words.ADOPTION if care.adoption and care.adoption.decided_on <= day.on else None
    return (
        begun, words.LEGAL[episode.legal_status], reviews[-1] if reviews else None,
        max(care.started_on, until - timedelta(days=turn(child, 38))),
        plan or words.PERMANENCE[turn(child, len(words.PERMANENCE))],
        max(care.started_on, until - timedelta(days=turn(child, 110, 3))),
        _check(child, care, until, 365), _check(child, care, until, 400),
    )  # fmt: skip


def _check(child: Child, care: Care, until: date, every: int) -> date | None:
    done = until - timedelta(days=turn(child, every, 11))
    return done if done > care.started_on else None


def _placement(care: Care, episode: CareEpisode, day: Day) -> Cells:
    placed = {e.placed_on for e in care.episodes if e.started_on <= day.on and e.ended_on >= day.year_ago}
    ceased = seen(care.ended_on, day.on)
    is_out = episode.authority != borough.CODE
    return (
        len(placed), ceased, words.CEASED[care.ended_for] if ceased else None, episode.placed_on,
        words.PLACEMENT[episode.kind], words.PROVIDER[episode.provider], episode.postcode,
        episode.urn or None, "b) Out" if is_out else "a) In", episode.authority,
    )  # fmt: skip


def _missing(child: Child, care: Care, day: Day) -> Cells:
    known = [
        m
        for m in child.missing
        if m.missing_from == "care"
        and m.reported_at.date() >= care.started_on
        and m.found_at.date() <= day.on
    ]
    lately = [m for m in known if day.in_year(m.reported_at.date())]
    gone = sum(m.is_missing for m in lately)
    last = next((m for m in reversed(lately) if m.is_missing), None)
    offered, accepted = (last.offered, last.accepted) if last else (None, None)
    return gone, len(lately) - gone, words.CLAIM[offered], words.CLAIM[accepted]


def leavers(child: Child, day: Day) -> Iterator[Cells]:
    """List 9: young people aged 18 to 24 who left care at 16 or later, all of those under 21."""
    age = age_at(child.born, day.on)
    left = [care for care in child.care if care.ended_on <= day.on]
    if not left or not 18 <= age < 25 or left[-1].ended_on < birthday(child.born, 16):
        return
    if age >= 21 and turn(child, 5, 5) > 1:
        return
    in_touch = words.IN_TOUCH[turn(child, len(words.IN_TOUCH), 13)]
    home = words.ACCOMMODATION[turn(child, len(words.ACCOMMODATION), 17)]
    suitable = "b) Unsuitable" if home in words.UNSUITABLE else "a) Suitable"
    yield (
        words.CLAIM[child.is_uasc], _disability(child), *_held_by(child, "Leaving Care"),
        f"PA{turn(child, 30):02d}", "b) Former relevant child",
        max(left[-1].ended_on, day.on - timedelta(days=turn(child, 210, 3))), in_touch,
        day.on - timedelta(days=turn(child, 60, 5)), home, suitable,
        words.ACTIVITY[turn(child, len(words.ACTIVITY), 19)],
    )  # fmt: skip


def adoptions(child: Child, day: Day) -> Iterator[Cells]:
    """List 10: the roads to adoption that were open in the year."""
    for care in child.care:
        road = care.adoption
        if not road or road.decided_on > day.on or care.ended_on < day.year_ago:
            continue
        given_up = seen(road.reversed_on, day.on)
        yield (
            _disability(child), care.started_on, road.decided_on, seen(road.order_on, day.on),
            seen(road.matched_on, day.on), seen(road.placed_on, day.on), seen(road.adopted_on, day.on),
            given_up, words.REVERSED if given_up else None, None,
        )  # fmt: skip


CHILD_LISTS: dict[int, Callable[[Child, Day], Iterator[Cells]]] = {
    1: contacts,
    2: early_help,
    3: referrals,
    4: assessments,
    5: enquiries,
    6: in_need,
    7: protection,
    8: looked_after,
    9: leavers,
    10: adoptions,
}
