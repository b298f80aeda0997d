"""Who looked at a record: for those who hold all of it, and for whoever leads on information governance."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from sightline.core.models import AppendOnlyQuerySet, User
from sightline.core.opening import SAFE
from sightline.core.policy import Section
from sightline.core.trust.actor import note
from sightline.core.trust.covers import reviewed_by
from sightline.core.trust.looked import events_of, lookers, looks_at
from sightline.core.trust.models import Dossier
from sightline.core.trust.pages.doing import access_page, crumbs, me

A_PAGE = 50


class LookerForm(forms.Form):
    """Whose looks to show."""

    marks_optional = False

    person = forms.ChoiceField(label="Person", required=False)

    def __init__(self, data: Any, *, people: list[User]) -> None:
        super().__init__(data)
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Everybody"), *((str(one.pk), one.name) for one in people)]


def looked(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who looked at a record, when, at what and what for, newest first; opening it is itself a look."""
    user = me(request)
    cover = reviewed_by(user, pk)
    if cover is None:
        Dossier.refused(pk, user, request)
        raise Http404
    if request.method not in SAFE:
        return HttpResponseNotAllowed(SAFE)
    note(pk, Section.ACCESS)
    shown = page_of_events(request, events_of(pk), lookers(pk))
    reference = cover.dossier.reference
    above = [(reference, access_page(pk))] if cover.level else []
    context = {
        "cover": cover,
        "looks": looks_at(shown["events"]),
        "breadcrumbs": crumbs("Who looked", *above),
    }
    return render(request, "trust/looked.html", {**shown, **context})


def page_of_events(request: HttpRequest, events: AppendOnlyQuerySet, people: list[User]) -> dict[str, Any]:
    """One page of events, of one person if that is asked for, with the form that asks and the way on."""
    form = LookerForm(request.GET, people=people)
    person = form.cleaned_data["person"] if form.is_valid() else ""
    if person:
        events = events.filter(actor=person)
    before = request.GET.get("before", "")
    if before.isdecimal():
        events = events.filter(seq__lt=int(before[:18]))
    found = list(events[: A_PAGE + 1])
    shown, asked = found[:A_PAGE], {"person": person} if person else {}
    older = urlencode({**asked, "before": shown[-1].seq}) if len(found) > A_PAGE else ""
    return {
        "form": form,
        "events": shown,
        "newest": f"?{urlencode(asked)}" if before else "",
        "older": f"?{older}" if older else "",
    }
