"""Where a series ends and another begins: the page of a changed definition, and of a re-set baseline.

Neither can be undone, so each is read over once more before it is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sightline.assurance.dataset import words
from sightline.assurance.dataset.commands import change_definition, reset_baseline
from sightline.assurance.dataset.models import LoadedSnapshot
from sightline.assurance.dataset.pages.asked import asked_view
from sightline.assurance.dataset.pages.indicator import definition_of
from sightline.assurance.dataset.storing import NotLoaded
from sightline.clocks.calendar import add_months
from sightline.indicators.definition import Indicator


class Break(forms.Form):
    """From which month on, and why."""

    from_on = forms.TypedChoiceField(
        label="From which month on",
        coerce=date.fromisoformat,
        help_text="The first month that is read afresh.",
    )
    reason = forms.CharField(
        label="Why", max_length=200, help_text="It stands on the chart and in every download."
    )

    def __init__(self, given: object, months: list[date]) -> None:
        super().__init__(given)  # type: ignore[arg-type]
        choices = [(month.isoformat(), words.month(month)) for month in reversed(months)]
        self.fields["from_on"].choices = [("", "Choose a month"), *choices]  # type: ignore[attr-defined]

    def answers(self) -> list[tuple[str, str]]:
        """What was filled in, as it is read over before it is stored."""
        return [
            (str(field.label), self.said(field.name)) for field in self if field.name in self.cleaned_data
        ]

    def said(self, name: str) -> str:
        """One answer in words."""
        value = self.cleaned_data[name]
        return words.month(value) if isinstance(value, date) else str(value)


class Change(Break):
    """What was counted before, and what is counted from then on."""

    was = forms.CharField(label="What was counted before", max_length=300)
    now = forms.CharField(
        label="What is counted from then on",
        max_length=300,
        help_text="In words that a reader of the chart understands.",
    )
    field_order = ("from_on", "was", "now", "reason")


@dataclass(frozen=True)
class _Kind:
    """One kind of break: its words, its form and the command that stores it."""

    title: str
    about: str
    button: str
    stored: str
    form: type[Break]
    store: Callable[..., object]


CHANGE = _Kind(
    "Say that the definition changed",
    "From that month on the indicator counts something else: the line of its chart is broken there, its"
    " limits are worked out afresh, and every table and download says so. The figures before stay as they"
    " are.",
    "Store the change",
    "The change of definition is stored. A new series begins with it.",
    Change,
    change_definition,
)
BASELINE = _Kind(
    "Re-set the baseline",
    "The indicator counts what it did, and its limits are worked out afresh from that month on. Do this where"
    " a known cause has changed the figures for good.",
    "Re-set the baseline",
    "The baseline is re-set. A new series begins with it.",
    Break,
    reset_baseline,
)


@require_http_methods(["GET", "HEAD", "POST"])
def definition_change(request: HttpRequest, key: str) -> HttpResponse:
    """Say that an indicator counts something else from a month on."""
    return _page(request, definition_of(key), CHANGE)


@require_http_methods(["GET", "HEAD", "POST"])
def baseline(request: HttpRequest, key: str) -> HttpResponse:
    """Work an indicator's limits out afresh from a month on."""
    return _page(request, definition_of(key), BASELINE)


def _page(request: HttpRequest, indicator: Indicator, kind: _Kind) -> HttpResponse:
    """Fill in, read over, store; 404 while no snapshot is loaded, since then there is nothing to break."""
    view = asked_view(request)
    if view.snapshot is None:
        raise Http404
    form = kind.form(request.POST or None, _months(view.snapshot))
    is_complete = form.is_valid()
    if is_complete and "confirmed" in request.POST:
        try:
            kind.store(indicator=indicator.key, by=view.user, **form.cleaned_data)
            messages.success(request, kind.stored)
            return redirect(reverse("dataset:indicator", args=[indicator.key]) + "#course")
        except NotLoaded as error:
            form.add_error("from_on", f"{str(error)[0].upper()}{str(error)[1:]}")
            is_complete = False
    context = {
        "kind": kind,
        "indicator": indicator,
        "form": form,
        "is_read_over": is_complete and "change" not in request.POST,
        "breadcrumbs": [
            {"text": "Dataset", "href": reverse("dataset:scorecard")},
            {"text": indicator.title, "href": reverse("dataset:indicator", args=[indicator.key])},
            {"text": kind.title},
        ],
    }
    return render(request, "dataset/break.html", context)


def _months(snapshot: LoadedSnapshot) -> list[date]:
    """The months that can begin a new stretch: those counted but the first, and the one to come."""
    months, month = [], add_months(snapshot.first_on.replace(day=1), 1)
    while month <= add_months(snapshot.last_on.replace(day=1), 1):
        months.append(month)
        month = add_months(month, 1)
    return months
