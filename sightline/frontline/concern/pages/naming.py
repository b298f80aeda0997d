"""Naming a person in a concern: find them among the people whom the reader may see, then say who they are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sightline.core.models import User
from sightline.core.pages.doing import done
from sightline.core.permissions import Permission
from sightline.core.trust.models import Dossier, Link
from sightline.frontline.concern import commands
from sightline.frontline.concern.models import Concern
from sightline.frontline.concern.pages.concerns import CONCERNS
from sightline.frontline.concern.pages.working import to_do
from sightline.govuk.jinja import day
from sightline.people.models import Person

MOST = 20
"""How many people are offered; whoever is not among them is asked for by more of their name."""


class FindForm(forms.Form):
    """Whom to look for; what is typed is sent, so that no name stands in an address or a log."""

    find = forms.CharField(label="Name or reference", max_length=100)


class NameForm(forms.Form):
    """Which of the people found it is, and the part that they play."""

    person = forms.ChoiceField(label="Who it is", widget=forms.RadioSelect)
    part = forms.ChoiceField(label="Who they are in it", choices=Link.Part.choices, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, found: list[Person]) -> None:
        super().__init__(data)
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(one.dossier_id), f"{one.name}, {_born(one)}") for one in found]


@to_do(Permission.WORK_CONCERN)
def name_person(request: HttpRequest, concern: Concern, user: User) -> HttpResponse:
    """Find a person and name them; `?reference=` brings one along from their own page."""
    asked = request.POST.get("find", request.GET.get("reference", ""))
    find = FindForm({"find": asked} if asked or request.method == "POST" else None)
    found = people_like(asked, user)
    is_named = request.method == "POST" and "name" in request.POST
    form = NameForm(request.POST if is_named else None, found=found)
    if is_named and form.is_valid():
        dossier = Dossier.objects.visible_to(user).get(pk=form.cleaned_data["person"])
        part = form.cleaned_data["part"]
        if done(form, lambda: commands.name_person(concern, person_dossier=dossier, part=part, by=user)):
            messages.success(request, "The person was named in the concern")
            return redirect("concern:concern", concern.pk)
    here = reverse("concern:concern", args=[concern.pk])
    context = {
        "find": find,
        "asked": asked,
        "found": found,
        "may_search": user.may(Permission.SEARCH_PEOPLE),
        "form": form if found else find,
        "back": here,
        "breadcrumbs": [
            CONCERNS,
            {"text": concern.dossier.reference, "href": here},
            {"text": "Name a person"},
        ],
    }
    return render(request, "concern/name_person.html", context)


def people_like(asked: str, user: User) -> list[Person]:
    """The people with this reference, or with all these words in their names, whom the reader may see."""
    words = asked.split()
    if not words:
        return []
    named = Q()
    for word in words:
        named &= Q(given_names__icontains=word) | Q(family_name__icontains=word)
    seen = Person.objects.visible_to(user).select_related("dossier")
    return list(seen.filter(named | Q(dossier__reference__iexact=asked.strip()))[:MOST])


def _born(person: Person) -> str:
    if person.born_on:
        return f"born {day(person.born_on)}, {person.dossier.reference}"
    if person.expected_on:
        return f"expected {day(person.expected_on)}, {person.dossier.reference}"
    return f"date of birth not known, {person.dossier.reference}"
