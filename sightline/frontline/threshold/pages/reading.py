"""The pages that are read: the thresholds in force, a version, an exercise with what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.core.models import User
from sightline.core.opening import on_record
from sightline.core.permissions import Permission
from sightline.frontline.threshold.agreement import FEWEST_CASES, Given, Kappa, among_all, by_agency
from sightline.frontline.threshold.models import Case, Exercise, LevelText, Rating, Version

THRESHOLDS = {"text": "Thresholds", "href": "/threshold/"}
COLOURS = {"draft": "govuk-tag--grey", "superseded": "govuk-tag--grey", "closed": "govuk-tag--grey"} | {
    "consulted": "govuk-tag--purple",
    "approved": "govuk-tag--blue",
    "in-force": "govuk-tag--green",
    "open": "govuk-tag--green",
}


@dataclass(frozen=True)
class Rated:
    """A case with what was given to it: one's own level, and once all may be seen, each agency's in words."""

    case: Case
    own: str
    by_agency: Sequence[str]


@dataclass(frozen=True)
class OfAgency:
    """What came of an exercise for one agency: how many of its people rated, and how far they agree."""

    key: int
    name: str
    raters: int
    kappa: Kappa


@dataclass(frozen=True)
class Results:
    """What came of an exercise: for each agency that rated, by name, and over all."""

    agencies: Sequence[OfAgency]
    overall: Kappa


@require_safe
def thresholds(request: HttpRequest) -> HttpResponse:
    """The version in force with its levels in full, the other versions, and the exercises."""
    user = request.user
    assert isinstance(user, User)
    versions = Version.objects.visible_to(user)
    now = versions.in_force()
    context = {
        "now": now,
        "texts": LevelText.objects.visible_to(user).filter(version=now),
        "others": versions.exclude(state=Version.States.IN_FORCE),
        "exercises": Exercise.objects.visible_to(user).select_related("version"),
        "may_keep": user.may(Permission.KEEP_THRESHOLDS),
        "colours": COLOURS,
    }
    return render(request, "threshold/thresholds.html", context)


@on_record(lambda user: Version.objects.visible_to(user))
def version(request: HttpRequest, version: Version) -> HttpResponse:
    """One version, and what can be done with it next."""
    user = request.user
    assert isinstance(user, User)
    context = {
        "rulebook": version,
        "texts": LevelText.objects.visible_to(user).filter(version=version),
        "may_keep": user.may(Permission.KEEP_THRESHOLDS),
        "colours": COLOURS,
        "breadcrumbs": [THRESHOLDS, {"text": version.title}],
    }
    return render(request, "threshold/version.html", context)


@on_record(lambda user: Exercise.objects.visible_to(user).select_related("version"))
def exercise(request: HttpRequest, exercise: Exercise) -> HttpResponse:
    """The cases of an exercise with one's own levels; what all gave, once it is closed."""
    user = request.user
    assert isinstance(user, User)
    ratings = Rating.objects.visible_to(user).filter(case__exercise=exercise).select_related("agency")
    given = list(ratings)
    is_closed = exercise.state == Exercise.States.CLOSED
    results = results_of(given) if is_closed and given else None
    names = {
        text.level: text.name for text in LevelText.objects.visible_to(user).filter(version=exercise.version)
    }
    cases = Case.objects.visible_to(user).filter(exercise=exercise)
    context = {
        "exercise": exercise,
        "cases": [rated(case, given, user, results.agencies if results else (), names) for case in cases],
        "results": results,
        "names": names,
        "fewest": FEWEST_CASES,
        "may_keep": user.may(Permission.KEEP_THRESHOLDS),
        "may_rate": user.may(Permission.RATE_CASES),
        "has_rated": any(one.rater_id == user.pk for one in given),
        "colours": COLOURS,
        "breadcrumbs": [THRESHOLDS, {"text": exercise.title}],
    }
    return render(request, "threshold/exercise.html", context)


def results_of(ratings: Sequence[Rating]) -> Results:
    """What came of ratings that the reader may all see."""
    given = [Given(one.case_id, one.rater_id, one.agency_id, one.level) for one in ratings]
    raters = Counter(agency for agency, _ in {(one.agency_id, one.rater_id) for one in ratings})
    names = {one.agency_id: one.agency.name for one in ratings}
    kappas = by_agency(given)
    agencies = [OfAgency(key, name, raters[key], kappas[key]) for key, name in names.items()]
    return Results(sorted(agencies, key=lambda one: one.name), among_all(given))


def rated(
    case: Case,
    ratings: Sequence[Rating],
    user: User,
    agencies: Sequence[OfAgency],
    names: Mapping[int, str],
) -> Rated:
    """A case with what these ratings gave it."""
    of_it = [one for one in ratings if one.case_id == case.pk]
    own = next((f"{one.level}: {names[one.level]}" for one in of_it if one.rater_id == user.pk), "")
    by_each = [counted(one.level for one in of_it if one.agency_id == agency.key) for agency in agencies]
    return Rated(case, own, by_each)


def counted(levels: Iterable[int]) -> str:
    """How often each level was given: "level 2 by 3, level 3 by 1"."""
    counts = Counter(levels)
    return ", ".join(f"level {level} by {counts[level]}" for level in sorted(counts)) or "Not rated"
