"""One load: how far it is, what its files said, what it would change; and the decision on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from sightline.assurance.dataset import words
from sightline.assurance.dataset.commands import confirm_load, discard_load, withdraw_load
from sightline.assurance.dataset.models import FileSaid, Load, LoadedFile, LoadedSnapshot, LoadFile
from sightline.assurance.dataset.pages.loads import TAGS, dataset_crumb, loads_crumb
from sightline.assurance.dataset.pages.quality import broken, completeness, issue_total, windows
from sightline.assurance.dataset.placing import Place, placed
from sightline.core import jobs
from sightline.core.flow import NotAllowed
from sightline.core.forms import ReasonForm
from sightline.core.models import User
from sightline.core.opening import FORM, on_record
from sightline.core.permissions import Permission
from sightline.facts.tables import TABLES

NOBODY_WORKS = timedelta(minutes=1)
"""After how long a load that waits says that nothing is working on it."""

STUCK = timedelta(minutes=10)
"""After how long a load that does not move says so: reading the largest file takes less."""


def _visible(user: User) -> QuerySet[Load]:
    return Load.objects.visible_to(user).select_related("agency", "received_by", "decided_by", "snapshot")


@on_record(_visible)
def load(request: HttpRequest, found: Load) -> HttpResponse:
    """How far a load is and, once it is read, what its files said and what it would change."""
    user = request.user
    assert isinstance(user, User)
    said = found.outcomes
    context = {
        **_about(found),
        "stored": [
            place.file
            for place in LoadFile.objects.visible_to(user).filter(load=found).select_related("file")
        ],
        "progress": _progress(found),
        "refused": [one for one in said if one.error],
        "reports": [_report(one) for one in said if one.source],
        "places": _places(found, said, user),
        "may_decide": user.may(Permission.KEEP_DATASET),
        "may_discard": user.may(Permission.LOAD_EXTRACT, found),
    }
    return render(request, "dataset/load.html", context)


@on_record(_visible, FORM)
def load_confirm(request: HttpRequest, found: Load) -> HttpResponse:
    """Let a load count, after a look at what that changes."""
    user = request.user
    assert isinstance(user, User)
    return _decide(
        request, found, forms.Form, "confirm", lambda given: confirm_load(found, by=user),
        places=_places(found, found.outcomes, user),
    )  # fmt: skip


@on_record(_visible, FORM)
def load_discard(request: HttpRequest, found: Load) -> HttpResponse:
    """Let a load that was read never count, for a reason."""
    user = request.user
    assert isinstance(user, User)
    return _decide(
        request, found, ReasonForm, "discard",
        lambda given: discard_load(found, reason=given["reason"], by=user),
    )  # fmt: skip


@on_record(_visible, FORM)
def load_withdraw(request: HttpRequest, found: Load) -> HttpResponse:
    """Take a load out of the dataset, for a reason."""
    user = request.user
    assert isinstance(user, User)
    return _decide(
        request, found, ReasonForm, "withdraw",
        lambda given: withdraw_load(found, reason=given["reason"], by=user),
        is_last=Load.objects.visible_to(user).confirmed().count() == 1,
    )  # fmt: skip


def _decide(
    request: HttpRequest,
    found: Load,
    ask: type[forms.Form],
    verb: str,
    do: Callable[[dict[str, Any]], object],
    **more: object,
) -> HttpResponse:
    """Ask once more, with a reason where there must be one, and do it."""
    form = ask(request.POST if request.method == "POST" else None)
    refusal = ""
    if form.is_valid():
        try:
            do(form.cleaned_data)
            return redirect("dataset:load", pk=found.pk)
        except NotAllowed as error:
            refusal = str(error)
            found.refresh_from_db()
    context = {**_about(found), "form": form, "verb": verb, "refusal": refusal, **more}
    context["breadcrumbs"] = [
        dataset_crumb(),
        loads_crumb(),
        {"text": f"Load {found.pk}", "href": reverse("dataset:load", args=[found.pk])},
        {"text": verb.capitalize()},
    ]
    return render(request, "dataset/load_decide.html", context)


def _about(found: Load) -> dict[str, Any]:
    return {
        "load": found,
        "tag": TAGS[Load.States(found.state)],
        "breadcrumbs": [dataset_crumb(), loads_crumb(), {"text": f"Load {found.pk}"}],
        "words": words,
    }


def _progress(found: Load) -> dict[str, Any] | None:
    """How far a load is that a worker has in hand: the step in words, and whether nothing works on it."""
    if not found.is_in_hand:
        return None
    now = timezone.now()
    waiting = jobs.waiting_since()
    unit = {"Reading the files": "file", "Counting the indicators": "indicator"}.get(found.doing)
    step = min(found.done + 1, found.steps)
    return {
        "doing": found.doing or "Waiting for its turn",
        "count": f"{unit} {step} of {found.steps}" if unit and found.steps else "",
        "nobody": bool(waiting and now - waiting > NOBODY_WORKS) or now - found.moved_at > STUCK,
    }


def _report(said: FileSaid) -> dict[str, Any]:
    """What a file said, as the page of a file in the current snapshot tells it."""
    source = said.source
    assert source is not None
    return {
        "source": source,
        "issues": issue_total(source),
        "windows": windows(source),
        "broken": broken(source),
        "completeness": [(sheet, completeness(sheet)) for sheet in source.sheets],
    }


def _places(found: Load, said: Sequence[FileSaid], user: User) -> list[tuple[str, Place]] | None:
    """The days that would be counted from this load's files; None once that has been decided."""
    if found.state != Load.States.READ:
        return None
    current = LoadedSnapshot.objects.visible_to(user).current()
    files = LoadedFile.objects.visible_to(user).filter(snapshot=current) if current else []
    own = [one.source for one in said if one.source]
    return [(TABLES[place.table].title, place) for place in placed(own, [file.source for file in files])]
