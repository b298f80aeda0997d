"""Access to one record: who is in and until when, letting somebody in, ending that."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from sightline.clocks.calendar import end_of_day
from sightline.core.opening import on_record
from sightline.core.permissions import Permission
from sightline.core.policy import PURPOSES, Kind, Level, Purpose
from sightline.core.trust import commands, dossiers
from sightline.core.trust.choices import people_within_reach, teams
from sightline.core.trust.models import AccessReason, Dossier, Exclusion
from sightline.core.trust.pages.doing import crumbs, form_about, me, on_held
from sightline.core.trust.panel import access_to, page_of
from sightline.govuk.forms import DateField

LEVELS = {
    Level.STUB: "That it exists, and who holds it",
    Level.RECEIPT: "What was told, and what became of it",
    Level.CONTRIBUTE: "What those see who contribute to it",
    Level.FULL: "All of it, with what is closely held",
}
"""What each level shows, in words."""


class GrantForm(forms.Form):
    """Whom to let in, how far, what for, how long and why."""

    holder = forms.ChoiceField(
        label="Who", error_messages={"required": "Select the person or team who is to see it"}
    )
    level = forms.ChoiceField(
        label="What may they see?",
        choices=[(str(level.value), words) for level, words in LEVELS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Select how much of it they may see"},
    )
    purpose = forms.ChoiceField(
        label="What for?",
        choices=list(PURPOSES.items()),
        widget=forms.RadioSelect,
        initial=Purpose.PROTECT.value,
        error_messages={"required": "Select what they may see it for"},
    )
    until_on = DateField(label="Until", required=False, help_text="The last day, if there is to be one")
    panel_on = DateField(
        label="Day of the panel’s meeting",
        required=False,
        help_text="Only for a member of a panel: they cease to see the record seven days later",
    )
    reason = forms.CharField(
        label="Why",
        widget=forms.Textarea,
        max_length=2000,
        help_text="It stays with the record, and is seen by those who see all of it",
    )

    def __init__(self, data: Any, *, dossier: Dossier) -> None:
        super().__init__(data)
        field = self.fields["holder"]
        assert isinstance(field, forms.ChoiceField)
        people = people_within_reach(Kind(dossier.kind))
        field.choices = [("", "Choose a person or a team"), *people, *teams()]

    def clean_until_on(self) -> Any:
        """A day to come."""
        until = self.cleaned_data["until_on"]
        if until and until < timezone.localdate():
            raise forms.ValidationError("Enter today or a day to come")
        return until

    def given(self) -> dict[str, Any]:
        """What the command asks for."""
        given = dict(self.cleaned_data)
        until = given.pop("until_on")
        ends: datetime | None = end_of_day(until) if until else None
        return {**given, "level": int(given["level"]), "until": ends}


@on_record(lambda user: Dossier.objects.visible_to(user).select_related("owner_team"))
def access(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Who may see a record, how far and until when; who may not, and why, for those who decide it."""
    user = me(request)
    shown = access_to(dossier, user)
    context = {
        "access": shown,
        "levels": LEVELS,
        "purposes": PURPOSES,
        "record": page_of(dossier.pk, user),
        "exclusions": _exclusions(dossier) if shown.may_restrict else [],
        "reasons": AccessReason.objects.visible_to(user).filter(dossier=dossier).select_related("given_by")
        if shown.is_whole
        else [],
        "breadcrumbs": crumbs(dossier.reference),
    }
    return render(request, "trust/access.html", context)


def _exclusions(dossier: Dossier) -> list[Exclusion]:
    return list(dossiers.excluded(dossier))


@on_held(Permission.GIVE_ACCESS)
def grant(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Let a person or a team see a record."""
    form = GrantForm(request.POST or None, dossier=dossier)
    return form_about(
        request,
        dossier,
        form,
        lambda: commands.let_see(dossier, **form.given(), by=me(request)),
        title=f"Let somebody see {dossier.reference}",
        lead="A role sets how much of a record somebody may ever see, whatever they are given. "
        "The list says it beside each name.",
        button="Let them see it",
        told="They see it from now on",
    )


@on_held(Permission.GIVE_ACCESS)
def grant_end(request: HttpRequest, dossier: Dossier, grant: int) -> HttpResponse:
    """End what lets a person or a team see a record."""
    found = dossiers.holders(dossier).filter(pk=grant).first()
    if found is None:
        raise Http404
    holder = found.user.name if found.user else found.team.name
    return form_about(
        request,
        dossier,
        forms.Form(request.POST if request.method == "POST" else None),
        lambda: commands.end_grant(dossier, grant=grant, by=me(request)),
        title=f"End the access of {holder} to {dossier.reference}",
        lead=f"{holder} no longer sees this record by this, from the next page on. "
        "What they did and saw stays in the audit log.",
        button="End it",
        told=f"The access of {holder} has ended",
    )
