"""Questions about figures: the list, asking one, its page, answering it, saying what followed."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sightline.assurance.collection import commands, words
from sightline.assurance.collection.models import Question
from sightline.assurance.collection.pages import finding
from sightline.assurance.collection.pages.agency import REFUSALS
from sightline.assurance.collection.pages.finding import about, person
from sightline.assurance.collection.terms import Asked, Followed
from sightline.assurance.dataset.pages.asked import asked_view
from sightline.core.models import Agency
from sightline.core.permissions import Permission
from sightline.govuk.forms import DateField
from sightline.indicators.definition import Indicator
from sightline.indicators.definitions import INDICATORS

RETURNS = {"text": "Returns", "href": "/collection/"}
QUESTIONS = {"text": "Questions", "href": "/collection/questions/"}
Outcomes, States = Question.Outcomes, Question.States


class Filter(forms.Form):
    """Which questions to show."""

    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[("", "All questions"), *((state.value, state.label) for state in States)],
    )


@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """The questions raised, the latest first."""
    form = Filter({"show": request.GET.get("show", "")})
    found = Question.objects.visible_to(person(request))
    if form.is_valid() and form.cleaned_data["show"]:
        found = found.filter(state=form.cleaned_data["show"])
    context = {
        "form": form,
        "questions": list(found[:200]),
        "words": words,
        "breadcrumbs": [RETURNS, {"text": "Questions"}],
    }
    return render(request, "collection/questions.html", context)


class AskForm(forms.Form):
    """A question about the figure as it is shown today."""

    text = forms.CharField(
        label="Your question",
        help_text="All who read the figures can read it: name no child, and no number from one to five",
        max_length=2000,
        widget=forms.Textarea,
    )
    meeting = forms.CharField(
        label="At which meeting", help_text="Leave blank if at none", max_length=200, required=False
    )
    raised_on = DateField(label="Raised on", initial=timezone.localdate)
    agency: forms.ModelChoiceField[Agency] = forms.ModelChoiceField(
        label="Which agency is asked",
        help_text="Leave blank if the business unit is asked",
        queryset=None,
        required=False,
        empty_label="The business unit",
    )

    def __init__(self, agencies: object, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]

    def clean_raised_on(self) -> object:
        """A question has been raised already."""
        day = self.cleaned_data["raised_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("The day must not lie ahead")
        return day


@about(lambda user, key: INDICATORS.get(key))
def ask(request: HttpRequest, indicator: Indicator) -> HttpResponse:
    """Raise a question about an indicator."""
    user = person(request)
    figure = words.figure_as_shown(indicator, asked_view(request))
    form = AskForm(Agency.objects.visible_to(user), *([request.POST] if request.method == "POST" else []))
    if request.method == "POST" and form.is_valid():
        asked = Asked(indicator=indicator.key, figure=figure, **form.cleaned_data)
        try:
            question = commands.ask(asked=asked, by=user)
        except REFUSALS as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, "Your question was raised")
            return redirect("collection:question", question.pk)
    context = {
        "form": form,
        "indicator": indicator,
        "figure": figure,
        "breadcrumbs": [
            {"text": "Dataset", "href": "/dataset/"},
            {"text": indicator.title, "href": f"/dataset/{indicator.key}/"},
            {"text": "Ask a question"},
        ],
    }
    return render(request, "collection/ask.html", context)


@about(finding.question, only_read=True)
def question(request: HttpRequest, question: Question) -> HttpResponse:
    """One question: the figure as it was, the answer, and what followed."""
    user = person(request)
    context = {
        "question": question,
        "shows_value": not question.is_small or user.may(Permission.SEE_SMALL_NUMBERS),
        "may_answer": question.state == States.RAISED and user.may(Permission.ANSWER_QUESTION, question),
        "may_close": question.state == States.ANSWERED and user.may(Permission.CLOSE_QUESTION, question),
        "words": words,
        "breadcrumbs": [RETURNS, QUESTIONS, {"text": words.indicator_title(question.indicator)}],
    }
    return render(request, "collection/question.html", context)


class AnswerForm(forms.Form):
    """The answer to a question."""

    text = forms.CharField(label="Answer", max_length=4000, widget=forms.Textarea)


@about(finding.question_to_answer)
def answer(request: HttpRequest, question: Question) -> HttpResponse:
    """Answer a question: the agency that was asked, or the business unit."""
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            commands.answer(question, text=form.cleaned_data["text"], by=person(request))
        except REFUSALS as error:
            form.add_error("text", str(error))
        else:
            return redirect("collection:question", question.pk)
    return render(request, "collection/answer.html", _with(question, form, "Answer"))


class CloseForm(forms.Form):
    """What followed from a question."""

    outcome = forms.ChoiceField(label="What followed", choices=Outcomes.choices, widget=forms.RadioSelect)
    outcome_text = forms.CharField(
        label="In a sentence", max_length=500, required=False, widget=forms.Textarea
    )
    owner = forms.CharField(
        label="Who owns the action", help_text="A post, only for an action", max_length=200, required=False
    )
    action_due_on = DateField(label="By when", help_text="Only for an action", required=False)
    definition = forms.ChoiceField(
        label="Whose definition changed",
        help_text="Only for a definition",
        required=False,
        choices=[("", "Choose an indicator"), *((key, one.title) for key, one in INDICATORS.items())],
    )
    definition_from = DateField(
        label="First day of the new definition", help_text="Only for a definition", required=False
    )

    NEEDED: Mapping[str, Mapping[str, str]] = {
        Outcomes.ACTION: {
            "outcome_text": "Say what the action is",
            "owner": "Say who owns the action",
            "action_due_on": "Enter the day by which it is to be done",
        },
        Outcomes.DEFINITION: {
            "definition": "Choose the indicator whose definition changed",
            "definition_from": "Enter the first day of the new definition",
        },
    }

    def clean(self) -> dict[str, object]:
        """Each outcome is told whole."""
        for name, said in self.NEEDED.get(self.cleaned_data.get("outcome", ""), {}).items():
            if name not in self.errors and not self.cleaned_data.get(name):
                self.add_error(name, said)
        return self.cleaned_data


@about(finding.question)
def close(request: HttpRequest, question: Question) -> HttpResponse:
    """Say what followed from an answered question."""
    form = CloseForm(request.POST or None)
    if form.is_valid():
        try:
            commands.close(question, followed=Followed(**form.cleaned_data), by=person(request))
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            return redirect("collection:question", question.pk)
    return render(request, "collection/close.html", _with(question, form, "What followed"))


def _with(question: Question, form: forms.Form, title: str) -> dict[str, object]:
    here = {
        "text": words.indicator_title(question.indicator),
        "href": f"/collection/questions/{question.pk}/",
    }
    return {
        "form": form,
        "question": question,
        "words": words,
        "breadcrumbs": [RETURNS, QUESTIONS, here, {"text": title}],
    }
