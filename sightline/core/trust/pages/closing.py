"""Closing a record off: restricting or sealing it, reviewing that, and excluding people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.core.permissions import Permission
from sightline.core.trust import commands, dossiers
from sightline.core.trust.choices import everybody
from sightline.core.trust.limits import RESTRICTION_REVIEW
from sightline.core.trust.models import Dossier, Exclusion, Grant, RestrictionReview
from sightline.core.trust.pages.doing import crumbs, form_about, me, on_held
from sightline.core.trust.queue import waiting

STAYS = "It stays with the record, and is seen by those who see all of it"


class RestrictForm(forms.Form):
    """How far to close a record off, and why."""

    restriction = forms.ChoiceField(
        label="How far is it to be closed off?",
        choices=Dossier.Restriction.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select how far it is to be closed off"},
    )
    reason = forms.CharField(label="Why", widget=forms.Textarea, max_length=2000, help_text=STAYS)


class ExcludeForm(forms.Form):
    """Whom to shut out, and why."""

    user = forms.ChoiceField(label="Who", error_messages={"required": "Select the person to exclude"})
    kind = forms.ChoiceField(
        label="Why they may not see it",
        choices=Exclusion.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select why they may not see it"},
    )
    reason = forms.CharField(label="What exactly", widget=forms.Textarea, max_length=2000, help_text=STAYS)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        field = self.fields["user"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose a person"), *everybody()]


@on_held(Permission.RESTRICT)
def restrict(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Restrict or seal a record, keep it so, or open it; who keeps access is named before."""
    form = RestrictForm(request.POST or None, initial={"restriction": dossier.restriction})
    live = dossiers.shown_holders(dossier)
    return form_about(
        request,
        dossier,
        form,
        lambda: commands.restrict(dossier, **form.cleaned_data, by=me(request)),
        title=f"Restrict or seal {dossier.reference}",
        button="Save",
        told=f"{dossier.reference} is closed off as you chose",
        template="trust/restrict.html",
        keeping=_names(me(request).name, live),
        losing=sorted({grant.team.name for grant in live if grant.team}),
    )


def _names(own: str, live: list[Any]) -> list[str]:
    """Who is named, and so stays; broken glass does not outlast a seal."""
    glass = Grant.Source.BREAK_GLASS
    named = {own, *(grant.user.name for grant in live if grant.user and grant.source != glass)}
    broken = {grant.user.name for grant in live if grant.source == glass} - named
    return [*sorted(named), *(f"{name} (by broken glass, unless you seal it)" for name in sorted(broken))]


@on_held(Permission.RESTRICT)
def exclude(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Shut a person out."""
    form = ExcludeForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        commands.exclude(dossier, **{**given, "user": int(given["user"])}, by=me(request))

    return form_about(
        request,
        dossier,
        form,
        act,
        title=f"Exclude somebody from {dossier.reference}",
        lead="An exclusion wins over everything: roles, teams, invitations and broken glass. "
        "The person is not told, and finds no trace of the record. "
        "From the record of a person it passes to every record about that person.",
        button="Exclude",
        told="They are excluded from now on",
    )


@on_held(Permission.RESTRICT)
def exclusion_end(request: HttpRequest, dossier: Dossier, exclusion: int) -> HttpResponse:
    """End an exclusion."""
    found = dossiers.excluded(dossier).filter(pk=exclusion).first()
    if found is None:
        raise Http404
    return form_about(
        request,
        dossier,
        forms.Form(request.POST if request.method == "POST" else None),
        lambda: commands.end_exclusion(dossier, exclusion=exclusion, by=me(request)),
        title=f"End the exclusion of {found.user.name} from {dossier.reference}",
        lead=f"{found.user.name} sees then what their grants give, if they have any.",
        button="End the exclusion",
        told=f"{found.user.name} is no longer excluded",
    )


@require_safe
def restrictions(request: HttpRequest) -> HttpResponse:
    """The restricted and sealed records that are to be reviewed, those due first."""
    due = RestrictionReview.objects.visible_to(me(request)).filter(state=RestrictionReview.States.DUE)
    context = {
        "lines": waiting(RESTRICTION_REVIEW, due.select_related("set_by"), me(request)),
        "may_restrict": me(request).may(Permission.RESTRICT),
        "breadcrumbs": crumbs("Restricted and sealed records"),
    }
    return render(request, "trust/restrictions.html", context)
