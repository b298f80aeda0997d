"""Where the data come from: what each file of a snapshot said, list by list and rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sightline.assurance.dataset import words
from sightline.assurance.dataset.models import LoadedFile
from sightline.assurance.dataset.pages.asked import asked_view
from sightline.assurance.dataset.view import View
from sightline.core.permissions import Permission
from sightline.facts.manifest import Issue, IssueCount, Sheet, SourceFile, Window
from sightline.facts.tables import TABLES

EXAMPLES = 3
"""How many places a rule names; the full list stands in the snapshot's own report."""


@dataclass(frozen=True)
class Broken:
    """A rule that a file breaks, how often, and the first places where."""

    rule: IssueCount
    examples: Sequence[Issue]


@dataclass(frozen=True)
class Completeness:
    """How many of a list's accepted rows hold a usable value in a column."""

    column: str
    filled: int
    accepted: int

    @property
    def percent(self) -> float:
        """The share filled, in per cent."""
        return 100 * self.filled / self.accepted


@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """The files of the snapshot that the reader sees."""
    view = asked_view(request)
    snapshot = view.snapshot
    files = LoadedFile.objects.visible_to(view.user).filter(snapshot=snapshot).in_short()
    context = {
        "view": view,
        "snapshot": snapshot and snapshot.snapshot_id,
        "loaded": snapshot,
        "files": list(files) if snapshot else [],
        "may_load": view.user.may(Permission.LOAD_EXTRACT),
        "breadcrumbs": [dataset_crumb(view), {"text": "Data quality"}],
        "words": words,
    }
    return render(request, "dataset/quality.html", context)


@require_safe
def file(request: HttpRequest, position: int) -> HttpResponse:
    """One file: its lists, what is wrong with it, and how complete its columns are."""
    view = asked_view(request)
    snapshot = view.snapshot
    found = LoadedFile.objects.visible_to(view.user).filter(snapshot=snapshot, position=position).first()
    if snapshot is None or found is None:
        raise Http404
    source = found.source
    context = {
        "view": view,
        "snapshot": snapshot.snapshot_id,
        "loaded": snapshot,
        "file": found,
        "source": source,
        "windows": windows(source),
        "broken": broken(source),
        "completeness": [(sheet, completeness(sheet)) for sheet in source.sheets],
        "breadcrumbs": [
            dataset_crumb(view),
            {"text": "Data quality", "href": reverse("dataset:quality") + view.query},
            {"text": found.name},
        ],
        "words": words,
    }
    return render(request, "dataset/file.html", context)


def issue_total(source: SourceFile) -> int:
    """How many things were wrong with a file, listed or not."""
    return sum(count.count for count in source.issue_counts)


def windows(source: SourceFile) -> list[tuple[str, Window]]:
    """The days that a file covers, table by table, under the tables' titles."""
    return [(TABLES[table].title, window) for table, window in source.windows.items()]


def broken(source: SourceFile) -> list[Broken]:
    """The rules that a file breaks, the most frequent first."""
    ordered = sorted(source.issue_counts, key=lambda count: (-count.count, count.rule, count.sheet))
    return [
        Broken(
            rule,
            [
                issue
                for issue in source.issues
                if (issue.rule, issue.sheet, issue.column) == (rule.rule, rule.sheet, rule.column)
            ][:EXAMPLES],
        )
        for rule in ordered
    ]


def completeness(sheet: Sheet) -> list[Completeness]:
    """The columns of a list, the least complete first; none where no row was accepted."""
    if not sheet.accepted:
        return []
    columns = [Completeness(column, filled, sheet.accepted) for column, filled in sheet.filled.items()]
    return sorted(columns, key=lambda column: (column.filled, column.column))


def dataset_crumb(view: View) -> dict[str, str]:
    """The way back to the scorecard, in the same view."""
    return {"text": "Dataset", "href": reverse("dataset:scorecard") + view.query}
