"""Figures to take away: the choices, and the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from io import BytesIO

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sightline.assurance.dataset import downloads as tables
from sightline.assurance.dataset.models import LoadedFile
from sightline.assurance.dataset.pages.asked import asked_view, snapshots
from sightline.assurance.dataset.pages.scorecard import Row, is_of_agency, rows_of
from sightline.assurance.dataset.readings import Reading, read
from sightline.assurance.dataset.view import PUBLISHABLE, NoSuchSnapshot, View, view_of
from sightline.core import local
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.process import panels
from sightline.indicators.csv_out import csv_lines
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.workbook_out import write_sheets

EVERYTHING = "scorecard"
INTERNAL = "internal"
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class Choice(forms.Form):
    """What to take away, in which version and form. What the address does not say is the first choice."""

    indicator = forms.ChoiceField(label="What")
    agency = forms.ChoiceField(label="Agency")
    snapshot = forms.ChoiceField(label="Figures")
    version = forms.ChoiceField(
        label="Version",
        widget=forms.RadioSelect,
        help_text="Only the publishable version may leave the partnership.",
    )
    form = forms.ChoiceField(
        label="Form",
        widget=forms.RadioSelect,
        choices=[
            ("xlsx", "Spreadsheet (xlsx), with definitions and notes"),
            ("csv", "Comma-separated values (CSV), one row a figure"),
        ],
    )

    def __init__(self, asked: Mapping[str, str], view: View) -> None:
        agencies = [(one.code, one.name) for one in local.partnership().agencies]
        titles = [(key, item.title) for key, item in INDICATORS.items()]
        choices = {
            "indicator": [(EVERYTHING, "Every indicator"), *titles],
            "agency": [("all", "All agencies"), *agencies],
            "snapshot": snapshots(view),
            "version": versions_of(view.user),
            "form": self.base_fields["form"].choices,  # type: ignore[attr-defined]
        }
        super().__init__({name: asked.get(name, offered[0][0]) for name, offered in choices.items()})
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]


def versions_of(user: User) -> list[tuple[str, str]]:
    """The versions that somebody may take away; an agency's own small numbers are for the page alone."""
    publishable = (PUBLISHABLE, "Publishable: small numbers are left out")
    if not user.may(Permission.SEE_SMALL_NUMBERS):
        return [publishable]
    return [publishable, (INTERNAL, "Internal: with small numbers, not for publication")]


@require_safe
def downloads(request: HttpRequest) -> HttpResponse:
    """Choose what to take away; the choice leads to the file."""
    view = asked_view(request)
    if view.snapshot is None:
        raise Http404
    form = Choice(request.GET.dict(), view)
    if form.is_valid() and "download" in request.GET:
        return HttpResponseRedirect(reverse("dataset:download", kwargs=form.cleaned_data))
    context = {
        "form": form,
        "snapshot": view.snapshot.snapshot_id,
        "breadcrumbs": [
            {"text": "Dataset", "href": reverse("dataset:scorecard")},
            {"text": "Download the figures"},
        ],
    }
    return render(request, "dataset/downloads.html", context)


@require_safe
def download(
    request: HttpRequest, indicator: str, agency: str, version: str, snapshot: str, form: str
) -> HttpResponse:
    """The file. The address names all that was chosen, so that the audit log does; 404 for no such choice."""
    user = request.user
    assert isinstance(user, User)
    chosen = {"indicator": indicator, "agency": agency, "version": version, "form": form}
    try:
        view = view_of(user, {"snapshot": snapshot, "version": version})
    except NoSuchSnapshot as error:
        raise Http404 from error
    choice = Choice({**chosen, "snapshot": snapshot}, view)
    if not choice.is_valid():
        raise Http404
    name = f"dataset-{indicator}-{version}-{snapshot}.{form}"
    response = HttpResponse(_file(view, chosen), content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@dataclass(frozen=True)
class _Chosen:
    """All that a file depends on: the same choice of the same figures is the same file, whoever asks."""

    snapshot: int
    counted_at: str
    with_small: bool
    indicator: str
    agency: str
    version: str
    form: str
    gaps: tuple[str, ...]
    breaks: tuple[tuple[str, int], ...]
    standing: tuple[str, str]
    settled: str
    compared: tuple[tuple[str, str], ...]
    view: View = field(compare=False)
    readings: Sequence[Reading] = field(compare=False)


def _file(view: View, chosen: Mapping[str, str]) -> bytes:
    snapshot = view.snapshot
    assert snapshot is not None
    route, about = "dataset:scorecard", {}
    if chosen["indicator"] != EVERYTHING:
        route, about = "dataset:indicator", {"indicator": chosen["indicator"]}
    shown = panels(route, view.user, snapshot=snapshot, **about)
    readings, compared = _chosen(view, chosen["indicator"], chosen["agency"])
    asked = _Chosen(
        snapshot=snapshot.pk,
        counted_at=snapshot.counted_at.isoformat(),
        with_small=view.with_small,
        gaps=tuple(line for panel in shown for line in panel.lines),
        breaks=tuple((type(one).__name__, one.pk) for one in view.breaks),
        standing=(snapshot.label, snapshot.state),
        settled=repr(local.partnership()),
        compared=tuple(compared.items()),
        view=view,
        readings=readings,
        **chosen,
    )
    return _written(asked)


@lru_cache(maxsize=8)
def _written(asked: _Chosen) -> bytes:
    view, readings = asked.view, asked.readings
    if asked.form == "csv":
        # Excel takes a file for UTF-8 by the mark at its head.
        return ("\ufeff" + "".join(csv_lines(tables.figures_in(view, readings)))).encode()
    file = BytesIO()
    is_scorecard = asked.indicator == EVERYTHING
    first = [tables.latest_of(readings, dict(asked.compared))] if is_scorecard else []
    sheets = tables.workbook(view, readings, first, _in_words(asked), asked.gaps)
    write_sheets(file, sheets, _extracted(view))
    return file.getvalue()


def _chosen(view: View, indicator: str, agency: str) -> tuple[Sequence[Reading], Mapping[str, str]]:
    """What was chosen: its readings, and beside the scorecard's what other places published."""
    if indicator != EVERYTHING:
        return [read(view, indicator)[0]], {}
    lines = [line for row in rows_of(view) if is_of_agency(row, agency) for line in row.lines]
    return [line.reading for line in lines], _compared(lines)


def _compared(rows: Iterable[Row]) -> dict[str, str]:
    """What other places published of each indicator, in words, for the latest year."""
    return {
        row.reading.indicator.key: "; ".join(
            f"{place.name} {place.value:.1f} ({row.comparison.latest})"
            for place in row.comparison.years[row.comparison.latest]
        )
        for row in rows
        if row.comparison.latest
    }


def _in_words(asked: _Chosen) -> dict[str, str]:
    names = {one.code: one.name for one in local.partnership().agencies}
    item = INDICATORS.get(asked.indicator)
    return {
        "Indicators": item.title if item else "every indicator",
        "Agency": names.get(asked.agency, "all agencies"),
        "Version": asked.version,
    }


def _extracted(view: View) -> date:
    """The day of the latest extract: the same figures make the same file."""
    stored = LoadedFile.objects.visible_to(view.user).filter(snapshot=view.snapshot)
    latest: date = max(file.extracted_on for file in stored.defer("entry"))
    return latest
