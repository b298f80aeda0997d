"""Exercises in rating: drafting one, opening it, rating its cases, closing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sightline.core.models import User
from sightline.core.opening import FORM, on_record
from sightline.core.pages.doing import done
from sightline.frontline.threshold import commands
from sightline.frontline.threshold.cases import FEWEST, LONGEST, MOST
from sightline.frontline.threshold.models import Case, Exercise, LevelText, Rating, Version
from sightline.frontline.threshold.pages.reading import THRESHOLDS
from sightline.govuk.forms import DateField

States = Exercise.States


class ExerciseForm(forms.Form):
    """An exercise: what it is called, the version it is rated against, its cases, and until when."""

    title = forms.CharField(label="Title", help_text="For example, Autumn 2026", max_length=100)
    version: forms.ModelChoiceField[Version] = forms.ModelChoiceField(
        label="Rated against",
        queryset=None,
        empty_label="Choose a version",
        error_messages={"required": "Select the version that cases are rated against"},
    )
    cases = forms.CharField(
        label="Cases",
        help_text=f"Invented ones: never a real child. {FEWEST} to {MOST} cases, each of at most {LONGEST}"
        " characters, parted by a line of three hyphens (---)",
        widget=forms.Textarea({"rows": 20}),
    )
    closes_on = DateField(
        label="Rate by",
        help_text="For example, 30 11 2026",
        error_messages={"required": "Enter the last day to rate"},
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        versions = Version.objects.visible_to(user).ratable()
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]
        self.fields["version"].initial = versions.in_force()


@require_http_methods(FORM)
def exercise_new(request: HttpRequest) -> HttpResponse:
    """Draft an exercise; it is looked through before anybody rates."""
    user = request.user
    assert isinstance(user, User)
    form = ExerciseForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        made: list[Exercise] = []
        if done(form, lambda: made.append(commands.draft_exercise(by=user, **form.cleaned_data))):
            return redirect("threshold:exercise", made[0].pk)
    context = {
        "form": form,
        "title": "Draft an exercise",
        "lead": "People of several agencies rate the same invented cases, each on their own. How far they"
        " agree shows whether the thresholds are applied alike.",
        "button": "Draft it",
        "back": reverse("threshold:thresholds"),
        "breadcrumbs": [THRESHOLDS, {"text": "Draft an exercise"}],
    }
    return render(request, "core/form.html", context)


def step(state: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponseBase]]:
    """A page on which something is done with an exercise in this state; whoever comes late is led to it."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
        @on_record(lambda user: Exercise.objects.visible_to(user).select_related("version"), FORM)
        def run(request: HttpRequest, exercise: Exercise) -> HttpResponse:
            if exercise.state != state and request.method != "POST":
                return redirect("threshold:exercise", exercise.pk)
            return view(request, exercise, request.user)

        return run

    return decorate


@step(States.DRAFT)
def open_exercise(request: HttpRequest, exercise: Exercise, user: User) -> HttpResponse:
    """Let everybody who rates begin."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(form, lambda: commands.open_exercise(exercise, by=user)):
        return _back(request, exercise, "The exercise is open. It stands in the worklist of whoever rates")
    lead = (
        "Its cases stay as they are from then on. Until it is closed nobody sees what others gave, nor how"
        " many rated."
    )
    return _page(request, exercise, form, "Open the exercise", "Open it", lead)


@step(States.OPEN)
def close(request: HttpRequest, exercise: Exercise, user: User) -> HttpResponse:
    """End the rating, and show what came of it."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(form, lambda: commands.close_exercise(exercise, by=user)):
        return _back(request, exercise, "The exercise is closed")
    lead = (
        "Nobody can rate from then on, and everybody sees what each agency gave. It cannot be opened again."
    )
    return _page(request, exercise, form, "Close the exercise", "Close it", lead)


class RateForm(forms.Form):
    """A level for each case; those that are left out can be given later."""

    marks_optional = False

    def __init__(
        self, data: Any = None, *, cases: list[Case], levels: list[tuple[str, str]], own: Any
    ) -> None:
        super().__init__(data)
        for case in cases:
            self.fields[f"case-{case.place}"] = forms.ChoiceField(
                label=f"Level of case {case.place}",
                choices=levels,
                widget=forms.RadioSelect,
                required=False,
                initial=own.get(case.pk),
            )

    def clean(self) -> dict[str, Any]:
        """At least one case has a level."""
        first = next(iter(self.fields))
        if not self.errors and not any(self.cleaned_data.values()):
            self.add_error(first, "Choose a level for at least one case")
        return self.cleaned_data

    def levels(self) -> dict[int, int]:
        """The levels that were given, by the place of the case."""
        given = self.cleaned_data.items()
        return {int(name.removeprefix("case-")): int(level) for name, level in given if level}


@step(States.OPEN)
def rate(request: HttpRequest, exercise: Exercise, user: User) -> HttpResponse:
    """Give each case a level; it can be changed until the exercise closes."""
    cases = list(Case.objects.visible_to(user).filter(exercise=exercise))
    own = Rating.objects.visible_to(user).filter(case__exercise=exercise, rater=user)
    texts = LevelText.objects.visible_to(user).filter(version=exercise.version)
    form = RateForm(
        request.POST if request.method == "POST" else None,
        cases=cases,
        levels=[(str(text.level), f"{text.level}: {text.name}") for text in texts],
        own=dict(own.values_list("case", "level")),
    )
    if form.is_valid() and done(form, lambda: commands.rate(exercise, levels=form.levels(), by=user)):
        return _back(
            request, exercise, "Your levels were saved. You can change them until the exercise closes"
        )
    context = {
        "form": form,
        "exercise": exercise,
        "texts": texts,
        "cases": [(case, form[f"case-{case.place}"]) for case in cases],
        "breadcrumbs": _crumbs(exercise, "Rate the cases"),
    }
    return render(request, "threshold/rate.html", context)


def _back(request: HttpRequest, exercise: Exercise, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("threshold:exercise", exercise.pk)


def _crumbs(exercise: Exercise, here: str) -> list[dict[str, str]]:
    there = {"text": exercise.title, "href": reverse("threshold:exercise", args=[exercise.pk])}
    return [THRESHOLDS, there, {"text": here}]


def _page(
    request: HttpRequest, exercise: Exercise, form: forms.Form, title: str, button: str, lead: str
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "lead": lead,
        "button": button,
        "back": reverse("threshold:exercise", args=[exercise.pk]),
        "breadcrumbs": _crumbs(exercise, title),
    }
    return render(request, "core/form.html", context)
