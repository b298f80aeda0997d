"""Raising a concern: who it is about, what happened, when, and what the child says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sightline.core.models import Team, User
from sightline.frontline.concern import commands
from sightline.frontline.concern.models import Concern
from sightline.frontline.concern.pages.concerns import CONCERNS
from sightline.govuk.forms import DateField

LEAD = (
    "If a child is in danger now, ring 999 first. Write what you saw and heard, in plain words. Leave "
    "blank what you do not know: nobody is asked to find it out before raising a concern."
)


class RaiseForm(forms.Form):
    """What whoever raises a concern knows; only what happened must be told."""

    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        label="Which team should get it", queryset=None, empty_label="Choose a team"
    )
    given_names = forms.CharField(label="The child's given names", max_length=100, required=False)
    family_name = forms.CharField(label="The child's family name", max_length=100, required=False)
    born_on = DateField(label="The child's date of birth", help_text="For example, 27 3 2016", required=False)
    address = forms.CharField(label="Where the child lives", max_length=300, required=False)
    narrative = forms.CharField(
        label="What happened, and when",
        help_text="What you saw and heard yourself, and what others told you",
        max_length=20_000,
        widget=forms.Textarea({"rows": 10}),
    )
    wishes = forms.CharField(
        label="What the child says and wants",
        help_text="In the child's own words, if you can. For a baby: what the baby shows.",
        max_length=10_000,
        required=False,
        widget=forms.Textarea,
    )
    referrer = forms.CharField(
        label="Who you are", help_text="Your name, and how you know the child", max_length=200
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        teams = Team.objects.visible_to(user)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["team"].initial = teams.get() if teams.count() == 1 else None
        self.fields["referrer"].initial = ", ".join(filter(None, (user.name, str(user.agency or ""))))

    def clean_born_on(self) -> datetime | None:
        """A child who has been born was not born tomorrow."""
        day: datetime | None = self.cleaned_data["born_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(
                "The date of birth must not lie ahead. For an unborn child leave it blank"
            )
        return day


@require_http_methods(["GET", "HEAD", "POST"])
def raise_concern(request: HttpRequest) -> HttpResponse:
    """Raise a concern; its page then says what became of it."""
    user = request.user
    assert isinstance(user, User)
    form = RaiseForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        concern = _raise(form.cleaned_data, user)
        messages.success(
            request, f"Your concern {concern.dossier.reference} was sent to {form.cleaned_data['team']}"
        )
        return redirect("concern:concern", concern.pk)
    context = {
        "form": form,
        "title": "Raise a concern about a child",
        "lead": LEAD,
        "button": "Send the concern",
        "back": reverse("concern:concerns"),
        "breadcrumbs": [CONCERNS, {"text": "Raise a concern"}],
    }
    return render(request, "core/form.html", context)


def _raise(given: dict[str, Any], user: User) -> Concern:
    told = {name: given[name] for name in ("given_names", "family_name", "born_on", "address")}
    referral = {name: given[name] for name in ("referrer", "narrative", "wishes")}
    return commands.open_concern(team=given["team"], told=told, referral=referral, by=user)
