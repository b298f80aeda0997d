"""How the pages about a person open, and what a page with a form says around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from sightline.core.models import User
from sightline.core.opening import FORM, on_record
from sightline.core.pages.doing import Differing, done
from sightline.core.permissions import Permission
from sightline.core.trust.guarded import Protected
from sightline.core.trust.keeping import keeping
from sightline.people.models import Person

M = TypeVar("M", bound=Protected)
Doing = Callable[[HttpRequest, M, User], HttpResponse]


def reader(request: HttpRequest) -> User:
    """Who asks."""
    user = request.user
    assert isinstance(user, User)
    return user


def to_do(permission: Permission, model: type[M]) -> Callable[[Doing[M]], Callable[..., HttpResponseBase]]:
    """A page on which something is done with a record, for whoever may; it does not exist for others."""

    def decorate(view: Doing[M]) -> Callable[..., HttpResponseBase]:
        @on_record(lambda user: model.objects.visible_to(user).select_related("dossier"), FORM)
        def run(request: HttpRequest, record: M) -> HttpResponse:
            user = reader(request)
            if not user.may(permission, record):
                raise Http404
            return view(request, record, user)

        return run

    return decorate


def person_of(record: Protected) -> Person:
    """The person to whose dossier a record belongs. Raises `Http404`."""
    found: Person | None = Person.objects.filter(dossier=record.dossier_id).first()
    if found is None:
        raise Http404
    return found


def crumbs(here: str, shown: Person | None = None) -> list[dict[str, Any]]:
    """The way here from the list of people."""
    steps = [{"text": "People", "href": reverse("people:people")}]
    if shown is not None:
        steps.append({"text": shown.name, "href": reverse("people:person", args=[shown.pk])})
    return [*steps, {"text": here}]


def asked(
    request: HttpRequest,
    shown: Person,
    form: forms.Form,
    act: Callable[[], object],
    told: str,
    *,
    title: str,
    button: str,
    lead: str = "",
    differing: Sequence[Differing] = (),
) -> HttpResponse:
    """A page that asks with a form and, once that is right, does it and goes back to the person."""
    if form.is_valid() and done(form, act):
        messages.success(request, told)
        return redirect("people:person", pk=shown.pk)
    context = {
        "form": form,
        "kept": keeping(request, shown, form),
        "title": title,
        "button": button,
        "lead": lead,
        "differing": differing,
        "back": reverse("people:person", args=[shown.pk]),
        "breadcrumbs": crumbs(title, shown),
    }
    return render(request, "core/form.html", context)
