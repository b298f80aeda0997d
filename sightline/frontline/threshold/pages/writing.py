"""Writing a version: the draft, its four levels, consultation, approval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sightline.core import local
from sightline.core.models import User
from sightline.core.opening import FORM, on_record
from sightline.core.pages.doing import done
from sightline.frontline.threshold import commands
from sightline.frontline.threshold.models import LevelText, Version
from sightline.frontline.threshold.pages.reading import THRESHOLDS
from sightline.govuk.forms import DateField

States = Version.States


class VersionForm(forms.Form):
    """What a new version is called."""

    title = forms.CharField(label="Title", help_text="Usually a year, for example 2027", max_length=100)


@require_http_methods(FORM)
def version_new(request: HttpRequest) -> HttpResponse:
    """Begin a version; its texts are those of the one in force."""
    user = request.user
    assert isinstance(user, User)
    form = VersionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made: list[Version] = []
        title = form.cleaned_data["title"]
        if done(form, lambda: made.append(commands.draft_version(title=title, by=user))):
            return redirect("threshold:version", made[0].pk)
    context = {
        "form": form,
        "title": "Draft a version",
        "lead": "It begins with the texts of the version in force. Nobody but those who keep the thresholds"
        " sees it before consultation.",
        "button": "Draft it",
        "back": reverse("threshold:thresholds"),
        "breadcrumbs": [THRESHOLDS, {"text": "Draft a version"}],
    }
    return render(request, "core/form.html", context)


def step(state: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponseBase]]:
    """A page on which something is done with a version in this state; whoever comes late is led to it."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
        @on_record(lambda user: Version.objects.visible_to(user), FORM)
        def run(request: HttpRequest, version: Version, /, **keys: Any) -> HttpResponse:
            if version.state != state and request.method != "POST":
                return redirect("threshold:version", version.pk)
            return view(request, version, request.user, **keys)

        return run

    return decorate


class LevelForm(forms.Form):
    """What a version says of one level."""

    name = forms.CharField(label="Name of the level", max_length=100)
    descriptor = forms.CharField(
        label="How to tell that a need is of this level",
        help_text="What one sees of the child, the parents and what is around them, and who then does what",
        max_length=20_000,
        widget=forms.Textarea({"rows": 15}),
    )


@step(States.DRAFT)
def level(request: HttpRequest, version: Version, user: User, level: int) -> HttpResponse:
    """Change what a draft says of one level."""
    text = LevelText.objects.visible_to(user).filter(version=version, level=level).first()
    if text is None:
        raise Http404
    start = {"name": text.name, "descriptor": text.descriptor}
    form = LevelForm(request.POST if request.method == "POST" else None, initial=start)
    if form.is_valid() and done(
        form, lambda: commands.change_text(version, level=level, by=user, **form.cleaned_data)
    ):
        return _back(request, version, f"Level {level} was saved")
    return _page(request, version, form, f"Change level {level}", "Save it", "")


@step(States.DRAFT)
def consult(request: HttpRequest, version: Version, user: User) -> HttpResponse:
    """Put it out for consultation: from then on its texts stay as they are."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(form, lambda: commands.consult(version, by=user)):
        return _back(request, version, "It is out for consultation")
    lead = (
        "Everybody who signs in can then read it. Its texts stay as they are from then on; what consultation"
        " changes goes into a new version."
    )
    return _page(request, version, form, "Put it out for consultation", "Put it out", lead)


class ApprovalForm(forms.Form):
    """Which body approved it, on which day, and from when it counts."""

    body = forms.ChoiceField(
        label="Approved by",
        widget=forms.RadioSelect,
        error_messages={"required": "Select the body that approved it"},
    )
    approved_on = DateField(
        label="Approved on",
        help_text="For example, 14 9 2026",
        error_messages={"required": "Enter the day on which it was approved"},
    )
    effective_from = DateField(
        label="In force from",
        help_text="On that day it takes the place of the version before it",
        error_messages={"required": "Enter the day from which it is in force"},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        bodies = [(body.key, body.name) for body in local.partnership().bodies]
        self.fields["body"].choices = bodies  # type: ignore[attr-defined]


@step(States.CONSULTED)
def approve(request: HttpRequest, version: Version, user: User) -> HttpResponse:
    """Record that a body approved it."""
    form = ApprovalForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(form, lambda: commands.approve(version, by=user, **form.cleaned_data)):
        return _back(request, version, "The approval was recorded")
    return _page(request, version, form, "Record the approval", "Record it", "")


def _back(request: HttpRequest, version: Version, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("threshold:version", version.pk)


def _page(
    request: HttpRequest, version: Version, form: forms.Form, title: str, button: str, lead: str
) -> HttpResponse:
    here = reverse("threshold:version", args=[version.pk])
    context = {
        "form": form,
        "title": title,
        "lead": lead,
        "button": button,
        "back": here,
        "breadcrumbs": [THRESHOLDS, {"text": version.title, "href": here}, {"text": title}],
    }
    return render(request, "core/form.html", context)
