"""What is done with an open concern: add what is closely held, name people, allocate it, close it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from sightline.core.models import User
from sightline.core.opening import FORM, on_record
from sightline.core.pages.doing import done
from sightline.core.permissions import Permission
from sightline.core.trust.choices import who_may_hold
from sightline.frontline.concern import commands
from sightline.frontline.concern.models import Concern
from sightline.frontline.concern.pages.concerns import CONCERNS

Doing = Callable[[HttpRequest, Concern, User], HttpResponse]


def to_do(permission: Permission) -> Callable[[Doing], Callable[..., HttpResponseBase]]:
    """A page on which something is done with a concern, for whoever may; it does not exist for others.

    A closed concern is only read: whoever comes too late is led back to it.
    """

    def decorate(view: Doing) -> Callable[..., HttpResponseBase]:
        @on_record(lambda user: Concern.objects.visible_to(user).select_related("dossier"), FORM)
        def run(request: HttpRequest, concern: Concern) -> HttpResponse:
            user = request.user
            assert isinstance(user, User)
            if not user.may(permission, concern):
                Concern.refused(concern.pk, user, request)
                raise Http404
            if concern.state == Concern.States.CLOSED and request.method != "POST":
                return redirect("concern:concern", concern.pk)
            return view(request, concern, user)

        return run

    return decorate


class IntelligenceForm(forms.Form):
    """What the police know."""

    text = forms.CharField(
        label="Police intelligence", max_length=20_000, widget=forms.Textarea({"rows": 10})
    )


@to_do(Permission.WORK_CLOSELY_HELD)
def add_intelligence(request: HttpRequest, concern: Concern, user: User) -> HttpResponse:
    """Add what the police know."""
    form = IntelligenceForm(request.POST or None)
    if form.is_valid() and done(
        form, lambda: commands.add_intelligence(concern, text=form.cleaned_data["text"], by=user)
    ):
        return _back(request, concern, "The intelligence was added")
    lead = (
        "Only those who work on the whole concern see it: not whoever raised it, nor who is asked for a part."
    )
    return _page(request, concern, form, "Add police intelligence", "Add it", lead)


class LocationForm(forms.Form):
    """An address that must be kept from somebody."""

    text = forms.CharField(label="Address", max_length=1000, widget=forms.Textarea)
    keep_from = forms.CharField(
        label="Who must never learn it",
        help_text="Name them, and say who they are to the child",
        max_length=500,
    )


@to_do(Permission.WORK_CLOSELY_HELD)
def protect_location(request: HttpRequest, concern: Concern, user: User) -> HttpResponse:
    """Add an address that must be kept from somebody."""
    form = LocationForm(request.POST or None)
    if form.is_valid() and done(
        form, lambda: commands.protect_location(concern, by=user, **form.cleaned_data)
    ):
        return _back(request, concern, "The address was added, and is protected")
    lead = "It stands on this page alone: in no list, no e-mail and no download."
    return _page(request, concern, form, "Protect an address", "Protect it", lead)


class AllocateForm(forms.Form):
    """Who answers for it, out of the team that holds it."""

    to: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        label="Who answers for it", queryset=None, empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, data: Any = None, *, concern: Concern) -> None:
        super().__init__(data)
        self.fields["to"].queryset = who_may_hold(concern.dossier)  # type: ignore[attr-defined]


@to_do(Permission.GIVE_ACCESS)
def allocate(request: HttpRequest, concern: Concern, user: User) -> HttpResponse:
    """Make one person answer for it."""
    form = AllocateForm(request.POST or None, concern=concern)
    if form.is_valid() and done(
        form, lambda: commands.allocate(concern, to=form.cleaned_data["to"], by=user)
    ):
        return _back(request, concern, f"Allocated to {form.cleaned_data['to']}")
    lead = (
        "They then see the whole concern. Whoever had it before no longer does, unless their team holds it."
    )
    return _page(request, concern, form, "Allocate this concern", "Allocate it", lead)


class CloseForm(forms.Form):
    """What was decided, and why."""

    outcome = forms.CharField(
        label="What was decided, and why",
        help_text="Whoever raised the concern reads this. Name nobody whom they do not know of.",
        max_length=10_000,
        widget=forms.Textarea({"rows": 8}),
    )


@to_do(Permission.CLOSE_CONCERN)
def close(request: HttpRequest, concern: Concern, user: User) -> HttpResponse:
    """Close it with what was decided; from then on it is only read."""
    form = CloseForm(request.POST or None)
    if form.is_valid() and done(
        form, lambda: commands.close_concern(concern, outcome=form.cleaned_data["outcome"], by=user)
    ):
        return _back(request, concern, "The concern was closed")
    return _page(
        request, concern, form, "Close this concern", "Close it", "Nothing can be added to it afterwards."
    )


def _back(request: HttpRequest, concern: Concern, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("concern:concern", concern.pk)


def _page(
    request: HttpRequest, concern: Concern, form: forms.Form, title: str, button: str, lead: str
) -> HttpResponse:
    here = reverse("concern:concern", args=[concern.pk])
    context = {
        "form": form,
        "title": title,
        "lead": lead,
        "button": button,
        "back": here,
        "breadcrumbs": [CONCERNS, {"text": concern.dossier.reference, "href": here}, {"text": title}],
    }
    return render(request, "core/form.html", context)
