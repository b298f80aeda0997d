"""Where the data come from: what each file of the current snapshot said, list by list and rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sightline.assurance.dataset import words
from sightline.assurance.dataset.models import LoadedFile, LoadedSnapshot
from sightline.core.models import User
from sightline.facts.manifest import Issue, IssueCount, Sheet, SourceFile
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
    """The files of the current snapshot."""
    user = request.user
    assert isinstance(user, User)
    snapshot = LoadedSnapshot.objects.visible_to(user).current()
    files = list(LoadedFile.objects.visible_to(user).filter(snapshot=snapshot)) if snapshot else []
    context = {
        "snapshot": snapshot and snapshot.snapshot_id,
        "loaded": snapshot,
        "files": [(file, file.source, issue_total(file.source)) for file in files],
        "breadcrumbs": [_dataset(), {"text": "Data quality"}],
        "words": words,
    }
    return render(request, "dataset/quality.html", context)


@require_safe
def file(request: HttpRequest, position: int) -> HttpResponse:
    """One file: its lists, what is wrong with it, and how complete its columns are."""
    user = request.user
    assert isinstance(user, User)
    snapshot = LoadedSnapshot.objects.visible_to(user).current()
    found = LoadedFile.objects.visible_to(user).filter(snapshot=snapshot, position=position).first()
    if snapshot is None or found is None:
        raise Http404
    source = found.source
    context = {
        "snapshot": snapshot.snapshot_id,
        "file": found,
        "source": source,
        "windows": [(TABLES[table].title, window) for table, window in source.windows.items()],
        "broken": broken(source),
        "completeness": [(sheet, completeness(sheet)) for sheet in source.sheets],
        "breadcrumbs": [
            _dataset(),
            {"text": "Data quality", "href": reverse("dataset:quality")},
            {"text": found.name},
        ],
        "words": words,
    }
    return render(request, "dataset/file.html", context)


def issue_total(source: SourceFile) -> int:
    """How many things were wrong with a file, listed or not."""
    return sum(count.count for count in source.issue_counts)


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


def _dataset() -> dict[str, str]:
    return {"text": "Dataset", "href": reverse("dataset:scorecard")}
