"""One indicator explained: the figure in a sentence, its chart, and everything that it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sightline.assurance.dataset import words
from sightline.assurance.dataset.comparison import NOTHING, own_years, published
from sightline.assurance.dataset.models import Baseline, Figure, LoadedFile, LoadedSnapshot, Query
from sightline.assurance.dataset.pages.quality import issue_total
from sightline.assurance.dataset.readings import Reading, contrast, label, may_see_small, series, shown
from sightline.clocks import CLOCKS, Clock, Limit
from sightline.core import local
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.facts.manifest import Window
from sightline.facts.tables import TABLES
from sightline.indicators import expressions
from sightline.indicators.chart_svg import draw
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
    user = request.user
    assert isinstance(user, User)
    definition = _definition(key)
    with_small = may_see_small(user, request.GET.get("version", ""))
    snapshot = LoadedSnapshot.objects.visible_to(user).current()
    keys = [key, *filter(None, [definition.twin])]
    figures = _figures(user, snapshot, keys, with_small)
    reading, *twins = [_reading(user, INDICATORS[name], figures) for name in keys]
    mine = [figure for figure in figures if figure.indicator == key]
    compared = contrast(definition, mine)
    counted = compared.groups[0] if compared else reading.latest
    context = {
        "snapshot": snapshot and snapshot.snapshot_id,
        "indicator": definition,
        "reading": reading,
        "contrast": compared,
        "twin": twins[0] if twins else None,
        "is_outdated": any(figure.definition.split(",")[0] != definition.digest for figure in mine),
        "files": _files(user, snapshot, definition, counted),
        "queries": Query.objects.visible_to(user).filter(snapshot=snapshot, indicator=key),
        "with_small": with_small,
        "may_see_small": user.may(Permission.SEE_SMALL_NUMBERS),
        **_beside(user, definition, mine),
        **_groups(request, mine),
    }
    return render(request, "dataset/indicator.html", context)


@require_safe
def chart(request: HttpRequest, key: str) -> HttpResponse:
    """The control chart of an indicator as an image; 404 where there is nothing to draw."""
    user = request.user
    assert isinstance(user, User)
    definition = _definition(key)
    with_small = may_see_small(user, request.GET.get("version", ""))
    snapshot = LoadedSnapshot.objects.visible_to(user).current()
    reading = _reading(user, definition, _figures(user, snapshot, [key], with_small))
    if reading.chart is None:
        raise Http404
    svg = draw(
        reading.chart,
        definition.title,
        words.UNITS[definition.unit],
        reading.noun,
        narrow=request.GET.get("size") == "narrow",
    )
    return HttpResponse(svg, content_type="image/svg+xml")


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


def _definition(key: str) -> Indicator:
    found = INDICATORS.get(key)
    if found is None:
        raise Http404
    return found


def _figures(
    user: User, snapshot: LoadedSnapshot | None, keys: Iterable[str], with_small: bool
) -> list[Figure]:
    if snapshot is None:
        return []
    return shown(Figure.objects.visible_to(user).filter(snapshot=snapshot, indicator__in=keys), with_small)


def _reading(user: User, definition: Indicator, figures: Iterable[Figure]) -> Reading:
    whole = [figure for figure in figures if figure.indicator == definition.key and not figure.breakdown]
    baselines = list(Baseline.objects.visible_to(user).filter(indicator=definition.key))
    return Reading(definition, series(whole), baselines)


def _clocks(definition: Indicator) -> list[ClockLine]:
    """The clocks that the definition's expressions name."""
    parts = (expressions.read(definition, part) for part in expressions.PARTS)
    keys = sorted({key for part in parts if part for key in part.clocks})
    return [ClockLine(CLOCKS[key], local.limit(key)) for key in keys]


def _files(
    user: User, snapshot: LoadedSnapshot | None, definition: Indicator, counted: Figure | None
) -> list[tuple[LoadedFile, Window | None, int]]:
    """The files that a figure was counted from, each with its window and the number of its issues."""
    if counted is None:
        return []
    files = LoadedFile.objects.visible_to(user).filter(snapshot=snapshot, position__in=counted.file_places)
    return [(file, file.source.windows.get(definition.table), issue_total(file.source)) for file in files]
