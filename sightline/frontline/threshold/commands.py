"""What can be done with the thresholds of need and with exercises in rating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils import timezone

from sightline.core import flow, local
from sightline.core.audit import Actor, person
from sightline.core.command import NotDone, command
from sightline.core.permissions import Permission
from sightline.frontline.threshold.cases import NotCases, read_cases
from sightline.frontline.threshold.models import Case, Exercise, Level, LevelText, Rating, Version
from sightline.govuk.jinja import day

States = Version.States


@command(Permission.KEEP_THRESHOLDS)
def draft_version(*, title: str, by: Actor) -> Version:
    """Begin a version with the texts of the one in force; of the first, with the names of the levels alone.

    Raises `NotDone` for a title that another version has.
    """
    if Version.objects.filter(title__iexact=title).exists():
        raise NotDone(
            f"There is a version with the title {title} already. Choose another title", field="title"
        )
    version = Version(title=title, drafted_by=person(by))
    flow.begin(version, by)
    now = Version.objects.in_force()
    texts = {text.level: text for text in now.texts.all()} if now else {}
    for level in Level:
        name, descriptor = (
            (texts[level].name, texts[level].descriptor) if level in texts else (level.label, "")
        )
        LevelText.objects.create(version=version, level=level, name=name, descriptor=descriptor)
    return version


@command(Permission.KEEP_THRESHOLDS, detail=("level",))
def change_text(version: Version, *, level: int, name: str, descriptor: str, by: Actor) -> None:
    """Change what a draft says of one level. Raises `NotDone` once it is out for consultation."""
    _in_state(version, States.DRAFT, "Only a draft can be changed: draft a new version")
    LevelText.objects.filter(version=version, level=level).update(name=name, descriptor=descriptor)


@command(Permission.KEEP_THRESHOLDS)
def consult(version: Version, *, by: Actor) -> None:
    """Put a draft out for consultation: everybody reads it. Raises `NotDone` where a level says nothing."""
    _in_state(version, States.DRAFT, "It is out for consultation already")
    empty = [text for text in version.texts.all() if not text.descriptor.strip()]
    if empty:
        levels = " and ".join(f"level {text.level}" for text in empty)
        raise NotDone(f"Nothing is written for {levels} yet. Write it first")
    flow.move(version, States.CONSULTED, by)


@command(Permission.KEEP_THRESHOLDS, detail=("body",))
def approve(version: Version, *, body: str, approved_on: date, effective_from: date, by: Actor) -> None:
    """Record that a body approved it, and from when it counts; where that day has come, at once.

    Raises `NotDone` for a body that the partnership does not have, and for days that cannot be.
    """
    _in_state(version, States.CONSULTED, "Only a version that is out for consultation can be approved")
    _check_approval(body, approved_on, effective_from)
    version.approved_by, version.approved_on, version.effective_from = body, approved_on, effective_from
    version.save(update_fields=["approved_by", "approved_on", "effective_from"])
    flow.move(version, States.APPROVED, by)
    for due in Version.objects.due():  # also an earlier one, which the daily run has not come to yet
        put_in_force(due, by=by)
    version.refresh_from_db()


@command(Permission.KEEP_THRESHOLDS)
def put_in_force(version: Version, *, by: Actor) -> None:
    """Put an approved version in force, in place of the one before. Raises `NotDone` before its day."""
    _in_state(version, States.APPROVED, "Only an approved version can be put in force")
    if version.effective_from is None or version.effective_from > timezone.localdate():
        raise NotDone("Its day has not come")
    if (before := Version.objects.in_force()) is not None:
        flow.move(before, States.SUPERSEDED, by)
    flow.move(version, States.IN_FORCE, by)


@command(Permission.KEEP_THRESHOLDS)
def draft_exercise(*, title: str, version: Version, cases: str, closes_on: date, by: Actor) -> Exercise:
    """Draft an exercise; `cases` is one text in which a line of three hyphens parts two cases.

    Raises `NotDone` for cases that cannot be rated, a version that is not to be rated against, a past day.
    """
    if not Version.objects.ratable().filter(pk=version.pk).exists():
        raise NotDone(
            "Cases are rated against a version that is in force, approved or out for consultation",
            field="version",
        )
    _not_past(closes_on)
    try:
        vignettes: Sequence[str] = read_cases(cases)
    except NotCases as refusal:
        raise NotDone(str(refusal), field="cases") from None
    exercise = Exercise(title=title, version=version, closes_on=closes_on, drafted_by=person(by))
    flow.begin(exercise, by)
    Case.objects.bulk_create(
        Case(exercise=exercise, place=place, vignette=text) for place, text in enumerate(vignettes, 1)
    )
    return exercise


@command(Permission.KEEP_THRESHOLDS)
def open_exercise(exercise: Exercise, *, by: Actor) -> None:
    """Let everybody who rates begin. Raises `NotDone` where the last day to rate has passed."""
    _in_state(exercise, Exercise.States.DRAFT, "It has been opened already")
    _not_past(exercise.closes_on)
    exercise.opened_at = timezone.now()
    exercise.save(update_fields=["opened_at"])
    flow.move(exercise, Exercise.States.OPEN, by)


@command(Permission.RATE_CASES)
def rate(exercise: Exercise, *, levels: Mapping[int, int], by: Actor) -> None:
    """Keep the levels that a person gives, by the place of the case; some now and others later.

    What they gave before is replaced, with the agency that they now belong to. The audit log is told that
    they rated, and not what: whoever reads it is as blind as everybody else. Raises `NotDone` once the
    exercise is closed, for a case that it does not have, and to somebody of no agency.
    """
    rater = person(by)
    if rater is None or not rater.agency_id:
        raise NotDone("Whoever rates does so for an agency, and your account belongs to none")
    _in_state(exercise, Exercise.States.OPEN, "This exercise is not open for rating")
    cases = {case.place: case for case in Case.objects.filter(exercise=exercise)}
    if stray := sorted(set(levels) - set(cases)):
        raise NotDone(f"The exercise has no case {stray[0]}")
    for place, level in levels.items():
        Rating.objects.update_or_create(
            case=cases[place],
            rater=rater,
            defaults={"level": Level(level), "agency_id": rater.agency_id, "at": timezone.now()},
        )


@command(Permission.KEEP_THRESHOLDS)
def close_exercise(exercise: Exercise, *, by: Actor) -> None:
    """End the rating; from then on everybody sees what each agency gave."""
    _in_state(exercise, Exercise.States.OPEN, "This exercise is not open for rating")
    exercise.closed_at = timezone.now()
    exercise.save(update_fields=["closed_at"])
    flow.move(exercise, Exercise.States.CLOSED, by)


def _in_state(record: Version | Exercise, state: str, otherwise: str) -> None:
    """The record is locked as it now is stored, so that nobody closes it meanwhile. Raises `NotDone`."""
    stored = type(record)._base_manager.select_for_update().get(pk=record.pk)
    if stored.state != state:
        raise NotDone(otherwise)
    record.state = stored.state


def _check_approval(body: str, approved_on: date, effective_from: date) -> None:
    if body not in {one.key for one in local.partnership().bodies}:
        raise NotDone("Choose a body of the partnership", field="body")
    if approved_on > timezone.localdate():
        raise NotDone("The day of approval must not lie ahead", field="approved_on")
    if effective_from < approved_on:
        raise NotDone("It cannot be in force before it was approved", field="effective_from")
    now = Version.objects.in_force()
    if now and now.effective_from and effective_from < now.effective_from:
        raise NotDone(
            f"{now} is in force from {day(now.effective_from)}: a later version begins after it",
            field="effective_from",
        )


def _not_past(closes_on: date) -> None:
    if closes_on < timezone.localdate():
        raise NotDone("The last day to rate must not lie in the past", field="closes_on")
