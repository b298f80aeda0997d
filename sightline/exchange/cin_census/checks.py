"""The cross-checks of one child of a census: identifiers, dates, how its episodes and plans fit together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

from sightline.exchange.cin_census.model import Episode, Person, ProtectionPlan
from sightline.exchange.cin_census.plan_rules import NEED_PLAN_CHECKS, PROTECTION_PLAN_CHECKS
from sightline.exchange.cin_census.rules import (
    ASSESSMENT_CHECKS,
    ENQUIRY_CHECKS,
    EPISODE_CHECKS,
    Case,
    Check,
    before,
)
from sightline.exchange.fields import Fields, Place
from sightline.exchange.identifiers import upn_fault
from sightline.facts.manifest import Window
from sightline.facts.person import age_on


class _Line(Protocol):
    line: int


RowT = TypeVar("RowT", bound=_Line)
_STARTED = "AssessmentActualStartDate"
Dates = tuple[int, date, date | None]
"""The line, start and end (None while open) of something that lasts."""


def check_identifiers(
    identifiers: Mapping[str, str], line: int, seen: dict[tuple[str, str], int], fields: Fields
) -> None:
    """Identifiers that cannot be right, or that another child of the file already has (`seen`, updated)."""
    at = Place("Child", line)
    identifier = identifiers["LAchildID"]
    if len(identifier) > 20:
        fields.query("id-too-long", at, "LAchildID", identifier, "at most 20 characters (DfE rule 1570)")
    if not (identifier.isascii() and identifier.isalnum()):
        fields.query("id-not-alphanumeric", at, "LAchildID", identifier, "letters and digits (DfE rule 1580)")
    for column, rule in (("LAchildID", "8510"), ("UPN", "1520")):
        value = identifiers.get(column)
        if value is None:
            continue
        first = seen.setdefault((column, value), line)
        if first != line:
            expected = f"another than that of the child on line {first} (DfE rule {rule})"
            fields.query("id-duplicate", at, column, value, expected)
    for column in ("UPN", "FormerUPN"):
        fault = upn_fault(identifiers[column]) if column in identifiers else None
        if fault is not None:
            fields.query(fault.rule, at, column, identifiers[column], fault.expected)


def check_child(person: Person, window: Window, fields: Fields) -> None:
    """All cross-checks of one child."""
    _check_person(person, window, fields)
    _check_disabilities(person, fields)
    for episode in person.episodes:
        _check_rows(EPISODE_CHECKS, "CINdetails", (episode,), person, episode, window, fields)
        _check_rows(ASSESSMENT_CHECKS, "Assessments", episode.assessments, person, episode, window, fields)
        _check_rows(ENQUIRY_CHECKS, "Section47", episode.enquiries, person, episode, window, fields)
        _check_rows(NEED_PLAN_CHECKS, "CINPlanDates", episode.need_plans, person, episode, window, fields)
        plans = episode.protection_plans
        _check_rows(PROTECTION_PLAN_CHECKS, "ChildProtectionPlans", plans, person, episode, window, fields)
        _check_within(episode, fields)
    _check_episodes(person, fields)
    _check_plans(person, window, fields)


def _check_rows(
    checks: Sequence[Check[RowT]],
    sheet: str,
    rows: Sequence[RowT],
    person: Person,
    episode: Episode,
    window: Window,
    fields: Fields,
) -> None:
    for row in rows:
        case = Case(window, person, episode, row)
        for check in checks:
            if check.broken(case):
                value = getattr(row, check.attribute)
                expected = f"{check.expected} (DfE rule {check.dfe})" if check.dfe else check.expected
                shown = None if value is None or isinstance(value, bool | tuple) else value
                fields.query(check.rule, Place(sheet, row.line), check.column, shown, expected)


def _check_person(person: Person, window: Window, fields: Fields) -> None:
    at, born, expected = Place("Child", person.line), person.born, person.expected
    if (born is None) == (expected is None):
        wanted = "a date of birth or an expected one, not both (DfE rule 8525Q)"
        fields.query("birth-dates", at, "PersonBirthDate", born, wanted)
    if before(window.last, born):
        wanted = f"a birth on or before {window.last} (DfE rule 8520)"
        fields.query("birth-after-window", at, "PersonBirthDate", born, wanted)
    if before(person.died, born):
        wanted = "a death on or after the birth (DfE rule 8535Q)"
        fields.query("death-before-birth", at, "PersonDeathDate", person.died, wanted)
    if person.died is not None and not window.holds(person.died):
        wanted = "a death in the census year (DfE rule 8545Q)"
        fields.query("death-outside-window", at, "PersonDeathDate", person.died, wanted)
    if born is None and expected is not None and person.child.sex not in (None, "U"):
        fields.query("sex-of-unborn", at, "Sex", person.child.sex, "U while unborn (DfE rule 8750)")
    if (age_on(born, window.first) or 0) > 25:
        fields.query("over-25", at, "PersonBirthDate", born, "a child, or an adult to 25 (DfE rule 8775Q)")
    if not person.episodes:
        fields.query("child-without-episode", at, "CINdetails", None, "a CINdetails (DfE rule 8590)")


def _check_disabilities(person: Person, fields: Fields) -> None:
    at, found = Place("Child", person.line), person.disabilities
    if len(set(found)) < len(found):
        fields.query("disability-duplicate", at, "Disability", None, "each disability once (DfE rule 8794)")
    if "NONE" in found and len(set(found)) > 1:
        fields.query("none-among-disabilities", at, "Disability", None, "NONE alone (DfE rule 8790)")


def _check_within(episode: Episode, fields: Fields) -> None:
    """Assessments and enquiries of one episode against each other."""
    assessments = [(item.line, item.start, item.authorised) for item in episode.assessments]
    wanted = "one assessment after another (DfE rules 8863Q, 8896)"
    for line, start in _overlaps(assessments):
        fields.query("assessments-overlap", Place("Assessments", line), _STARTED, start, wanted)
    dated = ((item.line, item.start) for item in episode.assessments)
    _check_duplicates("Assessments", _STARTED, dated, fields)
    # An enquiry ends with its conference; when one that needs none ends, the census does not say.
    enquiries = [
        (item.line, item.start, item.start if item.is_unnecessary else item.conference)
        for item in episode.enquiries
    ]
    dated = ((item.line, item.start) for item in episode.enquiries)
    _check_duplicates("Section47", "S47ActualStartDate", dated, fields)
    wanted = "one section 47 enquiry after another (DfE rules 8839, 8890)"
    for line, start in _overlaps(enquiries):
        fields.query("enquiries-overlap", Place("Section47", line), "S47ActualStartDate", start, wanted)


def _check_episodes(person: Person, fields: Fields) -> None:
    """The child's episodes of need against each other; referrals with no further action stand apart."""
    held = [
        (episode.line, episode.referred, episode.closed)
        for episode in person.episodes
        if episode.referred is not None and not episode.is_nfa
    ]
    wanted = "one episode after another, only the last of them open (DfE rules 8815, 8816, 8820)"
    for line, referred in _overlaps(held):
        fields.query("episodes-overlap", Place("CINdetails", line), "CINreferralDate", referred, wanted)
    dated = ((episode.line, episode.referred) for episode in person.episodes)
    _check_duplicates("CINdetails", "CINreferralDate", dated, fields)


def _check_plans(person: Person, window: Window, fields: Fields) -> None:
    """The child's plans against each other, and their reviews."""
    protection = [plan for episode in person.episodes for plan in episode.protection_plans]
    need = [plan for episode in person.episodes for plan in episode.need_plans]
    wanted = "one child protection plan after another (DfE rules 8935, 8940)"
    for line, start in _overlaps([(plan.line, plan.start, plan.end) for plan in protection]):
        fields.query("plans-overlap", Place("ChildProtectionPlans", line), "CPPstartDate", start, wanted)
    wanted = "one child in need plan after another (DfE rules 4004, 4014)"
    for line, start in _overlaps([(plan.line, plan.start, plan.end) for plan in need]):
        fields.query("plans-overlap", Place("CINPlanDates", line), "CINPlanStartDate", start, wanted)
    wanted = "no child in need plan beside a protection plan (DfE rules 4001, 4016, 4017)"
    for plan in need:
        if any(_meet((plan.start, plan.end), (other.start, other.end)) for other in protection):
            at = Place("CINPlanDates", plan.line)
            fields.query("need-plan-beside-protection-plan", at, "CINPlanStartDate", plan.start, wanted)
    for held in protection:
        _check_reviews(held, window, fields)


def _check_reviews(plan: ProtectionPlan, window: Window, fields: Fields) -> None:
    seen: set[date] = set()
    for review in plan.reviews:
        at = Place("Reviews", review.line)
        if before(plan.end, review.held):
            wanted = f"a review up to the plan's end, {plan.end} (DfE rule 8565)"
            fields.query("review-after-plan", at, "CPPreviewDate", review.held, wanted)
        if before(window.last, review.held):
            wanted = f"a review up to {window.last}"
            fields.query("review-after-window", at, "CPPreviewDate", review.held, wanted)
        if review.held in seen:
            wanted = "each review of a plan once; two on one day are counted as one"
            fields.query("review-duplicate", at, "CPPreviewDate", review.held, wanted)
        seen.add(review.held)


def _check_duplicates(
    sheet: str, column: str, dated: Iterable[tuple[int, date | None]], fields: Fields
) -> None:
    """Ask about each row, by line and day, that has the day of one before."""
    seen: dict[date, int] = {}
    for line, day in dated:
        if day is not None and (first := seen.setdefault(day, line)) != line:
            wanted = f"another day than that of the one on line {first}; both are counted"
            fields.query("duplicate", Place(sheet, line), column, day, wanted)


def _overlaps(spans: Sequence[Dates]) -> Iterator[tuple[int, date]]:
    """Each span, by line and start, that begins while an earlier one still lasts."""
    if len(spans) < 2:
        return
    ordered = sorted(spans, key=lambda span: span[1])
    until: date | None = ordered[0][2] or date.max
    for line, start, end in ordered[1:]:
        if until is not None and start < until:
            yield line, start
        until = max(until or date.min, end or date.max)


def _meet(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Whether two spans share more than the day on which one ends and the other begins."""
    return one[0] < (other[1] or date.max) and other[0] < (one[1] or date.max)
