"""One indicator explained: the figure in a sentence, its chart, and everything that it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sightline.assurance.dataset import words
from sightline.assurance.dataset.comparison import NOTHING, own_years, published
from sightline.assurance.dataset.models import Figure, LoadedFile, Query
from sightline.assurance.dataset.pages.asked import asked_view
from sightline.assurance.dataset.readings import contrast, label, read
from sightline.assurance.dataset.view import View
from sightline.clocks import CLOCKS, Clock, Limit
from sightline.core import local
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.process import panels
from sightline.facts.manifest import Window
from sightline.facts.tables import TABLES
from sightline.indicators import expressions
from sightline.indicators.chart_svg import draw
from sightline.indicators.control_chart import ControlChart
from sightline.indicators.definition import Indicator
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.periods import Every


@dataclass(frozen=True)
class ClockLine:
    """A clock that an indicator counts by, and the partnership's own limit if it has one."""

    clock: Clock
    local: Limit | None


class Picker(forms.Form):
    """Which breakdown to show, of which period: the first, and the latest, where the address says nothing."""

    by = forms.ChoiceField(label="Split by")
    period = forms.ChoiceField(label="Period")

    def __init__(self, asked: Mapping[str, str], figures: Sequence[Figure]) -> None:
        splits = list(dict.fromkeys(figure.breakdown for figure in figures))
        periods = {period_key(figure): label(figure) for figure in sorted(figures, key=_recent)}
        first = {"by": splits[0], "period": next(iter(periods))}
        super().__init__({name: asked.get(name, choice) for name, choice in first.items()})
        self.fields["by"].choices = [(by, by.capitalize()) for by in splits]  # type: ignore[attr-defined]
        self.fields["period"].choices = list(periods.items())  # type: ignore[attr-defined]

    def chosen(self, figures: Iterable[Figure]) -> list[Figure]:
        """The figures asked for; none for a choice that there is not."""
        if not self.is_valid():
            return []
        asked = (self.cleaned_data["by"], self.cleaned_data["period"])
        return [figure for figure in figures if (figure.breakdown, period_key(figure)) == asked]


@require_safe
def indicator(request: HttpRequest, key: str) -> HttpResponse:
    """Explain an indicator: 404 for a key that no definition has."""
    definition = definition_of(key)
    view = asked_view(request)
    reading, mine = read(view, key)
    compared = contrast(definition, mine)
    counted = compared.groups[0] if compared else reading.latest
    stored = Query.objects.visible_to(view.user)
    counted_by = {figure.definition.split(",")[0] for figure in mine}
    context = {
        "view": view,
        "snapshot": view.snapshot and view.snapshot.snapshot_id,
        "loaded": view.snapshot,
        "indicator": definition,
        "reading": reading,
        "contrast": compared,
        "twin": read(view, definition.twin)[0] if definition.twin else None,
        "is_outdated": bool(counted_by - {definition.digest}),
        "files": _files(view, definition, counted),
        "queries": stored.filter(snapshot=view.snapshot, indicator=key),
        "may_keep": view.user.may(Permission.KEEP_DATASET),
        "panels": panels("dataset:indicator", view.user, indicator=key, snapshot=view.snapshot),
        **_beside(view.user, definition, mine),
        **_groups(request, mine),
    }
    return render(request, "dataset/indicator.html", context)


@require_safe
def chart(request: HttpRequest, key: str) -> HttpResponse:
    """The control chart of an indicator as an image; 404 where there is nothing to draw."""
    definition = definition_of(key)
    reading, _ = read(asked_view(request), key)
    if reading.chart is None:
        raise Http404
    is_narrow = request.GET.get("size") == "narrow"
    svg = _drawn(reading.chart, definition.title, words.UNITS[definition.unit], reading.noun, is_narrow)
    return HttpResponse(svg, content_type="image/svg+xml")


@lru_cache(maxsize=256)
def _drawn(chart: ControlChart, title: str, unit: str, noun: str, is_narrow: bool) -> str:
    """Draw a chart once: the same chart is the same image."""
    return draw(chart, title, unit, noun, narrow=is_narrow)


def period_key(figure: Figure) -> str:
    """What names a figure's period in an address."""
    return f"{figure.every}-{figure.last_on:%Y-%m}"


def _recent(figure: Figure) -> tuple[int, bool]:
    """Sorts the latest period first, a year before the month that ends with it."""
    return -figure.last_on.toordinal(), figure.every != Every.YEAR


def _beside(user: User, definition: Indicator, figures: Sequence[Figure]) -> dict[str, object]:
    """What stands beside an indicator's own figures: its definition in words, and what others published."""
    return {
        "comparison": published(user, [definition]).get(definition.key, NOTHING),
        "own_years": own_years(figures),
        "clocks": _clocks(definition),
        "table": TABLES[definition.table],
        "breadcrumbs": [
            {"text": "Dataset", "href": reverse("dataset:scorecard")},
            {"text": definition.title},
        ],
        "words": words,
    }


def _groups(request: HttpRequest, figures: Sequence[Figure]) -> dict[str, object]:
    """The breakdown asked for, and the form that asks for another."""
    split = [figure for figure in figures if figure.breakdown]
    if not split:
        return {}
    picker = Picker(request.GET, split)
    return {"form": picker, "groups": picker.chosen(split)}


def definition_of(key: str) -> Indicator:
    """The definition of a key; 404 where there is none."""
    found = INDICATORS.get(key)
    if found is None:
        raise Http404
    return found


def _clocks(definition: Indicator) -> list[ClockLine]:
    """The clocks that the definition's expressions name."""
    parts = (expressions.read(definition, part) for part in expressions.PARTS)
    keys = sorted({key for part in parts if part for key in part.clocks})
    return [ClockLine(CLOCKS[key], local.limit(key)) for key in keys]


def _files(
    view: View, definition: Indicator, counted: Figure | None
) -> list[tuple[LoadedFile, Window | None, int]]:
    """The files that a figure was counted from, each with its window and the number of its issues."""
    if counted is None:
        return []
    stored = LoadedFile.objects.visible_to(view.user).filter(snapshot=view.snapshot)
    files = stored.filter(position__in=counted.file_places)
    return [(file, file.window(definition.table), file.issue_total) for file in files.in_short()]
