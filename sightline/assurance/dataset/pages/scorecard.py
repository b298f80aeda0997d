"""The scorecard: every indicator in one row, with what it shows, its target and what it compares with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.assurance.dataset import words
from sightline.assurance.dataset.comparison import NOTHING, Published, published
from sightline.assurance.dataset.models import LoadedFile
from sightline.assurance.dataset.pages.asked import asked_view, snapshots, versions
from sightline.assurance.dataset.readings import Contrast, Reading, contrasts, read_all
from sightline.assurance.dataset.view import View, led_agency, names_of, suppliers
from sightline.core import local
from sightline.core.process import panels
from sightline.facts.sources import FORMATS
from sightline.indicators.chart_svg import sparkline
from sightline.indicators.definition import Indicator, QuestionSet
from sightline.indicators.definitions import INDICATORS


@dataclass(frozen=True)
class Row:
    """One line of the scorecard; `twin` is the line that must be read with it.

    `suppliers` are those of what the figures were counted from, or, where nothing was, of what is lacking.
    """

    reading: Reading
    comparison: Published
    files: Mapping[int, LoadedFile]
    suppliers: frozenset[str]
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
    agency = forms.ChoiceField(label="Agency")
    version = forms.ChoiceField(label="Version")
    snapshot = forms.ChoiceField(label="Published as")

    def __init__(self, asked: Mapping[str, str], view: View) -> None:
        first = {"question_set": "all", "theme": "all", "show": "all", "version": "internal"}
        first["agency"] = led_agency(view.user) or "all"
        first["snapshot"] = view.usual.snapshot_id if view.usual else ""
        super().__init__({name: asked.get(name, choice) for name, choice in first.items()})
        agencies = [(one.code, one.name) for one in local.partnership().agencies]
        self._offer("agency", [("all", "All agencies"), *agencies])
        self._offer("version", versions(view) if view.may_choose_version else [])
        self._offer("snapshot", snapshots(view))
        self.is_valid()

    def _offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        """Let a field choose between these, or leave it out where there is no choice."""
        if len(choices) < 2:
            del self.fields[name]
            return
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def keeps(self, row: Row) -> bool:
        """Whether a row, or its twin, is one of those asked for; a choice that is none keeps everything."""
        indicator = row.reading.indicator
        if self._asks("question_set") not in ("all", indicator.question_set.value):
            return False
        if self._asks("theme") not in ("all", indicator.theme):
            return False
        if not is_of_agency(row, self._asks("agency")):
            return False
        return {
            "signals": any(line.reading.has_signal for line in row.lines),
            "refused": any(line.refused for line in row.lines),
        }.get(self._asks("show"), True)

    def _asks(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "all")


@require_safe
def scorecard(request: HttpRequest) -> HttpResponse:
    """Every indicator, by question set and theme."""
    view = asked_view(request)
    filters = Filters(request.GET, view)
    rows = [row for row in rows_of(view) if filters.keeps(row)] if view.snapshot else []
    context = {
        "view": view,
        "snapshot": view.snapshot and view.snapshot.snapshot_id,
        "loaded": view.snapshot,
        "form": filters,
        "groups": grouped(rows),
        "count": sum(len(row.lines) for row in rows),
        "panels": panels("dataset:scorecard", view.user, snapshot=view.snapshot),
        "words": words,
    }
    return render(request, "dataset/scorecard.html", context)


def rows_of(view: View) -> list[Row]:
    """Every indicator with its twin beside it, in the order of question sets and themes."""
    snapshot = view.snapshot
    assert snapshot is not None
    compared = published(view.user, tuple(INDICATORS.values()))
    stored = LoadedFile.objects.visible_to(view.user).filter(snapshot=snapshot).defer("entry")
    files = {file.position: file for file in stored}
    told, groups = suppliers(view.user, snapshot), contrasts(view)
    lines = {
        key: Row(
            reading,
            compared.get(key, NOTHING),
            files,
            told.get(key) or _expected(reading.indicator),
            groups.get(key),
        )
        for key, reading in read_all(view).items()
    }
    return list(_paired(lines))


def _expected(indicator: Indicator) -> frozenset[str]:
    """Who would supply an indicator that nothing was counted for."""
    return frozenset(FORMATS[key].supplier for key in indicator.sources)


def is_of_agency(row: Row, agency: str) -> bool:
    """Whether a row, or its twin, comes from an agency, by its code; "all" takes every row."""
    return agency == "all" or any(line.suppliers & names_of(agency) for line in row.lines)


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
        yield replace(row, twin=lines.get(twin) if twin else None)
