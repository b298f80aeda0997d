"""A person: who they are, who matters to them, where they live, who works with them, what happened."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from sightline.core.opening import on_record
from sightline.core.permissions import Permission
from sightline.core.policy import Section
from sightline.core.process import panels
from sightline.core.process import timeline as timeline_of
from sightline.people.models import Person, ProtectedAddress
from sightline.people.pages.opening import crumbs, reader
from sightline.people.record import Record

ON_A_PAGE = 25


@on_record(lambda user: Person.objects.visible_to(user).select_related("dossier"))
def show(request: HttpRequest, opened: Person) -> HttpResponse:
    """What the reader may see of a person, of all the records that are theirs."""
    user = reader(request)
    record = Record(opened, user)
    context = {
        "record": record,
        "shown": record.shown,
        "sees_family": record.sees(Section.FAMILY),
        "may_keep": record.may(Permission.KEEP_PERSON),
        "may_merge": record.may(Permission.MERGE_PEOPLE),
        "may_protect": record.may(Permission.WORK_CLOSELY_HELD),
        "panels": panels("people:person", user, person=record.shown, dossiers=record.dossiers),
        "breadcrumbs": crumbs(record.shown.name),
    }
    return render(request, "people/person.html", context)


@on_record(lambda user: Person.objects.visible_to(user).select_related("dossier"))
def timeline(request: HttpRequest, opened: Person) -> HttpResponse:
    """What happened to a person across processes, of what the reader may see, the newest first."""
    record = Record(opened, reader(request))
    entries = timeline_of(record.user, record.dossiers)
    context = {
        "shown": record.shown,
        "entries": entries[:ON_A_PAGE] if request.GET.get("all") != "yes" else entries,
        "more": max(0, len(entries) - ON_A_PAGE) if request.GET.get("all") != "yes" else 0,
        "breadcrumbs": crumbs("Timeline", record.shown),
    }
    return render(request, "people/timeline.html", context)


@on_record(lambda user: Person.objects.visible_to(user).select_related("dossier"))
def protected(request: HttpRequest, opened: Person) -> HttpResponse:
    """The addresses that must be kept from somebody, on a page of their own: nobody sees them in passing."""
    record = Record(opened, reader(request))
    if not record.sees(Section.PROTECTED_LOCATION):
        raise Http404
    rows = ProtectedAddress.objects.filter(dossier__in=record.dossiers).select_related("added_by")
    context = {
        "shown": record.shown,
        "addresses": [one for one in rows if one.is_current],
        "former": [one for one in rows if not one.is_current and not one.is_mistake],
        "may_protect": record.may(Permission.WORK_CLOSELY_HELD),
        "breadcrumbs": crumbs("Protected address", record.shown),
    }
    return render(request, "people/protected.html", context)
