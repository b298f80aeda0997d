"""From one child of a census to its fact rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sightline.clocks.calendar import add_months
from sightline.exchange.cin_census.model import Assessment, Enquiry, Episode, Person, ProtectionPlan
from sightline.exchange.reading import Rows
from sightline.facts.manifest import Window

TABLES = (
    "referrals",
    "assessments",
    "section_47_enquiries",
    "conferences",
    "cin_episodes",
    "cin_plans",
    "protection_plans",
    "protection_reviews",
)
AFTER_ASSESSMENT = frozenset({"RC8", "RC9"})
"""Closed after assessment: no further action, or on to early help."""


def add_facts(person: Person, window: Window, rows: Mapping[str, Rows]) -> None:
    """Add all rows about one child."""
    plan_starts = {plan.start for episode in person.episodes for plan in episode.protection_plans}
    for episode in person.episodes:
        if episode.referred is not None:
            _add_episode(person, episode, episode.referred, rows)
        last = _last_authorised(episode)
        for assessment in episode.assessments:
            _add_assessment(person, episode, assessment, assessment is last, rows["assessments"])
        for enquiry in episode.enquiries:
            _add_enquiry(person, episode, enquiry, plan_starts, rows)
        _add_other_conference(person, episode, plan_starts, rows["conferences"])
        _add_need_plans(person, episode, rows["cin_plans"])
        for plan in episode.protection_plans:
            _add_protection_plan(person, plan, window, rows)


def _add_episode(person: Person, episode: Episode, referred: date, rows: Mapping[str, Rows]) -> None:
    common = person.child.on(referred) | {
        "source_row": episode.line,
        "cine_referral_date": referred,
        "cine_cin_primary_need_code": episode.need,
    }
    rows["referrals"].add(
        common | {"cine_referral_source_code": episode.source, "cine_referral_nfa": episode.is_nfa}
    )
    # A referral with no further action begins no episode of need, and often has no closure either.
    if not episode.is_nfa:
        rows["cin_episodes"].add(
            common | {"cine_close_date": episode.closed, "cine_close_reason": episode.reason}
        )


def _add_assessment(
    person: Person, episode: Episode, assessment: Assessment, is_last: bool, rows: Rows
) -> None:
    rows.add(
        person.child.on(assessment.start)
        | {
            "source_row": assessment.line,
            "cine_referral_date": episode.referred,
            "cina_assessment_start_date": assessment.start,
            "cina_assessment_auth_date": assessment.authorised,
            "cina_assessment_outcome_nfa": outcome_nfa(episode, assessment, is_last),
            "cine_close_reason": episode.reason,
            "cinf_assessment_factors": f" {' '.join(assessment.factors)} " if assessment.factors else None,
        }
    )


def outcome_nfa(episode: Episode, assessment: Assessment, is_last: bool) -> bool | None:
    """Whether an assessment ended in no further social care action.

    The census does not say so of an assessment: it says why the episode closed. So it is unknown until the
    assessment is authorised; yes for the episode's last one when the episode closed after assessment (RC8,
    RC9); unknown for that one when the closure is recorded in part only; and no otherwise.
    """
    if assessment.authorised is None:
        return None
    if is_last and (episode.closed is None) != (episode.reason is None):
        return None
    return is_last and episode.reason in AFTER_ASSESSMENT


def _last_authorised(episode: Episode) -> Assessment | None:
    done = [(item.authorised, item.start, item.line, item) for item in episode.assessments if item.authorised]
    return max(done, key=lambda entry: entry[:3])[3] if done else None


def _add_enquiry(
    person: Person, episode: Episode, enquiry: Enquiry, plan_starts: set[date], rows: Mapping[str, Rows]
) -> None:
    held = enquiry.conference
    outcome = {
        "icpc_icpc_date": held,
        "s47e_s47_start_date": enquiry.start,
        "icpc_icpc_outcome_cp_flag": None if held is None else held in plan_starts,
        "source_row": enquiry.line,
    }
    rows["section_47_enquiries"].add(
        person.child.on(enquiry.start)
        | outcome
        | {
            "cine_referral_date": episode.referred,
            "icpc_icpc_target_date": enquiry.target,
            "is_icpc_unnecessary": enquiry.is_unnecessary,
        }
    )
    if held is not None:
        rows["conferences"].add(person.child.on(held) | outcome)


def _add_other_conference(person: Person, episode: Episode, plan_starts: set[date], rows: Rows) -> None:
    """The conference that CINdetails itself holds, unless one of its enquiries holds it too."""
    held = episode.conference
    if held is not None and all(enquiry.conference != held for enquiry in episode.enquiries):
        rows.add(
            person.child.on(held)
            | {
                "source_row": episode.line,
                "icpc_icpc_date": held,
                "icpc_icpc_outcome_cp_flag": held in plan_starts,
            }
        )


def _add_need_plans(person: Person, episode: Episode, rows: Rows) -> None:
    for plan in episode.need_plans:
        rows.add(
            person.child.on(plan.start)
            | {
                "source_row": plan.line,
                "cine_referral_date": episode.referred,
                "cinp_cin_plan_start_date": plan.start,
                "cinp_cin_plan_end_date": plan.end,
            }
        )


def _add_protection_plan(
    person: Person, plan: ProtectionPlan, window: Window, rows: Mapping[str, Rows]
) -> None:
    common = {
        "source_row": plan.line,
        "cppl_cp_plan_start_date": plan.start,
        "cppl_cp_plan_end_date": plan.end,
    }
    rows["protection_plans"].add(
        person.child.on(plan.start)
        | common
        | {
            "cppl_cp_plan_initial_category": plan.initial,
            "cppl_cp_plan_latest_category": plan.latest,
            "previous_plans": plan.previous,
        }
    )
    for begun, is_first, held in review_intervals(plan, window):
        rows["protection_reviews"].add(
            person.child.on(begun)
            | common
            | {"reviewed_from": begun, "is_first": is_first, "cppr_cp_review_date": held}
        )


def review_intervals(plan: ProtectionPlan, window: Window) -> Iterator[tuple[date, bool, date | None]]:
    """A plan's time cut at its reviews: (from, whether up to the first review, the review or None if open).

    A census lists the reviews of its own year. Where a plan's first review fell due (three months after the
    start) before that year began, and no review before the year is listed, earlier reviews are not in the
    file: the first interval then runs from the first day of the window and is not the first of the plan.
    Two reviews on one day are one.
    """
    days = sorted({review.held for review in plan.reviews})
    begun, is_first = plan.start, True
    if add_months(plan.start, 3) < window.first and (not days or days[0] >= window.first):
        begun, is_first = window.first, False
    for day in days:
        yield begun, is_first, day
        begun, is_first = day, False
    if plan.end is None or plan.end > begun:
        yield begun, is_first, None
