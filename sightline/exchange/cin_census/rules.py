"""The cross-checks of episodes, assessments and enquiries, as data: the core of DfE's rules for 2025-26.

A check never changes or refuses a row: it asks somebody to look. `dfe` is the number that DfE gives the rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from sightline.exchange.cin_census.facts import AFTER_ASSESSMENT
from sightline.exchange.cin_census.model import Assessment, Enquiry, Episode, Person
from sightline.facts.manifest import Window

RowT = TypeVar("RowT")
_FORTY_WEEKS = timedelta(weeks=40)


@dataclass(slots=True)
class Case(Generic[RowT]):
    """A row with what it is checked against."""

    window: Window
    person: Person
    episode: Episode
    row: RowT


@dataclass(frozen=True, slots=True)
class Check(Generic[RowT]):
    """One rule about one kind of row; `attribute` is where the row keeps what `column` says."""

    rule: str
    column: str
    attribute: str
    expected: str
    dfe: str
    broken: Callable[[Case[RowT]], bool]


def before(earlier: date | None, later: date | None) -> bool:
    """Whether both days are known and the first is before the second."""
    return earlier is not None and later is not None and earlier < later


def outside(day: date | None, window: Window) -> bool:
    """Whether a known day lies outside the window."""
    return day is not None and not window.holds(day)


def _is_weekend(day: date | None) -> bool:
    return day is not None and day.weekday() >= 5


def _has_activity(episode: Episode) -> bool:
    return bool(episode.assessments or episode.enquiries or episode.conference or episode.protection_plans)


def _goes_beyond_assessment(episode: Episode) -> bool:
    has_plans = bool(episode.need_plans or episode.protection_plans)
    return bool(has_plans or episode.enquiries or episode.conference)


EPISODE_CHECKS: tuple[Check[Episode], ...] = (
    Check(
        "referral-after-window",
        "CINreferralDate",
        "referred",
        "a referral on or before the last day of the census",
        "8600",
        lambda c: before(c.window.last, c.row.referred),
    ),
    Check(
        "referral-long-before-birth",
        "CINreferralDate",
        "referred",
        "a referral at most 40 weeks before the (expected) birth",
        "8606",
        lambda c: (
            c.person.child.born is not None and before(c.row.referred, c.person.child.born - _FORTY_WEEKS)
        ),
    ),
    Check(
        "event-after-death",
        "CINreferralDate",
        "referred",
        "a referral on or before the day of death",
        "8555Q",
        lambda c: before(c.person.died, c.row.referred),
    ),
    Check(
        "closure-before-referral",
        "CINclosureDate",
        "closed",
        "a closure on or after the referral",
        "8630",
        lambda c: before(c.row.closed, c.row.referred),
    ),
    Check(
        "closure-outside-window",
        "CINclosureDate",
        "closed",
        "a closure in the census year",
        "8620",
        lambda c: outside(c.row.closed, c.window),
    ),
    Check(
        "closure-without-reason",
        "ReasonForClosure",
        "reason",
        "a reason for a case that is closed",
        "8805",
        lambda c: c.row.closed is not None and c.row.reason is None,
    ),
    Check(
        "reason-without-closure",
        "CINclosureDate",
        "closed",
        "the day of closure of a case that has a reason for it",
        "8810",
        lambda c: c.row.closed is None and c.row.reason is not None,
    ),
    Check(
        "died-without-death",
        "ReasonForClosure",
        "reason",
        "a date of death when the case closed because the child died (RC2)",
        "8585Q",
        lambda c: c.row.reason == "RC2" and c.person.died is None,
    ),
    Check(
        "need-missing",
        "PrimaryNeedCode",
        "need",
        "a primary need for a referral that led to further action",
        "8610",
        lambda c: c.row.is_nfa is False and c.row.need is None,
    ),
    Check(
        "activity-after-no-action",
        "ReferralNFA",
        "is_nfa",
        "no assessment, enquiry, conference or plan on a referral with no further action",
        "8831, 8832",
        lambda c: c.row.is_nfa is True and _has_activity(c.row),
    ),
    Check(
        "plan-after-no-action",
        "ReferralNFA",
        "is_nfa",
        "no child in need plan on a referral with no further action",
        "4000",
        lambda c: c.row.is_nfa is True and bool(c.row.need_plans),
    ),
    Check(
        "closed-after-assessment-with-activity",
        "ReasonForClosure",
        "reason",
        "no enquiry, conference or plan on a case closed after assessment (RC8, RC9)",
        "2990",
        lambda c: c.row.reason in AFTER_ASSESSMENT and _goes_beyond_assessment(c.row),
    ),
    Check(
        "closed-after-no-assessment",
        "ReasonForClosure",
        "reason",
        "an assessment on a case closed after assessment (RC8, RC9)",
        "8825Q",
        lambda c: c.row.reason in AFTER_ASSESSMENT and not c.row.assessments,
    ),
    Check(
        "enquiry-without-assessment",
        "CINreferralDate",
        "referred",
        "an assessment on a case that has a section 47 enquiry",
        "2991Q",
        lambda c: bool(c.row.enquiries) and not c.row.assessments,
    ),
    Check(
        "conference-in-two-places",
        "DateOfInitialCPC",
        "conference",
        "the conference on CINdetails or on Section47, not on both",
        "2884",
        lambda c: c.row.conference is not None and any(e.conference for e in c.row.enquiries),
    ),
    Check(
        "conference-before-referral",
        "DateOfInitialCPC",
        "conference",
        "a conference on or after the referral",
        "1104",
        lambda c: before(c.row.conference, c.row.referred),
    ),
    Check(
        "conference-outside-window",
        "DateOfInitialCPC",
        "conference",
        "a conference in the census year",
        "8715",
        lambda c: outside(c.row.conference, c.window),
    ),
)

ASSESSMENT_CHECKS: tuple[Check[Assessment], ...] = (
    Check(
        "assessment-before-referral",
        "AssessmentActualStartDate",
        "start",
        "an assessment that starts on or after the referral",
        "1103",
        lambda c: before(c.row.start, c.episode.referred),
    ),
    Check(
        "assessment-after-window",
        "AssessmentActualStartDate",
        "start",
        "an assessment that starts on or before the last day of the census",
        "",
        lambda c: before(c.window.last, c.row.start),
    ),
    Check(
        "authorised-before-start",
        "AssessmentAuthorisationDate",
        "authorised",
        "authorisation on or after the start",
        "8608",
        lambda c: before(c.row.authorised, c.row.start),
    ),
    Check(
        "authorised-outside-window",
        "AssessmentAuthorisationDate",
        "authorised",
        "authorisation in the census year",
        "8696",
        lambda c: outside(c.row.authorised, c.window),
    ),
    Check(
        "open-assessment-from-before-window",
        "AssessmentActualStartDate",
        "start",
        "a start in the census year for an assessment not yet authorised",
        "8736",
        lambda c: c.row.authorised is None and before(c.row.start, c.window.first),
    ),
    Check(
        "open-assessment-on-closed-case",
        "AssessmentAuthorisationDate",
        "authorised",
        "authorisation of each assessment of a closed case",
        "8867",
        lambda c: c.episode.closed is not None and c.row.authorised is None,
    ),
    Check(
        "event-after-closure",
        "AssessmentActualStartDate",
        "start",
        "an assessment that starts on or before the closure of its case",
        "8565",
        lambda c: before(c.episode.closed, c.row.start),
    ),
    Check(
        "factors-before-authorisation",
        "AssessmentAuthorisationDate",
        "authorised",
        "factors on an authorised assessment only",
        "8614",
        lambda c: c.row.authorised is None and bool(c.row.factors),
    ),
    Check(
        "factors-missing",
        "AssessmentFactors",
        "authorised",
        "at least one factor (21 for none) on an authorised assessment",
        "8897Q",
        lambda c: c.row.authorised is not None and not c.row.factors,
    ),
    Check(
        "no-factors-among-factors",
        "AssessmentFactors",
        "factors",
        "21 (no factors) alone",
        "8869",
        lambda c: "21" in c.row.factors and len(set(c.row.factors)) > 1,
    ),
    Check(
        "factor-duplicate",
        "AssessmentFactors",
        "factors",
        "each factor once",
        "8898",
        lambda c: len(set(c.row.factors)) < len(c.row.factors),
    ),
)

ENQUIRY_CHECKS: tuple[Check[Enquiry], ...] = (
    Check(
        "enquiry-before-referral",
        "S47ActualStartDate",
        "start",
        "an enquiry that starts on or after the referral",
        "2889",
        lambda c: before(c.row.start, c.episode.referred),
    ),
    Check(
        "enquiry-after-window",
        "S47ActualStartDate",
        "start",
        "an enquiry that starts on or before the last day of the census",
        "",
        lambda c: before(c.window.last, c.row.start),
    ),
    Check(
        "open-enquiry-from-before-window",
        "S47ActualStartDate",
        "start",
        "a start in the census year for an enquiry without a conference that needs one",
        "8740",
        lambda c: (
            c.row.conference is None and not c.row.is_unnecessary and before(c.row.start, c.window.first)
        ),
    ),
    Check(
        "conference-before-enquiry",
        "DateOfInitialCPC",
        "conference",
        "a conference on or after the start of the enquiry",
        "8615",
        lambda c: before(c.row.conference, c.row.start),
    ),
    Check(
        "conference-before-referral",
        "DateOfInitialCPC",
        "conference",
        "a conference on or after the referral",
        "1104",
        lambda c: before(c.row.conference, c.episode.referred),
    ),
    Check(
        "conference-outside-window",
        "DateOfInitialCPC",
        "conference",
        "a conference in the census year",
        "8715",
        lambda c: outside(c.row.conference, c.window),
    ),
    Check(
        "conference-unnecessary-but-held",
        "ICPCnotRequired",
        "is_unnecessary",
        "no conference where it was judged unnecessary",
        "",
        lambda c: c.row.is_unnecessary is True and c.row.conference is not None,
    ),
    Check(
        "conference-at-weekend",
        "DateOfInitialCPC",
        "conference",
        "a conference on a weekday",
        "8875",
        lambda c: _is_weekend(c.row.conference),
    ),
    Check(
        "target-at-weekend",
        "InitialCPCtarget",
        "target",
        "a target day on a weekday",
        "8870Q",
        lambda c: _is_weekend(c.row.target),
    ),
    Check(
        "open-enquiry-on-closed-case",
        "DateOfInitialCPC",
        "conference",
        "a conference, or that none is required, for each enquiry of a closed case",
        "8868",
        lambda c: c.episode.closed is not None and c.row.conference is None and not c.row.is_unnecessary,
    ),
    Check(
        "event-after-closure",
        "S47ActualStartDate",
        "start",
        "an enquiry that starts on or before the closure of its case",
        "8565",
        lambda c: before(c.episode.closed, c.row.start),
    ),
)
