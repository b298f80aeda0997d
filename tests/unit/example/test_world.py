"""The invented children: repeatable, possible, and in the shape of a real partnership."""

from __future__ import annotations

import resource
import time
from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.clocks.calendar import add_working_days
from sightline.example.days import birthday, working_day_by
from sightline.example.periods import years
from sightline.example.record import Care, Child, Need
from sightline.example.world import World

UNTIL = date(2026, 3, 31)


def world(size: int, count: int = 3, seed: int = 1) -> World:
    covered = years(UNTIL, count)
    return World(size, covered[0].first, UNTIL, covered[-1].taken, seed)


@pytest.fixture(scope="module")
def people() -> list[Child]:
    return list(world(6000).people())


def test_the_same_seed_gives_the_same_children_in_a_borough_of_any_size() -> None:
    small, large = world(40), world(400)
    assert list(islice(small.people(), 40)) == list(islice(large.people(), 40))
    assert list(islice(world(40, seed=2).people(), 40)) != list(islice(small.people(), 40))


def test_exactly_as_many_children_as_asked_for_have_an_episode_in_the_years() -> None:
    some = world(300, count=1)
    within = [
        child
        for child in some.people()
        if any(n.referred_on <= UNTIL and n.closed_on >= some.first for n in child.needs)
    ]
    assert len(within) == 300


def test_no_two_children_share_an_id_or_a_upn(people: list[Child]) -> None:
    assert len({child.id for child in people}) == len(people)
    upns = [child.upn for child in people if child.upn]
    assert len(upns) > 1000
    assert len(set(upns)) == len(upns)


def test_upns_pass_the_check_letter_rule(people: list[Child]) -> None:
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    for child in people:
        if child.upn:
            assert len(child.upn) == 13
            assert child.upn[0] == letters[sum(n * int(child.upn[n - 1]) for n in range(2, 14)) % 23]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_every_story_is_possible(seed: int, count: int) -> None:
    for child in islice(world(8, count, seed).people(), 8):
        eighteen = birthday(child.born, 18)
        for need in child.needs:
            assert_possible(need, eighteen)
        for earlier, later in zip(child.needs, child.needs[1:], strict=False):
            assert earlier.closed_on < later.referred_on
        for care in child.care:
            assert_unbroken(care, eighteen)
        for episode in child.missing:
            assert episode.reported_at < episode.found_at
            assert episode.held_at is None or episode.held_at > episode.found_at
            assert (episode.held_at is not None) == bool(episode.offered and episode.accepted)


def assert_possible(need: Need, eighteen: date) -> None:
    assert need.referred_on <= need.closed_on <= eighteen
    for assessment in need.assessments:
        assert need.referred_on <= assessment.started_on <= assessment.authorised_on <= need.closed_on
    held = [enquiry.conference_on for enquiry in need.enquiries if enquiry.has_plan]
    for enquiry in need.enquiries:
        assert need.referred_on <= enquiry.started_on < (enquiry.conference_on or date.max)
        assert enquiry.conference_on is None or enquiry.conference_on == working_day_by(enquiry.conference_on)
    for support in need.support:
        assert need.referred_on <= support.started_on < support.ended_on <= need.closed_on
    for plan in need.plans:
        assert plan.started_on in held
        assert plan.started_on < plan.ended_on <= need.closed_on
        assert all(plan.started_on < review <= plan.ended_on for review in plan.reviews)
        assert all(s.started_on > plan.ended_on for s in need.support)
    if need.is_nfa:
        assert not [*need.assessments, *need.enquiries, *need.support, *need.plans]


def assert_unbroken(care: Care, eighteen: date) -> None:
    assert care.started_on < care.ended_on <= eighteen
    assert care.episodes[0].started_on == care.started_on
    assert care.episodes[-1].ended_on == care.ended_on
    for before, after in zip(care.episodes, care.episodes[1:], strict=False):
        assert before.ended_on == after.started_on
        assert (before.ended_for, after.began_for != "S") == ("X1", True)
    assert all(care.started_on < day < care.ended_on for day, _ in care.reviews)


def test_the_borough_has_the_shape_of_the_source_documents(people: list[Child]) -> None:
    scale = world(6000).scale
    found = [yearly(people, scale, year.first, year.last) for year in years(UNTIL, 3)]
    for figures in found:
        print({name: round(value, 1) for name, value in figures.items()})
        within(figures, "assessments", 3300, 4300)
        within(figures, "in 45 days %", 68, 77)
        within(figures, "no further action %", 62, 75)
        within(figures, "re-referrals %", 17, 24)
        within(figures, "plans open", 290, 440)
        within(figures, "looked after", 640, 900)
        within(figures, "unaccompanied", 290, 420)
        within(figures, "unaccompanied 15-17 %", 88, 100)
        within(figures, "unaccompanied male %", 78, 92)
        within(figures, "foster care %", 73, 86)
    first, second, third = found
    assert first["assessments"] < third["assessments"]
    assert first["missing"] < second["missing"] < third["missing"]
    assert third["missing"] > 1.25 * first["missing"]
    assert first["two years %"] > third["two years %"]
    assert third["interviews in 72 hours %"] < first["interviews in 72 hours %"] - 8


def within(figures: dict[str, float], name: str, low: float, high: float) -> None:
    assert low <= figures[name] <= high, (name, figures[name])


def yearly(people: list[Child], scale: float, first: date, last: date) -> dict[str, float]:
    """Count a year again, independently of the writers; counts are for a whole borough."""
    needs = [(child, need) for child in people for need in child.needs]
    done = [a for _, n in needs for a in n.assessments if first <= a.authorised_on <= last]
    referred = [(c, n) for c, n in needs if first <= n.referred_on <= last]
    again = [
        1
        for c, n in referred
        if any(timedelta(0) < n.referred_on - m.referred_on <= timedelta(days=365) for m in c.needs)
    ]
    plans = [p for _, n in needs for p in n.plans]
    ended = [p for p in plans if first <= p.ended_on <= last]
    missing = [m for c in people for m in c.missing if first <= m.reported_at.date() <= last]
    held = [m for m in missing if m.held_at]
    return {
        "assessments": len(done) / scale,
        "in 45 days %": share(a.authorised_on <= add_working_days(a.started_on, 45) for a in done),
        "no further action %": share(not a.needs_support for a in done),
        "re-referrals %": 100 * len(again) / len(referred),
        "plans open": sum(p.started_on <= last < p.ended_on for p in plans) / scale,
        "two years %": share((p.ended_on - p.started_on).days >= 730 for p in ended),
        **in_care(people, scale, last),
        "missing": len(missing) / scale,
        "interviews in 72 hours %": share(
            m.held_at - m.found_at <= timedelta(hours=72) for m in held if m.held_at
        ),
    }


def in_care(people: list[Child], scale: float, last: date) -> dict[str, float]:
    care = [(c, k) for c in people for k in c.care if k.is_open(last)]
    alone = [c for c, _ in care if c.is_uasc]
    fostered = [
        k for _, k in care if any(e.started_on <= last < e.ended_on and e.kind[0] == "U" for e in k.episodes)
    ]
    return {
        "looked after": len(care) / scale,
        "unaccompanied": len(alone) / scale,
        "unaccompanied 15-17 %": share(birthday(c.born, 15) <= last for c in alone),
        "unaccompanied male %": share(c.sex == "M" for c in alone),
        "foster care %": 100 * len(fostered) / len(care),
    }


def share(claims: object) -> float:
    found = list(claims)  # type: ignore[call-overload]
    return 100 * sum(found) / len(found)


def test_ten_thousand_children_are_made_in_flat_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    count = sum(1 for _ in world(10_000).people())
    spent = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{count:,} people in {spent:.1f} s; memory grew by {grown:.0f} MB")
    assert count > 20_000
    assert grown < 50
