"""What the pages about access to one record do alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

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
from sightline.core.trust.models import Dossier

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Dossier, P], HttpResponseBase]


def me(request: HttpRequest) -> User:
    """Who is looking."""
    assert isinstance(request.user, User)
    return request.user


def on_held(permission: Permission) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """As `on_record` of a dossier, for whoever may use the permission on it; to others it does not exist."""

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @on_record(lambda user: Dossier.objects.visible_to(user).select_related("owner_team"), FORM)
        def run(
            request: HttpRequest, dossier: Dossier, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not me(request).may(permission, dossier):
                Dossier.refused(dossier.pk, me(request), request)
                raise Http404
            return view(request, dossier, *args, **kwargs)

        return run

    return decorate


def crumbs(here: str, *above: tuple[str, str]) -> list[dict[str, Any]]:
    """The way here from the page of everything about access: titles and addresses."""
    steps = [("Access", reverse("trust:start")), *above]
    return [*({"text": text, "href": href} for text, href in steps), {"text": here}]


def access_page(key: UUID) -> str:
    """The address of the page about access to a record."""
    return reverse("trust:access", kwargs={"pk": key})


def form_about(
    request: HttpRequest,
    dossier: Dossier,
    form: forms.Form,
    act: Callable[[], object],
    *,
    title: str,
    button: str,
    told: str,
    template: str = "core/form.html",
    **more: Any,
) -> HttpResponse:
    """A form about access to a record: do it and go back to the record's page of access, or say why not."""
    if request.method == "POST" and form.is_valid() and done(form, act):
        messages.success(request, told)
        return redirect(access_page(dossier.pk))
    context = {
        "dossier": dossier,
        "form": form,
        "title": title,
        "button": button,
        "back": access_page(dossier.pk),
        "breadcrumbs": crumbs(title, (dossier.reference, access_page(dossier.pk))),
    }
    return render(request, template, {**context, **more})
