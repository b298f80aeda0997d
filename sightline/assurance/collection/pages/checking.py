"""Checking a return: what came in, beside what came last time; accept it, or send it back with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sightline.assurance.collection import commands, words
from sightline.assurance.collection.models import Agreement, Return, TypedFigure
from sightline.assurance.collection.pages import finding
from sightline.assurance.collection.pages.agency import REFUSALS
from sightline.assurance.collection.pages.finding import about, person
from sightline.assurance.dataset import words as figure_words
from sightline.assurance.dataset.models import Figure
from sightline.assurance.dataset.readings import Reading, read
from sightline.assurance.dataset.view import view_of
from sightline.assurance.questionnaire.models import Answer
from sightline.core.models import User
from sightline.indicators.definition import Unit
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.periods import Every

Kinds, States = Agreement.Kinds, Return.States


@dataclass(frozen=True)
class Month:
    """A typed figure, and the one of the same place in the quarter before."""

    figure: TypedFigure
    before: TypedFigure | None
    is_share: bool

    @property
    def value(self) -> str:
        """The share, worked out here; the count itself where it is one."""
        return _value(self.figure, self.is_share)

    @property
    def value_before(self) -> str:
        """The same of the quarter before."""
        return _value(self.before, self.is_share) if self.before else ""


class DecisionForm(forms.Form):
    """Accept, or send back and say what must be put right."""

    ACCEPT, SEND_BACK = "accept", "send-back"
    decision = forms.ChoiceField(
        label="Decision",
        choices=[(ACCEPT, "Accept it"), (SEND_BACK, "Send it back")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether to accept it or to send it back"},
    )
    text = forms.CharField(
        label="What must be put right, or a note",
        help_text="If you send it back, the agency reads this; if you accept it, it is kept with it",
        max_length=500,
        required=False,
        widget=forms.Textarea,
    )

    def clean(self) -> dict[str, object]:
        """Whatever is sent back says why."""
        if self.cleaned_data.get("decision") == self.SEND_BACK and not self.cleaned_data.get("text"):
            self.add_error("text", "Say what must be put right")
        return self.cleaned_data


@about(finding.open_return)
def check(request: HttpRequest, item: Return) -> HttpResponse:
    """One return as the analyst reads it, and the decision on it."""
    user = person(request)
    form = DecisionForm(request.POST or None)
    if form.is_valid():
        try:
            said = _decide(item, form.cleaned_data, user)
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, said)
            return redirect(f"{reverse('collection:returns')}?quarter={item.quarter_id}")
    can_send_back = item.quarter.is_unlocked and (item.state, States.RETURNED) in Return.TRANSITIONS
    context = {
        "item": item,
        "form": form if can_send_back or form.is_bound else None,
        "words": words,
        "breadcrumbs": [_crumb(item), {"text": f"{item.agency}: {item.agreement.title}"}],
        **_content(item, user),
    }
    return render(request, "collection/check.html", context)


def _decide(item: Return, given: Mapping[str, str], user: User) -> str:
    if given["decision"] == DecisionForm.ACCEPT:
        commands.check(item, note=given["text"], by=user)
        return f"Accepted: {item.agreement.title} from {item.agency}"
    commands.send_back(item, reason=given["text"], by=user)
    return f"Sent back: {item.agreement.title} to {item.agency}"


class OutcomeForm(forms.Form):
    """What the Board did about a return that it discussed."""

    to = forms.ChoiceField(
        label="What the Board did",
        choices=[(States.ACCEPTED, "Noted it"), (States.ACTED_ON, "Acted on it")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether the Board noted the return or acted on it"},
    )
    outcome = forms.CharField(
        label="What it did, in a sentence", max_length=500, required=False, widget=forms.Textarea
    )


@about(finding.open_return)
def conclude(request: HttpRequest, item: Return) -> HttpResponse:
    """Say what the Board did about a return."""
    form = OutcomeForm(request.POST or None)
    if form.is_valid():
        try:
            commands.conclude(item, **form.cleaned_data, by=person(request))
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            return redirect("collection:check", item.pk)
    context = {"form": form, "item": item, "breadcrumbs": [_crumb(item), {"text": "What the Board did"}]}
    return render(request, "collection/conclude.html", context)


def _content(item: Return, user: User) -> dict[str, object]:
    """What is in the return, by its kind."""
    if item.agreement.kind == Kinds.FIGURE:
        return _figures(item, user)
    if item.response is not None:
        answers = Answer.objects.visible_to(user).filter(response=item.response).select_related("question")
        shown = {question.pk for question in item.response.shown()}
        return {"answers": [one for one in answers if one.question_id in shown and not one.is_empty]}
    if item.load is not None:
        return {"load": item.load, "title_of": figure_words.title_of, "number": figure_words.number}
    return {}


def _figures(item: Return, user: User) -> dict[str, object]:
    indicator = INDICATORS[item.agreement.item]
    is_share = indicator.unit is Unit.PERCENT
    own = TypedFigure.objects.visible_to(user).filter(
        made__agreement__agency=item.agency_id, made__agreement__item=item.agreement.item
    )
    by_day = {one.last_on: one for one in own}
    now = [one for one in by_day.values() if one.made_id == item.pk]
    earlier = [one for one in by_day.values() if one.last_on < item.quarter.first_on][-3:]
    before: list[TypedFigure | None] = [None] * (len(now) - len(earlier)) + list(earlier)
    return {
        "indicator": indicator,
        "months": [Month(one, was, is_share) for one, was in zip(now, before, strict=True)] if now else [],
        "is_share": is_share,
        "signal": _signal(item, now, user),
    }


def _signal(item: Return, typed: Sequence[TypedFigure], user: User) -> str:
    """What the control chart says with these figures at its end; empty where other agencies count too."""
    others = Agreement.objects.visible_to(user).filter(item=item.agreement.item)
    view = view_of(user, {})
    if others.exclude(agency=item.agency_id).exists() or view.snapshot is None:
        return ""
    known, _ = read(view, item.agreement.item)
    is_share = known.indicator.unit is Unit.PERCENT
    months = {one.last_on: one for one in known.series if one.every == Every.MONTH}
    like = next(iter(months.values()), None)
    for one in typed:
        if (value := _number(one, is_share)) is not None:
            months[one.last_on] = _as_figure(one, known.indicator.key, value, like)
    reading = Reading(known.indicator, [months[on] for on in sorted(months)], known.set_here)
    return reading.in_words() if reading.chart else ""


def _as_figure(one: TypedFigure, key: str, value: float, like: Figure | None) -> Figure:
    """A typed figure as the dataset will hold it, for reading only."""
    return Figure(
        indicator=key,
        every=Every.MONTH,
        first_on=one.first_on,
        last_on=one.last_on,
        numerator=one.numerator,
        denominator=one.denominator,
        value=value,
        format=like.format if like else "",
        definition=like.definition if like else "",
    )


def _number(one: TypedFigure, is_share: bool) -> float | None:
    if one.numerator is None or not is_share:
        return one.numerator
    return 100 * one.numerator / one.denominator if one.denominator else None


def _value(one: TypedFigure, is_share: bool) -> str:
    number = _number(one, is_share)
    if number is None:
        return "–"
    return f"{number:.1f}%" if is_share else f"{number:,}"


def _crumb(item: Return) -> dict[str, str]:
    return {"text": "Returns", "href": f"{reverse('collection:returns')}?quarter={item.quarter_id}"}
