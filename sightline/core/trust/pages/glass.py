"""Breaking the glass: finding the record by its reference, opening it, and the review of that."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sightline.core.opening import FORM, on_record
from sightline.core.pages.doing import done
from sightline.core.policy import Kind, Purpose
from sightline.core.trust import commands, glass
from sightline.core.trust.access import level_of
from sightline.core.trust.covers import found_by_reference
from sightline.core.trust.limits import GLASS_REVIEW
from sightline.core.trust.middleware import purpose_of
from sightline.core.trust.models import Dossier, GlassReview
from sightline.core.trust.pages.doing import crumbs, me
from sightline.core.trust.panel import page_of
from sightline.core.trust.queue import waiting
from sightline.core.trust.reasons import reason_of

NONE_SUCH = "There is no record with this reference that you can open in this way"


class ReferenceForm(forms.Form):
    """Which record."""

    reference = forms.CharField(
        label="Reference of the record",
        max_length=30,
        help_text="Such as C26-1A2B3C4D",
        error_messages={"required": "Enter the reference of the record"},
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"}),
    )


class GlassForm(forms.Form):
    """What the emergency is."""

    category = forms.ChoiceField(
        label="What is the emergency?",
        choices=GlassReview.Category.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select the kind of emergency"},
    )
    reason = forms.CharField(
        label="What happened, and why it cannot wait",
        widget=forms.Textarea,
        max_length=2000,
        help_text="Those who hold the record and whoever reviews this read it: name no child",
    )


class JudgeForm(forms.Form):
    """Whether it was justified."""

    is_justified = forms.ChoiceField(
        label="Was it justified?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether it was justified"},
    )


@require_http_methods(FORM)
def by_reference(request: HttpRequest) -> HttpResponse:
    """Say which record, by its reference."""
    form = ReferenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = found_by_reference(me(request), form.cleaned_data["reference"])
        if found is not None and glass.breakable(me(request), found.pk):
            return redirect("trust:break-glass", pk=found.pk)
        form.add_error("reference", NONE_SUCH)
    context = {
        "form": form,
        "title": "Break the glass",
        "lead": "In an emergency you can open a record to which nobody has given you access. "
        "It opens for two hours; those who hold it are told, and it is reviewed.",
        "button": "Continue",
        "back": reverse("trust:start"),
        "breadcrumbs": crumbs("Break the glass"),
    }
    return render(request, "core/form.html", context)


@require_http_methods(FORM)
def break_glass(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open one record in an emergency; a sealed one, and one that one is shut out of, does not exist."""
    user = me(request)
    dossier = glass.breakable(user, pk)
    if dossier is None:
        Dossier.refused(pk, user, request)
        raise Http404
    if purpose_of(request) is not Purpose.PROTECT:
        messages.warning(request, "The glass is broken to protect a child alone: choose that first")
        return redirect(f"{reverse('trust:purpose')}?{urlencode({'next': request.path})}")
    seen, form = level_of(pk), GlassForm(request.POST or None)
    if seen is not None and seen is glass.glass_level(user, Kind(dossier.kind)):
        messages.info(request, "You see this record already: no glass had to be broken")
        return redirect(page_of(pk, user))
    if form.is_valid() and done(form, lambda: commands.break_glass(key=pk, **form.cleaned_data, by=user)):
        messages.success(request, "The record is open to you for two hours. Those who hold it are told")
        return redirect(page_of(pk, user))
    context = {"dossier": dossier, "form": form, "breadcrumbs": crumbs("Break the glass")}
    return render(request, "trust/break_glass.html", context)


@on_record(
    lambda user: GlassReview.objects.visible_to(user).select_related("broken_by__agency", "reviewed_by"), FORM
)
def review(request: HttpRequest, found: GlassReview) -> HttpResponse:
    """Judge one broken glass: who, when, which kind of emergency, the reason, and what they did then."""
    user = me(request)
    lines = waiting(GLASS_REVIEW, [found], user)
    if not lines:
        raise Http404
    form = JudgeForm(request.POST or None)

    def act() -> None:
        commands.review_glass(found, is_justified=form.cleaned_data["is_justified"] == "yes", by=user)

    if form.is_valid() and done(form, act):
        messages.success(request, "The review is recorded")
        return redirect("trust:governance")
    context = {
        "line": lines[0],
        "form": form,
        "reason": reason_of(found),
        "is_own": found.broken_by_id == user.pk,
        "is_open": found.state == GlassReview.States.BROKEN,
        "breadcrumbs": crumbs("Broken glass", ("Reviews of access", reverse("trust:governance"))),
    }
    return render(request, "trust/review.html", context)
