"""The scorecard: every indicator in one row, with what it shows, its target and what it compares with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.assurance.dataset import words
from sightline.assurance.dataset.comparison import NOTHING, Published, published
from sightline.assurance.dataset.models import Figure, LoadedFile, LoadedSnapshot
from sightline.assurance.dataset.readings import Contrast, Reading, contrast, may_see_small, read_all, shown
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.indicators.chart_svg import sparkline
from sightline.indicators.definition import QuestionSet, Unit
from sightline.indicators.definitions import INDICATORS


@dataclass(frozen=True)
class Row:
    """One line of the scorecard; `twin` is the line that must be read with it."""

    reading: Reading
    comparison: Published
    files: Mapping[int, LoadedFile]
    contrast: Contrast | None = None
    twin: Row | None = None

    @property
    def lines(self) -> list[Row]:
        """The row and its twin."""
        return [self, *([self.twin] if self.twin else [])]

    @property
    def refused(self) -> str:
        """Why there is nothing to show, in words; empty where there is something."""
        return self.reading.refused if self.contrast is None else self.contrast.refused

    @property
    def sparkline(self) -> tuple[str, ...]:
        """The points of the lines that draw the series."""
        return sparkline([figure.value for figure in self.reading.series])

    @property
    def quality(self) -> list[str]:
        """What weakens the latest figure, in words; empty where nothing is known to."""
        latest = self.reading.latest
        if latest is None:
            return []
        said = []
        if latest.unknown and latest.denominator:
            said.append(f"{100 * latest.unknown / latest.denominator:.1f}% unknown")
        if latest.unplaced:
            said.append(f"{latest.unplaced:,} not placed")
        files = [self.files[place] for place in latest.file_places]
        refused, read = sum(f.rows_refused for f in files), sum(f.rows_read for f in files)
        if refused:
            said.append(f"{refused:,} of {read:,} rows refused")
        return said


class Filters(forms.Form):
    """What of the scorecard to show. What the address does not say is taken as the first choice."""

    question_set = forms.ChoiceField(
        label="Question set",
        choices=[("all", "All"), *((item.value, item.value.capitalize()) for item in QuestionSet)],
    )
    theme = forms.ChoiceField(
        label="Theme",
        choices=[
            ("all", "All"),
            *((t, t) for t in dict.fromkeys(item.theme for item in INDICATORS.values())),
        ],
    )
    show = forms.ChoiceField(
        label="Show",
        choices=[("all", "All indicators"), ("signals", "Signals only"), ("refused", "Without a figure")],
    )
    version = forms.ChoiceField(
        label="Version", choices=[("internal", "Internal"), ("publishable", "Publishable")]
    )

    def __init__(self, asked: Mapping[str, str], *, may_choose_version: bool) -> None:
        fields = self.base_fields
        super().__init__({name: asked.get(name, fields[name].choices[0][0]) for name in fields})  # type: ignore[attr-defined]
        if not may_choose_version:
            del self.fields["version"]
        self.is_valid()

    def keeps(self, row: Row) -> bool:
        """Whether a row, or its twin, is one of those asked for; a choice that is none keeps everything."""
        indicator = row.reading.indicator
        if self._asks("question_set") not in ("all", indicator.question_set.value):
            return False
        if self._asks("theme") not in ("all", indicator.theme):
            return False
        return {
            "signals": any(line.reading.has_signal for line in row.lines),
            "refused": any(line.refused for line in row.lines),
        }.get(self._asks("show"), True)

    def _asks(self, name: str) -> str:
        return str(self.cleaned_data.get(name, "all"))


@require_safe
def scorecard(request: HttpRequest) -> HttpResponse:
    """Every indicator, by question set and theme."""
    user = request.user
    assert isinstance(user, User)
    snapshot = LoadedSnapshot.objects.visible_to(user).current()
    filters = Filters(request.GET, may_choose_version=user.may(Permission.SEE_SMALL_NUMBERS))
    with_small = may_see_small(user, filters.cleaned_data.get("version", ""))
    rows = [row for row in rows_of(snapshot, user, with_small) if filters.keeps(row)] if snapshot else []
    context = {
        "snapshot": snapshot and snapshot.snapshot_id,
        "loaded": snapshot,
        "form": filters,
        "groups": grouped(rows),
        "count": sum(len(row.lines) for row in rows),
        "with_small": with_small,
        "words": words,
    }
    return render(request, "dataset/scorecard.html", context)


def rows_of(snapshot: LoadedSnapshot, user: User, with_small: bool) -> list[Row]:
    """Every indicator with its twin beside it, in the order of question sets and themes."""
    readings = read_all(snapshot, user, with_small)
    compared = published(user, tuple(INDICATORS.values()))
    files = {
        file.position: file
        for file in LoadedFile.objects.visible_to(user).filter(snapshot=snapshot).defer("entry")
    }
    contrasts = _contrasts(snapshot, user, with_small)
    lines = {
        key: Row(reading, compared.get(key, NOTHING), files, contrasts.get(key))
        for key, reading in readings.items()
    }
    return list(_paired(lines))


def grouped(rows: Iterable[Row]) -> dict[QuestionSet, dict[str, list[Row]]]:
    """The rows by question set, in the order of the framework, then by theme, in that of the definitions."""
    found: dict[QuestionSet, dict[str, list[Row]]] = {question_set: {} for question_set in QuestionSet}
    for row in rows:
        indicator = row.reading.indicator
        found[indicator.question_set].setdefault(indicator.theme, []).append(row)
    return {question_set: themes for question_set, themes in found.items() if themes}


def _paired(lines: Mapping[str, Row]) -> Iterable[Row]:
    """Each line once, a twin under the line that it belongs to."""
    placed: set[str] = set()
    for key, row in lines.items():
        if key in placed:
            continue
        twin = row.reading.indicator.twin
        placed.update(filter(None, (key, twin)))
        yield Row(row.reading, row.comparison, row.files, row.contrast, lines.get(twin) if twin else None)


def _contrasts(snapshot: LoadedSnapshot, user: User, with_small: bool) -> dict[str, Contrast | None]:
    """The groups of the indicators that compare groups; one query."""
    compared = {key: item for key, item in INDICATORS.items() if item.unit is Unit.RATIO}
    figures: dict[str, list[Figure]] = defaultdict(list)
    found = Figure.objects.visible_to(user).filter(snapshot=snapshot, indicator__in=compared)
    for figure in shown(found.exclude(breakdown=""), with_small):
        figures[figure.indicator].append(figure)
    return {key: contrast(item, figures[key]) for key, item in compared.items()}
